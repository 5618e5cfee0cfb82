//! The laws of actions: every fault that counts is in exactly one, and none spans more than one place.

use std::collections::BTreeMap;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::report::{Report, SeverityCounts};

use crate::given::report;

/// What is wrong with the actions of a report.
fn faults_of(report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for fingerprint in report.actions.iter().flat_map(|action| &action.fingerprints) {
        *times.entry(fingerprint).or_default() += 1;
    }
    for finding in &report.findings {
        let expected = usize::from(finding.is_fault());
        let times = times.get(&*finding.fingerprint).copied().unwrap_or_default();
        if times != expected {
            wrong.push(format!("{} {}: in {times} actions", finding.check, finding.subject.label));
        }
    }
    for action in &report.actions {
        let own =
            report.findings.iter().filter(|one| action.fingerprints.contains(&one.fingerprint));
        let mut counts = SeverityCounts::default();
        for finding in own {
            counts.add(finding.severity);
            let there = (&finding.account, &finding.region) == (&action.account, &action.region);
            if !there || finding.cause.as_ref() != Some(&action.cause) {
                wrong.push(format!("{}: {} is of another cause", action.title, finding.check));
            }
        }
        if counts != action.faults {
            wrong.push(format!("{}: counts {:?}, has {counts:?}", action.title, action.faults));
        }
    }
    let ids = report.actions.iter().map(|action| &*action.id);
    let ids: std::collections::BTreeSet<&str> = ids.collect();
    if ids.len() != report.actions.len() {
        wrong.push("two actions have the same id".to_owned());
    }
    wrong
}

#[test]
fn every_fault_that_counts_is_in_exactly_one_action() {
    for check in ALL {
        for example in check.examples {
            let report = report(&(example.given)());
            let wrong = faults_of(&report);
            assert!(wrong.is_empty(), "{}, {}: {wrong:?}", check.id, example.title);
        }
    }
    let inventory = demo::inventory();
    let report = audit(&inventory, ALL, &Options::at(inventory.taken_at));
    assert!(report.actions.len() > 1, "the demo has actions");
    assert_eq!(faults_of(&report), [""; 0]);
}
