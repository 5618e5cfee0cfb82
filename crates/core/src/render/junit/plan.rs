//! Which cases there are, what each is called, and which of them fit into a file.

use std::collections::HashMap;

use super::case::{Case, Counts, Size, measured};
use super::coverage::{self, LeftOut};
use super::{Head, Suites, case};
use crate::render::order::worst_first;
use crate::report::{Finding, Report, Standing};

/// What GitLab takes, and a little less. Source: its documentation, "Unit test reports", says 30 MB; its release
/// 17.6.1 refuses more than 250,000 objects.
const ROOM: Size = Size { objects: 240_000, bytes: 29_000_000 };

/// What tells the cases of a name apart from all others.
type Name<'a> = [&'a str; 5];

/// The cases of a file.
pub(super) struct Plan<'a> {
    pub(super) coverage: Vec<Case>,
    pub(super) suites: Suites<'a>,
    pub(super) left_out: LeftOut,
}

/// The cases of an account and region, worst first; with each which one of its name it is.
#[derive(Default)]
pub(super) struct Suite<'a> {
    pub(super) findings: Vec<(&'a Finding, u32)>,
    pub(super) counts: Counts,
}

impl<'a> Plan<'a> {
    pub(super) fn new(report: &'a Report, head: &Head) -> Self {
        let mut plan = Plan {
            coverage: coverage::cases(report),
            suites: Suites::new(),
            left_out: LeftOut::default(),
        };
        let mut room = ROOM;
        room -= Size { objects: 0, bytes: measured(|out| head.coverage(&plan, out)) };
        plan.coverage.iter().for_each(|case| room.objects -= case.size().objects);
        let mut names = Names::of(report);
        for finding in in_order(report) {
            if plan.left_out != LeftOut::default() {
                plan.leave_out(finding);
                continue;
            }
            let nth = names.nth(finding);
            let case = case(finding, nth);
            let place = (&*finding.account, &*finding.region);
            let mut size = case.size();
            if !plan.suites.contains_key(&place) {
                size += head.size(place.0, place.1);
            }
            if !size.fits(room) {
                plan.leave_out(finding);
                continue;
            }
            room -= size;
            let suite = plan.suites.entry(place).or_default();
            suite.findings.push((finding, nth));
            suite.counts.add(&case.came);
        }
        plan.coverage.extend(plan.left_out.case());
        plan
    }

    fn leave_out(&mut self, finding: &Finding) {
        match finding.standing() {
            Standing::Pass => self.left_out.passes += 1,
            _ => self.left_out.others += 1,
        }
    }

    /// Those of all suites.
    pub(super) fn counts(&self) -> Counts {
        let mut all = Counts::default();
        self.coverage.iter().for_each(|case| all.add(&case.came));
        self.suites.values().for_each(|suite| all += suite.counts);
        all
    }
}

/// What is worst first, and what is right last.
fn in_order(report: &Report) -> impl Iterator<Item = &Finding> {
    use Standing::{Accepted, Fault, Informing, Note, Pass, Unknown};
    let first = worst_first(report, &[Fault, Unknown, Note, Accepted, Informing]);
    first.into_iter().chain(worst_first(report, &[Pass]))
}

/// How many cases share a name, and how many of them were named.
struct Names<'a> {
    shared: HashMap<Name<'a>, u32>,
    named: HashMap<(Name<'a>, &'a str), u32>,
}

impl<'a> Names<'a> {
    fn of(report: &'a Report) -> Self {
        let mut shared = HashMap::new();
        for finding in &report.findings {
            *shared.entry(name(finding)).or_default() += 1;
        }
        Names { shared, named: HashMap::new() }
    }

    /// 0 for the only one of its name; of others which one it is of those with its fingerprint.
    fn nth(&mut self, finding: &'a Finding) -> u32 {
        let name = name(finding);
        if self.shared.get(&name).is_none_or(|number| *number < 2) {
            return 0;
        }
        let nth = self.named.entry((name, &finding.fingerprint)).or_default();
        *nth += 1;
        *nth
    }
}

fn name(finding: &Finding) -> Name<'_> {
    let lb = finding.load_balancer.as_ref().map_or("", |lb| &lb.name);
    [&finding.check, lb, &finding.subject.label, &finding.account, &finding.region]
}
