#![allow(clippy::unwrap_used, dead_code, reason = "temporary")]
mod account;
mod compare;
mod fields;
mod inside;
mod program;
