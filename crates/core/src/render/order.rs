//! Findings, the worst first: what is left where a reader takes only so many.

use std::cmp::Reverse;

use crate::report::{Finding, Report, Standing};

/// The findings of these standings: those that count first, then by severity, by who can connect, and as the
/// report has them.
pub(super) fn worst_first<'a>(report: &'a Report, of: &[Standing]) -> Vec<&'a Finding> {
    let mut all: Vec<&Finding> =
        report.findings.iter().filter(|one| of.contains(&one.standing())).collect();
    // Stable: what is alike stays in order.
    all.sort_by_key(|one| (one.standing(), Reverse(one.severity), Reverse(one.exposure.breadth())));
    all
}
