//! What several checks judge by.

pub(super) mod administration;
pub(crate) mod bypass;
pub(super) mod causes;
pub(super) mod causes_network;
pub(super) mod causes_targets;
pub(super) mod dns_records;
pub(super) mod doors;
pub(super) mod each_rule;
pub(super) mod faulty_rules;
pub(super) mod passed;
pub(super) mod renewal;
pub(super) mod rules_at_fault;
pub(super) mod seen;
pub(super) mod target_doors;
