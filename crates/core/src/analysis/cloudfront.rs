//! CloudFront in front of a load balancer.

use crate::analysis::origins::{Origins, domain, is_of_aws};
use crate::analysis::site::Site;
use crate::inventory::{Distribution, Origin};
use crate::vocab::fact::Gap;

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
    if let Err(gap) = records
        && origins.follows_dns(&own)
    {
        return Err(gap);
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
