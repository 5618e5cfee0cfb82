//! A report as metrics of Amazon CloudWatch.

use crate::report::Report;
use crate::vocab::severity::Severity;

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Names and values that tell it from others of its name.
    pub dimensions: Vec<(&'static str, String)>,
    /// How many there are.
    pub value: usize,
}

/// The numbers of a report. What has changed is told only where that is known; a label tells the
/// environments apart that share an account.
#[must_use]
pub fn metrics(report: &Report, label: &str) -> Vec<Metric> {
    let totals = &report.summary;
    let gaps = report.gaps.iter().filter(|gap| !gap.advisory).count();
    let mut all = vec![
        ("Scans", None, 1),
        ("LoadBalancers", None, totals.load_balancers),
        ("Faults", None, totals.faults.total()),
        ("Unknown", None, totals.unknown),
        ("Gaps", None, gaps),
        ("Accepted", None, totals.accepted),
        ("RegionsUnread", None, totals.regions_unread),
    ];
    all.extend(
        Severity::WORST_FIRST
            .map(|severity| ("Faults", Some(severity), totals.faults.count(severity))),
    );
    if let Some(comparison) = &report.comparison {
        all.extend([
            ("New", None, comparison.new),
            ("Worsened", None, comparison.worsened),
            ("Resolved", None, comparison.resolved.len()),
            ("NotAssessed", None, comparison.not_assessed.len()),
        ]);
    }
    let dimensions = |severity: Option<Severity>| {
        let environment = Some(label).filter(|label| !label.is_empty());
        let environment = environment.map(|label| ("Environment", label.to_owned()));
        let severity = severity.map(|severity| ("Severity", severity.word().to_owned()));
        environment.into_iter().chain(severity).collect()
    };
    let metric = |(name, severity, value)| Metric { name, dimensions: dimensions(severity), value };
    all.into_iter().map(metric).collect()
}
