//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.

mod progress;
pub mod source;
