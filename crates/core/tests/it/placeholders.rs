//! The law of placeholders: what a command of a remedy leaves open is known from the finding, or the user is
//! told how to choose it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;
use elb_audit_core::remedy::placeholder::{self, CASES, CHOSEN, FOUND};
use elb_audit_core::report::{Finding, Outcome};

use crate::given::report_of;

/// Words in capitals that AWS and DNS have themselves.
const CONSTANTS: &[&str] = &[
    "ACL",
    "ACM",
    "ACTIVE_UNDER_DDOS",
    "AES256",
    "ALL",
    "ARN",
    "AWS",
    "CREATE",
    "CRL",
    "DELETE",
    "DENY",
    "DISABLED",
    "DNS",
    "ELB",
    "GT",
    "HTTP",
    "HTTPS",
    "HTTP_301",
    "IAM",
    "IP",
    "MATCH",
    "NONE",
    "OIDC",
    "REGIONAL",
    "SELF",
    "SSL",
    "TCP",
    "TLS",
    "TTL",
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
fn every_placeholder_is_bound_or_the_user_is_told_how_to_choose_it() {
    let mut wrong = BTreeSet::new();
    let mut used = BTreeSet::new();
    for check in ALL {
        used.extend(words(&check.remedy.ways(check.applies_to).cli));
        for (title, finding) in found(check) {
            let commands = check.commands(&kinds(check, &finding), &finding.bindings).lines;
            if !commands.lines().any(|line| !line.starts_with('#') && !line.is_empty()) {
                wrong.insert(format!("{}, {title}: no command", check.id));
            }
            let bound = serde_json::to_string(&finding.bindings).expect("plain data");
            for word in words(&commands).difference(&words(&bound)) {
                let known = placeholder::choice(word).is_some() || CONSTANTS.contains(&&**word);
                if !known {
                    wrong.insert(format!("{}, {title}: {word}", check.id));
                }
            }
            for (name, _) in CHOSEN {
                if finding.bindings.contains_key(*name) {
                    wrong.insert(format!("{}, {title}: {name} is bound", check.id));
                }
            }
        }
    }
    let wrong: String = wrong.iter().map(|line| format!("{line}\n")).collect();
    assert!(wrong.is_empty(), "{wrong}");
    for (name, _) in CHOSEN {
        assert!(!FOUND.contains(name), "{name} is both found and chosen");
    }
    assert!(CASES.iter().all(|name| FOUND.contains(name)), "a case that is not found");
    let known = FOUND.iter().copied().chain(CHOSEN.iter().map(|(name, _)| *name));
    let idle: Vec<&str> =
        known.chain(CONSTANTS.iter().copied()).filter(|name| !used.contains(*name)).collect();
    assert!(idle.is_empty(), "no command has {idle:?}");
}

/// Words in capitals of commands; values of AWS, such as ids and names, are none.
fn words(commands: &str) -> BTreeSet<String> {
    placeholder::words(commands).map(|(word, _)| word.to_owned()).collect()
}

#[test]
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
