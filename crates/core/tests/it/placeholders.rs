//! The law of placeholders: what a command of a remedy leaves open is known from the finding, or the user is
//! told how to choose it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;
use elb_audit_core::remedy::placeholder::{self, CHOSEN, FOUND};
use elb_audit_core::report::{Finding, Outcome};

use crate::given::report_of;

/// Words in capitals that AWS and DNS have themselves.
const CONSTANTS: &[&str] = &[
    "ACTIVE_UNDER_DDOS",
    "ALL",
    "CREATE",
    "DELETE",
    "DENY",
    "DISABLED",
    "DNS",
    "ELB",
    "HTTP",
    "HTTPS",
    "HTTP_301",
    "IPV4",
    "REGIONAL",
    "TLS",
    "IP",
    "UPSERT",
    "VPC",
    "VPC_LINK",
];

/// The kinds whose ways a finding is shown.
fn kinds(check: &Check, finding: &Finding) -> Vec<Kind> {
    match &finding.load_balancer {
        Some(lb) => vec![Kind::from(lb.kind.as_str())],
        None => check.applies_to.to_vec(),
    }
}

/// Every fault and note of a check in its own examples.
fn found(check: &'static Check) -> Vec<(&'static str, Finding)> {
    let of = |outcome| matches!(outcome, Outcome::Fail | Outcome::Note);
    let mut found = Vec::new();
    for example in check.examples {
        let findings = report_of(&(example.given)(), &[check]).findings;
        let own = findings.into_iter().filter(|finding| of(finding.outcome));
        found.extend(own.map(|finding| (example.title, finding)));
    }
    found
}

#[test]
#[ignore = "the checks do not say it yet"]
fn every_placeholder_is_bound_or_the_user_is_told_how_to_choose_it() {
    let mut wrong = String::new();
    let mut used = BTreeSet::new();
    for check in ALL {
        for (title, finding) in found(check) {
            let cli = check.remedy.ways(&kinds(check, &finding)).cli;
            for (word, _) in placeholder::words(&cli) {
                used.insert(word.to_owned());
                let bound = finding.bindings.contains_key(word);
                let fine = match placeholder::choice(word) {
                    Some(_) => !bound,
                    None if FOUND.contains(&word) => bound,
                    None => CONSTANTS.contains(&word),
                };
                if !fine {
                    let _ = writeln!(
                        wrong,
                        "{}, {title}: {word} ({})",
                        check.id, finding.subject.label
                    );
                }
            }
        }
    }
    for (name, _) in CHOSEN {
        assert!(!FOUND.contains(name), "{name} is both found and chosen");
    }
    let known = FOUND.iter().copied().chain(CHOSEN.iter().map(|(name, _)| *name));
    let idle: Vec<&str> =
        known.chain(CONSTANTS.iter().copied()).filter(|name| !used.contains(*name)).collect();
    assert!(wrong.is_empty(), "{wrong}");
    assert!(idle.is_empty(), "no command has {idle:?}");
}

#[test]
#[ignore = "the checks do not say it yet"]
fn every_pass_says_what_was_seen() {
    let mut bare = String::new();
    for check in ALL {
        for example in check.examples {
            for finding in report_of(&(example.given)(), &[check]).findings {
                if finding.outcome == Outcome::Pass && finding.evidence.0.is_empty() {
                    let _ = writeln!(
                        bare,
                        "{}, {}: {}",
                        check.id, example.title, finding.subject.label
                    );
                }
            }
        }
    }
    assert!(bare.is_empty(), "{bare}");
}
