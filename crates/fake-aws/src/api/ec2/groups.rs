//! `DescribeSecurityGroups` and `DescribeStaleSecurityGroups`.

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::answer::Refusal;
use crate::model::network::{Permission, SecurityGroup};
use crate::page::{self, Paging};
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &["group-id", "group-name", "vpc-id", "owner-id"])?;
    let all = &context.region.security_groups;
    let mut found = by_id(context, (all, |one| &one.id), ("GroupId", "InvalidGroup.NotFound"))?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "group-id" => vec![one.id.clone()],
            "group-name" => vec![one.name.clone()],
            "vpc-id" => vec![one.vpc.clone()],
            _ => vec![context.account.id.clone()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("securityGroupInfo", page.items, |xml, one| {
        group(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn group(context: &Context<'_>, xml: &mut Xml, one: &SecurityGroup) {
    xml.text("groupId", &one.id);
    xml.text("groupName", &one.name);
    xml.text("groupDescription", &one.name);
    xml.text("ownerId", &context.account.id);
    xml.text("vpcId", &one.vpc);
    xml.text("securityGroupArn", context.place.arn("ec2", &format!("security-group/{}", one.id)));
    xml.list("ipPermissions", &one.ingress, |xml, one| {
        permission(context, xml, one);
    });
    xml.list("ipPermissionsEgress", &one.egress, |xml, one| {
        permission(context, xml, one);
    });
}

/// Each kind of peer has a list of its own, empty when there is none.
fn permission(context: &Context<'_>, xml: &mut Xml, one: &Permission) {
    let of = |kind: Peer| one.peers.iter().filter(move |peer| Peer::of(peer) == kind);
    xml.text("ipProtocol", &one.protocol);
    xml.maybe("fromPort", one.from);
    xml.maybe("toPort", one.to);
    xml.list("groups", of(Peer::Group), |xml, peer| pair(context, xml, peer));
    xml.list("ipRanges", of(Peer::V4), |xml, peer| {
        xml.text("cidrIp", peer);
    });
    xml.list("ipv6Ranges", of(Peer::V6), |xml, peer| {
        xml.text("cidrIpv6", peer);
    });
    xml.list("prefixListIds", of(Peer::List), |xml, peer| {
        xml.text("prefixListId", peer);
    });
}

/// A group with its owner, who is another account when the peer says so.
fn pair(context: &Context<'_>, xml: &mut Xml, peer: &str) {
    let (owner, group) = peer.split_once('/').unwrap_or((&context.account.id, peer));
    xml.text("userId", owner);
    xml.text("groupId", group);
}

pub(super) fn stale(context: &Context<'_>) -> XmlResult {
    let vpc = context.call.get("VpcId").ok_or_else(|| {
        Refusal::new("MissingParameter", "The request must contain the parameter VpcId")
    })?;
    if context.region.vpcs.iter().all(|known| known.id != vpc) {
        let message = format!("The vpc ID '{vpc}' does not exist");
        return Err(Refusal::new("InvalidVpcID.NotFound", message));
    }
    let is = |one: &&SecurityGroup| {
        one.vpc == vpc && !(one.stale_ingress.is_empty() && one.stale_egress.is_empty())
    };
    let found = context.region.security_groups.iter().filter(is).collect();
    let page = context.page(found, Paging { most: 255, ..page::EC2 })?;
    let mut xml = Xml::ec2();
    xml.list("staleSecurityGroupSet", page.items, |xml, one| {
        xml.text("groupId", &one.id);
        xml.text("groupName", &one.name);
        xml.text("description", &one.name);
        xml.text("vpcId", &one.vpc);
        let lists = [
            ("staleIpPermissions", &one.stale_ingress),
            ("staleIpPermissionsEgress", &one.stale_egress),
        ];
        for (name, permissions) in lists {
            xml.list(name, permissions, |xml, one| stale_permission(context, xml, one));
        }
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

/// Ranges and lists are plain texts here, unlike in a permission in force.
fn stale_permission(context: &Context<'_>, xml: &mut Xml, one: &Permission) {
    let of = |kind: Peer| one.peers.iter().filter(move |peer| Peer::of(peer) == kind);
    xml.text("ipProtocol", &one.protocol);
    xml.maybe("fromPort", one.from);
    xml.maybe("toPort", one.to);
    xml.texts("ipRanges", of(Peer::V4));
    xml.texts("prefixListIds", of(Peer::List));
    xml.list("groups", of(Peer::Group), |xml, peer| {
        pair(context, xml, peer);
        xml.text("peeringStatus", "deleted");
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    V4,
    V6,
    List,
    Group,
}

impl Peer {
    fn of(text: &str) -> Self {
        match text {
            text if text.starts_with("pl-") => Self::List,
            text if text.starts_with("sg-") || text.contains("/sg-") => Self::Group,
            text if text.contains(':') => Self::V6,
            _ => Self::V4,
        }
    }
}
