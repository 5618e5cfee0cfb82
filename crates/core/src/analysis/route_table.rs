//! Where a route table sends what: the most specific route decides for each address.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::inventory::{Region, Route, RouteTable};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, is_private, private};

/// What a route may lead to beside the internet: NAT and egress-only gateways, other networks, hosts.
const ELSEWHERE: &[&str] = &["nat", "tgw", "pcx", "local", "eigw", "i", "lgw", "vgw"];

/// How a route leads to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By a gateway.
    Gateway,
    /// By an endpoint or interface that inspects what comes from a gateway.
    Inspected,
    /// Not at all: to another network, or into a black hole.
    Elsewhere,
    /// It is not known how.
    Unclear,
}

/// The addresses for which a route of a table decides.
pub(crate) struct Share<'a> {
    pub(crate) route: &'a Route,
    pub(crate) way: Way,
    /// What the route is about, or one entry of the prefix list that it names.
    pub(crate) range: IpNet,
    /// What no other route is more specific about.
    pub(crate) part: IpSet,
}

/// A table as addresses of one family see it.
#[derive(Default)]
pub(crate) struct Shares<'a> {
    pub(crate) all: Vec<Share<'a>>,
    /// Routes to a gateway by a prefix list that is unread.
    pub(crate) lists: Vec<&'a Route>,
    /// Why it is not known whither some of them lead.
    pub(crate) unclear: Option<Gap>,
    /// An unread prefix list that may lead more addresses to the internet.
    pub(crate) gives: Option<Gap>,
    /// An unread prefix list that may lead addresses elsewhere.
    pub(crate) takes: Option<Gap>,
}

/// A route table, and what it comes to.
pub(crate) struct Routing<'a> {
    pub(crate) table: &'a RouteTable,
    shares: [Shares<'a>; 2],
    led: [Led; 2],
}

/// The addresses of one family that have a way to the internet.
pub(crate) struct Led {
    /// Certainly.
    pub(crate) lower: IpSet,
    /// Possibly.
    pub(crate) upper: IpSet,
    /// With the addresses of the inside, which the internet does not have: routes lead elsewhere to them, and
    /// rules about them are named as they stand.
    pub(crate) named: IpSet,
    /// What lies between.
    pub(crate) gap: Option<Gap>,
}

impl<'a> Routing<'a> {
    /// Reads a table once for all subnets that have it.
    pub(crate) fn of(region: &'a Region, table: &'a RouteTable) -> Self {
        let shares = Family::BOTH.map(|family| Shares::of(region, table, family));
        let [v4, v6] = &shares;
        let led = [v4.outcome(Family::V4), v6.outcome(Family::V6)];
        Routing { table, shares, led }
    }

    /// The addresses of a family that have a way to the internet.
    pub(crate) fn led(&self, family: Family) -> &Led {
        let [v4, v6] = &self.led;
        if family == Family::V4 { v4 } else { v6 }
    }

    /// What each of its routes decides of a family.
    pub(crate) fn shares(&self, family: Family) -> &Shares<'a> {
        let [v4, v6] = &self.shares;
        if family == Family::V4 { v4 } else { v6 }
    }
}

/// One destination of a route.
struct Claim<'a> {
    route: &'a Route,
    way: Way,
    /// Of equally specific ones the lowest decides: static routes, prefix lists, and what a virtual private
    /// gateway announces. Source: Amazon VPC user guide, route priority.
    rank: u8,
    range: IpNet,
}

impl<'a> Shares<'a> {
    /// What each route of a table decides of a family.
    pub(crate) fn of(region: &'a Region, table: &'a RouteTable, family: Family) -> Self {
        let mut shares = Shares::default();
        let mut claims = shares.claims(region, table, family);
        Self::clear_private(&mut claims);
        shares.settle(region, &mut claims);
        shares.divide(&claims);
        shares
    }

    /// How far they lead to the internet together.
    fn outcome(&self, family: Family) -> Led {
        let (gateway, inspected) = (self.led(Way::Gateway), self.led(Way::Inspected));
        let upper = match &self.gives {
            Some(_) => IpSet::All,
            None => gateway.clone().or(self.led(Way::Unclear)),
        };
        let upper = answered(upper, inspected.clone());
        let lower = match &self.takes {
            Some(_) => IpSet::None,
            None => answered(gateway, inspected),
        };
        let inside = |share: &Share| share.route.target.as_deref() == Some("local");
        let inside = private(family).or(self.named(inside));
        let by = |way: Way| self.named(|share: &Share| share.way == way);
        let named = answered(by(Way::Gateway), by(Way::Inspected)).and(inside).or(lower.clone());
        let gap = self.gives.as_ref().or(self.takes.as_ref()).or(self.unclear.as_ref());
        Led { lower, upper, named, gap: gap.cloned() }
    }

    /// All addresses that are led this way.
    pub(crate) fn led(&self, way: Way) -> IpSet {
        let own = self.all.iter().filter(|share| share.way == way);
        own.fold(IpSet::None, |led, share| led.or(share.part.clone()))
    }

    /// All addresses that routes of this kind name, whatever is more specific.
    pub(crate) fn named(&self, is_meant: impl Fn(&Share) -> bool) -> IpSet {
        let own = self.all.iter().filter(|share| is_meant(share));
        IpSet::from_ranges(own.map(|share| share.range).collect())
    }

    fn claims(
        &mut self,
        region: &'a Region,
        table: &'a RouteTable,
        family: Family,
    ) -> Vec<Claim<'a>> {
        let mut claims = Vec::new();
        for route in &table.routes {
            let way = way(route);
            let (ranges, is_list) = match route.destination.parse::<IpNet>() {
                Ok(range) => (vec![range], false),
                Err(_) => match region.prefix_list(&route.destination) {
                    Ok(ranges) => (ranges.to_vec(), true),
                    Err(gap) => {
                        self.unread_list(route, way, gap);
                        continue;
                    }
                },
            };
            let rank = match kind(route) {
                "vgw" => 2,
                _ => u8::from(is_list),
            };
            let own = ranges.into_iter().filter(|range| family.has(range));
            claims.extend(own.map(|range| Claim { route, way, rank, range: range.trunc() }));
        }
        claims
    }

    /// A list that may hold any address. What AWS's gateway endpoints are for are the addresses of its own
    /// services, which are nobody's clients.
    fn unread_list(&mut self, route: &'a Route, way: Way, gap: Gap) {
        if way == Way::Gateway {
            self.lists.push(route);
        }
        if matches!(way, Way::Gateway | Way::Unclear) {
            self.gives.get_or_insert_with(|| gap.clone());
        }
        if matches!(way, Way::Elsewhere | Way::Unclear) && kind(route) != "vpce" {
            self.takes.get_or_insert(gap);
        }
    }

    /// What leads to private addresses alone leads inside, whatever it is.
    fn clear_private(claims: &mut [Claim]) {
        let is_odd = |claim: &Claim| claim.way == Way::Unclear && !is_known(claim.route);
        let odd = claims.iter().filter(|claim| is_odd(claim));
        let odd = IpSet::from_ranges(odd.map(|claim| claim.range).collect());
        for claim in claims.iter_mut().filter(|claim| is_odd(claim)) {
            if odd.around(&claim.range).is_some_and(|whole| is_private(&whole)) {
                claim.way = Way::Elsewhere;
            }
        }
    }

    /// Of equally specific destinations one is left, the first by rank. Which of several prefix lists comes
    /// first nobody can tell.
    fn settle(&mut self, region: &Region, claims: &mut Vec<Claim<'a>>) {
        claims.sort_by_key(|claim| (Reverse(claim.range.prefix_len()), claim.range, claim.rank));
        let mut first: BTreeMap<IpNet, usize> = BTreeMap::new();
        let mut settled: Vec<Claim> = Vec::with_capacity(claims.len());
        for claim in claims.drain(..) {
            match first.get(&claim.range).and_then(|place| settled.get_mut(*place)) {
                None => {
                    first.insert(claim.range, settled.len());
                    settled.push(claim);
                }
                Some(other) if other.rank == claim.rank && other.way != claim.way => {
                    other.way = Way::Unclear;
                    let said = format!("two routes to {}", claim.range);
                    self.unclear.get_or_insert_with(|| unrecognised(region, said));
                }
                Some(_) => {}
            }
        }
        let odd = settled.iter().find(|claim| claim.way == Way::Unclear);
        if let Some(claim) = odd.filter(|_| self.unclear.is_none()) {
            self.unclear = Some(unrecognised(region, odd_words(claim.route)));
        }
        *claims = settled;
    }

    /// Takes the destinations in turn, the most specific first.
    fn divide(&mut self, claims: &[Claim<'a>]) {
        let mut decided = IpSet::None;
        let is_as_long =
            |one: &Claim, other: &Claim| one.range.prefix_len() == other.range.prefix_len();
        for chunk in claims.chunk_by(is_as_long) {
            for Claim { route, way, range, .. } in chunk {
                let part = IpSet::from_ranges(vec![*range]).minus(&decided);
                self.all.push(Share { route, way: *way, range: *range, part });
            }
            decided = decided.or(IpSet::from_ranges(chunk.iter().map(|one| one.range).collect()));
        }
    }
}

/// Without a way to everywhere, answers find their way to some addresses by a gateway alone: an interface or
/// endpoint of a part of the network leads inside.
fn answered(gateway: IpSet, inspected: IpSet) -> IpSet {
    let both = gateway.clone().or(inspected);
    if both.is_internet() { both } else { gateway }
}

/// The first word of a target's id.
fn kind(route: &Route) -> &str {
    route.target.as_deref().unwrap_or_default().split('-').next().unwrap_or_default()
}

fn is_known(route: &Route) -> bool {
    let target = route.target.as_deref().unwrap_or_default();
    let kind = kind(route);
    ELSEWHERE.contains(&kind)
        || [":core-network/", ":odb-network/"].iter().any(|network| target.contains(network))
        || matches!(kind, "igw" | "cagw" | "vpce" | "eni")
}

/// How a route leads to the internet if what comes by it arrives.
fn aim(route: &Route) -> Way {
    match kind(route) {
        // A carrier gateway leads to the internet through a telecommunication network.
        "igw" | "cagw" => Way::Gateway,
        // A route to a prefix list is how a gateway endpoint of S3 or DynamoDB is reached.
        "vpce" | "eni" if !route.destination.starts_with("pl-") => Way::Inspected,
        _ if is_known(route) => Way::Elsewhere,
        _ => Way::Unclear,
    }
}

fn way(route: &Route) -> Way {
    match (route.state.as_deref(), aim(route)) {
        (Some("blackhole"), _) | (Some(_), Way::Elsewhere) => Way::Elsewhere,
        (None | Some("active"), aim) => aim,
        (Some(_), _) => Way::Unclear,
    }
}

fn odd_words(route: &Route) -> String {
    let target = route.target.as_deref().unwrap_or_default();
    match route.state.as_deref() {
        Some(state) if is_known(route) => {
            format!("route to {} in state {state}", route.destination)
        }
        _ => format!("route target {target}"),
    }
}

fn unrecognised(region: &Region, said: String) -> Gap {
    Gap::new(Call::Ec2DescribeRouteTables, Reason::Unrecognised)
        .in_region(&region.name)
        .saying(said)
}
