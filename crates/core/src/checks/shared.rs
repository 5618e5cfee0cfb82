//! What several checks judge by.

pub(crate) mod bypass;
pub(super) mod causes_targets;
pub(super) mod each_rule;
