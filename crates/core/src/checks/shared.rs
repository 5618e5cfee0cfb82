//! What several checks judge by.

pub(crate) mod bypass;
pub(super) mod causes;
pub(super) mod each_rule;
pub(super) mod faulty_rules;
pub(super) mod passed;
pub(super) mod renewal;
pub(super) mod rules_at_fault;
pub(super) mod target_doors;
