//! Laws, formats and pages of the core.

mod formats;
mod golden;
