//! A load balancer as the report shows it, whatever is wrong with it.

use std::collections::{BTreeMap, HashSet};

use super::walk::{Reach, presents};
use crate::analysis::client_address;
use crate::analysis::reach::Exposure;
use crate::analysis::routing::group_name;
use crate::analysis::site::Site;
use crate::analysis::targets::instance_side;
use crate::analysis::tls::{self, Offer};
use crate::inventory::{Action, Kind, Listener, LoadBalancer, Target, TargetGroup, TargetType};
use crate::report::listener::{CertificateSummary, TargetSummary, TlsFloor};
use crate::report::{ListenerSummary, LoadBalancerSummary, TargetsSummary};
use crate::vocab::fact::{Fact, Gap};

mod rules;

/// The load balancer with its listeners and targets.
pub(super) fn summarize(site: Site, reach: &Reach) -> LoadBalancerSummary {
    let Site { account, region, lb, .. } = site;
    let listeners: Option<Vec<ListenerSummary>> = lb.listeners.get().ok().map(|all| {
        let both = all.iter().zip(&reach.listeners);
        both.map(|(listener, exposure)| summary(site, reach, listener, exposure)).collect()
    });
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
        tls_floor: match &listeners {
            Some(all) => all.iter().filter_map(|listener| listener.tls_floor).min(),
            None => (lb.kind != Kind::Gateway).then_some(TlsFloor::Unknown),
        },
        listeners,
    }
}

fn summary(site: Site, reach: &Reach, listener: &Listener, exposure: &Exposure) -> ListenerSummary {
    let last = listener.default_actions.iter().max_by_key(|action| action.order);
    let mut trace = reach.approach.explain(listener, exposure);
    if matches!(exposure, Exposure::Internet(_) | Exposure::Restricted(_)) {
        trace.chain.extend(client_address::filters(site, listener));
    }
    let offer = offer(site, listener);
    ListenerSummary {
        id: listener.id.clone(),
        label: listener.label(),
        exposure: exposure.class(),
        reachable_from: exposure.sources().to_vec(),
        chain: trace.chain,
        closed_by: trace.closes,
        default_action: last.map(words),
        ssl_policy: ssl_policy(site.lb, listener, &offer),
        tls_floor: floor(&offer),
        certificates: certificates(site, listener),
        rules: rules::rules(site.index, site.lb, listener),
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

/// What a listener offers; none where it does not end TLS.
fn offer(site: Site, listener: &Listener) -> Result<Option<Offer>, Gap> {
    let ends = tls::terminates(site.lb, listener)?;
    ends.then(|| tls::offer(site.region, site.lb, listener)).transpose()
}

/// The name of the policy: a Classic listener's may be hidden in a policy of another name.
fn ssl_policy(
    lb: &LoadBalancer,
    listener: &Listener,
    offer: &Result<Option<Offer>, Gap>,
) -> Option<String> {
    match lb.kind {
        Kind::Classic => offer.as_ref().ok()?.as_ref().map(|offer| offer.name.clone()),
        _ => listener.ssl_policy.clone(),
    }
}

fn floor(offer: &Result<Option<Offer>, Gap>) -> Option<TlsFloor> {
    match offer {
        Ok(None) => None,
        Ok(Some(offer)) => Some(offer.oldest_protocol().map_or(TlsFloor::Unknown, TlsFloor::named)),
        Err(_) => Some(TlsFloor::Unknown),
    }
}

fn certificates(site: Site, listener: &Listener) -> Option<Vec<CertificateSummary>> {
    presents(site.lb, listener).ok()?;
    let one = |arn: &String| {
        let known = site.certificate(arn).ok();
        CertificateSummary {
            arn: arn.clone(),
            name: known.and_then(|certificate| certificate.names.first().cloned()),
            default: listener.default_certificate.as_ref() == Some(arn),
            not_after: known.and_then(|certificate| certificate.not_after),
        }
    };
    listener.certificates.get().ok().map(|arns| arns.iter().map(one).collect())
}

fn targets(site: Site, listener: &Listener) -> Vec<TargetsSummary> {
    let Site { index, lb, .. } = site;
    if lb.kind == Kind::Classic {
        return vec![instances(lb, listener)];
    }
    let rules = listener.rules.get().ok().into_iter().flatten();
    let actions = listener.default_actions.iter().chain(rules.flat_map(|rule| &rule.actions));
    let mut seen = HashSet::new();
    let arns = actions.flat_map(|action| &action.target_groups).map(|group| &*group.arn);
    arns.filter(|arn| seen.insert(*arn))
        .map(|arn| match index.target_group(arn) {
            Ok(known) => group(known),
            Err(_) => TargetsSummary::unread(arn, group_name(arn)),
        })
        .collect()
}

fn group(group: &TargetGroup) -> TargetsSummary {
    TargetsSummary {
        name: group.name.clone(),
        arn: Some(group.arn.clone()),
        protocol: group.protocol.as_ref().map(ToString::to_string),
        port: group.port,
        target_type: group.target_type.as_ref().map(ToString::to_string),
        health: counted(&group.targets),
        members: members(&group.targets),
    }
}

/// What a listener of a Classic load balancer forwards to.
fn instances(lb: &LoadBalancer, listener: &Listener) -> TargetsSummary {
    let side = instance_side(listener).ok();
    TargetsSummary {
        name: listener.instance_side.clone().unwrap_or_else(|| "instances".to_owned()),
        arn: None,
        protocol: side.as_ref().map(|(protocol, _)| protocol.to_string()),
        port: side.map(|(_, port)| port),
        target_type: Some(TargetType::Instance.to_string()),
        health: counted(&lb.instances),
        members: members(&lb.instances),
    }
}

fn counted(targets: &Fact<Vec<Target>>) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for target in targets.get().ok()? {
        *counts.entry(target.state.to_string()).or_insert(0) += 1;
    }
    Some(counts)
}

fn members(targets: &Fact<Vec<Target>>) -> Option<Vec<TargetSummary>> {
    let member = |target: &Target| TargetSummary {
        id: target.id.clone(),
        port: target.port,
        zone: target.zone.clone(),
        state: target.state.to_string(),
        reason: target.reason.clone(),
    };
    targets.get().ok().map(|targets| targets.iter().map(member).collect())
}
