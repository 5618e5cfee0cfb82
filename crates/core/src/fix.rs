//! From a finding to a script: the changes that fix it, tried in memory before anybody reads of them.

mod proof;
mod suppose;

pub use proof::{Broken, Proof, plan, prove};
