//! Two reports of one account, the second with something hidden: nothing may flip.

use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::report::{Finding, Report};
use elb_audit_faults::compare::changes;

/// The name of the load balancer that a finding is about; empty if it is about none.
pub(crate) fn name_of(finding: &Finding) -> &str {
    finding.load_balancer.as_ref().map_or("", |lb| lb.name.as_str())
}

/// Asserts that no verdict of `hidden` is another one than that of `whole`, unless it is unknown, and that
/// nothing is gone without a gap that says so. Both reports show what passed.
pub(crate) fn no_flip(whole: &Report, hidden: &Report, what: &str) {
    let changed = changes(whole, hidden);
    assert!(changed.is_empty(), "{what}: {}", changed.join("\n"));
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
