//! Every format against its schema, or a reader that others wrote: where a Python with them is there.
//!
//! A folder of reports is written in each format, and `readers/read_FORMAT.py` reads them: what was found, and
//! texts that somebody chose in order to harm. Beside each stands what the reader has to find in it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::render::{self, Format, Style};
use elb_audit_core::report::{Accepted, Finding, Report, SeverityCounts, Standing};
use serde_json::{Value, json};

use crate::moto::python_for;
use crate::program::Folder;

/// Names, tags and words that somebody may have chosen.
const PAYLOADS: [&str; 14] = [
    "\"><script>alert(1)</script>",
    "=cmd|'/C calc'!A0",
    "`rm -rf`` ``` ````",
    "a|b||c",
    "one\ntwo\r\nthree",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{202e}txt.exe",
    "nul\0nul",
    "@name and #12 and owner/repository#3",
    "::error::forged ##[error]forged %0A::warning::x",
    "]]> &amp; <!-- & ' \" <![CDATA[",
    "[link](https://example.com) ![i](x) <b>*_~",
    "\u{fffe}\u{ffff}\u{b}\u{85}\u{2028}😀",
    "",
];

/// What is read: a report and the text that was put into it.
struct Case {
    name: String,
    report: Report,
    payload: Option<String>,
}

impl Case {
    fn new(name: &str, report: Report) -> Self {
        Case { name: name.to_owned(), report, payload: None }
    }

    /// What a reader has to find: how many findings of each standing, their fingerprints, and the text.
    fn expected(&self, format: &Format) -> Value {
        let findings = &self.report.findings;
        let number = |standing| findings.iter().filter(|one| one.standing() == standing).count();
        let says = |standing| if format.says.of(standing).is_some() { number(standing) } else { 0 };
        let sums: serde_json::Map<String, Value> = Standing::ALL
            .into_iter()
            .map(|standing| (standing.word().to_owned(), json!(says(standing))))
            .collect();
        let fingerprints: Vec<&str> = findings
            .iter()
            .filter(|one| format.says.of(one.standing()).is_some())
            .map(|one| &*one.fingerprint)
            .collect();
        json!({"sums": sums, "fingerprints": fingerprints, "payload": self.payload})
    }
}

fn judged(inventory: &Inventory, show_passed: bool) -> Report {
    audit(inventory, ALL, &Options { show_passed, ..Options::at(inventory.taken_at) })
}

/// The demo with a finding of every standing.
fn whole() -> Report {
    let mut report = judged(&demo::inventory(), true);
    let faults = report.findings.iter_mut().filter(|one| one.is_fault()).take(2);
    let [accepted, newer]: [&mut Finding; 2] =
        faults.collect::<Vec<_>>().try_into().expect("two faults");
    let (owner, reason) = ("edge-team".to_owned(), "moves in May".to_owned());
    let expires = Some("2099-05-31".parse().unwrap());
    accepted.accepted = Some(Accepted { reason, owner, expires });
    newer.advisory = true;
    counted(report)
}

/// The report with some findings of each standing.
fn few(mut report: Report) -> Report {
    let mut seen: HashMap<Standing, usize> = HashMap::new();
    report.findings.retain(|one| {
        let number = seen.entry(one.standing()).or_default();
        *number += 1;
        *number <= 12
    });
    counted(report)
}

/// Counts what the report holds, as an audit does.
fn counted(mut report: Report) -> Report {
    let summary = &mut report.summary;
    (summary.unknown, summary.notes, summary.accepted, summary.advisory) = (0, 0, 0, 0);
    summary.faults = SeverityCounts::default();
    for finding in &report.findings {
        match finding.standing() {
            Standing::Fault => summary.faults.add(finding.severity),
            Standing::Unknown => summary.unknown += 1,
            Standing::Note => summary.notes += 1,
            Standing::Accepted => summary.accepted += 1,
            Standing::Informing => summary.advisory += 1,
            Standing::Pass => {}
        }
    }
    report
}

/// A report that was compared with one in which other faults stood.
fn compared() -> Report {
    let inventory = demo::inventory();
    let (mut before, mut after) = (judged(&inventory, false), judged(&inventory, false));
    let place = |report: &Report, nth| {
        let faults = report.findings.iter().enumerate().filter(|(_, one)| one.is_fault());
        faults.map(|(place, _)| place).nth(nth).expect("a fault")
    };
    let (new, resolved) = (place(&before, 0), place(&after, 1));
    before.findings.remove(new);
    after.findings.remove(resolved);
    compare(&before, &mut after);
    counted(after)
}

/// The report with this text wherever somebody may have chosen one.
fn poisoned(mut report: Report, payload: &str) -> Report {
    let text = || payload.to_owned();
    for account in &mut report.accounts {
        (account.name, account.reason) = (Some(text()), Some(text()));
    }
    for lb in &mut report.load_balancers {
        (lb.name, lb.dns_name, lb.state) = (text(), Some(text()), Some(text()));
        for listener in lb.listeners.iter_mut().flatten() {
            listener.reachable_from.push(text());
            for step in &mut listener.chain {
                (step.resource, step.says) = (text(), text());
            }
        }
    }
    for finding in &mut report.findings {
        if let Some(lb) = &mut finding.load_balancer {
            lb.name = text();
        }
        finding.subject.label = text();
        finding.fix.push_str(payload);
        finding.evidence.0.insert(payload.to_owned(), json!([payload, {payload: payload}]));
        if let Some(accepted) = &mut finding.accepted {
            (accepted.owner, accepted.reason) = (text(), text());
        }
    }
    for action in &mut report.actions {
        (action.title, action.fix) = (text(), text());
    }
    for gap in &mut report.gaps {
        (gap.resource, gap.reason) = (Some(text()), text());
    }
    for note in &mut report.notes {
        note.text = text();
    }
    report
}

fn cases() -> Vec<Case> {
    let mut unread = demo::inventory();
    unread.accounts.truncate(1);
    unread.accounts[0].regions.clear();
    let whole = whole();
    let few = few(whole.clone());
    let mut cases = vec![
        Case::new("whole", whole),
        Case::new("compared", compared()),
        Case::new("nothing", judged(&unread, false)),
    ];
    let long = "n".repeat(1_000);
    for (number, payload) in PAYLOADS.into_iter().chain([&*long]).enumerate() {
        let (name, report) = (format!("payload-{number:02}"), poisoned(few.clone(), payload));
        cases.push(Case { name, report, payload: Some(payload.to_owned()) });
    }
    // Of a saved account the rest may be anybody's, too.
    for (number, payload) in PAYLOADS.into_iter().enumerate() {
        let (name, report) =
            (format!("forged-{number:02}"), forged(poisoned(few.clone(), payload), payload));
        cases.push(Case { name, report, payload: Some(payload.to_owned()) });
    }
    cases
}

/// The report with this text in what AWS gives: ids, ARNs, regions and kinds.
fn forged(mut report: Report, payload: &str) -> Report {
    let text = || payload.to_owned();
    for lb in &mut report.load_balancers {
        lb.arn.push_str(payload);
        (lb.region, lb.kind) = (text(), text());
        for listener in lb.listeners.iter_mut().flatten() {
            listener.id.push_str(payload);
            (listener.label, listener.ssl_policy) = (text(), Some(text()));
        }
    }
    for finding in &mut report.findings {
        if let Some(lb) = &mut finding.load_balancer {
            lb.arn.push_str(payload);
            lb.kind = text();
        }
        finding.subject.id.push_str(payload);
        finding.region = text();
    }
    for gap in &mut report.gaps {
        gap.region = Some(text());
    }
    for region in &mut report.regions {
        (region.name, region.reason) = (text(), Some(text()));
    }
    report
}

/// Writes every case in this format, each beside what is to be found in it.
fn write_all(cases: &[Case], folder: &Folder, format: &Format) -> PathBuf {
    let place = folder.path(format.name);
    fs::create_dir(&place).unwrap();
    for case in cases {
        let text = format.text(&case.report, Style::PLAIN);
        fs::write(place.join(format!("{}.out", case.name)), text).unwrap();
        let expected = case.expected(format).to_string();
        fs::write(place.join(format!("{}.json", case.name)), expected).unwrap();
    }
    place
}

/// Lets the reader of a format read it.
fn read(test: &str, format: &str) {
    let Some(python) = python_for(test) else { return };
    let folder = Folder::new();
    let cases = cases();
    let place = write_all(&cases, &folder, render::named(format).expect("a format"));
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/readers");
    let done =
        Command::new(python).arg(tests.join(format!("read_{format}.py"))).arg(place).output();
    let done = done.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.ends_with(&format!("{} reports read\n", cases.len())), "{said}");
}

#[test]
fn csv_is_read_by_pythons_reader() {
    read("csv_is_read_by_pythons_reader", "csv");
}

#[test]
fn ndjson_is_read_line_by_line() {
    read("ndjson_is_read_line_by_line", "ndjson");
}

#[test]
fn markdown_is_read_by_a_commonmark_reader() {
    read("markdown_is_read_by_a_commonmark_reader", "markdown");
}

#[test]
fn junit_keeps_jenkins_schema() {
    read("junit_keeps_jenkins_schema", "junit");
}

#[test]
fn gitlab_items_keep_the_rules() {
    read("gitlab_items_keep_the_rules", "gitlab");
}

#[test]
fn ocsf_keeps_the_class() {
    read("ocsf_keeps_the_class", "ocsf");
}

#[test]
fn asff_is_taken_by_botocore() {
    read("asff_is_taken_by_botocore", "asff");
}

#[test]
fn sarif_keeps_its_schema_and_githubs_limits() {
    read("sarif_keeps_its_schema_and_githubs_limits", "sarif");
}

#[test]
fn github_commands_are_read_as_the_runner_does() {
    read("github_commands_are_read_as_the_runner_does", "github");
}
