//! `DescribeLoadBalancers` of the first generation.

use super::super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::model::classic::{ClassicListener, ClassicLoadBalancer, ClassicPolicy};
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let names = context.call.list("LoadBalancerNames.member");
    let found: Result<Vec<_>, Refusal> = if names.is_empty() {
        Ok(context.region.classic.iter().collect())
    } else {
        names.into_iter().map(|name| context.classic(name)).collect()
    };
    let page = context.page(found?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("LoadBalancerDescriptions", page.items, |xml, one| {
        description(context, xml, one);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn description(context: &Context<'_>, xml: &mut Xml, one: &ClassicLoadBalancer) {
    let internal = one.scheme.as_deref() == Some("internal");
    let dns_name = context.place.dns_name("classic", &one.name, internal);
    xml.text("LoadBalancerName", &one.name);
    xml.text("DNSName", &dns_name);
    if !internal {
        xml.text("CanonicalHostedZoneName", &dns_name);
    }
    xml.text("CanonicalHostedZoneNameID", "Z0EXAMPLE00000");
    xml.list("ListenerDescriptions", &one.listeners, |xml, listener| {
        xml.node("Listener", |xml| write_listener(context, xml, listener));
        xml.texts("PolicyNames", &listener.policies);
    });
    xml.node("Policies", |xml| policies(xml, one));
    xml.list("BackendServerDescriptions", &one.backends, |xml, (port, policies)| {
        xml.text("InstancePort", port);
        xml.texts("PolicyNames", policies);
    });
    xml.texts("AvailabilityZones", zones(context, one));
    xml.texts("Subnets", &one.subnets);
    xml.maybe("VPCId", one.vpc.as_ref());
    xml.list("Instances", &one.instances, |xml, instance| {
        xml.text("InstanceId", &instance.id);
    });
    xml.node("HealthCheck", |xml| {
        xml.text("Target", &one.health_check);
        xml.text("Interval", 30);
        xml.text("Timeout", 5);
        xml.text("UnhealthyThreshold", 2);
        xml.text("HealthyThreshold", 10);
    });
    if let Some(group) = one.security_groups.first() {
        xml.node("SourceSecurityGroup", |xml| {
            xml.text("OwnerAlias", &context.account.id);
            xml.text("GroupName", context.group_name(group));
        });
    }
    xml.texts("SecurityGroups", &one.security_groups);
    xml.text("CreatedTime", epoch::iso(EPOCH));
    xml.maybe("Scheme", one.scheme.as_ref());
}

fn write_listener(context: &Context<'_>, xml: &mut Xml, listener: &ClassicListener) {
    xml.text("Protocol", &listener.protocol);
    xml.text("LoadBalancerPort", listener.port);
    xml.text("InstanceProtocol", &listener.instance_protocol);
    xml.text("InstancePort", listener.instance_port);
    xml.maybe(
        "SSLCertificateId",
        listener.certificate.as_ref().map(|name| context.certificate(name)),
    );
}

/// Cookie policies have lists of their own; all others are named with the predefined ones in use.
fn policies(xml: &mut Xml, one: &ClassicLoadBalancer) {
    let of = |kind: &'static str| one.policies.iter().filter(move |policy| policy.kind == kind);
    let value = |policy: &ClassicPolicy, name: &str| {
        let known = policy.attributes.iter().find(|(known, _)| known == name);
        known.map(|(_, value)| value.clone())
    };
    xml.list("AppCookieStickinessPolicies", of("AppCookieStickinessPolicyType"), |xml, policy| {
        xml.text("PolicyName", &policy.name);
        xml.maybe("CookieName", value(policy, "CookieName"));
    });
    xml.list("LBCookieStickinessPolicies", of("LBCookieStickinessPolicyType"), |xml, policy| {
        xml.text("PolicyName", &policy.name);
        xml.maybe("CookieExpirationPeriod", value(policy, "CookieExpirationPeriod"));
    });
    let others = super::policies::of(one);
    let names = others.iter().filter(|policy| !policy.kind.contains("Cookie"));
    xml.texts("OtherPolicies", names.map(|policy| &policy.name));
}

fn zones(context: &Context<'_>, one: &ClassicLoadBalancer) -> Vec<String> {
    if one.zones.is_empty() {
        return one.subnets.iter().map(|subnet| context.zone(subnet)).collect();
    }
    one.zones.clone()
}
