//! What is changed about target groups, the same words for the same change whichever check finds the fault.

use crate::analysis::targets::Targets;
use crate::check::Grounds;
use crate::inventory::TargetGroup;
use crate::remedy::cause::{Cause, ResourceKind, Verb};

/// A change of this target group.
fn change(verb: Verb, arn: &str, name: &str, to: &str) -> Cause {
    Cause::new(verb, ResourceKind::TargetGroup, arn).called(name).to(to)
}

/// The targets of a group are brought back to health; instances of a Classic load balancer are its own.
pub(in crate::checks) fn repair(grounds: Grounds, targets: &Targets) -> Grounds {
    match targets {
        Targets::Group(group) => grounds.cause(repaired(&group.arn, &group.name)),
        Targets::Instances(_) => grounds,
    }
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
