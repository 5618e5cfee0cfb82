//! Laws, formats and pages of the core.

mod coverage;
mod demo;
mod exposure;
mod formats;
mod given;
mod golden;
mod laws;
mod routing;
mod severity;
mod tls;
mod trust;
