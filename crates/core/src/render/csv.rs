//! A row for each finding, as spreadsheets read it.

use std::collections::HashMap;
use std::io;

use super::{Format, Says, Style, changes_alone, place};
use crate::render::prose::{account_names, kind, link, sentence};
use crate::report::comparison::Change;
use crate::report::{Accepted, Finding, LoadBalancerRef, Report};
use crate::vocab::escape::neutral;

/// Comma-separated values.
pub(super) const FORMAT: Format = Format {
    name: "csv",
    file: "elb-audit.csv",
    endings: &["csv"],
    media_type: "text/csv; charset=utf-8",
    about: "spreadsheets: one row a finding",
    says: Says::all("a row; `standing` says which it is"),
    leaves_out: "load balancers without a finding, calls that failed, actions, settings that differ from the defaults \
                 and what has been resolved; \
                 characters that do not print are written as escapes",
    more: "RFC 4180: every cell quoted, rows end in CR LF, UTF-8 without a byte order mark. The columns are fixed; \
           new ones come last.\n\n\
           **A cell that a spreadsheet would take for a formula begins with an apostrophe.** That is one whose first \
           character, after white space, is `=`, `+`, `-`, `@`, their full-width forms, or the apostrophe \
           itself. Names and tags are chosen by whoever may create a resource, and quoting does not keep a \
           spreadsheet from running `=cmd|…`. Programs that want names as they are read `ndjson`, or remove one \
           leading apostrophe from every cell.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// A column: its name, and what stands in it.
type Column = (&'static str, fn(&Around, &Finding) -> String);

/// What a row needs beside its finding.
struct Around<'a> {
    taken_at: String,
    /// Names of accounts by id.
    names: HashMap<&'a str, &'a str>,
}

const COLUMNS: &[Column] = &[
    ("fingerprint", |_, one| one.fingerprint.clone()),
    ("standing", |_, one| one.standing().word().to_owned()),
    ("outcome", |_, one| one.outcome.word().to_owned()),
    ("severity", |_, one| one.severity.word().to_owned()),
    ("check", |_, one| one.check.clone()),
    ("title", |_, one| one.title.clone()),
    ("account", |_, one| one.account.clone()),
    ("account_name", |around, one| {
        around.names.get(&*one.account).map_or("", |name| name).to_owned()
    }),
    ("region", |_, one| one.region.clone()),
    ("load_balancer", |_, one| lb(one, |lb| lb.name.clone())),
    ("load_balancer_type", |_, one| lb(one, |lb| kind(&lb.kind))),
    ("load_balancer_arn", |_, one| lb(one, |lb| lb.arn.clone())),
    ("subject_kind", |_, one| place::subject(one.subject.kind).to_owned()),
    ("subject", |_, one| one.subject.label.clone()),
    ("subject_id", |_, one| one.subject.id.clone()),
    ("exposure", |_, one| one.exposure.word().to_owned()),
    ("evidence", |_, one| sentence(&one.evidence)),
    ("fix", |_, one| one.fix.clone()),
    ("link", |_, one| link(one).unwrap_or_default().to_owned()),
    ("change", |_, one| change(one, |change| change.kind.words().to_owned())),
    ("first_seen_at", |_, one| change(one, |change| change.first_seen_at.to_string())),
    ("accepted_by", |_, one| accepted(one, |by| by.owner.clone())),
    ("accepted_because", |_, one| accepted(one, |by| by.reason.clone())),
    ("accepted_until", |_, one| {
        accepted(one, |by| by.expires.map_or_else(String::new, |day| day.to_string()))
    }),
    ("edition", |_, one| one.edition.clone()),
    ("configuration", |_, one| one.configuration.clone()),
    ("taken_at", |around, _| around.taken_at.clone()),
];

fn lb(finding: &Finding, what: fn(&LoadBalancerRef) -> String) -> String {
    finding.load_balancer.as_ref().map(what).unwrap_or_default()
}

fn change(finding: &Finding, what: fn(&Change) -> String) -> String {
    finding.change.as_ref().map(what).unwrap_or_default()
}

fn accepted(finding: &Finding, what: fn(&Accepted) -> String) -> String {
    finding.accepted.as_ref().map(what).unwrap_or_default()
}

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    row(COLUMNS.iter().map(|(name, _)| (*name).to_owned()), out)?;
    let around = Around { taken_at: report.taken_at.to_string(), names: account_names(report) };
    for finding in &report.findings {
        row(COLUMNS.iter().map(|(_, value)| value(&around, finding)), out)?;
    }
    Ok(())
}

fn row(cells: impl Iterator<Item = String>, out: &mut dyn io::Write) -> io::Result<()> {
    for (place, text) in cells.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\"", cell(&text).replace('"', "\"\""))?;
    }
    out.write_all(b"\r\n")
}

/// The text with nothing in it that steers a terminal, and nothing at its head that runs in a spreadsheet.
///
/// Source: OWASP ASVS 1.2.10.
fn cell(text: &str) -> String {
    let text = neutral(text);
    let runs = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\'');
    let quote = if text.trim_start().starts_with(runs) { "'" } else { "" };
    format!("{quote}{text}")
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn what_a_spreadsheet_would_run_begins_with_an_apostrophe() {
        for text in
            ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "  =1", "＝1", "'=1", "\u{3000}=1"]
        {
            assert_eq!(cell(text), format!("'{text}"), "{text}");
        }
        for text in ["", "shop", "a=b", "1-2", "HTTPS:443"] {
            assert_eq!(cell(text), text);
        }
        // What is written as an escape no longer stands at the head.
        for (text, expected) in [("\t=1", "\\t=1"), ("\r\n=1", "\\r\\n=1"), ("\0=1", "\\u{0}=1")] {
            assert_eq!(cell(text), expected);
        }
    }
}
