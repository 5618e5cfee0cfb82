//! A report for a pull request's comment, a wiki or a job's summary: what to do first, the worst faults, and
//! what is not known.

use std::io;

use super::order::worst_first;
use super::text::{basis, changes, coverage, screen};
use super::{Filter, Format, Says, Style, keep_changes, settings, steps};
use crate::render::prose::{acceptance, check, count, exposure, subject};
use crate::report::comparison::{ChangeKind, Past};
use crate::report::controls::FrameworkReport;
use crate::report::{Finding, Report, Standing, short_fingerprints, sum};
use crate::vocab::severity::Severity;

mod sheet;

use sheet::{Sheet, code, with_code, words};

/// Markdown.
pub(super) const FORMAT: Format = Format {
    name: "markdown",
    file: "elb-audit.md",
    endings: &["md", "markdown"],
    media_type: "text/markdown; charset=utf-8",
    about: "a pull request's comment, a wiki, a job's summary",
    says: Says { pass: None, ..Says::all("counted; the worst in a table") },
    leaves_out: "passes but for their number, evidence, and rows that do not fit into a comment on GitHub, which it counts: \
                 that holds 65,536 characters",
    more: "GitHub's dialect. Names and tags are chosen by whoever may create a resource: they stand in code spans, or \
           have every character escaped that Markdown would take for its own. `@name` tells nobody, and `#12` and \
           addresses link nowhere. `--min-severity` and `--only-new` shorten it.",
    for_people: true,
    beside: None,
    render,
    render_changes: |report, style, out| {
        keep_changes(report);
        changes_only(report, style, out)
    },
};

/// Bytes of a whole report: somewhat less than what a comment holds.
const MOST: usize = 65_000;

/// Actions, causes and notes that are listed before the rest is only counted.
const LISTED: usize = 10;

/// What the longest of tables may take of what is left.
const ROOM_FOR_FAULTS: usize = 40_000;
const ROOM_FOR_OTHERS: usize = 6_000;

fn render(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let filter = style.filter.for_report(report);
    let mut sheet = Sheet::new(MOST);
    verdict(&mut sheet, report);
    start(&mut sheet, report, filter);
    faults(&mut sheet, report, filter);
    unassessed(&mut sheet, report);
    changed(&mut sheet, report);
    accepted(&mut sheet, report, filter);
    set(&mut sheet, report);
    others(&mut sheet, report, filter);
    controls(&mut sheet, report);
    end(&mut sheet, report, filter);
    out.write_all(sheet.into_text().as_bytes())
}

/// What has become of faults, and nothing that would need the others.
fn changes_only(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut sheet = Sheet::new(MOST);
    let totals = report.comparison.as_ref().map(changes::totals);
    let totals = totals.unwrap_or_else(|| "nothing was compared".to_owned());
    sheet.line(&format!("## elb-audit: {}", words(&totals)));
    start(&mut sheet, report, style.filter);
    faults(&mut sheet, report, style.filter);
    changed(&mut sheet, report);
    if let Some(said) = style.filter.left_out(&report.findings) {
        sheet.paragraph(&format!("_{}_", words(&said)));
    }
    out.write_all(sheet.into_text().as_bytes())
}

/// What came of it, and the totals.
fn verdict(sheet: &mut Sheet, report: &Report) {
    let summary = &report.summary;
    let said = if summary.regions_read == 0 {
        "nothing could be read, nothing is known".to_owned()
    } else {
        let found: String = screen::found(report).into_iter().map(|(_, text)| text).collect();
        found.trim_end_matches('.').to_owned()
    };
    sheet.line(&format!("## elb-audit: {}", words(&said)));
    if coverage::is_incomplete(report) {
        sheet.paragraph("**Not everything could be assessed.**");
    }
    let severities = Severity::WORST_FIRST.map(|severity| summary.faults.count(severity));
    let rest = [summary.faults.total(), summary.unknown, summary.notes, summary.accepted];
    let numbers = severities.iter().chain(&rest).chain([&summary.advisory, &summary.passed]);
    let head = [
        "Critical",
        "High",
        "Medium",
        "Low",
        "Info",
        "Faults",
        "Unknown",
        "Notes",
        "Accepted",
        "Newer checks",
        "Passed",
    ];
    sheet.table(&head, [numbers.map(usize::to_string).collect()], ROOM_FOR_OTHERS);
}

/// What to do first.
fn start(sheet: &mut Sheet, report: &Report, filter: Filter) {
    let steps = steps::folded(report, filter);
    if steps.is_empty() {
        return;
    }
    sheet.heading("Start here");
    let prefix = short_fingerprints(report);
    for step in steps.iter().take(LISTED) {
        let first = step.first.fingerprints.first().map_or("", String::as_str);
        let explain = format!("elb-audit explain {}", first.get(..prefix).unwrap_or(first));
        let counts = Severity::WORST_FIRST.map(|severity| (step.faults.count(severity), severity));
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        let counts: Vec<String> =
            counts.map(|(number, severity)| format!("{number} {}", severity.word())).collect();
        sheet.line(&format!(
            "1. {} — {}; {}; {}",
            words(&step.title()),
            counts.join(", "),
            words(&step.place(report)),
            code(&explain),
        ));
    }
    if let Some(rest @ 1..) = steps.len().checked_sub(LISTED) {
        let left = sum(steps.iter().skip(LISTED).map(|step| step.faults.total()));
        let more = count(rest, "more action");
        sheet.paragraph(&format!("And {more} that resolve {}.", count(left, "fault")));
    }
}

/// The faults that count, the worst first.
fn faults(sheet: &mut Sheet, report: &Report, filter: Filter) {
    let shown = worst_first(report, &[Standing::Fault]);
    let shown: Vec<&Finding> = shown.into_iter().filter(|one| filter.shows(one)).collect();
    if shown.is_empty() {
        return;
    }
    sheet.heading("Faults");
    let prefix = short_fingerprints(report);
    let row = |one: &&Finding| {
        let new = match one.change.as_ref().map(|change| change.kind) {
            Some(ChangeKind::New) => "**new** ",
            Some(ChangeKind::Worsened) => "**worse** ",
            _ => "",
        };
        vec![
            format!("{new}{}", one.severity.word()),
            format!("{} {}", words(&one.title), name(one)),
            at(report, one),
            exposure(one.exposure).to_owned(),
            words(&one.fix),
            code(one.fingerprint.get(..prefix).unwrap_or(&one.fingerprint)),
        ]
    };
    let head = ["Severity", "Fault", "Where", "Exposure", "Fix", "Fingerprint"];
    sheet.table(&head, shown.iter().map(row), ROOM_FOR_FAULTS);
}

/// The check, and AWS's page where there is one.
fn name(finding: &Finding) -> String {
    let link = check(&finding.check).and_then(|check| check.links.first());
    match link {
        Some(link) => format!("[{}]({link})", code(&finding.check)),
        None => code(&finding.check),
    }
}

/// Account and region, and what is meant.
fn at(report: &Report, finding: &Finding) -> String {
    let place = coverage::place(report, &finding.account, Some(&finding.region));
    format!("{} {}", words(&place), code(&subject(finding)))
}

/// What could not be read, and how many verdicts are unknown for it.
fn unassessed(sheet: &mut Sheet, report: &Report) {
    if !coverage::is_incomplete(report) {
        return;
    }
    sheet.heading("Could not be assessed");
    let causes = coverage::causes(report);
    for (what, why) in causes.iter().take(LISTED) {
        sheet.line(&format!("- {}{}", code(what), words(why)));
    }
    if let Some(rest @ 1..) = causes.len().checked_sub(LISTED) {
        sheet.line(&format!("- and {}", count(rest, "more cause")));
    }
    let steps = coverage::steps(report);
    if !steps.is_empty() {
        sheet.paragraph(&format!("To fix it: {}.", with_code(&steps.join("; "))));
    }
}

/// What has become of the faults of the report before.
fn changed(sheet: &mut Sheet, report: &Report) {
    let Some(comparison) = &report.comparison else { return };
    sheet.heading(&format!("Since {}", comparison.before));
    sheet.line(&format!("{}.", words(&changes::totals(comparison))));
    let past = [("resolved", &comparison.resolved), ("not assessed", &comparison.not_assessed)];
    let past = past.iter().flat_map(|(word, all)| all.iter().map(move |one| (word, one)));
    let row = |(word, past): (&&str, &Past)| {
        let finding = &past.finding;
        let why = finding.change.as_ref().and_then(|change| change.why.as_deref());
        vec![
            (*word).to_owned(),
            finding.severity.word().to_owned(),
            format!("{} {}", words(&finding.title), code(&finding.check)),
            at(report, finding),
            words(why.unwrap_or_default()),
        ]
    };
    let rows: Vec<Vec<String>> = past.map(row).collect();
    if !rows.is_empty() {
        sheet.table(&["", "Severity", "Fault", "Where", "Why"], rows, ROOM_FOR_OTHERS);
    }
}

/// What somebody has accepted, with who, until when and why.
fn accepted(sheet: &mut Sheet, report: &Report, filter: Filter) {
    let all = worst_first(report, &[Standing::Accepted]);
    let row = |one: &Finding| {
        let by = one.accepted.as_ref().map(acceptance).unwrap_or_default();
        let title = format!("{} {}", words(&one.title), code(&one.check));
        vec![one.severity.word().to_owned(), title, at(report, one), words(&by)]
    };
    let rows: Vec<_> = all.into_iter().filter(|one| filter.shows(one)).map(row).collect();
    if !rows.is_empty() {
        sheet.heading("Accepted");
        sheet.table(&["Severity", "Fault", "Where", "By whom"], rows, ROOM_FOR_OTHERS);
    }
}

/// What differs from the defaults.
fn set(sheet: &mut Sheet, report: &Report) {
    let lines = settings::lines(report);
    if !lines.is_empty() {
        sheet.heading("Changed from the defaults");
    }
    for line in &lines {
        sheet.line(&format!("- {}: {}", line.what, words(&line.said)));
    }
}

/// Notes, and what does not count yet.
fn others(sheet: &mut Sheet, report: &Report, filter: Filter) {
    for (standing, heading) in
        [(Standing::Note, "Notes"), (Standing::Informing, "Does not count yet: newer checks")]
    {
        let all = worst_first(report, &[standing]);
        let row = |one: &Finding| {
            vec![format!("{} {}", words(&one.title), code(&one.check)), at(report, one)]
        };
        let rows: Vec<_> = all.into_iter().filter(|one| filter.shows(one)).map(row).collect();
        if !rows.is_empty() {
            sheet.heading(heading);
            sheet.table(&["", "Where"], rows, ROOM_FOR_OTHERS);
        }
    }
}

/// What came of the controls of each framework.
fn controls(sheet: &mut Sheet, report: &Report) {
    let row = |one: &FrameworkReport| {
        let counts = &one.summary;
        let numbers = [counts.failed, counts.unknown, counts.passed, counts.not_covered];
        let mut row = vec![words(&one.title)];
        row.extend(numbers.iter().map(usize::to_string));
        row
    };
    let rows: Vec<_> = report.by_control().iter().map(row).collect();
    if !rows.is_empty() {
        sheet.heading("By control");
        sheet.table(&["", "Failed", "Unknown", "Passed", "Not covered"], rows, ROOM_FOR_OTHERS);
    }
}

/// What was not shown, and what was read.
fn end(sheet: &mut Sheet, report: &Report, filter: Filter) {
    if let Some(said) = filter.left_out(&report.findings) {
        sheet.paragraph(&format!("_{}_", words(&said)));
    }
    if !report.notes.is_empty() {
        sheet.heading("Beside it");
    }
    for note in report.notes.iter().take(LISTED) {
        sheet.line(&format!("- {}", words(&note.text)));
    }
    let summary = &report.summary;
    let read =
        [count(summary.load_balancers, "load balancer"), count(summary.listeners, "listener")];
    sheet.paragraph(&format!(
        "{}; {}; read at {}",
        read.join(", "),
        words(&basis(report)),
        report.taken_at
    ));
}
