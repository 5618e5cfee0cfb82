//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.

mod accept;
pub mod bucket;
pub mod cli;
mod config;
mod output;
mod progress;
pub mod run;
pub mod source;
