//! "Start here": the actions that resolve most of what is worst, in two lines each.

use super::by_severity;
use crate::render::Filter;
use crate::render::page::{Page, Paint};
use crate::render::prose::count;
use crate::render::steps::{Step, folded};
use crate::report::{Report, short_fingerprints, sum};

/// Actions that are shown before the rest is only counted.
const SHOWN: usize = 10;

/// Columns that the numbers before the actions take.
const NUMBER: usize = 4;

/// Writes them; the fingerprint that the first one shows.
pub(super) fn write<'a>(page: &mut Page, report: &'a Report, filter: Filter) -> Option<&'a str> {
    let steps = folded(report, filter);
    let first = steps.first()?;
    let prefix = short_fingerprints(report);
    page.blank();
    page.line(0, &[(Paint::Bold, "Start here")]);
    for (place, step) in steps.iter().take(SHOWN).enumerate() {
        write_step(page, report, place + 1, step, prefix);
    }
    if let Some(rest @ 1..) = steps.len().checked_sub(SHOWN) {
        let left = sum(steps.iter().skip(SHOWN).map(|step| step.faults.total()));
        let said =
            format!("and {} that resolve {}", count(rest, "more action"), count(left, "fault"));
        page.clipped(NUMBER, &[(Paint::Dim, &said)]);
    }
    Some(cut(&first.first.fingerprints, prefix))
}

fn write_step(page: &mut Page, report: &Report, number: usize, step: &Step, prefix: usize) {
    let first = step.first;
    let title = step.title();
    let number = format!("{number:>2}. ");
    let mut counts = by_severity(&step.faults);
    counts.insert(0, (Paint::Plain, "  ".to_owned()));
    let counts: Vec<(Paint, &str)> = counts.iter().map(|(paint, text)| (*paint, &**text)).collect();
    page.ended(0, &[(Paint::Dim, &number), (Paint::Bold, &title)], &counts);
    let command = format!("explain {}", cut(&first.fingerprints, prefix));
    page.ended(
        NUMBER,
        &[(Paint::Plain, &step.place(report))],
        &[(Paint::Dim, "  "), (Paint::Dim, &command)],
    );
}

fn cut(fingerprints: &[String], prefix: usize) -> &str {
    let first = fingerprints.first().map_or("", String::as_str);
    first.get(..prefix).unwrap_or(first)
}
