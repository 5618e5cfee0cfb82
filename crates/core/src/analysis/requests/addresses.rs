//! Sets of source addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// Ranges of one family, first and last address, in order and apart.
type Ranges = Vec<(u128, u128)>;

const LAST_V4: u128 = u32::MAX as u128;

/// A set of addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Addresses {
    v4: Ranges,
    v6: Ranges,
}

impl Addresses {
    /// Every address of the families that are meant.
    pub(crate) fn all(v4: bool, v6: bool) -> Self {
        let whole = |is_meant: bool, last| if is_meant { vec![(0, last)] } else { Vec::new() };
        Addresses { v4: whole(v4, LAST_V4), v6: whole(v6, u128::MAX) }
    }

    /// The addresses of some blocks.
    pub(crate) fn of_blocks<'a>(blocks: impl IntoIterator<Item = &'a IpNet>) -> Self {
        let mut all = Addresses::default();
        for block in blocks {
            let (own, range) = match block {
                IpNet::V4(block) => {
                    let number = |address: Ipv4Addr| u128::from(u32::from(address));
                    (&mut all.v4, (number(block.network()), number(block.broadcast())))
                }
                IpNet::V6(block) => {
                    (&mut all.v6, (u128::from(block.network()), u128::from(block.broadcast())))
                }
            };
            own.push(range);
        }
        Addresses { v4: joined(all.v4), v6: joined(all.v6) }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Those of both.
    pub(crate) fn and(&self, other: &Addresses) -> Addresses {
        Addresses { v4: common(&self.v4, &other.v4), v6: common(&self.v6, &other.v6) }
    }

    /// Those that the other one has not.
    pub(crate) fn but(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: common(&self.v4, &outside(&other.v4, LAST_V4)),
            v6: common(&self.v6, &outside(&other.v6, u128::MAX)),
        }
    }

    /// Whether an address is among them.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let (own, number) = match address {
            IpAddr::V4(address) => (&self.v4, u128::from(u32::from(address))),
            IpAddr::V6(address) => (&self.v6, u128::from(address)),
        };
        own.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// The first block of those that they are made of.
    pub(crate) fn first_block(&self) -> Option<IpNet> {
        if let Some((first, last)) = self.v4.first() {
            let address = |number: u128| Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX));
            let mut blocks = Ipv4Subnets::new(address(*first), address(*last), 0);
            return blocks.next().map(IpNet::V4);
        }
        let (first, last) = self.v6.first()?;
        let mut blocks = Ipv6Subnets::new(Ipv6Addr::from(*first), Ipv6Addr::from(*last), 0);
        blocks.next().map(IpNet::V6)
    }
}

/// Ranges in order, those that touch made one.
fn joined(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut all: Ranges = Vec::new();
    for (first, last) in ranges {
        match all.last_mut() {
            Some((_, end)) if end.checked_add(1).is_none_or(|next| first <= next) => {
                *end = last.max(*end);
            }
            _ => all.push((first, last)),
        }
    }
    all
}

fn common(one: &Ranges, other: &Ranges) -> Ranges {
    let mut all = Ranges::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(own), Some(its)) = (one.get(i), other.get(j)) {
        let (first, last) = (own.0.max(its.0), own.1.min(its.1));
        if first <= last {
            all.push((first, last));
        }
        if own.1 < its.1 { i += 1 } else { j += 1 }
    }
    all
}

/// What ranges of a family leave out.
fn outside(ranges: &Ranges, end: u128) -> Ranges {
    let mut all = Ranges::new();
    let mut next = Some(0);
    for (first, last) in ranges {
        if let Some(from) = next.filter(|from| from < first) {
            all.push((from, first - 1));
        }
        next = last.checked_add(1).filter(|from| *from <= end);
    }
    all.extend(next.map(|from| (from, end)));
    all
}
