//! The program end to end: against a fake AWS, and against moto.
#![allow(clippy::unwrap_used, reason = "what fails in a function of the tests fails the test")]

mod accept;
mod account;
mod amounts;
mod commands;
mod compare;
mod configuration;
mod credentials;
mod demo;
mod denied;
mod deploy;
mod economy;
mod edge;
mod exits;
mod facts;
mod faults;
mod fixes;
mod frameworks;
mod inside;
mod lambda;
#[path = "../../../core/tests/it/layers.rs"]
mod layers; // one test for both crates
mod many;
mod moto;
mod notify;
mod parts;
mod personas;
mod program;
mod regions;
mod registries;
mod runtime_api;
mod shapes;
mod usage;
mod watch;
mod whole;
