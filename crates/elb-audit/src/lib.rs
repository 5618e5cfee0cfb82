//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.

pub mod aws;
pub mod cli;
pub mod collect;
pub mod commands;
mod config;
pub mod error;
mod files;
pub mod lambda;
mod log;
pub mod notify;
mod output;
mod secrets;
pub mod source;
mod state;
mod watch;
