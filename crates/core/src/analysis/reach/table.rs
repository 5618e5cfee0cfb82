//! Where a route table sends what: the most specific route decides for each address.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ipnet::IpNet;

use super::ingress::entries;
use crate::analysis::index::Index;
use crate::inventory::{Route, RouteTable};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, is_private};

/// What a route may lead to beside the internet: NAT and egress-only gateways, other networks, hosts.
const ELSEWHERE: &[&str] = &["nat", "tgw", "pcx", "local", "eigw", "i", "lgw", "vgw"];

/// How a route leads to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
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
pub(super) struct Share<'a> {
    pub(super) route: &'a Route,
    pub(super) way: Way,
    /// What the route is about, or one entry of the prefix list that it names.
    pub(super) range: IpNet,
    /// What no other route is more specific about.
    pub(super) part: IpSet,
}

/// A table as addresses of one family see it.
#[derive(Default)]
pub(super) struct Shares<'a> {
    pub(super) all: Vec<Share<'a>>,
    /// Routes to a gateway by a prefix list that is unread.
    pub(super) lists: Vec<&'a Route>,
    /// Why it is not known whither some of them lead.
    pub(super) unclear: Option<Gap>,
    /// An unread prefix list that may lead more addresses to the internet.
    pub(super) gives: Option<Gap>,
    /// An unread prefix list that may lead addresses elsewhere.
    pub(super) takes: Option<Gap>,
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
    pub(super) fn of(index: &Index<'a>, table: &'a RouteTable, family: Family) -> Self {
        let mut shares = Shares::default();
        let mut claims = shares.claims(index, table, family);
        Self::clear_private(&mut claims);
        shares.settle(index, &mut claims);
        shares.divide(&claims);
        shares
    }

    /// All addresses that are led this way.
    pub(super) fn led(&self, way: Way) -> IpSet {
        let own = self.all.iter().filter(|share| share.way == way);
        own.fold(IpSet::None, |led, share| led.or(share.part.clone()))
    }

    /// All addresses that routes of this kind name, whatever is more specific.
    pub(super) fn named(&self, is_meant: impl Fn(&Share) -> bool) -> IpSet {
        let own = self.all.iter().filter(|share| is_meant(share));
        IpSet::from_ranges(own.map(|share| share.range).collect())
    }

    fn claims(
        &mut self,
        index: &Index<'a>,
        table: &'a RouteTable,
        family: Family,
    ) -> Vec<Claim<'a>> {
        let mut claims = Vec::new();
        for route in &table.routes {
            let way = way(route);
            let (ranges, is_list) = match route.destination.parse::<IpNet>() {
                Ok(range) => (vec![range], false),
                Err(_) => match entries(index, &route.destination) {
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
    fn settle(&mut self, index: &Index, claims: &mut Vec<Claim<'a>>) {
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
                    self.unclear.get_or_insert_with(|| unrecognised(index, said));
                }
                Some(_) => {}
            }
        }
        let odd = settled.iter().find(|claim| claim.way == Way::Unclear);
        if let Some(claim) = odd.filter(|_| self.unclear.is_none()) {
            self.unclear = Some(unrecognised(index, odd_words(claim.route)));
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

/// The first word of a target's id.
fn kind(route: &Route) -> &str {
    route.target.as_deref().unwrap_or_default().split('-').next().unwrap_or_default()
}

fn is_known(route: &Route) -> bool {
    let target = route.target.as_deref().unwrap_or_default();
    let kind = kind(route);
    ELSEWHERE.contains(&kind)
        || target.contains(":core-network/")
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

fn unrecognised(index: &Index, said: String) -> Gap {
    Gap::new(Call::Ec2DescribeRouteTables, Reason::Unrecognised)
        .in_region(&index.region().name)
        .saying(said)
}
