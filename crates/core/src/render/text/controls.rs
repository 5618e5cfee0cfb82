//! The report by control: those that failed, then what is not known, then the rest, each with every
//! resource.

use std::collections::BTreeMap;

use super::coverage;
use crate::compliance::Source;
use crate::render::page::{Page, Paint};
use crate::render::prose::count;
use crate::report::Report;
use crate::report::controls::{ControlReport, ControlResource, ControlStatus, FrameworkReport};

/// Whose words the titles are.
const OUR_WORDS: &str = "Titles of controls are in elb-audit's words, not their publisher's.";

/// Every control.
pub(super) fn write(page: &mut Page, framework: &FrameworkReport, report: &Report) {
    page.line(0, &[(Paint::Bold, &framework.title), (Paint::Plain, &totals(framework))]);
    if framework.controls.iter().any(|control| control.title_is_ours) {
        page.line(0, &[(Paint::Dim, OUR_WORDS)]);
    }
    for status in ControlStatus::ALL {
        let all = framework.controls.iter().filter(|control| control.status == status);
        for (place, control) in all.enumerate() {
            if place == 0 || status == ControlStatus::Failed {
                page.blank();
            }
            write_control(page, control, report);
        }
    }
}

fn totals(framework: &FrameworkReport) -> String {
    let counts = &framework.summary;
    let all = [
        (counts.failed, ControlStatus::Failed),
        (counts.unknown, ControlStatus::Unknown),
        (counts.passed, ControlStatus::Passed),
        (counts.not_covered, ControlStatus::NotCovered),
        (counts.not_applicable, ControlStatus::NotApplicable),
    ];
    let parts = all.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> =
        parts.map(|(number, status)| format!("{number} {}", status.words())).collect();
    format!(": {}: {}", count(framework.controls.len(), "control"), parts.join(", "))
}

fn write_control(page: &mut Page, control: &ControlReport, report: &Report) {
    let paint = match control.status {
        ControlStatus::Failed => control.severity.map_or(Paint::Warning, Paint::Severity),
        ControlStatus::Unknown => Paint::Warning,
        ControlStatus::Passed => Paint::Good,
        ControlStatus::NotCovered | ControlStatus::NotApplicable => Paint::Dim,
    };
    let severity = match control.severity {
        Some(severity) if control.status == ControlStatus::Failed => {
            format!(" ({})", severity.word())
        }
        _ => String::new(),
    };
    let title = format!("  {}", control.title);
    page.line(
        0,
        &[
            (paint, control.status.words()),
            (Paint::Plain, " "),
            (Paint::Bold, &control.id),
            (Paint::Plain, &severity),
            (Paint::Plain, &title),
        ],
    );
    resources(page, "", &control.failed, report);
    resources(page, "unknown: ", &control.unknown, report);
    passes(page, control, report);
    if let Some(why) = &control.why {
        page.line(4, &[(Paint::Warning, why)]);
    }
    if let Some(unfair) = &control.unfair {
        page.line(4, &[(Paint::Bold, "unfair"), (Paint::Plain, ": "), (Paint::Plain, unfair)]);
    }
    let said = match control.source {
        Source::Publisher => return,
        Source::ThirdParty => "AWS maps nothing to it; this is another tool's mapping",
        Source::Both => "AWS maps part of this to it, another tool the rest",
    };
    if control.status == ControlStatus::Failed {
        page.line(4, &[(Paint::Dim, said)]);
    }
}

/// What passed, each resource once, a line for each place.
fn passes(page: &mut Page, control: &ControlReport, report: &Report) {
    if control.passed == 0 {
        return;
    }
    page.line(4, &[(Paint::Dim, &count(control.passed, "resource")), (Paint::Dim, " passed")]);
    let mut places: BTreeMap<(&str, &str), BTreeMap<&str, &str>> = BTreeMap::new();
    for one in control.passes.iter().flatten() {
        let name = one.load_balancer.as_deref().unwrap_or(&one.label);
        places.entry((&one.account, &one.region)).or_default().insert(&one.id, name);
    }
    for ((account, region), resources) in places {
        let mut names: Vec<&str> = resources.into_values().collect();
        names.sort_unstable();
        let place = format!("{}: ", coverage::place(report, account, Some(region)));
        page.line(6, &[(Paint::Dim, &place), (Paint::Dim, &names.join(", "))]);
    }
}

/// The resources by check, each check on a line.
fn resources(page: &mut Page, before: &str, all: &[ControlResource], report: &Report) {
    let mut checks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in all {
        let place = coverage::place(report, &one.account, Some(&one.region));
        let accepted = if one.accepted { " (accepted)" } else { "" };
        let label = format!("{place} {}{accepted}", one.label);
        checks.entry(&one.check).or_default().push(label);
    }
    for (check, labels) in checks {
        let check = format!("[{check}]");
        let labels = format!(": {}", labels.join(", "));
        page.line(4, &[(Paint::Warning, before), (Paint::Bold, &check), (Paint::Plain, &labels)]);
    }
}
