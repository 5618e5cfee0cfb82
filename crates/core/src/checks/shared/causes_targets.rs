//! What is changed about target groups, the same words for the same change whichever check finds the fault.

use std::collections::BTreeSet;

use super::causes_network;
use crate::analysis::security_groups::{self, Attached};
use crate::analysis::targets::{self, Targets};
use crate::check::{Context, Grounds};
use crate::inventory::{TargetGroup, Transport};
use crate::remedy::cause::{Cause, ResourceKind, Verb};

/// A change of this target group.
fn change(verb: Verb, arn: &str, name: &str, to: &str) -> Cause {
    Cause::new(verb, ResourceKind::TargetGroup, arn).called(name).to(to)
}

/// The targets of a group are brought back to health; instances of a Classic load balancer are its own. Where
/// the load balancer's security groups do not let its health checks out, that is what to change.
pub(in crate::checks) fn repair(context: &Context, grounds: Grounds, targets: &Targets) -> Grounds {
    let Targets::Group(group) = targets else { return grounds };
    let attached = security_groups::attached_to(context.index, context.lb);
    let kept_in = kept_in(context, &attached, group);
    if kept_in.is_empty() {
        return grounds.cause(repaired(&group.arn, &group.name));
    }
    let out = format!("let {} out", kept_in.join(", "));
    let grounds = grounds.with("health_checks_not_let_out", kept_in);
    match attached.found[..] {
        [only] => grounds.cause(causes_network::open(only, out)),
        _ => grounds.cause(repaired(&group.arn, &group.name)),
    }
}

/// The ports that health checks of a group ask, by TCP whatever its protocol, and that certainly no security
/// group of the load balancer lets out to: `tcp 9443`.
fn kept_in(context: &Context, attached: &Attached, group: &TargetGroup) -> Vec<String> {
    if attached.gap().is_some() || attached.found.is_empty() {
        return Vec::new();
    }
    let targets = group.targets.get().into_iter().flatten();
    let asked: BTreeSet<u16> = match group.health_check_port.as_deref() {
        Some("traffic-port") => targets.filter_map(|one| targets::port(group, one).ok()).collect(),
        Some(number) => number.parse().into_iter().collect(),
        None => BTreeSet::new(),
    };
    let shut = |port: &u16| attached.lets_out(context.index, Transport::Tcp, *port) == Ok(false);
    asked.into_iter().filter(shut).map(|port| format!("tcp {port}")).collect()
}

/// The targets of this group are brought back to health.
pub(in crate::checks) fn repaired(arn: &str, name: &str) -> Cause {
    change(Verb::Repair, arn, name, "bring its targets back to health")
}

/// More targets are registered, in more zones.
pub(in crate::checks) fn extend(grounds: Grounds, targets: &Targets) -> Grounds {
    match targets {
        Targets::Group(group) => {
            let to = "run at least two targets, in different zones";
            grounds.cause(change(Verb::Extend, &group.arn, &group.name, to))
        }
        Targets::Instances(_) => grounds,
    }
}

/// A group with TLS takes the place of one in cleartext.
pub(in crate::checks) fn encrypted(arn: &str, name: &str) -> Cause {
    change(Verb::Recreate, arn, name, "with HTTPS or TLS")
}

/// Targets that are gone are taken out.
pub(in crate::checks) fn cleared(group: &TargetGroup) -> Cause {
    change(Verb::Change, &group.arn, &group.name, "deregister addresses that nobody has")
}
