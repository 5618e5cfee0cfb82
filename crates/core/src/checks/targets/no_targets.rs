//! Nothing is registered behind a load balancer.

use crate::analysis::{routing, targets};
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "no-targets",
    title: "nothing registered behind any rule",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "Every forwarded request fails, the bill goes on, and a DNS name that leads nowhere waits \
          for someone to forget it.",
    logic: "Fails when every target group that a rule forwards to, whatever its weight, is empty or \
            holds only draining targets; for a Classic load balancer when no instance is \
            registered. Where others have targets, `rule-unserved` and `default-group-missing` \
            look at each rule. Does not apply without a listener, or where every rule redirects or \
            answers by itself. While rules are unread it passes if a group of a default action has \
            targets, and is unknown otherwise.",
    false_alarms: "A service that is scaled to nothing over night, and the idle half of a \
                   blue-green pair that has a load balancer of its own, have no targets on \
                   purpose.",
    fix: "register targets, or delete the load balancer with the DNS records that point to it",
    remedy: Remedy::steps(Steps {
        console: "EC2, Target Groups, the group, Targets, Register targets; or Load Balancers, \
                  Actions, Delete load balancer, after its DNS records.",
        cli: r"
            aws elbv2 register-targets --target-group-arn EMPTY_TARGET_GROUP_ARN \
              --targets Id=NEW_TARGET_ID

            # Classic
            aws elb register-instances-with-load-balancer --load-balancer-name CLASSIC_NAME \
              --instances NEW_TARGET_ID",
        terraform: r#"
            resource "aws_lb_target_group_attachment" "web" {
              target_group_arn = aws_lb_target_group.web.arn
              target_id        = aws_instance.web.id
            }"#,
        cloudformation: r"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                Targets:
                  - Id: !Ref Instance",
    })
    .planned(Plan::Never(Why::Repair, "targets have to be started and registered")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "an empty group",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&[]);
                    });
                })
            },
            finds: &["fail no-targets web"],
        },
        Example {
            title: "the last target is leaving",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["draining"]);
                    });
                })
            },
            finds: &["fail no-targets web"],
        },
        Example {
            title: "a Classic load balancer without instance",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = Fact::Known(Vec::new());
                })
            },
            finds: &["fail no-targets web"],
        },
        Example {
            title: "it only redirects",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("HTTP", 80, vec![sample::redirect_to_https()])];
                    region.target_groups = Fact::Known(Vec::new());
                    region.auto_scaling_groups = Fact::Known(Vec::new());
                })
            },
            finds: &[
                "does not apply",
                "fail redirect-port-unserved HTTP:80",
                "fail security-group-unused-port web",
            ],
        },
        Example {
            title: "rules unread, the default group has targets",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::listeners(lb)[0].rules =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                })
            },
            finds: &["unknown 40 others: elbv2:DescribeRules"],
        },
        Example {
            title: "rules unread, the default group is empty",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&[]);
                    });
                    sample::listeners(sample::only(region))[0].rules =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                })
            },
            finds: &["unknown no-targets web", "unknown 12 others: elbv2:DescribeRules"],
        },
        Example { title: "two targets", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let listeners = lb.listeners.get()?;
    if listeners.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    if lb.kind == Kind::Classic {
        let number = lb.instances.get()?.len();
        let grounds = Grounds::new().with("instances", number);
        return Ok(if number == 0 { Verdict::Fail(grounds) } else { Verdict::Pass(grounds) });
    }
    let mut groups = routing::named_groups(lb);
    let known = groups.found.clone();
    let unread = listeners.iter().filter(|listener| listener.rules.gap().is_some());
    let defaults = unread.flat_map(|listener| &listener.default_actions);
    groups.found.extend(defaults.flat_map(|action| &action.target_groups).map(|group| &*group.arn));
    let number = groups.found.len();
    if targets::any_registered(context.site, groups)? {
        return Ok(Verdict::Pass(Grounds::new().with("target_groups_named", number)));
    }
    if known.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let arns: Vec<String> = known.iter().map(|arn| (*arn).to_owned()).collect();
    let names: Vec<&str> = known.into_iter().map(routing::group_name).collect();
    let grounds = Grounds::new().with("target_groups", names);
    Ok(Verdict::Fail(grounds.bind("EMPTY_TARGET_GROUP_ARN", arns)))
}
