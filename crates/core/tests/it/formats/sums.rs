//! The law of outcomes: in every format there are as many findings of each standing as in the report, or the
//! format says that it leaves them out.

use std::collections::BTreeMap;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{Accepted, Finding, Report, SeverityCounts, Standing};
use serde_json::Value;

use super::reports::reports;
use crate::golden;

/// How many findings there are of each standing.
type Sums = BTreeMap<Standing, usize>;

/// Counts what a text of this format says, by the words that its reader goes by.
type Count = fn(&str) -> Sums;

const READERS: &[(&str, Count)] = &[
    ("text", text),
    ("json", json),
    ("ndjson", ndjson),
    ("csv", csv),
    ("markdown", markdown),
    ("sarif", sarif),
    ("github", github),
    ("junit", junit),
    ("gitlab", gitlab),
    ("ocsf", ocsf),
    ("asff", asff),
];

fn sums(standings: impl IntoIterator<Item = Standing>) -> Sums {
    let mut sums = Sums::new();
    for standing in standings {
        *sums.entry(standing).or_default() += 1;
    }
    sums
}

fn named(word: &str) -> Standing {
    let known = Standing::ALL.into_iter().find(|standing| standing.word() == word);
    known.unwrap_or_else(|| panic!("no standing {word}"))
}

/// The numbers of the totals, and what passed.
fn text(text: &str) -> Sums {
    let mut sums = Sums::new();
    let totals = text.lines().rev().find(|line| {
        let first = line.split([';', ':']).next().unwrap_or_default();
        first == "No fault found" || first.ends_with(" faults") || first.ends_with(" fault")
    });
    for part in totals.unwrap_or_default().split("; ") {
        let number = part.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let standing = match part.split([' ', ':']).nth(1) {
            Some("fault" | "faults") => Standing::Fault,
            Some("verdict" | "verdicts") => Standing::Unknown,
            Some("note" | "notes") => Standing::Note,
            Some("accepted") => Standing::Accepted,
            Some("not") => Standing::Informing,
            _ => continue,
        };
        sums.insert(standing, number);
    }
    let passed = text.lines().filter_map(|line| line.trim_start().strip_prefix("passed: "));
    sums.insert(Standing::Pass, passed.map(|checks| checks.split(", ").count()).sum());
    sums
}

fn of_findings(findings: &[Finding]) -> Sums {
    sums(findings.iter().map(Finding::standing))
}

fn json(text: &str) -> Sums {
    of_findings(&serde_json::from_str::<Report>(text).expect("a report").findings)
}

fn ndjson(text: &str) -> Sums {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line"));
    let findings = lines.filter(|line| line["kind"] == "finding");
    let findings = findings.map(|line| serde_json::from_value(line).expect("a finding"));
    of_findings(&findings.collect::<Vec<Finding>>())
}

fn csv(text: &str) -> Sums {
    let mut rows = text.split("\r\n").filter(|row| !row.is_empty()).map(|row| {
        row.trim_matches('"').split("\",\"").map(str::to_owned).collect::<Vec<String>>()
    });
    let head = rows.next().expect("names of columns");
    let place = head.iter().position(|name| name == "standing").expect("a column");
    sums(rows.map(|row| named(&row[place])))
}

/// The table of totals.
fn markdown(text: &str) -> Sums {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines().skip_while(|line| !line.starts_with("| Critical"));
    let head = cells(lines.next().expect("names of columns"));
    let numbers = cells(lines.nth(1).expect("numbers"));
    let columns = [
        ("Faults", Standing::Fault),
        ("Unknown", Standing::Unknown),
        ("Notes", Standing::Note),
        ("Accepted", Standing::Accepted),
        ("Newer checks", Standing::Informing),
    ];
    let number = |name: &str| {
        let place = head.iter().position(|one| one == name).expect("a column");
        numbers[place].parse().expect("a number")
    };
    columns.into_iter().map(|(name, standing)| (standing, number(name))).collect()
}

/// The cases of all suites but the one that says what was read.
fn junit(text: &str) -> Sums {
    let suites =
        text.split("<testsuite ").skip(1).filter(|suite| !suite.starts_with("name=\"coverage\""));
    let cases = suites.flat_map(|suite| suite.split("<testcase ").skip(1));
    sums(cases.map(|case| {
        let child = case.split_once('>').expect("an end").1;
        match child.trim_start() {
            child if child.starts_with("<failure ") => Standing::Fault,
            child if child.starts_with("<error type=\"unknown\"") => Standing::Unknown,
            child if child.starts_with("<system-out>note: ") => Standing::Note,
            child if child.starts_with("<skipped type=\"accepted\"") => Standing::Accepted,
            child if child.starts_with("<skipped type=\"informing\"") => Standing::Informing,
            child => {
                assert!(child.is_empty() || child.starts_with("</testsuite>"), "{child}");
                Standing::Pass
            }
        }
    }))
}

fn gitlab(text: &str) -> Sums {
    let items: Vec<Value> = serde_json::from_str(text).expect("a list");
    sums(items.iter().map(|_| Standing::Fault))
}

/// What became of faults of an earlier report is no finding of this one.
const PAST: [&str; 3] = ["resolved", "not assessed", "judged differently"];

fn ocsf(text: &str) -> Sums {
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let now =
        events.filter(|event| !PAST.iter().any(|word| event["unmapped"]["standing"] == *word));
    sums(now.map(|event| {
        let (status, compliance) = (&event["status_id"], &event["compliance"]);
        match (status.as_u64(), compliance["status_id"].as_u64(), compliance["status"].as_str()) {
            (Some(3), ..) => Standing::Accepted,
            (_, Some(3), Some("Fail")) => Standing::Fault,
            (_, Some(2), Some("Warning")) => Standing::Unknown,
            (_, Some(1), Some("Pass")) => Standing::Pass,
            (_, Some(99), Some("Note")) => Standing::Note,
            (_, Some(99), Some("Informing")) => Standing::Informing,
            other => panic!("{other:?}"),
        }
    }))
}

fn asff(text: &str) -> Sums {
    let findings: Vec<Value> = serde_json::from_str(text).expect("a list");
    let standing = |one: &Value| one["ProductFields"]["elb-audit/standing"].clone();
    let now = findings.iter().filter(|one| !PAST.iter().any(|word| standing(one) == *word));
    sums(now.map(|one| match (one["RecordState"].as_str(), one["Compliance"]["Status"].as_str()) {
        (Some("ARCHIVED"), _) => Standing::Accepted,
        (_, Some("FAILED")) => Standing::Fault,
        (_, Some("NOT_AVAILABLE")) => Standing::Unknown,
        (_, Some("PASSED")) => Standing::Pass,
        other => panic!("{other:?}"),
    }))
}

/// Results are faults; notifications say what they are.
fn sarif(text: &str) -> Sums {
    let log: Value = serde_json::from_str(text).expect("SARIF");
    let run = &log["runs"][0];
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let told = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let told = told.iter().filter_map(|one| one["properties"]["standing"].as_str()).map(named);
    sums(list(&run["results"]).iter().map(|_| Standing::Fault).chain(told))
}

/// The numbers of the last line.
fn github(text: &str) -> Sums {
    let line = text.lines().last().and_then(|line| line.strip_prefix("elb-audit: "));
    let line = line.expect("totals");
    // How many faults there are of each severity stands in brackets.
    let (head, tail) = match (line.find(" ("), line.find(')')) {
        (Some(open), Some(close)) => (&line[..open], &line[close + 1..]),
        _ => (line, ""),
    };
    let part = |part: &str| {
        let (number, word) = part.split_once(' ').expect("a number and a word");
        let word = if word.starts_with("of ") { "pass" } else { word.trim_end_matches('s') };
        (named(word), number.parse().expect("a number"))
    };
    [head, tail].concat().split(", ").map(part).collect()
}

/// The demo with everything that there can be, one fault of it accepted, and one of a newer check.
fn whole() -> Report {
    let inventory = demo::inventory();
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    let mut report = audit(&inventory, ALL, &options);
    let mut faults = report.findings.iter_mut().filter(|one| one.is_fault());
    let (accepted, newer) = (faults.next().expect("a fault"), faults.next().expect("another"));
    accepted.accepted =
        Some(Accepted { reason: "moves".to_owned(), owner: "edge".to_owned(), expires: None });
    newer.advisory = true;
    let mut faults = SeverityCounts::default();
    report.findings.iter().filter(|one| one.is_fault()).for_each(|one| faults.add(one.severity));
    report.summary.faults = faults;
    (report.summary.accepted, report.summary.advisory) = (1, 1);
    report
}

fn all() -> Vec<(&'static str, Report)> {
    let mut all: Vec<_> = reports().into_iter().collect();
    all.push(("demo", whole()));
    all
}

#[test]
fn every_format_sums_up_to_the_report() {
    let names: Vec<&str> = READERS.iter().map(|(name, _)| *name).collect();
    let listed: Vec<&str> = render::ALL.iter().map(|format| format.name).collect();
    assert_eq!(names, listed, "every format has a reader here, in the order of the list");
    let words = Standing::ALL.map(|standing| format!("{:>9}", standing.word()));
    let mut table = vec![format!("{:10}{}", "the demo", words.join(" "))];
    for (name, report) in all() {
        let expected = sums(report.findings.iter().map(Finding::standing));
        for (format, (_, count)) in render::ALL.iter().zip(READERS) {
            let found = count(&format.text(&report, Style::DETAILED));
            let mut cells = Vec::new();
            for standing in Standing::ALL {
                let number = |sums: &Sums| sums.get(&standing).copied().unwrap_or(0);
                let wanted = if format.says.of(standing).is_some() { number(&expected) } else { 0 };
                assert_eq!(
                    number(&found),
                    wanted,
                    "{name} as {}: {}",
                    format.name,
                    standing.word()
                );
                cells.push(format!("{:>9}", number(&found)));
            }
            if name == "demo" {
                table.push(format!("{:10}{}", format.name, cells.join(" ")));
            }
        }
        if name == "demo" {
            let none: Vec<Standing> =
                Standing::ALL.into_iter().filter(|one| !expected.contains_key(one)).collect();
            assert!(none.is_empty(), "the demo has no {none:?}");
        }
    }
    golden::compare("crates/core/tests/it/snapshots/sums.txt", &(table.join("\n") + "\n"));
}
