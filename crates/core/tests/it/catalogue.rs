//! The catalogue has no hole, and what is said of other tools stands beside what we find ourselves.

use std::collections::BTreeSet;

use elb_audit_core::check::catalogue::{Fate, rows};
use elb_audit_core::checks::ALL;
use elb_audit_core::docs;
use elb_audit_core::fixtures::conformance::CASES;

/// Questions of each section: those that other tools ask, and those that none does.
const SECTIONS: [(&str, usize); 11] = [
    ("1", 63),
    ("2.A", 29),
    ("2.B", 14),
    ("2.C", 8),
    ("2.D", 15),
    ("2.E", 18),
    ("2.F", 8),
    ("2.G", 9),
    ("2.H", 6),
    ("2.I", 6),
    ("2.J", 4),
];

#[test]
fn no_question_is_missing() {
    for (section, number) in SECTIONS {
        let own = rows().iter().filter(|row| {
            row.section == section || row.section.strip_prefix("1.").is_some_and(|_| section == "1")
        });
        assert_eq!(own.count(), number, "section {section}");
    }
    let first: Vec<String> = (1..=63).map(|number| format!("1.{number}")).collect();
    let sections: Vec<&str> = rows().iter().map(|row| row.section).collect();
    assert_eq!(sections[..63], first);
    let ids: BTreeSet<&str> = rows().iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows().len(), "a question stands twice");
}

#[test]
fn every_question_leads_to_a_check_or_has_a_reason() {
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    let mut asked = BTreeSet::new();
    for row in rows() {
        match &row.fate {
            Fate::Implemented(checks) | Fate::Merged(checks) => {
                assert!(!checks.is_empty(), "{}", row.id);
                for check in checks {
                    assert!(ids.contains(check), "{}: there is no check {check}", row.id);
                    asked.insert(*check);
                }
            }
            Fate::Engine(reason) | Fate::LeftOut(reason) => {
                assert!(reason.len() > 20, "{}: {reason}", row.id);
            }
        }
    }
    let unasked: Vec<_> = ids.difference(&asked).collect();
    assert!(unasked.is_empty(), "in no row: {unasked:?}");
}

#[test]
fn we_find_in_every_case_what_is_right() {
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    for case in CASES {
        let checks: Vec<&&str> = case.checks.iter().filter(|id| !ids.contains(**id)).collect();
        assert!(checks.is_empty(), "{}: no check {checks:?}", case.title);
        let found: BTreeSet<String> = docs::ours(case)
            .into_iter()
            .map(|line| line.replace('`', "").replace(" on ", " "))
            .collect();
        let expected: BTreeSet<String> = case.ours.iter().map(|line| (*line).to_owned()).collect();
        // What is asked of two subjects may be right of one of them without being a part of the case.
        let missing: Vec<_> = expected.difference(&found).collect();
        assert!(missing.is_empty(), "{}: {missing:?} not in {found:?}", case.title);
        let bad: Vec<_> =
            found.difference(&expected).filter(|line| !line.starts_with("pass ")).collect();
        assert!(bad.is_empty(), "{}: found besides: {bad:?}", case.title);
        assert!(!case.peers.is_empty(), "{}", case.title);
    }
}
