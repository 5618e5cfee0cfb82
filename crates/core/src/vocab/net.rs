//! Sets of addresses: what several filters let through together, and whether that is the internet.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

mod internet;
mod ip_set;

pub(crate) use internet::{cover, is_private, opening, private};
pub(crate) use ip_set::{IpSet, without};

/// How far a way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// For nobody.
    Blocked,
    /// For some.
    Restricted,
    /// For the whole internet.
    Internet,
}

/// The two families of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        })
    }
}

impl Family {
    /// Both.
    pub(crate) const BOTH: [Family; 2] = [Family::V4, Family::V6];

    /// The family of a range.
    pub(crate) fn of_range(range: &IpNet) -> Self {
        if matches!(range, IpNet::V4(_)) { Family::V4 } else { Family::V6 }
    }

    /// Whether a range is of this family.
    pub(crate) fn has(self, range: &IpNet) -> bool {
        Family::of_range(range) == self
    }

    /// All addresses of the family, as a range.
    pub(crate) fn whole(self) -> IpNet {
        match self {
            Family::V4 => Ipv4Net::default().into(),
            Family::V6 => Ipv6Net::default().into(),
        }
    }
}

/// Addresses of both families.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Addresses {
    /// IPv4.
    pub(crate) v4: IpSet,
    /// IPv6.
    pub(crate) v6: IpSet,
}

impl Addresses {
    fn all() -> Self {
        Addresses { v4: IpSet::All, v6: IpSet::All }
    }

    fn of(family: Family, part: IpSet) -> Self {
        match family {
            Family::V4 => Addresses { v4: part, v6: IpSet::None },
            Family::V6 => Addresses { v4: IpSet::None, v6: part },
        }
    }

    fn and(self, other: Addresses) -> Self {
        Addresses { v4: self.v4.and(other.v4), v6: self.v6.and(other.v6) }
    }

    fn or(self, other: Addresses) -> Self {
        Addresses { v4: self.v4.or(other.v4), v6: self.v6.or(other.v6) }
    }

    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

/// Who may come: whoever has one of some addresses, and members of security groups that are named.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sources {
    /// Whoever has one of these.
    pub(crate) known: Addresses,
    /// Members of security groups, if they have one of these: which they have is not known.
    pub(crate) members: Addresses,
}

impl Sources {
    /// Nobody.
    pub(crate) fn none() -> Self {
        Sources::default()
    }

    /// Everybody.
    pub(crate) fn all() -> Self {
        Sources { known: Addresses::all(), members: Addresses::all() }
    }

    /// Whoever has an address of these ranges.
    pub(crate) fn from_ranges<'a>(ranges: impl Iterator<Item = &'a IpNet>) -> Self {
        let (v4, v6) = ranges.copied().partition(|range| Family::V4.has(range));
        let known = Addresses { v4: IpSet::from_ranges(v4), v6: IpSet::from_ranges(v6) };
        Sources { known, members: Addresses::default() }
    }

    /// The members of a security group, wherever they are.
    pub(crate) fn members() -> Self {
        Sources { known: Addresses::default(), members: Addresses::all() }
    }

    /// These of one family. Who is in a security group may have one of them.
    pub(crate) fn from_family(family: Family, part: IpSet) -> Self {
        Sources { members: Addresses::of(family, part.clone()), known: Addresses::of(family, part) }
    }

    /// Whoever has an address of this family that is known.
    pub(crate) fn only(family: Family) -> Self {
        Sources { known: Addresses::of(family, IpSet::All), members: Addresses::default() }
    }

    /// Those of one family.
    pub(crate) fn part(&self, family: Family) -> &IpSet {
        match family {
            Family::V4 => &self.known.v4,
            Family::V6 => &self.known.v6,
        }
    }

    /// Whether members of security groups are among them.
    pub(crate) fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Who is in both.
    pub(crate) fn and(self, other: Sources) -> Self {
        Sources { known: self.known.and(other.known), members: self.members.and(other.members) }
    }

    /// Who is in either.
    pub(crate) fn or(self, other: Sources) -> Self {
        Sources { known: self.known.or(other.known), members: self.members.or(other.members) }
    }

    /// Those who can come from the internet: a member of a security group, and whoever has a private
    /// address, comes from inside.
    pub(crate) fn outsiders(self) -> Self {
        let Addresses { v4, v6 } = self.known;
        let known = Addresses {
            v4: v4.minus(&internet::private(Family::V4)),
            v6: v6.minus(&internet::private(Family::V6)),
        };
        Sources { known, members: Addresses::default() }
    }

    /// How far this is open.
    pub(crate) fn level(&self) -> Level {
        if self.known.v4.is_internet() || self.known.v6.is_internet() {
            Level::Internet
        } else if self.known.is_empty() && self.members.is_empty() {
            Level::Blocked
        } else {
            Level::Restricted
        }
    }
}
