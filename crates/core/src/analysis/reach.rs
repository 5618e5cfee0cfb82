//! Who can reach a listener, and by what.

use crate::analysis::index::Index;
use crate::inventory::{Kind, Listener, LoadBalancer, Region};
use crate::vocab::call::Call;
use crate::vocab::exposure::ExposureClass;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::net::{Addresses, Family, Level};

mod acl;
mod door;
mod front;
mod obstacle;
mod proof;
mod road;
mod span;
mod target;

pub(crate) use door::Port;
use door::{Door, Knock};
use front::Front;
pub use proof::Proof;
use road::Roads;
use span::Span;
pub(crate) use target::{Origin, of_interface, sources};

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
pub fn of_listener(region: &Region, lb: &LoadBalancer, listener: &Listener) -> Exposure {
    Approach::new(&Index::new(None, region), lb).to(listener)
}

/// The ranges that a load balancer's security groups let in on a listener's port; none where they name
/// other groups, or there are none.
pub(crate) fn admitted<'a>(
    index: &'a Index<'a>,
    lb: &'a LoadBalancer,
    listener: &Listener,
) -> Result<Option<Vec<ipnet::IpNet>>, Gap> {
    let mut all = Vec::new();
    for knock in Port::of(listener)?.knocks() {
        match Door::of(index, &lb.security_groups, knock).admitted()? {
            Some(ranges) => all.extend(ranges),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Who can reach this load balancer: the widest of its listeners, or of any port if it has none or they
/// are unread.
#[must_use]
pub fn of_load_balancer(region: &Region, lb: &LoadBalancer) -> Exposure {
    Approach::new(&Index::new(None, region), lb).to_any()
}

/// The way to a load balancer, which its listeners share: scheme, address families and routes.
pub struct Approach<'a> {
    index: &'a Index<'a>,
    lb: &'a LoadBalancer,
    side: Side<'a>,
}

/// On which side of the VPC's edge the addresses are.
enum Side<'a> {
    /// Of a load balancer that is reached from inside, or through its endpoints, alone.
    Inside,
    /// Of an internal one: its IPv6 addresses are public ones all the same.
    Edge(Roads<'a>),
    Outside(Roads<'a>),
    Unknown(Gap),
}

/// A transport of a port: who has a way to it, whom the security groups let in, and who passes both.
struct Entry<'a> {
    knock: Knock,
    road: Span,
    door: Door<'a>,
    span: Span,
}

impl<'a> Approach<'a> {
    /// Follows the routes once for all listeners of a load balancer.
    #[must_use]
    pub fn new(index: &'a Index<'a>, lb: &'a LoadBalancer) -> Self {
        let side = match (&lb.kind, lb.scheme.as_deref()) {
            (Kind::Gateway, _) => Side::Inside,
            (Kind::Other(_), scheme) if scheme != Some("internal") => {
                Side::Unknown(odd(lb, "a kind of load balancer", &lb.kind))
            }
            (_, Some("internal")) => match Roads::of(index, lb) {
                roads if roads.is_public() => Side::Edge(roads),
                _ => Side::Inside,
            },
            (_, Some("internet-facing")) => Side::Outside(Roads::of(index, lb)),
            (_, scheme) => Side::Unknown(odd(lb, "scheme", scheme.unwrap_or("missing"))),
        };
        Approach { index, lb, side }
    }

    /// Who can reach this listener.
    #[must_use]
    pub fn to(&self, listener: &Listener) -> Exposure {
        match Port::of(listener) {
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
        self.widest(|port| match front::of(self.index, self.lb, port) {
            none if none.is_empty() => Exposure::Internal,
            fronts => self.answer(&[], &fronts, port),
        })
    }

    /// Who can reach a listener by its own addresses of one family.
    pub(crate) fn by_family(&self, listener: &Listener, family: Family) -> Exposure {
        let port = match Port::of(listener) {
            Ok(port) => port,
            Err(gap) => return Exposure::Unknown(gap),
        };
        let mut entries = self.entries(&port);
        for entry in &mut entries {
            entry.span = entry.span.clone().and(Span::exactly(Addresses::only(family)));
        }
        self.answer(&entries, &[], &port)
    }

    fn widest(&self, of: impl Fn(&Port) -> Exposure) -> Exposure {
        let to = |listener: &Listener| match Port::of(listener) {
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
        let fronts = front::of(self.index, self.lb, port);
        self.answer(&self.entries(port), &fronts, port)
    }

    fn answer(&self, entries: &[Entry], fronts: &[Front], port: &Port) -> Exposure {
        if let Side::Unknown(gap) = &self.side {
            return Exposure::Unknown(gap.clone());
        }
        let all = entries.iter().map(|entry| &entry.span);
        let all = all.chain(fronts.iter().map(|front| &front.span));
        let whole = all.fold(Span::shut(), |whole, span| whole.or(span.clone()));
        match whole.decided() {
            Err(gap) => Exposure::Unknown(gap),
            Ok(Level::Blocked) => match &self.side {
                Side::Outside(roads) => Exposure::Blocked(obstacle::of(roads, entries, port)),
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
    fn own(&self, port: &Port) -> Span {
        if let Side::Unknown(gap) = &self.side {
            return Span::hidden(gap.clone());
        }
        let entries = self.entries(port).into_iter();
        entries.fold(Span::shut(), |whole, entry| whole.or(entry.span))
    }

    fn entries(&self, port: &Port) -> Vec<Entry<'a>> {
        let roads = match &self.side {
            Side::Inside | Side::Unknown(_) => return Vec::new(),
            Side::Edge(roads) | Side::Outside(roads) => roads,
        };
        let entry = |knock| {
            let (road, door) =
                (roads.span(knock), Door::of(self.index, &self.lb.security_groups, knock));
            let span = road.clone().and(door.span());
            let is_edge = matches!(self.side, Side::Edge(_));
            let span = if is_edge { span.outsiders() } else { span };
            Entry { knock, road, door, span }
        };
        port.knocks().map(entry).collect()
    }

    /// The sources of those ways that are as open as this.
    fn sources(&self, entries: &[Entry], fronts: &[Front], level: Level) -> Vec<String> {
        let own = entries.iter().filter(|entry| entry.span.least().level() == level);
        let own = own.flat_map(|entry| entry.door.sources(entry.span.least()));
        let passed = fronts.iter().filter(|front| front.span.least().level() == level);
        let passed = passed.flat_map(|front| self.passed(front));
        let mut sources: Vec<String> = own.chain(passed).collect();
        sources.sort();
        sources.dedup();
        sources
    }

    /// The sources that come through another load balancer: whichever of the two narrows names them.
    fn passed(&self, front: &Front) -> Vec<String> {
        let Some(nlb) = front.nlb else { return Vec::new() };
        let who = front.span.least();
        let is_narrowed = front.reach.least().level() > who.level();
        let port = front.listener.and_then(|listener| Port::of(listener).ok());
        let sources: Vec<String> = match port.filter(|_| !is_narrowed) {
            Some(port) => {
                let entries = Approach::new(self.index, nlb).entries(&port);
                entries.iter().flat_map(|entry| entry.door.sources(who)).collect()
            }
            None => Door::of(self.index, &self.lb.security_groups, front.knock).sources(who),
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
    match lb.scheme.as_deref() {
        Some("internal") => Ok(true),
        Some("internet-facing") => Ok(false),
        other => Err(odd(lb, "scheme", other.unwrap_or("missing"))),
    }
}

/// The transports and the port of a listener.
pub(crate) fn knocked(listener: &Listener) -> Result<(&'static [&'static str], u16), Gap> {
    match Port::of(listener)? {
        Port::One { transports, number } => Ok((transports, number)),
        Port::Any => Ok((&["tcp", "udp"], 0)),
    }
}

/// Whether the internet has a route to a subnet of a load balancer, by addresses of this family.
pub(crate) fn leads_out(
    index: &Index,
    lb: &LoadBalancer,
    subnet: &str,
    family: Family,
) -> Result<bool, Gap> {
    road::route(index, lb.vpc_id.as_deref(), subnet, family).lets_through()
}

/// Whether VPC Block Public Access keeps the internet from a subnet of a load balancer.
pub(crate) fn is_blocked(index: &Index, lb: &LoadBalancer, subnet: &str) -> Result<bool, Gap> {
    Ok(!road::gate(index, lb.vpc_id.as_deref(), subnet).lets_through()?)
}

/// Whether the security groups of a load balancer admit anyone at all to a listener.
pub(crate) fn is_admitted(
    index: &Index,
    lb: &LoadBalancer,
    listener: &Listener,
) -> Result<bool, Gap> {
    let port = Port::of(listener)?;
    let doors = port.knocks().map(|knock| Door::of(index, &lb.security_groups, knock).span());
    doors.fold(Span::shut(), Span::or).lets_through()
}

fn odd(lb: &LoadBalancer, what: &str, value: impl std::fmt::Display) -> Gap {
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    Gap::new(call, Reason::Unrecognised).of(&lb.arn).saying(format!("{what} {value}"))
}
