//! Who can reach a listener, and by what.

use crate::analysis::index::Index;
use crate::inventory::{
    BlockPublicAccess, IpAddressType, Kind, Listener, LoadBalancer, Region, Scheme, Transport,
    or_missing,
};
use crate::vocab::call::Call;
use crate::vocab::exposure::ExposureClass;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::net::{Family, IpSet, Level, Sources};

mod acl;
mod ingress;
mod fronting;
mod blocked_by;
mod explain;
mod firewall;
mod opening;
mod routes;
mod bounds;
mod target;

use bounds::Bounds;
pub use explain::ExposureTrace;
use fronting::FrontingNlb;
use ingress::{Flow, SecurityGroupIngress};
pub(crate) use ingress::{Port, entries};
pub(crate) use opening::Opening;
pub(crate) use routes::NO_GATEWAY;
use routes::{InternetRoutes, Road};
pub(crate) use target::{Origin, Source, everyone, interface_exposure, sources};

/// Who can open a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Exposure {
    /// Anyone on the internet; what lets them in, for example `0.0.0.0/0 in sg-1`.
    Internet(Vec<String>),
    /// Its addresses are public, but only these may connect.
    Restricted(Vec<String>),
    /// Its addresses are private.
    Internal,
    /// Its addresses are public and nobody can connect; what stands in the way.
    Blocked(String),
    /// A fact that decides is unread.
    Unknown(Gap),
}

impl Exposure {
    /// The answer without its evidence.
    #[must_use]
    pub fn class(&self) -> ExposureClass {
        match self {
            Exposure::Internet(_) => ExposureClass::Internet,
            Exposure::Restricted(_) => ExposureClass::Restricted,
            Exposure::Internal => ExposureClass::Internal,
            Exposure::Blocked(_) => ExposureClass::Blocked,
            Exposure::Unknown(_) => ExposureClass::Unknown,
        }
    }

    /// The sources that may connect, in words.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        match self {
            Exposure::Internet(sources) | Exposure::Restricted(sources) => sources,
            _ => &[],
        }
    }

    /// The widest of several: what might be open counts as wider than what is known to be narrow.
    #[must_use]
    pub fn widest(all: impl IntoIterator<Item = Exposure>) -> Option<Exposure> {
        let width = |exposure: &Exposure| match exposure {
            Exposure::Internal => 0,
            Exposure::Blocked(_) => 1,
            Exposure::Restricted(_) => 2,
            Exposure::Unknown(_) => 3,
            Exposure::Internet(_) => 4,
        };
        all.into_iter().max_by_key(width)
    }
}

/// Who can reach this listener.
#[must_use]
pub fn listener_exposure(region: &Region, lb: &LoadBalancer, listener: &Listener) -> Exposure {
    Reachability::new(&Index::new(None, region), lb).to(listener)
}

/// The ranges that a load balancer's security groups let in on a listener's port, as far as it has addresses
/// of their family; none where they name other groups, or there are none.
pub(crate) fn admitted<'a>(
    index: &'a Index<'a>,
    lb: &'a LoadBalancer,
    listener: &Listener,
) -> Result<Option<Vec<ipnet::IpNet>>, Gap> {
    let mut all = Vec::new();
    for flow in Port::of_listener(listener)?.flows() {
        match SecurityGroupIngress::from_groups(index, &lb.security_groups, flow).admitted()? {
            Some(ranges) => all.extend(ranges),
            None => return Ok(None),
        }
    }
    all.retain(|range| has_family(lb, Family::of_range(range)) != Ok(false));
    Ok(Some(all))
}

/// Whether clients may come to addresses of this family.
pub(crate) fn has_family(lb: &LoadBalancer, family: Family) -> Result<bool, Gap> {
    match (family, &lb.ip_address_type) {
        (Family::V4, Some(IpAddressType::DualstackWithoutPublicIpv4))
        | (Family::V6, None | Some(IpAddressType::Ipv4)) => Ok(false),
        (Family::V6, Some(other @ IpAddressType::Other(_))) => {
            Err(unexpected_value(lb, "address type", other))
        }
        _ => Ok(true),
    }
}

/// Who can reach this load balancer: the widest of its listeners, or of any port if it has none or they
/// are unread.
#[must_use]
pub fn load_balancer_exposure(region: &Region, lb: &LoadBalancer) -> Exposure {
    Reachability::new(&Index::new(None, region), lb).to_any()
}

/// The way to a load balancer, which its listeners share: scheme, address families and routes.
pub struct Reachability<'a> {
    index: &'a Index<'a>,
    lb: &'a LoadBalancer,
    side: Side<'a>,
}

/// On which side of the VPC's edge the addresses are.
enum Side<'a> {
    /// Of a load balancer that is reached from inside, or through its endpoints, alone.
    Inside,
    /// Of an internal one: its IPv6 addresses are public ones all the same.
    Edge(InternetRoutes<'a>),
    Outside(InternetRoutes<'a>),
    Unknown(Gap),
}

/// A transport of a port: who has a way to it, whom the security groups let in, and who passes both.
struct Entry<'a> {
    flow: Flow,
    by_route: Bounds,
    ingress: SecurityGroupIngress<'a>,
    bounds: Bounds,
    /// Whom words name of those who pass.
    named: Sources,
}

impl<'a> Reachability<'a> {
    /// Follows the routes once for all listeners of a load balancer.
    #[must_use]
    pub fn new(index: &'a Index<'a>, lb: &'a LoadBalancer) -> Self {
        let side = match (&lb.kind, &lb.scheme) {
            (Kind::Gateway, _) => Side::Inside,
            (Kind::Other(_), scheme) if *scheme != Some(Scheme::Internal) => {
                Side::Unknown(unexpected_value(lb, "a kind of load balancer", &lb.kind))
            }
            (_, Some(Scheme::Internal)) => match InternetRoutes::follow(index, lb) {
                routes if routes.is_public() => Side::Edge(routes),
                _ => Side::Inside,
            },
            (_, Some(Scheme::InternetFacing)) => Side::Outside(InternetRoutes::follow(index, lb)),
            (_, scheme) => {
                Side::Unknown(unexpected_value(lb, "scheme", or_missing(scheme.as_ref())))
            }
        };
        Reachability { index, lb, side }
    }

    /// Who can reach this listener.
    #[must_use]
    pub fn to(&self, listener: &Listener) -> Exposure {
        match Port::of_listener(listener) {
            Ok(port) => self.through(&port),
            Err(gap) => at_most(self.through(&Port::Any), gap),
        }
    }

    /// Who can reach any of the listeners. While they are unread, a port that someone can reach may be
    /// nobody's.
    #[must_use]
    pub fn to_any(&self) -> Exposure {
        self.widest(|port| self.through(port))
    }

    /// Who can reach any of the listeners by the load balancer's own addresses.
    pub(crate) fn by_itself(&self) -> Exposure {
        self.widest(|port| self.answer(&self.entries(port), &[], port))
    }

    /// Who can reach any of the listeners through load balancers in front.
    pub(crate) fn by_fronts(&self) -> Exposure {
        self.widest(|port| match fronting::find(self.index, self.lb, port) {
            none if none.is_empty() => Exposure::Internal,
            fronts => self.answer(&[], &fronts, port),
        })
    }

    /// Who can reach a listener by its own addresses of one family.
    pub(crate) fn by_family(&self, listener: &Listener, family: Family) -> Exposure {
        let port = match Port::of_listener(listener) {
            Ok(port) => port,
            Err(gap) => return Exposure::Unknown(gap),
        };
        let mut entries = self.entries(&port);
        for entry in &mut entries {
            entry.bounds = entry.bounds.clone().and(Bounds::exactly(Sources::only(family)));
            entry.named = entry.named.clone().and(Sources::only(family));
        }
        self.answer(&entries, &[], &port)
    }

    fn widest(&self, of: impl Fn(&Port) -> Exposure) -> Exposure {
        let to = |listener: &Listener| match Port::of_listener(listener) {
            Ok(port) => of(&port),
            Err(gap) => at_most(of(&Port::Any), gap),
        };
        match &self.lb.listeners {
            Fact::Known(listeners) => {
                Exposure::widest(listeners.iter().map(to)).unwrap_or_else(|| of(&Port::Any))
            }
            Fact::Unread(gap) => at_most(of(&Port::Any), gap.clone()),
        }
    }

    fn through(&self, port: &Port) -> Exposure {
        let fronts = fronting::find(self.index, self.lb, port);
        self.answer(&self.entries(port), &fronts, port)
    }

    fn answer(&self, entries: &[Entry], fronts: &[FrontingNlb], port: &Port) -> Exposure {
        if let Side::Unknown(gap) = &self.side {
            return Exposure::Unknown(gap.clone());
        }
        let all = entries.iter().map(|entry| &entry.bounds);
        let all = all.chain(fronts.iter().map(|fronting| &fronting.bounds));
        let whole = all.fold(Bounds::shut(), |whole, bounds| whole.or(bounds.clone()));
        match whole.decided() {
            Err(gap) => Exposure::Unknown(gap),
            Ok(Level::Blocked) => match &self.side {
                Side::Outside(routes) => {
                    Exposure::Blocked(blocked_by::first(routes, entries, port))
                }
                _ => Exposure::Internal,
            },
            Ok(level) => {
                let mut sources = self.sources(entries, fronts, level);
                if sources.is_empty() {
                    // Only several together reach so far.
                    sources = self.sources(entries, fronts, Level::Restricted);
                }
                match level {
                    Level::Internet => Exposure::Internet(sources),
                    _ => Exposure::Restricted(sources),
                }
            }
        }
    }

    /// Who reaches a port by the load balancer's own addresses.
    fn own(&self, port: &Port) -> Bounds {
        if let Side::Unknown(gap) = &self.side {
            return Bounds::unknown(gap.clone());
        }
        let entries = self.entries(port).into_iter();
        entries.fold(Bounds::shut(), |whole, entry| whole.or(entry.bounds))
    }

    fn entries(&self, port: &Port) -> Vec<Entry<'a>> {
        let routes = match &self.side {
            Side::Inside | Side::Unknown(_) => return Vec::new(),
            Side::Edge(routes) | Side::Outside(routes) => routes,
        };
        let entry = |flow| {
            let ingress =
                SecurityGroupIngress::from_groups(self.index, &self.lb.security_groups, flow);
            let road = routes.road(flow);
            let by_route = road.open.clone();
            let Road { mut open, mut named } = road.and(&ingress.bounds());
            if matches!(self.side, Side::Edge(_)) {
                (open, named) = (open.outsiders(), named.outsiders());
            }
            Entry { flow, by_route, ingress, bounds: open, named: named.lower().clone() }
        };
        port.flows().map(entry).collect()
    }

    /// The sources of those ways that are as open as this.
    fn sources(&self, entries: &[Entry], fronts: &[FrontingNlb], level: Level) -> Vec<String> {
        let own = entries.iter().filter(|entry| entry.bounds.lower().level() == level);
        let own = own.flat_map(|entry| entry.ingress.sources(&entry.named));
        let passed = fronts.iter().filter(|fronting| fronting.bounds.lower().level() == level);
        let passed = passed.flat_map(|fronting| self.passed(fronting));
        let mut sources: Vec<String> = own.chain(passed).collect();
        sources.sort();
        sources.dedup();
        sources
    }

    /// The sources that come through another load balancer: whichever of the two narrows names them.
    fn passed(&self, fronting: &FrontingNlb) -> Vec<String> {
        let Some(nlb) = fronting.nlb else { return Vec::new() };
        let who = fronting.bounds.lower();
        let is_narrowed = fronting.reach.lower().level() > who.level();
        let port = fronting.listener.and_then(|listener| Port::of_listener(listener).ok());
        let sources: Vec<String> = match port.filter(|_| !is_narrowed) {
            Some(port) => {
                let entries = Reachability::new(self.index, nlb).entries(&port);
                entries.iter().flat_map(|entry| entry.ingress.sources(who)).collect()
            }
            None => SecurityGroupIngress::from_groups(
                self.index,
                &self.lb.security_groups,
                fronting.flow,
            )
            .sources(who),
        };
        sources.into_iter().map(|source| format!("{source} through {}", nlb.name)).collect()
    }
}

/// Who can reach a port that is not known, given who can reach any: where somebody can, it may be another
/// one.
fn at_most(any: Exposure, gap: Gap) -> Exposure {
    match any {
        Exposure::Internet(_) | Exposure::Restricted(_) => Exposure::Unknown(gap),
        narrow => narrow,
    }
}

/// Whether a load balancer's scheme is `internal`.
pub(crate) fn is_internal(lb: &LoadBalancer) -> Result<bool, Gap> {
    match &lb.scheme {
        Some(Scheme::Internal) => Ok(true),
        Some(Scheme::InternetFacing) => Ok(false),
        other => Err(unexpected_value(lb, "scheme", or_missing(other.as_ref()))),
    }
}

/// The transports and the port of a listener.
pub(crate) fn transports_and_port(listener: &Listener) -> Result<(&'static [Transport], u16), Gap> {
    match Port::of_listener(listener)? {
        Port::One { transports, number } => Ok((transports, number)),
        Port::Any => Ok((&Transport::BOTH, 0)),
    }
}

/// Whether the internet has a route to a subnet of a load balancer, by addresses of this family.
pub(crate) fn leads_out(
    index: &Index,
    lb: &LoadBalancer,
    subnet: &str,
    family: Family,
) -> Result<bool, Gap> {
    routes::route(index, lb.vpc_id.as_deref(), subnet, family).open.lets_through()
}

/// Whether VPC Block Public Access keeps the internet from a subnet of a load balancer.
pub(crate) fn is_blocked(index: &Index, lb: &LoadBalancer, subnet: &str) -> Result<bool, Gap> {
    Ok(!routes::gate(index, lb.vpc_id.as_deref(), subnet).lets_through()?)
}

/// Whether the security groups of a load balancer admit anyone at all to a listener, by addresses that it has.
pub(crate) fn is_admitted(
    index: &Index,
    lb: &LoadBalancer,
    listener: &Listener,
) -> Result<bool, Gap> {
    let port = Port::of_listener(listener)?;
    let ingresses = port
        .flows()
        .map(|flow| SecurityGroupIngress::from_groups(index, &lb.security_groups, flow).bounds());
    let has = Family::BOTH.map(|family| {
        let whole = Bounds::exactly(Sources::from_family(family, IpSet::All));
        match has_family(lb, family) {
            Ok(true) => whole,
            Ok(false) => Bounds::shut(),
            Err(gap) => whole.perhaps(gap),
        }
    });
    let has = has.into_iter().fold(Bounds::shut(), Bounds::or);
    ingresses.fold(Bounds::shut(), Bounds::or).and(has).lets_through()
}

/// The block on public access that counts for a load balancer: that of the account whose VPC it is in.
pub(crate) fn block<'a>(
    index: &Index<'a>,
    lb: &LoadBalancer,
) -> Result<&'a BlockPublicAccess, Gap> {
    let subnet = lb.subnets.first().map_or("", String::as_str);
    routes::block(index, lb.vpc_id.as_deref(), subnet)
}

/// Whether security groups, and the network ACL of any subnet, let anyone with an address of a family in to a
/// listener, whatever routes say: from inside there always is one.
pub(crate) fn is_admitted_by(
    index: &Index,
    lb: &LoadBalancer,
    listener: &Listener,
    family: Family,
) -> Result<bool, Gap> {
    let port = Port::of_listener(listener)?;
    let admitted = port.flows().map(|flow| {
        let groups = SecurityGroupIngress::from_groups(index, &lb.security_groups, flow).bounds();
        let acl = |subnet: &String| acl::bounds(index, lb.vpc_id.as_deref(), subnet, flow);
        let acls = lb.subnets.iter().map(acl).reduce(Bounds::or).unwrap_or_else(Bounds::open);
        groups.and(acls)
    });
    let own = Bounds::exactly(Sources::from_family(family, IpSet::All));
    admitted.fold(Bounds::shut(), Bounds::or).and(own).lets_through()
}

/// The IPv4 addresses to which the network ACL of a subnet lets connections of TCP out at a port, and answers in.
pub(crate) fn let_out_by_acl(
    index: &Index,
    vpc: Option<&str>,
    subnet: &str,
    port: u16,
) -> Result<IpSet, Gap> {
    let out = acl::outgoing(index, index.network_acl(subnet, vpc)?, port);
    out.exact().map(|who| who.part(Family::V4).clone())
}

fn unexpected_value(lb: &LoadBalancer, what: &str, value: impl std::fmt::Display) -> Gap {
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    Gap::new(call, Reason::Unrecognised).of(&lb.arn).saying(format!("{what} {value}"))
}
