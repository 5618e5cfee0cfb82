//! Web ACLs by chance: every short request is asked for, and what gets past a rule held against what the audit
//! says and the request that it prints.
//!
//! `ORACLE_SEED` and `ORACLE_CASES` try other cases, or more of them. A failure shows every
//! kind of difference with the smallest web ACL found for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::report::{Finding, Outcome};

use crate::requests::{Chance, set};
use acl::{Acl, Action};
use sent::{Sent, all};
use statement::Holds;

mod acl;
mod sent;
mod statement;

/// What is tried where no variable says otherwise.
const SEED: u64 = 20_261_130;
const CASES: usize = 3_000;

/// What the check says of a load balancer behind this web ACL; nothing where it does not apply.
fn said(acl: &Acl) -> Option<Finding> {
    let checks: Vec<&'static Check> =
        ALL.iter().copied().filter(|check| check.id == "waf-rules-skipped").collect();
    let inventory = sample::with_acl(|own| own.rules = acl.rules());
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    audit(&inventory, &checks, &options).findings.pop()
}

/// How a request fares at a rule that lets it in: whether it gets there, and which rules behind would stop it.
fn skipped(acl: &Acl, own: usize, request: &Sent) -> (Holds, Vec<(usize, Holds)>) {
    let at = |place: usize| acl.0[place].takes(request);
    let before =
        (0..own).filter(|place| matches!(acl.0[*place].action, Action::Allow | Action::Block));
    let here = before.fold(at(own), |here, place| here.and(at(place).opposite()));
    let behind = (own + 1..acl.0.len())
        .filter(|place| matches!(acl.0[*place].action, Action::Block | Action::Managed));
    (here, behind.map(|place| (place, here.and(at(place)))).collect())
}

/// Whether some short request that is not meant to be let in gets past something at a rule.
fn lets_past(acl: &Acl, own: usize, requests: &[Sent]) -> Holds {
    let gets_past = |request: &Sent| {
        let (_, all) = skipped(acl, own, request);
        let past = all.into_iter().fold(Holds::No, |past, (_, one)| past.or(one));
        if request.is_twice() { past.and(Holds::Maybe) } else { past }
    };
    let asked = requests.iter().filter(|request| !request.is_preflight());
    let mut found = Holds::No;
    for request in asked {
        found = found.or(gets_past(request));
        if found == Holds::Yes {
            break;
        }
    }
    found
}

/// What is said otherwise than it is: what kind of mistake, and more of it.
fn differences(acl: &Acl, finding: Option<&Finding>) -> Vec<(&'static str, String)> {
    let requests = all(acl);
    let allowing = (0..acl.0.len()).filter(|place| acl.0[*place].action == Action::Allow);
    let past: Vec<(String, Holds)> =
        allowing.map(|own| (Acl::name(own), lets_past(acl, own, &requests))).collect();
    let stops = acl.0.iter().any(|rule| matches!(rule.action, Action::Block | Action::Managed));
    let Some(finding) = finding else {
        return if stops { vec![("no verdict", String::new())] } else { Vec::new() };
    };
    let mut found = Vec::new();
    let text = |name: &str| finding.evidence.0.get(name).map(ToString::to_string);
    let named = [text("rule"), text("other_rules")].map(Option::unwrap_or_default).concat();
    for (name, holds) in &past {
        match finding.outcome {
            Outcome::Pass
                if *holds == Holds::Yes || *holds == Holds::Maybe && !acl.asks_twice() =>
            {
                found.push(("missed", name.clone()));
            }
            Outcome::Fail
                if *holds == Holds::Yes && !named.contains(name) && !acl.is_entangled() =>
            {
                found.push(("missed beside another", name.clone()));
            }
            Outcome::Unknown if *holds == Holds::Yes && !acl.is_entangled() => {
                found.push(("unknown though decided", name.clone()));
            }
            _ => {}
        }
    }
    let may_be_open = acl.is_open() || past.iter().any(|(_, holds)| *holds == Holds::Maybe);
    if finding.outcome == Outcome::Unknown && !may_be_open {
        found.push(("unknown though all is understood", String::new()));
    }
    if finding.outcome == Outcome::Fail {
        found.extend(printed(acl, finding).map(|told| ("the request gets past nothing", told)));
    }
    found
}

/// What is wrong with the request that is printed.
fn printed(acl: &Acl, finding: &Finding) -> Option<String> {
    let text = |name: &str| finding.evidence.0.get(name).and_then(|text| text.as_str());
    let told = text("request")?.to_owned();
    let own = (0..acl.0.len()).find(|place| text("rule") == Some(&Acl::name(*place)))?;
    let Some(request) = Sent::read(&told) else { return Some(format!("not read: {told}")) };
    let (_, all) = skipped(acl, own, &request);
    let named = finding.evidence.0.get("skips").map(ToString::to_string).unwrap_or_default();
    let mut wrong = all.iter().filter(|(at, is_past)| {
        named.contains(&Acl::name(*at)) && *is_past != Holds::Yes || request.is_preflight()
    });
    wrong.next().map(|(at, _)| format!("{told} past {}", Acl::name(*at)))
}

/// The smallest web ACL found that still differs in this way.
fn shrunk(acl: &Acl, kind: &str) -> (Acl, String) {
    let differs =
        |acl: &Acl| differences(acl, said(acl).as_ref()).into_iter().find(|(own, _)| *own == kind);
    let mut least = acl.clone();
    while let Some(next) = least.smaller().into_iter().find(|next| differs(next).is_some()) {
        least = next;
    }
    let told = differs(&least).map(|(_, told)| told).unwrap_or_default();
    (least, told)
}

#[test]
fn what_gets_past_a_rule_is_what_the_audit_says() {
    let seed = set("ORACLE_SEED", SEED);
    let cases = set("ORACLE_CASES", CASES);
    let mut chance = Chance(seed);
    let mut kinds: BTreeMap<&str, (usize, Acl)> = BTreeMap::new();
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..cases {
        let acl = Acl::new(&mut chance);
        let finding = said(&acl);
        let outcome = finding.as_ref().map_or("none", |finding| finding.outcome.word());
        *outcomes.entry(outcome).or_default() += 1;
        for (kind, _) in differences(&acl, finding.as_ref()) {
            kinds.entry(kind).or_insert_with(|| (0, acl.clone())).0 += 1;
        }
    }
    let mut text = format!("seed {seed}: {outcomes:?}\n");
    for (kind, (number, acl)) in &kinds {
        let (least, told) = shrunk(acl, kind);
        let _ = writeln!(text, "\n{kind} ({number} times) {told}\n{}", least.told());
    }
    assert!(kinds.is_empty(), "{text}");
    let is_often = |outcome: &str| outcomes.get(outcome).is_some_and(|number| number * 50 >= cases);
    assert!(cases < CASES || ["fail", "pass", "unknown"].into_iter().all(is_often), "{text}");
}
