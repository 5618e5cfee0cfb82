//! Faults with the same cause as one action, and which action comes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::remedy::cause::Cause;
use crate::report::action::Action;
use crate::report::{Finding, Report, SeverityCounts};
use crate::vocab::digest::short;
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::Severity;

/// What to do about the faults that count, what resolves most of the worst first.
///
/// Every one of them is in exactly one action. The order: by the number of critical faults that an action
/// resolves, then of high ones, then of medium ones that the internet reaches; then by the rest of them, and
/// where all that is equal by place and resource.
#[must_use]
pub fn actions(report: &Report) -> Vec<Action> {
    let mut by_cause: BTreeMap<(&str, &str, &Cause), Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.is_fault()) {
        let Some(cause) = &finding.cause else { continue };
        by_cause.entry((&finding.account, &finding.region, cause)).or_default().push(finding);
    }
    let mut actions: Vec<(Action, [usize; 6])> = by_cause
        .into_iter()
        .map(|((account, region, cause), faults)| {
            (action(account, region, cause, &faults), weight(&faults))
        })
        .collect();
    // The map's order breaks ties.
    actions.sort_by_key(|(_, weight)| Reverse(*weight));
    actions.into_iter().map(|(action, _)| action).collect()
}

fn action(account: &str, region: &str, cause: &Cause, faults: &[&Finding]) -> Action {
    let mut counts = SeverityCounts::default();
    for fault in faults {
        counts.add(fault.severity);
    }
    let balancers: BTreeSet<&str> =
        faults.iter().filter_map(|fault| Some(&*fault.load_balancer.as_ref()?.arn)).collect();
    let checks: BTreeSet<&str> = faults.iter().map(|fault| &*fault.check).collect();
    let mut worst_first = faults.to_vec();
    worst_first.sort_by_key(|fault| {
        (Reverse(fault.severity), Reverse(fault.exposure.breadth()), &fault.fingerprint)
    });
    let worst = worst_first[0];
    Action {
        id: short(&format!("{account}\n{region}\n{cause:?}")),
        title: title(cause, worst),
        fix: worst.fix.clone(),
        cause: cause.clone(),
        account: account.to_owned(),
        region: region.to_owned(),
        exposure: widest(faults),
        faults: counts,
        load_balancers: balancers.into_iter().map(str::to_owned).collect(),
        checks: checks.into_iter().map(str::to_owned).collect(),
        fingerprints: worst_first.iter().map(|fault| fault.fingerprint.clone()).collect(),
    }
}

/// What to change: as the cause says, or where a check has none but itself, by its own line.
fn title(cause: &Cause, worst: &Finding) -> String {
    if cause.to.as_ref() == Some(&worst.check) {
        return format!("{}: {}", cause.label, worst.fix);
    }
    cause.sentence()
}

fn widest(faults: &[&Finding]) -> ExposureClass {
    let all = faults.iter().map(|fault| fault.exposure);
    all.max_by_key(|exposure| exposure.breadth()).unwrap_or(ExposureClass::Unknown)
}

/// What an action is placed by: how many critical and high faults it resolves, medium ones that the
/// internet reaches, and then all the others.
fn weight(faults: &[&Finding]) -> [usize; 6] {
    let of = |severity| faults.iter().filter(move |fault| fault.severity == severity);
    let open = |fault: &&&Finding| fault.exposure == ExposureClass::Internet;
    [
        of(Severity::Critical).count(),
        of(Severity::High).count(),
        of(Severity::Medium).filter(open).count(),
        of(Severity::Medium).count(),
        of(Severity::Low).count(),
        of(Severity::Info).count(),
    ]
}
