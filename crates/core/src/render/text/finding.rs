//! A finding in words: a fault with its evidence and its fix, everything else in a line.

use crate::render::page::{Page, Paint};
use crate::render::prose;
use crate::report::comparison::ChangeKind;
use crate::report::{Accepted, Finding, Outcome, SubjectKind};
use crate::vocab::evidence::Evidence;

/// Evidence fills lines up to here, however wide the terminal.
const COLUMNS: usize = 100;

/// Where findings are written, and how.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// This far in.
    indent: usize,
    /// Whether each says what of its load balancer is meant; otherwise its subject stands above.
    beside: bool,
    /// How much of a fingerprint tells findings apart.
    prefix: usize,
}

impl Layout {
    /// Under their subject.
    pub(super) fn under(indent: usize, prefix: usize) -> Self {
        Layout { indent, beside: false, prefix }
    }

    /// Under their load balancer: each says what of it is meant.
    pub(super) fn beside(indent: usize, prefix: usize) -> Self {
        Layout { indent, beside: true, prefix }
    }

    /// The name of a finding: `[check]`, and its subject where nothing above says so.
    fn name(self, finding: &Finding) -> String {
        let itself = finding.subject.kind == SubjectKind::LoadBalancer;
        if self.beside && !itself {
            return format!("[{}] {}", finding.check, finding.subject.label);
        }
        format!("[{}]", finding.check)
    }

    /// What `explain` and `accept` take, in brackets.
    fn fingerprint(self, finding: &Finding) -> String {
        let whole = &finding.fingerprint;
        format!(" ({})", whole.get(..self.prefix).unwrap_or(whole))
    }
}

/// Findings one after the other. What is unknown is counted elsewhere, what is right comes last.
pub(super) fn write_all<'a>(
    page: &mut Page,
    place: Layout,
    findings: impl Iterator<Item = &'a Finding>,
) {
    let mut passed: Vec<&str> = Vec::new();
    for finding in findings {
        match (finding.outcome, &finding.accepted) {
            (Outcome::Unknown, _) => {}
            (Outcome::Pass, _) => passed.push(&finding.check),
            (_, Some(accepted)) => write_accepted(page, place, finding, accepted),
            _ if finding.advisory => write_advisory(page, place, finding),
            (Outcome::Fail, _) => write_fault(page, place, finding),
            (Outcome::Note, _) => write_note(page, place, finding),
        }
    }
    if !passed.is_empty() {
        page.line(
            place.indent,
            &[(Paint::Good, "passed"), (Paint::Dim, ": "), (Paint::Dim, &passed.join(", "))],
        );
    }
}

fn write_fault(page: &mut Page, place: Layout, finding: &Finding) {
    let indent = place.indent;
    page.line(
        indent,
        &[
            (Paint::Bold, news(finding)),
            (Paint::Severity(finding.severity), finding.severity.word()),
            (Paint::Bold, &place.name(finding)),
            (Paint::Plain, ": "),
            (Paint::Plain, &finding.title),
            (Paint::Dim, &place.fingerprint(finding)),
        ],
    );
    evidence(page, indent + 4, &finding.evidence);
    page.line(
        indent + 4,
        &[(Paint::Bold, "fix"), (Paint::Plain, ": "), (Paint::Plain, &finding.fix)],
    );
}

/// What to call a fault that an earlier report does not have like this.
fn news(finding: &Finding) -> &'static str {
    match finding.change.as_ref().map(|change| change.kind) {
        Some(ChangeKind::New) => "new ",
        Some(ChangeKind::Worsened) => "worse ",
        _ => "",
    }
}

fn write_note(page: &mut Page, place: Layout, finding: &Finding) {
    let said = match prose::sentence(&finding.evidence) {
        evidence if evidence.is_empty() => finding.title.clone(),
        evidence => evidence,
    };
    let said = format!("note{}: {said}{}", place.name(finding), place.fingerprint(finding));
    page.line(place.indent, &[(Paint::Dim, &said)]);
}

fn write_accepted(page: &mut Page, place: Layout, finding: &Finding, accepted: &Accepted) {
    let until = match accepted.expires {
        Some(last) => format!(" until {last}"),
        None => String::new(),
    };
    let word = if finding.outcome == Outcome::Fail { finding.severity.word() } else { "note" };
    let said = format!("accepted {word}{}: {}; ", place.name(finding), finding.title);
    let who = format!("by {}{until}: ", accepted.owner);
    page.line(
        place.indent,
        &[(Paint::Dim, &said), (Paint::Dim, &who), (Paint::Dim, &accepted.reason)],
    );
}

fn write_advisory(page: &mut Page, place: Layout, finding: &Finding) {
    let word = if finding.outcome == Outcome::Fail { finding.severity.word() } else { "note" };
    let (name, informs) = (place.name(finding), prose::informs(finding));
    let said = format!("{word}{name}: {}; {informs}", finding.title);
    page.line(place.indent, &[(Paint::Dim, &said)]);
    evidence(page, place.indent + 4, &finding.evidence);
}

/// How many faults someone has accepted.
pub(super) fn accepted_faults(findings: &[&Finding]) -> usize {
    let accepted = |finding: &&&Finding| finding.accepted.is_some();
    let faults = findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    faults.filter(accepted).count()
}

/// The fields of the evidence, as many on a line as fit.
fn evidence(page: &mut Page, indent: usize, evidence: &Evidence) {
    let room = page.room(indent).min(COLUMNS - indent);
    let mut line = String::new();
    for field in prose::fields(evidence) {
        if !line.is_empty() && line.chars().count() + 2 + field.chars().count() > room {
            page.plain(indent, &line);
            line.clear();
        }
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(&field);
    }
    if !line.is_empty() {
        page.plain(indent, &line);
    }
}
