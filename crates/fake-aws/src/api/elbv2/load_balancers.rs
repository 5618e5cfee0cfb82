//! `DescribeLoadBalancers`.

use super::super::{Context, XmlResult};
use super::{no_load_balancer, too_many};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::model::load_balancer::LoadBalancer;
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let page = context.page(selected(context)?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("LoadBalancers", page.items, |xml, one| {
        load_balancer(context, xml, one);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn selected<'a>(context: &Context<'a>) -> Result<Vec<&'a LoadBalancer>, Refusal> {
    let arns = context.call.list("LoadBalancerArns.member");
    let names = context.call.list("Names.member");
    too_many(context, &arns)?;
    too_many(context, &names)?;
    if !arns.is_empty() {
        return arns.into_iter().map(|arn| context.load_balancer(arn)).collect();
    }
    let all = || context.region.load_balancers.iter();
    if names.is_empty() {
        return Ok(all().collect());
    }
    let by_name = |name: &str| all().find(|one| one.name == name).ok_or_else(no_load_balancer);
    names.into_iter().map(by_name).collect()
}

fn load_balancer(context: &Context<'_>, xml: &mut Xml, one: &LoadBalancer) {
    xml.text("LoadBalancerArn", context.arn_of(one));
    if one.has_dns_name {
        let internal = one.scheme.as_deref() == Some("internal");
        xml.text("DNSName", context.place.dns_name(&one.kind, &one.name, internal));
        xml.text("CanonicalHostedZoneId", "Z0EXAMPLE00000");
    }
    xml.text("CreatedTime", epoch::iso(EPOCH));
    xml.text("LoadBalancerName", &one.name);
    xml.maybe("Scheme", one.scheme.as_ref());
    xml.maybe("VpcId", one.vpc.as_ref());
    xml.node("State", |xml| {
        xml.text("Code", &one.state);
        xml.maybe("Reason", one.state_reason.as_ref());
    });
    xml.text("Type", &one.kind);
    xml.list("AvailabilityZones", &one.subnets, |xml, subnet| {
        xml.text("ZoneName", context.zone(subnet));
        xml.text("SubnetId", subnet);
        let known = context.region.subnets.iter().find(|known| known.id == *subnet);
        let outpost = known.and_then(|known| known.outpost.as_deref()?.rsplit('/').next());
        xml.maybe("OutpostId", outpost);
        let addresses = one.addresses.iter().filter(|address| address.subnet == *subnet);
        xml.list("LoadBalancerAddresses", addresses, |xml, address| {
            xml.maybe("IpAddress", address.ip.as_ref());
            xml.maybe("AllocationId", address.allocation.as_ref());
            xml.maybe("PrivateIPv4Address", address.private.as_ref());
            xml.maybe("IPv6Address", address.ipv6.as_ref());
        });
    });
    if !one.security_groups.is_empty() {
        xml.texts("SecurityGroups", &one.security_groups);
    }
    xml.maybe("IpAddressType", one.ip_address_type.as_ref());
    let private = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";
    xml.maybe(private, one.private_link_rules.as_ref().filter(|_| !one.security_groups.is_empty()));
    if one.kind == "network" {
        xml.text("EnablePrefixForIpv6SourceNat", "off");
    }
}
