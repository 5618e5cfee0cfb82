//! Names of regions, checked before one becomes part of a host.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::endpoint::{PARTITIONS, Partition, partition_of};

/// A name that a region can have, with the partition that the region is in. Endpoints are made of nothing
/// else, so that no text of a user, of a file or of an answer can lead a request to another host.
#[derive(Clone)]
pub struct RegionName {
    name: Arc<str>,
    partition: &'static Partition,
}

impl RegionName {
    /// The region of this name. One that is new to this version counts as one of the largest partition.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let partition = partition_of(text).unwrap_or(&PARTITIONS[0]);
        is_plausible(text).then(|| RegionName { name: Arc::from(text), partition })
    }

    /// The region of this name in a partition; none if no region can have it there.
    pub(crate) fn in_partition(text: &str, partition: &'static Partition) -> Option<Self> {
        let region = Self::parse(text).filter(|region| region.can_be_in(partition));
        region.map(|region| RegionName { partition, ..region })
    }

    /// Whether its name leaves room for this partition.
    pub(crate) fn can_be_in(&self, partition: &Partition) -> bool {
        !self.tells_partition() || self.partition.name == partition.name
    }

    /// The region of a partition that is asked when none is configured.
    pub(crate) fn home(partition: &'static Partition) -> Self {
        Self::of_table(partition.home, partition)
    }

    /// A region that the program's own tables name.
    pub(crate) fn of_table(name: &'static str, partition: &'static Partition) -> Self {
        RegionName { name: Arc::from(name), partition }
    }

    /// The partition that it is in.
    pub(crate) fn partition(&self) -> &'static Partition {
        self.partition
    }

    /// Whether its name tells the partition. AWS's SDK looks for the endpoints of others in the largest one.
    pub(crate) fn tells_partition(&self) -> bool {
        partition_of(&self.name).is_some()
    }
}

/// Whether a region can have this name: `eu-west-1`, `us-gov-east-1`, `ap-southeast-10`.
fn is_plausible(text: &str) -> bool {
    /// The longest label of a host.
    const LONGEST: usize = 63;
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let mut words = words.split('-');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase());
    let first = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    text.len() <= LONGEST
        && first.len() >= 2
        && is_word(first)
        && !rest.is_empty()
        && rest.into_iter().all(is_word)
        && matches!(number.len(), 1 | 2)
        && number.bytes().all(|c| c.is_ascii_digit())
}

/// What is said of a name that no region has, or can have.
pub(crate) fn unknown_region(name: &str) -> String {
    let all = PARTITIONS.iter().flat_map(|partition| partition.regions);
    let closest = all
        .map(|region| (strsim::jaro_winkler(name, region), region))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8);
    match closest {
        Some((_, region)) => format!("unknown region `{name}`: did you mean `{region}`?"),
        None => format!("unknown region `{name}`: a region is named like `eu-west-1`"),
    }
}

impl Deref for RegionName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.name, f)
    }
}

impl PartialEq for RegionName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for RegionName {}

impl PartialOrd for RegionName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RegionName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::endpoint::partition_named;

    const IMPLAUSIBLE: [&str; 31] = [
        "",
        "-",
        "1",
        "-1",
        "eu-west",
        "eu--1",
        "eu-1",
        "e-west-1",
        "eu-west-",
        "eu-west-123",
        "eu-west-1a",
        "eu-west-1-",
        "-eu-west-1",
        "eu-wést-1",
        "EU-west-1",
        "eu_west_1",
        "eu-west-1 ",
        " eu-west-1",
        "eu-west-1\n",
        "eu-west-1.example.com",
        "eu.west-1",
        "eu-west-1/../x-y-1",
        "x@eu-west-1",
        "eu-west-1@example.com",
        "eu-west-1#-1",
        "eu-west-1?-1",
        "eu-west-1:443",
        "eu-west-٣",
        "aws-global",
        "us-east-1-bos-1",
        "*",
    ];

    #[test]
    fn every_region_of_the_tables_has_a_plausible_name() {
        for partition in PARTITIONS {
            for name in partition.regions {
                let region = RegionName::parse(name).unwrap();
                assert_eq!(region.partition().name, partition.name, "{name}");
                assert!(region.tells_partition());
                assert!(RegionName::in_partition(name, partition).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn a_name_that_no_region_can_have_is_refused_in_every_way() {
        let long = format!("eu-{}-1", "w".repeat(58));
        assert_eq!(long.len(), 63);
        assert!(RegionName::parse(&long).is_some());
        let longer = format!("eu-{}-1", "w".repeat(59));
        for name in IMPLAUSIBLE.into_iter().chain([longer.as_str()]) {
            assert!(RegionName::parse(name).is_none(), "{name:?}");
            for partition in PARTITIONS {
                assert!(RegionName::in_partition(name, partition).is_none(), "{name:?}");
            }
        }
    }

    #[test]
    fn a_name_without_a_known_beginning_is_in_the_partition_of_who_says_it() {
        let china = partition_named("aws-cn").unwrap();
        let new = RegionName::in_partition("kr-central-1", china).unwrap();
        assert_eq!((new.partition().name, new.tells_partition()), ("aws-cn", false));
        assert_eq!(RegionName::parse("kr-central-1").unwrap().partition().name, "aws");
        assert!(RegionName::in_partition("eu-west-1", china).is_none());
        assert!(RegionName::in_partition("us-gov-west-1", &PARTITIONS[0]).is_none());
    }
}
