//! Verdicts that stay unknown although every fact is known, since requests cannot be told apart.

use std::fmt::Write;

use elb_audit_core::report::{Finding, Outcome};
use elb_audit_core::vocab::call::Call;

use crate::golden::{compare, read};
use crate::laws;

/// What a gap says that comes of comparing requests, and the file that says it.
const SAID: [(&str, &str); 6] = [
    ("cannot tell whether a request reaches ", "analysis/routing.rs"),
    ("which requests ", "analysis/redirect_chain.rs"),
    ("where a long URL leads", "analysis/redirect_chain.rs"),
    ("rules whose requests cannot be compared", "checks/shared/bypass/door.rs"),
    ("what a rewrite makes of requests", "checks/shared/bypass/door.rs"),
    ("a rewrite that is not understood", "checks/shared/bypass/door.rs"),
];

/// The reason of a verdict that is unknown for no unread fact.
fn reason(finding: &Finding) -> Option<&str> {
    let text = |name: &str| finding.evidence.0.get(name).and_then(|value| value.as_str());
    let is_of_rules = text("call") == Some(Call::ElbV2DescribeRules.name());
    let reason = text("reason").filter(|_| finding.outcome == Outcome::Unknown && is_of_rules)?;
    SAID.iter().any(|(said, _)| reason.contains(said)).then_some(reason)
}

/// More of them is a loss: read each that is new, and say in the commit why it cannot be told.
#[test]
fn what_cannot_be_told_of_examples_is_on_a_list() {
    let (mut list, mut number) = (String::new(), 0);
    for (name, report) in laws::reports() {
        for (finding, reason) in report.findings.iter().filter_map(|one| Some((one, reason(one)?)))
        {
            number += 1;
            let (check, subject) = (&finding.check, &finding.subject.label);
            writeln!(list, "{name}\n  {check} {subject}: {reason}").expect("a text");
        }
    }
    let list = format!("{number} undecided\n{list}");
    compare("crates/core/tests/it/snapshots/undecided.txt", &list);
}

/// A text that is said in other words would be counted no more.
#[test]
fn the_texts_that_are_counted_are_those_that_are_said() {
    for (said, file) in SAID {
        let text = read(&format!("crates/core/src/{file}"));
        assert!(text.contains(said), "{file} does not say {said:?}");
    }
}
