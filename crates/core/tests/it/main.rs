//! Laws, formats and pages of the core.

mod formats;
mod given;
mod golden;
mod laws;
