//! The security groups of a load balancer: which are known, and what their rules are about.

use crate::analysis::index::Index;
use crate::inventory::{LoadBalancer, Permission, SecurityGroup, Transport};
use crate::vocab::fact::Gap;
use crate::vocab::partial::Partial;

/// The security groups of a load balancer.
pub(crate) type Attached<'a> = Partial<Vec<&'a SecurityGroup>>;

/// The security groups of a load balancer.
pub(crate) fn attached_to<'a>(index: &Index<'a>, lb: &LoadBalancer) -> Attached<'a> {
    lb.security_groups.iter().map(|id| index.security_group(id)).collect()
}

impl<'a> Attached<'a> {
    /// What they let in, each with its group.
    pub(crate) fn ingress(&self) -> impl Iterator<Item = (&'a SecurityGroup, &'a Permission)> + '_ {
        self.found.iter().flat_map(|group| group.ingress.iter().map(move |one| (*group, one)))
    }

    /// What they let out, each with its group.
    pub(crate) fn egress(&self) -> impl Iterator<Item = (&'a SecurityGroup, &'a Permission)> + '_ {
        self.found.iter().flat_map(|group| group.egress.iter().map(move |one| (*group, one)))
    }

    /// Whether one of those that are known lets out to a port, wherever. A rule that is not understood may be
    /// the one that does.
    pub(crate) fn lets_out(
        &self,
        index: &Index,
        transport: Transport,
        port: u16,
    ) -> Result<bool, Gap> {
        Partial::whole(self.egress()).any(|(group, permission)| {
            permission.covers(transport, port).map_err(|gap| placed(index, group, gap))
        })
    }
}

/// What a group lets in that this is so of, and the gaps of rules that are not understood: whoever they name
/// may be let in.
pub(crate) fn admitting<'a>(
    index: &'a Index<'_>,
    group: &'a SecurityGroup,
    is_so: impl Fn(&Permission) -> Result<bool, Gap> + 'a,
) -> impl Iterator<Item = Result<&'a Permission, Gap>> {
    group.ingress.iter().filter_map(move |permission| match is_so(permission) {
        Ok(true) => Some(Ok(permission)),
        Ok(false) => None,
        Err(gap) => Some(Err(placed(index, group, gap))),
    })
}

/// The gap of a group's rule that is not understood, with its place.
pub(crate) fn placed(index: &Index, group: &SecurityGroup, gap: Gap) -> Gap {
    gap.in_region(&index.region().name).of(&group.id)
}

/// `sg-1: tcp 443 from 0.0.0.0/0`.
pub(crate) fn rule(group: &SecurityGroup, permission: &Permission, from: &str) -> String {
    format!("{}: {} from {from}", group.id, permission.label())
}
