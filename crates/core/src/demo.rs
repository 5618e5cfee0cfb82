//! The account that `elb-audit demo` judges.

use crate::inventory::{Inventory, Kind};
use crate::sample;

/// The account.
#[must_use]
pub fn inventory() -> Inventory {
    sample::clean(&Kind::Application)
}
