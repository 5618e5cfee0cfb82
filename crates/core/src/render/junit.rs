//! The report as the results of tests: a case for each finding, as CI servers read `JUnit`'s XML.
//!
//! Written to what Jenkins' `junit-10.xsd` allows, and to the limits of GitLab, which refuses a file that is
//! above them as a whole.

use std::collections::{BTreeMap, HashMap};
use std::io;

use super::{Format, Says, Style, changes_alone, place};
use crate::render::prose::{
    acceptance, account_names, exposure, fields, found, informs, link, subject,
};
use crate::report::{Finding, Report, Standing};
use crate::vocab::escape::clip;

mod case;
mod coverage;
mod plan;

use case::{Came, Case, Counts, Size, Tag, attribute, escaped, measured};
use plan::{Plan, Suite};

/// `JUnit` XML.
pub(super) const FORMAT: Format = Format {
    name: "junit",
    file: "elb-audit.junit.xml",
    endings: &["junit.xml", "xml"],
    media_type: "application/xml",
    about: "Jenkins, GitLab and other CI servers that show tests: one case a finding",
    says: Says {
        fault: Some("a `failure`; `type` is the severity"),
        unknown: Some("an `error` of type `unknown`"),
        note: Some("a passing case that says `note: …`"),
        pass: Some("a passing case"),
        accepted: Some("`skipped`, type `accepted`"),
        informing: Some("`skipped`, type `informing`"),
    },
    leaves_out: "actions, what has been resolved, and fields of evidence beyond the first 40; characters that do not \
                 print, or that XML does not allow, are written as escapes",
    more: "A suite is an account and region; `classname` is the check, and `name` is what it looked at. The text of a \
           case has a place, who can connect, the evidence, the fix and the fingerprint.\n\n\
           **What is not known is an `error`**, so that no server takes it for passed: each unknown verdict, and in the \
           suite `coverage` each account and region that could not be read or answered only in part. Where nothing at \
           all was read, that is an error too. Servers mark a build by failures of every severity; where only some are \
           to fail it, go by the [exit code](exit-codes.md).\n\n\
           GitLab refuses a file of more than 30 MB or 250,000 XML objects. What would be above that is cut, passes \
           first, then what is least bad; the suite `coverage` says what is missing.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// Bytes of a name, of a message and of a line of text. GitLab fails on a text above 10 MB.
const NAME: usize = 3_000;
const MESSAGE: usize = 1_000;
const LINE: usize = 1_000;
/// Lines of evidence.
const FIELDS: usize = 40;

/// Suites by account and region.
type Suites<'a> = BTreeMap<(&'a str, &'a str), Suite<'a>>;

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let head = Head::new(report);
    let plan = Plan::new(report, &head);
    let all = plan.counts();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="elb-audit" time="0" tests="{}" failures="{}" errors="{}">"#,
        all.tests, all.failures, all.errors
    )?;
    head.coverage(&plan, out)?;
    for ((account, region), suite) in &plan.suites {
        head.suite(account, region, suite, out)?;
    }
    writeln!(out, "</testsuites>")
}

/// What every suite says of the report.
struct Head<'a> {
    report: &'a Report,
    /// Names of accounts by id.
    names: HashMap<&'a str, &'a str>,
    timestamp: String,
}

impl<'a> Head<'a> {
    fn new(report: &'a Report) -> Self {
        // In UTC and without a zone, as most write it.
        let timestamp = report.taken_at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        Head { report, names: account_names(report), timestamp }
    }

    fn open(
        &self,
        name: &str,
        account: Option<&str>,
        counts: &Counts,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        writeln!(
            out,
            r#"<testsuite {} time="0" timestamp="{}" tests="{}" failures="{}" errors="{}" skipped="{}">"#,
            attribute("name", name, NAME),
            self.timestamp,
            counts.tests,
            counts.failures,
            counts.errors,
            counts.skipped
        )?;
        let taken_at = self.report.taken_at.to_string();
        let named = account.and_then(|account| self.names.get(account).copied());
        let properties = [
            ("version", Some(&*self.report.version)),
            ("taken_at", Some(&taken_at)),
            ("account", account),
        ];
        writeln!(out, "<properties>")?;
        for (name, value) in properties.into_iter().chain([("account_name", named)]) {
            if let Some(value) = value {
                writeln!(out, r#"<property name="{name}" {}/>"#, attribute("value", value, NAME))?;
            }
        }
        writeln!(out, "</properties>")
    }

    fn suite(
        &self,
        account: &str,
        region: &str,
        suite: &Suite,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        self.open(&of(account, region), Some(account), &suite.counts, out)?;
        for (finding, nth) in &suite.findings {
            case(finding, *nth).write(out)?;
        }
        writeln!(out, "</testsuite>")
    }

    /// What a suite takes beside its cases.
    fn size(&self, account: &str, region: &str) -> Size {
        let none = Suite { counts: Counts::MANY, ..Suite::default() };
        // Three properties, or four, and all that the suite says of itself.
        Size { objects: 21, bytes: measured(|out| self.suite(account, region, &none, out)) }
    }

    fn coverage(&self, plan: &Plan, out: &mut dyn io::Write) -> io::Result<()> {
        let mut counts = Counts::default();
        plan.coverage.iter().for_each(|case| counts.add(&case.came));
        self.open(coverage::NAME, None, &counts, out)?;
        plan.coverage.iter().try_for_each(|case| case.write(out))?;
        let said = coverage::said(self.report, &plan.left_out);
        if !said.is_empty() {
            let lines: Vec<String> = said.iter().map(|line| escaped(&clip(line, LINE))).collect();
            writeln!(out, "<system-out>{}</system-out>", lines.join("\n"))?;
        }
        writeln!(out, "</testsuite>")
    }
}

/// `111122223333 eu-west-1`; what is not known of it is left out.
fn of(account: &str, region: &str) -> String {
    let parts: Vec<&str> =
        [account, region].into_iter().filter(|part| !part.trim().is_empty()).collect();
    if parts.is_empty() { "unknown account".to_owned() } else { parts.join(" ") }
}

/// The case of a finding. Where several would have one name, `nth` says which of those it is that have its
/// fingerprint too: servers take only the first of a name.
fn case(finding: &Finding, nth: u32) -> Case {
    let at = subject(finding);
    let at = if at.trim().is_empty() { &finding.subject.id } else { &at };
    let mark = match nth {
        0 => String::new(),
        1 => format!(" [{}]", finding.fingerprint),
        _ => format!(" [{} {nth}]", finding.fingerprint),
    };
    Case {
        class: finding.check.clone(),
        name: format!("{} ({}){mark}", clip(at, NAME / 2), of(&finding.account, &finding.region)),
        came: came(finding),
    }
}

fn came(finding: &Finding) -> Came {
    let title = if finding.title.trim().is_empty() { &finding.check } else { &finding.title };
    let not = |tag, kind: &str, message: String| Came::Not {
        tag,
        kind: kind.to_owned(),
        message,
        text: text(title, finding),
    };
    match finding.standing() {
        Standing::Fault => not(Tag::Failure, finding.severity.word(), title.clone()),
        Standing::Unknown => not(Tag::Error, "unknown", format!("could not be assessed: {title}")),
        Standing::Note => Came::Said(format!("note: {}", found(finding))),
        Standing::Pass => Came::Passed,
        Standing::Accepted => {
            let said = finding.accepted.as_ref().map(acceptance).unwrap_or_default();
            not(Tag::Skipped, "accepted", said)
        }
        Standing::Informing => not(Tag::Skipped, "informing", informs(finding)),
    }
}

/// What was found, where, who can connect, the evidence, how to fix it, and the fingerprint. Servers show the
/// text, and not all of them the message.
fn text(title: &str, finding: &Finding) -> Vec<String> {
    let mut lines = vec![title.to_owned()];
    match finding.standing() {
        Standing::Accepted => lines.extend(finding.accepted.as_ref().map(acceptance)),
        Standing::Informing => lines.push(informs(finding)),
        _ => {}
    }
    lines.push(format!("place: {}", place::path(finding)));
    lines.push(format!("resource: {}", finding.subject.id));
    lines.push(format!("exposure: {}", exposure(finding.exposure)));
    lines.extend(fields(&finding.evidence).take(FIELDS));
    if let Some(more @ 1..) = finding.evidence.0.len().checked_sub(FIELDS) {
        lines.push(format!("and {more} more"));
    }
    if !finding.fix.is_empty() {
        lines.push(format!("fix: {}", finding.fix));
    }
    lines.extend(link(finding).map(|link| format!("see: {link}")));
    lines.push(format!("fingerprint: {}", finding.fingerprint));
    lines
}
