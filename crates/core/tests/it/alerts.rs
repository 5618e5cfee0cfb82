//! Alerts for programs and chats: what they hold, and that nothing is ever too long.

use elb_audit_core::alert::event::{Event, events};
use elb_audit_core::alert::metrics::{embedded, metrics};
use elb_audit_core::alert::slack::blocks;
use elb_audit_core::alert::webhook::document;
use elb_audit_core::alert::{Alert, AlertRules, NotifyOn};
use elb_audit_core::audit::compare::compare;
use elb_audit_core::report::{Finding, Report};
use elb_audit_core::vocab::severity::Severity;
use serde_json::{Value, json};

use crate::asff::{fault, report, swollen};

fn terms(label: &str) -> AlertRules {
    AlertRules {
        on: NotifyOn::All,
        min_severity: Severity::Low,
        heartbeat_days: 7,
        watching: true,
        label: label.to_owned(),
        report: Some("s3://reports/elb/latest.json".to_owned()),
        trouble: None,
    }
}

fn told<T>(report: &Report, label: &str, of: impl FnOnce(&Alert<'_>) -> T) -> T {
    let terms = terms(label);
    of(&Alert::from_report(report, &terms).expect("an alert"))
}

/// A day later: one fault is gone, one is new, the others stand.
fn changed() -> (Report, Finding, Finding) {
    let (mut before, mut after) = (report(0), report(1));
    let mut faults = after.findings.iter().filter(|one| one.is_fault()).cloned();
    let (new, gone) = (faults.next().expect("a fault"), faults.next_back().expect("a fault"));
    before.findings.retain(|one| one.fingerprint != new.fingerprint);
    after.findings.retain(|one| one.fingerprint != gone.fingerprint);
    compare(&before, &mut after);
    (after, new, gone)
}

/// More faults than any list takes, every text swollen.
fn huge() -> Report {
    let mut report = report(0);
    let one = fault(&mut report);
    let check = one.check.clone();
    swollen(one);
    // Names of checks are the program's own.
    one.check = check;
    one.evidence.0 = std::mem::take(&mut one.evidence.0).into_iter().take(2).collect();
    let one = one.clone();
    report.findings = vec![one; 600];
    report
}

#[test]
fn a_document_tells_each_change_once_and_the_totals() {
    let (report, new, gone) = changed();
    let document = told(&report, "prod", document);
    assert_eq!(document["schema"], "elb-audit/alert/v1");
    assert_eq!(
        (&document["occasion"], &document["environment"]),
        (&json!("change"), &json!("prod"))
    );
    assert_eq!(document["report"], "s3://reports/elb/latest.json");
    let counts = json!({
        "new": 1,
        "worsened": 0,
        "resolved": 1,
        "not_assessed": 0,
        "unread": 0,
        "judged_differently": 0,
    });
    assert_eq!(document["counts"], counts);
    let findings = document["findings"].as_array().expect("a list");
    let of = |kind: &str| -> Vec<&Value> {
        findings.iter().filter(|one| one["change"] == kind).collect()
    };
    assert_eq!(of("new")[0]["fingerprint"], json!(new.fingerprint));
    assert_eq!(of("resolved")[0]["fingerprint"], json!(gone.fingerprint));
    assert_eq!(of("resolved")[0]["last_seen_at"], json!(report.taken_at - one_day()));
    assert_eq!(findings[0]["change"], "new", "the most important first");
    assert_eq!(of("unchanged").len(), findings.len() - 2);
    assert_eq!(document["totals"]["faults"]["high"], json!(report.summary.faults.high));
    let left_out = json!({"findings": 0, "unread": 0});
    assert_eq!(document["left_out"], left_out);
}

fn one_day() -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(24)
}

#[test]
fn a_document_stays_small_whatever_there_is_to_tell() {
    let report = huge();
    let document = told(&report, "", document);
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(200));
    assert_eq!(document["left_out"]["findings"], 400);
    assert_eq!(document["environment"], Value::Null);
    let size = document.to_string().len();
    assert!(size < 2_500_000, "{size}");
    assert!(!document.to_string().contains('\u{202e}'));
}

#[test]
fn a_chat_shows_the_news_first_and_where_the_rest_is() {
    let (report, new, _) = changed();
    let message = told(&report, "prod", blocks);
    let text = |place: &str| message.pointer(place).and_then(Value::as_str).unwrap_or_default();
    assert!(text("/text").starts_with("elb-audit [prod]: 1 new"), "{}", text("/text"));
    assert_eq!(text("/blocks/0/text/text"), text("/text"));
    let first = text("/blocks/1/text/text");
    assert!(first.contains("*new: ") && first.contains(&format!("[{}]", new.check)), "{first}");
    let blocks = message["blocks"].as_array().expect("blocks");
    let last = blocks.last().expect("a block")["text"]["text"].as_str().unwrap_or_default();
    assert!(
        last.starts_with("and ") && last.ends_with("full report: s3://reports/elb/latest.json")
    );
}

#[test]
fn a_chat_message_keeps_to_slack_s_limits() {
    let report = huge();
    let message = told(&report, "<!channel>", blocks);
    let blocks = message["blocks"].as_array().expect("blocks");
    assert!(blocks.len() > 3 && blocks.len() <= 50, "{}", blocks.len());
    let texts = blocks.iter().map(|block| block["text"]["text"].as_str().unwrap_or_default());
    let texts: Vec<&str> = texts.collect();
    assert!(texts[0].chars().count() <= 150);
    for text in &texts[1..] {
        let length = text.chars().count();
        assert!(length > 20 && length <= 3_000, "{length}");
        assert!(!text.contains('<') && !text.contains('>') && !text.contains('\u{202e}'), "{text}");
        let entities = ["&amp;", "&lt;", "&gt;"].map(|entity| text.matches(entity).count());
        assert_eq!(text.matches('&').count(), entities.iter().sum::<usize>(), "{text}");
    }
    assert!(texts.iter().map(|text| text.len()).sum::<usize>() < 14_000);
    assert!(!message["text"].as_str().unwrap_or_default().contains('<'));
}

#[test]
fn every_change_has_an_event() {
    let (report, new, gone) = changed();
    let events = told(&report, "prod", events);
    let types: Vec<&str> = events.iter().map(|event| event.detail_type.as_str()).collect();
    let expected = ["elb-audit finding new", "elb-audit finding resolved", "elb-audit summary"];
    assert_eq!(types, expected);
    let detail = |event: &Event| -> Value { serde_json::from_str(&event.detail).expect("JSON") };
    assert_eq!(detail(&events[0])["fingerprint"], json!(new.fingerprint));
    assert_eq!(detail(&events[0])["environment"], "prod");
    assert_eq!(detail(&events[1])["fingerprint"], json!(gone.fingerprint));
    assert_eq!(detail(&events[2])["left_out"], 0);
    let lb = gone.load_balancer.as_ref().expect("a load balancer");
    assert_eq!(events[1].resources.first(), Some(&lb.arn));
}

#[test]
fn events_are_counted_and_never_too_large() {
    let report = huge();
    let events = told(&report, "", events);
    assert_eq!(events.len(), 501);
    let largest = events.iter().map(Event::size).max();
    assert!(largest.is_some_and(|size| size < 250_000), "{largest:?}");
    let last: Value = serde_json::from_str(&events[500].detail).expect("JSON");
    assert_eq!(last["left_out"], 100);
    assert!(events[0].resources.is_empty(), "no ARN of AWS's is so long");
}

#[test]
fn metrics_are_the_same_put_and_embedded() {
    let (compared, ..) = changed();
    let of = |report: &Report, name: &str| {
        let found = metrics(report).into_iter().find(|metric| metric.name == name);
        found.map(|metric| metric.value)
    };
    assert_eq!((of(&compared, "NewFaults"), of(&compared, "ResolvedFaults")), (Some(1), Some(1)));
    assert_eq!(of(&report(0), "NewFaults"), Some(0), "nothing was compared");
    let each = ["CriticalFaults", "HighFaults", "MediumFaults", "LowFaults"];
    let sum: u64 = each.iter().filter_map(|name| of(&compared, name)).sum();
    let info = compared.summary.faults.count(Severity::Info) as u64;
    assert_eq!(of(&compared, "Faults"), Some(sum + info));
    let line = embedded(&compared, "", "r-1", compared.taken_at);
    assert_eq!((&line["Environment"], &line["requestId"]), (&json!("default"), &json!("r-1")));
    let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("a list");
    assert_eq!(declared.len(), metrics(&compared).len());
    for (metric, declared) in metrics(&compared).iter().zip(declared) {
        assert_eq!(*declared, json!({"Name": metric.name, "Unit": metric.unit}));
        assert_eq!(line[metric.name], json!(metric.value));
    }
}
