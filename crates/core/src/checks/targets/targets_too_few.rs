//! One more failure and nobody answers.

use crate::analysis::health::{self, Service};
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "targets-too-few",
    aliases: &["min-healthy-targets"],
    title: "too few healthy targets",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "When the last target fails, or is replaced by a deployment, the service is down.",
    logic: "Looks at each target group that some request reaches, and at the instances of a Classic \
            load balancer. Fails when fewer than 2 (`[thresholds]`, `healthy-targets`) are healthy or \
            still starting. Does not apply where none is, which other checks say, nor to functions \
            and Application load balancers as targets: there is one of them and it does not fail \
            like a machine.",
    false_alarms: "Meant for test systems, and for what may only run once.",
    fix: "run at least two targets, in different zones",
    remedy: Remedy::auto_scaling(&[("MinSize", "2")]).or_register().console(
        "EC2 > Target Groups > the group > Targets > Register targets, or raise the minimum of the \
         Auto Scaling group.",
    )
    .planned(Plan::Never(Why::Repair, "more targets have to be started")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/use-fault-isolation-to-protect-your-workload.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "one",
            given: || grouped(&Kind::Network, &["healthy"]),
            finds: &["fail targets-too-few web"],
        },
        Example {
            title: "one, and one on its way out",
            given: || grouped(&Kind::Application, &["healthy", "draining"]),
            finds: &["fail targets-too-few web"],
        },
        Example {
            title: "a second one is starting",
            given: || grouped(&Kind::Application, &["healthy", "initial"]),
            finds: &[],
        },
        Example {
            title: "one Classic instance",
            given: || {
                sample::with(&Kind::Classic, |lb| lb.instances = sample::in_states(&["InService"]))
            },
            finds: &["fail targets-too-few web"],
        },
        Example { title: "two", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "one Application load balancer",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.target_type = Some("alb".into());
                        group.targets = sample::in_states(&["healthy"]);
                    });
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "one, and one in a state that this version does not know",
            given: || grouped(&Kind::Application, &["healthy", "puzzled"]),
            finds: &[
                "unknown target-unhealthy web",
                "unknown target-zone-not-enabled web",
                "unknown targets-too-few web",
                "unknown targets-uneven web",
            ],
        },
        Example {
            title: "health unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let gap = sample::denied(Call::ElbV2DescribeTargetHealth);
                    sample::regroup(region, "web", |group| group.targets = Fact::Unread(gap));
                })
            },
            finds: &[
                "unknown targets-too-few web",
                "unknown 13 others: elbv2:DescribeTargetHealth",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn grouped(kind: &Kind, states: &[&str]) -> Inventory {
    sample::with_region(kind, |region| {
        sample::regroup(region, "web", |group| group.targets = sample::in_states(states));
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    if !targets::are_hosts(targets)? {
        return Ok(Verdict::NotApplicable);
    }
    let Some(tally) = health::tally(context.site, targets)? else {
        return Ok(Verdict::NotApplicable);
    };
    let least = context.thresholds.healthy_targets as usize;
    let up = tally.healthy + tally.starting + tally.registering;
    if up >= least {
        return Ok(Verdict::Pass(Grounds::from(tally.evidence()).with("at_least", least)));
    }
    tally.complete()?;
    Ok(match tally.service()? {
        Service::Served => {
            let grounds = Grounds::from(tally.evidence()).with("at_least", least);
            Verdict::Fail(causes_targets::extend(grounds, targets))
        }
        Service::FailOpen | Service::Unserved => Verdict::NotApplicable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};
    use crate::report::Outcome;

    #[test]
    fn the_policy_says_how_many_are_enough() {
        let inventory = sample::clean(&Kind::Network);
        let outcome = |least| {
            let mut options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
            options.policy.thresholds.healthy_targets = least;
            audit(&inventory, &[&CHECK], &options).findings[0].outcome
        };
        assert_eq!((outcome(2), outcome(3)), (Outcome::Pass, Outcome::Fail));
    }
}
