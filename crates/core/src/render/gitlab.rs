//! Faults as GitLab's code quality reports have them.

use std::collections::HashMap;
use std::io;

use serde::Serialize;

use super::json::write_list;
use super::{Format, Says, Style, changes_alone, place};
use crate::render::order::worst_first;
use crate::render::prose::found;
use crate::report::{Finding, Report, Standing};
use crate::vocab::escape::clip;
use crate::vocab::severity::Severity;

/// GitLab's code quality report.
pub(super) const FORMAT: Format = Format {
    name: "gitlab",
    file: "gl-code-quality-report.json",
    endings: &["gitlab.json", "gl-code-quality-report.json"],
    media_type: "application/json",
    about: "GitLab merge requests: a code quality report",
    says: Says {
        fault: Some("an item"),
        unknown: None,
        note: None,
        pass: None,
        accepted: None,
        informing: None,
    },
    leaves_out: "everything but faults that count: the format has no word for what is unknown, worth a note, right, \
                 accepted or new",
    more: "An artifact for `artifacts:reports:codequality`. Its fingerprints are those of the report, so that a merge \
           request shows what is new; of several findings with one fingerprint the later ones end in `-2`, `-3`. \
           `critical` is `blocker`, `high` `critical`, `medium` `major` and `low` `minor`; the worst come first. The path names account, \
           region and load balancer, and is no file of the repository.\n\n\
           **An empty list does not say that all is well.** It is what comes out where nothing could be read, too: let \
           the [exit code](exit-codes.md) decide, and add `-o junit=elb-audit.junit.xml`, in which what is unknown is an \
           error.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// Bytes of a description.
const DESCRIPTION: usize = 2_000;

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let items = worst_first(report, &[Standing::Fault]).into_iter().map(|fault| {
        let nth = seen.entry(&fault.fingerprint).or_default();
        *nth += 1;
        item(fault, *nth)
    });
    write_list(items, out)?;
    out.write_all(b"\n")
}

/// A fault, in the order of GitLab's documentation.
#[derive(Serialize)]
struct Item<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The item of a fault; which one it is of those with its fingerprint.
fn item(fault: &Finding, nth: usize) -> Item<'_> {
    let mark = if nth > 1 { format!("-{nth}") } else { String::new() };
    Item {
        description: clip(&found(fault), DESCRIPTION),
        check_name: &fault.check,
        fingerprint: format!("{}{mark}", fault.fingerprint),
        severity: severity(fault.severity),
        location: Location { path: place::path(fault), lines: Lines { begin: 1 } },
    }
}

/// GitLab has five too, of other names.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
