//! Plans about rules: what they do, what they ask of a request, and their order.

use std::collections::BTreeMap;

use super::network::admitted_like;
use super::{Ask, Declined, Place, Planned, Why};
use crate::inventory::{
    Action, ActionKind, Condition, ConditionField, FixedResponse, Kind, Listener, Protocol,
    Redirect, Rule,
};
use crate::mutation::{Choice, Edit, ListenerId, Mutation, NewListener, RuleSetting, Value};
use crate::remedy::{Pair, Remedy};

/// A redirect to HTTPS that keeps host, path and query.
fn to_https(port: u16) -> Edit {
    let redirect = Redirect {
        protocol: Some("HTTPS".to_owned()),
        port: Some(port.to_string()),
        host: Some("#{host}".to_owned()),
        path: Some("/#{path}".to_owned()),
        query: Some("#{query}".to_owned()),
        status: Some("HTTP_301".to_owned()),
    };
    let kind = ActionKind::Redirect;
    Edit::Whole(vec![Action {
        kind,
        redirect: Some(redirect),
        order: Some(1),
        ..Action::default()
    }])
}

pub(super) fn refuse() -> Edit {
    let response = FixedResponse { status: Some("404".to_owned()), discloses: Vec::new() };
    let kind = ActionKind::FixedResponse;
    let (fixed_response, order) = (Some(response), Some(1));
    Edit::Whole(vec![Action { kind, order, fixed_response, ..Action::default() }])
}

/// The listener that redirects lead to: that of port 443, or else the first one for HTTPS.
fn https<'a>(ask: &Ask<'a>) -> Result<Option<&'a Listener>, Declined> {
    let all = ask.listeners()?.iter().filter(|one| one.speaks(&[Protocol::Https]));
    Ok(all.min_by_key(|one| (one.port != Some(443), one.port)))
}

/// Ports for HTTPS, the usual one first.
const USUAL: [u16; 4] = [443, 8443, 9443, 10443];

/// The port that a redirect leads to, and the changes that serve it where nothing does.
fn served(ask: &Ask, like: &Listener) -> Result<(u16, Vec<Mutation>), Declined> {
    if let Some(port) = https(ask)?.and_then(|listener| listener.port) {
        return Ok((port, Vec::new()));
    }
    let taken: Vec<_> = ask.listeners()?.iter().filter_map(|one| one.port).collect();
    let port = USUAL.into_iter().find(|port| !taken.contains(port));
    let port = port.ok_or_else(|| Declined::new(Why::Decision, "no usual port is free"))?;
    let mut plan = admitted_like(ask, like, port)?;
    // What serves by a rule alone, and answers all else by itself, is copied too: one group for everything would
    // serve what nobody got before.
    let of = |kind: ActionKind| move |action: &Action| action.kind == kind;
    let rules = like.rules.get().into_iter().flatten();
    let redirects = like.default_actions.iter().any(of(ActionKind::Redirect));
    let forwards = like.default_actions.iter().any(of(ActionKind::Forward));
    let by_rule = || rules.flat_map(|rule| &rule.actions).any(of(ActionKind::Forward));
    let serves = forwards || (!redirects && by_rule());
    plan.push(Mutation::CreateListener {
        like: ListenerId::of(&ask.site.lb.arn, like),
        new: NewListener {
            protocol: "HTTPS".to_owned(),
            port,
            ssl_policy: Remedy::RECOMMENDED_POLICY.to_owned(),
            certificate: Value::Of(Choice::Certificate(Vec::new())),
            serves: (!serves).then_some(Value::Of(Choice::ServingGroup)),
        },
    });
    Ok((port, plan))
}

pub(super) fn redirect_to_https(ask: &Ask) -> Planned {
    if ask.site.lb.kind == Kind::Classic {
        let words =
            "a Classic load balancer cannot redirect: clients have to change to HTTPS first";
        return Err(Declined::new(Why::Recreate, words));
    }
    let (port, mut plan) = served(ask, ask.listener()?)?;
    plan.extend(ask.edit(&to_https(port))?);
    Ok(plan)
}

pub(super) fn redirect(to: &[Pair], ask: &Ask) -> Planned {
    let mut fields = Redirect { status: Some("HTTP_301".to_owned()), ..Redirect::default() };
    let mut plan = Vec::new();
    for (name, text) in to {
        let text = match *text {
            "HTTPS_PORT" => {
                let (port, before) = served(ask, ask.listener()?)?;
                plan = before;
                port.to_string()
            }
            other => other.to_owned(),
        };
        let field = match *name {
            "Protocol" => &mut fields.protocol,
            "Port" => &mut fields.port,
            "Host" => &mut fields.host,
            "Path" => &mut fields.path,
            "Query" => &mut fields.query,
            _ => return Err(Declined::new(Why::Decision, format!("no change sets {name}"))),
        };
        *field = Some(text);
    }
    plan.extend(ask.edit(&Edit::Redirect(fields))?);
    Ok(plan)
}

/// A login is asked of everybody.
pub fn require_login(ask: &Ask) -> Planned {
    ask.edit(&Edit::Unauthenticated("authenticate".to_owned()))
}

/// A login holds for a working day.
pub fn shorten_session(ask: &Ask) -> Planned {
    ask.edit(&Edit::SessionTimeout(28_800))
}

/// Identity providers are asked by HTTPS.
pub fn https_endpoints(ask: &Ask) -> Planned {
    ask.edit(&Edit::HttpsEndpoints)
}

/// A token has to be for the service.
pub fn audience(ask: &Ask) -> Planned {
    ask.edit(&Edit::Audience(Value::Of(Choice::Audience)))
}

/// Keys for tokens come from their issuer.
pub fn own_keys(ask: &Ask) -> Planned {
    let key = |place: &Place| {
        let actions = place.actions(ask).unwrap_or_default();
        let issuer = actions.iter().find_map(|action| action.jwt.as_ref()?.issuer.clone());
        let issuer = issuer.ok_or_else(|| Declined::unread("the issuer"))?;
        Ok(place.edit(Edit::Keys(Value::Of(Choice::Keys(issuer)))))
    };
    ask.places()?.iter().map(key).collect()
}

/// A rule asks for the same login as the one whose targets it leads to.
pub fn login_first(ask: &Ask) -> Planned {
    let [protected] = ask.all("PROTECTED_RULE_ARN")[..] else {
        return Err(Declined::unread("the rule with the login"));
    };
    let rule =
        rule_of(ask, protected).ok_or_else(|| Declined::unread("the rule with the login"))?;
    let is_login = |action: &&Action| action.authentication.is_some() || action.jwt.is_some();
    let first: Vec<Action> = rule.actions.iter().filter(is_login).cloned().collect();
    for place in ask.places()? {
        let listener = ask.listeners()?.iter().find(|own| own.id == place.listener.id);
        if !listener.is_some_and(|own| own.speaks(&[Protocol::Https])) {
            let words = "a listener in cleartext cannot sign users in: let it redirect to HTTPS";
            return Err(Declined::new(Why::Decision, words));
        }
    }
    ask.edit(&Edit::LoginFirst(protected.to_owned(), first))
}

/// A rule of whatever load balancer of the region.
fn rule_of<'a>(ask: &Ask<'a>, arn: &str) -> Option<&'a Rule> {
    let all = ask.site.region.load_balancers().filter_map(|lb| lb.listeners.get().ok()).flatten();
    let mut rules = all.filter_map(|listener| listener.rules.get().ok()).flatten();
    rules.find(|rule| rule.arn == arn)
}

/// Rules change places, as the check says.
pub fn reorder(ask: &Ask) -> Planned {
    let order = |text: &str| {
        let (arn, priority) = text.strip_prefix("RuleArn=")?.split_once(",Priority=")?;
        Some((arn.to_owned(), priority.parse().ok()?))
    };
    let order: Option<BTreeMap<String, u32>> =
        ask.all("RULE_PRIORITIES").into_iter().map(order).collect();
    let order = order.filter(|order| !order.is_empty());
    let order = order.ok_or_else(|| Declined::unread("the priorities of the rules"))?;
    Ok(vec![Mutation::SetRulePriorities { listener: ask.listener_id()?, order }])
}

fn conditions(place: &Place, all: Vec<Condition>) -> Option<Mutation> {
    let (listener, rule) = (place.listener.clone(), place.rule.clone()?);
    Some(Mutation::ModifyRule { listener, rule, set: RuleSetting::Conditions(all) })
}

/// Ranges for everybody leave the conditions of rules.
pub fn narrow_sources(ask: &Ask) -> Planned {
    let is_open = |range: &str| ["/0", "/1"].iter().any(|end| range.ends_with(end));
    let narrow = |place: &Place| {
        let mut all = place.conditions(ask).ok_or_else(|| Declined::unread("the rule"))?;
        for condition in all.iter_mut().filter(|one| one.field == ConditionField::SourceIp) {
            condition.values.retain(|range| !is_open(range));
        }
        conditions(place, all).ok_or_else(|| Declined::unread("the rule"))
    };
    ask.places()?.iter().map(narrow).collect()
}

/// A rule asks for the same addresses as the one whose targets it leads to.
pub fn same_gate(ask: &Ask) -> Planned {
    let [protected] = ask.all("PROTECTED_RULE_ARN")[..] else {
        return Err(Declined::unread("the rule with the addresses"));
    };
    let rule = rule_of(ask, protected).ok_or_else(|| Declined::unread("the other rule"))?;
    let gate = rule.conditions.iter().filter(|one| one.field == ConditionField::SourceIp);
    let gate: Vec<Condition> = gate.cloned().collect();
    let words = "a default action has no conditions: which rule is to serve, only its owner knows";
    let narrow = |place: &Place| {
        let mut all = place.conditions(ask).ok_or_else(|| Declined::new(Why::Decision, words))?;
        all.extend(gate.iter().cloned());
        conditions(place, all).ok_or_else(|| Declined::new(Why::Decision, words))
    };
    ask.places()?.iter().map(narrow).collect()
}
