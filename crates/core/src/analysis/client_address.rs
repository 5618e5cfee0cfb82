//! Whether the targets of a Network load balancer see who the client is: then their own security groups decide
//! too who connects.

use crate::analysis::site::Site;
use crate::analysis::targets::{self, Sort, Targets};
use crate::inventory::{Kind, Listener, Protocol, TargetGroup, or_missing};
use crate::vocab::evidence::Step;
use crate::vocab::fact::{Gap, Reason};

/// The attribute that keeps clients' addresses.
pub(crate) const PRESERVE: &str = "preserve_client_ip.enabled";

/// What becomes of a client's address on its way to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAddress {
    /// It always arrives: the protocol knows nothing else.
    ByProtocol,
    /// The attribute keeps it.
    Kept,
    /// The target sees the load balancer's.
    Lost,
}

// Source: ElasticLoadBalancingV2 API reference, TargetGroupAttribute, and the Network user guide.
/// What becomes of the client's address in a group of a Network load balancer.
pub(crate) fn in_group(group: &TargetGroup, sort: Sort) -> Result<ClientAddress, Gap> {
    use Protocol::{Quic, Tcp, TcpQuic, TcpUdp, Tls, Udp};
    match &group.protocol {
        Some(Udp | TcpUdp | Quic | TcpQuic) => Ok(ClientAddress::ByProtocol),
        Some(Tcp | Tls) => {
            let kept = targets::switched_on(group, PRESERVE, sort != Sort::Address)?;
            Ok(if kept { ClientAddress::Kept } else { ClientAddress::Lost })
        }
        other => {
            let said = format!("protocol {}", or_missing(other.as_ref()));
            Err(targets::unexpected_value(group, Reason::Unrecognised, said))
        }
    }
}

/// Of a Network load balancer without security group: the groups of the targets that see who connects, and so
/// let in or keep out. What is not known says nothing.
pub(crate) fn filters(site: Site, listener: &Listener) -> Vec<Step> {
    if site.lb.kind != Kind::Network || !site.lb.security_groups.is_empty() {
        return Vec::new();
    }
    let rules = listener.rules.get().ok().into_iter().flatten();
    let actions = listener.default_actions.iter().chain(rules.flat_map(|rule| &rule.actions));
    let mut steps: Vec<Step> = Vec::new();
    for arn in actions.flat_map(|action| &action.target_groups).map(|group| &group.arn) {
        let Ok(group) = site.index.target_group(arn) else { continue };
        if steps.iter().all(|step| step.resource != group.arn) {
            steps.extend(filter(site, group));
        }
    }
    steps
}

fn filter(site: Site, group: &TargetGroup) -> Option<Step> {
    let sort = targets::sort(group).ok()?;
    if !matches!(sort, Sort::Instance | Sort::Address)
        || in_group(group, sort).ok()? == ClientAddress::Lost
    {
        return None;
    }
    let all = Targets::Group(group);
    let mut names: Vec<&str> = Vec::new();
    for target in group.targets.get().ok().into_iter().flatten() {
        let interfaces = targets::interfaces(site.index, &all, target).unwrap_or_default();
        names.extend(interfaces.iter().flat_map(|one| &one.groups).map(String::as_str));
    }
    names.sort_unstable();
    names.dedup();
    let own = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let says =
        format!("keeps clients' addresses: its targets' own security groups{own} decide too");
    Some(Step { resource: group.arn.clone(), says })
}
