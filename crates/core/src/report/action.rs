//! One change that resolves faults: what to do first, and what it is good for.

use serde::{Deserialize, Serialize};

use super::SeverityCounts;
use crate::remedy::cause::Cause;
use crate::vocab::exposure::ExposureClass;

/// Faults of one account and region with the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The same from scan to scan: account, region and cause, hashed.
    pub id: String,
    /// What to change, in a sentence.
    pub title: String,
    /// One line that fixes the worst of its faults.
    pub fix: String,
    /// The resource to change, and what to do with it.
    pub cause: Cause,
    /// The account.
    pub account: String,
    /// The region; `global` for what has none.
    pub region: String,
    /// The worst exposure among the faults.
    pub exposure: ExposureClass,
    /// How many faults it resolves, by severity.
    pub faults: SeverityCounts,
    /// ARNs of the load balancers that have them.
    pub load_balancers: Vec<String>,
    /// Ids of their checks.
    pub checks: Vec<String>,
    /// Their fingerprints, the worst first.
    pub fingerprints: Vec<String>,
}
