//! What is wrong with what came of a cell.

use std::collections::BTreeSet;
use std::io;

use elb_audit_core::report::{Report, ReportedGap};
use elb_audit_fake_aws::{Entry, FakeAws};

use crate::cell::Cell;
use crate::child::{KEY, Run, SECRET, TOKEN};
use crate::compare::{changes, differences};
use crate::kind::{Expect, Running};
use crate::scene::About;

/// Bytes of memory that a run may take. One without a fault takes 90 MB.
const MEMORY: u64 = 768 << 20;
/// The same where an object is read that may have 2 GB: it is held as it came, and as what it says.
const OBJECT_MEMORY: u64 = 5 << 30;

/// What comes of a scene without a fault.
pub(crate) struct Whole {
    report: Report,
    code: i32,
    /// What was asked then.
    fake: FakeAws,
}

impl Whole {
    pub(crate) fn read(run: &Run, fake: FakeAws) -> io::Result<Self> {
        let report = serde_json::from_str(&run.stdout)
            .map_err(|error| io::Error::other(format!("no report ({error}): {}", run.stderr)))?;
        Ok(Whole { report, code: run.code.unwrap_or(-1), fake })
    }
}

/// What is wrong; nothing if the cell has passed.
pub(crate) fn wrong(cell: &Cell, whole: &Whole, run: &Run, fake: &FakeAws) -> Vec<String> {
    let mut wrong = Vec::new();
    let log = fake.log();
    match fake.count(cell.asked.call) {
        0 => wrong.push("it is never asked".to_owned()),
        asked if asked > most_requests(cell, whole) => {
            wrong.push(format!("it is asked {asked} times"));
        }
        _ => {}
    }
    let memory = if cell.asked.call == "s3:GetObject" { OBJECT_MEMORY } else { MEMORY };
    if run.peak > memory {
        wrong.push(format!("it takes {} MB of memory", run.peak >> 20));
    }
    for (what, text) in [("standard output", &run.stdout), ("standard error", &run.stderr)] {
        wrong.extend(told(text).map(|secret| format!("{what} tells {secret}")));
        let broken = ["panicked", "internal error in", "internal error while", "internal error at"];
        if let Some(word) = broken.into_iter().find(|word| text.contains(word)) {
            wrong.push(format!("{what} says `{word}`"));
        }
    }
    let Some(code) = run.code else {
        wrong.push("it does not end".to_owned());
        return wrong;
    };
    match serde_json::from_str::<Report>(&run.stdout) {
        Ok(mut report) => {
            if cell.kind.name.starts_with("pages-") {
                leave_out_invented(&whole.report, &mut report);
            }
            wrong.extend(of_report(cell, whole, &report, code, &log));
        }
        Err(_) => wrong.extend(without_report(cell, run, code)),
    }
    wrong
}

/// Leaves out load balancers that are only on pages which the fault has made up: of them the verdicts are right.
fn leave_out_invented(whole: &Report, report: &mut Report) {
    let real: BTreeSet<&str> = whole.load_balancers.iter().map(|lb| &*lb.arn).collect();
    report.load_balancers.retain(|lb| real.contains(&*lb.arn));
    report
        .findings
        .retain(|finding| finding.load_balancer.as_ref().is_none_or(|lb| real.contains(&*lb.arn)));
}

/// How often a call may be asked: some times as often as without the fault, unless its pages never end.
fn most_requests(cell: &Cell, whole: &Whole) -> usize {
    match cell.kind.run {
        Running::Impatient => usize::MAX,
        Running::Once | Running::Again => 5 * whole.fake.count(cell.asked.call) + 10,
    }
}

/// The parts of the credentials that a text tells of.
fn told(text: &str) -> impl Iterator<Item = &'static str> {
    let parts = [
        (KEY, "the key"),
        (SECRET, "the secret"),
        (TOKEN, "the token"),
        ("FwoGZXIvYXdz", "a part of the token"),
        ("%2Ftoken%2B", "a part of the token"),
        ("SECRET99", "the address of a webhook"),
    ];
    let signed = text
        .split("Signature=")
        .skip(1)
        .any(|rest| rest.len() >= 16 && rest.as_bytes()[..16].iter().all(u8::is_ascii_hexdigit));
    let parts = parts.into_iter().filter(|(part, _)| text.contains(part)).map(|(_, name)| name);
    parts.chain(signed.then_some("a signature")).collect::<Vec<_>>().into_iter()
}

fn of_report(cell: &Cell, whole: &Whole, report: &Report, code: i32, log: &[Entry]) -> Vec<String> {
    let different = differences(&whole.report, report);
    let same = different.is_empty();
    let mut wrong = match cell.kind.expect {
        Expect::Same => different,
        Expect::Either if is_true(cell) => Vec::new(),
        Expect::Gap | Expect::Either => changes(&whole.report, report),
    };
    if cell.asked.scene.about == About::Reading {
        let right = code_of(whole, report, same);
        if code != right {
            wrong.push(format!("the exit code is {code}, not {right}"));
        }
        let family = cell.asked.call.strip_suffix('*');
        let is_its =
            |call: &str| family.map_or(call == cell.asked.call, |family| call.starts_with(family));
        let gap = report.gaps.iter().any(|gap| is_its(&gap.call));
        if !gap && leaves_gap(cell) {
            wrong.push("it leaves no gap of its call".to_owned());
        }
    } else if !is_code_beside(cell, whole, report, code, log)
        && (code != 3 || !nothing_assessed(report))
    {
        wrong.push(format!("the exit code is {code}"));
    }
    wrong
}

/// The exit code that a report of what was read has, under `--strict`.
fn code_of(whole: &Whole, report: &Report, same: bool) -> i32 {
    if same {
        whole.code
    } else if nothing_assessed(report) {
        3
    } else if is_incomplete(report) {
        4
    } else {
        whole.code
    }
}

/// Whether the fault has to leave a gap.
fn leaves_gap(cell: &Cell) -> bool {
    let (asked, kind) = (cell.asked.call, cell.kind);
    kind.expect == Expect::Gap && !answered_by_another(asked) && !(kind.body && has_no_body(asked))
}

/// Whether an exit code is right where something beside the reading failed: keeping, or telling.
fn is_code_beside(cell: &Cell, whole: &Whole, report: &Report, code: i32, log: &[Entry]) -> bool {
    if cell.kind.expect == Expect::Same {
        return code == whole.code;
    }
    // S3 tells where a bucket is even to whom it refuses; nobody tells more by its head.
    let head = has_no_body(cell.asked.call);
    // A body that nobody reads may be anything.
    let unread = ["s3:PutObject", "sns:Publish", "webhook:Post", "cloudwatch:PutMetricData"];
    let unread = unread.contains(&cell.asked.call);
    // Of one that is read, nothing may be lost: who was told is told, and what was compared is compared.
    let posts = |log: &[Entry]| log.iter().filter(|one| one.call() == "webhook:Post").count();
    let is_alike = posts(log) == posts(&whole.fake.log())
        && report.comparison.is_some() == whole.report.comparison.is_some();
    let last = log.iter().rev().find(|entry| entry.call() == cell.asked.call);
    let taken = last.and_then(|entry| entry.status).is_some_and(|status| status < 300);
    code == 5 || ((head || taken && (unread || is_alike)) && code == whole.code)
}

/// Whether nothing could be assessed, or the credentials have run out.
fn nothing_assessed(report: &Report) -> bool {
    let expired = |gap: &ReportedGap| gap.reason.starts_with("no valid credentials");
    report.summary.regions_read == 0 || report.gaps.iter().any(expired)
}

/// Whether something is unknown or unread.
fn is_incomplete(report: &Report) -> bool {
    report.summary.unknown > 0 || report.gaps.iter().any(|gap| !gap.advisory)
}

/// Whether another call answers the same question.
fn answered_by_another(call: &str) -> bool {
    [
        "acm:SearchCertificates",
        "wafv2:ListWebACLs",
        "wafv2:ListResourcesForWebACL",
        "wafv2:GetWebACLForResource",
    ]
    .contains(&call)
}

/// Faults that make another answer which AWS gives as well, and where it says so: verdicts follow it.
const TRUE: [(&str, &str, &str); 4] = [
    (
        "bare",
        "wafv2:GetWebACLForResource",
        "AWS WAF API reference, GetWebACLForResource: without a web ACL the answer has no field",
    ),
    (
        "without-last",
        "elbv2:DescribeListeners",
        "Elastic Load Balancing API reference, Listener: without MutualAuthentication clients need no certificate",
    ),
    (
        "without-last",
        "elbv2:*",
        "Elastic Load Balancing API reference, Listener: without MutualAuthentication clients need no certificate",
    ),
    (
        "other-account",
        "elbv2:DescribeTrustStoreAssociations",
        "Elastic Load Balancing, shared trust stores: other accounts' listeners use them",
    ),
];

fn is_true(cell: &Cell) -> bool {
    TRUE.iter().any(|(kind, call, _)| cell.kind.name == *kind && cell.asked.call == *call)
}

/// Whether a call is answered with a head alone.
fn has_no_body(call: &str) -> bool {
    call == "s3:HeadBucket"
}

/// Without a report something has to be wrong with the whole run, and one line says what.
fn without_report(cell: &Cell, run: &Run, code: i32) -> Option<String> {
    let line = run.stderr.trim_end();
    // What is asked for when the report is written already takes it from nobody.
    let before = matches!(
        cell.asked.call,
        "s3:HeadBucket" | "s3:GetObject" | "ssm:GetParameter" | "secretsmanager:GetSecretValue"
    );
    let leads = before
        || ["sts:", "organizations:", "ec2:DescribeRegions"]
            .iter()
            .any(|way| cell.asked.call.starts_with(way))
        || cell.kind.name == "expired";
    let says = line.lines().count() == 1 && line.starts_with("error: ");
    let right = leads && says && run.stdout.is_empty() && matches!(code, 2 | 3 | 5);
    let same = cell.kind.expect == Expect::Same;
    let line: String = line.chars().take(300).collect();
    (!right || same).then(|| format!("there is no report, and the exit code is {code}: {line}"))
}
