//! The program end to end: against a fake AWS, and against moto.
#![allow(clippy::unwrap_used, reason = "what fails in a function of the tests fails the test")]

mod accept;
mod amounts;
mod bounds;
mod commands;
mod compare;
mod configuration;
mod credentials;
mod demo;
mod denied;
mod deploy;
mod documented;
mod economy;
mod edge;
mod exits;
mod facts;
mod faults;
mod findings;
mod focus;
mod fixes;
mod frameworks;
mod inside;
mod lambda;
#[path = "../../../core/tests/it/layers.rs"]
mod layers; // one test for both crates
mod many;
mod models;
mod moto;
mod notify;
mod overview;
mod outputs;
mod parts;
mod personas;
mod pipelines;
mod places;
mod profiles;
mod program;
mod readers;
mod regions;
mod progress;
mod registries;
mod runtime_api;
mod several_files;
mod shared;
mod shapes;
mod usage;
mod verbless;
mod variables;
mod watch;
mod whole;

use elb_audit_faults::account;
