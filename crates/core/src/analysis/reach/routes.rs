//! Whether the internet has a way to the subnets of a load balancer.

use super::bounds::Bounds;
use super::ingress::Flow;
use super::{acl, firewall};
use crate::analysis::index::Index;
use crate::analysis::route_table::{Routing, Share, Way};
use crate::inventory::{BlockPublicAccess, Exclusion, LoadBalancer, Route, Scheme};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, Sources};

/// The ways from the internet to a load balancer's own addresses.
pub(super) struct InternetRoutes<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) lb: &'a LoadBalancer,
    /// The families of address that are public ones.
    pub(super) public: Bounds,
    /// How far the routes of each subnet and the block on public access leave a way.
    pub(super) subnets: Vec<(&'a str, Road)>,
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
            let gate = gate(index, lb.vpc_id.as_deref(), subnet);
            (subnet.as_str(), Road::any(routes).and(&gate))
        });
        InternetRoutes { index, lb, subnets: subnets.collect(), public }
    }

    /// Whether it may have a public address.
    pub(super) fn is_public(&self) -> bool {
        *self.public.upper() != Sources::none()
    }

    /// Who reaches a node, whatever the network ACLs say. One subnet with a way in is enough.
    pub(super) fn by_route(&self) -> Bounds {
        self.sum(|_, way| way.clone()).open
    }

    /// Who reaches a node on this port.
    pub(super) fn road(&self, flow: Flow) -> Road {
        self.sum(|subnet, way| {
            if *way.open.upper() == Sources::none() {
                return Road::shut();
            }
            way.clone().and(&acl::bounds(self.index, self.lb.vpc_id.as_deref(), subnet, flow))
        })
    }

    fn sum(&self, way: impl Fn(&str, &Road) -> Road) -> Road {
        if self.lb.is_outside_vpc() {
            // Before there were VPCs there was nothing between the internet and a load balancer.
            return Road::both(self.public.clone());
        }
        if self.lb.subnets.is_empty() {
            let gap = super::unexpected_value(self.lb, "subnets", "missing");
            return Road::both(self.public.clone().and(Bounds::unknown(gap)));
        }
        let ways = self.subnets.iter().map(|(subnet, open)| way(subnet, open));
        Road::any(ways).and(&self.public)
    }
}

/// The attribute that keeps traffic of internet gateways from IPv6 addresses, which are always public.
pub(crate) const NO_GATEWAY: &str = "ipv6.deny_all_igw_traffic";

fn is_internal(lb: &LoadBalancer) -> bool {
    lb.scheme == Some(Scheme::Internal)
}

/// Whether its addresses of a family are public.
fn public(lb: &LoadBalancer, family: Family) -> Bounds {
    let whole = Bounds::exactly(Sources::from_family(family, IpSet::All));
    match (super::has_family(lb, family), family) {
        (Ok(false), _) => Bounds::shut(),
        (Err(gap), _) => whole.and(Bounds::unknown(gap)),
        (Ok(true), Family::V4) if is_internal(lb) => Bounds::shut(),
        (Ok(true), Family::V4) => whole,
        (Ok(true), Family::V6) => {
            // Source: Elastic Load Balancing user guides, load-balancer attributes.
            let default = if is_internal(lb) { "true" } else { "false" };
            match lb.attribute(NO_GATEWAY, default).as_deref() {
                Ok("true") => Bounds::shut(),
                Ok("false") => whole,
                Ok(other) => whole.and(Bounds::unknown(lb.unknown_attribute(NO_GATEWAY, other))),
                Err(gap) => whole.and(Bounds::unknown(gap.clone())),
            }
        }
    }
}

/// How far a way leads to the internet, and whom words name of those who have it.
#[derive(Clone)]
pub(super) struct Road {
    /// Who has the way.
    pub(super) open: Bounds,
    /// The same with the addresses of the inside, which the internet does not have: routes lead elsewhere to
    /// them, and rules about them are named as they stand.
    pub(super) named: Bounds,
}

impl Road {
    fn shut() -> Self {
        Road { open: Bounds::shut(), named: Bounds::shut() }
    }

    fn both(bounds: Bounds) -> Self {
        Road { open: bounds.clone(), named: bounds }
    }

    pub(super) fn and(self, bounds: &Bounds) -> Self {
        Road { open: self.open.and(bounds.clone()), named: self.named.and(bounds.clone()) }
    }

    pub(super) fn or(self, other: Road) -> Self {
        Road { open: self.open.or(other.open), named: self.named.or(other.named) }
    }

    /// By whichever of these.
    pub(super) fn any(roads: impl Iterator<Item = Road>) -> Self {
        roads.fold(Road::shut(), Road::or)
    }
}

/// How far the subnet's routes lead to the internet: an internet gateway, or an endpoint or interface
/// that inspects what comes from one.
pub(super) fn route(index: &Index, vpc: Option<&str>, subnet: &str, family: Family) -> Road {
    let whole = Bounds::exactly(Sources::from_family(family, IpSet::All));
    let routing = match index.routing(subnet, vpc) {
        Ok(routing) => routing,
        Err(gap) => return Road::both(whole.and(Bounds::unknown(gap))),
    };
    let (led, kept) = (routing.led(family), firewall::kept(index, routing, subnet, family));
    let sources = |part: &IpSet| Sources::from_family(family, part.clone().minus(&kept.shut));
    let open = match led.gap.as_ref().or(kept.gap.as_ref()) {
        Some(gap) => {
            let lower = led.lower.clone().minus(&kept.doubtful);
            Bounds::between(sources(&lower), sources(&led.upper), gap.clone())
        }
        None => Bounds::exactly(sources(&led.lower)),
    };
    Road { open, named: Bounds::exactly(sources(&led.named)) }
}

/// The routes of a table that lead to the internet.
pub(super) fn outward<'a>(routing: &Routing<'a>) -> Vec<&'a Route> {
    let mut found: Vec<&Route> = Vec::new();
    for family in Family::BOTH {
        let shares = routing.shares(family);
        let leads_out = |share: &&Share| match share.way {
            Way::Gateway => !share.part.is_empty(),
            // An interface or endpoint of a part of the network leads inside.
            Way::Inspected => share.range.prefix_len() == 0 && !share.part.is_empty(),
            Way::Elsewhere | Way::Unclear => false,
        };
        found.extend(shares.all.iter().filter(leads_out).map(|share| share.route));
        found.extend(&shares.lists);
    }
    let is_found = |route: &&Route| found.iter().any(|one| std::ptr::eq(*one, *route));
    routing.table.routes.iter().filter(is_found).collect()
}

/// The block on public access that counts for a subnet: that of the account whose VPC it is in.
pub(super) fn block<'a>(
    index: &Index<'a>,
    vpc: Option<&str>,
    subnet: &str,
) -> Result<&'a BlockPublicAccess, Gap> {
    let call = Call::Ec2DescribeVpcBlockPublicAccessOptions;
    index.of_owner((vpc, subnet), call, |region| &region.block_public_access)
}

/// Whether VPC Block Public Access lets anything into the subnet.
pub(super) fn gate(index: &Index, vpc: Option<&str>, subnet: &str) -> Bounds {
    let region = index.region();
    let block = match block(index, vpc, subnet) {
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
    let Some(first) = lb.subnets.first() else { return Vec::new() };
    // A VPC, and every subnet in it, is one account's.
    let block = block(index, lb.vpc_id.as_deref(), first);
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
