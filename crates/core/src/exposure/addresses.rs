//! Sets of addresses: whether ranges together are the whole internet.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

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
    /// Whether a range is of this family.
    pub(crate) fn has(self, range: &IpNet) -> bool {
        matches!((self, range), (Family::V4, IpNet::V4(_)) | (Family::V6, IpNet::V6(_)))
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

/// Whether ranges together hold every public address of a family.
pub(crate) fn cover(family: Family, ranges: &[IpNet]) -> bool {
    if ranges.iter().any(|range| family.has(range) && range.prefix_len() == 0) {
        return true;
    }
    match family {
        Family::V4 => cover_v4(ranges),
        Family::V6 => cover_v6(ranges),
    }
}

fn cover_v4(ranges: &[IpNet]) -> bool {
    let own = ranges.iter().filter_map(|range| match range {
        IpNet::V4(range) => Some(*range),
        IpNet::V6(_) => None,
    });
    let mut all: Vec<Ipv4Net> = own.collect();
    // Fewer than half of all addresses cannot be all public ones; most lists end here.
    let size: u64 = all.iter().map(|range| 1u64 << (32 - range.prefix_len())).sum();
    if size < 1 << 31 {
        return false;
    }
    let special = SPECIAL
        .iter()
        .filter_map(|(octets, length)| Ipv4Net::new(Ipv4Addr::from(*octets), *length).ok());
    all.extend(special);
    Ipv4Net::aggregate(&all).iter().any(|range| range.prefix_len() == 0)
}

/// Public IPv6 addresses are those of `2000::/3`.
fn cover_v6(ranges: &[IpNet]) -> bool {
    let own = ranges.iter().filter_map(|range| match range {
        IpNet::V6(range) => Some(*range),
        IpNet::V4(_) => None,
    });
    let all: Vec<Ipv6Net> = own.collect();
    if all.is_empty() {
        return false;
    }
    let first = std::net::Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);
    let holds = |range: &Ipv6Net| range.prefix_len() <= 3 && range.contains(&first);
    Ipv6Net::aggregate(&all).iter().any(holds)
}
