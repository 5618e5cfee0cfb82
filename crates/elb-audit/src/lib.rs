//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.

mod accept;
pub mod bucket;
pub mod cli;
mod config;
pub mod lambda;
pub mod notify;
mod output;
mod progress;
pub mod run;
mod saved;
mod secrets;
pub mod source;
mod state;
mod watch;
