//! One zone has many more targets than another.

use crate::analysis::health;
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "targets-uneven",
    aliases: &["target-imbalance"],
    title: "targets unevenly spread over zones",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "When the zone with most targets fails, the rest cannot carry the load. Without cross-zone \
          load balancing the zone with few is overloaded already.",
    logic: "Counts healthy targets in each zone of the load balancer. Fails when one zone has \
            more than 2 times as many (`[thresholds]`, `zone-imbalance`) as another, or has several \
            while another has none. Does not apply to a load balancer in one zone, with fewer \
            than two healthy targets there, nor to functions and Application load balancers as \
            targets. Targets outside the VPC, which every zone reaches, count in each.",
    fix: "let Auto Scaling balance the zones, or register targets in every zone",
    remedy: Remedy::auto_scaling(&[("VPCZoneIdentifier", "NEW_SUBNET_IDS")])
        .or_register()
        .console(
            "EC2 > Auto Scaling Groups > the group > Details > Network > Edit: select a subnet in \
         every zone of the load balancer.",
        )
        .planned(Plan::Never(
            Why::Repair,
            "targets have to be started in the zone that has too few",
        )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#cross-zone-load-balancing",
    ],
    needs: &[Call::Ec2DescribeNetworkInterfaces],
    examples: &[
        Example {
            title: "three in one zone, one in the other",
            given: || zoned(&["a", "a", "a", "b"]),
            finds: &["fail targets-uneven web"],
        },
        Example {
            title: "two in one zone, none in the other",
            given: || zoned(&["a", "a"]),
            finds: &["fail targets-uneven web"],
        },
        Example { title: "two and one", given: || zoned(&["a", "b", "a"]), finds: &[] },
        Example {
            title: "a single one",
            given: || zoned(&["a"]),
            finds: &["does not apply", "fail targets-too-few web"],
        },
        Example {
            title: "two in one zone, and two outside the VPC that both zones reach",
            given: || {
                let targets = ["10.0.1.10", "10.0.1.11", "10.9.1.10", "10.9.1.11"];
                let mut inventory = sample::addressed(&Kind::Application, "HTTPS", &targets);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(interfaces) = &mut region.network_interfaces {
                    interfaces.push(sample::interface("eni-9", None, targets[1]));
                }
                inventory
            },
            finds: &[],
        },
        Example {
            title: "instances, whose zones only their interfaces tell",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.instances = Fact::Known(vec![zoneless("i-1"), zoneless("i-2")]);
                })
            },
            finds: &[],
        },
        Example {
            title: "interfaces unread",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    let gap = sample::denied(Call::Ec2DescribeNetworkInterfaces);
                    region.network_interfaces = Fact::Unread(gap);
                    sample::regroup(region, "web", |group| {
                        group.targets = Fact::Known(vec![zoneless("i-1"), zoneless("i-2")]);
                    });
                })
            },
            finds: &["unknown target-remote web", "unknown targets-uneven web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn zoned(zones: &[&str]) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        let target = |(number, zone): (usize, &&str)| Target {
            zone: Some(format!("eu-west-1{zone}")),
            ..sample::target(&format!("i-{number}"), "healthy")
        };
        let targets = zones.iter().enumerate().map(target).collect();
        sample::regroup(region, "web", |group| group.targets = Fact::Known(targets));
    })
}

fn zoneless(id: &str) -> Target {
    Target { zone: None, ..sample::target(id, "healthy") }
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    if !targets::are_hosts(targets)? {
        return Ok(Verdict::NotApplicable);
    }
    if context.lb.zones.len() < 2 {
        return Ok(Verdict::NotApplicable);
    }
    let counted = health::healthy(context.site, targets)?;
    let zones = targets::by_zone(context.site, targets, &counted)?;
    let (least, most) = (zones.values().min().copied(), zones.values().max().copied());
    let (Some(least), Some(most)) = (least, most) else { return Ok(Verdict::NotApplicable) };
    if counted.len() < 2 || zones.values().sum::<usize>() < 2 {
        return Ok(Verdict::NotApplicable);
    }
    let times = context.thresholds.zone_imbalance as usize;
    let uneven = if least == 0 { most > 1 } else { most > least * times };
    let healthy = zones.into_iter().map(|(zone, count)| format!("{zone}: {count}"));
    let grounds = Grounds::new().with("healthy", healthy.collect::<Vec<_>>());
    Ok(if uneven { Verdict::Fail(grounds) } else { Verdict::Pass(grounds) })
}
