//! `DescribeNetworkAcls`.

use super::filter::Filters;
use super::network::owner;
use super::{Context, XmlResult, by_id};
use crate::model::arn::id;
use crate::model::network_acl::{AclEntry, NetworkAcl};
use crate::page;
use crate::xml::Xml;

const FILTERS: [&str; 5] =
    ["vpc-id", "association.subnet-id", "network-acl-id", "default", "owner-id"];

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &FILTERS)?;
    let missing = ("NetworkAclId", "InvalidNetworkAclID.NotFound");
    let mut found = by_id(context, (&context.region.network_acls, |one| &one.id), missing)?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "vpc-id" => vec![one.vpc.clone()],
            "association.subnet-id" => one.subnets.clone(),
            "network-acl-id" => vec![one.id.clone()],
            "default" => vec![one.is_default.to_string()],
            _ => vec![owner(context, &one.vpc).to_owned()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("networkAclSet", page.items, |xml, one| {
        acl(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn acl(context: &Context<'_>, xml: &mut Xml, one: &NetworkAcl) {
    xml.text("networkAclId", &one.id);
    xml.text("vpcId", &one.vpc);
    xml.text("ownerId", owner(context, &one.vpc));
    xml.text("default", one.is_default);
    xml.list("entrySet", &entries(context, one), entry);
    xml.list("associationSet", &one.subnets, |xml, subnet| {
        xml.text("networkAclAssociationId", format!("aclassoc-{}", id(&[&one.id, subnet])));
        xml.text("networkAclId", &one.id);
        xml.text("subnetId", subnet);
    });
}

/// Its own entries in order, and those that deny all else: for IPv6 too where the VPC has it.
fn entries(context: &Context<'_>, one: &NetworkAcl) -> Vec<AclEntry> {
    let six = context.region.vpcs.iter().any(|vpc| vpc.id == one.vpc && !vpc.ipv6.is_empty());
    let mut all = one.entries.clone();
    for (number, cidr, there) in [(32_767, "0.0.0.0/0", true), (32_768, "::/0", six)] {
        if there {
            all.extend([AclEntry::deny(number, cidr), AclEntry::deny(number, cidr).outward()]);
        }
    }
    all.sort_by_key(|entry| (!entry.egress, entry.number));
    all
}

fn entry(xml: &mut Xml, one: &AclEntry) {
    xml.text("ruleNumber", one.number);
    xml.text("protocol", &one.protocol);
    xml.text("ruleAction", &one.action);
    xml.text("egress", one.egress);
    xml.text(if one.cidr.contains(':') { "ipv6CidrBlock" } else { "cidrBlock" }, &one.cidr);
    if let Some((from, to)) = one.ports {
        xml.node("portRange", |xml| {
            xml.text("from", from);
            xml.text("to", to);
        });
    }
}
