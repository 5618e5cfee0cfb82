//! All of a group's targets fail their health checks.

use crate::analysis::health::{self, Service};
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "targets-all-unhealthy",
    title: "all targets are unhealthy",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "Whoever asks gets errors: the service is down. An Application or Network load balancer \
          then sends requests to all targets, the sick ones too.",
    logic: "Looks at each target group that some request reaches, and at the instances of a \
            Classic load balancer. Fails when at least one target is `unhealthy` or \
            `unhealthy.draining` and none is healthy or starting. What counts and what does not is \
            said at `target-unhealthy`; the two never fail together. Where AWS sends requests to no \
            target at all, `rule-unserved` says so. Where no outbound rule of the load balancer's \
            security groups is about the port of the health checks, that is named as the cause.",
    false_alarms: "A health check that asks for what the targets never answer fails although they \
                   serve, since an Application or Network load balancer then sends requests to \
                   all of them.",
    fix: "see why the health check fails on all of them: a wrong path or port, a closed security \
          group, or the service itself",
    remedy: Remedy::health_check(&[
        ("Path", "/HEALTH_PATH"),
        ("Port", "traffic-port"),
        ("Matcher", "200"),
    ])
    .console(
        "EC2, Target Groups, the group: read the reasons under Targets, then compare path, port \
         and success codes under Health checks with what the targets answer.",
    )
    .planned(Plan::Never(Why::Repair, "the targets have to answer their health checks again")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-healthcheck.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "both of two",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["unhealthy", "unhealthy"]);
                    });
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "the last one is leaving",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["unhealthy", "draining"]);
                    });
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "a new one is about to come",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["unhealthy", "initial"]);
                    });
                })
            },
            finds: &["fail target-unhealthy web", "fail targets-too-few web"],
        },
        Example {
            title: "every Classic instance out of service",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = sample::in_states(&["OutOfService"]);
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "a Classic instance of unknown state",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = sample::in_states(&["OutOfService", "Unknown"]);
                })
            },
            finds: &[
                "unknown targets-all-unhealthy web",
                "unknown target-unhealthy web",
                "unknown targets-too-few web",
            ],
        },
        Example {
            title: "a function without health checks",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::function(region, "web");
                    sample::regroup(region, "web", |group| {
                        let mut function = sample::target(sample::FUNCTION, "unhealthy");
                        function.port = None;
                        group.targets = Fact::Known(vec![function]);
                    });
                })
            },
            finds: &["does not apply"],
        },
        Example { title: "all answer", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "the only other instance is still being registered",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let failing = Target {
                        reason: Some("Instance".to_owned()),
                        ..sample::target("i-1", "OutOfService")
                    };
                    let new = Target {
                        reason: Some("ELB".to_owned()),
                        description: Some("Instance registration is still in progress.".to_owned()),
                        ..sample::target("i-2", "OutOfService")
                    };
                    lb.instances = Fact::Known(vec![failing, new]);
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "ELB itself has taken it out of service",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let out = Target {
                        reason: Some("ELB".to_owned()),
                        description: Some("A transient error occurred.".to_owned()),
                        ..sample::target("i-1", "OutOfService")
                    };
                    lb.instances = Fact::Known(vec![out]);
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "a group that only a rule knows the load balancer of",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.load_balancer_arns.clear();
                        group.targets = sample::in_states(&["unhealthy"]);
                    });
                })
            },
            finds: &["fail targets-all-unhealthy web"],
        },
        Example {
            title: "a group that the list of groups lacks",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    *sample::listeners(lb) = vec![sample::https(vec![sample::forward("gone")])];
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown targets-all-unhealthy gone",
                "unknown 11 others: elbv2:DescribeTargetGroups",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Some(tally) = health::tally(context.site, targets)? else {
        return Ok(Verdict::NotApplicable);
    };
    if tally.healthy == 0 && tally.unhealthy.is_empty() {
        tally.complete()?;
        return Ok(Verdict::NotApplicable);
    }
    Ok(match tally.service()? {
        Service::Served => Verdict::Pass(tally.evidence().into()),
        Service::FailOpen | Service::Unserved => {
            Verdict::Fail(causes_targets::repair(context, tally.evidence().into(), targets))
        }
    })
}
