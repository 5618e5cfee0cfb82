//! From a finding to a script: the changes that fix it, tried in memory before anybody reads of them.

mod catalogue;
mod class;
mod fitting;
mod grants;
mod index;
mod owner;
mod pack;
mod proof;
mod script;
mod shell;
mod state;
mod step;
mod suppose;
mod witness;

pub use catalogue::{Fixing, fixing};
pub use class::Class;
pub use grants::actions;
pub use pack::{Pack, Request, Written, pack};
pub use proof::{Broken, Proof, plan, prove};
pub use script::Script;
pub use state::{StateError, TerraformState};
