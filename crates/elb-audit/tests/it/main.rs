//! The program end to end: against a fake AWS, and against moto.
#![allow(clippy::unwrap_used, reason = "what fails in a function of the tests fails the test")]

mod accept;
mod amounts;
mod authorities;
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
mod fields;
mod findings;
mod focus;
mod fix;
mod fix_asked;
mod fixes;
mod hostile;
mod inputs;
mod frameworks;
mod inside;
mod kept;
mod lambda;
#[path = "../../../core/tests/it/layers.rs"]
mod layers; // one test for both crates
mod many;
mod models;
mod moto;
mod notify;
mod overview;
mod once;
mod outputs;
mod parts;
mod personas;
mod pipelines;
mod places;
mod profiles;
mod program;
mod proxies;
mod readers;
mod regions;
mod progress;
mod registries;
mod roles;
mod runtime_api;
mod several_files;
mod sound;
mod shared;
mod seeds;
mod shapes;
mod signals;
mod usage;
mod verbless;
mod variables;
mod watch;
mod whole;
mod whole_files;

use elb_audit_faults::account;
