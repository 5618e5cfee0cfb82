//! Everything else, a line each: what could not be assessed, what is accepted, changed, or belongs to no
//! load balancer, and totals.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::render::Filter;
use crate::render::page::{Page, Paint};
use crate::render::prose::{count, list};
use crate::render::settings;
use crate::render::text::{basis, changes, cost, coverage, set_line};
use crate::report::{AccountSummary, Report, RiskState};
use crate::vocab::severity::Severity;

/// Lines on what could not be assessed before the rest is only counted.
const CAUSES: usize = 3;

/// Accounts that a line names.
const ACCOUNTS: usize = 4;

/// Checks that a line names.
const CHECKS: usize = 4;

/// Writes them; `first` is the fingerprint of what to do first.
pub(super) fn write(page: &mut Page, report: &Report, filter: Filter, first: Option<&str>) {
    unassessed(page, report);
    page.blank();
    accepted(page, report);
    for line in &settings::lines(report) {
        page.clipped(0, &set_line(line));
    }
    changes::in_a_line(page, report);
    beside(page, report);
    if let Some(said) = filter.left_out(&report.findings) {
        page.clipped(0, &[(Paint::Dim, &said)]);
    }
    notes(page, report);
    accounts(page, report);
    totals(page, report);
    further(page, report, first);
}

/// A line a cause: what was not read, why, where, and how many verdicts are unknown for it.
fn unassessed(page: &mut Page, report: &Report) {
    if !coverage::is_incomplete(report) {
        return;
    }
    page.blank();
    let causes = coverage::causes(report);
    let more = match causes.len() {
        all if all > CAUSES => format!(", {CAUSES} of {all} causes; --details shows all"),
        _ => String::new(),
    };
    page.clipped(0, &[(Paint::Warning, "Could not be assessed"), (Paint::Dim, &more)]);
    for (what, why) in causes.iter().take(CAUSES) {
        page.clipped(2, &[(Paint::Bold, what), (Paint::Plain, why)]);
    }
    let steps = coverage::steps(report);
    if !steps.is_empty() {
        page.clipped(2, &[(Paint::Bold, "fix: "), (Paint::Plain, &steps.join("; "))]);
    }
}

fn accepted(page: &mut Page, report: &Report) {
    if report.accepted_risks.is_empty() && report.summary.accepted == 0 {
        return;
    }
    let of = |state| report.accepted_risks.iter().filter(move |risk| risk.state == state).count();
    let states = [RiskState::Void, RiskState::Expired, RiskState::Unused, RiskState::Unjudged];
    let mut parts = vec![count(report.summary.accepted, "finding")];
    let counted =
        states.map(|state| (of(state), state)).into_iter().filter(|(number, _)| *number > 0);
    let needy: Vec<String> =
        counted.map(|(number, state)| format!("{number} {}", state.words())).collect();
    if !needy.is_empty() {
        parts.push(format!("risks: {}", needy.join(", ")));
    }
    page.clipped(0, &[(Paint::Bold, "Accepted: "), (Paint::Plain, &parts.join("; "))]);
}

/// Faults of what belongs to no load balancer, by check.
fn beside(page: &mut Page, report: &Report) {
    let mut checks: BTreeMap<&str, usize> = BTreeMap::new();
    let faults = report.findings.iter().filter(|one| one.load_balancer.is_none() && one.is_fault());
    for finding in faults {
        *checks.entry(&finding.check).or_default() += 1;
    }
    if checks.is_empty() {
        return;
    }
    let total: usize = checks.values().sum();
    let named: Vec<String> =
        checks.iter().map(|(check, number)| format!("{check} {number}")).collect();
    let said = format!("{}: {}", count(total, "fault"), list(&named, CHECKS));
    page.clipped(0, &[(Paint::Bold, "Without a load balancer: "), (Paint::Plain, &said)]);
}

/// The accounts with faults, the worst first; nothing where there is one account.
fn accounts(page: &mut Page, report: &Report) {
    if report.accounts.len() < 2 {
        return;
    }
    let mut faulty: Vec<&AccountSummary> =
        report.accounts.iter().filter(|account| account.totals.faults.total() > 0).collect();
    let weight = |one: &AccountSummary| {
        Severity::WORST_FIRST.map(|severity| one.totals.faults.count(severity))
    };
    faulty.sort_by_key(|one| Reverse(weight(one)));
    let said = |one: &&AccountSummary| {
        let worst = Severity::WORST_FIRST
            .into_iter()
            .find(|severity| one.totals.faults.count(*severity) > 0);
        let worst = worst.unwrap_or(Severity::Info);
        let name = coverage::short_name(report, &one.id);
        format!("{name} {} {}", one.totals.faults.count(worst), worst.word())
    };
    let said: Vec<String> = faulty.iter().map(said).collect();
    if !said.is_empty() {
        let said = list(&said, ACCOUNTS);
        page.clipped(0, &[(Paint::Bold, "Accounts, worst first: "), (Paint::Plain, &said)]);
    }
}

/// What else there is to know: the first note, and how many there are.
fn notes(page: &mut Page, report: &Report) {
    let Some((first, rest)) = report.notes.split_first() else { return };
    let more = match rest.len() {
        0 => String::new(),
        number => format!(" (and {})", count(number, "more note")),
    };
    page.ended(0, &[(Paint::Bold, "Note: "), (Paint::Plain, &first.text)], &[(Paint::Dim, &more)]);
}

fn totals(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    if summary.regions_read > 0 {
        let looked_at =
            [count(summary.load_balancers, "load balancer"), count(summary.listeners, "listener")];
        let mut said = format!("{}; {}", looked_at.join(", "), basis(report));
        if summary.notes > 0 {
            said = format!("{said}; {}", count(summary.notes, "note"));
        }
        if summary.advisory > 0 {
            said = format!("{said}; {} not counted yet", summary.advisory);
        }
        page.clipped(0, &[(Paint::Plain, &said)]);
    }
    let regions = coverage::regions(report);
    page.clipped(0, &[(Paint::Plain, &regions), (Paint::Plain, &cost(report))]);
}

/// Where the rest is.
fn further(page: &mut Page, report: &Report, first: Option<&str>) {
    if report.load_balancers.is_empty() {
        return;
    }
    let said = "--details shows every finding, --details=NAME those of one load balancer";
    page.clipped(0, &[(Paint::Dim, said)]);
    if let Some(first) = first {
        let said = format!(
            "-o report.json saves it; elb-audit explain {first} --report report.json gives commands"
        );
        page.clipped(0, &[(Paint::Dim, &said)]);
        let said = "elb-audit fix --all writes scripts that fix it, and that can take it back";
        page.clipped(0, &[(Paint::Dim, said)]);
    }
}
