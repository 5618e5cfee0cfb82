//! Sets of addresses: what several filters let through together, and whether that is the internet.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

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

/// Sources of one family.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum IpSet {
    /// None.
    #[default]
    None,
    /// Those of these ranges, in order, their host bits cleared.
    Some(Vec<IpNet>),
    /// All.
    All,
}

impl IpSet {
    /// The addresses of these ranges.
    pub(crate) fn from_ranges(mut ranges: Vec<IpNet>) -> Self {
        if ranges.iter().any(|range| range.prefix_len() == 0) {
            return IpSet::All;
        }
        for range in &mut ranges {
            *range = range.trunc();
        }
        ranges.sort_unstable();
        ranges.dedup();
        if ranges.is_empty() { IpSet::None } else { IpSet::Some(ranges) }
    }

    /// Whether it holds no address.
    pub(crate) fn is_empty(&self) -> bool {
        *self == IpSet::None
    }

    /// Whether these are the addresses of the internet.
    pub(crate) fn is_internet(&self) -> bool {
        match self {
            IpSet::None => false,
            IpSet::All => true,
            IpSet::Some(ranges) => {
                ranges.first().is_some_and(|one| held(Family::of_range(one), ranges).is_internet())
            }
        }
    }

    /// The ranges of it that another range holds.
    pub(crate) fn within(&self, range: &IpNet) -> Vec<IpNet> {
        match self {
            IpSet::None => Vec::new(),
            IpSet::All => vec![*range],
            IpSet::Some(own) if hold(own, range) => vec![*range],
            IpSet::Some(own) => {
                let first = own.partition_point(|one| one.network() < range.network());
                let inside = own[first..].iter().take_while(|one| range.contains(*one));
                inside.copied().collect()
            }
        }
    }

    fn and(self, other: IpSet) -> IpSet {
        match (self, other) {
            (IpSet::None, _) | (_, IpSet::None) => IpSet::None,
            (IpSet::All, one) | (one, IpSet::All) => one,
            (one, IpSet::Some(ranges)) => {
                IpSet::from_ranges(ranges.iter().flat_map(|range| one.within(range)).collect())
            }
        }
    }

    fn or(self, other: IpSet) -> IpSet {
        match (self, other) {
            (IpSet::None, one) | (one, IpSet::None) => one,
            (IpSet::All, _) | (_, IpSet::All) => IpSet::All,
            (IpSet::Some(mut ranges), IpSet::Some(more)) => {
                ranges.extend(more);
                IpSet::from_ranges(ranges)
            }
        }
    }
}

/// Who may come: addresses of both families, and members of security groups that are named.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sources {
    /// IPv4.
    pub(crate) v4: IpSet,
    /// IPv6.
    pub(crate) v6: IpSet,
    /// Members of security groups, whose addresses are not known.
    pub(crate) groups: bool,
}

impl Sources {
    /// Nobody.
    pub(crate) fn none() -> Self {
        Sources::default()
    }

    /// Everybody.
    pub(crate) fn all() -> Self {
        Sources { v4: IpSet::All, v6: IpSet::All, groups: true }
    }

    /// These of one family. Who is in a security group may have one of them.
    pub(crate) fn from_family(family: Family, part: IpSet) -> Self {
        let groups = !part.is_empty();
        match family {
            Family::V4 => Sources { v4: part, v6: IpSet::None, groups },
            Family::V6 => Sources { v4: IpSet::None, v6: part, groups },
        }
    }

    /// Whoever has an address of this family that is known.
    pub(crate) fn only(family: Family) -> Self {
        Sources { groups: false, ..Sources::from_family(family, IpSet::All) }
    }

    /// Those of one family.
    pub(crate) fn part(&self, family: Family) -> &IpSet {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    /// Who is in both.
    pub(crate) fn and(self, other: Sources) -> Self {
        Sources {
            v4: self.v4.and(other.v4),
            v6: self.v6.and(other.v6),
            groups: self.groups && other.groups,
        }
    }

    /// Who is in either.
    pub(crate) fn or(self, other: Sources) -> Self {
        Sources {
            v4: self.v4.or(other.v4),
            v6: self.v6.or(other.v6),
            groups: self.groups || other.groups,
        }
    }

    /// Those who can come from the internet: a member of a security group, and whoever has a private
    /// address, comes from inside.
    pub(crate) fn outsiders(mut self) -> Self {
        for part in [&mut self.v4, &mut self.v6] {
            if let IpSet::Some(ranges) = part {
                *part = IpSet::from_ranges(
                    ranges.drain(..).filter(|range| !is_private(range)).collect(),
                );
            }
        }
        self.groups = false;
        self
    }

    /// How far this is open.
    pub(crate) fn level(&self) -> Level {
        if self.v4.is_internet() || self.v6.is_internet() {
            Level::Internet
        } else if *self == Sources::none() {
            Level::Blocked
        } else {
            Level::Restricted
        }
    }
}

/// Whether ranges in order have one that holds this one whole: a search for each that would.
fn hold(ranges: &[IpNet], range: &IpNet) -> bool {
    let wider = std::iter::successors(Some(range.trunc()), IpNet::supernet);
    wider.into_iter().any(|one| ranges.binary_search(&one).is_ok())
}

/// What is left of a range without others.
pub(crate) fn without(range: IpNet, others: &[IpNet]) -> Vec<IpNet> {
    if others.iter().any(|other| other.contains(&range)) {
        return Vec::new();
    }
    let inside: Vec<IpNet> =
        others.iter().filter(|other| range.contains(*other)).copied().collect();
    match range.subnets(range.prefix_len() + 1) {
        Ok(halves) if !inside.is_empty() => {
            halves.flat_map(|half| without(half, &inside)).collect()
        }
        _ => vec![range],
    }
}

/// IPv4 ranges that no public host has. Source: IANA's IPv4 special-purpose address registry.
const SPECIAL: &[([u8; 4], u8)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// The part of them that networks use inside. Source: RFC 1918, RFC 6598, RFC 3927.
const PRIVATE: &[([u8; 4], u8)] = &[
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
];

fn nets(table: &[([u8; 4], u8)]) -> impl Iterator<Item = Ipv4Net> + '_ {
    let net =
        |(octets, length): &([u8; 4], u8)| Ipv4Net::new(Ipv4Addr::from(*octets), *length).ok();
    table.iter().filter_map(net)
}

/// Public IPv6 addresses are those of `2000::/3`.
fn public_v6(range: &Ipv6Net) -> Option<Ipv6Net> {
    let public = Ipv6Net::new(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3).ok()?;
    if public.contains(range) { Some(*range) } else { range.contains(&public).then_some(public) }
}

/// Whether no address of the range comes from the internet.
fn is_private(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => nets(PRIVATE).any(|private| private.contains(range)),
        IpNet::V6(range) => public_v6(range).is_none(),
    }
}

/// Whether ranges together hold every public address of a family.
pub(crate) fn cover(family: Family, ranges: &[IpNet]) -> bool {
    held(family, ranges) == Held::ALL
}

/// How many of the public addresses of a family some ranges hold.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    without: u128,
    of: u128,
}

impl Held {
    const ALL: Held = Held { without: 0, of: 1 };
    const FEW: Held = Held { without: 1, of: 1 };

    /// Exceptions do not make a door private, nor do a few parts of the internet make a network of one's
    /// own: it is open to the internet when more than one address in 200 gets in, which is more than the
    /// widest network that any organization has, a /8.
    fn is_internet(self) -> bool {
        self.of - self.without > self.of / 200
    }

    fn new(without: u128, of: u128) -> Self {
        if without == 0 { Held::ALL } else { Held { without, of } }
    }
}

fn held(family: Family, ranges: &[IpNet]) -> Held {
    if ranges.iter().any(|range| family.has(range) && range.prefix_len() == 0) {
        return Held::ALL;
    }
    match family {
        Family::V4 => held_v4(ranges),
        Family::V6 => held_v6(ranges),
    }
}

fn held_v4(ranges: &[IpNet]) -> Held {
    let own = ranges.iter().filter_map(|range| match range {
        IpNet::V4(range) => Some(*range),
        IpNet::V6(_) => None,
    });
    let mut all: Vec<Ipv4Net> = own.collect();
    // A /8 is no internet; most lists end here.
    if count_v4(&all) <= 1 << 24 {
        return Held::FEW;
    }
    all.extend(nets(SPECIAL));
    let without = (1 << 32) - count_v4(&Ipv4Net::aggregate(&all));
    Held::new(without, (1 << 32) - count_v4(&nets(SPECIAL).collect::<Vec<_>>()))
}

fn count_v4(ranges: &[Ipv4Net]) -> u128 {
    ranges.iter().map(|range| 1u128 << (32 - range.prefix_len())).sum()
}

fn held_v6(ranges: &[IpNet]) -> Held {
    let own = ranges.iter().filter_map(|range| match range {
        IpNet::V6(range) => public_v6(range),
        IpNet::V4(_) => None,
    });
    let all = Ipv6Net::aggregate(&own.collect());
    let public = 1u128 << 125;
    let held: u128 = all.iter().map(|range| 1u128 << (128 - range.prefix_len())).sum();
    Held::new(public - held, public)
}
