//! The program end to end: against an AWS-shaped double, and against moto.

mod account;
mod compare;
mod denied;
mod program;
