//! Who can reach a listener, and by what.

use crate::call::Call;
use crate::fact::{Fact, Gap, Reason};
use crate::inventory::{Index, Kind, Listener, LoadBalancer, Region};
use crate::report::ExposureClass;

pub(crate) mod addresses;
mod door;
mod fence;
mod road;
mod span;
mod target;

use addresses::Family;
pub(crate) use door::Port;
use span::{Level, Span};
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
    side: Side,
}

/// On which side of the VPC's edge the addresses are.
enum Side {
    /// Of a load balancer that is reached through its endpoints alone.
    Inside,
    /// Of an internal one: its IPv6 addresses are public ones all the same.
    Edge(Vec<(Family, Span)>),
    Outside(Vec<(Family, Span)>),
    Unknown(Gap),
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
            (_, Some("internal")) => match road::families(index, lb) {
                none if none.is_empty() => Side::Inside,
                families => Side::Edge(families),
            },
            (_, Some("internet-facing")) => Side::Outside(road::families(index, lb)),
            (_, scheme) => Side::Unknown(odd(lb, "scheme", scheme.unwrap_or("missing"))),
        };
        Approach { index, lb, side }
    }

    /// Who can reach this listener.
    #[must_use]
    pub fn to(&self, listener: &Listener) -> Exposure {
        match Port::of(listener) {
            Ok(port) => self.through(&port),
            Err(gap) => match &self.side {
                Side::Inside => Exposure::Internal,
                _ => Exposure::Unknown(gap),
            },
        }
    }

    /// Who can reach any of the listeners. While they are unread, a port that someone can reach may be
    /// nobody's.
    #[must_use]
    pub fn to_any(&self) -> Exposure {
        match &self.lb.listeners {
            Fact::Known(listeners) => {
                let all = listeners.iter().map(|listener| self.to(listener));
                Exposure::widest(all).unwrap_or_else(|| self.through(&Port::Any))
            }
            Fact::Unread(gap) => match self.through(&Port::Any) {
                Exposure::Internet(_) | Exposure::Restricted(_) => Exposure::Unknown(gap.clone()),
                narrow => narrow,
            },
        }
    }

    fn through(&self, port: &Port) -> Exposure {
        let families = match &self.side {
            Side::Inside => return Exposure::Internal,
            Side::Unknown(gap) => return Exposure::Unknown(gap.clone()),
            Side::Edge(families) | Side::Outside(families) => families,
        };
        let door = door::Door::of(self.index, &self.lb.security_groups, port);
        let mut whole = Span::exactly(Level::Blocked);
        for (family, road) in families {
            whole = whole.or(road.clone().and(door.span(*family)));
        }
        match whole.decided() {
            Err(gap) => Exposure::Unknown(gap),
            Ok(Level::Blocked) if matches!(self.side, Side::Edge(_)) => Exposure::Internal,
            Ok(Level::Blocked) => Exposure::Blocked(self.obstacle(families, &door, port)),
            Ok(level) => {
                let open = |(family, road): &&(Family, Span)| {
                    road.clone().and(door.span(*family)).at_least() == level
                };
                let sources = families
                    .iter()
                    .filter(open)
                    .flat_map(|(family, road)| door.sources(*family, road.at_least().min(level)));
                let mut sources: Vec<String> = sources.collect();
                sources.sort();
                sources.dedup();
                match level {
                    Level::Internet => Exposure::Internet(sources),
                    _ => Exposure::Restricted(sources),
                }
            }
        }
    }

    /// What stands in the way when nobody gets through.
    fn obstacle(&self, families: &[(Family, Span)], door: &door::Door, port: &Port) -> String {
        if families.iter().any(|(_, road)| road.at_least() > Level::Blocked) {
            return door.shut(port, families);
        }
        road::obstacle(self.index, self.lb)
    }
}

fn odd(lb: &LoadBalancer, what: &str, value: impl std::fmt::Display) -> Gap {
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    Gap::new(call, Reason::Unrecognised).of(&lb.arn).saying(format!("{what} {value}"))
}
