//! Auto Scaling: groups and where they take traffic from.

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::arn::uuid;
use crate::model::certificate::EPOCH;
use crate::model::scaling::AutoScalingGroup;
use crate::page::Paging;
use crate::xml::Xml;

const PAGING: Paging =
    Paging { size: "MaxRecords", token: "NextToken", least: 1, most: 100, default: 50 };

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    if context.call.action != "DescribeAutoScalingGroups" {
        return context.unknown();
    }
    if context.call.get("Filters.member.1.Name").is_some() {
        let said = "The fake finds groups by name, or all of them";
        return Err(Refusal::invalid(context.call.family, said));
    }
    let names = context.call.list("AutoScalingGroupNames.member");
    let fits = |one: &&AutoScalingGroup| names.is_empty() || names.contains(&one.name.as_str());
    let all = context.region.auto_scaling_groups.iter().filter(fits).collect();
    let page = context.page(all, PAGING)?;
    let mut xml = Xml::query();
    xml.list("AutoScalingGroups", page.items, |xml, one| group(context, xml, one));
    xml.maybe("NextToken", page.next);
    Ok(xml)
}

fn group(context: &Context<'_>, xml: &mut Xml, one: &AutoScalingGroup) {
    let own = uuid(&["auto scaling group", &one.name]);
    let resource = format!("autoScalingGroup:{own}:autoScalingGroupName/{}", one.name);
    let zones = || one.zones.iter().map(|letter| format!("{}{letter}", context.call.region));
    let groups = || one.target_groups.iter().map(|name| context.place.target_group(name));
    xml.text("AutoScalingGroupName", &one.name);
    xml.text("AutoScalingGroupARN", context.place.arn("autoscaling", &resource));
    for (name, size) in [("MinSize", 0), ("MaxSize", 100)] {
        xml.text(name, size);
    }
    xml.text("DesiredCapacity", one.instances.len());
    xml.text("DefaultCooldown", 300);
    xml.texts("AvailabilityZones", zones());
    xml.texts("LoadBalancerNames", &one.load_balancers);
    xml.texts("TargetGroupARNs", groups());
    xml.text("HealthCheckType", &one.health_check);
    xml.text("HealthCheckGracePeriod", 300);
    xml.list("Instances", &one.instances, |xml, id| {
        xml.text("InstanceId", id);
        xml.text("AvailabilityZone", zones().next().unwrap_or_default());
        xml.text("LifecycleState", "InService");
        xml.text("HealthStatus", "Healthy");
        xml.text("ProtectedFromScaleIn", false);
    });
    xml.text("CreatedTime", epoch::iso(EPOCH));
    xml.text("VPCZoneIdentifier", one.subnets.join(","));
    let sources = groups()
        .map(|arn| (arn, "elbv2"))
        .chain(one.load_balancers.iter().map(|name| (name.clone(), "elb")))
        .chain(one.traffic_sources.iter().map(|(name, kind)| (name.clone(), kind.as_str())));
    xml.list("TrafficSources", sources, |xml, (identifier, kind)| {
        xml.text("Identifier", identifier);
        xml.text("Type", kind);
    });
}
