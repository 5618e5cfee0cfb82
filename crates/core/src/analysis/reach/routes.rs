//! Whether the internet has a way to the subnets of a load balancer.

use ipnet::IpNet;

use super::acl;
use super::bounds::Bounds;
use super::ingress::{Flow, entries};
use crate::analysis::index::Index;
use crate::inventory::{Exclusion, IpAddressType, LoadBalancer, Route, RouteTable, Scheme};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, Sources};
use crate::vocab::partial::Partial;

/// The ways from the internet to a load balancer's own addresses.
pub(super) struct InternetRoutes<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) lb: &'a LoadBalancer,
    /// The families of address that are public ones.
    pub(super) public: Bounds,
    /// How far the routes of each subnet and the block on public access leave a way.
    pub(super) subnets: Vec<(&'a str, Bounds)>,
}

impl<'a> InternetRoutes<'a> {
    /// Follows the routes of each subnet.
    pub(super) fn follow(index: &'a Index<'a>, lb: &'a LoadBalancer) -> Self {
        let public = public(lb, Family::V4).or(public(lb, Family::V6));
        let is_public = *public.upper() != Sources::none();
        let subnets = lb.subnets.iter().filter(|_| is_public).map(|subnet| {
            let routes =
                Family::BOTH.into_iter().filter(|family| !public.upper().part(*family).is_empty());
            let routes = routes.map(|family| route(index, lb.vpc_id.as_deref(), subnet, family));
            let routes = routes.fold(Bounds::shut(), Bounds::or);
            (subnet.as_str(), routes.and(gate(index, lb.vpc_id.as_deref(), subnet)))
        });
        InternetRoutes { index, lb, subnets: subnets.collect(), public }
    }

    /// Whether it may have a public address.
    pub(super) fn is_public(&self) -> bool {
        *self.public.upper() != Sources::none()
    }

    /// Who reaches a node, whatever the network ACLs say. One subnet with a way in is enough.
    pub(super) fn by_route(&self) -> Bounds {
        self.sum(|_, way| way.clone())
    }

    /// Who reaches a node on this port.
    pub(super) fn bounds(&self, flow: Flow) -> Bounds {
        self.sum(|subnet, way| {
            if *way.upper() == Sources::none() {
                return Bounds::shut();
            }
            way.clone().and(acl::bounds(self.index, self.lb.vpc_id.as_deref(), subnet, flow))
        })
    }

    fn sum(&self, way: impl Fn(&str, &Bounds) -> Bounds) -> Bounds {
        if self.lb.subnets.is_empty() {
            let gap = super::unexpected_value(self.lb, "subnets", "missing");
            return self.public.clone().and(Bounds::unknown(gap));
        }
        let ways = self.subnets.iter().map(|(subnet, open)| way(subnet, open));
        self.public.clone().and(ways.fold(Bounds::shut(), Bounds::or))
    }
}

/// The attribute that keeps traffic of internet gateways from IPv6 addresses, which are always public.
pub(super) const NO_GATEWAY: &str = "ipv6.deny_all_igw_traffic";
/// What a route may lead to beside the internet: NAT and egress-only gateways, other networks, hosts.
const ELSEWHERE: &[&str] = &["nat", "tgw", "pcx", "local", "eigw", "i", "lgw", "vgw"];

fn is_internal(lb: &LoadBalancer) -> bool {
    lb.scheme == Some(Scheme::Internal)
}

/// Whether its addresses of a family are public.
fn public(lb: &LoadBalancer, family: Family) -> Bounds {
    let whole = Bounds::exactly(Sources::from_family(family, IpSet::All));
    match (family, &lb.ip_address_type) {
        (Family::V4, _) if is_internal(lb) => Bounds::shut(),
        (Family::V4, Some(IpAddressType::DualstackWithoutPublicIpv4))
        | (Family::V6, None | Some(IpAddressType::Ipv4)) => Bounds::shut(),
        (Family::V4, _) => whole,
        (
            Family::V6,
            Some(IpAddressType::Dualstack | IpAddressType::DualstackWithoutPublicIpv4),
        ) => {
            // Source: Elastic Load Balancing user guides, load-balancer attributes.
            let default = if is_internal(lb) { "true" } else { "false" };
            match lb.attribute(NO_GATEWAY, default).as_deref() {
                Ok("true") => Bounds::shut(),
                Ok("false") => whole,
                Ok(other) => whole.and(Bounds::unknown(lb.unknown_attribute(NO_GATEWAY, other))),
                Err(gap) => whole.and(Bounds::unknown(gap.clone())),
            }
        }
        (Family::V6, Some(other)) => {
            whole.and(Bounds::unknown(super::unexpected_value(lb, "address type", other)))
        }
    }
}

/// How far the subnet's routes lead to the internet: an internet gateway, or an endpoint or interface
/// that inspects what comes from one.
pub(super) fn route(index: &Index, vpc: Option<&str>, subnet: &str, family: Family) -> Bounds {
    let whole = Bounds::exactly(Sources::from_family(family, IpSet::All));
    let table = match index.route_table(subnet, vpc) {
        Ok(table) => table,
        Err(gap) => return whole.and(Bounds::unknown(gap)),
    };
    let mut ways: Partial<Vec<(Way, IpNet)>> = Partial::default();
    for route in table.routes.iter().filter(|route| is_live(route) != Some(false)) {
        match way(route) {
            None => ways.add_gap(odd_target(index, route, family)),
            Some(_) if is_live(route).is_none() => ways.add_gap(odd_state(index, route)),
            Some(way) => {
                let ranges = ways.learn(destination(index, route)).unwrap_or_default();
                let own = ranges.into_iter().filter(|range| family.has(range));
                ways.found.extend(own.map(|range| (way, range)));
            }
        }
    }
    // Without a way to everywhere, answers find their way to some addresses by a gateway alone.
    let by = |is_meant: fn(Way) -> bool| {
        let ranges = ways.found.iter().filter(|(way, _)| is_meant(*way)).map(|(_, range)| *range);
        IpSet::from_ranges(ranges.collect())
    };
    let both = by(|_| true);
    let open = if both.is_internet() { both } else { by(|way| way == Way::Gateway) };
    let known = Bounds::exactly(Sources::from_family(family, open));
    match ways.gap() {
        Some(gap) => known.or(whole.and(Bounds::unknown(gap.clone()))),
        None => known,
    }
}

/// How a route leads to the internet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Gateway,
    Inspected,
}

fn way(route: &Route) -> Option<Way> {
    let target = route.target.as_deref().unwrap_or_default();
    match target.split('-').next() {
        // A carrier gateway leads to the internet through a telecommunication network.
        Some("igw" | "cagw") => Some(Way::Gateway),
        // A route to a prefix list is how a gateway endpoint of S3 or DynamoDB is reached.
        Some("vpce" | "eni") if !route.destination.starts_with("pl-") => Some(Way::Inspected),
        _ => None,
    }
}

/// The routes of a table that lead to the internet.
pub(super) fn outward(table: &RouteTable) -> impl Iterator<Item = &Route> {
    table.routes.iter().filter(|route| {
        is_live(route) == Some(true)
            && match way(route) {
                Some(Way::Gateway) => true,
                // An interface or endpoint of a part of the network leads inside.
                Some(Way::Inspected) => route.destination.ends_with("/0"),
                None => false,
            }
    })
}

/// The gap of a default route to something of a kind that this version does not know.
fn odd_target(index: &Index, route: &Route, family: Family) -> Option<Gap> {
    let target = route.target.as_deref().unwrap_or_default();
    let kind = target.split('-').next().unwrap_or_default();
    let known = ELSEWHERE.contains(&kind)
        || target.contains(":core-network/")
        || matches!(kind, "igw" | "cagw" | "vpce" | "eni");
    let range: IpNet = route.destination.parse().ok()?;
    let default = family.has(&range) && range.prefix_len() == 0;
    (default && !known).then(|| {
        Gap::new(Call::Ec2DescribeRouteTables, Reason::Unrecognised)
            .in_region(&index.region().name)
            .saying(format!("route target {target}"))
    })
}

/// Whether what comes by a route arrives; none where its state is not one that this version knows.
fn is_live(route: &Route) -> Option<bool> {
    match route.state.as_deref() {
        None | Some("active") => Some(true),
        Some("blackhole") => Some(false),
        Some(_) => None,
    }
}

fn odd_state(index: &Index, route: &Route) -> Gap {
    let state = route.state.as_deref().unwrap_or_default();
    Gap::new(Call::Ec2DescribeRouteTables, Reason::Unrecognised)
        .in_region(&index.region().name)
        .saying(format!("route to {} in state {state}", route.destination))
}

fn destination(index: &Index, route: &Route) -> Result<Vec<IpNet>, Gap> {
    match route.destination.parse() {
        Ok(range) => Ok(vec![range]),
        Err(_) => entries(index, &route.destination).map(<[IpNet]>::to_vec),
    }
}

/// Whether VPC Block Public Access lets anything into the subnet.
pub(super) fn gate(index: &Index, vpc: Option<&str>, subnet: &str) -> Bounds {
    let region = index.region();
    let block = match region.block_public_access.get() {
        Ok(block) => block,
        Err(gap) => return Bounds::unknown(gap),
    };
    match block.mode.as_str() {
        "off" => return Bounds::open(),
        "block-bidirectional" | "block-ingress" => {}
        other => {
            return Bounds::unknown(
                Gap::new(Call::Ec2DescribeVpcBlockPublicAccessOptions, Reason::Unrecognised)
                    .in_region(&region.name)
                    .saying(format!("mode {other}")),
            );
        }
    }
    let exclusions = match block.exclusions.get() {
        Ok(exclusions) => exclusions,
        Err(gap) => return Bounds::unknown(gap),
    };
    let own = exclusions.iter().filter(|exclusion| is_about(exclusion, vpc, subnet));
    own.map(|exclusion| exempt(exclusion, &region.name)).fold(Bounds::shut(), Bounds::or)
}

/// Whether an exclusion is about this subnet or its VPC.
fn is_about(exclusion: &Exclusion, vpc: Option<&str>, subnet: &str) -> bool {
    let id = exclusion.resource.rsplit('/').next().unwrap_or_default();
    id == subnet || Some(id) == vpc
}

/// The exclusions that let traffic in to a subnet of this load balancer.
pub(super) fn exclusions<'a>(index: &Index<'a>, lb: &LoadBalancer) -> Vec<&'a Exclusion> {
    let block = index.region().block_public_access.get();
    let all = block.and_then(|block| block.exclusions.get()).into_iter().flatten();
    all.filter(|exclusion| {
        let lets_in = *exempt(exclusion, "").lower() != Sources::none();
        lets_in && lb.subnets.iter().any(|subnet| is_about(exclusion, lb.vpc_id.as_deref(), subnet))
    })
    .collect()
}

/// Whether an exclusion lets traffic in. One that is being changed may or may not.
fn exempt(exclusion: &Exclusion, region: &str) -> Bounds {
    let (mode, state) = (exclusion.mode.as_str(), exclusion.state.as_deref());
    match (mode, state) {
        ("allow-egress", _)
        | (_, Some("create-failed" | "delete-complete" | "disable-complete")) => Bounds::shut(),
        ("allow-bidirectional", Some("create-complete" | "update-complete")) => Bounds::open(),
        _ => {
            let said = format!("exclusion {mode} in state {}", state.unwrap_or("missing"));
            Bounds::unknown(
                Gap::new(Call::Ec2DescribeVpcBlockPublicAccessExclusions, Reason::Unrecognised)
                    .in_region(region)
                    .of(&exclusion.resource)
                    .saying(said),
            )
        }
    }
}
