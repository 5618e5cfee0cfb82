//! What follows from the facts of a region. No verdicts: what is right or wrong is the checks' business.

pub mod index;
pub mod presenters;
pub mod site;
