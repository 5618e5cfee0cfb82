//! Every load balancer with what was found: accounts, regions and load balancers in order of what is worst.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::load_balancer::{self, Manner};
use super::{coverage, left_out};
use crate::render::Filter;
use crate::render::page::{Page, Paint};
use crate::render::prose::{count, list};
use crate::report::{Finding, LoadBalancerSummary, Outcome, Report, short_fingerprints};
use crate::vocab::grouped::grouped;
use crate::vocab::severity::Severity;

/// Names that are told where none fits.
const NAMES: usize = 8;

/// A load balancer, and what was found.
pub(super) struct Shown<'a> {
    pub(super) lb: &'a LoadBalancerSummary,
    /// The findings that are shown.
    pub(super) findings: Vec<&'a Finding>,
    /// Faults that are not, whether they count or not.
    pub(super) hidden: usize,
}

/// How many faults of each severity that count, the worst severity first.
type Weight = [usize; 5];

impl Shown<'_> {
    fn weight(&self) -> Weight {
        let faults = || self.findings.iter().filter(|finding| finding.is_fault());
        Severity::WORST_FIRST
            .map(|severity| faults().filter(|finding| finding.severity == severity).count())
    }
}

fn sum(all: &[Shown]) -> Weight {
    all.iter().fold(Weight::default(), |sum, shown| {
        let own = shown.weight();
        std::array::from_fn(|place| sum[place] + own[place])
    })
}

/// All of them.
pub(super) fn all(page: &mut Page, report: &Report, filter: Filter) {
    let manner = Manner { prefix: short_fingerprints(report), answers: false };
    let mut accounts = grouped(shown(report, filter), |shown| &*shown.lb.account);
    accounts.sort_by_key(|(_, all)| Reverse(sum(all)));
    for (account, all) in accounts {
        if report.accounts.len() > 1 {
            page.blank();
            let name = coverage::account_name(report, account);
            page.line(0, &[(Paint::Bold, "Account "), (Paint::Bold, &name)]);
        }
        let mut regions = grouped(all, |shown| &*shown.lb.region);
        regions.sort_by_key(|(_, all)| Reverse(sum(all)));
        for (region, mut all) in regions {
            page.blank();
            let number = format!(": {}", count(all.len(), "load balancer"));
            page.line(0, &[(Paint::Bold, region), (Paint::Plain, &number)]);
            all.sort_by_key(|shown| Reverse(shown.weight()));
            load_balancer::write_all(page, &all, manner);
        }
    }
}

/// Those with this name or ARN.
pub(super) fn some(page: &mut Page, report: &Report, filter: Filter, pattern: &str) {
    let filter = filter.for_report(report);
    let details = crate::render::Details::Of(pattern);
    let mut found = shown(report, filter);
    found.retain(|shown| details.shows(&shown.lb.name, &shown.lb.arn));
    found.sort_by_key(|shown| Reverse(shown.weight()));
    let manner = Manner { prefix: short_fingerprints(report), answers: true };
    if found.is_empty() {
        let said = format!("No load balancer of the report is called {pattern}.");
        page.line(0, &[(Paint::Warning, &said)]);
        let mut names: Vec<&str> = report.load_balancers.iter().map(|lb| &*lb.name).collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            page.plain(2, &format!("there are: {}", list(&names, NAMES)));
        }
        return;
    }
    for one in found.chunk_by(|a, b| (&a.lb.account, &a.lb.region) == (&b.lb.account, &b.lb.region))
    {
        let place = coverage::place(report, &one[0].lb.account, Some(&one[0].lb.region));
        page.blank();
        page.line(0, &[(Paint::Bold, &place)]);
        load_balancer::write_all(page, one, manner);
    }
    left_out(page, filter, found.iter().flat_map(|shown| &shown.findings).copied());
}

/// What is found on each load balancer, in the report's order.
fn shown<'a>(report: &'a Report, filter: Filter) -> Vec<Shown<'a>> {
    let mut found: BTreeMap<(&str, &str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(lb) = &finding.load_balancer {
            let key = (&*finding.account, &*finding.region, &*lb.arn);
            found.entry(key).or_default().push(finding);
        }
    }
    let of = |lb: &'a LoadBalancerSummary| {
        let LoadBalancerSummary { account, region, arn, .. } = lb;
        let all = found.get(&(&**account, &**region, &**arn)).into_iter().flatten();
        let (findings, hidden): (Vec<_>, Vec<_>) =
            all.copied().partition(|finding| filter.shows(finding));
        let hidden = hidden.iter().filter(|one| one.outcome == Outcome::Fail).count();
        Shown { lb, findings, hidden }
    };
    report.load_balancers.iter().map(of).collect()
}
