//! Connections stay with an appliance that has died.

use crate::analysis::targets;
use crate::checks::prelude::*;

const KEY: &str = "target_failover.on_unhealthy";

pub(crate) const CHECK: Check = Check {
    id: "gateway-flows-kept-on-failure",
    aliases: &["gwlb-failover"],
    title: "connections stay with a dead appliance",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Gateway],
    why: "When an appliance fails, the connections that it was inspecting go on being sent to it and \
          hang until they time out, though healthy appliances stand by.",
    logic: "Fails when `target_failover.on_unhealthy` of a target group is `no_rebalance`, its \
            default; passes on `rebalance`. Another value is unknown.",
    false_alarms: "Meant where appliances cannot take over a connection that they have not seen \
                   begin: then it would be cut anyway.",
    fix: "set target_failover.on_unhealthy and target_failover.on_deregistration to rebalance",
    remedy: Remedy::target_group_attribute(KEY, "rebalance")
        .and("target_failover.on_deregistration", "rebalance")
        .console(
            "EC2 > Target Groups > the group > Attributes > Edit: set Target failover to Rebalance \
             existing flows.",
        ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/edit-target-group-attributes.html",
    ],
    needs: &[Call::ElbV2DescribeTargetGroupAttributes],
    examples: &[
        Example {
            title: "kept",
            given: || failing_over(&[(KEY, "no_rebalance")]),
            finds: &["fail gateway-flows-kept-on-failure web"],
        },
        Example {
            title: "not set",
            given: || failing_over(&[]),
            finds: &["fail gateway-flows-kept-on-failure web"],
        },
        Example { title: "moved", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "a value that this version does not know",
            given: || failing_over(&[(KEY, "perhaps")]),
            finds: &["unknown gateway-flows-kept-on-failure web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn failing_over(pairs: &[(&str, &str)]) -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        sample::regroup(region, "web", |group| sample::set_group(group, pairs));
    })
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    match group.attributes.get()?.get(KEY).map(String::as_str) {
        Some("rebalance") => Ok(Verdict::Pass(Grounds::new().with(KEY, "rebalance"))),
        None | Some("no_rebalance") => Ok(Verdict::Fail(Grounds::new().with(KEY, "no_rebalance"))),
        Some(other) => Err(targets::unknown_attribute(group, KEY, other)),
    }
}
