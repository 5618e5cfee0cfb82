//! What holds over all checks, and tables of what they rest on.

mod demo;
mod exposure;
mod given;
mod laws;
mod routing;
mod severity;
mod tls;
