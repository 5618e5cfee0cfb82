//! `DescribeRegions`, and the block on public access, which is a setting of a region.

use super::super::regions::{listed, status};
use super::filter::Filters;
use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &["opt-in-status", "region-name", "endpoint"])?;
    let wanted = context.call.list("RegionName");
    let all =
        context.call.get("AllRegions").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let names = listed(context.account, context.place.partition());
    if let Some(gone) = wanted.iter().find(|wanted| names.iter().all(|name| name != *wanted)) {
        let message = format!("Invalid region provided: [{gone}]");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let opt_in =
        |name: &str| status(context.account, name).unwrap_or("opt-in-not-required").to_owned();
    let endpoint = |name: &str| format!("ec2.{name}.{}", context.place.dns_suffix());
    let fits = |name: &&String| {
        (all || opt_in(name) != "not-opted-in")
            && (wanted.is_empty() || wanted.contains(&name.as_str()))
            && filters.fit(|filter| match filter {
                "opt-in-status" => vec![opt_in(name)],
                "endpoint" => vec![endpoint(name)],
                _ => vec![(*name).clone()],
            })
    };
    let mut xml = Xml::ec2();
    xml.list("regionInfo", names.iter().filter(fits), |xml, name| {
        xml.text("regionName", name);
        xml.text("regionEndpoint", endpoint(name));
        xml.text("optInStatus", opt_in(name));
    });
    Ok(xml)
}

pub(super) fn block(context: &Context<'_>) -> Xml {
    let block = &context.region.block_public_access;
    let mut xml = Xml::ec2();
    xml.node("vpcBlockPublicAccessOptions", |xml| {
        xml.text("awsAccountId", &context.account.id);
        xml.text("awsRegion", &context.call.region);
        xml.text("state", &block.state);
        xml.text("internetGatewayBlockMode", &block.mode);
        if block.mode != "off" {
            xml.text("lastUpdateTimestamp", epoch::iso(EPOCH));
        }
        xml.text("managedBy", &block.managed_by);
        xml.text("exclusionsAllowed", "allowed");
    });
    xml
}

pub(super) fn exclusions(context: &Context<'_>) -> XmlResult {
    let known = ["resource-arn", "internet-gateway-exclusion-mode", "state"];
    let filters = Filters::read(context, &known)?;
    let all = &context.region.block_public_access.exclusions;
    let code = "InvalidVpcBlockPublicAccessExclusionId.NotFound";
    let mut found = super::by_id(context, (all, |one| &one.id), ("ExclusionId", code))?;
    let arn = |resource: &str| {
        let kind = if resource.starts_with("subnet-") { "subnet" } else { "vpc" };
        context.place.arn("ec2", &format!("{kind}/{resource}"))
    };
    found.retain(|one| {
        filters.fit(|name| match name {
            "resource-arn" => vec![arn(&one.resource)],
            "state" => vec![one.state.clone()],
            _ => vec![one.mode.clone()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("vpcBlockPublicAccessExclusionSet", page.items, |xml, one| {
        xml.text("exclusionId", &one.id);
        xml.text("internetGatewayExclusionMode", &one.mode);
        xml.text("resourceArn", arn(&one.resource));
        xml.text("state", &one.state);
        xml.text("creationTimestamp", epoch::iso(EPOCH));
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}
