//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.

pub mod cli;
mod output;
mod progress;
pub mod run;
pub mod source;
