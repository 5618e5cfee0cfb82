//! Target groups: their health checks, and targets that come and go.

use super::super::super::{Context, XmlResult};
use super::super::target_groups as told;
use super::{position, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::target_group::{Target, TargetGroup};
use crate::xml::Xml;

/// What of a health check the fake does not keep.
const NOT_KEPT: [&str; 4] = [
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
];

fn group<'a>(context: &Context<'a>) -> Result<&'a TargetGroup, Refusal> {
    context.target_group(context.call.sent().required("TargetGroupArn")?)
}

pub(super) fn modify(context: &Context<'_>) -> XmlResult {
    let one = group(context)?;
    let mut new = one.clone();
    check(&mut new, &context.call.sent())?;
    let place = position(&context.region.target_groups, one);
    context.change(
        |region| {
            region.target_groups[place] = new;
            Ok(())
        },
        |now| {
            let mut xml = Xml::query();
            xml.list("TargetGroups", [&now.region.target_groups[place]], |xml, one| {
                told::target_group(now, xml, one);
            });
            Ok(xml)
        },
    )
}

fn check(new: &mut TargetGroup, sent: &Sent<'_>) -> Result<(), Refusal> {
    if let Some(name) = NOT_KEPT.iter().find(|name| sent.has(name)) {
        return Err(sent.invalid(format!("The fake does not keep {name}")));
    }
    if let Some(enabled) = sent.truth("HealthCheckEnabled")? {
        if !enabled && new.target_type != "lambda" {
            return Err(refused("Health checks can be disabled for Lambda functions alone"));
        }
        new.health_check = enabled;
    }
    sent.word("HealthCheckProtocol", &["HTTP", "HTTPS", "TCP"])?;
    if let Some(protocol) = sent.text("HealthCheckProtocol") {
        let of_group = new.protocol.as_deref();
        let is_http = new.target_type == "alb" || matches!(of_group, Some("HTTP" | "HTTPS"));
        if protocol == "TCP" && is_http {
            return Err(refused("The health check of this target group cannot be TCP"));
        }
        if protocol == "TCP" {
            new.health_check_path = None;
            new.health_check_codes = None;
        }
        new.health_check_protocol = Some(protocol);
    }
    let is_tcp = new.health_check_protocol.as_deref() == Some("TCP");
    if is_tcp && (sent.has("HealthCheckPath") || sent.has("Matcher")) {
        return Err(refused("A health check by TCP has neither a path nor a matcher"));
    }
    if let Some(port) = sent.text("HealthCheckPort") {
        if port != "traffic-port" && port.parse::<u16>().is_err() {
            return Err(sent.wrong("HealthCheckPort"));
        }
        new.health_check_port = Some(port);
    }
    if let Some(path) = sent.text("HealthCheckPath") {
        if !path.starts_with('/') {
            return Err(sent.wrong("HealthCheckPath"));
        }
        new.health_check_path = Some(path);
    }
    let matcher = sent.at("Matcher");
    if let Some(codes) = matcher.text("HttpCode").or(matcher.text("GrpcCode")) {
        new.health_check_codes = Some(codes);
    }
    Ok(())
}

/// Targets as they are named, with the ports that they are registered with.
fn named(sent: &Sent<'_>, group: &TargetGroup) -> Result<Vec<Target>, Refusal> {
    let mut all = Vec::new();
    for item in sent.some_items("Targets")? {
        let port = item.parsed("Port")?.filter(|port| Some(*port) != group.port);
        let zone = item.text("AvailabilityZone").filter(|_| group.target_type != "lambda");
        all.push(Target { port, zone, ..Target::new(item.required("Id")?, "initial") });
    }
    Ok(all)
}

/// Whether both are the same target on the same port.
fn same(group: &TargetGroup, one: &Target, other: &Target) -> bool {
    one.id == other.id && one.port.or(group.port) == other.port.or(group.port)
}

pub(super) fn register(context: &Context<'_>) -> XmlResult {
    let one = group(context)?;
    let targets = named(&context.call.sent(), one)?;
    let place = position(&context.region.target_groups, one);
    context.change(
        |region| {
            let group = &mut region.target_groups[place];
            for target in targets {
                if group.targets.iter().any(|own| same(one, own, &target)) {
                    continue;
                }
                let back = group.left.iter().position(|own| same(one, own, &target));
                let target = match back {
                    Some(place) => group.left.remove(place),
                    None => target,
                };
                group.targets.push(target);
            }
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}

pub(super) fn deregister(context: &Context<'_>) -> XmlResult {
    let one = group(context)?;
    let targets = named(&context.call.sent(), one)?;
    let place = position(&context.region.target_groups, one);
    context.change(
        |region| {
            let group = &mut region.target_groups[place];
            for target in targets {
                let own = group.targets.iter().position(|own| same(one, own, &target));
                let Some(own) = own else {
                    let message = format!("The target '{}' is not registered", target.id);
                    return Err(Refusal::new("InvalidTarget", message));
                };
                let gone = group.targets.remove(own);
                group.left.push(gone);
            }
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}
