//! Where the origins of CloudFront's distributions lead.

use std::collections::{BTreeSet, HashMap};

use crate::inventory::{Distribution, DnsRecord, Origin};

/// Domains whose names AWS gives: DNS of one's own says nothing of them.
const OF_AWS: [&str; 6] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "on.aws",
    "cloudfront.net",
    "elasticbeanstalk.com",
];

/// The origins of an account by where they lead: derived once, for there may be many of them and many load
/// balancers.
#[derive(Debug)]
pub(super) struct Origins {
    /// Places of distributions and of their origins, by domain.
    by_domain: HashMap<String, Vec<(usize, usize)>>,
    /// The names that public records lead to a target.
    names: HashMap<String, BTreeSet<String>>,
}

impl Origins {
    pub(super) fn new(distributions: &[Distribution], records: &[DnsRecord]) -> Self {
        let mut by_domain: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (place, distribution) in distributions.iter().enumerate() {
            for (number, origin) in distribution.origins.iter().enumerate() {
                if distribution.enabled {
                    by_domain.entry(domain(origin)).or_default().push((place, number));
                }
            }
        }
        let mut names: HashMap<String, BTreeSet<String>> = HashMap::new();
        for record in records.iter().filter(|record| !record.private) {
            let name = record.name.to_lowercase();
            // One for all names beside it is left out: records that lead elsewhere, and go before it, are not kept.
            if by_domain.contains_key(&name) && !is_of_aws(&name) {
                names.entry(record.target.clone()).or_default().insert(name);
            }
        }
        Origins { by_domain, names }
    }

    /// Whether one leads to something else than this name, and only DNS says to what.
    pub(super) fn follows_dns(&self, own: &str) -> bool {
        self.by_domain.keys().any(|domain| *domain != own && !is_of_aws(domain))
    }

    /// Those that lead to a name of a load balancer, in their order.
    pub(super) fn leading_to(&self, own: &str) -> BTreeSet<(usize, usize)> {
        let names = self.names.get(own).into_iter().flatten().map(String::as_str);
        let leading = names.chain([own]).filter_map(|name| self.by_domain.get(name));
        leading.flatten().copied().collect()
    }
}

pub(super) fn domain(origin: &Origin) -> String {
    let domain = origin.domain.trim_end_matches('.').to_lowercase();
    domain.strip_prefix("dualstack.").map_or(domain.clone(), str::to_owned)
}

pub(super) fn is_of_aws(domain: &str) -> bool {
    OF_AWS.iter().any(|outer| domain.strip_suffix(outer).is_some_and(|left| left.ends_with('.')))
}
