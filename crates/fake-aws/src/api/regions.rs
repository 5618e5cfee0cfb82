//! AWS's regions by partition, and whether an account has them switched on.

use crate::model::account::Account;

/// Regions that are on in every account.
pub(crate) const DEFAULT: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "sa-east-1",
];

const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

const OTHERS: [(&str, &[&str]); 7] = [
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
    ("aws-iso", &["us-iso-east-1", "us-iso-west-1"]),
    ("aws-iso-b", &["us-isob-east-1", "us-isob-west-1"]),
    ("aws-iso-e", &["eu-isoe-west-1"]),
    ("aws-iso-f", &["us-isof-east-1", "us-isof-south-1"]),
];

/// The opt-in status of a region in an account; `None` for a region that AWS does not have. A region
/// that a test has put things in is on.
pub(crate) fn status<'a>(account: &'a Account, region: &str) -> Option<&'a str> {
    if let Some(status) = account.region_status.get(region) {
        return Some(status);
    }
    if OPT_IN.contains(&region) {
        let used = account.regions.contains_key(region);
        return Some(if used { "opted-in" } else { "not-opted-in" });
    }
    let others = OTHERS.iter().flat_map(|(_, regions)| regions.iter());
    let known = DEFAULT.iter().chain(others).any(|known| *known == region);
    (known || account.regions.contains_key(region)).then_some("opt-in-not-required")
}

/// The regions that `DescribeRegions` knows of in a partition, sorted.
pub(crate) fn listed(account: &Account, partition: &str) -> Vec<String> {
    let own = account.regions.keys().chain(account.region_status.keys()).cloned();
    let all = OTHERS.iter().find(|(name, _)| *name == partition).map_or_else(
        || DEFAULT.iter().chain(&OPT_IN).copied().collect::<Vec<_>>(),
        |(_, regions)| regions.to_vec(),
    );
    let mut names: Vec<String> = if account.only_its_regions {
        own.collect()
    } else {
        all.into_iter().map(str::to_owned).chain(own).collect()
    };
    names.retain(|name| crate::model::arn::Place::new("", name).partition() == partition);
    names.sort();
    names.dedup();
    names
}
