//! An Auto Scaling group launches instances in a zone that its load balancer does not serve.

use crate::remedy::plan::{Plan, Why};
use std::collections::BTreeMap;

use crate::checks::prelude::*;
use crate::inventory::AutoScalingGroup;

pub(crate) const CHECK: Check = Check {
    id: "auto-scaling-zones-differ",
    title: "Auto Scaling launches where the load balancer is not",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "Instances in a zone that the load balancer is not enabled in are registered and get no \
          traffic: they cost money, and the capacity that they stand for is not there.",
    logic: "Fails when an Auto Scaling group has a zone that a load balancer it registers with, by \
            name or through a target group, does not have. That a load balancer has more zones than \
            the group is no fault. Unknown while load balancers are not read to their end.",
    fix: "enable the zone at the load balancer, or take it from the Auto Scaling group",
    remedy: Remedy::subnets()
        .planned(Plan::Never(Why::Elsewhere, "it is a setting of the Auto Scaling group")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#availability-zones",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-add-availability-zone.html",
    ],
    needs: &[Call::AutoScalingDescribeGroups],
    examples: &[
        Example {
            title: "a third zone",
            given: || third_zone(&Kind::Application),
            finds: &["fail auto-scaling-zones-differ web"],
        },
        Example {
            title: "a third zone, Classic",
            given: || third_zone(&Kind::Classic),
            finds: &["fail auto-scaling-zones-differ web"],
        },
        Example {
            title: "the load balancer has more zones",
            given: || sample::scaling(&Kind::Network, |group| group.zones.truncate(1)),
            finds: &[],
        },
        Example {
            title: "a load balancer that the list may lack",
            given: || {
                let mut inventory = sample::scaling(&Kind::Application, |group| {
                    group.target_groups = vec![sample::group_arn("other")];
                });
                let region = &mut inventory.accounts[0].regions[0];
                let gap = sample::denied(Call::ElbV2DescribeLoadBalancers);
                region.v2.rest = Fact::Unread(gap);
                sample::add_groups(region, &Kind::Application, &["other"]);
                sample::regroup(region, "other", |group| {
                    group.load_balancer_arns = vec![sample::arn(&Kind::Application, "other")];
                });
                inventory
            },
            finds: &[
                "unknown auto-scaling-zones-differ web",
                "unknown 5 others: elbv2:DescribeLoadBalancers",
            ],
        },
    ],
    ..Check::new(Judge::AutoScalingGroup(judge))
};

fn third_zone(kind: &Kind) -> Inventory {
    sample::scaling(kind, |group| group.zones.push("eu-west-1c".to_owned()))
}

fn judge(around: &RegionScope, group: &AutoScalingGroup) -> Judgement {
    let mut strange: Partial<BTreeMap<&str, Vec<&str>>> = Partial::default();
    let fronts = strange.absorb(fronts(around, group));
    let (mut classic, mut v2) = (Vec::new(), Vec::new());
    for lb in &fronts {
        if lb.zones.is_empty() {
            strange.add_gap(zoneless(lb));
            continue;
        }
        for zone in group.zones.iter().filter(|zone| !lb.zones.contains(zone)) {
            strange.found.entry(zone).or_default().push(&lb.name);
        }
        if group.zones.iter().any(|zone| !lb.zones.contains(zone)) {
            match lb.kind {
                Kind::Classic => classic.push(lb.name.clone()),
                _ => v2.push(lb.arn.clone()),
            }
        }
    }
    if strange.found.is_empty() {
        let is_empty = fronts.is_empty();
        return strange.otherwise(if is_empty {
            Verdict::NotApplicable
        } else {
            Verdict::Pass(Grounds::new().with("zones", group.zones.clone()))
        });
    }
    let lacks = strange.found.iter().map(|(zone, lbs)| format!("{zone}: {}", lbs.join(", ")));
    let mut grounds = Grounds::new().with("zones_without", lacks.collect::<Vec<_>>());
    if !classic.is_empty() {
        grounds = grounds.bind("LOAD_BALANCER_NAME", classic);
    }
    if !v2.is_empty() {
        grounds = grounds.bind("LOAD_BALANCER_ARN", v2);
    }
    Ok(Verdict::Fail(grounds))
}

/// The load balancers that a group registers with.
fn fronts<'a>(
    around: &RegionScope<'a>,
    group: &AutoScalingGroup,
) -> Partial<Vec<&'a LoadBalancer>> {
    let region = around.region;
    let mut arns: Partial<Vec<&str>> = Partial::default();
    for arn in &group.target_groups {
        if arns.learn(around.index.has_target_group(arn)) == Some(false) {
            continue; // what `auto-scaling-target-missing` is about
        }
        if let Ok(group) = around.index.target_group(arn) {
            arns.found.extend(group.load_balancer_arns.iter().map(String::as_str));
        }
    }
    if !arns.found.is_empty() {
        arns.add_gap(region.v2.rest.gap().cloned());
    }
    if !group.load_balancers.is_empty() {
        arns.add_gap(region.classic.rest.gap().cloned());
    }
    let classic = region.classic.items.iter().filter(|lb| group.load_balancers.contains(&lb.name));
    arns.map(|arns| {
        let v2 = region.v2.items.iter().filter(|lb| arns.contains(&lb.arn.as_str()));
        classic.chain(v2).collect()
    })
}

fn zoneless(lb: &LoadBalancer) -> Gap {
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    Gap::new(call, Reason::Malformed).of(&lb.arn).saying("a load balancer without zone")
}
