//! The checks, sorted by id.

use crate::check::Check;

mod deletion_protection_off;

/// Every check.
pub const ALL: &[&Check] = &[&deletion_protection_off::CHECK];
