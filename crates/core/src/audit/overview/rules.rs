//! A listener's rules as the report shows them: what they ask for, and where a request ends.

use crate::analysis::index::Index;
use crate::analysis::routing::{self, group_name, redirect};
use crate::inventory::{
    Action, ActionKind, Condition, Kind, Listener, LoadBalancer, Rule, Transform, WeightedGroup,
};
use crate::report::listener::{
    AuthenticationSummary, ConditionSummary, End, Rewrite, RuleSummary, TransformSummary,
    WeightedTarget,
};

/// What AWS calls the priority of the rule that takes what is left over.
const DEFAULT: &str = "default";

/// The rules by priority, the default one last; none when they were not read.
pub(super) fn rules(
    index: &Index,
    lb: &LoadBalancer,
    listener: &Listener,
) -> Option<Vec<RuleSummary>> {
    let mut ordered: Vec<&Rule> = listener.rules.get().ok()?.iter().collect();
    ordered.sort_by_key(|rule| (rule.priority.is_none(), rule.priority));
    let is_whole = ordered.iter().any(|rule| rule.priority.is_none());
    let mut all: Vec<RuleSummary> =
        ordered.into_iter().map(|rule| summary(index, listener, rule)).collect();
    if !is_whole && !listener.default_actions.is_empty() {
        all.push(summary(index, listener, &default(listener)));
    }
    // A listener that routes by rules has one at least.
    let routes = matches!(lb.kind, Kind::Application | Kind::Network);
    (!routes || !all.is_empty()).then_some(all)
}

/// The rule that a listener without rules has.
fn default(listener: &Listener) -> Rule {
    Rule {
        arn: listener.id.clone(),
        priority: None,
        conditions: Vec::new(),
        actions: listener.default_actions.clone(),
        transforms: Vec::new(),
    }
}

fn summary(index: &Index, listener: &Listener, rule: &Rule) -> RuleSummary {
    let actions = routing::in_order(&rule.actions);
    RuleSummary {
        arn: rule.arn.clone(),
        priority: rule.priority.map_or_else(|| DEFAULT.to_owned(), |number| number.to_string()),
        conditions: rule.conditions.iter().map(condition).collect(),
        actions: actions.iter().map(|action| action.kind.to_string()).collect(),
        authentication: actions.iter().filter_map(|action| authentication(action)).collect(),
        transforms: rule.transforms.iter().map(transform).collect(),
        end: end(index, listener, &actions),
    }
}

fn condition(condition: &Condition) -> ConditionSummary {
    let (values, regex_values) = condition.told();
    ConditionSummary {
        field: condition.field.to_string(),
        header: condition.header.clone(),
        values,
        regex_values,
        ip_address_type: condition.ip_address_type.clone(),
    }
}

/// What an action asks for; none where it asks for nothing.
fn authentication(action: &Action) -> Option<AuthenticationSummary> {
    let kind = action.kind.to_string();
    if action.kind == ActionKind::JwtValidation {
        let jwt = action.jwt.clone().unwrap_or_default();
        return Some(AuthenticationSummary {
            kind,
            authority: jwt.issuer,
            endpoints: jwt.jwks_endpoint.into_iter().collect(),
            unauthenticated: None,
            session_timeout: None,
            claims: jwt.claims,
        });
    }
    if !routing::requirements::LOGINS.contains(&action.kind) {
        return None;
    }
    let login = action.authentication.clone().unwrap_or_default();
    Some(AuthenticationSummary {
        kind,
        authority: login.authority,
        endpoints: login.endpoints,
        unauthenticated: login.on_unauthenticated_request,
        session_timeout: login.session_timeout,
        claims: Vec::new(),
    })
}

fn transform(transform: &Transform) -> TransformSummary {
    let rewrite = |(regex, replace): &(String, String)| Rewrite {
        regex: regex.clone(),
        replace: replace.clone(),
    };
    TransformSummary {
        kind: transform.kind.to_string(),
        rewrites: transform.rewrites.iter().map(rewrite).collect(),
    }
}

fn end(index: &Index, listener: &Listener, actions: &[&Action]) -> End {
    match routing::end(actions, listener) {
        routing::End::Forward(_) => {
            let groups = actions.last().into_iter().flat_map(|action| &action.target_groups);
            End::Forward { target_groups: groups.map(|group| weighted(index, group)).collect() }
        }
        routing::End::Redirect(to) => {
            End::Redirect { url: redirect::template(to), status: to.status.clone() }
        }
        routing::End::Answer => {
            let response = actions.last().and_then(|action| action.fixed_response.clone());
            let response = response.unwrap_or_default();
            End::FixedResponse { status: response.status, discloses: response.discloses }
        }
        routing::End::Unknown(gap) => End::Unknown { why: gap.to_string() },
    }
}

fn weighted(index: &Index, group: &WeightedGroup) -> WeightedTarget {
    let known = index.target_group(&group.arn).ok();
    WeightedTarget {
        arn: group.arn.clone(),
        name: known.map_or_else(|| group_name(&group.arn), |known| &known.name).to_owned(),
        weight: group.weight.unwrap_or(1),
    }
}
