//! "Start here": the actions that resolve most of what is worst, in two lines each.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::by_severity;
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::render::Filter;
use crate::render::page::{Page, Paint};
use crate::render::prose::{self, count};
use crate::render::text::coverage;
use crate::report::action::Action;
use crate::report::{Report, SeverityCounts, short_fingerprints};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::Severity;

/// Actions that are shown before the rest is only counted.
const SHOWN: usize = 10;

/// Columns that the numbers before the actions take.
const NUMBER: usize = 4;

/// Writes them; the fingerprint that the first one shows.
pub(super) fn write<'a>(page: &mut Page, report: &'a Report, filter: Filter) -> Option<&'a str> {
    let hidden = report.findings.iter().filter(|finding| !filter.shows(finding));
    let hidden: HashSet<&str> = hidden.map(|finding| &*finding.fingerprint).collect();
    let shown =
        |action: &&'a Action| action.fingerprints.iter().any(|one| !hidden.contains(&**one));
    let steps = folded(report.actions.iter().filter(shown));
    let first = steps.first()?;
    let prefix = short_fingerprints(report);
    page.blank();
    page.line(0, &[(Paint::Bold, "Start here")]);
    for (place, step) in steps.iter().take(SHOWN).enumerate() {
        write_step(page, report, place + 1, step, prefix);
    }
    if let Some(rest @ 1..) = steps.len().checked_sub(SHOWN) {
        let left = steps.iter().skip(SHOWN).map(|step| step.faults.total()).sum();
        let said =
            format!("and {} that resolve {}", count(rest, "more action"), count(left, "fault"));
        page.clipped(NUMBER, &[(Paint::Dim, &said)]);
    }
    Some(cut(&first.first.fingerprints, prefix))
}

/// Actions that are the same but for their place, or for the load balancer that a check of its own is
/// about.
struct Step<'a> {
    /// The first of them.
    first: &'a Action,
    actions: Vec<&'a Action>,
    faults: SeverityCounts,
    load_balancers: BTreeSet<&'a str>,
    /// Medium faults that the internet reaches, as far as actions tell.
    open: usize,
}

impl Step<'_> {
    /// What it is placed by; see the order of the actions themselves.
    fn weight(&self) -> [usize; 6] {
        let of = |severity| self.faults.count(severity);
        let [medium, low, info] = [Severity::Medium, Severity::Low, Severity::Info].map(of);
        [of(Severity::Critical), of(Severity::High), self.open, medium, low, info]
    }
}

fn folded<'a>(actions: impl Iterator<Item = &'a Action>) -> Vec<Step<'a>> {
    let mut steps: Vec<Step> = Vec::new();
    let mut places: HashMap<Same, usize> = HashMap::new();
    for action in actions {
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
        for severity in Severity::WORST_FIRST {
            for _ in 0..action.faults.count(severity) {
                step.faults.add(severity);
            }
        }
        step.load_balancers.extend(action.load_balancers.iter().map(String::as_str));
        if action.exposure == ExposureClass::Internet {
            step.open += action.faults.medium;
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

fn write_step(page: &mut Page, report: &Report, number: usize, step: &Step, prefix: usize) {
    let first = step.first;
    let title = title(step);
    let number = format!("{number:>2}. ");
    let mut counts = by_severity(&step.faults);
    counts.insert(0, (Paint::Plain, "  ".to_owned()));
    let counts: Vec<(Paint, &str)> = counts.iter().map(|(paint, text)| (*paint, &**text)).collect();
    page.ended(0, &[(Paint::Dim, &number), (Paint::Bold, &title)], &counts);
    let command = format!("explain {}", cut(&first.fingerprints, prefix));
    page.ended(
        NUMBER,
        &[(Paint::Plain, &place(report, step))],
        &[(Paint::Dim, "  "), (Paint::Dim, &command)],
    );
}

fn cut(fingerprints: &[String], prefix: usize) -> &str {
    let first = fingerprints.first().map_or("", String::as_str);
    first.get(..prefix).unwrap_or(first)
}

/// What to change: of several things that a check of its own is about, how many there are.
fn title(step: &Step) -> String {
    let Step { first, actions, .. } = step;
    if actions.iter().all(|action| action.cause == first.cause) {
        return first.title.clone();
    }
    format!("{}: {}", count(actions.len(), first.cause.resource.words()), first.fix)
}

/// Where, on how many load balancers, and who can reach them.
fn place(report: &Report, step: &Step) -> String {
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
            parts.extend((!title(step).contains(name)).then(|| name.to_owned()));
        }
        (0, _) | (_, None) => {}
        _ => parts.extend((!title(step).starts_with(&all)).then_some(all)),
    }
    let widest = step.actions.iter().map(|one| one.exposure);
    if let Some(exposure) = widest.max_by_key(|exposure| exposure.breadth())
        && !step.load_balancers.is_empty()
    {
        parts.push(prose::exposure(exposure).to_owned());
    }
    parts.join(", ")
}

fn name<'a>(report: &'a Report, arn: &'a str) -> &'a str {
    let lb = report.load_balancers.iter().find(|lb| lb.arn == arn);
    lb.map_or(arn, |lb| &lb.name)
}
