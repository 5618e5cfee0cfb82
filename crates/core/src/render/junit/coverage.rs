//! The suite that says what was read, so that a report of nothing is never taken for a good one.

use std::collections::BTreeMap;

use super::case::{Came, Case, Tag};
use super::of;
use crate::render::prose::count;
use crate::render::settings;
use crate::report::{RegionStatus, Report};

/// The name of the suite, and the class of its cases.
pub(super) const NAME: &str = "coverage";
/// Cases, and lines of each, before the rest is only counted.
const CASES: usize = 1_000;
const LINES: usize = 5;
/// Notes that are said before the rest is only counted.
const NOTES: usize = 50;

/// What is not in the file: it would be too large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) passes: usize,
    pub(super) others: usize,
}

impl LeftOut {
    /// What it comes to, in words; none where it is all there.
    fn words(self) -> Option<String> {
        let words = match (self.passes, self.others) {
            (0, 0) => return None,
            (passes, 0) => count(passes, "passing case"),
            (0, others) => count(others, "case"),
            (passes, others) => {
                format!("{} and {}", count(others, "case"), count(passes, "passing case"))
            }
        };
        Some(format!("left out, the file would be too large: {words}; other formats have all"))
    }

    /// A case that says so.
    pub(super) fn case(self) -> Option<Case> {
        let message = self.words()?;
        Some(case("what is in this file", Tag::Skipped, "left out", vec![message]))
    }
}

fn case(name: &str, tag: Tag, kind: &str, text: Vec<String>) -> Case {
    let (kind, message) = (kind.to_owned(), text.first().cloned().unwrap_or_default());
    let came = Came::Not { tag, kind, message, text };
    Case { class: NAME.to_owned(), name: name.to_owned(), came }
}

/// A case for each account and region that was not read whole, and one for the report.
pub(super) fn cases(report: &Report) -> Vec<Case> {
    let summary = &report.summary;
    let mut cases = vec![if summary.regions_read == 0 {
        let text = "nothing could be assessed: no region was read";
        case("what was read", Tag::Error, "unread", vec![text.to_owned()])
    } else {
        let (read, unread) = (count(summary.regions_read, "region"), summary.regions_unread);
        let said = format!("{read} read, {unread} unread, {} skipped", summary.regions_skipped);
        Case { class: NAME.to_owned(), name: "what was read".to_owned(), came: Came::Said(said) }
    }];
    let missing = missing(report);
    let more = missing.len().saturating_sub(CASES);
    for ((account, region), lost) in missing.into_iter().take(CASES) {
        let (kind, mut text) = match lost.unread {
            Some(reason) => ("unread", vec![format!("could not be read: {reason}")]),
            None => ("partial", vec![format!("{} not answered", count(lost.calls, "call"))]),
        };
        text.extend(lost.lines);
        if let Some(more @ 1..) = lost.calls.checked_sub(LINES) {
            text.push(format!("and {more} more"));
        }
        cases.push(case(&of(account, region), Tag::Error, kind, text));
    }
    if more > 0 {
        let text = format!("{} could not be read whole", count(more, "more account or region"));
        cases.push(case("what else was not read", Tag::Error, "unread", vec![text]));
    }
    cases
}

/// What was not read of an account, or of a region.
#[derive(Default)]
struct Lost<'a> {
    /// Why nothing was.
    unread: Option<&'a str>,
    /// How many calls were not answered.
    calls: usize,
    /// The first of them.
    lines: Vec<String>,
}

/// By account, and region where it is one of those. What only newer checks need does not count.
fn missing(report: &Report) -> BTreeMap<(&str, &str), Lost<'_>> {
    let mut missing: BTreeMap<(&str, &str), Lost> = BTreeMap::new();
    for account in report.shut() {
        let id = if account.id.is_empty() { account.name.as_deref() } else { None };
        let lost = missing.entry((id.unwrap_or(&account.id), "")).or_default();
        lost.unread = Some(account.reason.as_deref().unwrap_or("no reason given"));
    }
    for region in report.regions.iter().filter(|one| one.status == RegionStatus::Unread) {
        let lost = missing.entry((&region.account, &region.name)).or_default();
        lost.unread = Some(region.reason.as_deref().unwrap_or("no reason given"));
    }
    for gap in report.gaps.iter().filter(|gap| !gap.advisory) {
        let place = (&*gap.account, gap.region.as_deref().unwrap_or_default());
        let lost = missing.entry(place).or_default();
        lost.calls += 1;
        if lost.lines.len() < LINES {
            let about = gap.resource.as_ref().map(|id| format!(" about {id}")).unwrap_or_default();
            lost.lines.push(format!("{} (allow {}){about}: {}", gap.call, gap.action, gap.reason));
        }
    }
    missing
}

/// What the suite says beside its cases: what is left out, settings that differ from the defaults, and the notes of
/// the report.
pub(super) fn said(report: &Report, left_out: &LeftOut) -> Vec<String> {
    let mut said: Vec<String> = left_out.words().into_iter().collect();
    said.extend(settings::lines(report).iter().map(|line| format!("{}: {}", line.what, line.said)));
    said.extend(report.notes.iter().take(NOTES).map(|note| {
        let place = of(&note.account, note.region.as_deref().unwrap_or_default());
        if note.account.is_empty() { note.text.clone() } else { format!("{place}: {}", note.text) }
    }));
    if let Some(more @ 1..) = report.notes.len().checked_sub(NOTES) {
        said.push(format!("and {}", count(more, "more note")));
    }
    said
}
