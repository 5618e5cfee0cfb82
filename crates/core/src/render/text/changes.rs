//! What has changed since an earlier report: totals, and the faults that are not there any more.

use std::collections::HashSet;
use std::io;

use super::finding::Layout;
use super::{coverage, finding, left_out};
use crate::render::Style;
use crate::render::page::{Page, Paint};
use crate::render::prose::{count, kind, subject};
use crate::report::comparison::{ChangeKind, Comparison, Past};
use crate::report::{Finding, Report, short_fingerprints};

/// Past faults of a kind that are shown before the rest is only counted.
const SHOWN: usize = 50;

/// Writes what has changed and nothing else: new and worse faults with all there is to them, then the rest.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::to(out, style);
    let prefix = short_fingerprints(report);
    let filter = style.filter;
    let changed = |finding: &&Finding| {
        let kind = finding.change.as_ref().map(|change| change.kind);
        matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened))
    };
    let changed = || report.findings.iter().filter(changed);
    let findings: Vec<&Finding> = changed().filter(|finding| filter.shows(finding)).collect();
    let together = |a: &&Finding, b: &&Finding| {
        (&a.account, &a.region, &a.load_balancer) == (&b.account, &b.region, &b.load_balancer)
    };
    for group in findings.chunk_by(together) {
        page.blank();
        let place = coverage::place(report, &group[0].account, Some(&group[0].region));
        match &group[0].load_balancer {
            Some(lb) => {
                let place = format!("{place}: {} load balancer ", kind(&lb.kind));
                page.line(0, &[(Paint::Plain, &place), (Paint::Bold, &lb.name)]);
            }
            None => page.line(0, &[(Paint::Plain, &place)]),
        }
        finding::write_all(&mut page, Layout::beside(2, prefix), group.iter().copied());
    }
    left_out(&mut page, filter, changed());
    write(&mut page, report);
    page.finish()
}

/// The totals in a line; nothing where the report was not compared.
pub(super) fn in_a_line(page: &mut Page, report: &Report) {
    let Some(comparison) = &report.comparison else { return };
    let since = format!("Since {}: ", comparison.before);
    page.clipped(0, &[(Paint::Bold, &since), (Paint::Plain, &totals(comparison))]);
}

/// Nothing where the report was not compared. New and worse faults say so where they stand.
pub(super) fn write(page: &mut Page, report: &Report) {
    let Some(comparison) = &report.comparison else { return };
    page.blank();
    let since = format!("Since {}", comparison.before);
    let parts = totals(comparison);
    page.line(0, &[(Paint::Bold, &since), (Paint::Plain, ": "), (Paint::Plain, &parts)]);
    if let Some(differently) = &comparison.judged_differently {
        page.line(2, &[(Paint::Dim, &differently.words())]);
    }
    past(page, report, (ChangeKind::Resolved, &comparison.resolved));
    past(page, report, (ChangeKind::NotAssessed, &comparison.not_assessed));
    lost(page, report, comparison);
    if !comparison.checks_added.is_empty() {
        let number = count(comparison.checks_added.len(), "check");
        page.line(2, &[(Paint::Dim, &format!("{number} ran for the first time"))]);
    }
}

/// `3 new, 2 resolved, 40 unchanged`.
pub(in crate::render) fn totals(comparison: &Comparison) -> String {
    let counted = [
        (comparison.new, "new"),
        (comparison.worsened, "worsened"),
        (comparison.resolved.len(), "resolved"),
        (comparison.not_assessed.len(), "not assessed"),
        (comparison.unchanged, "unchanged"),
    ];
    let parts: Vec<String> = counted
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    match comparison.judged_differently {
        _ if !parts.is_empty() => parts.join(", "),
        Some(_) => "nothing new".to_owned(),
        None => "no fault then or now".to_owned(),
    }
}

fn past(page: &mut Page, report: &Report, (what, all): (ChangeKind, &[Past])) {
    let paint = if what == ChangeKind::Resolved { Paint::Good } else { Paint::Warning };
    for past in all.iter().take(SHOWN) {
        let finding = &past.finding;
        let check = format!(" {}[{}] ", finding.severity.word(), finding.check);
        let why = finding.change.as_ref().and_then(|change| change.why.as_deref());
        let seen = match what {
            ChangeKind::NotAssessed => format!("; last seen {}", past.last_seen_at),
            _ => String::new(),
        };
        let said = format!("{}: {}{seen}", subject(finding), why.unwrap_or_default());
        let place = coverage::place(report, &finding.account, Some(&finding.region));
        page.line(
            2,
            &[
                (paint, what.words()),
                (Paint::Bold, &check),
                (Paint::Plain, &place),
                (Paint::Plain, " "),
                (Paint::Plain, &said),
            ],
        );
    }
    let more = all.len().saturating_sub(SHOWN);
    if more > 0 {
        page.line(2, &[(Paint::Dim, &format!("and {more} more {}", what.words()))]);
    }
}

/// Which calls are not answered any more.
fn lost(page: &mut Page, report: &Report, comparison: &Comparison) {
    let mut seen = HashSet::new();
    let mut places: Vec<(String, &str)> = Vec::new();
    for gap in &comparison.lost {
        let place = coverage::place(report, &gap.account, gap.region.as_deref());
        let said = format!("{place} {}", gap.call);
        if seen.insert(said.clone()) {
            places.push((said, &gap.reason));
        }
    }
    for (place, reason) in places.iter().take(SHOWN) {
        let said = format!(" {place}: {reason}");
        page.line(2, &[(Paint::Warning, "no longer read"), (Paint::Plain, &said)]);
    }
    let more = places.len().saturating_sub(SHOWN);
    if more > 0 {
        page.line(2, &[(Paint::Dim, &format!("and {more} more calls no longer answered"))]);
    }
}
