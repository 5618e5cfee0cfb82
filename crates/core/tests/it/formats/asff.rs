//! Security Hub's format as a file: what is delivered, and beside it what is unknown and what is right.

use std::collections::BTreeSet;

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::{Style, asff};
use elb_audit_core::report::{Outcome, RegionStatus, Report};
use elb_audit_core::vocab::evidence::Evidence;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::reports::everything;
use super::written;

fn judged(days: i64) -> Report {
    let mut inventory = demo::inventory();
    inventory.taken_at += SignedDuration::from_hours(24 * days);
    audit(&inventory, ALL, &Options { show_passed: true, ..Options::at(inventory.taken_at) })
}

fn file(report: &Report) -> Vec<Value> {
    serde_json::from_str(&written("asff", report, Style::DETAILED)).expect("a list")
}

/// Without what only a file says.
fn delivered(mut finding: Value) -> Value {
    finding["ProductFields"].as_object_mut().expect("fields").remove("elb-audit/standing");
    finding
}

#[test]
fn the_file_has_what_is_delivered_word_for_word() {
    let (mut before, mut after) = (judged(0), judged(1));
    let faults: Vec<String> = after
        .findings
        .iter()
        .filter(|one| one.is_fault())
        .map(|one| one.fingerprint.clone())
        .collect();
    before.findings.retain(|one| one.fingerprint != faults[0]);
    after.findings.retain(|one| one.fingerprint != faults[1]);
    let unknown = after.findings.iter_mut().find(|one| one.fingerprint == faults[2]).unwrap();
    unknown.outcome = Outcome::Unknown;
    unknown.evidence = Evidence::new().with("call", "elbv2:DescribeListeners");
    compare(&before, &mut after);
    let file = file(&after);
    let plain: Vec<Value> = file.iter().cloned().map(delivered).collect();
    let sent: Vec<Value> = asff::findings(&after, "eu-central-1").into_values().flatten().collect();
    for finding in &sent {
        assert!(finding["ProductFields"].get("elb-audit/standing").is_none());
        assert!(plain.contains(finding), "{finding}");
    }
    let words: BTreeSet<&str> =
        file.iter().filter_map(|one| one["ProductFields"]["elb-audit/standing"].as_str()).collect();
    assert_eq!(words, BTreeSet::from(["fault", "pass", "resolved", "unknown"]));
    // What was a fault, and could not be looked at, is as bad as it was.
    let own = |one: &&Value| one["Id"].as_str().is_some_and(|id| id.ends_with(&faults[2]));
    let unseen: Vec<&Value> = file.iter().filter(own).collect();
    assert_eq!(unseen.len(), 1);
    assert_eq!(unseen[0]["Compliance"]["Status"], "NOT_AVAILABLE");
    assert_eq!(unseen[0]["ProductFields"]["elb-audit/standing"], "unknown");
    assert_ne!(unseen[0]["Severity"]["Label"], "INFORMATIONAL");
}

#[test]
fn what_is_unknown_or_right_is_active_and_alarms_nobody() {
    for one in file(&judged(0)) {
        let status = one["Compliance"]["Status"].as_str().unwrap().to_owned();
        let title = one["Title"].as_str().unwrap();
        let before = match &*status {
            "PASSED" => "Passed: ",
            "NOT_AVAILABLE" => "Not assessed: ",
            _ => continue,
        };
        assert!(title.starts_with(before), "{title}");
        assert_eq!(
            (&one["RecordState"], &one["Severity"]["Label"]),
            (&json!("ACTIVE"), &json!("INFORMATIONAL"))
        );
        let told = one["Remediation"]["Recommendation"].get("Text").is_some();
        assert_eq!(told, status != "PASSED");
    }
}

#[test]
fn an_id_occurs_once_and_the_first_is_the_one_that_is_delivered() {
    let report = everything();
    let file = file(&report);
    let ids: BTreeSet<&str> = file.iter().map(|one| one["Id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), file.len());
    for sent in asff::findings(&report, "eu-west-1").into_values().flatten() {
        let own = file.iter().find(|one| one["Id"] == sent["Id"]).expect("in the file");
        assert_eq!(delivered(own.clone())["Title"], sent["Title"]);
    }
}

#[test]
fn what_has_no_region_goes_to_the_first_that_was_read_of_its_account() {
    let mut report = judged(0);
    let last = report.findings.last_mut().expect("a finding");
    "global".clone_into(&mut last.region);
    let (account, print) = (last.account.clone(), last.fingerprint.clone());
    let place = |report: &Report| {
        let file = file(report);
        let own = file.iter().find(|one| one["Id"].as_str().unwrap().ends_with(&print));
        own.expect("in the file")["ProductArn"]
            .as_str()
            .unwrap()
            .split(':')
            .nth(3)
            .unwrap()
            .to_owned()
    };
    let regions = report.regions.iter_mut().filter(|region| region.account == account);
    for (number, region) in regions.enumerate() {
        region.name = format!("eu-made-{number}");
        region.status = if number == 0 { RegionStatus::Unread } else { RegionStatus::Partial };
    }
    assert_eq!(place(&report), "eu-made-1");
    report.regions.retain(|region| region.account != account);
    assert_eq!(place(&report), report.regions[0].name);
    report.regions.clear();
    assert_eq!(place(&report), "us-east-1");
}
