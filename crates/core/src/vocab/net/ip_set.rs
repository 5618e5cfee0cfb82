//! Addresses of one family as ranges that are disjoint and as wide as can be: equal sets are equal values.

use ipnet::IpNet;

use super::Family;
use super::internet;

/// Addresses of one family.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum IpSet {
    /// None.
    #[default]
    None,
    /// Those of these ranges: in order, their host bits cleared, none inside another, and no two of them the
    /// halves of a wider one.
    Some(Vec<IpNet>),
    /// All.
    All,
}

impl IpSet {
    /// The addresses of these ranges, which are of one family.
    pub(crate) fn from_ranges(ranges: Vec<IpNet>) -> Self {
        let ranges = merged(ranges);
        match ranges.first() {
            None => IpSet::None,
            Some(first) if first.prefix_len() == 0 => IpSet::All,
            Some(_) => IpSet::Some(ranges),
        }
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
            IpSet::Some(ranges) => ranges
                .first()
                .is_some_and(|one| internet::is_internet(Family::of_range(one), ranges)),
        }
    }

    /// Its ranges.
    pub(crate) fn ranges(&self, family: Family) -> Vec<IpNet> {
        self.within(&family.whole())
    }

    /// The one of its ranges that holds another whole.
    pub(crate) fn around(&self, range: &IpNet) -> Option<IpNet> {
        match self {
            IpSet::None => None,
            IpSet::All => Some(Family::of_range(range).whole()),
            IpSet::Some(own) => {
                let next = own.partition_point(|one| one.network() <= range.network());
                let last = own[..next].last();
                last.filter(|one| one.contains(range)).copied()
            }
        }
    }

    /// What it has of a range.
    pub(crate) fn within(&self, range: &IpNet) -> Vec<IpNet> {
        match self {
            _ if self.around(range).is_some() => vec![range.trunc()],
            IpSet::Some(own) => {
                let first = own.partition_point(|one| one.network() < range.network());
                let inside = own[first..].iter().take_while(|one| range.contains(*one));
                inside.copied().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What is in both.
    pub(crate) fn and(self, other: IpSet) -> IpSet {
        match (self, other) {
            (IpSet::None, _) | (_, IpSet::None) => IpSet::None,
            (IpSet::All, one) | (one, IpSet::All) => one,
            (one, IpSet::Some(ranges)) => {
                IpSet::from_ranges(ranges.iter().flat_map(|range| one.within(range)).collect())
            }
        }
    }

    /// What is in either.
    pub(crate) fn or(self, other: IpSet) -> IpSet {
        match (self, other) {
            (IpSet::None, one) | (one, IpSet::None) => one,
            (IpSet::All, _) | (_, IpSet::All) => IpSet::All,
            (IpSet::Some(mut ranges), IpSet::Some(more)) => {
                ranges.extend(more);
                IpSet::from_ranges(ranges)
            }
        }
    }

    /// What is in this one alone.
    pub(crate) fn minus(self, other: &IpSet) -> IpSet {
        let own = match (self, other) {
            (IpSet::None, _) | (_, IpSet::All) => return IpSet::None,
            (one, IpSet::None) => return one,
            (IpSet::All, IpSet::Some(ranges)) => {
                ranges.first().map(|one| Family::of_range(one).whole()).into_iter().collect()
            }
            (IpSet::Some(own), IpSet::Some(_)) => own,
        };
        let left = |range: &IpNet| without(*range, &other.within(range));
        IpSet::from_ranges(own.iter().flat_map(left).collect())
    }
}

/// The same addresses in as few ranges as can be, in order.
fn merged(mut ranges: Vec<IpNet>) -> Vec<IpNet> {
    for range in &mut ranges {
        *range = range.trunc();
    }
    // One that is inside another comes right after it, or after its siblings.
    ranges.sort_unstable();
    let mut merged: Vec<IpNet> = Vec::with_capacity(ranges.len());
    for range in ranges {
        if merged.last().is_some_and(|last| last.contains(&range)) {
            continue;
        }
        merged.push(range);
        while let Some(whole) = joined(&merged) {
            merged.truncate(merged.len() - 2);
            merged.push(whole);
        }
    }
    merged
}

/// The range whose two halves are the last two.
fn joined(ranges: &[IpNet]) -> Option<IpNet> {
    let [.., one, other] = ranges else { return None };
    let whole = one.supernet().filter(|_| one.prefix_len() == other.prefix_len())?;
    whole.contains(other).then_some(whole)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ranges: &[&str]) -> IpSet {
        IpSet::from_ranges(ranges.iter().map(|range| range.parse().expect("a range")).collect())
    }

    #[test]
    fn halves_are_the_whole() {
        assert_eq!(set(&["0.0.0.0/1", "128.0.0.0/1"]), IpSet::All);
        assert_eq!(set(&["8000::/1", "::/2", "4000::/2"]), IpSet::All);
        assert_eq!(set(&["10.0.1.0/24", "10.0.0.0/24"]), set(&["10.0.0.0/23"]));
        // Neighbours that are no halves of one range stay apart.
        let apart = set(&["10.0.1.0/24", "10.0.2.0/24"]);
        assert_eq!(apart.ranges(Family::V4).len(), 2);
        assert_eq!(set(&["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"]), set(&["10.0.0.0/8"]));
        assert_eq!(set(&["10.1.2.3/8"]), set(&["10.0.0.0/8"]));
        assert_eq!(set(&[]), IpSet::None);
    }

    #[test]
    fn what_is_in_both_ends_where_either_does() {
        let both = |one: &[&str], other: &[&str]| set(one).and(set(other));
        assert_eq!(both(&["0.0.0.0/1"], &["64.0.0.0/2", "128.0.0.0/1"]), set(&["64.0.0.0/2"]));
        assert_eq!(both(&["10.0.0.0/9"], &["10.0.0.0/8"]), set(&["10.0.0.0/9"]));
        assert_eq!(both(&["10.0.0.0/9"], &["10.128.0.0/9"]), IpSet::None);
        assert_eq!(both(&["0.0.0.0/1", "128.0.0.0/1"], &["10.0.0.0/8"]), set(&["10.0.0.0/8"]));
    }

    #[test]
    fn what_is_in_one_alone() {
        let minus = |one: &[&str], other: &[&str]| set(one).minus(&set(other));
        assert_eq!(minus(&["0.0.0.0/0"], &["128.0.0.0/1"]), set(&["0.0.0.0/1"]));
        assert_eq!(minus(&["0.0.0.0/0"], &["0.0.0.0/1", "128.0.0.0/1"]), IpSet::None);
        assert_eq!(minus(&["10.0.0.0/8"], &["10.0.0.0/9"]), set(&["10.128.0.0/9"]));
        assert_eq!(minus(&["10.0.0.0/9"], &["10.0.0.0/8"]), IpSet::None);
        assert_eq!(minus(&["10.0.0.0/8"], &["11.0.0.0/8"]), set(&["10.0.0.0/8"]));
        assert_eq!(minus(&["::/0"], &["::/1"]), set(&["8000::/1"]));
        assert_eq!(minus(&["10.0.0.1/32"], &["10.0.0.1/32"]), IpSet::None);
        assert_eq!(minus(&[], &["10.0.0.0/8"]), IpSet::None);
    }

    #[test]
    fn a_range_is_held_by_two_that_meet() {
        let range = |text: &str| -> IpNet { text.parse().expect("a range") };
        let own = set(&["10.0.0.0/9", "10.128.0.0/9", "192.0.2.0/24"]);
        assert_eq!(own.around(&range("10.0.0.0/8")), Some(range("10.0.0.0/8")));
        assert_eq!(own.around(&range("10.3.0.0/16")), Some(range("10.0.0.0/8")));
        assert_eq!(own.around(&range("192.0.0.0/8")), None);
        assert_eq!(own.within(&range("192.0.0.0/8")), [range("192.0.2.0/24")]);
        assert_eq!(own.within(&range("0.0.0.0/0")).len(), 2);
        assert_eq!(own.within(&range("11.0.0.0/8")), []);
    }
}
