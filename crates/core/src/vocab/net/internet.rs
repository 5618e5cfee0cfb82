//! How much of the internet some addresses are: the one answer to whether something is open to anyone.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Family, IpSet};

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
pub(crate) fn is_private(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => nets(PRIVATE).any(|private| private.contains(range)),
        IpNet::V6(range) => public_v6(range).is_none(),
    }
}

/// The addresses of a family that networks have inside, and no host of the internet.
pub(crate) fn private(family: Family) -> IpSet {
    match family {
        Family::V4 => IpSet::from_ranges(nets(PRIVATE).map(IpNet::from).collect()),
        Family::V6 => {
            let public = public_v6(&Ipv6Net::default()).map(IpNet::from);
            IpSet::All.minus(&IpSet::from_ranges(public.into_iter().collect()))
        }
    }
}

/// Whether ranges of one family together are the internet.
pub(super) fn is_internet(family: Family, ranges: &[IpNet]) -> bool {
    held(family, ranges).is_internet()
}

/// Of ranges that are let in together those that let the internet in: in each family those that do so by
/// themselves, and where none does all of it, if they do together.
pub(crate) fn opening(ranges: &[IpNet]) -> Vec<IpNet> {
    let of_family = |family: Family| {
        let own = ranges.iter().filter(|range| family.has(range)).copied();
        let own: Vec<IpNet> = own.collect();
        let alone = own.iter().filter(|range| is_internet(family, &[**range])).copied();
        let alone: Vec<IpNet> = alone.collect();
        if alone.is_empty() && is_internet(family, &own) { own } else { alone }
    };
    Family::BOTH.into_iter().flat_map(of_family).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(ranges: &[&str]) -> Vec<String> {
        let parsed = ranges.iter().map(|range| range.parse().expect("a range"));
        opening(&parsed.collect::<Vec<_>>()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_opens_by_itself_is_named_alone() {
        assert_eq!(opened(&["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32"]), ["0.0.0.0/0"]);
        assert_eq!(opened(&["0.0.0.0/1", "128.0.0.0/1"]), ["0.0.0.0/1", "128.0.0.0/1"]);
        assert_eq!(opened(&["17.0.0.0/8", "19.0.0.0/8"]), ["17.0.0.0/8", "19.0.0.0/8"]);
        assert_eq!(opened(&["17.0.0.0/8", "::/0"]), ["::/0"]);
        assert_eq!(opened(&["17.0.0.0/8", "2a00::/12"]), [""; 0]);
        assert_eq!(opened(&["fd00::/8", "10.0.0.0/8"]), [""; 0]);
    }

    #[test]
    fn private_addresses_are_no_internet() {
        for family in Family::BOTH {
            assert!(!private(family).is_internet(), "{family}");
            assert!(IpSet::All.minus(&private(family)).is_internet(), "{family}");
        }
    }
}
