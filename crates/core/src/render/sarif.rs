//! SARIF 2.1.0 as GitHub's code scanning takes it: faults are results, everything else is a notification.
//!
//! Source: OASIS SARIF 2.1.0, errata 01; GitHub, "SARIF support for code scanning" and "SARIF results exceed one
//! or more limits".

use std::collections::BTreeSet;
use std::io;

use serde_json::{Value, json};

use super::json::{write_line, write_list};
use super::order::worst_first;
use super::{Format, Says, keep_changes, place};
use crate::report::{AccountStatus, RegionStatus, Report, Standing, Summary};
use crate::vocab::digest::{hex, sha256};
use crate::vocab::escape::clip;

mod flow;
mod notification;
mod result;
mod rules;

use flow::Listeners;
use notification::Notifications;
use rules::Rules;

/// SARIF.
pub(super) const FORMAT: Format = Format {
    name: "sarif",
    file: "elb-audit.sarif",
    endings: &["sarif", "sarif.json"],
    media_type: "application/sarif+json",
    about: "GitHub code scanning and other readers of SARIF 2.1.0",
    says: Says {
        fault: Some("an item of `results`"),
        unknown: NOTIFIED,
        note: NOTIFIED,
        pass: None,
        accepted: NOTIFIED,
        informing: NOTIFIED,
    },
    leaves_out: "passes, load balancers without a finding, actions, reports by control, what has been resolved, and \
                 evidence beyond what fits into a message; characters that do not print are written as escapes, and no text makes a \
                 link",
    more: "**Only faults that count are results**, because GitHub makes an alert of every result. What could not be \
           judged, notes, accepted findings and those of newer checks are \
           `invocations[0].toolExecutionNotifications`, whose `properties.standing` says which it is; a call that \
           failed is one with the descriptor `unread/CALL`.\n\n\
           GitHub takes the severity of an alert from its rule, and who can connect decides how bad a finding is. So a \
           check has a rule for each severity that occurs: its id is the check's, and `CHECK/medium` where the \
           severity is not the check's own. `security-severity` is 9.5, 8.0, 5.5, 2.0 or 0.1.\n\n\
           There is no file to point at. Each result has a path that never changes, made of account, region, kind and \
           name of its load balancer, such as `aws/111122223333/eu-west-1/application/shop`. `logicalLocations` has the ARN of what \
           is meant (a listener, a certificate), `properties.loadBalancer` that of the load balancer, `partialFingerprints` the \
           fingerprint, and a code flow the way from the internet to the listener.\n\n\
           `automationDetails.id` is `elb-audit/live/ACCOUNT/`, or `elb-audit/live/ACCOUNT-and-others/` with the lowest \
           of several. After it comes the region where one alone was to be read, `only-HASH` where load balancers were \
           chosen, and `changes` where only changes are written. An upload takes the place of the last one with \
           the same id, and GitHub closes the alerts that it does not have: also those of what could not be \
           read this time. Do not upload where the exit code is 3, or 4 with `--strict`.\n\n\
           A run has at most 25,000 results, the worst, and as many notifications, the unknown ones first. A \
           notification says how many are left out, and so does `leftOut` in the `properties` of the run, beside the \
           `totals` of the report.",
    for_people: false,
    beside: None,
    render: |report, _, out| write(report, Part::Whole, out),
    render_changes: |report, _, out| {
        keep_changes(report);
        write(report, Part::Changes, out)
    },
};

const NOTIFIED: Option<&str> = Some("a notification; `properties.standing` says which it is");

/// The standard's own name of its schema: it never changes, and the tests hold the output to that very file.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results that GitHub takes of a run.
const RESULTS: usize = 25_000;
/// Bytes of a text that GitHub limits to as many characters.
const TEXT: usize = 1_024;

/// What of a report is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// What is new or worse: it must not take the place of a whole one.
    Changes,
}

fn write(report: &Report, part: Part, out: &mut dyn io::Write) -> io::Result<()> {
    let mut results = worst_first(report, &[Standing::Fault]);
    let left_out = results.len().saturating_sub(RESULTS);
    results.truncate(RESULTS);
    let rules = Rules::of(&results);
    let notifications = Notifications::of(report, left_out);
    write!(
        out,
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\n\"tool\":{{\"driver\":{{"
    )?;
    driver(&report.version, out)?;
    out.write_all(b",\"rules\":")?;
    write_list(rules.descriptors(), out)?;
    out.write_all(b",\n\"notifications\":")?;
    write_list(notifications.descriptors(), out)?;
    out.write_all(b"}},\n\"automationDetails\":")?;
    write_line(&json!({"id": category(report, part)}), out)?;
    let successful = report.summary.regions_read > 0;
    write!(out, ",\n\"invocations\":[{{\"executionSuccessful\":{successful},\"endTimeUtc\":")?;
    write_line(&report.taken_at, out)?;
    out.write_all(b",\"toolExecutionNotifications\":")?;
    write_list(notifications.all(), out)?;
    out.write_all(b"}],\n\"results\":")?;
    let listeners = Listeners::of(report);
    write_list(results.iter().map(|one| result::result(one, &rules, &listeners)), out)?;
    out.write_all(b",\n\"properties\":")?;
    let left_out = json!({"results": left_out, "notifications": notifications.left_out()});
    write_line(&json!({"leftOut": left_out, "totals": totals(&report.summary)}), out)?;
    out.write_all(b"}]}\n")
}

/// Name and version of who judged.
fn driver(version: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let version = text(version, 64, "unknown");
    out.write_all(b"\"name\":\"elb-audit\",\"version\":")?;
    write_line(&version, out)?;
    // A report that somebody else wrote may say anything.
    if is_semantic(&version) {
        out.write_all(b",\"semanticVersion\":")?;
        write_line(&version, out)?;
    }
    Ok(())
}

/// Whether it begins with three numbers, as `1.2.3-rc.1` does.
fn is_semantic(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(number)
}

/// What an upload is of: the next one of the same takes its place.
fn category(report: &Report, part: Part) -> String {
    let meant = report.accounts.iter().filter(|one| one.status != AccountStatus::Skipped);
    let accounts: BTreeSet<&str> = meant.map(|one| &*one.id).collect();
    let first = match accounts.first() {
        None | Some(&"") => "unknown",
        Some(id) => id,
    };
    let others = if accounts.len() > 1 { "-and-others" } else { "" };
    let mut id = format!("elb-audit/live/{}{others}/", place::segment(first));
    let meant = report.regions.iter().filter(|one| one.status != RegionStatus::Skipped);
    let regions: BTreeSet<&str> = meant.map(|one| &*one.name).collect();
    if let (Some(region), 1) = (regions.first(), regions.len()) {
        id = format!("{id}{}/", place::segment(region));
    }
    if let Some(chosen) = &report.basis.load_balancers {
        // In whichever order they were given.
        let chosen: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
        let hash = hex(&sha256(chosen.into_iter().collect::<Vec<_>>().join("\n")));
        id = format!("{id}only-{}/", &hash[..8]);
    }
    if part == Part::Changes { id + "changes/" } else { id }
}

/// The report's totals but for its cost, which differs from scan to scan.
fn totals(summary: &Summary) -> Value {
    json!({
        "loadBalancers": summary.load_balancers,
        "listeners": summary.listeners,
        "faults": summary.faults,
        "unknown": summary.unknown,
        "notes": summary.notes,
        "passed": summary.passed,
        "accepted": summary.accepted,
        "informing": summary.advisory,
        "regionsRead": summary.regions_read,
        "regionsUnread": summary.regions_unread,
        "regionsSkipped": summary.regions_skipped,
    })
}

/// A text of at most so many bytes, harmless, and no link: in a message `[a](b)` is one. Another text where it
/// is empty: GitHub refuses a file with an empty one.
fn text(text: &str, longest: usize, or: &str) -> String {
    let said = clip(&text.replace("](", "] ("), longest);
    if said.trim().is_empty() { or.to_owned() } else { said }
}

/// Sentences: they begin with a capital letter, and end.
fn sentences(text: &str) -> String {
    let mut letters = text.chars();
    let head = letters.next().map(char::to_uppercase).into_iter().flatten();
    let whole: String = head.chain(letters).collect();
    let ends = whole.is_empty() || whole.ends_with(['.', '!', '?', '…']);
    if ends { whole } else { whole + "." }
}

/// The one place that GitHub wants: a path that stands for the load balancer, all four numbers.
fn physical(path: &str) -> Value {
    json!({
        "artifactLocation": {"uri": path},
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
    })
}
