//! Whether the internet has a way to the subnets of a load balancer.

use ipnet::IpNet;

use super::addresses::{self, Family};
use super::door::entries;
use super::span::{Level, Span};
use crate::call::Call;
use crate::fact::{Gap, Reason};
use crate::inventory::{Exclusion, Index, LoadBalancer, Route};

/// The families of address that the load balancer may have public ones of, and how far the way to them
/// is open.
pub(super) fn families(index: &Index, lb: &LoadBalancer) -> Vec<(Family, Span)> {
    let all = [(Family::V4, public_v4(lb)), (Family::V6, public_v6(lb))];
    let way = |(family, public): (Family, Span)| {
        (public.at_most() > Level::Blocked)
            .then(|| (family, public.and(subnets(index, lb, family))))
    };
    all.into_iter().filter_map(way).collect()
}

/// The attribute that keeps traffic of internet gateways from IPv6 addresses, which are always public.
const NO_GATEWAY: &str = "ipv6.deny_all_igw_traffic";
/// What a route may lead to beside the internet: NAT and egress-only gateways, other networks, hosts.
const ELSEWHERE: &[&str] = &["nat", "tgw", "pcx", "local", "eigw", "i", "lgw", "vgw"];

fn is_internal(lb: &LoadBalancer) -> bool {
    lb.scheme.as_deref() == Some("internal")
}

fn public_v4(lb: &LoadBalancer) -> Span {
    match lb.ip_address_type.as_deref() {
        _ if is_internal(lb) => Span::exactly(Level::Blocked),
        Some("dualstack-without-public-ipv4") => Span::exactly(Level::Blocked),
        _ => Span::exactly(Level::Internet),
    }
}

fn public_v6(lb: &LoadBalancer) -> Span {
    match lb.ip_address_type.as_deref() {
        None | Some("ipv4") => Span::exactly(Level::Blocked),
        Some("dualstack" | "dualstack-without-public-ipv4") => {
            // Source: Elastic Load Balancing user guides, load-balancer attributes.
            let default = if is_internal(lb) { "true" } else { "false" };
            match lb.attribute(NO_GATEWAY, default).as_deref() {
                Ok("true") => Span::exactly(Level::Blocked),
                Ok("false") => Span::exactly(Level::Internet),
                Ok(other) => Span::hidden(lb.unknown_attribute(NO_GATEWAY, other)),
                Err(gap) => Span::hidden(gap.clone()),
            }
        }
        Some(other) => Span::hidden(super::odd(lb, "address type", other)),
    }
}

/// One subnet with a way in is enough.
fn subnets(index: &Index, lb: &LoadBalancer, family: Family) -> Span {
    if lb.subnets.is_empty() {
        return Span::hidden(super::odd(lb, "subnets", "missing"));
    }
    let vpc = lb.vpc_id.as_deref();
    let way = |subnet: &String| to_subnet(index, vpc, subnet, family);
    lb.subnets.iter().map(way).fold(Span::exactly(Level::Blocked), Span::or)
}

/// How far a subnet is open to the internet's side of its VPC, by routes and by the block on public access.
pub(super) fn to_subnet(index: &Index, vpc: Option<&str>, subnet: &str, family: Family) -> Span {
    route(index, vpc, subnet, family).and(gate(index, vpc, subnet))
}

/// How far the subnet's routes lead to the internet: an internet gateway, or an endpoint or interface
/// that inspects what comes from one.
fn route(index: &Index, vpc: Option<&str>, subnet: &str, family: Family) -> Span {
    let table = match index.route_table(subnet, vpc) {
        Ok(table) => table,
        Err(gap) => return Span::hidden(gap),
    };
    let mut gateway: Vec<IpNet> = Vec::new();
    let mut inspected: Vec<IpNet> = Vec::new();
    let mut hidden = None;
    for route in table.routes.iter().filter(|route| is_live(route)) {
        let target = route.target.as_deref().unwrap_or_default();
        let to_list = route.destination.starts_with("pl-");
        let found = match target.split('-').next() {
            // A carrier gateway leads to the internet through a telecommunication network.
            Some("igw" | "cagw") => &mut gateway,
            // A route to a prefix list is how a gateway endpoint of S3 or DynamoDB is reached.
            Some("vpce" | "eni") if !to_list => &mut inspected,
            _ => {
                hidden = hidden.or_else(|| odd_target(index, route, family));
                continue;
            }
        };
        match destination(index, route) {
            Ok(ranges) => found.extend(ranges.iter().filter(|range| family.has(range))),
            Err(gap) => hidden = hidden.or(Some(gap)),
        }
    }
    let partial = !gateway.is_empty();
    gateway.extend(inspected);
    let level = match (addresses::cover(family, &gateway), partial) {
        (true, _) => Level::Internet,
        (false, true) => Level::Restricted, // answers find their way to some addresses
        (false, false) => Level::Blocked,
    };
    let known = Span::exactly(level);
    hidden.map_or(known.clone(), |gap| known.or(Span::hidden(gap)))
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

fn is_live(route: &Route) -> bool {
    route.state.as_deref() != Some("blackhole")
}

fn destination(index: &Index, route: &Route) -> Result<Vec<IpNet>, Gap> {
    match route.destination.parse() {
        Ok(range) => Ok(vec![range]),
        Err(_) => entries(index, &route.destination).map(<[IpNet]>::to_vec),
    }
}

/// Whether VPC Block Public Access lets anything into the subnet.
fn gate(index: &Index, vpc: Option<&str>, subnet: &str) -> Span {
    let region = index.region();
    let block = match region.block_public_access.get() {
        Ok(block) => block,
        Err(gap) => return Span::hidden(gap),
    };
    match block.mode.as_str() {
        "off" => return Span::exactly(Level::Internet),
        "block-bidirectional" | "block-ingress" => {}
        other => {
            return Span::hidden(
                Gap::new(Call::Ec2DescribeVpcBlockPublicAccessOptions, Reason::Unrecognised)
                    .in_region(&region.name)
                    .saying(format!("mode {other}")),
            );
        }
    }
    let exclusions = match block.exclusions.get() {
        Ok(exclusions) => exclusions,
        Err(gap) => return Span::hidden(gap),
    };
    let about = |exclusion: &&Exclusion| {
        let id = exclusion.resource.rsplit('/').next().unwrap_or_default();
        id == subnet || Some(id) == vpc
    };
    let own = exclusions.iter().filter(about).map(|exclusion| exempt(exclusion, &region.name));
    own.fold(Span::exactly(Level::Blocked), Span::or)
}

/// Whether an exclusion lets traffic in. One that is being changed may or may not.
fn exempt(exclusion: &Exclusion, region: &str) -> Span {
    let (mode, state) = (exclusion.mode.as_str(), exclusion.state.as_deref());
    match (mode, state) {
        ("allow-egress", _)
        | (_, Some("create-failed" | "delete-complete" | "disable-complete")) => {
            Span::exactly(Level::Blocked)
        }
        ("allow-bidirectional", Some("create-complete" | "update-complete")) => {
            Span::exactly(Level::Internet)
        }
        _ => {
            let said = format!("exclusion {mode} in state {}", state.unwrap_or("missing"));
            Span::hidden(
                Gap::new(Call::Ec2DescribeVpcBlockPublicAccessExclusions, Reason::Unrecognised)
                    .in_region(region)
                    .of(&exclusion.resource)
                    .saying(said),
            )
        }
    }
}

/// Why there is no way in.
pub(super) fn obstacle(index: &Index, lb: &LoadBalancer) -> String {
    if families(index, lb).is_empty() {
        return "ipv6.deny_all_igw_traffic, and no public IPv4 address".to_owned();
    }
    let routed = |family| {
        let vpc = lb.vpc_id.as_deref();
        let levels = lb.subnets.iter().map(|subnet| route(index, vpc, subnet, family).at_most());
        levels.max().unwrap_or(Level::Blocked)
    };
    if routed(Family::V4).max(routed(Family::V6)) > Level::Blocked {
        return match index.region().block_public_access.get() {
            Ok(block) if block.mode != "off" => format!("VPC Block Public Access: {}", block.mode),
            _ => "no route to an internet gateway for the addresses it has".to_owned(),
        };
    }
    "no subnet has a route to an internet gateway".to_owned()
}
