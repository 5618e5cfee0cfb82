//! The law of placeholders: what a command of a remedy leaves open is known from the finding, or the user is
//! told how to choose it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;
use elb_audit_core::remedy::binding::{Binding, Bindings};
use elb_audit_core::remedy::placeholder::{self, CASES, CHOSEN, FOUND};
use elb_audit_core::report::{Finding, Outcome};

use crate::given::report_of;

/// Words in capitals that AWS and DNS have themselves.
const CONSTANTS: &[&str] = &[
    "ACL",
    "ACM",
    "ACTIVE_UNDER_DDOS",
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
    "HTTP_302",
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

/// The same bindings, their values in letters that no placeholder has.
fn values_aside(bindings: &Bindings) -> Bindings {
    let aside = |binding: &Binding| match binding {
        Binding::One(_) => "x".into(),
        Binding::Many(values) => Binding::Many(vec!["x".to_owned(); values.len()]),
    };
    bindings.iter().map(|(name, binding)| (name.clone(), aside(binding))).collect()
}

/// Whether commands change anything.
fn changes(cli: &str) -> bool {
    const READS: [&str; 5] = ["describe-", "get-", "list-", "wait", "filter-"];
    let operations = cli.lines().filter_map(|line| {
        let (_, command) = line.split_once("aws ").filter(|_| !line.starts_with('#'))?;
        command.split(' ').nth(1)
    });
    operations.into_iter().any(|operation| !READS.iter().any(|read| operation.starts_with(read)))
}

#[test]
fn every_placeholder_is_bound_or_the_user_is_told_how_to_choose_it() {
    let mut wrong = String::new();
    let mut used = BTreeSet::new();
    for check in ALL {
        for (title, finding) in found(check) {
            let kinds = kinds(check, &finding);
            let cli = check.remedy.ways(&kinds).cli;
            used.extend(placeholder::words(&cli).map(|(word, _)| word.to_owned()));
            let own = check.commands(&kinds, &values_aside(&finding.bindings)).lines;
            let open = placeholder::words(&own).map(|(word, _)| word);
            let open = open
                .filter(|word| !CONSTANTS.contains(word) && placeholder::choice(word).is_none());
            for word in open.collect::<BTreeSet<_>>() {
                let label = &finding.subject.label;
                let _ = writeln!(wrong, "{}, {title}: {word} ({label})", check.id);
            }
            if changes(&cli) && !changes(&own) {
                let label = &finding.subject.label;
                let _ = writeln!(wrong, "{}, {title}: no step is for it ({label})", check.id);
            }
            for name in finding.bindings.keys().filter(|name| placeholder::choice(name).is_some()) {
                let _ =
                    writeln!(wrong, "{}, {title}: binds {name}, which the user chooses", check.id);
            }
        }
    }
    assert!(CASES.iter().all(|name| FOUND.contains(name)), "a case that is not found");
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
