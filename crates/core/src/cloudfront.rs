//! CloudFront in front of a load balancer.

use crate::check::Context;
use crate::fact::Gap;
use crate::inventory::{Distribution, Origin};

/// The origins of enabled distributions that name this load balancer. An origin that goes by another
/// name, which DNS leads to it, is not found.
pub fn origins<'a>(context: &Context<'a>) -> Result<Vec<(&'a Distribution, &'a Origin)>, Gap> {
    let Some(own) = &context.lb.dns_name else { return Ok(Vec::new()) };
    let names = |origin: &Origin| {
        let domain = origin.domain.trim_end_matches('.').to_lowercase();
        domain.strip_prefix("dualstack.").unwrap_or(&domain) == own.to_lowercase()
    };
    let enabled = context.account.distributions.get()?.iter().filter(|own| own.enabled);
    let each = enabled.flat_map(|one| one.origins.iter().map(move |origin| (one, origin)));
    Ok(each.filter(|(_, origin)| names(origin)).collect())
}
