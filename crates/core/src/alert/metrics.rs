//! A report as metrics of Amazon CloudWatch: the same whether they are put by a call or embedded in a log.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::report::Report;
use crate::vocab::severity::Severity;

/// The namespace that metrics are in unless another one is named.
pub const NAMESPACE: &str = "elb-audit";
/// The dimension that tells environments apart which share an account.
pub const DIMENSION: &str = "Environment";
/// Its value where the environment has no name.
const UNNAMED: &str = "default";

/// One number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// `Count` or `Milliseconds`.
    pub unit: &'static str,
    /// How many there are.
    pub value: u64,
}

/// The value of the dimension for a label.
#[must_use]
pub fn environment(label: &str) -> &str {
    if label.is_empty() { UNNAMED } else { label }
}

/// The numbers of a report. What is new and what is resolved is 0 where nothing was compared.
#[must_use]
pub fn metrics(report: &Report) -> Vec<Metric> {
    let (totals, past) = (&report.summary, report.comparison.as_ref());
    let faults = |severity| totals.faults.count(severity);
    let counts = [
        ("Scans", 1),
        ("LoadBalancers", totals.load_balancers),
        ("Faults", totals.faults.total()),
        ("CriticalFaults", faults(Severity::Critical)),
        ("HighFaults", faults(Severity::High)),
        ("MediumFaults", faults(Severity::Medium)),
        ("LowFaults", faults(Severity::Low)),
        ("NewFaults", past.map_or(0, |past| past.new + past.worsened)),
        ("ResolvedFaults", past.map_or(0, |past| past.resolved.len())),
        ("Unknown", totals.unknown),
        ("Gaps", report.gaps.len()),
        ("RegionsUnread", totals.regions_unread),
    ];
    let count = |(name, number)| {
        let value = u64::try_from(number).unwrap_or(u64::MAX);
        Metric { name, unit: "Count", value }
    };
    let cost = &totals.cost;
    let calls = Metric { name: "Calls", unit: "Count", value: cost.api_calls };
    let duration = Metric { name: "Duration", unit: "Milliseconds", value: cost.milliseconds };
    counts.into_iter().map(count).chain([calls, duration]).collect()
}

/// The numbers as a line of a log that becomes metrics without a call.
///
/// Source: CloudWatch user guide, embedded metric format specification.
#[must_use]
pub fn embedded(report: &Report, label: &str, request: &str, now: Timestamp) -> Value {
    let metrics = metrics(report);
    let named = metrics.iter().map(|metric| json!({"Name": metric.name, "Unit": metric.unit}));
    let about = json!({
        "Timestamp": now.as_millisecond(),
        "CloudWatchMetrics": [{
            "Namespace": NAMESPACE,
            "Dimensions": [[DIMENSION]],
            "Metrics": named.collect::<Vec<_>>(),
        }],
    });
    let mut fields: Map<String, Value> =
        metrics.iter().map(|metric| (metric.name.to_owned(), json!(metric.value))).collect();
    fields.insert(DIMENSION.to_owned(), json!(environment(label)));
    fields.insert("requestId".to_owned(), json!(request));
    fields.insert("_aws".to_owned(), about);
    Value::Object(fields)
}
