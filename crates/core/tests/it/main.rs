//! What holds over all checks, and tables of what they rest on.

mod demo;
mod given;
mod laws;
