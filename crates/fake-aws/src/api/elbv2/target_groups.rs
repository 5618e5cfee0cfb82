//! `DescribeTargetGroups` and `DescribeTargetHealth`.

use super::super::{Context, XmlResult};
use super::no_target_group;
use crate::answer::Refusal;
use crate::model::load_balancer::LoadBalancer;
use crate::model::target_group::{Target, TargetGroup};
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let page = context.page(selected(context)?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("TargetGroups", page.items, |xml, one| {
        target_group(context, xml, one);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn selected<'a>(context: &Context<'a>) -> Result<Vec<&'a TargetGroup>, Refusal> {
    let all = || context.region.target_groups.iter();
    let arns = context.call.list("TargetGroupArns.member");
    if !arns.is_empty() {
        return arns.into_iter().map(|arn| context.target_group(arn)).collect();
    }
    let names = context.call.list("Names.member");
    if !names.is_empty() {
        let by_name = |name: &str| all().find(|one| one.name == name).ok_or_else(no_target_group);
        return names.into_iter().map(by_name).collect();
    }
    let Some(arn) = context.call.get("LoadBalancerArn") else {
        return Ok(all().collect());
    };
    let owner = context.load_balancer(arn)?;
    Ok(all().filter(|one| uses(context, owner, one)).collect())
}

/// Whether a listener of `owner` forwards to the group.
fn uses(context: &Context<'_>, owner: &LoadBalancer, group: &TargetGroup) -> bool {
    owner.listeners.iter().flat_map(crate::model::listener::Listener::groups).any(|name| {
        name == group.name
            || (name.starts_with("arn:") && name == context.place.target_group(&group.name))
    })
}

pub(super) fn target_group(context: &Context<'_>, xml: &mut Xml, one: &TargetGroup) {
    let owners = context.region.load_balancers.iter().filter(|owner| uses(context, owner, one));
    xml.text("TargetGroupArn", context.place.target_group(&one.name));
    xml.text("TargetGroupName", &one.name);
    xml.maybe("Protocol", one.protocol.as_ref());
    xml.maybe("Port", one.port);
    xml.maybe("VpcId", one.vpc.as_ref());
    check(xml, one);
    xml.texts("LoadBalancerArns", owners.map(|owner| context.arn_of(owner)));
    xml.text("TargetType", &one.target_type);
    xml.maybe("ProtocolVersion", one.protocol_version.as_ref());
    xml.maybe("IpAddressType", one.ip_address_type.as_ref());
}

fn check(xml: &mut Xml, one: &TargetGroup) {
    let http = one.health_check_protocol.as_deref().is_some_and(|name| name.starts_with("HTTP"));
    let lambda = one.target_type == "lambda";
    xml.maybe("HealthCheckProtocol", one.health_check_protocol.as_ref());
    let port = one.health_check_port.as_deref().or((!lambda).then_some("traffic-port"));
    xml.maybe("HealthCheckPort", port);
    xml.text("HealthCheckEnabled", one.health_check);
    xml.text("HealthCheckIntervalSeconds", if lambda { 35 } else { 30 });
    xml.text("HealthCheckTimeoutSeconds", if lambda { 30 } else { 5 });
    xml.text("HealthyThresholdCount", 5);
    xml.text("UnhealthyThresholdCount", 2);
    if http || lambda {
        let grpc = one.protocol_version.as_deref() == Some("GRPC");
        let (path, name, codes) = if grpc {
            ("/AWS.ALB/healthcheck", "GrpcCode", "12")
        } else {
            ("/", "HttpCode", "200")
        };
        let codes = one.health_check_codes.as_deref().unwrap_or(codes);
        xml.text("HealthCheckPath", one.health_check_path.as_deref().unwrap_or(path));
        xml.node("Matcher", |xml| xml.text(name, codes));
    }
}

pub(super) fn health(context: &Context<'_>) -> XmlResult {
    let group = context.target_group(context.required("TargetGroupArn")?)?;
    let asked: Vec<&str> = (1..)
        .map_while(|number| context.call.get(&format!("Targets.member.{number}.Id")))
        .collect();
    let known = |id: &str| group.targets.iter().any(|target| target.id == id);
    let gone: Vec<Target> = asked
        .iter()
        .filter(|id| !known(id))
        .map(|id| Target {
            reason: Some("Target.NotRegistered".to_owned()),
            description: Some("Target is not registered to the target group".to_owned()),
            ..Target::new(id, "unused")
        })
        .collect();
    let wanted = |target: &&Target| asked.is_empty() || asked.contains(&target.id.as_str());
    let all = group.targets.iter().filter(wanted).chain(&gone);
    let mut xml = Xml::query();
    xml.list("TargetHealthDescriptions", all, |xml, target| {
        description(xml, group, target);
    });
    Ok(xml)
}

fn description(xml: &mut Xml, group: &TargetGroup, target: &Target) {
    let port = target.port.or(group.port);
    xml.node("Target", |xml| {
        xml.text("Id", &target.id);
        xml.maybe("Port", port);
        let lambda = (group.target_type == "lambda").then_some("all");
        xml.maybe("AvailabilityZone", target.zone.as_deref().or(lambda));
    });
    let checked = group.health_check_port.clone().or(port.map(|port| port.to_string()));
    xml.maybe("HealthCheckPort", checked.filter(|_| group.health_check));
    xml.node("TargetHealth", |xml| {
        xml.text("State", &target.state);
        xml.maybe("Reason", target.reason.as_ref());
        xml.maybe("Description", target.description.as_ref());
    });
}
