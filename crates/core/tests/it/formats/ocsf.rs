//! OCSF: what each finding becomes, times in milliseconds, and what has become of faults of earlier reports.

use std::collections::BTreeMap;

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::Style;
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::evidence::Evidence;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::reports::everything;
use super::written;

/// The demo, judged some days later.
fn judged(days: i64) -> Report {
    let mut inventory = demo::inventory();
    inventory.taken_at += SignedDuration::from_hours(24 * days);
    audit(&inventory, ALL, &Options { show_passed: true, ..Options::at(inventory.taken_at) })
}

fn events(report: &Report) -> Vec<Value> {
    let text = written("ocsf", report, Style::DETAILED);
    text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

fn of<'a>(events: &'a [Value], finding: &Finding) -> &'a Value {
    let own = |one: &&Value| one["finding_info"]["uid"] == json!(finding.fingerprint);
    events.iter().find(own).unwrap_or_else(|| panic!("no {}", finding.fingerprint))
}

/// Activity, status, status of compliance, severity.
fn numbers(event: &Value) -> [u64; 4] {
    let number = |place: &str| event.pointer(place).and_then(Value::as_u64).expect("a number");
    [
        number("/activity_id"),
        number("/status_id"),
        number("/compliance/status_id"),
        number("/severity_id"),
    ]
}

#[test]
fn each_standing_has_numbers_of_its_own() {
    let events = events(&everything());
    let mut by: BTreeMap<&str, Vec<[u64; 4]>> = BTreeMap::new();
    for event in &events {
        let word = event["unmapped"]["standing"].as_str().expect("a word");
        by.entry(word).or_default().push(numbers(event));
    }
    let all = |word: &str, status: u64, compliance: &[u64], severity: &[u64]| {
        for found in &by[word] {
            let [activity, own, judged, weight] = *found;
            assert!((1..=2).contains(&activity) && own == status, "{word}: {found:?}");
            assert!(
                compliance.contains(&judged) && severity.contains(&weight),
                "{word}: {found:?}"
            );
        }
    };
    all("fault", 1, &[3], &[2, 3, 4, 5]);
    // Those that were faults before keep their severity.
    all("unknown", 1, &[2], &[2, 3, 4]);
    all("note", 99, &[99], &[1]);
    all("pass", 4, &[1], &[1]);
    all("accepted", 3, &[3, 99], &[1, 3]);
    all("informing", 99, &[99], &[1]);
    assert_eq!(by["resolved"], [[3, 4, 1, 5]]);
    assert_eq!(by["judged differently"], [[3, 4, 1, 5]]);
    let accepted = events.iter().find(|one| one["unmapped"]["accepted"]["expires"] == "2027-01-31");
    let accepted = accepted.expect("one that is accepted");
    let said = "accepted by edge team until 2027-01-31: rebuilt by spring";
    assert_eq!(accepted["compliance"]["status_details"], json!([said]));
    assert_eq!(accepted["unmapped"]["accepted"]["owner"], "edge team");
}

#[test]
fn times_are_in_milliseconds() {
    let (before, mut after) = (judged(0), judged(1));
    compare(&before, &mut after);
    let fault = after.findings.iter().find(|one| one.is_fault()).expect("a fault").clone();
    let all = events(&after);
    let event = of(&all, &fault);
    assert_eq!(event["time"], json!(after.taken_at.as_second() * 1_000));
    assert_eq!(event["time_dt"], json!(after.taken_at));
    let info = &event["finding_info"];
    for (name, at) in [
        ("created_time", before.taken_at),
        ("first_seen_time", before.taken_at),
        ("last_seen_time", after.taken_at),
        ("modified_time", after.taken_at),
    ] {
        assert_eq!(info[name], json!(at.as_second() * 1_000), "{name}");
    }
}

#[test]
fn what_was_seen_before_is_updated_and_what_is_gone_is_closed() {
    let (mut before, mut after) = (judged(0), judged(1));
    let faults: Vec<Finding> =
        after.findings.iter().filter(|one| one.is_fault()).cloned().collect();
    let [new, gone, unread, unseen, kept] = &faults[..5] else { panic!("five faults") };
    before.findings.retain(|one| one.fingerprint != new.fingerprint);
    after
        .findings
        .retain(|one| ![&gone.fingerprint, &unseen.fingerprint].contains(&&one.fingerprint));
    let blind =
        after.findings.iter_mut().find(|one| one.fingerprint == unread.fingerprint).unwrap();
    blind.outcome = Outcome::Unknown;
    blind.evidence = Evidence::new().with("call", "elbv2:DescribeListeners");
    compare(&before, &mut after);
    let comparison = after.comparison.as_mut().expect("a comparison");
    let place =
        comparison.resolved.iter().position(|past| past.finding.fingerprint == unseen.fingerprint);
    let past = comparison.resolved.remove(place.expect("one that is gone"));
    comparison.not_assessed.push(past);
    let all = events(&after);
    let found = |finding| {
        let event = of(&all, finding);
        assert_eq!(event["type_uid"], json!(200_300 + numbers(event)[0]));
        numbers(event)
    };
    let severity = |finding: &Finding| match finding.severity.word() {
        "critical" => 5,
        "high" => 4,
        "medium" => 3,
        _ => 2,
    };
    assert_eq!(found(new), [1, 1, 3, severity(new)]);
    assert_eq!(found(kept), [2, 1, 3, severity(kept)]);
    assert_eq!(found(gone), [3, 4, 1, severity(gone)]);
    assert_eq!(found(unread), [2, 1, 2, severity(unread)]);
    assert_eq!(found(unseen), [2, 1, 2, severity(unseen)]);
    let closed = &of(&all, gone)["finding_info"];
    assert_eq!(closed["last_seen_time"], json!(before.taken_at.as_millisecond()));
    let prints = |finding: &Finding| {
        all.iter().filter(|one| one["finding_info"]["uid"] == json!(finding.fingerprint)).count()
    };
    assert_eq!([new, gone, unread, unseen, kept].map(prints), [1; 5]);
}

#[test]
fn every_check_is_of_a_standard_and_of_the_kind_of_load_balancer() {
    let report = judged(0);
    for (event, finding) in events(&report).iter().zip(&report.findings) {
        let compliance = &event["compliance"];
        assert_eq!(compliance["control"], json!(finding.check));
        let standards = compliance["standards"].as_array().expect("a list");
        assert!(!standards.is_empty(), "{}", finding.check);
        if finding.check == "listener-cleartext" {
            let classic = finding.load_balancer.as_ref().is_some_and(|lb| lb.kind == "classic");
            let asked = compliance["requirements"].as_array().expect("a list");
            let of = |id: &str| {
                asked.contains(&json!(format!("AWS Foundational Security Best Practices: {id}")))
            };
            assert_eq!((of("ELB.1"), of("ELB.3")), (!classic && of("ELB.1"), classic));
        }
    }
}

#[test]
fn the_load_balancer_and_what_of_it_is_meant_are_resources() {
    let report = judged(0);
    let all = events(&report);
    let listener =
        report.findings.iter().find(|one| one.subject.id.contains(":listener/")).unwrap();
    let event = of(&all, listener);
    let lb = listener.load_balancer.as_ref().unwrap();
    let [first, second] = &event["resources"].as_array().unwrap()[..] else { panic!("two") };
    assert_eq!(first["uid"], json!(lb.arn));
    assert_eq!(first["type"], "AWS::ElasticLoadBalancingV2::LoadBalancer");
    assert_eq!(second["uid"], json!(listener.subject.id));
    assert_eq!(second["type"], "AWS::ElasticLoadBalancingV2::Listener");
    assert_eq!(second["data"], json!(listener.evidence));
    for resource in [first, second] {
        assert_eq!(resource["owner"]["account"]["uid"], json!(listener.account));
        assert_eq!(resource["region"], json!(listener.region));
    }
    let own = report
        .findings
        .iter()
        .find(|one| one.load_balancer.as_ref().is_some_and(|lb| lb.arn == one.subject.id));
    assert_eq!(of(&all, own.unwrap())["resources"].as_array().unwrap().len(), 1);
}
