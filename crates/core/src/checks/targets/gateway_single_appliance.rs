//! One appliance stands between all traffic and its inspection.

use crate::analysis::health::{self, Service};
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::remedy::plan::{Plan, Why};

const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

pub(crate) const CHECK: Check = Check {
    id: "gateway-single-appliance",
    aliases: &["gwlb-single-appliance"],
    title: "inspection hangs on one appliance",
    severity: Severity::Medium,
    applies_to: &[Kind::Gateway],
    why: "When it fails, everything that is routed through it stands still, and someone in a hurry \
          routes around the inspection.",
    logic: "Fails when a target group that gets traffic has fewer than two appliances healthy or \
            starting, or when cross-zone load balancing is off and a zone of the load balancer \
            has none. Appliances outside the VPC, which every zone reaches, count in each. Does \
            not apply when none can serve, which `targets-all-unhealthy`, `rule-unserved` and \
            `no-targets` say.",
    fix: "run an appliance in every zone, and at least two",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Target Groups > the group > Targets > Register targets, or raise the \
                  minimum of the Auto Scaling group. EC2 > Load Balancers > the load balancer > \
                  Attributes switches cross-zone load balancing on.",
        cli: r"
            # appliances of an Auto Scaling group: in a subnet of every zone, two at least
            aws autoscaling update-auto-scaling-group --auto-scaling-group-name APPLIANCES_GROUP \
              --min-size 2 --vpc-zone-identifier NEW_SUBNET_IDS

            # appliances that are registered one by one
            aws elbv2 register-targets --target-group-arn TARGET_GROUP_ARN \
              --targets Id=NEW_TARGET_ID",
        terraform: r#"
            resource "aws_autoscaling_group" "appliances" {
              min_size            = 2
              vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
            }"#,
        cloudformation: r#"
            Appliances:
              Type: AWS::AutoScaling::AutoScalingGroup
              Properties:
                MinSize: "2"
                VPCZoneIdentifier:
                  - !Ref SubnetA
                  - !Ref SubnetB"#,
    })
    .planned(Plan::Never(Why::Repair, "another appliance has to be started and registered")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/gateway-load-balancers.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/health-checks.html",
    ],
    needs: &[
        Call::ElbV2DescribeLoadBalancerAttributes,
        Call::ElbV2DescribeRules,
        Call::Ec2DescribeNetworkInterfaces,
    ],
    examples: &[
        Example {
            title: "one",
            given: || placed("true", &[("i-1", "healthy")]),
            finds: &["fail gateway-single-appliance web"],
        },
        Example {
            title: "two in one zone, none in the other, zones on their own",
            given: || placed("false", &[("i-1", "healthy"), ("i-11", "healthy")]),
            finds: &["fail gateway-single-appliance web", "fail targets-uneven web"],
        },
        Example {
            title: "two in one zone, cross-zone",
            given: || placed("true", &[("i-1", "healthy"), ("i-11", "healthy")]),
            finds: &["fail targets-uneven web"],
        },
        Example {
            title: "two outside the VPC, zones on their own",
            given: || {
                let mut inventory = placed("false", &[]);
                sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
                    let outside = |address| Target {
                        zone: Some("all".to_owned()),
                        ..sample::target(address, "healthy")
                    };
                    group.target_type = Some("ip".into());
                    group.targets = Fact::Known(["10.9.1.10", "10.9.2.10"].map(outside).to_vec());
                });
                inventory
            },
            finds: &[],
        },
        Example {
            title: "one in each zone",
            given: || placed("false", &[("i-1", "healthy"), ("i-2", "initial")]),
            finds: &[],
        },
        Example {
            title: "none is healthy",
            given: || placed("true", &[("i-1", "unhealthy")]),
            finds: &["does not apply", "fail targets-all-unhealthy web"],
        },
        Example {
            title: "attributes unread",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    let gap = sample::denied(Call::ElbV2DescribeLoadBalancerAttributes);
                    lb.attributes = Fact::Unread(gap);
                })
            },
            finds: &[
                "unknown deletion-protection-off web",
                "unknown gateway-single-appliance web",
                "unknown cross-zone-off web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn placed(cross_zone: &str, targets: &[(&str, &str)]) -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        sample::set(sample::only(region), &[(CROSS_ZONE, cross_zone)]);
        let targets = targets.iter().map(|(id, state)| sample::target(id, state)).collect();
        sample::regroup(region, "web", |group| group.targets = Fact::Known(targets));
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Some(tally) = health::tally(context.site, targets)? else {
        return Ok(Verdict::NotApplicable);
    };
    let up = tally.healthy + tally.starting;
    if up < 2 {
        tally.complete()?;
        return Ok(match tally.service()? {
            Service::Served => {
                Verdict::Fail(causes_targets::extend(tally.evidence().into(), targets))
            }
            Service::FailOpen | Service::Unserved => Verdict::NotApplicable,
        });
    }
    if context.lb.switched_on(CROSS_ZONE)? {
        return Ok(Verdict::Pass(Grounds::from(tally.evidence()).with(CROSS_ZONE, "true")));
    }
    let is_up =
        |target: &&Target| matches!(target.state, TargetState::Healthy | TargetState::Initial);
    let counted: Vec<&Target> = targets.health().get()?.iter().filter(is_up).collect();
    let zones = targets::by_zone(context.site, targets, &counted)?;
    let bare: Vec<&str> =
        zones.into_iter().filter_map(|(zone, count)| (count == 0).then_some(zone)).collect();
    if bare.is_empty() {
        return Ok(Verdict::Pass(tally.evidence().into()));
    }
    tally.complete()?;
    let grounds =
        Grounds::from(tally.evidence()).with(CROSS_ZONE, "false").with("zones_without", bare);
    Ok(Verdict::Fail(causes_targets::extend(grounds, targets)))
}
