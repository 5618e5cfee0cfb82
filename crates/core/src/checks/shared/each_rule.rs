//! One judgement of many: a check's question put to each rule of a listener that a request can reach.

use super::faulty_rules::FaultyRules;
use super::passed::Passed;
use crate::analysis::routing::{End, Route, requirements, rules};
use crate::check::Grounds;
use crate::check::{Context, Judgement, Verdict};
use crate::inventory::{Action, ActionKind, Listener, Redirect};
use crate::vocab::partial::Partial;

/// What the rules come to, one after the other.
struct Worst<'a> {
    verdict: Partial<Verdict>,
    rules: FaultyRules<'a>,
    passed: Passed,
}

impl<'a> Worst<'a> {
    fn new() -> Self {
        let verdict = Partial::whole(Verdict::NotApplicable);
        Worst { verdict, rules: FaultyRules::default(), passed: Passed::default() }
    }

    /// Takes one judgement in, its grounds with the place if it is the worst so far.
    fn weigh(
        &mut self,
        route: &Route<'a>,
        judgement: Judgement,
        placed: impl FnOnce(Grounds) -> Grounds,
    ) {
        let Some(verdict) = self.verdict.learn(judgement) else { return };
        let is_fault = matches!(verdict, Verdict::Fail(_) | Verdict::Note(_));
        if self.verdict.learn(route.sure(is_fault)).is_none() {
            return;
        }
        if let Verdict::Pass(grounds) = &verdict {
            self.passed.add(&grounds.evidence);
        }
        self.rules.weigh(route.arn, &verdict, &self.verdict.found);
        if verdict.is_worse_than(&self.verdict.found) {
            self.verdict.found = verdict.with(placed);
        }
    }

    /// The first failure, or else the gap that may hide one, or else the first note, or what all that
    /// passed shows.
    fn judgement(self, listener: &Listener) -> Judgement {
        let Worst { verdict, rules, passed } = self;
        Ok(match verdict.judgement()? {
            Verdict::Pass(_) => Verdict::Pass(passed.together("rules")),
            verdict => verdict.with(|grounds| rules.bind(grounds, listener)),
        })
    }
}

/// Judges the actions before the last one of every rule that a request can reach, as far as they are of
/// these kinds: the first failure, or else the gap that may hide one, or else the first note. The rule is
/// added; commands are about all rules that are as bad.
pub(in crate::checks) fn judge_actions(
    context: &Context,
    listener: &Listener,
    kinds: &[ActionKind],
    judge: impl Fn(&Action) -> Judgement,
) -> Judgement {
    if !requirements::may_log_in(listener) {
        return Ok(Verdict::NotApplicable);
    }
    let mut worst = Worst::new();
    for route in &rules(context.lb, listener)?.live {
        if let End::Unknown(gap) = &route.end {
            worst.verdict.add_gap(gap.clone());
        }
        for action in route.before().filter(|action| kinds.contains(&action.kind)) {
            worst.verdict.worsen(Verdict::Pass(Grounds::new()));
            let placed = |grounds: Grounds| grounds.with("rule", route.label.as_str());
            worst.weigh(route, judge(action), placed);
        }
    }
    worst.judgement(listener)
}

/// Judges the redirect of every rule that a request can reach: the first failure, or else the gap that may
/// hide one, or else the first note. Rule and request are added; commands are about all rules that are as
/// bad.
pub(in crate::checks) fn judge_redirects(
    context: &Context,
    listener: &Listener,
    judge: impl Fn(&Redirect) -> Judgement,
) -> Judgement {
    judge_redirecting_rules(context, listener, |_, redirect| judge(redirect))
}

/// The same, with the place of each rule among those that a request can reach. A request that the evidence
/// shows already stays.
pub(in crate::checks) fn judge_redirecting_rules(
    context: &Context,
    listener: &Listener,
    judge: impl Fn(usize, &Redirect) -> Judgement,
) -> Judgement {
    let mut worst = Worst::new();
    let routes = rules(context.lb, listener)?.live;
    for (place, route) in routes.iter().enumerate() {
        let redirect = match &route.end {
            End::Redirect(redirect) => redirect,
            End::Unknown(gap) => {
                worst.verdict.add_gap(gap.clone());
                continue;
            }
            End::Forward(_) | End::Answer => continue,
        };
        let placed = |grounds: Grounds| {
            let grounds = grounds.with("rule", route.label.as_str());
            if grounds.evidence.0.contains_key("request") {
                return grounds;
            }
            let request = route.request(&routes[..place], context.lb, listener);
            grounds.with("request", request)
        };
        worst.weigh(route, judge(place, redirect), placed);
    }
    worst.judgement(listener)
}
