//! CloudFront in front of a load balancer.

use std::collections::{BTreeSet, HashMap};

use crate::analysis::site::Site;
use crate::inventory::{Distribution, DnsRecord, Origin};
use crate::vocab::fact::Gap;

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
    fn new(distributions: &[Distribution], records: &[DnsRecord]) -> Self {
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

    /// Those that lead to a name of a load balancer, in their order.
    fn leading_to(&self, own: &str) -> BTreeSet<(usize, usize)> {
        let names = self.names.get(own).into_iter().flatten().map(String::as_str);
        let leading = names.chain([own]).filter_map(|name| self.by_domain.get(name));
        leading.flatten().copied().collect()
    }
}

/// The origins of enabled distributions that lead to this load balancer: by its own name, or by one that a
/// public record of the account leads to it. What other DNS says is not known.
///
/// # Errors
///
/// The gap of distributions, or of records that may lead an origin here.
pub fn origins(site: Site<'_>) -> Result<Vec<(&Distribution, &Origin)>, Gap> {
    let Some(own) = &site.lb.dns_name else { return Ok(Vec::new()) };
    let own = own.to_lowercase();
    let distributions = site.account.distributions.get()?;
    let records = site.account.dns_records.get();
    let known = records.as_ref().map_or(&[][..], |records| records.as_slice());
    let origins = site.origins.get_or_init(|| Origins::new(distributions, known));
    if let Err(gap) = records {
        let mut domains = origins.by_domain.keys();
        if domains.any(|domain| *domain != own && !is_of_aws(domain)) {
            return Err(gap);
        }
    }
    let leading = origins.leading_to(&own).into_iter();
    let of = |(place, number): (usize, usize)| {
        let distribution = distributions.get(place)?;
        Some((distribution, distribution.origins.get(number)?))
    };
    Ok(leading.filter_map(of).collect())
}

/// Whether an origin of an enabled distribution has a name that only DNS explains.
#[must_use]
pub fn follows_dns(distributions: &[Distribution]) -> bool {
    each(distributions).any(|(_, origin)| !is_of_aws(&domain(origin)))
}

fn each(all: &[Distribution]) -> impl Iterator<Item = (&Distribution, &Origin)> {
    let enabled = all.iter().filter(|one| one.enabled);
    enabled.flat_map(|one| one.origins.iter().map(move |origin| (one, origin)))
}

fn domain(origin: &Origin) -> String {
    let domain = origin.domain.trim_end_matches('.').to_lowercase();
    domain.strip_prefix("dualstack.").map_or(domain.clone(), str::to_owned)
}

fn is_of_aws(domain: &str) -> bool {
    OF_AWS.iter().any(|outer| domain.strip_suffix(outer).is_some_and(|left| left.ends_with('.')))
}
