//! Two reports of one account, the second with something hidden: nothing may flip.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::report::{Finding, Outcome, Report};

/// The name of the load balancer that a finding is about; empty if it is about none.
pub(crate) fn name_of(finding: &Finding) -> &str {
    finding.load_balancer.as_ref().map_or("", |lb| lb.name.as_str())
}

/// What a finding is about: check, ARN of the load balancer if any, subject.
type Key = (String, String, String);

fn by_key(report: &Report) -> BTreeMap<Key, &Finding> {
    let key = |finding: &Finding| {
        let arn = finding.load_balancer.as_ref().map(|lb| lb.arn.clone());
        (finding.check.clone(), arn.unwrap_or_default(), finding.subject.id.clone())
    };
    report.findings.iter().map(|finding| (key(finding), finding)).collect()
}

/// Asserts that nothing flips; see [`flips`].
pub(crate) fn no_flip(whole: &Report, hidden: &Report, what: &str) {
    let flips = flips(whole, hidden);
    assert!(flips.is_empty(), "{what}: {flips:#?}");
}

/// Each verdict of `hidden` that is neither that of `whole` nor unknown, and each that is missing without an
/// unknown of the same check at the same load balancer, or a load balancer that is missing from a list that
/// has a gap. Both reports show what passed.
pub(crate) fn flips(whole: &Report, hidden: &Report) -> Vec<String> {
    let (known, found) = (by_key(whole), by_key(hidden));
    let mut flips = Vec::new();
    for (key, finding) in &found {
        let before = known.get(key).map(|known| &known.outcome);
        if before != Some(&finding.outcome) && finding.outcome != Outcome::Unknown {
            flips.push(format!("{key:?} was {before:?}, is {:?}", finding.outcome));
        }
    }
    let listed = |arn: &str| hidden.load_balancers.iter().any(|lb| lb.arn == arn);
    for key in known.keys().filter(|key| !found.contains_key(*key)) {
        let (check, arn, _) = key;
        let unknown = found.iter().any(|(other, one)| {
            (&other.0, &other.1) == (check, arn) && one.outcome == Outcome::Unknown
        });
        let unlisted = !listed(arn) && hidden.gaps.iter().any(|gap| gap.resource.is_none());
        if !unknown && !unlisted {
            flips.push(format!("{key:?} is gone"));
        }
    }
    flips
}

/// The report without what a second scan may cost instead of the first.
pub(crate) fn settled(mut report: Report) -> Report {
    report.summary.cost.api_calls = 0;
    report.summary.cost.milliseconds = 0;
    report.taken_at = jiff::Timestamp::UNIX_EPOCH;
    report
}

/// Does it for every item on four threads, which leaves the program time to wait for its answers.
pub(crate) fn side_by_side<T: Sync>(items: &[T], each: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(item);
                }
            });
        }
    });
}
