//! What to do first: actions, those folded that are the same but for their place.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Filter;
use super::prose::{self, count};
use super::text::coverage;
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::report::action::Action;
use crate::report::{Report, SeverityCounts};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::Severity;

/// Actions that are the same but for their place, or for the load balancer that a check of its own is
/// about.
pub(super) struct Step<'a> {
    /// The first of them.
    pub(super) first: &'a Action,
    pub(super) actions: Vec<&'a Action>,
    pub(super) faults: SeverityCounts,
    load_balancers: BTreeSet<&'a str>,
    /// Medium faults that the internet reaches, as far as actions tell.
    open: usize,
}

impl Step<'_> {
    /// What to change: of several things that a check of its own is about, how many there are.
    pub(super) fn title(&self) -> String {
        let Step { first, actions, .. } = self;
        if actions.iter().all(|action| action.cause == first.cause) {
            return first.title.clone();
        }
        format!("{}: {}", count(actions.len(), first.cause.resource.words()), first.fix)
    }

    /// Where, on how many load balancers, and who can reach them.
    pub(super) fn place(&self, report: &Report) -> String {
        let step = self;
        let accounts: BTreeSet<&str> = step.actions.iter().map(|one| &*one.account).collect();
        let regions: BTreeSet<&str> = step.actions.iter().map(|one| &*one.region).collect();
        let region = match regions.len() {
            1 => step.first.region.clone(),
            number => count(number, "region"),
        };
        let place = match (report.accounts.len(), accounts.len()) {
            (0 | 1, _) => region,
            (_, 1) => format!("{} {region}", coverage::short_name(report, &step.first.account)),
            (_, number) => format!("{}, {region}", count(number, "account")),
        };
        let mut parts = vec![place];
        let all = count(step.load_balancers.len(), "load balancer");
        match (step.load_balancers.len(), step.load_balancers.first()) {
            (1, Some(only)) => {
                let name = name(report, only);
                parts.extend((!self.title().contains(name)).then(|| name.to_owned()));
            }
            (0, _) | (_, None) => {}
            _ => parts.extend((!self.title().starts_with(&all)).then_some(all)),
        }
        let widest = step.actions.iter().map(|one| one.exposure);
        if let Some(exposure) = widest.max_by_key(|exposure| exposure.breadth())
            && !step.load_balancers.is_empty()
        {
            parts.push(prose::exposure(exposure).to_owned());
        }
        parts.join(", ")
    }

    /// What it is placed by; see the order of the actions themselves.
    fn weight(&self) -> [usize; 6] {
        let of = |severity| self.faults.count(severity);
        let [medium, low, info] = [Severity::Medium, Severity::Low, Severity::Info].map(of);
        [of(Severity::Critical), of(Severity::High), self.open, medium, low, info]
    }
}

/// The actions that resolve something that is shown, what resolves most of the worst first.
pub(super) fn folded(report: &Report, filter: Filter) -> Vec<Step<'_>> {
    let hidden = report.findings.iter().filter(|finding| !filter.shows(finding));
    let hidden: HashSet<&str> = hidden.map(|finding| &*finding.fingerprint).collect();
    let shown = |action: &&Action| action.fingerprints.iter().any(|one| !hidden.contains(&**one));
    let mut steps: Vec<Step> = Vec::new();
    let mut places: HashMap<Same, usize> = HashMap::new();
    for action in report.actions.iter().filter(shown) {
        let place = *places.entry(same(action)).or_insert(steps.len());
        if place == steps.len() {
            steps.push(Step {
                first: action,
                actions: Vec::new(),
                faults: SeverityCounts::default(),
                load_balancers: BTreeSet::new(),
                open: 0,
            });
        }
        let step = &mut steps[place];
        step.actions.push(action);
        step.faults.add_all(&action.faults);
        step.load_balancers.extend(action.load_balancers.iter().map(String::as_str));
        if action.exposure == ExposureClass::Internet {
            step.open = step.open.saturating_add(action.faults.medium);
        }
    }
    steps.sort_by_key(|step| Reverse(step.weight()));
    steps
}

/// What actions have in common that are the same but for their place, or for the load balancer where a check
/// names no other cause.
#[derive(PartialEq, Eq, Hash)]
enum Same<'a> {
    Cause(&'a Cause),
    Check(Verb, ResourceKind, &'a str),
}

fn same(action: &Action) -> Same<'_> {
    let cause = &action.cause;
    match (&action.checks[..], &cause.to) {
        ([check], Some(to)) if check == to => Same::Check(cause.verb, cause.resource, check),
        _ => Same::Cause(cause),
    }
}

fn name<'a>(report: &'a Report, arn: &'a str) -> &'a str {
    let lb = report.load_balancers.iter().find(|lb| lb.arn == arn);
    lb.map_or(arn, |lb| &lb.name)
}
