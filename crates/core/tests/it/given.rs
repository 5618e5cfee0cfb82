//! Inventories to judge, and ways to look at what comes of them.

use std::collections::BTreeMap;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::{Check, Example};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{demo, sample, scenes};
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::policy::Policy;
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::fact::Fact;

/// The kinds that are judged.
pub(crate) const KINDS: [Kind; 4] =
    [Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic];

/// The report of all checks, passes among the findings.
pub(crate) fn report(inventory: &Inventory) -> Report {
    report_of(inventory, ALL)
}

/// The report of these checks, passes among the findings, by the policy of the samples.
pub(crate) fn report_of(inventory: &Inventory, checks: &[&'static Check]) -> Report {
    audit(inventory, checks, &options(inventory))
}

/// How examples are judged: by the policy of the samples, passes among the findings.
pub(crate) fn options(inventory: &Inventory) -> Options {
    let policy = Policy { intent: sample::intent(), ..Policy::default() };
    Options { policy, show_passed: true, ..Options::at(inventory.taken_at) }
}

/// `outcome check label`.
pub(crate) fn line(finding: &Finding) -> String {
    format!("{} {} {}", finding.outcome.word(), finding.check, finding.subject.label)
}

/// What an inventory gives, passes aside.
pub(crate) fn finds(inventory: &Inventory) -> Vec<String> {
    let report = report(inventory);
    report.findings.iter().filter(|finding| finding.outcome != Outcome::Pass).map(line).collect()
}

/// How many verdicts of other checks a call may leave unknown before an example counts them instead.
const NAMED: usize = 4;

/// What an example of a check gives: passes aside, and notes of other checks, which every clean load
/// balancer has. First, whether the check has no verdict at all. Where one call leaves many verdicts of
/// other checks unknown, how many: their names say nothing of this check.
pub(crate) fn shown(check: &Check, inventory: &Inventory) -> Vec<String> {
    let mut found = report(inventory).findings;
    let is_silent = !found.iter().any(|finding| finding.check == check.id);
    found.retain(|finding| match finding.outcome {
        Outcome::Pass => false,
        Outcome::Note => finding.check == check.id,
        Outcome::Fail | Outcome::Unknown => true,
    });
    let without = |finding: &Finding| {
        let other = finding.outcome == Outcome::Unknown && finding.check != check.id;
        let call = finding.evidence.0.get("call").filter(|_| other);
        call.and_then(|call| call.as_str()).map(str::to_owned)
    };
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for call in found.iter().filter_map(without) {
        *unknown.entry(call).or_default() += 1;
    }
    unknown.retain(|_, count| *count > NAMED);
    let named =
        |finding: &&Finding| without(finding).is_none_or(|call| !unknown.contains_key(&call));
    let mut shown: Vec<String> =
        is_silent.then(|| Example::DOES_NOT_APPLY.to_owned()).into_iter().collect();
    shown.extend(found.iter().filter(named).map(line));
    shown.extend(unknown.iter().map(|(call, count)| format!("unknown {count} others: {call}")));
    shown
}

/// Every inventory there is: examples, the clean load balancers, the demo and the scenes. With ids of checks in
/// `LAW_CHECKS`, between commas, the examples of those checks alone, for a quick look at new ones.
#[expect(clippy::disallowed_methods, reason = "a variable narrows what a person tries out")]
pub(crate) fn everything() -> BTreeMap<String, Inventory> {
    let mut all = BTreeMap::new();
    let only = std::env::var("LAW_CHECKS").unwrap_or_default();
    for check in ALL {
        if !only.is_empty() && only.split(',').all(|id| id != check.id) {
            continue;
        }
        for example in check.examples {
            all.insert(format!("{}: {}", check.id, example.title), (example.given)());
        }
    }
    if !only.is_empty() {
        return all;
    }
    for kind in KINDS {
        all.insert(format!("clean {kind}"), sample::clean(&kind));
    }
    all.insert("demo".to_owned(), demo::inventory());
    all.insert("scenes".to_owned(), scenes::inventory(ALL));
    all.insert("a certificate on two ports".to_owned(), two_ports());
    all
}

/// A certificate that is the default one of a port that nobody reaches, and an SNI one of a port that
/// everybody does.
fn two_ports() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let other = sample::CERTIFICATE.replace("web", "other");
        region.certificates.insert(other.clone(), Fact::Known(sample::certificate(&other)));
        let mut open = sample::https(vec![sample::forward("web")]);
        open.certificates = Fact::Known(vec![other.clone(), sample::CERTIFICATE.to_owned()]);
        open.default_certificate = Some(other);
        let mut shut = sample::https(vec![sample::forward("web")]);
        shut.port = Some(8443);
        shut.id.push_str("-8443");
        *sample::listeners(sample::only(region)) = vec![open, shut];
    })
}
