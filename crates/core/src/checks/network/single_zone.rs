//! One zone is all that a load balancer has.

use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "single-zone",
    aliases: &["single-az"],
    title: "in one zone only",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Network, Kind::Gateway, Kind::Classic],
    why: "When that zone has an outage, so has the service.",
    logic: "Fails when a load balancer has fewer than two Availability Zones. Does not apply to one \
            in a Local Zone or Wavelength Zone, where there is no second one, nor to Application \
            load balancers: AWS makes none with a single zone, save on an Outpost.",
    false_alarms: "Meant where a load balancer serves what lives in one zone itself, and on an \
                   Outpost.",
    fix: "add a subnet in another zone, and targets there",
    remedy: Remedy::subnets().console(
        "EC2, Load Balancers, the load balancer, Network mapping, Edit subnets: add a subnet of \
         another zone.",
    )
    .planned(Plan::Never(Why::Decision, "which subnet is meant, only the owner of the network knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#availability-zones",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/enable-disable-az.html",
    ],
    examples: &[
        Example {
            title: "one zone",
            given: || zoned(&Kind::Network, &["eu-west-1a"]),
            finds: &["fail single-zone web"],
        },
        Example {
            title: "a Classic load balancer in one zone",
            given: || zoned(&Kind::Classic, &["eu-west-1a"]),
            finds: &["fail single-zone web"],
        },
        Example {
            title: "a Local Zone",
            given: || zoned(&Kind::Network, &["eu-west-1-lon-1a"]),
            finds: &["does not apply"],
        },
        Example { title: "two zones", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "no zone told",
            given: || zoned(&Kind::Network, &[]),
            finds: &["unknown single-zone web", "unknown auto-scaling-zones-differ web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn zoned(kind: &Kind, zones: &[&str]) -> crate::inventory::Inventory {
    let zones: Vec<String> = zones.iter().map(|zone| (*zone).to_owned()).collect();
    let mut inventory = sample::scaling(kind, |group| group.zones.clone_from(&zones));
    sample::only(&mut inventory.accounts[0].regions[0]).zones = zones;
    inventory
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeLoadBalancers,
    };
    match &lb.zones[..] {
        [] => Err(Gap::new(call, Reason::Malformed)
            .of(&lb.arn)
            .saying("a load balancer without zone")),
        [zone] => Ok(Verdict::Fail(Grounds::new().with("zones", vec![zone.as_str()]))),
        zones => Ok(Verdict::Pass(Grounds::new().with("zones", zones.to_vec()))),
    }
}
