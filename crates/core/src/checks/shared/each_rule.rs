//! One judgement of many: a check's question put to each rule of a listener that a request can reach.

use crate::analysis::routing::{End, live, requirements};
use crate::check::{Context, Judgement, Verdict};
use crate::inventory::{Action, ActionKind, Listener, Redirect};
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::Gap;

/// What several judgements come to: the first failure, or else what hides one, or else the first note.
#[derive(Default)]
struct Worst {
    noted: Option<Evidence>,
    gap: Option<Gap>,
    applies: bool,
}

impl Worst {
    /// Takes one in. A failure decides at once.
    fn take(
        &mut self,
        judgement: Judgement,
        placed: impl FnOnce(Evidence) -> Evidence,
    ) -> Option<Verdict> {
        self.applies |= matches!(judgement, Ok(Verdict::Pass | Verdict::Note(_)));
        match judgement {
            Ok(Verdict::Fail(evidence)) => return Some(Verdict::Fail(placed(evidence))),
            Ok(Verdict::Note(evidence)) if self.noted.is_none() => {
                self.noted = Some(placed(evidence));
            }
            Ok(Verdict::Note(_) | Verdict::Pass | Verdict::NotApplicable) => {}
            Err(gap) => self.hide(gap),
        }
        None
    }

    fn hide(&mut self, gap: Gap) {
        self.gap.get_or_insert(gap);
    }

    fn verdict(self) -> Judgement {
        match (self.gap, self.noted) {
            (Some(gap), _) => Err(gap),
            (_, Some(evidence)) => Ok(Verdict::Note(evidence)),
            _ if self.applies => Ok(Verdict::Pass),
            _ => Ok(Verdict::NotApplicable),
        }
    }
}

/// Judges the actions before the last one of every rule that a request can reach, as far as they are of
/// these kinds: the first failure, or else what hides one, or else the first note. The rule is added.
pub(in crate::checks) fn judge_actions(
    context: &Context,
    listener: &Listener,
    kinds: &[ActionKind],
    judge: impl Fn(&Action) -> Judgement,
) -> Judgement {
    if !requirements::may_log_in(listener) {
        return Ok(Verdict::NotApplicable);
    }
    let mut worst = Worst::default();
    for route in &live(context.lb, listener)? {
        if let End::Unknown(gap) = &route.end {
            worst.hide(gap.clone());
        }
        for action in route.before().filter(|action| kinds.contains(&action.kind)) {
            worst.applies = true;
            let placed = |evidence: Evidence| evidence.with("rule", route.label.as_str());
            if let Some(verdict) = worst.take(judge(action), placed) {
                return Ok(verdict);
            }
        }
    }
    worst.verdict()
}

/// Judges the redirect of every rule that a request can reach: the first failure, or else what hides one,
/// or else the first note. Rule and request are added.
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
    let mut worst = Worst::default();
    let routes = live(context.lb, listener)?;
    for (place, route) in routes.iter().enumerate() {
        let redirect = match &route.end {
            End::Redirect(redirect) => redirect,
            End::Unknown(gap) => {
                worst.hide(gap.clone());
                continue;
            }
            End::Forward(_) | End::Answer => continue,
        };
        let placed = |evidence: Evidence| {
            let evidence = evidence.with("rule", route.label.as_str());
            if evidence.0.contains_key("request") {
                return evidence;
            }
            let request = route.request(&routes[..place], context.lb, listener);
            evidence.with("request", request)
        };
        if let Some(verdict) = worst.take(judge(place, redirect), placed) {
            return Ok(verdict);
        }
    }
    worst.verdict()
}
