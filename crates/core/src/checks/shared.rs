//! What several checks judge by.

pub(crate) mod bypass;
pub(super) mod causes_network;
pub(super) mod dns_records;
pub(super) mod doors;
pub(super) mod causes_targets;
pub(super) mod each_rule;
pub(super) mod seen;
