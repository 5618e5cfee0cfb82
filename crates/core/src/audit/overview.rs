//! A load balancer as the report shows it, whatever is wrong with it.

use std::collections::BTreeMap;

use super::walk::Reach;
use crate::analysis::reach::Exposure;
use crate::analysis::routing::group_name;
use crate::analysis::site::Site;
use crate::inventory::{Action, Kind, Listener, Target};
use crate::report::{ListenerSummary, LoadBalancerSummary, TargetsSummary};
use crate::vocab::fact::Fact;

/// The load balancer with its listeners and targets.
pub(super) fn summarize(site: Site, reach: &Reach) -> LoadBalancerSummary {
    let Site { account, region, lb, .. } = site;
    let listeners = lb.listeners.get().ok();
    LoadBalancerSummary {
        account: account.id.clone(),
        region: region.name.clone(),
        arn: lb.arn.clone(),
        name: lb.name.clone(),
        kind: lb.kind.to_string(),
        scheme: lb.scheme.as_ref().map(ToString::to_string),
        state: lb.state.clone(),
        dns_name: lb.dns_name.clone(),
        exposure: reach.lb.class(),
        listeners: listeners.map(|all| {
            let both = all.iter().zip(&reach.listeners);
            both.map(|(listener, exposure)| summary(site, reach, listener, exposure)).collect()
        }),
    }
}

fn summary(site: Site, reach: &Reach, listener: &Listener, exposure: &Exposure) -> ListenerSummary {
    let last = listener.default_actions.iter().max_by_key(|action| action.order);
    let trace = reach.approach.explain(listener, exposure);
    ListenerSummary {
        id: listener.id.clone(),
        label: listener.label(),
        exposure: exposure.class(),
        reachable_from: exposure.sources().to_vec(),
        chain: trace.chain,
        closed_by: trace.closes,
        default_action: last.map(words),
        targets: targets(site, listener),
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
        None => action.kind.to_string(),
    }
}

fn targets(site: Site, listener: &Listener) -> Vec<TargetsSummary> {
    let Site { index, lb, .. } = site;
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
        .map(|arn| match index.target_group(arn) {
            Ok(group) => {
                TargetsSummary { name: group.name.clone(), health: counted(&group.targets) }
            }
            Err(_) => TargetsSummary { name: group_name(arn).to_owned(), health: None },
        })
        .collect()
}

fn counted(targets: &Fact<Vec<Target>>) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for target in targets.get().ok()? {
        *counts.entry(target.state.to_string()).or_insert(0) += 1;
    }
    Some(counts)
}
