//! Changes of what load balancers share in a network, each said the same way by every check.

use ipnet::IpNet;

use crate::analysis::index::Index;
use crate::analysis::reach::{Opening, Reachability};
use crate::check::{Context, Grounds};
use crate::checks::shared::doors;
use crate::inventory::{Listener, Permission, SecurityGroup};
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::vocab::net::Family;

/// Rules that a sentence names before it only counts them.
const NAMED: usize = 4;

/// `web (sg-1)`, or the id of a group without name.
fn called(group: &SecurityGroup) -> String {
    match &group.name {
        Some(name) => format!("{name} ({})", group.id),
        None => group.id.clone(),
    }
}

fn change(verb: Verb, group: &SecurityGroup, to: impl Into<String>) -> Cause {
    Cause::new(verb, ResourceKind::SecurityGroup, &group.id).called(called(group)).to(to)
}

/// A security group that admits less: `Narrow security group web (sg-1): admit only CloudFront`.
pub(in crate::checks) fn narrow(group: &SecurityGroup, to: impl Into<String>) -> Cause {
    change(Verb::Narrow, group, to)
}

/// The same of a group of which maybe only the id is known.
pub(in crate::checks) fn narrow_by_id(index: &Index, id: &str, to: impl Into<String>) -> Cause {
    match index.security_group(id) {
        Ok(group) => narrow(group, to),
        Err(_) => Cause::new(Verb::Narrow, ResourceKind::SecurityGroup, id).to(to),
    }
}

/// A security group that admits or lets out more: `Open security group web (sg-1): let tcp 8443 out`.
pub(in crate::checks) fn open(group: &SecurityGroup, to: impl Into<String>) -> Cause {
    change(Verb::Open, group, to)
}

/// Rules of a security group no longer admit everyone: `… web (sg-1): close tcp 22 to 0.0.0.0/0`.
pub(in crate::checks) fn close(group: &SecurityGroup, rules: &[&Permission]) -> Cause {
    let mut words: Vec<String> = rules.iter().map(|rule| closed(rule)).collect();
    words.sort();
    words.dedup();
    let more = words.len().saturating_sub(NAMED);
    words.truncate(NAMED);
    let words = words.join(", ");
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    narrow(group, format!("close {words}{rest}"))
}

/// The group that all of these rules are of, where it is one.
pub(in crate::checks) fn only_group<'a>(
    rules: &[(&'a SecurityGroup, &'a Permission)],
) -> Option<(&'a SecurityGroup, Vec<&'a Permission>)> {
    let (first, _) = rules.first()?;
    let is_one = rules.iter().all(|(group, _)| group.id == first.id);
    is_one.then(|| (*first, rules.iter().map(|(_, rule)| *rule).collect()))
}

/// `tcp 22 to 0.0.0.0/0 and ::/0`; to all that it names where it names no whole family.
fn closed(rule: &Permission) -> String {
    let whole = rule.ranges.iter().filter(|range| range.prefix_len() == 0);
    let whole: Vec<String> = whole.map(IpNet::to_string).collect();
    let to = if whole.is_empty() { rule.others().collect() } else { whole };
    let shown = to.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(" and ");
    let more = to.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{} to {shown}{rest}", rule.label())
}

/// Names the security group that opens a listener to everyone by addresses of these families, where it is
/// one group that does, and for the commands the rules of all.
pub(in crate::checks) fn closing(
    context: &Context,
    listener: &Listener,
    families: &[Family],
    grounds: Grounds,
) -> Grounds {
    let grounds = doors::bound_opening(context, listener, families, grounds);
    match Reachability::new(context.index, context.lb).opened_by(listener, families) {
        Some(Opening { group, rules }) => grounds.cause(close(group, &rules)),
        None => grounds,
    }
}

/// A bucket is created under the name that logs are written to.
pub(in crate::checks) fn create_bucket(name: &str) -> Cause {
    Cause::new(Verb::Create, ResourceKind::Bucket, name)
}

/// A bucket is no longer public.
pub(in crate::checks) fn close_bucket(name: &str) -> Cause {
    Cause::new(Verb::Narrow, ResourceKind::Bucket, name).to("block public access")
}

/// What goes through a VPC is written down.
pub(in crate::checks) fn log_flows(vpc: &str) -> Cause {
    Cause::new(Verb::Extend, ResourceKind::Vpc, vpc).to("flow log")
}

/// `CloudFront` fetches from its origins by HTTPS.
pub(in crate::checks) fn fetch_by_https(distribution: &str) -> Cause {
    Cause::new(Verb::Change, ResourceKind::Distribution, distribution)
        .to("fetch from its origins by HTTPS only")
}

/// An endpoint service allows those only who are named.
pub(in crate::checks) fn name_consumers(service: &str) -> Cause {
    Cause::new(Verb::Narrow, ResourceKind::EndpointService, service)
        .to("allow only the consumers' accounts")
}

/// A quota of the region is raised.
pub(in crate::checks) fn raise_quota(name: &str) -> Cause {
    Cause::new(Verb::Extend, ResourceKind::Quota, name)
}
