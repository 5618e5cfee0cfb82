//! What the placeholders of a remedy stand for: what the judge says, and what the subject and its place tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::finding::FindingScope;
use crate::analysis::site::Site;
use crate::analysis::{routing, targets};
use crate::check::Check;
use crate::checks;
use crate::inventory::{
    ActionKind, Kind, Listener, LoadBalancer, Protocol, Rule, Transport, WebAcl,
};
use crate::remedy::binding::{Binding, Bindings};
use crate::remedy::placeholder;
use crate::report::{Subject, SubjectKind};

/// What the placeholders of the check's remedy stand for: as the judge says, or else as the subject and its
/// place tell.
pub(super) fn of(
    scope: FindingScope,
    check: &Check,
    subject: &Subject,
    said: Bindings,
) -> Bindings {
    let kind = scope.of.map(|(lb, _)| &lb.kind);
    let Some(wanted) = wanted(check, kind) else { return Bindings::new() };
    let mut all = said;
    all.retain(|name, _| wanted.contains(name));
    for name in wanted {
        if !all.contains_key(name)
            && let Some(value) = known(scope, subject, name)
        {
            all.insert(name.clone(), value);
        }
    }
    all
}

/// The placeholders in the ways of every check, by check and kind of load balancer.
type Wanted = BTreeMap<(&'static str, String), BTreeSet<String>>;

fn wanted(check: &Check, kind: Option<&Kind>) -> Option<&'static BTreeSet<String>> {
    static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
        let mut wanted = Wanted::new();
        for check in checks::ALL {
            wanted.insert((check.id, String::new()), placeholders(check, check.applies_to));
            for kind in check.applies_to {
                let own = placeholders(check, std::slice::from_ref(kind));
                wanted.insert((check.id, kind.to_string()), own);
            }
        }
        wanted
    });
    WANTED.get(&(check.id, kind.map_or_else(String::new, ToString::to_string)))
}

fn placeholders(check: &Check, kinds: &[Kind]) -> BTreeSet<String> {
    let ways = check.remedy.ways(kinds);
    let texts = [&ways.console, &ways.cli, &ways.terraform, &ways.cloudformation];
    texts.into_iter().flat_map(|text| placeholder::of(text)).map(str::to_owned).collect()
}

/// What any finding with this subject at this place knows of one placeholder.
fn known(scope: FindingScope, subject: &Subject, name: &str) -> Option<Binding> {
    match name {
        "ACCOUNT_ID" => return Some(scope.account.into()),
        "PARTITION" => return Some(scope.partition.into()),
        "REGION" => return scope.region.map(Binding::from),
        _ => {}
    }
    let of_subject = match subject.kind {
        SubjectKind::Listener => of_listener(scope.site?, subject, name),
        SubjectKind::TargetGroup => of_target_group(scope, subject, name),
        SubjectKind::Certificate => of_certificate(scope.site?, subject, name),
        SubjectKind::AutoScalingGroup if name == "AUTO_SCALING_GROUP" => {
            Some(subject.label.as_str().into())
        }
        SubjectKind::LoadBalancer => of_instances(scope.site?, name),
        _ => None,
    };
    of_subject.or_else(|| of_load_balancer(scope.site?, name))
}

fn of_listener(site: Site, subject: &Subject, name: &str) -> Option<Binding> {
    let listener = listeners(site.lb).find(|listener| listener.id == subject.id)?;
    match name {
        "LISTENER_ARN" if listener.id.starts_with("arn:") => Some(listener.id.as_str().into()),
        "LISTENER_PORT" => Some(listener.port?.into()),
        "NEW_RULE_PRIORITY" => Some(free_priority(site.lb, listener)?.to_string().into()),
        "KEPT_POLICIES" => kept_policies(site.lb, listener),
        "FORWARDING_LISTENER_ARN" if https(site.lb).is_none() => {
            forwards(&listener.default_actions).then(|| listener.id.as_str().into())
        }
        "REDIRECTING_LISTENER_ARN" if https(site.lb).is_none() => {
            (!forwards(&listener.default_actions)).then(|| listener.id.as_str().into())
        }
        "FORWARDING_RULE_ARN" if https(site.lb).is_none() => {
            many(serving(listener).map(|(rule, _)| rule.arn.clone()))
        }
        "FORWARDING_RULE_PRIORITY" if https(site.lb).is_none() => {
            many(serving(listener).map(|(_, priority)| priority.to_string()))
        }
        _ => of_instance_side(listener, name),
    }
}

/// The policies of a Classic listener beside that for TLS: a command that sets it names them too.
fn kept_policies(lb: &LoadBalancer, listener: &Listener) -> Option<Binding> {
    let policies = lb.policies.get().ok()?;
    let is_for_tls = |name: &&String| {
        let of_name = policies.iter().find(|policy| policy.name == **name);
        of_name.is_none_or(|policy| policy.kind == "SSLNegotiationPolicyType")
    };
    let kept = listener.policy_names.iter().filter(|name| !is_for_tls(name));
    Some(Binding::Many(kept.cloned().collect()))
}

/// What a Classic listener is on either side, once clients are to use TLS.
fn of_instance_side(listener: &Listener, name: &str) -> Option<Binding> {
    let (protocol, port) = targets::instance_side(listener).ok()?;
    match name {
        "INSTANCE_PORT" => Some(port.into()),
        "INSTANCE_PROTOCOL" => Some(protocol.to_string().into()),
        "TLS_PROTOCOL" => {
            let by_requests = matches!(protocol, Protocol::Http | Protocol::Https);
            Some(if by_requests { "HTTPS" } else { "SSL" }.into())
        }
        _ => None,
    }
}

/// The instances of a Classic load balancer, as its first listener reaches them.
fn of_instances(site: Site, name: &str) -> Option<Binding> {
    if site.lb.kind != Kind::Classic {
        return None;
    }
    match name {
        "AUTO_SCALING_GROUP" => scaling_groups(site, &site.lb.name),
        _ => listeners(site.lb).find_map(|listener| of_instance_side(listener, name)),
    }
}

fn of_target_group(scope: FindingScope, subject: &Subject, name: &str) -> Option<Binding> {
    if name == "TARGET_GROUP_ARN" {
        return Some(subject.id.as_str().into());
    }
    let site = scope.site?;
    let names = |actions: &[crate::inventory::Action]| {
        let groups = actions.iter().flat_map(|action| &action.target_groups);
        groups.into_iter().any(|group| group.arn == subject.id)
    };
    let rules = |listener: &'_ Listener| -> Vec<String> {
        let all = listener.rules.get().into_iter().flatten();
        let own = all.filter(|rule| rule.priority.is_some() && names(&rule.actions));
        own.map(|rule| rule.arn.clone()).collect()
    };
    let mut leading = listeners(site.lb)
        .filter(|listener| names(&listener.default_actions) || !rules(listener).is_empty());
    match name {
        "RULE_ARN" => many(leading.flat_map(rules)),
        "DEFAULT_LISTENER_ARN" => {
            let own = leading.filter(|listener| names(&listener.default_actions));
            many(own.map(|listener| listener.id.clone()))
        }
        "LISTENER_ARN" => leading.next().map(|listener| listener.id.as_str().into()),
        "NEW_RULE_PRIORITY" => Some(free_priority(site.lb, leading.next()?)?.to_string().into()),
        "AUTO_SCALING_GROUP" => scaling_groups(site, &subject.id),
        _ => None,
    }
}

fn scaling_groups(site: Site, of: &str) -> Option<Binding> {
    let groups = site.index.scaling_groups(of).ok()?;
    many(groups.iter().map(|group| group.name.clone()))
}

fn of_certificate(site: Site, subject: &Subject, name: &str) -> Option<Binding> {
    let is_default =
        |listener: &&Listener| listener.default_certificate.as_deref() == Some(&subject.id);
    match name {
        "CERTIFICATE_ID" => Some(subject.id.as_str().into()),
        "HOST" => Some(site.certificate(&subject.id).ok()?.hosts().ok()?.first()?.as_str().into()),
        "HOSTS" => Some(Binding::Many(site.certificate(&subject.id).ok()?.hosts().ok()?.to_vec())),
        "LISTENER_PORT" => {
            let own = listeners(site.lb).filter(is_default);
            many(own.filter_map(|listener| Some(listener.port?.to_string())))
        }
        "DEFAULT_CERTIFICATE_LISTENER_ARN" => {
            many(listeners(site.lb).filter(is_default).map(|listener| listener.id.clone()))
        }
        "SNI_LISTENER_ARN" => {
            let presents = |listener: &&Listener| {
                listener.certificates.get().is_ok_and(|all| all.contains(&subject.id))
            };
            let own = listeners(site.lb).filter(|one| presents(one) && !is_default(one));
            many(own.map(|listener| listener.id.clone()))
        }
        _ => None,
    }
}

fn of_load_balancer(site: Site, name: &str) -> Option<Binding> {
    let lb = site.lb;
    match name {
        "LOAD_BALANCER_NAME" => Some(lb.name.as_str().into()),
        "LOAD_BALANCER_ARN" if lb.kind != Kind::Classic => Some(lb.arn.as_str().into()),
        "CLASSIC_NAME" if lb.kind == Kind::Classic => Some(lb.name.as_str().into()),
        "VPC_ID" => lb.vpc_id.as_deref().map(Binding::from),
        "LOAD_BALANCER_GROUP_ID" => lb.security_groups.first().map(|id| id.as_str().into()),
        "LOAD_BALANCER_RANGES" if lb.security_groups.is_empty() => ranges(site),
        "HTTPS_LISTENER_ARN" => https(lb).map(|listener| listener.id.as_str().into()),
        "HTTPS_PORT" => Some(match https(lb) {
            Some(listener) => listener.port?.into(),
            None => new_port(lb).into(),
        }),
        "NEW_LISTENER_PORT" => is_bare(lb).then(|| new_port(lb).into()),
        "CLOSED_GROUP_ID" if is_bare(lb) => closed_group(site),
        "PLAIN_LISTENER_ARN" => {
            let by_tcp = |listener: &&Listener| {
                listener.speaks(&[Protocol::Http, Protocol::Tcp, Protocol::TcpUdp])
            };
            let first = listeners(lb).find(by_tcp).or_else(|| listeners(lb).next());
            first.map(|listener| listener.id.as_str().into())
        }
        "WEB_ACL_NAME" | "WEB_ACL_ID" | "WEB_ACL_RULE_PRIORITY" => of_web_acl(site, name),
        _ => None,
    }
}

/// The web ACL in front: its name and id stand in its ARN.
fn of_web_acl(site: Site, name: &str) -> Option<Binding> {
    let arn = site.lb.web_acl.get().ok()?.as_deref()?;
    let (_, named) = arn.split_once("/webacl/")?;
    let (acl_name, id) = named.split_once('/')?;
    match name {
        "WEB_ACL_NAME" => Some(acl_name.into()),
        "WEB_ACL_ID" => Some(id.into()),
        _ => {
            let acl: &WebAcl = site.region.web_acls.get(arn)?.get().ok()?;
            let last = acl.rules.iter().map(|rule| rule.priority).max();
            let next = last.map_or(Some(0), |last| last.checked_add(1));
            Some(next?.to_string().into())
        }
    }
}

fn listeners(lb: &LoadBalancer) -> impl Iterator<Item = &Listener> {
    lb.listeners.get().into_iter().flatten()
}

/// Several values; none where there is none.
fn many(values: impl Iterator<Item = String>) -> Option<Binding> {
    let mut values: Vec<String> = values.collect();
    match values.len() {
        0 => None,
        1 => Some(values.remove(0).into()),
        _ => Some(values.into()),
    }
}

const ENCRYPTED: &[Protocol] =
    &[Protocol::Https, Protocol::Tls, Protocol::Ssl, Protocol::Quic, Protocol::TcpQuic];

/// Whether the listeners are known, and none ends TLS.
fn is_bare(lb: &LoadBalancer) -> bool {
    lb.listeners.get().is_ok() && !listeners(lb).any(|listener| listener.speaks(ENCRYPTED))
}

/// The listener that redirects lead to: that of port 443, or else the first one for HTTPS.
fn https(lb: &LoadBalancer) -> Option<&Listener> {
    let all = listeners(lb).filter(|listener| listener.speaks(&[Protocol::Https]));
    all.min_by_key(|listener| (listener.port != Some(443), listener.port))
}

/// A port for a listener that ends TLS.
fn new_port(lb: &LoadBalancer) -> u16 {
    const USUAL: [u16; 4] = [443, 8443, 9443, 10443];
    let is_free = |port: &u16| listeners(lb).all(|listener| listener.port != Some(*port));
    USUAL.into_iter().find(is_free).unwrap_or(USUAL[0])
}

/// The security group to open for a new listener, where none admits anybody to its port.
fn closed_group(site: Site) -> Option<Binding> {
    let port = new_port(site.lb);
    for id in &site.lb.security_groups {
        let group = site.index.security_group(id).ok()?;
        for permission in &group.ingress {
            if permission.covers(Transport::Tcp, port).ok()? {
                return None;
            }
        }
    }
    site.lb.security_groups.first().map(|id| id.as_str().into())
}

/// The IPv4 ranges of the subnets, as the shorthand of the CLI has them.
fn ranges(site: Site) -> Option<Binding> {
    let mut ranges = Vec::new();
    for id in &site.lb.subnets {
        let own = &site.index.subnet(id).ok()?.ranges;
        let v4 = own.iter().filter(|range| range.addr().is_ipv4());
        ranges.extend(v4.map(|range| format!("{{CidrIp={range}}}")));
    }
    (!ranges.is_empty()).then(|| ranges.into())
}

fn forwards(actions: &[crate::inventory::Action]) -> bool {
    actions.iter().any(|action| action.kind == ActionKind::Forward)
}

/// The rules of a listener that forward, the default one aside.
fn serving(listener: &Listener) -> impl Iterator<Item = (&Rule, u32)> {
    let rules = listener.rules.get().into_iter().flatten();
    rules.filter(|rule| forwards(&rule.actions)).filter_map(|rule| Some((rule, rule.priority?)))
}

/// A priority for a rule behind all others, but before one that takes every request.
fn free_priority(lb: &LoadBalancer, listener: &Listener) -> Option<u32> {
    let rules = listener.rules.get().ok()?;
    let taken: BTreeSet<u32> = rules.iter().filter_map(|rule| rule.priority).collect();
    let takes_all = |rule: &&Rule| {
        rule.priority.is_some() && routing::condition::catch_all(lb, &rule.conditions)
    };
    let end = rules.iter().filter(takes_all).filter_map(|rule| rule.priority).min();
    let free = |priority: &u32| !taken.contains(priority);
    match end {
        Some(end) => (1..end).rev().find(free),
        None => (taken.last().map_or(1, |last| last.saturating_add(1))..=50_000).find(free),
    }
}
