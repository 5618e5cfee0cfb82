//! A load balancer as the report shows it, whatever is wrong with it.

use std::collections::BTreeMap;

use super::walk::Place;
use crate::exposure;
use crate::fact::{Fact, Gap};
use crate::inventory::{Action, Kind, Listener, Target};
use crate::report::{ListenerSummary, LoadBalancerSummary, TargetsSummary};

/// The load balancer with its listeners and targets.
pub(super) fn of(place: Place) -> LoadBalancerSummary {
    let Place { account, region, lb } = place;
    let listeners = lb.listeners.get().ok();
    LoadBalancerSummary {
        account: account.id.clone(),
        region: region.name.clone(),
        arn: lb.arn.clone(),
        name: lb.name.clone(),
        kind: lb.kind.to_string(),
        scheme: lb.scheme.clone(),
        state: lb.state.clone(),
        dns_name: lb.dns_name.clone(),
        exposure: exposure::of_load_balancer(region, lb).class(),
        listeners: listeners
            .map(|all| all.iter().map(|listener| summary(place, listener)).collect()),
    }
}

fn summary(place: Place, listener: &Listener) -> ListenerSummary {
    let exposure = exposure::of_listener(place.region, place.lb, listener);
    let last = listener.default_actions.iter().max_by_key(|action| action.order);
    ListenerSummary {
        id: listener.id.clone(),
        label: listener.label(),
        exposure: exposure.class(),
        reachable_from: exposure.sources().to_vec(),
        default_action: last.map(words),
        targets: targets(place, listener),
    }
}

/// What an action does, in a few words.
fn words(action: &Action) -> String {
    if let Some(redirect) = &action.redirect {
        let protocol = redirect.protocol.as_deref().unwrap_or("#{protocol}");
        let port = redirect.port.as_deref().unwrap_or("#{port}");
        return format!("redirect to {protocol}:{port}");
    }
    let status = action.fixed_response.as_ref().and_then(|response| response.status.as_deref());
    match status {
        Some(status) => format!("fixed response {status}"),
        None => action.kind.clone(),
    }
}

fn targets(place: Place, listener: &Listener) -> Vec<TargetsSummary> {
    let Place { region, lb, .. } = place;
    if lb.kind == Kind::Classic {
        return vec![TargetsSummary {
            name: listener.instance_side.clone().unwrap_or_else(|| "instances".to_owned()),
            health: counted(&lb.instances),
        }];
    }
    let rules = listener.rules.get().ok().into_iter().flatten();
    let actions = listener.default_actions.iter().chain(rules.flat_map(|rule| &rule.actions));
    let mut arns: Vec<&str> = Vec::new();
    for group in actions.flat_map(|action| &action.target_groups) {
        if !arns.contains(&group.arn.as_str()) {
            arns.push(&group.arn);
        }
    }
    arns.into_iter()
        .map(|arn| {
            let group: Result<_, Gap> = region.target_group(arn);
            match group {
                Ok(Some(group)) => {
                    TargetsSummary { name: group.name.clone(), health: counted(&group.targets) }
                }
                _ => TargetsSummary { name: name_in(arn).to_owned(), health: None },
            }
        })
        .collect()
}

/// The name in a target group's ARN: `…:targetgroup/NAME/ID`.
fn name_in(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

fn counted(targets: &Fact<Vec<Target>>) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for target in targets.get().ok()? {
        *counts.entry(target.state.clone()).or_insert(0) += 1;
    }
    Some(counts)
}
