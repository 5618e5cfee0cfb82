//! Editions, with a made-up check and made-up changes.

use std::fmt::Write;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::edition::{
    Before, CHANGES, Change, EDITIONS, Edition, HISTORY, History, Pin,
};
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{Exit, Gate, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use elb_audit_core::vocab::severity::{Persona, Severity};

use crate::golden;

const OFF: &str = "deletion-protection-off";

/// Three editions. The second made a fault worse and of interest to fewer, the third worse again.
const MADE_UP: History = History {
    editions: &[
        Edition { name: "2026-11", release: "0.1.0" },
        Edition { name: "2027-03", release: "0.9.0" },
        Edition { name: "2027-09", release: "0.10.2" },
    ],
    changes: &[
        Change { check: OFF, edition: "2027-03", before: Before::Severity(Severity::High) },
        Change { check: OFF, edition: "2027-03", before: Before::Persona(Persona::Auditor) },
        Change { check: OFF, edition: "2027-09", before: Before::Severity(Severity::Medium) },
    ],
};

fn pin(name: &str) -> Pin {
    MADE_UP.pin(name).expect("an edition")
}

/// The real check as another one that came with this release.
fn made_up(since: &'static str) -> &'static Check {
    let real = ALL.iter().find(|check| check.id == OFF).expect("the check");
    Box::leak(Box::new(Check { id: "made-up", since, ..**real }))
}

fn real() -> &'static Check {
    ALL.iter().find(|check| check.id == OFF).expect("the check")
}

fn faulty() -> Inventory {
    let off = ("deletion_protection.enabled", "false");
    sample::with(&Kind::Gateway, |lb| sample::set(lb, &[off]))
}

fn judged(inventory: &Inventory, checks: &[&'static Check], edition: Option<Pin>) -> Report {
    let policy = Policy { edition, ..Policy::default() };
    audit(inventory, checks, &Options { policy, ..Options::at(sample::now()) })
}

const STRICT: Gate = Gate { fail_on: Some(Severity::Low), strict: true, only_new: false };

#[test]
fn every_check_belongs_to_an_edition_and_every_change_to_a_check() {
    for check in ALL {
        assert!(
            HISTORY.edition_of(check).is_some(),
            "{}: no edition has {}",
            check.id,
            check.since
        );
    }
    assert!(EDITIONS.is_sorted_by_key(|edition| edition.name));
    for change in CHANGES {
        assert!(ALL.iter().any(|check| check.id == change.check), "{}", change.check);
        assert!(HISTORY.pin(change.edition).is_ok(), "{}", change.edition);
    }
}

#[test]
fn the_page_on_the_configuration_lists_every_edition() {
    let page = golden::read("docs/configuration.md");
    for edition in EDITIONS {
        assert!(page.contains(&format!("| `{}` | {} |", edition.name, edition.release)));
    }
}

#[test]
fn a_check_belongs_to_the_first_edition_that_has_it() {
    for (since, edition) in [
        ("0.1.0", Some("2026-11")),
        ("0.2.0", Some("2027-03")),
        ("0.9.0", Some("2027-03")),
        ("0.9.1", Some("2027-09")),
        ("0.10.0", Some("2027-09")),
        ("0.11.0", None),
    ] {
        assert_eq!(MADE_UP.edition_of(made_up(since)), edition, "{since}");
    }
}

#[test]
fn a_newer_check_informs_and_never_fails_a_run() {
    let checks = [made_up("0.2.0")];
    let report = judged(&faulty(), &checks, Some(pin("2026-11")));
    let finding = &report.findings[0];
    assert!(finding.advisory && finding.outcome == Outcome::Fail);
    assert_eq!(finding.edition, "2027-03");
    assert_eq!((report.summary.faults.total(), report.summary.advisory), (0, 1));
    assert_eq!(report.exit(STRICT).0, Exit::Clean);
    assert_eq!(report.basis.edition, "2026-11");
    let text = render::TEXT.text(&report, Style::DETAILED);
    let said =
        "low[made-up]: deletion protection is off; new in edition 2027-03, does not count yet";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("No fault found; 1 not counted yet"), "{text}");
    for edition in [Some(pin("2027-03")), Some(pin("2027-09"))] {
        let report = judged(&faulty(), &checks, edition);
        assert!(!report.findings[0].advisory);
        assert_eq!(report.exit(STRICT).0, Exit::Findings);
    }
}

#[test]
fn what_a_newer_check_cannot_read_fails_no_strict_run() {
    let denied = sample::with_region(&Kind::Application, |region| {
        sample::only(region).web_acl = Fact::Unread(sample::denied(Call::Wafv2ListWebAcls));
    });
    let waf = ALL.iter().find(|check| check.id == "waf-not-associated").expect("the check");
    let newer: &'static Check = Box::leak(Box::new(Check { since: "0.2.0", ..**waf }));
    let report = judged(&denied, &[newer], Some(pin("2026-11")));
    assert!(report.gaps.iter().all(|gap| gap.advisory) && !report.gaps.is_empty());
    assert_eq!((report.summary.unknown, report.summary.advisory), (0, 1));
    assert_eq!(report.exit(STRICT).0, Exit::Clean);
    // The gap is still told, and counts as soon as a check of the edition needs it, too.
    let text = render::TEXT.text(&report, Style::DETAILED);
    assert!(text.contains("wafv2:ListWebACLs: access denied"), "{text}");
    let both = judged(&denied, &[newer, waf], Some(pin("2026-11")));
    assert_eq!(both.exit(STRICT).0, Exit::Incomplete);
    let raised = judged(&denied, &[newer], Some(pin("2027-03")));
    assert_eq!(raised.exit(STRICT).0, Exit::Incomplete);
}

#[test]
fn an_edition_keeps_its_severities_and_personas() {
    let (oldest, middle, newest) = (pin("2026-11"), pin("2027-03"), pin("2027-09"));
    for (edition, severity, persona) in [
        (oldest, Severity::High, Persona::Auditor),
        (middle, Severity::Medium, Persona::Pedantic),
        (newest, Severity::Low, Persona::Pedantic),
    ] {
        let report = judged(&faulty(), &[real()], Some(edition));
        // A Gateway load balancer is internal: one step lower.
        assert_eq!(
            report.findings[0].severity,
            severity.at(elb_audit_core::vocab::exposure::ExposureClass::Internal)
        );
        let policy = Policy { edition: Some(edition), ..Policy::default() };
        assert_eq!(policy.severity(real(), None), severity, "{}", edition.name());
        assert_eq!(policy.persona(real()), persona, "{}", edition.name());
        let pedantic = Selection { persona: Some(Persona::Pedantic), ..Selection::default() };
        let heard = pedantic.choose(&[real()], &policy).len() == 1;
        assert_eq!(heard, persona <= Persona::Pedantic);
    }
    let other = ALL.iter().find(|check| check.id == "no-listeners").expect("a check");
    assert_eq!(oldest.severity(other), other.severity);
    assert_eq!(judged(&faulty(), &[real()], None).findings[0].severity, Severity::Low);
}

#[test]
fn the_user_s_severity_comes_before_the_edition_s() {
    let severities = [(OFF.to_owned(), Severity::Critical)].into();
    let policy = Policy { edition: Some(pin("2026-11")), severities, ..Policy::default() };
    assert_eq!(policy.severity(real(), None), Severity::Critical);
}

/// `since` has a default, which a check that comes after the first release must not take: the number of an
/// edition that is released stays.
#[test]
fn an_edition_has_as_many_checks_as_the_list_says() {
    let mut list = String::new();
    for edition in EDITIONS {
        let own = ALL.iter().filter(|check| HISTORY.edition_of(check) == Some(edition.name));
        writeln!(list, "{}: {}", edition.name, own.count()).expect("a text");
    }
    let new = ALL.iter().filter(|check| HISTORY.edition_of(check).is_none());
    writeln!(list, "in none yet: {}", new.count()).expect("a text");
    golden::compare("crates/core/tests/it/snapshots/editions.txt", &list);
}
