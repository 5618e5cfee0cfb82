//! One judgement of many: a check's question put to each rule of a listener that a request can reach.

use crate::analysis::routing::{End, live, requirements};
use crate::check::Grounds;
use crate::check::{Context, Judgement, Verdict};
use crate::inventory::{Action, ActionKind, Listener, Redirect};
use crate::vocab::partial::Partial;

/// Takes one judgement in, its grounds with the place if it is the worst so far.
fn weigh(
    worst: &mut Partial<Verdict>,
    judgement: Judgement,
    placed: impl FnOnce(Grounds) -> Grounds,
) {
    let verdict = worst.learn(judgement);
    if let Some(verdict) = verdict.filter(|verdict| verdict.is_worse_than(&worst.found)) {
        worst.found = verdict.with(placed);
    }
}

/// Judges the actions before the last one of every rule that a request can reach, as far as they are of
/// these kinds: the first failure, or else the gap that may hide one, or else the first note. The rule is
/// added.
pub(in crate::checks) fn judge_actions(
    context: &Context,
    listener: &Listener,
    kinds: &[ActionKind],
    judge: impl Fn(&Action) -> Judgement,
) -> Judgement {
    if !requirements::may_log_in(listener) {
        return Ok(Verdict::NotApplicable);
    }
    let mut worst = Partial::whole(Verdict::NotApplicable);
    for route in &live(context.lb, listener)? {
        if let End::Unknown(gap) = &route.end {
            worst.add_gap(gap.clone());
        }
        for action in route.before().filter(|action| kinds.contains(&action.kind)) {
            worst.worsen(Verdict::Pass(Grounds::new()));
            let placed = |grounds: Grounds| grounds.with("rule", route.label.as_str());
            weigh(&mut worst, judge(action), placed);
            if worst.is_settled() {
                return worst.judgement();
            }
        }
    }
    worst.judgement()
}

/// Judges the redirect of every rule that a request can reach: the first failure, or else the gap that may
/// hide one, or else the first note. Rule and request are added.
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
    let mut worst = Partial::whole(Verdict::NotApplicable);
    let routes = live(context.lb, listener)?;
    for (place, route) in routes.iter().enumerate() {
        let redirect = match &route.end {
            End::Redirect(redirect) => redirect,
            End::Unknown(gap) => {
                worst.add_gap(gap.clone());
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
        weigh(&mut worst, judge(place, redirect), placed);
        if worst.is_settled() {
            break;
        }
    }
    worst.judgement()
}
