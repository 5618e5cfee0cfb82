//! The report for people: what to do first and what there is; or each fault under the thing it is about; or
//! each control with what fails it.

use std::collections::BTreeMap;
use std::io;

use super::page::{Page, Paint};
use super::{Details, Filter, Format, Says, Style, settings};
use crate::report::{Finding, Outcome, Report};
use crate::vocab::severity::Severity;

mod accounts;
pub(super) mod changes;
mod controls;
pub(super) mod coverage;
mod details;
mod finding;
mod load_balancer;
mod risks;
pub(super) mod screen;
mod unattached;

use crate::render::prose::{count, list};

/// Text.
pub(super) const FORMAT: Format = Format {
    name: "text",
    file: "elb-audit.txt",
    endings: &["txt"],
    media_type: "text/plain; charset=utf-8",
    about: "people",
    says: Says {
        pass: Some("its check, with `--show-passed`"),
        ..Says::all("counted; each with `--details`")
    },
    leaves_out: "resources, places and fields of evidence beyond the first few, which it counts",
    more: "[Reading a report](report.md#text) explains both of its forms. `--min-severity` and `--only-new` \
           shorten it.",
    for_people: true,
    beside: None,
    render,
    render_changes: |report, style, out| changes::render(report, style, out),
};

/// Writes the report in words.
fn render(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::to(out, style);
    let frameworks = report.by_control();
    // Who asks for what is right wants to see it.
    let passes = || report.findings.iter().any(|finding| finding.outcome == Outcome::Pass);
    match style.details {
        _ if !frameworks.is_empty() => by_control(&mut page, report, style),
        Details::None if !passes() => screen::write(&mut page, report, style.filter),
        Details::Of(pattern) => details::some(&mut page, report, style.filter, pattern),
        Details::None | Details::All => whole(&mut page, report, style.filter),
    }
    page.finish()
}

fn by_control(page: &mut Page, report: &Report, style: Style) {
    let filter = style.filter.for_report(report);
    for framework in report.by_control() {
        page.blank();
        controls::write(page, &filter.controls(framework, report), report);
    }
    around(page, report, filter);
}

/// Every finding, and all there is to say beside them.
fn whole(page: &mut Page, report: &Report, filter: Filter) {
    let filter = filter.for_report(report);
    details::all(page, report, filter);
    let beside = report.findings.iter().filter(|one| one.load_balancer.is_none());
    unattached::write(page, report, beside.filter(|one| filter.shows(one)));
    around(page, report, filter);
}

fn around(page: &mut Page, report: &Report, filter: Filter) {
    coverage::write(page, report);
    risks::write(page, report);
    set(page, report);
    changes::write(page, report);
    accounts::write(page, report);
    left_out(page, filter, &report.findings);
    totals(page, report);
}

/// What differs from the defaults.
fn set(page: &mut Page, report: &Report) {
    let lines = settings::lines(report);
    if !lines.is_empty() {
        page.blank();
    }
    for line in &lines {
        page.line(0, &set_line(line));
    }
}

/// A line on a kind of settings.
fn set_line(line: &settings::Line) -> [(Paint, &str); 3] {
    let paint = if line.is_laxer { Paint::Warning } else { Paint::Bold };
    [(paint, line.what), (paint, ": "), (Paint::Plain, &line.said)]
}

/// A line on what is not shown; nothing where everything is.
fn left_out<'a>(page: &mut Page, filter: Filter, all: impl IntoIterator<Item = &'a Finding>) {
    if let Some(said) = filter.left_out(all) {
        page.blank();
        page.line(0, &[(Paint::Dim, &said)]);
    }
}

fn totals(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    page.blank();
    if summary.regions_read == 0 {
        let shut = summary.regions_unread == 0 && report.shut().next().is_some();
        let what = if shut { "account" } else { "region" };
        let said = format!("No {what} could be read: nothing is known.");
        page.line(0, &[(Paint::Warning, &said)]);
        return page.plain(0, &format!("{}{}", coverage::regions(report), cost(report)));
    }
    if summary.load_balancers == 0 {
        let regions = match summary.regions_read {
            1 => "the one region".to_owned(),
            number => format!("the {number} regions"),
        };
        let said = format!("No load balancers in {regions} that could be read.");
        page.line(0, &[(Paint::Bold, &said)]);
    }
    if summary.load_balancers > 0 || report.findings.iter().any(|one| one.outcome != Outcome::Pass)
    {
        faults(page, report);
        faults_by_check(page, report);
    }
    if summary.load_balancers > 0 {
        let looked_at =
            [count(summary.load_balancers, "load balancer"), count(summary.listeners, "listener")];
        page.plain(0, &format!("{}; {}", looked_at.join(", "), basis(report)));
    }
    page.plain(0, &format!("{}{}", coverage::regions(report), cost(report)));
}

/// Faults by severity, worst first, and what stands beside them.
fn faults(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    let mut parts: Vec<(Paint, String)> = Vec::new();
    let total = summary.faults.total();
    if total == 0 {
        parts.push((Paint::Bold, "No fault found".to_owned()));
    } else {
        parts.push((Paint::Bold, format!("{}:", count(total, "fault"))));
        for severity in Severity::WORST_FIRST {
            let number = summary.faults.count(severity);
            if number > 0 {
                let comma = if parts.len() > 1 { ", " } else { " " };
                parts.push((Paint::Plain, comma.to_owned()));
                parts.push((Paint::Severity(severity), format!("{number} {}", severity.word())));
            }
        }
    }
    if coverage::is_incomplete(report) {
        let unknown = match summary.unknown {
            0 => "; not everything could be assessed".to_owned(),
            number => format!("; {} unknown", count(number, "verdict")),
        };
        parts.push((Paint::Warning, unknown));
    }
    if summary.notes > 0 {
        parts.push((Paint::Dim, format!("; {}", count(summary.notes, "note"))));
    }
    for (number, words) in [(summary.accepted, "accepted"), (summary.advisory, "not counted yet")] {
        if number > 0 {
            parts.push((Paint::Dim, format!("; {number} {words}")));
        }
    }
    let pieces: Vec<(Paint, &str)> = parts.iter().map(|(paint, text)| (*paint, &**text)).collect();
    page.line(0, &pieces);
}

/// Checks shown with their faults before the rest is only counted.
const CHECKS: usize = 12;

/// Which checks fail how often, the most frequent first.
fn faults_by_check(page: &mut Page, report: &Report) {
    let mut checks: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.is_fault()) {
        *checks.entry(&finding.check).or_insert(0) += 1;
    }
    let mut checks: Vec<(&str, usize)> = checks.into_iter().collect();
    checks.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let counted: Vec<String> =
        checks.iter().map(|(check, number)| format!("{check} {number}")).collect();
    if !counted.is_empty() {
        page.plain(0, &format!("faults by check: {}", list(&counted, CHECKS)));
    }
}

/// What was judged by.
pub(super) fn basis(report: &Report) -> String {
    let basis = &report.basis;
    let mut parts = vec![match basis.persona {
        Some(persona) => format!("{} as {}", count(basis.checks, "check"), persona.word()),
        None => count(basis.checks, "chosen check"),
    }];
    parts.push(format!("edition {}", basis.edition));
    parts.extend(basis.config.clone());
    parts.join(", ")
}

fn cost(report: &Report) -> String {
    let cost = report.summary.cost;
    let calls = usize::try_from(cost.api_calls).unwrap_or(usize::MAX);
    let (seconds, tenth) = (cost.milliseconds / 1000, cost.milliseconds % 1000 / 100);
    format!("; {} in {seconds}.{tenth} s; read at {}", count(calls, "API call"), report.taken_at)
}
