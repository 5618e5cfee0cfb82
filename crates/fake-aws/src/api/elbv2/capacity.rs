//! What load balancers are limited to, and what is reserved for them.

use super::super::{Context, XmlResult};
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::page;
use crate::xml::Xml;

/// AWS's own limits, by the names that they are documented with.
const LIMITS: [(&str, &str); 18] = [
    ("application-load-balancers", "50"),
    ("condition-values-per-alb-rule", "5"),
    ("condition-wildcards-per-alb-rule", "5"),
    ("gateway-load-balancers", "100"),
    ("gateway-load-balancers-per-vpc", "100"),
    ("geneve-target-groups", "100"),
    ("listeners-per-application-load-balancer", "50"),
    ("listeners-per-network-load-balancer", "50"),
    ("network-load-balancers", "50"),
    ("rules-per-application-load-balancer", "100"),
    ("target-groups", "3000"),
    ("target-groups-per-action-on-application-load-balancer", "5"),
    ("target-groups-per-action-on-network-load-balancer", "1"),
    ("target-groups-per-application-load-balancer", "100"),
    ("targets-per-application-load-balancer", "1000"),
    ("targets-per-availability-zone-per-gateway-load-balancer", "300"),
    ("targets-per-availability-zone-per-network-load-balancer", "500"),
    ("targets-per-network-load-balancer", "3000"),
];

pub(super) fn limits(context: &Context<'_>) -> XmlResult {
    let changed = &context.region.limits;
    let own = LIMITS.iter().map(|(name, max)| {
        let change = changed.iter().find(|(known, _)| known == name);
        (*name, change.map_or(*max, |(_, max)| max))
    });
    let fresh = changed.iter().filter(|(name, _)| LIMITS.iter().all(|(known, _)| known != name));
    let fresh = fresh.map(|(name, max)| (name.as_str(), max.as_str()));
    let page = context.page(own.chain(fresh).collect(), page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("Limits", page.items, |xml, (name, max)| {
        xml.text("Name", name);
        xml.text("Max", max);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

pub(super) fn reservation(context: &Context<'_>) -> XmlResult {
    let one = context.load_balancer(context.required("LoadBalancerArn")?)?;
    let mut xml = Xml::query();
    let Some(units) = one.reserved_capacity else {
        return Ok(xml);
    };
    xml.text("LastModifiedTime", epoch::iso(EPOCH));
    xml.text("DecreaseRequestsRemaining", 2);
    xml.node("MinimumLoadBalancerCapacity", |xml| xml.text("CapacityUnits", units));
    xml.list("CapacityReservationState", &one.subnets, |xml, subnet| {
        xml.node("State", |xml| xml.text("Code", "provisioned"));
        xml.text("AvailabilityZone", context.zone(subnet));
        xml.text("EffectiveCapacityUnits", f64::from(units));
    });
    Ok(xml)
}
