//! The first screen: a verdict, what to do first, the load balancers worst first, and a line each for the
//! rest. What is wrong with each of them stands in the details.

use crate::render::Filter;
use crate::render::page::{Page, Paint};
use crate::render::prose::count;
use crate::report::{Report, SeverityCounts};
use crate::vocab::severity::Severity;

use super::coverage;

mod rest;
mod start;
mod table;

/// Writes it: at most 64 lines of 100 columns, whatever the size of the account.
pub(super) fn write(page: &mut Page, report: &Report, filter: Filter) {
    let filter = filter.for_report(report);
    verdict(page, report);
    let first = start::write(page, report, filter);
    table::write(page, report);
    rest::write(page, report, filter, first);
}

/// What came of it all, in a sentence.
fn verdict(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    if summary.regions_read == 0 {
        let shut = summary.regions_unread == 0 && report.shut().next().is_some();
        let what = if shut { "account" } else { "region" };
        let said = format!("No {what} could be read: nothing is known.");
        return page.line(0, &[(Paint::Warning, &said)]);
    }
    let mut pieces = found(report);
    if coverage::is_incomplete(report) {
        let said = match summary.unknown {
            0 => " Not everything could be assessed.".to_owned(),
            1 => " 1 verdict is unknown.".to_owned(),
            number => format!(" {number} verdicts are unknown."),
        };
        pieces.push((Paint::Warning, said));
    }
    let pieces: Vec<(Paint, &str)> = pieces.iter().map(|(paint, text)| (*paint, &**text)).collect();
    page.line(0, &pieces);
}

/// What was found on how many load balancers.
pub(in crate::render) fn found(report: &Report) -> Vec<(Paint, String)> {
    let summary = &report.summary;
    let total = summary.faults.total();
    if summary.load_balancers == 0 {
        let regions = match summary.regions_read {
            1 => "the one region".to_owned(),
            number => format!("the {number} regions"),
        };
        let none = format!("No load balancers in {regions} that could be read");
        return match total {
            0 => vec![(Paint::Bold, none + ".")],
            _ => vec![
                (Paint::Bold, none + ", "),
                (Paint::Bold, count(total, "fault") + " beside them."),
            ],
        };
    }
    let all = count(summary.load_balancers, "load balancer");
    if total == 0 {
        let paint = if coverage::is_incomplete(report) { Paint::Bold } else { Paint::Good };
        return vec![(paint, format!("No fault found on {all}."))];
    }
    let faulty = table::faulty(report);
    let of = if faulty == summary.load_balancers { all } else { format!("{faulty} of {all}") };
    let mut pieces = vec![(Paint::Bold, format!("{} on {of}: ", count(total, "fault")))];
    pieces.extend(by_severity(&summary.faults));
    pieces.push((Paint::Plain, ".".to_owned()));
    pieces
}

/// `2 critical, 18 high`, each in its colour.
fn by_severity(counts: &SeverityCounts) -> Vec<(Paint, String)> {
    let mut pieces = Vec::new();
    for severity in Severity::WORST_FIRST {
        let number = counts.count(severity);
        if number > 0 {
            if !pieces.is_empty() {
                pieces.push((Paint::Plain, ", ".to_owned()));
            }
            pieces.push((Paint::Severity(severity), format!("{number} {}", severity.word())));
        }
    }
    pieces
}
