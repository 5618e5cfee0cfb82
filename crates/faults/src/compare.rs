//! Two reports of the same accounts, the second with something hidden: nothing may become something else.

use std::collections::BTreeMap;

use elb_audit_core::report::{AccountStatus, Finding, LoadBalancerSummary, Outcome, Report};

/// What a finding is about: check, ARN of the load balancer if any, subject.
type Key = (String, String, String);

fn by_key(report: &Report) -> BTreeMap<Key, &Finding> {
    let key = |finding: &Finding| {
        let arn = finding.load_balancer.as_ref().map(|lb| lb.arn.clone());
        (finding.check.clone(), arn.unwrap_or_default(), finding.subject.id.clone())
    };
    report.findings.iter().map(|finding| (key(finding), finding)).collect()
}

/// What has become of verdicts that should not. Each of `hidden` has to be that of `whole` or unknown, and
/// none may be missing without an unknown one of the same check at the same load balancer, unless that is
/// missing from a list that has a gap, or in an account that could not be read. Both show what passed.
#[must_use]
pub fn changes(whole: &Report, hidden: &Report) -> Vec<String> {
    let (known, found) = (by_key(whole), by_key(hidden));
    let mut changes = Vec::new();
    for (key, finding) in &found {
        let was = known.get(key).map(|known| known.outcome);
        if finding.outcome != Outcome::Unknown && was != Some(finding.outcome) {
            let was = was.map_or("nothing", Outcome::word);
            let (is, evidence) = (finding.outcome.word(), &finding.evidence);
            changes.push(format!("{key:?} was {was} and is {is}: {evidence:?}"));
        }
    }
    for key in known.keys().filter(|key| !found.contains_key(*key)) {
        let (check, arn, _) = key;
        let unknown = found.iter().any(|(other, one)| {
            (&other.0, &other.1) == (check, arn) && one.outcome == Outcome::Unknown
        });
        let load_balancer = whole.load_balancers.iter().find(|lb| lb.arn == *arn);
        let missed = load_balancer.map_or(has_list_gap(hidden), |lb| is_missed(lb, hidden));
        if !unknown && !missed {
            changes.push(format!("{key:?} is gone"));
        }
    }
    changes
}

/// Whether the report has no such load balancer, and says that it may not have all.
fn is_missed(one: &LoadBalancerSummary, report: &Report) -> bool {
    let unread = |status| matches!(status, AccountStatus::Unread);
    let account = report.accounts.iter().find(|account| account.id == one.account);
    !report.load_balancers.iter().any(|lb| lb.arn == one.arn)
        && (has_list_gap(report) || account.is_some_and(|account| unread(account.status)))
}

/// Whether a list of everything could not be read.
fn has_list_gap(report: &Report) -> bool {
    report.gaps.iter().any(|gap| gap.resource.is_none())
}

/// The changes from one report to the other that are more than another scan's cost: none if both are the same.
#[must_use]
pub fn differences(whole: &Report, again: &Report) -> Vec<String> {
    let mut differences = changes(whole, again);
    let (known, found) = (by_key(whole), by_key(again));
    for (key, finding) in &found {
        if known.get(key).is_some_and(|known| known.outcome != finding.outcome) {
            differences.push(format!("{key:?} is {}", finding.outcome.word()));
        }
    }
    let gaps = again.gaps.iter().filter(|gap| !whole.gaps.contains(gap));
    differences.extend(gaps.map(|gap| format!("a gap of {}: {}", gap.call, gap.reason)));
    differences
}
