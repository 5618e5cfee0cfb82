//! `DescribeVpcs`, `DescribeSubnets`, `DescribeRouteTables`.

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::model::arn::id;
use crate::model::network::{Firewall, Route, RouteTable, Subnet};
use crate::page::{self, Paging};
use crate::xml::Xml;

pub(super) fn vpcs(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &["vpc-id", "is-default", "state"])?;
    let mut found =
        by_id(context, (&context.region.vpcs, |one| &one.id), ("VpcId", "InvalidVpcID.NotFound"))?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "vpc-id" => vec![one.id.clone()],
            "is-default" => vec![one.is_default.to_string()],
            _ => vec!["available".to_owned()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("vpcSet", page.items, |xml, one| {
        xml.text("vpcId", &one.id);
        xml.text("ownerId", owner(context, &one.id));
        xml.text("state", "available");
        xml.text("cidrBlock", &one.cidr);
        xml.text("dhcpOptionsId", "default");
        xml.text("instanceTenancy", "default");
        xml.text("isDefault", one.is_default);
        xml.list(
            "cidrBlockAssociationSet",
            std::iter::once(&one.cidr).chain(&one.further),
            |xml, cidr| {
                xml.text("associationId", format!("vpc-cidr-assoc-{}", id(&[&one.id, cidr])));
                xml.text("cidrBlock", cidr);
                xml.node("cidrBlockState", |xml| xml.text("state", "associated"));
            },
        );
        ranges(xml, &one.ipv6);
        xml.list("networkFirewallAssociationSet", &one.firewalls, |xml, one| {
            xml.text("firewallArn", &one.arn);
            xml.text("firewallOnboardingStatus", &one.status);
            xml.text("firewallMode", &one.mode);
        });
        blocked(context, xml, &[&one.id]);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn ranges(xml: &mut Xml, ipv6: &[String]) {
    xml.list("ipv6CidrBlockAssociationSet", ipv6, |xml, cidr| {
        xml.text("associationId", format!("cidr-assoc-{}", id(&[cidr])));
        xml.text("ipv6CidrBlock", cidr);
        xml.node("ipv6CidrBlockState", |xml| xml.text("state", "associated"));
    });
}

/// How the block on public access applies to a thing that goes by any of these ids.
fn blocked(context: &Context<'_>, xml: &mut Xml, ids: &[&str]) {
    let block = &context.region.block_public_access;
    let mut excluded = block.exclusions.iter();
    let excluded = excluded.any(|one| ids.contains(&one.resource.as_str()));
    let mode = if excluded { "off" } else { &block.mode };
    xml.node("blockPublicAccessStates", |xml| {
        xml.text("internetGatewayBlockMode", mode);
    });
}

pub(super) fn subnets(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &["subnet-id", "vpc-id", "availability-zone"])?;
    let missing = ("SubnetId", "InvalidSubnetID.NotFound");
    let mut found = by_id(context, (&context.region.subnets, |one| &one.id), missing)?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "subnet-id" => vec![one.id.clone()],
            "vpc-id" => vec![one.vpc.clone()],
            _ => vec![context.zone(&one.id)],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("subnetSet", page.items, |xml, one| {
        subnet(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn subnet(context: &Context<'_>, xml: &mut Xml, one: &Subnet) {
    xml.text("subnetId", &one.id);
    xml.text("subnetArn", context.place.arn("ec2", &format!("subnet/{}", one.id)));
    xml.text("state", "available");
    xml.text("ownerId", owner(context, &one.vpc));
    xml.maybe("outpostArn", one.outpost.as_ref());
    xml.maybe("networkFirewallConnectivityType", one.firewall_connectivity.as_ref());
    xml.text("vpcId", &one.vpc);
    xml.text("cidrBlock", &one.cidr);
    ranges(xml, &one.ipv6);
    xml.text("availableIpAddressCount", 251);
    xml.text("availabilityZone", context.zone(&one.id));
    xml.text("defaultForAz", false);
    xml.text("mapPublicIpOnLaunch", false);
    xml.text("assignIpv6AddressOnCreation", false);
    blocked(context, xml, &[&one.id, &one.vpc]);
}

pub(super) fn route_tables(context: &Context<'_>) -> XmlResult {
    let known = ["vpc-id", "route-table-id", "association.subnet-id", "association.main"];
    let filters = Filters::read(context, &known)?;
    let missing = ("RouteTableId", "InvalidRouteTableID.NotFound");
    let mut found = by_id(context, (&context.region.route_tables, |one| &one.id), missing)?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "vpc-id" => vec![one.vpc.clone()],
            "route-table-id" => vec![one.id.clone()],
            "association.main" => vec![one.main.to_string()],
            _ => one.subnets.clone(),
        })
    });
    let page = context.page(found, Paging { most: 100, default: 100, ..page::EC2 })?;
    let mut xml = Xml::ec2();
    xml.list("routeTableSet", page.items, |xml, one| {
        route_table(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn route_table(context: &Context<'_>, xml: &mut Xml, one: &RouteTable) {
    let main = one.main.then_some(None);
    let associations = main.into_iter().chain(one.subnets.iter().map(Some));
    xml.text("routeTableId", &one.id);
    xml.text("vpcId", &one.vpc);
    xml.text("ownerId", owner(context, &one.vpc));
    xml.list("associationSet", associations, |xml, subnet: Option<&String>| {
        let key = subnet.map_or("main", |subnet| subnet.as_str());
        xml.text("routeTableAssociationId", format!("rtbassoc-{}", id(&[&one.id, key])));
        xml.text("routeTableId", &one.id);
        xml.maybe("subnetId", subnet);
        xml.text("main", subnet.is_none());
        xml.node("associationState", |xml| xml.text("state", "associated"));
    });
    let vpc = context.region.vpcs.iter().find(|vpc| vpc.id == one.vpc);
    let cidrs = vpc
        .into_iter()
        .flat_map(|vpc| std::iter::once(&vpc.cidr).chain(&vpc.further).chain(&vpc.ipv6));
    let local = cidrs.map(|cidr| Route {
        destination: cidr.clone(),
        target: "local".to_owned(),
        state: "active".to_owned(),
    });
    let routes: Vec<Route> = local.chain(one.routes.iter().cloned()).collect();
    let firewall = vpc.and_then(|vpc| vpc.firewalls.first());
    xml.list("routeSet", &routes, |xml, one| route(xml, one, firewall));
}

/// A route names its destination and its target each by one of many members.
/// The account that a VPC, and so everything of its network, belongs to.
pub(super) fn owner<'a>(context: &Context<'a>, vpc: &str) -> &'a str {
    let vpc = context.region.vpcs.iter().find(|own| own.id == vpc);
    vpc.and_then(|vpc| vpc.owner.as_deref()).unwrap_or(&context.account.id)
}

fn route(xml: &mut Xml, one: &Route, firewall: Option<&Firewall>) {
    let destination = match one.destination.as_str() {
        text if text.starts_with("pl-") => "destinationPrefixListId",
        text if text.contains(':') => "destinationIpv6CidrBlock",
        _ => "destinationCidrBlock",
    };
    let target = match one.target.split('-').next().unwrap_or_default() {
        "nat" => "natGatewayId",
        "tgw" => "transitGatewayId",
        "eni" => "networkInterfaceId",
        "pcx" => "vpcPeeringConnectionId",
        "eigw" => "egressOnlyInternetGatewayId",
        "lgw" => "localGatewayId",
        "cagw" => "carrierGatewayId",
        "i" => "instanceId",
        _ if one.target.contains(":core-network/") => "coreNetworkArn",
        _ if one.target.contains(":odb-network/") => "odbNetworkArn",
        // Internet and virtual private gateways, the local route, and Gateway Load Balancer endpoints.
        _ => "gatewayId",
    };
    xml.text(destination, &one.destination);
    xml.text(target, &one.target);
    xml.text("origin", if one.target == "local" { "CreateRouteTable" } else { "CreateRoute" });
    xml.text("state", &one.state);
    if let Some(firewall) = firewall.filter(|_| one.target.starts_with("igw-")) {
        xml.node("igwFirewall", |xml| {
            xml.text("firewallArn", &firewall.arn);
            xml.text("status", &firewall.status);
        });
    }
}
