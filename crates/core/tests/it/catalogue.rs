//! The catalogue has no hole, and what is said of other tools stands beside what we find ourselves.

use std::collections::BTreeSet;

use elb_audit_core::check::Check;
use elb_audit_core::check::catalogue::{Fate, rows};
use elb_audit_core::checks::ALL;
use elb_audit_core::docs;
use elb_audit_core::fixtures::conformance::CASES;

/// Which there are, `docs/catalogue.md` shows.
#[test]
fn the_questions_are_numbered_and_none_stands_twice() {
    let sections: Vec<&str> = rows().iter().map(|row| row.section).collect();
    let asked_elsewhere = sections.iter().take_while(|section| section.starts_with("1.")).count();
    let numbers: Vec<String> = (1..=asked_elsewhere).map(|number| format!("1.{number}")).collect();
    assert_eq!(sections[..asked_elsewhere], numbers);
    let others = &sections[asked_elsewhere..];
    assert!(others.is_sorted() && others.iter().all(|section| section.starts_with("2.")));
    let ids: BTreeSet<&str> = rows().iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows().len(), "a question stands twice");
}

#[test]
fn every_question_leads_to_a_check_or_has_a_reason() {
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    for row in rows() {
        match &row.fate {
            Fate::Implemented(checks) | Fate::Merged(checks) => {
                assert!(!checks.is_empty(), "{}", row.id);
                for check in checks {
                    assert!(ids.contains(check), "{}: there is no check {check}", row.id);
                }
            }
            Fate::Engine(reason) | Fate::LeftOut(reason) => {
                assert!(reason.len() > 20, "{}: {reason}", row.id);
            }
        }
    }
}

#[test]
fn a_check_that_no_question_leads_to_asks_its_own() {
    let new = Check { id: "new-check", ..*ALL[0] };
    let row = "| – | `new-check` | implemented as | [new-check](checks/new-check.md) |\n";
    assert_eq!(docs::catalogue(&[ALL[0], &new]), docs::catalogue(&[ALL[0]]) + row);
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
