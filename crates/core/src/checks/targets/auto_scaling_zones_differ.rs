//! An Auto Scaling group launches instances in a zone that its load balancer does not serve.

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
    remedy: Remedy::subnets(),
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
                "unknown authentication-bypass-elsewhere HTTPS:443",
                "unknown mtls-bypass HTTPS:443",
                "unknown certificate-shared www.example.com",
                "unknown auto-scaling-zones-differ web",
            ],
        },
    ],
    ..Check::new(Judge::AutoScalingGroup(judge))
};

fn third_zone(kind: &Kind) -> Inventory {
    sample::scaling(kind, |group| group.zones.push("eu-west-1c".to_owned()))
}

fn judge(around: &RegionScope, group: &AutoScalingGroup) -> Judgement {
    let (fronts, mut hidden) = fronts(around, group);
    let mut strange: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for lb in &fronts {
        if lb.zones.is_empty() {
            hidden = hidden.or(Some(zoneless(lb)));
            continue;
        }
        for zone in group.zones.iter().filter(|zone| !lb.zones.contains(zone)) {
            strange.entry(zone).or_default().push(&lb.name);
        }
    }
    if !strange.is_empty() {
        let lacks = strange.iter().map(|(zone, lbs)| format!("{zone}: {}", lbs.join(", ")));
        let evidence = Evidence::new().with("zones_without", lacks.collect::<Vec<_>>());
        return Ok(Verdict::Fail(evidence));
    }
    match hidden {
        Some(gap) => Err(gap),
        None if fronts.is_empty() => Ok(Verdict::NotApplicable),
        None => Ok(Verdict::Pass),
    }
}

/// The load balancers that a group registers with, and the gap that may hide others.
fn fronts<'a>(
    around: &RegionScope<'a>,
    group: &AutoScalingGroup,
) -> (Vec<&'a LoadBalancer>, Option<Gap>) {
    let region = around.region;
    let mut hidden = None;
    let mut arns: Vec<&str> = Vec::new();
    for arn in &group.target_groups {
        match around.index.has_target_group(arn) {
            Ok(false) => continue, // what `auto-scaling-target-missing` is about
            Ok(true) => {}
            Err(gap) => hidden = hidden.or(Some(gap)),
        }
        if let Ok(group) = around.index.target_group(arn) {
            arns.extend(group.load_balancer_arns.iter().map(String::as_str));
        }
    }
    let v2 = region.v2.items.iter().filter(|lb| arns.contains(&lb.arn.as_str()));
    let classic = region.classic.items.iter().filter(|lb| group.load_balancers.contains(&lb.name));
    let found: Vec<&LoadBalancer> = classic.chain(v2).collect();
    if let (false, Some(gap)) = (arns.is_empty(), region.v2.rest.gap()) {
        hidden = hidden.or_else(|| Some(gap.clone()));
    }
    if let (false, Some(gap)) = (group.load_balancers.is_empty(), region.classic.rest.gap()) {
        hidden = hidden.or_else(|| Some(gap.clone()));
    }
    (found, hidden)
}

fn zoneless(lb: &LoadBalancer) -> Gap {
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    Gap::new(call, Reason::Malformed).of(&lb.arn).saying("a load balancer without zone")
}
