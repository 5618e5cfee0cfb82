//! How much is taken of what an endpoint answers: no proxy, fault or forged answer fills the memory.
//!
//! What goes beyond a bound is a gap. The bounds are far above what AWS answers, and below what a machine has.

use std::sync::atomic::{AtomicU64, Ordering};

use elb_audit_core::vocab::call::Call;

const KB: u64 = 1 << 10;
pub(super) const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// Bytes of one answer.
pub const ANSWER: u64 = 64 * MB;
/// Bytes of an object of S3 that the program keeps for itself: a report of a whole organization.
pub const OBJECT: u64 = 2 * GB;
/// Bytes a second that such an object has to come with, once it had some time to begin.
pub const OBJECT_RATE: u64 = 4 * KB;
/// Beginnings of elements, attributes, objects, lists and their items in one answer: what reads it may need some hundred
/// bytes for the shortest of them.
pub const PARTS: u64 = 2_000_000;
/// Bytes of an answer that is not long.
pub const SHORT: u64 = MB;
/// Long answers that are taken at a time, from their second megabyte until they are read.
pub const LONG_AT_ONCE: usize = 4;
/// Requests under way at a time, from when they are sent until their answer is here. Each may need a
/// connection of its own, and a process often has no more than 1024 files. It takes long answers for this to
/// slow a scan down.
pub const IN_FLIGHT: usize = 200;
/// Pages of one list.
pub const PAGES: usize = 10_000;
/// Items of one list.
pub const ITEMS: usize = 1_000_000;
/// Load balancers in the list of one region: each is asked about on its own.
pub const LOAD_BALANCERS: usize = 10_000;
/// Bytes of all pages of one list.
pub const LIST: u64 = 256 * MB;
/// Bytes of the marker of a page, which goes back with the next request.
pub const MARKER: usize = 64 << 10;
/// Bytes of all answers about one account.
pub const ACCOUNT: u64 = 2 * GB;
/// Organizational units of an organization.
pub const UNITS: usize = 20_000;

/// What a load balancer in a list counts for, beside what is asked about it: judging it takes that much.
const LOAD_BALANCER_WEIGHT: u64 = 100 * KB;
/// What another item counts for at least: so much may hold it, however short it is.
const ITEM_WEIGHT: u64 = 512;

/// A bound as the documentation shows it.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Of what.
    pub of: &'static str,
    /// How much.
    pub most: &'static str,
    /// What becomes of more.
    pub beyond: &'static str,
}

/// Every bound, for the documentation. A test holds the amounts to the constants.
pub const TABLE: &[(Bound, u64)] = &[
    (
        Bound {
            of: "one answer, compressed or not",
            most: "64 MB",
            beyond: "a gap, without a second try; nothing that is encoded is unpacked",
        },
        ANSWER,
    ),
    (
        Bound {
            of: "elements, attributes, objects and items of one answer",
            most: "2,000,000",
            beyond: "a gap, without a second try",
        },
        PARTS,
    ),
    (
        Bound {
            of: "an object in S3 that the program keeps for itself",
            most: "2 GB",
            beyond: "it counts as unreadable",
        },
        OBJECT,
    ),
    (
        Bound {
            of: "such an object, a second, from the first half minute on",
            most: "4 KB",
            beyond: "less than that is as if nobody answered",
        },
        OBJECT_RATE,
    ),
    (
        Bound { of: "requests under way at a time", most: "200", beyond: "the others wait" },
        IN_FLIGHT as u64,
    ),
    (
        Bound {
            of: "answers longer than 1 MB that are taken at a time",
            most: "4",
            beyond: "the others wait, within the time for a call",
        },
        LONG_AT_ONCE as u64,
    ),
    (
        Bound {
            of: "pages of one list",
            most: "10,000",
            beyond: "a gap; load balancers that were listed by then are judged",
        },
        PAGES as u64,
    ),
    (Bound { of: "bytes of all pages of one list", most: "256 MB", beyond: "the same" }, LIST),
    (Bound { of: "items of one list", most: "1,000,000", beyond: "the same" }, ITEMS as u64),
    (
        Bound {
            of: "load balancers in the list of one region",
            most: "10,000",
            beyond: "the same",
        },
        LOAD_BALANCERS as u64,
    ),
    (
        Bound { of: "bytes of the marker of a page", most: "64 KB", beyond: "the same" },
        MARKER as u64,
    ),
    (
        Bound {
            of: "all answers about one account, a listed load balancer counting for 100 KB more and any other item for at \
                 least 512 B",
            most: "2 GB",
            beyond: "a gap for every further call there",
        },
        ACCOUNT,
    ),
    (
        Bound {
            of: "units of an organization",
            most: "20,000",
            beyond: "as if the units could not be listed",
        },
        UNITS as u64,
    ),
];

/// What came in answer about one account.
#[derive(Debug, Default)]
pub(crate) struct Taken(AtomicU64);

impl Taken {
    /// Adds these bytes.
    pub(crate) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether that is more than may be.
    pub(crate) fn too_much(&self) -> bool {
        self.0.load(Ordering::Relaxed) > ACCOUNT
    }
}

/// What a gap says when [`Taken::too_much`] was.
pub(crate) const TOO_MUCH: &str = "the answers about this account are longer than 2 GB in all";

/// How many items a list may have.
pub(crate) fn most_items(call: Call) -> usize {
    if lists_load_balancers(call) { LOAD_BALANCERS } else { ITEMS }
}

/// What so many items of a list count for at least.
pub(crate) fn weight(call: Call, items: usize) -> u64 {
    let each = if lists_load_balancers(call) { LOAD_BALANCER_WEIGHT } else { ITEM_WEIGHT };
    u64::try_from(items).unwrap_or(u64::MAX).saturating_mul(each)
}

fn lists_load_balancers(call: Call) -> bool {
    matches!(call, Call::ElbDescribeLoadBalancers | Call::ElbV2DescribeLoadBalancers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_the_documentation_are_those_of_the_code() {
        for (bound, most) in TABLE {
            let (number, unit) = bound.most.split_once(' ').unwrap_or((bound.most, ""));
            let number: u64 = number.replace(',', "").parse().unwrap();
            let unit = match unit {
                "KB" => KB,
                "MB" => MB,
                "GB" => GB,
                _ => 1,
            };
            assert_eq!(number * unit, *most, "{bound:?}");
        }
        assert!(TOO_MUCH.contains(&format!("{} GB", ACCOUNT / GB)));
        assert_eq!(SHORT, MB);
    }
}
