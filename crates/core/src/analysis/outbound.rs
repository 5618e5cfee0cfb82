//! Whether a load balancer's nodes get out to what a rule has them ask: an identity provider, or the keys of
//! tokens.
//!
//! They connect by IPv4 alone, from their own addresses. What an endpoint's name resolves to is not known: one
//! that may have private addresses can be in the VPC, so that routes say nothing about it.
//!
//! Source: Application Load Balancer guide, "Authenticate users"; AWS re:Post, "How do I resolve errors when I
//! configure authentication on my Application Load Balancer?".

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use super::domain;
use super::index::Index;
use super::reach;
use super::route_table::{Share, Way};
use super::security_groups::{self, Attached};
use crate::inventory::{IpAddressType, LoadBalancer, Permission, Transport};
use crate::vocab::fact::Gap;
use crate::vocab::net::{Family, IpSet, private};
use crate::vocab::partial::Partial;

/// Domains of providers of identities that have public addresses alone.
const ON_THE_INTERNET: &[&str] =
    &["amazoncognito.com", "google.com", "googleapis.com", "microsoftonline.com"];

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint<'a> {
    /// The URL as the rule has it.
    pub(crate) url: &'a str,
    /// Its port of TCP.
    pub(crate) port: u16,
    place: Place,
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On the internet.
    Internet,
    /// At this address.
    At(Ipv4Addr),
    /// Wherever its name leads.
    Anywhere,
}

impl<'a> Endpoint<'a> {
    /// The one of a URL.
    pub(crate) fn of(url: &'a str) -> Self {
        let host = domain::host_of(url);
        let place = match host.parse() {
            Ok(address) => Place::At(address),
            Err(_) if is_public(host) => Place::Internet,
            Err(_) => Place::Anywhere,
        };
        Endpoint { url, port: port(url), place }
    }

    /// The one where users of a Cognito pool sign in; no interface endpoint stands in for it.
    pub(crate) fn of_pool(arn: &'a str) -> Self {
        Endpoint { url: arn, port: 443, place: Place::Internet }
    }

    /// The addresses that it may have.
    fn addresses(&self) -> IpSet {
        match self.place {
            Place::Internet => IpSet::All.minus(&private(Family::V4)),
            Place::At(address) => IpSet::from_ranges(vec![IpNet::from(Ipv4Net::from(address))]),
            Place::Anywhere => IpSet::All,
        }
    }

    /// Whether members of security groups may be meant: these are let out to by their private addresses.
    fn may_be_inside(&self) -> bool {
        match self.place {
            Place::Internet => false,
            Place::At(address) => {
                let own = IpNet::from(Ipv4Net::from(address));
                private(Family::V4).around(&own).is_some()
            }
            Place::Anywhere => true,
        }
    }
}

/// What keeps a load balancer's nodes from an endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Obstacle<'a> {
    /// No security group lets them out to it.
    Groups,
    /// The network ACL of this subnet does not let them out, or no answer in.
    Acl {
        /// `acl-…`.
        acl: &'a str,
        /// `subnet-…`.
        subnet: &'a str,
    },
    /// The route table of this subnet has no way to it for their addresses.
    Routes {
        /// `rtb-…`.
        table: &'a str,
        /// `subnet-…`.
        subnet: &'a str,
    },
    /// In this subnet each of them lets some addresses through, and none the same.
    Together {
        /// `subnet-…`.
        subnet: &'a str,
    },
}

/// What certainly keeps the nodes of a load balancer, those in one of its subnets at least, from an endpoint.
pub(crate) fn obstacle<'a>(
    index: &Index<'a>,
    lb: &'a LoadBalancer,
    endpoint: &Endpoint,
) -> Result<Option<Obstacle<'a>>, Gap> {
    let wanted = endpoint.addresses();
    let groups = let_out(index, lb, endpoint).map(|out| out.and(wanted.clone()));
    if is_shut(&groups) {
        return Ok(Some(Obstacle::Groups));
    }
    let mut open = Partial::whole(());
    if groups.found.is_empty() {
        open.add_gap(groups.gap().cloned());
    }
    for subnet in &lb.subnets {
        let vpc = lb.vpc_id.as_deref();
        let acl = reach::let_out_by_acl(index, vpc, subnet, endpoint.port);
        let acl = acl.map_or_else(Partial::unread, Partial::whole);
        let acl = acl.map(|out| out.and(wanted.clone()));
        if is_shut(&acl) {
            let acl = &index.network_acl(subnet, vpc)?.id;
            return Ok(Some(Obstacle::Acl { acl, subnet }));
        }
        let routed = routed(index, lb, subnet, endpoint).map(|out| out.and(wanted.clone()));
        if is_shut(&routed) {
            let table = &index.route_table(subnet, vpc)?.id;
            return Ok(Some(Obstacle::Routes { table, subnet }));
        }
        let all = groups.found.clone().and(acl.found.clone()).and(routed.found.clone());
        let gap = groups.gap().or(acl.gap()).or(routed.gap());
        match gap {
            _ if !all.is_empty() => {}
            Some(gap) => open.add_gap(gap.clone()),
            None => return Ok(Some(Obstacle::Together { subnet })),
        }
    }
    open.complete().map(|()| None)
}

/// Whether it is certain that nothing gets through.
fn is_shut(out: &Partial<IpSet>) -> bool {
    out.gap().is_none() && out.found.is_empty()
}

/// The addresses that the security groups let out to at an endpoint's port. All, without any group, or where
/// members of others may be meant.
fn let_out(index: &Index, lb: &LoadBalancer, endpoint: &Endpoint) -> Partial<IpSet> {
    if lb.security_groups.is_empty() {
        return Partial::whole(IpSet::All);
    }
    let attached: Attached = security_groups::attached_to(index, lb);
    let mut out = Partial::whole(IpSet::None);
    out.add_gap(attached.gap().cloned());
    for (group, permission) in attached.egress() {
        let covers = permission.covers(Transport::Tcp, endpoint.port);
        let covers = covers.map_err(|gap| security_groups::placed(index, group, gap));
        if out.learn(covers) != Some(true) {
            continue;
        }
        let more = out.absorb(destinations(index, permission, endpoint));
        out.found = std::mem::take(&mut out.found).or(more);
    }
    out
}

/// The addresses that a rule leads out to.
fn destinations(index: &Index, permission: &Permission, endpoint: &Endpoint) -> Partial<IpSet> {
    let may_be_inside = endpoint.may_be_inside();
    if may_be_inside && !permission.groups.is_empty() {
        return Partial::whole(IpSet::All);
    }
    let of_lists = permission.prefix_lists.iter().map(|list| reach::entries(index, list));
    let of_lists: Partial<Vec<&[IpNet]>> = of_lists.collect();
    of_lists.map(|lists| {
        let all = lists.into_iter().flatten().chain(&permission.ranges);
        let own = all.filter(|range| Family::V4.has(range)).copied();
        IpSet::from_ranges(own.collect())
    })
}

/// The addresses to which a subnet's route table leads the load balancer's nodes, whatever becomes of them
/// there. All, where the endpoint may be in the VPC.
fn routed(index: &Index, lb: &LoadBalancer, subnet: &str, endpoint: &Endpoint) -> Partial<IpSet> {
    if endpoint.may_be_inside() {
        return Partial::whole(IpSet::All);
    }
    let routing = match index.routing(subnet, lb.vpc_id.as_deref()) {
        Ok(routing) => routing,
        Err(gap) => return Partial::unread(gap),
    };
    let shares = routing.shares(Family::V4);
    let public = has_public_addresses(lb);
    let own = shares.all.iter().filter(|share| leads_out(share, public));
    let mut out = Partial::whole(own.fold(IpSet::None, |out, share| out.or(share.part.clone())));
    let gaps = [&shares.unclear, &shares.gives, &shares.takes];
    out.add_gap(gaps.into_iter().flatten().next().cloned());
    out
}

/// Whether a route may lead to the internet: by a gateway only from a public address, and by anything else
/// that is not in the VPC, since others' networks have gateways too.
fn leads_out(share: &Share, public: bool) -> bool {
    let target = share.route.target.as_deref().unwrap_or_default();
    match share.way {
        Way::Gateway => public,
        Way::Inspected => true,
        Way::Unclear => false,
        Way::Elsewhere => {
            let is_gone = share.route.state.as_deref() == Some("blackhole");
            // An endpoint here is one of S3 or DynamoDB, what only goes out has no IPv4, and a peering leads into the
            // other VPC alone.
            let stays =
                ["local", "vpce-", "eigw-", "pcx-"].iter().any(|one| target.starts_with(one));
            !is_gone && !stays && !target.is_empty()
        }
    }
}

/// Whether the nodes may have public IPv4 addresses.
fn has_public_addresses(lb: &LoadBalancer) -> bool {
    let without = matches!(lb.ip_address_type, Some(IpAddressType::DualstackWithoutPublicIpv4));
    reach::is_internal(lb) != Ok(true) && !without
}

/// Whether a host is of a provider that is on the internet.
fn is_public(host: &str) -> bool {
    ON_THE_INTERNET.iter().any(|domain| domain::is_within(host, domain))
}

/// The port of a URL, or the one of its scheme.
fn port(url: &str) -> u16 {
    let own = domain::authority(url).rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    own.unwrap_or(if domain::is_https(url) || !url.contains("://") { 443 } else { 80 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_a_port_and_a_place() {
        let table = [
            ("https://id.example.com/token", 443, Place::Anywhere),
            ("https://id.example.com:8443/token", 8443, Place::Anywhere),
            ("http://id.example.com/token", 80, Place::Anywhere),
            ("https://10.0.0.1:9443/t", 9443, Place::At(Ipv4Addr::new(10, 0, 0, 1))),
            ("https://[2001:db8::1]/t", 443, Place::Anywhere),
            ("https://[2001:db8::1]:444/t", 444, Place::Anywhere),
            ("https://oauth2.googleapis.com/token", 443, Place::Internet),
            ("https://shop.auth.eu-west-1.amazoncognito.com/t", 443, Place::Internet),
            ("https://evilgoogleapis.com/t", 443, Place::Anywhere),
        ];
        for (url, port, place) in table {
            assert_eq!(Endpoint::of(url), Endpoint { url, port, place });
        }
        assert_eq!(Endpoint::of_pool("arn").place, Place::Internet);
    }
}
