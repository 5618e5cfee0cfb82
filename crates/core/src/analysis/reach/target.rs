//! Who can reach a target past its load balancer.

use ipnet::IpNet;

use super::bounds::Bounds;
use super::ingress::{Port, SecurityGroupIngress, entries};
use super::routes::{self, Road};
use super::{Exposure, acl};
use crate::analysis::index::Index;
use crate::analysis::security_groups;
use crate::inventory::{NetworkInterface, Permission, SecurityGroup};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, Level, Sources, opening};
use crate::vocab::partial::Partial;

/// Who can reach this port of an interface at the interface's own public addresses.
pub(crate) fn interface_exposure(
    index: &Index,
    interface: &NetworkInterface,
    port: &Port,
) -> Exposure {
    let families: Vec<Family> = public_families(interface).collect();
    if families.is_empty() {
        return Exposure::Internal;
    }
    let Some(subnet) = interface.subnet_id.as_deref() else {
        return Exposure::Unknown(unexpected_value(interface, "an interface without subnet"));
    };
    if interface.groups.is_empty() {
        return Exposure::Unknown(unexpected_value(
            interface,
            "an interface without security group",
        ));
    }
    let vpc = interface.vpc_id.as_deref();
    let of = |family: &Family| Bounds::exactly(Sources::from_family(*family, IpSet::All));
    let public = families.iter().map(of).fold(Bounds::shut(), Bounds::or);
    let by_route = families.iter().map(|family| routes::route(index, vpc, subnet, *family));
    let way = Road::any(by_route).and(&public).and(&routes::gate(index, vpc, subnet));
    let entry = |flow| {
        let ingress = SecurityGroupIngress::from_groups(index, &interface.groups, flow);
        let acl = acl::bounds(index, vpc, subnet, flow);
        let road = way.clone().and(&acl).and(&ingress.bounds());
        (ingress, road)
    };
    let entries: Vec<(SecurityGroupIngress, Road)> = port.flows().map(entry).collect();
    let whole = entries.iter().fold(Bounds::shut(), |whole, (_, road)| whole.or(road.open.clone()));
    let level = match whole.decided() {
        Ok(level) => level,
        Err(gap) => return Exposure::Unknown(gap),
    };
    let open = entries.iter().filter(|(_, road)| road.open.lower().level() == level);
    let sources = || open.flat_map(|(ingress, road)| ingress.sources(road.named.lower())).collect();
    match level {
        Level::Internet => Exposure::Internet(sources()),
        Level::Restricted => Exposure::Restricted(sources()),
        Level::Blocked => {
            Exposure::Blocked("security groups, network ACL or routes stand in the way".to_owned())
        }
    }
}

/// The families that the interface has a public address of. Every global IPv6 address is public.
fn public_families(interface: &NetworkInterface) -> impl Iterator<Item = Family> {
    let v4 = !interface.public_addresses.is_empty();
    let global = |address: &std::net::IpAddr| match address {
        std::net::IpAddr::V6(address) => address.segments()[0] & 0xe000 == 0x2000,
        std::net::IpAddr::V4(_) => false,
    };
    let v6 = interface.addresses.iter().any(global);
    [(v4, Family::V4), (v6, Family::V6)]
        .into_iter()
        .filter_map(|(public, family)| public.then_some(family))
}

/// Someone whom a security group lets in.
pub(crate) struct Source<'a> {
    /// Who.
    pub(crate) origin: Origin,
    /// The group.
    pub(crate) group: &'a SecurityGroup,
    /// Its rule.
    pub(crate) rule: &'a Permission,
    /// What the rule names: a range, a prefix list or a group.
    pub(crate) named: String,
    /// `0.0.0.0/0 in sg-1`.
    pub(crate) words: String,
}

/// Where connections come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Sources.
    Range(IpNet),
    /// The members of a security group.
    Group(String),
}

/// The ranges of these sources that let all addresses of a family in, by themselves or together.
pub(crate) fn everyone(sources: &[Source]) -> Vec<IpNet> {
    let ranges = sources.iter().filter_map(|source| match source.origin {
        Origin::Range(range) => Some(range),
        Origin::Group(_) => None,
    });
    opening(&ranges.collect::<Vec<_>>())
}

impl Origin {
    /// Whether it is one of these ranges.
    pub(crate) fn is_among(&self, ranges: &[IpNet]) -> bool {
        matches!(self, Origin::Range(own) if ranges.contains(own))
    }
}

/// Everyone whom these security groups let in on a port.
pub(crate) fn sources<'a>(
    index: &'a Index<'_>,
    groups: &[String],
    port: &Port,
) -> Partial<Vec<Source<'a>>> {
    let mut sources = Partial::<Vec<Source>>::default();
    let port = *port;
    for id in groups {
        let Some(group) = sources.learn(index.security_group(id)) else { continue };
        let about = move |permission: &Permission| {
            Partial::whole(port.flows()).any(|flow| flow.admitted_by(permission))
        };
        for permission in security_groups::admitting(index, group, about) {
            let Some(rule) = sources.learn(permission) else { continue };
            let source =
                |origin, named: String, words| Source { origin, group, rule, named, words };
            let own = rule.ranges.iter().map(|range| {
                source(Origin::Range(*range), range.to_string(), format!("{range} in {id}"))
            });
            sources.found.extend(own);
            let others = rule.groups.iter().map(|other| {
                source(Origin::Group(other.clone()), other.clone(), format!("{other} in {id}"))
            });
            sources.found.extend(others);
            for list in &rule.prefix_lists {
                let ranges = sources.learn(entries(index, list)).unwrap_or_default();
                sources.found.extend(ranges.iter().map(|range| {
                    let words = format!("{range} of {list} in {id}");
                    source(Origin::Range(*range), list.clone(), words)
                }));
            }
        }
    }
    sources
}

fn unexpected_value(interface: &NetworkInterface, said: &str) -> Gap {
    Gap::new(Call::Ec2DescribeNetworkInterfaces, Reason::Malformed).of(&interface.id).saying(said)
}
