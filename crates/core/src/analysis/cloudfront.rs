//! CloudFront in front of a load balancer.

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

/// The origins of enabled distributions that lead to this load balancer: by its own name, or by one that a
/// public record of the account leads to it. What other DNS says is not known.
///
/// # Errors
///
/// The gap of distributions, or of records that may lead an origin here.
pub fn origins(site: Site<'_>) -> Result<Vec<(&Distribution, &Origin)>, Gap> {
    let Some(own) = &site.lb.dns_name else { return Ok(Vec::new()) };
    let own = own.to_lowercase();
    let mut found = Vec::new();
    for (distribution, origin) in each(site.account.distributions.get()?) {
        let domain = domain(origin);
        let leads = if domain == own {
            true
        } else if is_of_aws(&domain) {
            false
        } else {
            let records = site.account.dns_records.get()?;
            records.iter().any(|record| names(record, &domain) && record.target == own)
        };
        if leads {
            found.push((distribution, origin));
        }
    }
    Ok(found)
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

/// Whether a public record has this name. One for all names beside it is left out: records that lead
/// elsewhere, and go before it, are not kept.
fn names(record: &DnsRecord, domain: &str) -> bool {
    !record.private && record.name.to_lowercase() == domain
}
