//! Targets are in another network or belong to another account.

use std::collections::BTreeSet;

use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::inventory::NetworkInterface;

/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "target-remote",
    aliases: &["target-cross-account"],
    title: "targets outside the VPC or the account",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "Whoever runs them decides what clients get, and no rule of this account guards them.",
    logic: "A note when targets registered by address lie outside the VPC of their group, or when \
            the interface of a target belongs to another account. Functions and Application load \
            balancers as targets are left out.",
    false_alarms: "Usual for data centres, peered networks and central load balancers: know whose \
                   they are.",
    fix: "know who runs these targets, and deregister those that nobody does",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Target Groups > the group > Targets shows them; zone `all` is outside the \
                  VPC.",
        cli: "aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN",
        terraform: "Nothing to change where they are meant.",
        cloudformation: "Nothing to change where they are meant.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type",
    ],
    needs: &[Call::Ec2DescribeNetworkInterfaces, Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "a data centre",
            given: || sample::addressed(&Kind::Application, "HTTPS", &["192.168.7.9", "10.0.1.10"]),
            finds: &["note target-remote web"],
        },
        Example { title: "another account", given: foreign, finds: &["note target-remote web"] },
        Example { title: "own instances", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "interfaces unread",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    let gap = sample::denied(Call::Ec2DescribeNetworkInterfaces);
                    region.network_interfaces = Fact::Unread(gap);
                })
            },
            finds: &["unknown target-remote web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn foreign() -> Inventory {
    let mut inventory = sample::addressed(&Kind::Application, "HTTPS", &["10.0.1.10", "10.0.2.10"]);
    inventory.accounts[0].regions[0].network_interfaces = Fact::Known(vec![
        sample::interface("eni-1", Some("i-1"), "10.0.1.10"),
        NetworkInterface {
            owner: Some("444455556666".to_owned()),
            ..sample::interface("eni-2", None, "10.0.2.10")
        },
    ]);
    inventory
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if !targets::are_hosts(targets)? {
        return Ok(Verdict::NotApplicable);
    }
    let mut outside = targets::remote(context.index, group)?;
    let mut owners = BTreeSet::new();
    for target in group.targets.get()? {
        let interfaces = outside.learn(targets::interfaces(context.index, targets, target));
        let interfaces = interfaces.into_iter().flatten();
        owners.extend(interfaces.filter_map(|interface| interface.owner.as_deref()));
    }
    owners.remove(context.account.id.as_str());
    if outside.found.is_empty() && owners.is_empty() {
        return outside.otherwise(Verdict::Pass(Grounds::new().with("outside_vpc", 0)));
    }
    let mut outside = outside.found;
    let count = outside.len();
    outside.truncate(NAMED);
    let evidence = Grounds::new()
        .with("outside_vpc", count)
        .with("addresses", outside)
        .with("accounts", owners.into_iter().collect::<Vec<_>>());
    Ok(Verdict::Note(evidence))
}
