//! The page that shows configurations which other tools judge wrongly.

use super::{RENDERED, code, table};
use crate::audit::{Options, audit};
use crate::fixtures::conformance::{Basis, CASES, Case};

/// Every case with our verdict, which is computed here, and theirs, with the version that gave it.
#[must_use]
pub fn conformance() -> String {
    let cases: Vec<String> = CASES.iter().map(case).collect();
    format!(
        "{RENDERED}# Conformance\n\n\
         Configurations that other tools judge wrongly. What elb-audit finds is computed from the fixture when \
         this page is rendered, and a test holds it. What another tool says stands with the version at which \
         its code was run on such a configuration, or read.\n\n{}",
        cases.join("\n")
    )
}

fn case(case: &Case) -> String {
    let ours = ours(case);
    let ours = if ours.is_empty() { "nothing to report".to_owned() } else { ours.join(", ") };
    let rows = case.peers.iter().map(|says| {
        let (name, version) = says.peer.named();
        let basis = match says.basis {
            Basis::Run => "run",
            Basis::Read => "read",
        };
        vec![
            format!("{name} {}", code(says.rule)),
            says.says.to_owned(),
            format!("{basis} at {version}"),
        ]
    });
    let mut all = vec![vec!["**elb-audit**".to_owned(), ours, "run".to_owned()]];
    all.extend(rows);
    format!(
        "## {}\n\n{} Right is: {}.\n\n{}",
        case.title,
        case.what,
        case.right,
        table(&["Tool", "Says", "How we know"], all)
    )
}

/// What elb-audit finds of a case's checks, passes among it.
#[must_use]
pub fn ours(case: &Case) -> Vec<String> {
    let inventory = (case.given)();
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    let checks: Vec<_> = (crate::checks::ALL.iter().copied())
        .filter(|check| case.checks.contains(&check.id))
        .collect();
    let report = audit(&inventory, &checks, &options);
    let line = |finding: &crate::report::Finding| {
        let (outcome, label) = (finding.outcome.word(), &finding.subject.label);
        format!("{outcome} {} on {label}", code(&finding.check))
    };
    report.findings.iter().map(line).collect()
}
