//! The fault matrix: every call of a scan with every fault, each in a run of the program of its own.
//!
//! A cell is a call with a fault. It passes if the program ends in time and within memory, without a panic;
//! if no verdict becomes another one and nothing is lost without a gap; if nothing of the credentials is told;
//! and if the exit code is the right one.

pub mod account;
pub mod cell;
pub mod child;
pub mod compare;
pub mod kind;
pub mod organization;
pub mod page;
pub mod scene;

mod judge;
