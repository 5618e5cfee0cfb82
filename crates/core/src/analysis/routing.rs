//! Where a request goes: a listener's rules by priority, what is dead among them, and what each one does.

use std::collections::BTreeSet;

use crate::analysis::index::Index;
use crate::analysis::requests::{Budget, Cell, asked, covers};
use crate::inventory::{
    Action, ActionKind, Condition, Kind, Listener, LoadBalancer, Redirect, Rule, TargetType,
    TransformKind,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

#[cfg(test)]
mod bounds;
pub(crate) mod condition;
pub(crate) mod example;
mod liveness; // which rules are reached
pub(crate) mod trial; // a request for a rule
pub mod requirements; // what a way asks for
pub(crate) mod pattern;
pub mod redirect; // where a redirect leads
pub(crate) mod request;
pub(crate) mod protected;

use liveness::Reach;
pub use protected::{ProtectedBy, ProtectedRoute, ProtectedRoutes};

/// A rule that some request can reach, and what becomes of that request.
pub struct Route<'a> {
    /// `rule 10` or `default rule`.
    pub label: String,
    /// The rule; none where only the listener tells its default action.
    pub rule: Option<&'a Rule>,
    /// The ARN of a rule with a priority, by which commands change it. What the default one does is the
    /// listener's own.
    pub arn: Option<&'a str>,
    /// All must hold.
    pub conditions: &'a [Condition],
    /// Everything the rule does, in order.
    pub actions: Vec<&'a Action>,
    /// How it ends.
    pub end: End<'a>,
    /// `host-header-rewrite`, `url-rewrite`.
    pub transforms: &'a [crate::inventory::Transform],
    /// Why it is not known whether a request reaches it.
    pub doubt: Option<Gap>,
}

/// How a request ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End<'a> {
    /// At one of these target groups; none when every weight is 0.
    Forward(Vec<&'a str>),
    /// Somewhere else.
    Redirect(&'a Redirect),
    /// At the load balancer itself.
    Answer,
    /// Not known: a kind of action that this version does not know.
    Unknown(Gap),
}

/// The rules that a request can reach, lowest priority number first. A rule whose requests are all taken by
/// those before it is dead and left out. Where one of which this cannot be told would lead is a gap.
pub fn live<'a>(lb: &LoadBalancer, listener: &'a Listener) -> Result<Vec<Route<'a>>, Gap> {
    let mut live = rules(lb, listener)?.live;
    for route in &mut live {
        let leads_on = matches!(route.end, End::Forward(_) | End::Redirect(_));
        if let Some(doubt) = route.doubt.clone().filter(|_| leads_on) {
            route.end = End::Unknown(doubt);
        }
    }
    Ok(live)
}

/// What a listener's rules come to.
pub struct Rules<'a> {
    /// Those that a request can reach, lowest priority number first. One with a doubt may be reached by none.
    pub live: Vec<Route<'a>>,
    /// Those that none can. The default rule is for what is left over, so it is never among them.
    pub shadowed: Vec<Shadowed<'a>>,
}

/// A rule that no request can reach.
pub struct Shadowed<'a> {
    /// The rule.
    pub route: Route<'a>,
    /// Which of the live ones take its requests, in their order; none where no request is as it asks.
    pub by: Vec<usize>,
    /// The first of these that leaves nothing to it by itself.
    pub alone: Option<usize>,
}

/// The rules of a listener, those that some request reaches apart from those that none does.
pub fn rules<'a>(lb: &LoadBalancer, listener: &'a Listener) -> Result<Rules<'a>, Gap> {
    let mut ordered: Vec<&Rule> = listener.rules.get()?.iter().collect();
    ordered.sort_by_key(|rule| (rule.priority.is_none(), rule.priority));
    let mut routes: Vec<Route> = ordered.iter().map(|rule| of_rule(rule, listener)).collect();
    if ordered.last().is_none_or(|last| last.priority.is_some())
        && !listener.default_actions.is_empty()
    {
        routes.push(route("default rule".to_owned(), &[], &listener.default_actions, listener));
    }
    if routes.is_empty() && matches!(lb.kind, Kind::Application | Kind::Network) {
        return Err(Gap::new(Call::ElbV2DescribeRules, Reason::Malformed)
            .of(&listener.id)
            .saying("a listener without rule or default action"));
    }
    Ok(sorted(lb, listener, routes))
}

fn of_rule<'a>(rule: &'a Rule, listener: &Listener) -> Route<'a> {
    let mut own = route(rule.label(), &rule.conditions, &rule.actions, listener);
    own.rule = Some(rule);
    own.arn = rule.priority.is_some().then_some(&*rule.arn);
    own.transforms = &rule.transforms;
    own
}

/// Puts the rules that are reached apart from the others.
fn sorted<'a>(lb: &LoadBalancer, listener: &Listener, routes: Vec<Route<'a>>) -> Rules<'a> {
    let conditions: Vec<&[Condition]> = routes.iter().map(|route| route.conditions).collect();
    let reached = liveness::of_rules(lb, &conditions);
    let (mut live, mut shadowed) = (Vec::new(), Vec::new());
    let mut places = vec![None; routes.len()];
    for (place, (mut route, reach)) in routes.into_iter().zip(&*reached).enumerate() {
        match reach {
            Reach::Dead(takers) if !route.is_default() => {
                let place = |place: &usize| places[*place];
                let by = takers.all.iter().filter_map(place).collect();
                let alone = takers.alone.as_ref().and_then(place);
                shadowed.push(Shadowed { route, by, alone });
                continue;
            }
            Reach::Dead(_) => continue,
            Reach::Open => {
                let said = format!("cannot tell whether a request reaches {}", route.label);
                let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Undecided);
                route.doubt = Some(gap.of(&listener.id).saying(said));
            }
            Reach::Live => {}
        }
        places[place] = Some(live.len());
        live.push(route);
    }
    Rules { live, shadowed }
}

impl Rules<'_> {
    /// The first rule that takes requests of one that is never reached, which asks for a login or a token,
    /// and forwards them without asking for anything.
    pub fn lets_past_login(
        &self,
        dead: &Shadowed,
        listener: &Listener,
    ) -> Result<Option<usize>, Gap> {
        if !dead.route.asks_to_log_in(listener) {
            let requirements = requirements::of_route(&dead.route, listener);
            return requirements.gap(requirements::AuthKind::Login).cloned().map_or(Ok(None), Err);
        }
        let mut open = Partial::whole(());
        for place in &dead.by {
            let by = &self.live[*place];
            let is_open = match &by.end {
                End::Forward(groups) if !groups.is_empty() => {
                    let is_open = requirements::of_route(by, listener).is_open();
                    is_open.and_then(|open| by.sure(open))
                }
                End::Unknown(gap) => Err(gap.clone()),
                End::Forward(_) | End::Redirect(_) | End::Answer => Ok(false),
            };
            if open.learn(is_open) == Some(true) {
                return Ok(Some(*place));
            }
        }
        open.otherwise(None)
    }
}

/// What becomes of the requests that these rules, in order, are asked about: whether none of them gets to a
/// target, or not before a login.
pub(crate) fn turns_away(
    lb: &LoadBalancer,
    routes: &[Route],
    conditions: &[Condition],
    listener: &Listener,
) -> Result<bool, Gap> {
    let (all, own) = (Cell::all(trial::sources(lb)), asked(conditions));
    let takes = |route: &&Route| {
        covers(&all, &own, &asked(route.conditions), &Budget::of(condition::A_LOOK))
    };
    match routes.iter().find(takes) {
        None => Ok(false),
        Some(route) => match &route.end {
            End::Forward(groups) => {
                let requirements = requirements::of_route(route, listener);
                Ok(groups.is_empty() || !requirements.is_open()? && !requirements.optional)
            }
            End::Unknown(gap) => Err(gap.clone()),
            End::Redirect(_) | End::Answer => Ok(true),
        },
    }
}

/// The target groups that any listener of the load balancer forwards to.
#[must_use]
pub fn groups(lb: &LoadBalancer) -> Partial<BTreeSet<&str>> {
    forwarded(lb, |route| route.weighted().to_vec())
}

/// The same, with those of weight 0.
#[must_use]
pub fn named_groups(lb: &LoadBalancer) -> Partial<BTreeSet<&str>> {
    forwarded(lb, |route| route.forwards_to().collect())
}

fn forwarded<'a>(
    lb: &'a LoadBalancer,
    by: impl Fn(&Route<'a>) -> Vec<&'a str>,
) -> Partial<BTreeSet<&'a str>> {
    let mut groups: Partial<BTreeSet<&str>> = Partial::default();
    for listener in groups.learn(lb.listeners.get()).into_iter().flatten() {
        for route in groups.learn(live(lb, listener)).into_iter().flatten() {
            groups.found.extend(by(&route));
            if let End::Unknown(gap) = route.end {
                groups.add_gap(gap);
            }
        }
    }
    groups
}

/// The groups of a forward action that get any request: an absent weight is 1, weight 0 gets none.
pub fn weighted(action: &Action) -> impl Iterator<Item = &str> {
    let live = action.target_groups.iter().filter(|group| group.weight != Some(0));
    live.map(|group| group.arn.as_str())
}

fn route<'a>(
    label: String,
    conditions: &'a [Condition],
    actions: &'a [Action],
    listener: &Listener,
) -> Route<'a> {
    let actions = in_order(actions);
    let end = end(&actions, listener);
    Route { label, rule: None, arn: None, conditions, actions, end, transforms: &[], doubt: None }
}

/// Actions as they are taken.
pub(crate) fn in_order(actions: &[Action]) -> Vec<&Action> {
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order);
    actions
}

/// What the last of the actions does. An unknown kind anywhere makes the end unknown: it may end the request.
pub(crate) fn end<'a>(actions: &[&'a Action], listener: &Listener) -> End<'a> {
    let gap = |reason, said: String| {
        End::Unknown(Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said))
    };
    let is_new = |action: &&&Action| matches!(action.kind, ActionKind::Other(_));
    if let Some(unknown) = actions.iter().find(is_new) {
        return gap(Reason::Unrecognised, format!("action {}", unknown.kind));
    }
    let Some(last) = actions.last() else {
        return gap(Reason::Malformed, "a rule without action".to_owned());
    };
    match (&last.kind, &last.redirect) {
        (ActionKind::Forward, _) if !last.target_groups.is_empty() => {
            End::Forward(weighted(last).collect())
        }
        (ActionKind::Redirect, Some(redirect)) => End::Redirect(redirect),
        (ActionKind::FixedResponse, _) => End::Answer,
        (kind, _) => gap(Reason::Malformed, format!("a rule that ends with {kind}")),
    }
}

impl<'a> Route<'a> {
    /// A fault of it, if a request certainly reaches it.
    pub fn sure(&self, is_fault: bool) -> Result<bool, Gap> {
        match &self.doubt {
            Some(doubt) if is_fault => Err(doubt.clone()),
            _ => Ok(is_fault),
        }
    }

    /// Whether it takes what no rule with a priority does.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.label == "default rule"
    }

    /// The groups that it forwards to and that get any request.
    #[must_use]
    pub fn weighted(&self) -> &[&'a str] {
        match &self.end {
            End::Forward(groups) => groups,
            End::Redirect(_) | End::Answer | End::Unknown(_) => &[],
        }
    }

    /// The groups that it forwards to, those of weight 0 among them.
    pub fn forwards_to(&self) -> impl Iterator<Item = &'a str> + '_ {
        let last = self.actions.last().filter(|_| matches!(self.end, End::Forward(_)));
        last.into_iter().flat_map(|action| &action.target_groups).map(|group| &*group.arn)
    }

    /// Whether the rule takes nothing but the requests by which a certificate authority proves who owns a
    /// domain, and leaves their path as it is. They have to be answered in cleartext (RFC 8555, 8.3).
    #[must_use]
    pub fn is_acme_only(&self) -> bool {
        let rewrites =
            self.transforms.iter().any(|transform| transform.kind == TransformKind::UrlRewrite);
        !rewrites && self.conditions.iter().any(condition::acme_only)
    }

    /// Whether nobody gets past it without a login or a token.
    #[must_use]
    pub fn asks_to_log_in(&self, listener: &Listener) -> bool {
        requirements::of_route(self, listener).has(requirements::AuthKind::Login)
    }

    /// The gap of a route of which it is not known what it does.
    pub fn known(&self) -> Result<(), Gap> {
        match &self.end {
            End::Unknown(gap) => Err(gap.clone()),
            End::Forward(_) | End::Redirect(_) | End::Answer => Ok(()),
        }
    }

    /// The actions before the last one.
    pub fn before(&self) -> impl Iterator<Item = &'a Action> + '_ {
        self.actions.iter().take(self.actions.len().saturating_sub(1)).copied()
    }

    /// A request that this rule takes and none of the earlier ones does, for example
    /// `GET http://www.example.com/api/x`. Of headers and secrets only the names.
    #[must_use]
    pub fn request(&self, earlier: &[Route], lb: &LoadBalancer, listener: &Listener) -> String {
        let before: Vec<&[Condition]> = earlier.iter().map(|route| route.conditions).collect();
        request::for_rule(self.conditions, &before, lb, listener)
    }

    /// The same, of the requests that another rule certainly asks for too, if there are any.
    #[must_use]
    pub fn request_of(
        &self,
        other: &Route,
        earlier: &[Route],
        lb: &LoadBalancer,
        listener: &Listener,
    ) -> String {
        let before: Vec<&[Condition]> = earlier.iter().map(|route| route.conditions).collect();
        let both = [other.conditions, self.conditions].concat();
        let shared = request::certain(&both, &before, lb, listener);
        shared.unwrap_or_else(|| self.request(earlier, lb, listener))
    }
}

/// Whether a redirect on a cleartext listener leads to cleartext again. An absent protocol is the
/// request's own.
pub fn leads_to_cleartext(redirect: &Redirect, listener: &Listener) -> Result<bool, Gap> {
    match redirect.protocol.as_deref() {
        None | Some("#{protocol}" | "HTTP") => Ok(true),
        Some("HTTPS") => Ok(false),
        Some(other) => Err(Gap::new(Call::ElbV2DescribeRules, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("redirect protocol {other}"))),
    }
}

/// The name in a target group's ARN: `…:targetgroup/NAME/ID`.
#[must_use]
pub fn group_name(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

/// A request that a listener without rules takes.
#[must_use]
pub fn plain_request(lb: &LoadBalancer, listener: &Listener) -> String {
    request::for_rule(&[], &[], lb, listener)
}

/// Whether all that a Network load balancer's listener forwards to is Application load balancers, which
/// are judged themselves.
pub fn fronts_application(
    index: &Index,
    lb: &LoadBalancer,
    listener: &Listener,
) -> Result<bool, Gap> {
    if lb.kind != Kind::Network {
        return Ok(false);
    }
    let mut any = false;
    for route in live(lb, listener)? {
        match route.end {
            End::Forward(groups) => {
                for arn in groups {
                    any = true;
                    if index.target_group(arn)?.target_type != Some(TargetType::Alb) {
                        return Ok(false);
                    }
                }
            }
            End::Unknown(gap) => return Err(gap),
            End::Redirect(_) | End::Answer => {}
        }
    }
    Ok(any)
}

/// Whether a listener forwards nothing: every rule redirects or answers by itself. A Classic listener
/// always forwards.
pub fn forwards_nothing(lb: &LoadBalancer, listener: &Listener) -> Result<bool, Gap> {
    if lb.kind == Kind::Classic {
        return Ok(false);
    }
    let forwards = Partial::whole(live(lb, listener)?).any(|route| match route.end {
        End::Forward(_) => Ok(true),
        End::Unknown(gap) => Err(gap),
        End::Redirect(_) | End::Answer => Ok(false),
    })?;
    Ok(!forwards)
}
