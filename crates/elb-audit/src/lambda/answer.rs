//! The answer of the function: short, whatever the size of the account.

use elb_audit_core::report::{Finding, Report};
use elb_audit_core::vocab::escape;
use serde_json::{Value, json};

use crate::cli::Scan;
use crate::commands::RunOutcome;
use crate::watch::Watch;

/// Findings, and accounts, that an answer names. Lambda takes 6 MB and Step Functions
/// 256 KB: there is room left.
const NAMED: usize = 20;
const ACCOUNTS: usize = 50;
/// Characters of one text in an answer.
const LONGEST: usize = 1_000;

/// Summary, counts, the worst findings, and where the report lies.
pub(super) fn summarize(judged: &RunOutcome, scan: &Scan, files: &[String]) -> Value {
    let report = &judged.report;
    let mut worst: Vec<&Finding> = report.findings.iter().filter(|one| one.is_fault()).collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let accounts = report.accounts.iter().take(ACCOUNTS);
    json!({
        "statusCode": 200,
        "exit": judged.exit.code(),
        "why": cut(&judged.why),
        "taken_at": report.taken_at,
        "summary": report.summary,
        "changes": changes(report),
        "accounts": accounts.collect::<Vec<_>>(),
        "account_count": report.accounts.len(),
        "gaps": report.gaps.len(),
        "worst": worst.into_iter().take(NAMED).map(named).collect::<Vec<_>>(),
        "findings": files.iter().take(NAMED).collect::<Vec<_>>(),
        "report": Watch::report_url(&scan.watch, report),
    })
}

/// How many faults have changed in which way; null where nothing was compared.
fn changes(report: &Report) -> Value {
    let Some(comparison) = &report.comparison else { return Value::Null };
    json!({
        "since": comparison.before,
        "new": comparison.new,
        "worsened": comparison.worsened,
        "unchanged": comparison.unchanged,
        "resolved": comparison.resolved.len(),
        "not_assessed": comparison.not_assessed.len(),
        "unread": comparison.lost.len(),
        "judged_differently": comparison.judged_differently(),
    })
}

fn named(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "severity": finding.severity,
        "title": finding.title,
        "account": finding.account,
        "region": finding.region,
        "load_balancer": finding.load_balancer.as_ref().map(|lb| cut(&lb.arn)),
        "subject": cut(&finding.subject.label),
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "change": finding.change.as_ref().map(|change| change.kind),
    })
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    escape::cut(text, LONGEST)
}
