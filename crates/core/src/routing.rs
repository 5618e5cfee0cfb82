//! Where a request goes: a listener's rules by priority, what is dead among them, and what each one does.

use std::collections::BTreeSet;

use crate::call::Call;
use crate::fact::{Gap, Reason};
use crate::inventory::{Action, Condition, Index, Kind, Listener, LoadBalancer, Redirect, Rule};

mod condition;
mod request;

/// A rule that some request can reach, and what becomes of that request.
pub struct Route<'a> {
    /// `rule 10` or `default rule`.
    pub label: String,
    /// All must hold.
    pub conditions: &'a [Condition],
    /// Everything the rule does, in order.
    pub actions: Vec<&'a Action>,
    /// How it ends.
    pub end: End<'a>,
    /// `host-header-rewrite`, `url-rewrite`.
    pub transforms: &'a [crate::inventory::Transform],
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

/// The rules that a request can reach, lowest priority number first. A rule behind one that takes every
/// request, or every one that it asks for itself, is dead and left out.
pub fn live<'a>(lb: &LoadBalancer, listener: &'a Listener) -> Result<Vec<Route<'a>>, Gap> {
    let rules = listener.rules.get()?;
    let mut ordered: Vec<&Rule> = rules.iter().collect();
    ordered.sort_by_key(|rule| (rule.priority.is_none(), rule.priority));
    let mut routes: Vec<Route> = Vec::new();
    for rule in ordered {
        let is_dead = |earlier: &Route| condition::is_dead(&rule.conditions, earlier.conditions);
        if routes.iter().any(is_dead) {
            continue;
        }
        routes.push(route(rule.label(), &rule.conditions, &rule.actions, listener));
        if let Some(last) = routes.last_mut() {
            last.transforms = &rule.transforms;
        }
        if condition::catch_all(lb, &rule.conditions) {
            return Ok(routes);
        }
    }
    if !listener.default_actions.is_empty() {
        routes.push(route("default rule".to_owned(), &[], &listener.default_actions, listener));
    }
    if routes.is_empty() && matches!(lb.kind, Kind::Application | Kind::Network) {
        return Err(Gap::new(Call::ElbV2DescribeRules, Reason::Malformed)
            .of(&listener.id)
            .saying("a listener without rule or default action"));
    }
    Ok(routes)
}

/// The target groups that any listener of the load balancer forwards to, and the first gap that may hide
/// others.
#[must_use]
pub fn groups(lb: &LoadBalancer) -> (BTreeSet<&str>, Option<Gap>) {
    let mut found = BTreeSet::new();
    let listeners = match &lb.listeners {
        crate::fact::Fact::Known(listeners) => listeners,
        crate::fact::Fact::Unread(gap) => return (found, Some(gap.clone())),
    };
    let mut hidden = None;
    for listener in listeners {
        match live(lb, listener) {
            Err(gap) => hidden = hidden.or(Some(gap)),
            Ok(routes) => {
                for route in routes {
                    match route.end {
                        End::Forward(groups) => found.extend(groups),
                        End::Unknown(gap) => hidden = hidden.or(Some(gap)),
                        End::Redirect(_) | End::Answer => {}
                    }
                }
            }
        }
    }
    (found, hidden)
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
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order);
    let end = end(&actions, listener);
    Route { label, conditions, actions, end, transforms: &[] }
}

/// What the last action does. An unknown kind anywhere makes the end unknown: it may end the request.
fn end<'a>(actions: &[&'a Action], listener: &Listener) -> End<'a> {
    let gap = |reason, said: String| {
        End::Unknown(Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said))
    };
    let known = |action: &Action| is_authentication(action) || is_terminal(&action.kind);
    if let Some(unknown) = actions.iter().find(|action| !known(action)) {
        return gap(Reason::Unrecognised, format!("action {}", unknown.kind));
    }
    let Some(last) = actions.last() else {
        return gap(Reason::Malformed, "a rule without action".to_owned());
    };
    match (last.kind.as_str(), &last.redirect) {
        ("forward", _) if !last.target_groups.is_empty() => End::Forward(weighted(last).collect()),
        ("redirect", Some(redirect)) => End::Redirect(redirect),
        ("fixed-response", _) => End::Answer,
        (kind, _) => gap(Reason::Malformed, format!("a rule that ends with {kind}")),
    }
}

fn is_terminal(kind: &str) -> bool {
    matches!(kind, "forward" | "redirect" | "fixed-response")
}

fn is_authentication(action: &Action) -> bool {
    matches!(action.kind.as_str(), "authenticate-oidc" | "authenticate-cognito" | "jwt-validation")
}

impl<'a> Route<'a> {
    /// Whether the rule takes nothing but the requests by which a certificate authority proves who owns a
    /// domain, and leaves their path as it is. They have to be answered in clear (RFC 8555, 8.3).
    #[must_use]
    pub fn is_acme_only(&self) -> bool {
        let rewrites = self.transforms.iter().any(|transform| transform.kind == "url-rewrite");
        !rewrites && self.conditions.iter().any(condition::acme_only)
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

/// Whether a text matches a pattern with AWS's wildcards `*` and `?`.
#[must_use]
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    condition::takes("", pattern, text)
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
                    if index.target_group(arn)?.target_type.as_deref() != Some("alb") {
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
    let mut hidden = None;
    for route in live(lb, listener)? {
        match route.end {
            End::Forward(_) => return Ok(false),
            End::Unknown(gap) => hidden = hidden.or(Some(gap)),
            End::Redirect(_) | End::Answer => {}
        }
    }
    hidden.map_or(Ok(true), Err)
}
