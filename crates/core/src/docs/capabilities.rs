//! The page on what AWS offers to some load balancers only.

use super::{RENDERED, table};
use crate::analysis::capability::{LIMITS, Limit, of_check};

/// Every limit, with the checks that do not apply for it.
#[must_use]
pub fn capabilities() -> String {
    let rows = LIMITS.iter().map(|limit| {
        let checks = limit.checks.iter().map(|id| format!("[`{id}`](checks/{id}.md)"));
        let source = format!("{} ([AWS]({}))", limit.why, limit.source);
        let checks = checks.collect::<Vec<_>>().join(", ");
        vec![limit.feature.to_owned(), limit.whom.to_owned(), source, checks]
    });
    let head = ["What AWS does not offer", "To whom", "Why", "Checks that do not apply"];
    format!(
        "{RENDERED}# What a load balancer cannot have\n\n\
         Some of what a check asks for, AWS offers to some load balancers only. This table is looked at before a \
         check judges: a check that asks for what cannot be has no verdict there, and no framework counts one. \
         Where it is not known whether the limit holds, the verdict is unknown, with the call that would tell. \
         What a check says of kinds of load balancer, listeners and target groups that it is not about, its own \
         page tells.\n\n{}\n\
         An attribute that AWS does not send has its documented default; the evidence then says so: \
         `false (default; AWS sent none)`.\n",
        table(&head, rows)
    )
}

/// What a check's page says of them.
pub(super) fn limits(check: &str) -> String {
    let line = |limit: &Limit| {
        format!("{}: AWS does not offer it to {}. {}", limit.feature, limit.whom, limit.why)
    };
    let lines: Vec<String> = of_check(check).map(line).collect();
    lines.join("\n\n")
}
