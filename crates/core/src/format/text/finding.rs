//! A finding in words: a fault with its evidence and its fix, everything else in a line.

use super::words;
use crate::format::page::{Page, Paint};
use crate::report::{Accepted, Finding, Outcome};

/// Findings one after the other. What is unknown is counted elsewhere, what is right comes last.
pub(super) fn write_all<'a>(
    page: &mut Page,
    indent: usize,
    findings: impl Iterator<Item = &'a Finding>,
) {
    let mut passed: Vec<&str> = Vec::new();
    for finding in findings {
        match (finding.outcome, &finding.accepted) {
            (Outcome::Unknown, _) => {}
            (Outcome::Pass, _) => passed.push(&finding.check),
            (_, Some(accepted)) => write_accepted(page, indent, finding, accepted),
            _ if finding.informs => write_informing(page, indent, finding),
            (Outcome::Fail, _) => write_fault(page, indent, finding),
            (Outcome::Note, _) => write_note(page, indent, finding),
        }
    }
    if !passed.is_empty() {
        page.line(
            indent,
            &[(Paint::Good, "passed"), (Paint::Dim, ": "), (Paint::Dim, &passed.join(", "))],
        );
    }
}

fn write_fault(page: &mut Page, indent: usize, finding: &Finding) {
    page.line(
        indent,
        &[
            (Paint::Severity(finding.severity), finding.severity.word()),
            (Paint::Bold, &format!("[{}]", finding.check)),
            (Paint::Plain, ": "),
            (Paint::Plain, &finding.title),
        ],
    );
    words::evidence(page, indent + 4, &finding.evidence);
    page.line(
        indent + 4,
        &[(Paint::Bold, "fix"), (Paint::Plain, ": "), (Paint::Plain, &finding.fix)],
    );
}

fn write_note(page: &mut Page, indent: usize, finding: &Finding) {
    let said = match words::sentence(&finding.evidence) {
        evidence if evidence.is_empty() => finding.title.clone(),
        evidence => evidence,
    };
    page.line(indent, &[(Paint::Dim, &format!("note[{}]: {said}", finding.check))]);
}

fn write_accepted(page: &mut Page, indent: usize, finding: &Finding, accepted: &Accepted) {
    let until = match accepted.expires {
        Some(last) => format!(" until {last}"),
        None => String::new(),
    };
    let word = if finding.outcome == Outcome::Fail { finding.severity.word() } else { "note" };
    let said = format!("accepted {word}[{}]: {}; ", finding.check, finding.title);
    let who = format!("by {}{until}: ", accepted.owner);
    page.line(indent, &[(Paint::Dim, &said), (Paint::Dim, &who), (Paint::Dim, &accepted.reason)]);
}

fn write_informing(page: &mut Page, indent: usize, finding: &Finding) {
    let word = if finding.outcome == Outcome::Fail { finding.severity.word() } else { "note" };
    let edition = match finding.edition.as_str() {
        "" => "newer than every edition".to_owned(),
        name => format!("new in edition {name}"),
    };
    let said =
        format!("{word}[{}]: {}; {edition}, does not count yet", finding.check, finding.title);
    page.line(indent, &[(Paint::Dim, &said)]);
    words::evidence(page, indent + 4, &finding.evidence);
}

/// How many faults someone has accepted.
pub(super) fn accepted_faults(findings: &[&Finding]) -> usize {
    let accepted = |finding: &&&Finding| finding.accepted.is_some();
    let faults = findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    faults.filter(accepted).count()
}
