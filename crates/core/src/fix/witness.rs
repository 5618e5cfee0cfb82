//! What a verdict rests on beyond what changes: a script stops where it is no longer so.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::shell::{Command, query, raw};
use super::step::flat;
use crate::inventory::{Kind, Listener, LoadBalancer, Region, Rule};
use crate::mutation::{ListenerSetting, Mutation};
use crate::report::Finding;

/// A look at what does not change, before anything does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Witness {
    /// What is looked at.
    pub(super) title: String,
    /// The command that prints it, as JSON.
    pub(super) now: Command,
    /// What it prints where all is as it was audited, or as the scripts before or this one have made it.
    pub(super) known: Vec<String>,
}

/// The witnesses for changes: the load balancers themselves, their listeners, and the rules beside a rule that changes.
/// The states are that of the audit, and those before and after the changes.
pub(super) fn witnesses(
    (plan, findings): (&[Mutation], &[Finding]),
    states: [&Region; 3],
) -> Vec<Witness> {
    let arns: BTreeSet<&str> =
        findings.iter().filter_map(|finding| Some(&*finding.load_balancer.as_ref()?.arn)).collect();
    let mut all = Vec::new();
    for arn in arns {
        let of = |region: &Region| region.load_balancers().find(|lb| lb.arn == arn).cloned();
        let found: Vec<LoadBalancer> = states.into_iter().filter_map(of).collect();
        let Some(first) = found.first() else { continue };
        all.push(balancer(first, &found));
        all.extend(listeners(first, &found));
    }
    let of_rules: BTreeSet<&str> = plan.iter().filter_map(listener_with_rules).collect();
    all.extend(of_rules.into_iter().filter_map(|id| rules(id, states)));
    all
}

/// The listener whose rules decide what a change of one means.
fn listener_with_rules(mutation: &Mutation) -> Option<&str> {
    match mutation {
        Mutation::ModifyRule { listener, .. }
        | Mutation::ModifyListener { listener, set: ListenerSetting::DefaultActions(_) }
        | Mutation::CreateListener { like: listener, .. } => Some(&listener.id),
        _ => None,
    }
}

fn known(all: impl Iterator<Item = Json>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for one in all {
        let one = flat(&one);
        if !known.contains(&one) {
            known.push(one);
        }
    }
    known
}

fn balancer(lb: &LoadBalancer, states: &[LoadBalancer]) -> Witness {
    let own = |lb: &LoadBalancer| {
        let mut groups = lb.security_groups.clone();
        groups.sort();
        json!([lb.scheme.as_ref().map(ToString::to_string), groups])
    };
    let path = "[Scheme, sort(SecurityGroups || `[]`)]";
    let now = match lb.kind {
        Kind::Classic => query(
            "elb describe-load-balancers",
            &["--load-balancer-names", &lb.name],
            &format!("LoadBalancerDescriptions[0].{path}"),
        ),
        _ => query(
            "elbv2 describe-load-balancers",
            &["--load-balancer-arns", &lb.arn],
            &format!("LoadBalancers[0].{path}"),
        ),
    };
    let title = format!("scheme and security groups of load balancer {}", lb.name);
    Witness { title, now, known: known(states.iter().map(own)) }
}

fn listeners(lb: &LoadBalancer, states: &[LoadBalancer]) -> Option<Witness> {
    lb.listeners.get().ok()?;
    let own = |lb: &LoadBalancer| {
        let pair = |own: &Listener| {
            let protocol = own.protocol.as_ref().map(ToString::to_string);
            (own.port.unwrap_or_default(), json!([own.port.unwrap_or_default(), protocol]))
        };
        let mut all: Vec<_> = lb.listeners.get().into_iter().flatten().map(pair).collect();
        all.sort_by_key(|(port, _)| *port);
        Json::Array(all.into_iter().map(|(_, pair)| pair).collect())
    };
    let now = match lb.kind {
        Kind::Classic => query(
            "elb describe-load-balancers",
            &["--load-balancer-names", &lb.name],
            "sort_by(LoadBalancerDescriptions[0].ListenerDescriptions[].Listener, \
             &LoadBalancerPort)[].[LoadBalancerPort, Protocol]",
        ),
        _ => query(
            "elbv2 describe-listeners",
            &["--load-balancer-arn", &lb.arn],
            "sort_by(Listeners, &(Port || `0`))[].[Port || `0`, Protocol || `null`]",
        ),
    };
    let title = format!("listeners of load balancer {}", lb.name);
    Some(Witness { title, now, known: known(states.iter().map(own)) })
}

/// Conditions whose values facts hold as they are; secrets may stand in the others.
const TOLD: [&str; 4] = ["host-header", "path-pattern", "source-ip", "http-request-method"];

fn rules(id: &str, states: [&Region; 3]) -> Option<Witness> {
    let own = |region: &Region| {
        let mut all = region.load_balancers().filter(|lb| lb.kind == Kind::Application);
        let listener =
            all.find_map(|lb| lb.listeners.get().ok()?.iter().find(|own| own.id == id).cloned())?;
        let rules = listener.rules.get().ok()?.iter();
        let asks = |rule: &Rule| -> Vec<Json> {
            let each = rule.conditions.iter();
            let each = each.map(|own| {
                let is_told = TOLD.contains(&&*own.field.to_string()) && !own.values.is_empty();
                json!([own.field, is_told.then_some(&own.values)])
            });
            each.collect()
        };
        let rules = rules.filter(|rule| rule.priority.is_some());
        let one = |rule: &Rule| {
            let priority = rule.priority.map(|priority| priority.to_string());
            json!([rule.arn, priority, asks(rule)])
        };
        let mut all: Vec<Json> = rules.map(one).collect();
        all.sort_by_key(ToString::to_string);
        Some((listener.label(), Json::Array(all)))
    };
    let found: Vec<_> = states.into_iter().filter_map(own).collect();
    let (label, _) = found.first()?;
    let title = format!("rules of listener {label}");
    let now = query(
        "elbv2 describe-rules",
        &["--listener-arn", id],
        &format!(
            "sort_by(Rules[?!IsDefault], &RuleArn)[].[RuleArn, Priority, Conditions[].[Field, contains([{}], Field) \
             && ((HostHeaderConfig || PathPatternConfig || SourceIpConfig || HttpRequestMethodConfig).Values || \
             Values) || `null`]]",
            TOLD.map(raw).join(", ")
        ),
    );
    Some(Witness { title, now, known: known(found.into_iter().map(|(_, all)| all)) })
}
