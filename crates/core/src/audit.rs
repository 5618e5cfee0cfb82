//! `audit`: walks every subject of an inventory past every check, and counts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::call::Call;
use crate::check::{Check, Severity};
use crate::fact::{Gap, Reason};
use crate::inventory::{Account, Index, Inventory, Kind, Region};
use crate::policy::Policy;
use crate::report::{
    AccountSummary, Finding, Note, Outcome, RegionStatus, RegionSummary, Report, ReportedGap,
    SCHEMA, Summary,
};

mod apart;
mod overview;
mod walk;

/// How to audit.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time to judge at.
    pub now: Timestamp,
    /// What the user means.
    pub policy: Policy,
    /// Whether what is right is reported too.
    pub show_passed: bool,
}

impl Options {
    /// Judges at this time by the defaults, and reports what is not right.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Options { now, policy: Policy::default(), show_passed: false }
    }
}

/// Judges everything in the inventory by these checks.
#[must_use]
pub fn audit(inventory: &Inventory, checks: &[&'static Check], options: &Options) -> Report {
    let mut report = Report {
        schema: SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: inventory.taken_at,
        accounts: Vec::new(),
        regions: Vec::new(),
        summary: Summary { cost: inventory.cost, ..Summary::default() },
        load_balancers: Vec::new(),
        findings: Vec::new(),
        gaps: Vec::new(),
        notes: Vec::new(),
    };
    inventory.visit_gaps(|account, gap| {
        if gap.reason != Reason::NotCollected {
            report.gaps.push(reported(account, gap));
        }
    });
    for account in &inventory.accounts {
        audit_account(account, checks, options, &mut report);
        report.take(&account.id, apart::account(inventory, account, checks, options));
    }
    report.summary.load_balancers = report.load_balancers.len();
    report.summary.listeners =
        report.load_balancers.iter().filter_map(|lb| lb.listeners.as_ref()).map(Vec::len).sum();
    report.gaps.sort();
    report.gaps.dedup();
    if !options.show_passed {
        report.findings.retain(|finding| finding.outcome != Outcome::Pass);
    }
    report
}

fn audit_account(
    account: &Account,
    checks: &[&'static Check],
    options: &Options,
    report: &mut Report,
) {
    report
        .accounts
        .push(AccountSummary { id: account.id.clone(), partition: account.partition.clone() });
    for text in &account.notes {
        report.notes.push(Note { account: account.id.clone(), region: None, text: text.clone() });
    }
    for region in &account.regions {
        let summary = region_summary(account, region);
        count_region(&mut report.summary, summary.status);
        report.regions.push(summary);
        for text in &region.notes {
            let region = Some(region.name.clone());
            report.notes.push(Note { account: account.id.clone(), region, text: text.clone() });
        }
        let index = Index::new(Some(account), region);
        for lb in region.load_balancers() {
            if let Kind::Other(kind) = &lb.kind {
                let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Unrecognised)
                    .in_region(&region.name)
                    .of(&lb.arn)
                    .saying(format!("load balancers of type `{kind}` are not judged"));
                report.gaps.push(reported(&account.id, &gap));
            }
            let place = walk::Place { account, region, index: &index, lb };
            let reach = walk::Reach::of(place);
            report.load_balancers.push(overview::of(place, &reach));
            report.take(&account.id, walk::judge(place, &reach, checks, options));
        }
        report.take(&account.id, apart::region(account, &index, checks, options));
    }
}

impl Report {
    /// Takes findings in, worst first, and the gaps behind them.
    fn take(&mut self, account: &str, (mut findings, gaps): (Vec<Finding>, Vec<Gap>)) {
        findings.sort_by(worst_first);
        for finding in findings {
            count_finding(&mut self.summary, &finding);
            self.findings.push(finding);
        }
        self.gaps.extend(gaps.iter().map(|gap| reported(account, gap)));
    }
}

fn worst_first(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let rank = |finding: &Finding| match finding.outcome {
        Outcome::Fail => 0,
        Outcome::Unknown => 1,
        Outcome::Note => 2,
        Outcome::Pass => 3,
    };
    rank(a)
        .cmp(&rank(b))
        .then(b.severity.cmp(&a.severity))
        .then(a.check.cmp(&b.check))
        .then(a.subject.id.cmp(&b.subject.id))
}

fn count_region(summary: &mut Summary, status: RegionStatus) {
    match status {
        RegionStatus::Read | RegionStatus::Partial => summary.regions_read += 1,
        RegionStatus::Unread => summary.regions_unread += 1,
        RegionStatus::Skipped => summary.regions_skipped += 1,
    }
}

fn count_finding(summary: &mut Summary, finding: &Finding) {
    match finding.outcome {
        Outcome::Fail => summary.faults.add(finding.severity),
        Outcome::Unknown => summary.unknown += 1,
        Outcome::Note => summary.notes += 1,
        Outcome::Pass => summary.passed += 1,
    }
}

fn region_summary(account: &Account, region: &Region) -> RegionSummary {
    let (status, reason) = region_status(region);
    RegionSummary { account: account.id.clone(), name: region.name.clone(), status, reason }
}

fn region_status(region: &Region) -> (RegionStatus, Option<String>) {
    if let Some(reason) = &region.skipped {
        return (RegionStatus::Skipped, Some(reason.clone()));
    }
    // Of a region where nothing was found, one unread list hides as much as two.
    if let (true, Some(words)) = (region.load_balancers().next().is_none(), unlisted(region)) {
        return (RegionStatus::Unread, Some(words));
    }
    let mut missing: BTreeSet<&'static str> = BTreeSet::new();
    region.visit_gaps(&mut |gap| {
        if gap.reason != Reason::NotCollected {
            missing.insert(gap.call.name());
        }
    });
    if missing.is_empty() {
        return (RegionStatus::Read, None);
    }
    let calls: Vec<&str> = missing.into_iter().collect();
    (RegionStatus::Partial, Some(format!("not answered: {}", calls.join(", "))))
}

/// Why the region's load balancers were not all listed; none when they were.
fn unlisted(region: &Region) -> Option<String> {
    match (region.classic.rest.gap(), region.v2.rest.gap()) {
        (None, None) => None,
        (None, Some(v2)) => Some(format!("{}; Classic: none", words(v2))),
        (Some(classic), None) => Some(format!("{}, for Classic alone", words(classic))),
        (Some(classic), Some(v2)) if classic.reason == v2.reason => Some(words(v2)),
        (Some(classic), Some(v2)) => Some(format!("{}; Classic: {}", words(v2), words(classic))),
    }
}

/// A gap's reason in words, with AWS's own where there are any.
#[must_use]
pub fn words(gap: &Gap) -> String {
    match &gap.detail {
        Some(detail) => format!("{}: {detail}", gap.reason.words()),
        None => gap.reason.words().to_owned(),
    }
}

fn reported(account: &str, gap: &Gap) -> ReportedGap {
    ReportedGap {
        call: gap.call.name().to_owned(),
        action: gap.call.action(),
        account: account.to_owned(),
        region: gap.region.clone(),
        resource: gap.resource.clone(),
        reason: words(gap),
    }
}

/// The severity that a finding of this outcome carries.
fn severity_of(outcome: Outcome, severity: Severity) -> Severity {
    if outcome == Outcome::Note { Severity::Info } else { severity }
}
