//! The shell of elb-audit: the only crate that talks to AWS, files and the terminal.
//!
//! The layers, from the ground up. A module uses those above it in this list and none below: the test
//! `layers` reads the list and holds it. What each layer may and may not know is told in
//! `docs/architecture.md`.

mod secrets; // what must not be told, kept out of all text
mod files; // files that are read within bounds, and written whole
mod web_address; // an address on the web, taken apart
mod log; // lines on standard error
mod signals; // what ends a run early
pub mod aws; // the client: credentials, endpoints, pace, requests
pub mod collect; // accounts → inventory
pub mod source; // where an inventory comes from: AWS or a file
pub mod notify; // where alerts and reports are sent
mod output; // standard output, and files of reports
mod state; // the report of the run before
pub mod cli; // the command line, as types
mod config; // what the command line and its files make of a run
mod watch; // compare, tell, keep
pub mod error; // why a command ends, and its exit code
pub mod commands; // one command a file
pub mod lambda; // the same as an AWS Lambda function
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing; // ways in for the fuzz targets
