//! Workflow commands: how loud, how many, and that nobody forges one.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::{self, Filter, Style};
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::severity::Severity;

use super::reports::{everything, reports};

fn judged() -> Report {
    let inventory = demo::inventory();
    audit(&inventory, ALL, &Options::at(inventory.taken_at))
}

fn lines(report: &Report, style: Style) -> Vec<String> {
    let text = render::named("github").expect("a format").text(report, style);
    text.lines().map(str::to_owned).collect()
}

/// The annotations with this command.
fn with<'a>(lines: &'a [String], command: &str) -> Vec<&'a str> {
    let head = format!("::{command} ");
    lines.iter().filter_map(|line| line.strip_prefix(&head)).collect()
}

/// The report with so many faults of a severity and nothing else.
fn many(severity: Severity, number: usize) -> Report {
    let mut report = judged();
    let fault = report.findings.iter().find(|one| one.is_fault()).expect("a fault").clone();
    report.findings = vec![Finding { severity, ..fault }; number];
    report.summary.regions_unread = 0;
    report.regions.truncate(1);
    report.gaps.clear();
    report
}

#[test]
fn the_worse_the_louder() {
    for (severity, command) in [
        (Severity::Critical, "error"),
        (Severity::High, "error"),
        (Severity::Medium, "warning"),
        (Severity::Low, "warning"),
        (Severity::Info, "notice"),
    ] {
        let lines = lines(&many(severity, 1), Style::PLAIN);
        assert_eq!(lines.len(), 2, "{lines:?}");
        let head = format!(
            "title=elb-audit%3A {}[certificate-expired]::certificate has expired: ",
            severity.word()
        );
        assert!(with(&lines, command)[0].starts_with(&head), "{lines:?}");
    }
    let mut report = many(Severity::High, 1);
    report.findings[0].outcome = Outcome::Note;
    let lines = lines(&report, Style::PLAIN);
    assert!(with(&lines, "notice")[0].starts_with("title=elb-audit%3A note["), "{lines:?}");
}

#[test]
fn there_are_ten_of_a_kind_and_the_tenth_counts_the_rest() {
    let ten = lines(&many(Severity::High, 10), Style::PLAIN);
    let errors = with(&ten, "error");
    assert_eq!(errors.len(), 10);
    assert!(errors.iter().all(|one| !one.contains(" more::")), "{errors:?}");
    let eleven = lines(&many(Severity::Low, 11), Style::PLAIN);
    let warnings = with(&eleven, "warning");
    assert_eq!(warnings.len(), 10);
    assert!(
        warnings[9].starts_with("title=elb-audit%3A 2 more::GitHub shows 10 of a kind."),
        "{warnings:?}"
    );
    let mut mixed = many(Severity::High, 12);
    mixed.findings[11].severity = Severity::Critical;
    let mixed = lines(&mixed, Style::PLAIN);
    assert!(with(&mixed, "error")[0].starts_with("title=elb-audit%3A critical["), "{mixed:?}");
}

#[test]
fn the_last_line_counts_everything() {
    let report = judged();
    let (summary, faults) = (&report.summary, &report.summary.faults);
    let totals = format!(
        "elb-audit: {} faults ({} high, {} medium, {} low, {} info), {} unknown, {} notes, \
         0 of {} passes reported, 0 accepted, 0 informing",
        faults.total(),
        faults.high,
        faults.medium,
        faults.low,
        faults.info,
        summary.unknown,
        summary.notes,
        summary.passed
    );
    assert_eq!(lines(&report, Style::PLAIN).last(), Some(&totals));
    let filter = Filter { min_severity: Some(Severity::Critical), only_new: false };
    let shown = lines(&report, Style { filter, ..Style::PLAIN });
    assert_eq!(shown.last(), Some(&totals));
    let hidden = format!(
        "elb-audit: not shown: {} faults, {} notes below critical",
        faults.total(),
        summary.notes
    );
    assert_eq!(shown[shown.len() - 2], hidden);
    assert!(with(&shown, "error").is_empty() && with(&shown, "notice").len() == 3, "{shown:?}");
    let one = lines(&many(Severity::High, 1), Style::PLAIN);
    assert!(one[1].starts_with("elb-audit: 1 fault (1 high), 0 unknown, 0 notes, "), "{one:?}");
}

#[test]
fn what_could_not_be_read_is_said() {
    let all = reports();
    let nothing = lines(&all["unread"], Style::PLAIN);
    let error = "title=elb-audit%3A not assessed::nothing could be assessed: no region could be read (2 tried)";
    assert_eq!(with(&nothing, "error"), [error]);
    let partly = lines(&all["nothing-but-unread"], Style::PLAIN);
    assert!(with(&partly, "error").is_empty());
    let region = "title=elb-audit%3A not assessed::1 region could not be read: eu-made-1: ";
    assert!(with(&partly, "warning")[0].starts_with(region), "{partly:?}");
    let organization = lines(&everything(), Style::PLAIN);
    let warnings = with(&organization, "warning");
    for said in ["1 account could not be read: ", "1 region could not be read: "] {
        assert!(warnings.iter().any(|one| one.contains(said)), "{organization:?}");
    }
}

/// Nine annotations of as many verdicts would say one thing.
#[test]
fn what_is_unknown_is_said_by_its_cause() {
    let report = judged();
    let lines = lines(&report, Style::PLAIN);
    let causes: Vec<&str> = with(&lines, "notice")
        .into_iter()
        .filter(|one| one.starts_with("title=elb-audit%3A not assessed::"))
        .collect();
    assert_eq!(causes.len(), 3, "{lines:?}");
    let verdicts = |one: &&str| one.split("; ").nth(1)?.split(' ').next()?.parse::<usize>().ok();
    let unknown: usize = causes.iter().filter_map(verdicts).sum();
    assert_eq!(unknown, report.summary.unknown, "{causes:?}");
}

#[test]
fn changes_are_called_so() {
    let mut written = Vec::new();
    let format = render::named("github").expect("a format");
    format.render_changes(&mut everything(), Style::PLAIN, &mut written).expect("memory");
    let text = String::from_utf8(written).expect("UTF-8");
    assert!(text.contains("::error title=elb-audit%3A new critical["), "{text}");
    assert!(text.contains("::error title=elb-audit%3A worse high["), "{text}");
    let last = text.lines().last().expect("a line");
    assert!(
        last.starts_with("elb-audit: new or worsened: 2 faults (1 critical, 1 high), 0 unknown"),
        "{last}"
    );
}

#[test]
fn a_name_forges_no_command() {
    let name = "x\n::error::a\r::warning title=b::c%0A::notice::d ##[error]e ::add-mask::f";
    let mut report = everything();
    for finding in &mut report.findings {
        if let Some(lb) = &mut finding.load_balancer {
            name.clone_into(&mut lb.name);
        }
        for text in
            [&mut finding.check, &mut finding.title, &mut finding.account, &mut finding.region]
        {
            name.clone_into(text);
        }
        for text in [&mut finding.subject.label, &mut finding.fix, &mut finding.fingerprint] {
            name.clone_into(text);
        }
    }
    for region in &mut report.regions {
        name.clone_into(&mut region.name);
    }
    for account in &mut report.accounts {
        name.clone_into(&mut account.id);
    }
    let lines = lines(&report, Style::PLAIN);
    for line in &lines {
        assert!(!line.contains("##[") && !line.contains('\r'), "{line}");
        assert!(line.starts_with("elb-audit: ") || line.starts_with("::"), "{line}");
        if let Some(command) = line.strip_prefix("::") {
            let (head, message) = command.split_once("::").expect("a command");
            let (word, title) = head.split_once(" title=").expect("a title");
            assert!(["error", "warning", "notice"].contains(&word), "{line}");
            assert!(!title.contains([',', ':']), "{line}");
            assert!(!message.replace("%25", "").replace("%0A", "").contains('%'), "{line}");
        }
    }
    let found = with(&lines, "error");
    assert!(
        found.iter().any(|one| one.contains(r"x\n::error::a\r::warning title=b::c%250A")),
        "{found:?}"
    );
}
