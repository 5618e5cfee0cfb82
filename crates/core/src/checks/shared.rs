//! What several checks judge by.

pub(crate) mod bypass;
pub(super) mod causes_network;
pub(super) mod dns_records;
pub(super) mod doors;
pub(super) mod each_rule;
pub(super) mod rules_at_fault;
pub(super) mod seen;
