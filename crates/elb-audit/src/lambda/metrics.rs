//! Metrics in CloudWatch's embedded format: a line of the log that becomes numbers, without a call.

use std::io::Write as _;

use elb_audit_core::report::Report;
use elb_audit_core::vocab::severity::Severity;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const NAMESPACE: &str = "elb-audit";
/// The dimension's value where the environment has no name.
const UNNAMED: &str = "default";

/// Writes the metrics of a scan to standard output.
pub(super) fn emit(report: &Report, environment: &str, request: &str) {
    let line = line(report, environment, (request, Timestamp::now()));
    // Nobody listening is no reason to fail.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Sources: CloudWatch user guide, embedded metric format specification.
fn line(report: &Report, environment: &str, (request, now): (&str, Timestamp)) -> Value {
    let summary = &report.summary;
    let past = report.comparison.as_ref();
    let mut numbers: Vec<(&str, &str, u64)> = vec![
        ("Scans", "Count", 1),
        ("LoadBalancers", "Count", count(summary.load_balancers)),
        ("Faults", "Count", count(summary.faults.total())),
        ("Unknown", "Count", count(summary.unknown)),
        ("Gaps", "Count", count(report.gaps.len())),
        ("RegionsUnread", "Count", count(summary.regions_unread)),
        ("NewFaults", "Count", past.map_or(0, |past| count(past.new + past.worsened))),
        ("ResolvedFaults", "Count", past.map_or(0, |past| count(past.resolved.len()))),
        ("Calls", "Count", summary.cost.api_calls),
        ("Duration", "Milliseconds", summary.cost.milliseconds),
    ];
    let names = ["CriticalFaults", "HighFaults", "MediumFaults", "LowFaults"];
    for (name, severity) in names.into_iter().zip(Severity::WORST_FIRST) {
        numbers.push((name, "Count", count(summary.faults.count(severity))));
    }
    let metrics: Vec<Value> =
        numbers.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let mut fields: Map<String, Value> =
        numbers.iter().map(|(name, _, number)| ((*name).to_owned(), json!(number))).collect();
    let environment = if environment.is_empty() { UNNAMED } else { environment };
    fields.insert("Environment".to_owned(), json!(environment));
    fields.insert("requestId".to_owned(), json!(request));
    let of_all = json!({
        "Namespace": NAMESPACE,
        "Dimensions": [["Environment"]],
        "Metrics": metrics,
    });
    let about = json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [of_all]});
    fields.insert("_aws".to_owned(), about);
    Value::Object(fields)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
