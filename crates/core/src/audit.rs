//! `audit`: walks every subject of an inventory past every check, and counts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::analysis::site::RegionScope;
use crate::check::{Check, plan};
use crate::compliance::Framework;
use crate::inventory::{Account, Inventory, Kind, LoadBalancer, Region};
use crate::policy::Policy;
use crate::policy::focus::Focus;
use crate::policy::settings::Setting;
use crate::report::controls::FrameworkReport;
use crate::report::{
    Basis, Finding, Note, Outcome, RegionStatus, RegionSummary, Report, ReportedGap, SCHEMA,
    Summary,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::severity::Persona;

mod accounts;
pub mod actions;
mod bindings;
mod cause;
mod defaults;
pub mod compare;
mod controls;
pub mod digest;
mod finding;
mod overview;
mod risks;
mod unattached;
mod walk;

use finding::Verdicts;
use risks::Risks;

/// How to audit.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time to judge at.
    pub now: Timestamp,
    /// What the user means.
    pub policy: Policy,
    /// Whether what is right is reported too.
    pub show_passed: bool,
    /// By whose controls to report, too, in this order.
    pub frameworks: Vec<Framework>,
    /// Whom the checks were chosen for; none when they were chosen one by one.
    pub persona: Option<Persona>,
    /// The name of the file that the policy is from.
    pub config: Option<String>,
    /// Which load balancers are judged, and nothing beside them; none: all, and what belongs to none.
    pub focus: Option<Focus>,
    /// What differs from the defaults beside what the policy says itself: checks, and what fails a run.
    pub settings: Vec<Setting>,
}

impl Options {
    /// Judges at this time by the defaults, and reports what is not right.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        let policy = Policy::default();
        let (persona, frameworks, config, focus) = (None, Vec::new(), None, None);
        let settings = Vec::new();
        Options { now, policy, show_passed: false, frameworks, persona, config, focus, settings }
    }

    /// All that differs from the defaults.
    fn all_settings(&self) -> Vec<Setting> {
        let mut all = self.policy.settings();
        all.extend(self.settings.iter().cloned());
        all.sort();
        all
    }

    /// Whether a load balancer is judged.
    fn judges(&self, lb: &LoadBalancer) -> bool {
        self.focus.as_ref().is_none_or(|focus| focus.means(&lb.arn, &lb.name))
    }

    /// Whether findings that are right are kept until the report is made.
    fn keeps_passed(&self) -> bool {
        self.show_passed || !self.frameworks.is_empty()
    }
}

/// Judges everything in the inventory by these checks.
#[must_use]
pub fn audit(inventory: &Inventory, checks: &[&'static Check], options: &Options) -> Report {
    let report = empty(inventory, checks, options);
    let mut tally = Tally { report, risks: Risks::new(&options.policy, options.now), options };
    let counted = counted_calls(checks, &options.policy);
    inventory.visit_gaps(|account, gap| {
        if gap.reason != Reason::NotCollected {
            let advisory = counted.as_ref().is_some_and(|counted| !counted.contains(&gap.call));
            tally.report.gaps.push(reported(account, gap, advisory));
        }
    });
    tally.report.notes.extend(options.focus.iter().map(|focus| focused(focus, inventory)));
    for account in &inventory.accounts {
        audit_account(inventory, account, checks, &mut tally);
        if options.focus.is_none() {
            tally.take(&account.id, unattached::account(inventory, account, checks, options));
        }
    }
    let Tally { mut report, risks, .. } = tally;
    report.accepted_risks = risks.statuses(checks, &report);
    report.actions = actions::actions(&report);
    report.frameworks = controls::judged(&options.frameworks, checks, &report);
    report.framework = report.frameworks.first().map(FrameworkReport::without_passes);
    if !options.show_passed {
        report.findings.retain(|finding| finding.outcome != Outcome::Pass);
    }
    (report.accounts, report.organizational_units) = accounts::summaries(inventory, &report);
    report.summary.load_balancers = report.load_balancers.len();
    report.summary.listeners =
        report.load_balancers.iter().filter_map(|lb| lb.listeners.as_ref()).map(Vec::len).sum();
    report.gaps.sort();
    // One that counts comes before the same one that only informs.
    report.gaps.dedup_by(|a, b| ReportedGap { advisory: b.advisory, ..a.clone() } == *b);
    report
}

/// A report with nothing in it.
fn empty(inventory: &Inventory, checks: &[&'static Check], options: &Options) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: inventory.taken_at,
        basis: Basis {
            edition: options.policy.edition_name().to_owned(),
            persona: options.persona,
            checks: checks.len(),
            check_ids: checks.iter().map(|check| check.id.to_owned()).collect(),
            config: options.config.clone(),
            load_balancers: options.focus.as_ref().map(|focus| focus.patterns().to_vec()),
            revisions: Some(Cow::Borrowed(digest::revisions())),
            settings: Some(options.all_settings()),
        },
        accounts: Vec::new(),
        organizational_units: Vec::new(),
        regions: Vec::new(),
        summary: Summary { cost: inventory.cost, ..Summary::default() },
        load_balancers: Vec::new(),
        findings: Vec::new(),
        actions: Vec::new(),
        gaps: Vec::new(),
        framework: None,
        frameworks: Vec::new(),
        accepted_risks: Vec::new(),
        notes: Vec::new(),
        comparison: None,
        alerted_at: None,
    }
}

/// The calls whose gaps count, where some checks only inform: all but those that nobody else needs.
fn counted_calls(checks: &[&'static Check], policy: &Policy) -> Option<BTreeSet<Call>> {
    let (advisory, counting): (Vec<_>, Vec<_>) =
        checks.iter().copied().partition(|check| policy.advisory(check));
    if advisory.is_empty() {
        return None;
    }
    let needed: BTreeSet<Call> = plan::calls(&counting).into_iter().collect();
    let only_informing: BTreeSet<Call> =
        plan::calls(&advisory).into_iter().filter(|call| !needed.contains(call)).collect();
    Some(Call::all().filter(|call| !only_informing.contains(call)).collect())
}

/// A report in the making.
struct Tally<'a> {
    report: Report,
    risks: Risks<'a>,
    options: &'a Options,
}

fn audit_account(
    inventory: &Inventory,
    account: &Account,
    checks: &[&'static Check],
    tally: &mut Tally,
) {
    let Tally { report, options, .. } = &mut *tally;
    let options: &Options = options;
    for text in &account.notes {
        report.notes.push(Note { account: account.id.clone(), region: None, text: text.clone() });
    }
    for region in &account.regions {
        audit_region(account, region, tally);
        let scope = RegionScope::new(inventory, account, region);
        for lb in region.load_balancers().filter(|lb| options.judges(lb)) {
            let site = scope.site(lb);
            let reach = walk::Reach::follow(site);
            tally.report.load_balancers.push(overview::summarize(site, &reach));
            tally.take(&account.id, walk::judge(site, &reach, checks, options));
        }
        if options.focus.is_none() {
            tally.take(&account.id, unattached::region(&scope, checks, options));
        }
    }
}

/// That there may be more than the report tells of, and what of it was not found.
fn focused(focus: &Focus, inventory: &Inventory) -> Note {
    let patterns = focus.patterns().join(", ");
    let missing = match &focus.missing(inventory)[..] {
        [] => String::new(),
        missing => format!("; not found: {}", missing.join(", ")),
    };
    let text = format!("only some load balancers were looked at: {patterns}{missing}");
    Note { account: String::new(), region: None, text }
}

fn audit_region(account: &Account, region: &Region, tally: &mut Tally) {
    let Tally { report, options, .. } = tally;
    let summary = region_summary(account, region);
    count_region(&mut report.summary, summary.status);
    report.regions.push(summary);
    for text in &region.notes {
        let region = Some(region.name.clone());
        report.notes.push(Note { account: account.id.clone(), region, text: text.clone() });
    }
    for lb in region.load_balancers().filter(|lb| options.judges(lb)) {
        if let Kind::Other(kind) = &lb.kind {
            let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Unrecognised)
                .in_region(&region.name)
                .of(&lb.arn)
                .saying(format!("load balancers of type `{kind}` are not judged"));
            report.gaps.push(reported(&account.id, &gap, false));
        }
    }
}

impl Tally<'_> {
    /// Takes findings in, worst first, and the gaps behind them.
    fn take(&mut self, account: &str, verdicts: Verdicts) {
        let Verdicts { mut found, passed, .. } = verdicts;
        self.report.summary.passed += passed;
        found.sort_by(|a, b| worst_first(&a.0, &b.0));
        for (mut finding, gap) in found {
            self.risks.apply(&mut finding);
            count_finding(&mut self.report.summary, &finding);
            let gap = gap.map(|gap| reported(account, &gap, finding.advisory));
            self.report.gaps.extend(gap);
            self.report.findings.push(finding);
        }
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

/// Counts a finding once: as accepted, as informing, or as what it is. Passes are counted already.
fn count_finding(summary: &mut Summary, finding: &Finding) {
    match finding.outcome {
        Outcome::Pass => {}
        _ if finding.accepted.is_some() => summary.accepted += 1,
        _ if finding.advisory => summary.advisory += 1,
        Outcome::Fail => summary.faults.add(finding.severity),
        Outcome::Unknown => summary.unknown += 1,
        Outcome::Note => summary.notes += 1,
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
        (None, Some(v2)) => Some(format!("{v2}; Classic: none")),
        (Some(classic), None) => Some(format!("{classic}, for Classic alone")),
        (Some(classic), Some(v2)) if classic.reason == v2.reason => Some(v2.to_string()),
        (Some(classic), Some(v2)) => Some(format!("{v2}; Classic: {classic}")),
    }
}

fn reported(account: &str, gap: &Gap, advisory: bool) -> ReportedGap {
    ReportedGap {
        call: gap.call.name().to_owned(),
        action: gap.call.action(),
        account: account.to_owned(),
        region: gap.region.clone(),
        resource: gap.resource.clone(),
        reason: gap.to_string(),
        advisory,
    }
}
