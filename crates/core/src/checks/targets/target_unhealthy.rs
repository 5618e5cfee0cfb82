//! Some of a group's targets fail their health checks.

use crate::analysis::health;
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "target-unhealthy",
    aliases: &["unhealthy-targets"],
    title: "some targets are unhealthy",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "The others carry the load alone; what fails next may be too much for them.",
    logic: "Looks at each target group that some request reaches, and at the instances of a \
            Classic load balancer. Fails when at least one target is `unhealthy` or \
            `unhealthy.draining` and another is healthy or still starting. Draining, unused and \
            unavailable targets do not count, nor Classic instances still being registered. Does \
            not apply when all fail, to groups behind no live rule or of weight 0, and to \
            functions without health checks. A Classic instance that AWS reports as `Unknown` \
            makes the verdict unknown.",
    false_alarms: "During a deployment some targets fail for a few minutes, and a standby that \
                   answers health checks only when it leads fails on purpose.",
    fix: "see why the health check of these targets fails, or deregister them",
    remedy: Remedy::steps(Steps {
        console: "EC2, Target Groups, the group, Targets: read the reason beside each unhealthy \
                  target; fix it, or choose Deregister.",
        cli: r"
            # the reason of each; fix it, or take out those that will not come back
            aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN
            aws elbv2 deregister-targets --target-group-arn TARGET_GROUP_ARN \
              --targets UNHEALTHY_TARGETS

            # Classic
            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            aws elb deregister-instances-from-load-balancer \
              --load-balancer-name LOAD_BALANCER_NAME --instances UNHEALTHY_INSTANCES",
        terraform: r#"
            resource "aws_lb_target_group" "this" {
              health_check {
                path    = "/health"
                matcher = "200"
              }
            }"#,
        cloudformation: r#"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                HealthCheckPath: /health
                Matcher:
                  HttpCode: "200""#,
    })
    .planned(Plan::Never(Why::Repair, "the targets have to answer their health checks again")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "one of two",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["healthy", "unhealthy"]);
                    });
                })
            },
            finds: &["fail target-unhealthy web", "fail targets-too-few web"],
        },
        Example {
            title: "draining and starting targets do not count",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets =
                            sample::in_states(&["healthy", "draining", "initial", "unused"]);
                    });
                })
            },
            finds: &[],
        },
        Example {
            title: "one Classic instance out of service",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = sample::in_states(&["InService", "OutOfService"]);
                })
            },
            finds: &["fail target-unhealthy web", "fail targets-too-few web"],
        },
        Example {
            title: "a Classic instance still being registered",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let mut starting = sample::target("i-2", "OutOfService");
                    starting.reason = Some("ELB".to_owned());
                    lb.instances = Fact::Known(vec![sample::target("i-1", "InService"), starting]);
                })
            },
            finds: &[],
        },
        Example {
            title: "a Classic instance of unknown state",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = sample::in_states(&["InService", "Unknown"]);
                })
            },
            finds: &["unknown target-unhealthy web", "unknown targets-too-few web"],
        },
        Example {
            title: "a group of weight 0",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::add_groups(region, &Kind::Application, &["next"]);
                    sample::regroup(region, "next", |group| {
                        group.targets = sample::in_states(&["healthy", "unhealthy"]);
                    });
                    sample::listeners(sample::only(region))[0] = sample::https(vec![
                        sample::forward_weighted(&[("web", Some(1)), ("next", Some(0))]),
                    ]);
                })
            },
            finds: &[],
        },
        Example { title: "all answer", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Some(tally) = health::tally(context.site, targets)? else {
        return Ok(Verdict::NotApplicable);
    };
    if tally.is_up() && !tally.unhealthy.is_empty() {
        let grounds = causes_targets::repair(context, tally.evidence().into(), targets);
        let down = tally.unhealthy.iter();
        let grounds = match targets {
            Targets::Group(_) => {
                let down: Vec<String> = down.map(|target| targets::shorthand(target)).collect();
                grounds.bind("UNHEALTHY_TARGETS", down)
            }
            Targets::Instances(_) => {
                let down: Vec<String> = down.map(|target| target.id.clone()).collect();
                grounds.bind("UNHEALTHY_INSTANCES", down)
            }
        };
        return Ok(Verdict::Fail(grounds));
    }
    tally.complete()?;
    let well = tally.healthy > 0 && tally.unhealthy.is_empty();
    Ok(if well { Verdict::Pass(tally.evidence().into()) } else { Verdict::NotApplicable })
}
