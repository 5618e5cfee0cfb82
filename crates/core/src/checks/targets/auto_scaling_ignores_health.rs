//! An Auto Scaling group keeps instances that its load balancer takes for sick.

use crate::checks::prelude::*;
use crate::inventory::AutoScalingGroup;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "auto-scaling-ignores-health",
    aliases: &["asg-elb-healthcheck"],
    title: "Auto Scaling does not look at load-balancer health",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "An instance whose service has died, but whose machine runs, stays: the load balancer \
          sends it nothing, Auto Scaling does not replace it, and the others carry its load.",
    logic: "Fails when an Auto Scaling group that registers with a load balancer or target group has \
            health check types without `ELB`. Does not apply to one that registers with none.",
    false_alarms: "Meant where instances must not be replaced by themselves, or while a service \
                   needs longer to start than any grace period.",
    fix: "add ELB to the health check types, with a grace period longer than the service takes to \
          start",
    remedy: Remedy::auto_scaling(&[("HealthCheckType", "ELB"), ("HealthCheckGracePeriod", "300")])
    .console(
        "EC2 > Auto Scaling Groups > the group > Details > Health checks > Edit: turn on Elastic \
         Load Balancing health checks.",
    )
    .planned(Plan::Never(Why::Elsewhere, "it is a setting of the Auto Scaling group")),
    links: &[
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html",
    ],
    needs: &[Call::AutoScalingDescribeGroups],
    examples: &[
        Example {
            title: "EC2 alone",
            given: || checked(Some("EC2")),
            finds: &["fail auto-scaling-ignores-health web"],
        },
        Example {
            title: "several, among them ELB",
            given: || checked(Some("EC2,ELB")),
            finds: &[],
        },
        Example {
            title: "it registers with nothing",
            given: || {
                sample::scaling(&Kind::Application, |group| {
                    group.health_check_type = Some("EC2".to_owned());
                    group.target_groups.clear();
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "no type told",
            given: || checked(None),
            finds: &["unknown auto-scaling-ignores-health web"],
        },
        Example {
            title: "Auto Scaling groups unread",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    let gap = sample::denied(Call::AutoScalingDescribeGroups);
                    region.auto_scaling_groups = Fact::Unread(gap);
                })
            },
            finds: &[
                "unknown auto-scaling-target-missing eu-west-1",
                "unknown auto-scaling-ignores-health eu-west-1",
                "unknown auto-scaling-zones-differ eu-west-1",
            ],
        },
    ],
    ..Check::new(Judge::AutoScalingGroup(judge))
};

fn checked(kind: Option<&'static str>) -> Inventory {
    sample::scaling(&Kind::Classic, |group| group.health_check_type = kind.map(str::to_owned))
}

fn judge(_: &RegionScope, group: &AutoScalingGroup) -> Judgement {
    if group.load_balancers.is_empty() && group.target_groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let Some(kinds) = group.health_check_type.as_deref() else {
        return Err(Gap::new(Call::AutoScalingDescribeGroups, Reason::Malformed)
            .of(&group.arn)
            .saying("a group without health check type"));
    };
    if kinds.split(',').any(|kind| kind.trim() == "ELB") {
        return Ok(Verdict::Pass(Grounds::new().with("health_check_type", kinds)));
    }
    Ok(Verdict::Fail(Grounds::new().with("health_check_type", kinds)))
}
