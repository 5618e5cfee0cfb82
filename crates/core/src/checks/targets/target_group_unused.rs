//! Targets are registered where no load balancer sends anything.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "target-group-unused",
    aliases: &["orphan-target-group"],
    title: "targets behind no load balancer",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "Machines run and are paid for, or a deployment has stopped half-way: what should get \
          requests gets none.",
    logic: "A note when a target group that no load balancer uses has registered targets; passes when \
            it has none. Only looks in regions with a load balancer.",
    false_alarms: "Blue/green deployments keep the group that is not in use between two releases.",
    fix: "delete the group, or add it to a listener",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Target Groups > the group > Actions > Delete, or Associate with a load \
                  balancer.",
        cli: "aws elbv2 delete-target-group --target-group-arn TARGET_GROUP_ARN",
        terraform: "Remove the aws_lb_target_group, or name it in an aws_lb_listener_rule.",
        cloudformation: "Remove the AWS::ElasticLoadBalancingV2::TargetGroup, or name it in a \
                         ListenerRule.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
    ],
    examples: &[
        Example {
            title: "two targets",
            given: || unused(&["healthy", "unused"]),
            finds: &["note target-group-unused old"],
        },
        Example { title: "no target", given: || unused(&[]), finds: &[] },
        Example {
            title: "targets unread",
            given: || {
                let mut inventory = unused(&[]);
                let gap = sample::denied(Call::ElbV2DescribeTargetHealth);
                sample::regroup(&mut inventory.accounts[0].regions[0], "old", |group| {
                    group.targets = Fact::Unread(gap);
                });
                inventory
            },
            finds: &["unknown target-group-unused old"],
        },
    ],
    ..Check::new(Judge::UnusedTargetGroup(judge))
};

fn unused(states: &[&str]) -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        sample::add_groups(region, &Kind::Gateway, &["old"]);
        sample::regroup(region, "old", |group| {
            group.load_balancer_arns.clear();
            group.targets = sample::in_states(states);
        });
    })
}

fn judge(_: &RegionScope, group: &TargetGroup) -> Judgement {
    match group.targets.get()?.len() {
        0 => Ok(Verdict::Pass(Grounds::new().with("targets", 0))),
        count => Ok(Verdict::Note(Grounds::new().with("targets", count))),
    }
}
