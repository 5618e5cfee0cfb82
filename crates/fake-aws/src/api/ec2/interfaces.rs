//! `DescribeNetworkInterfaces`.

use std::collections::BTreeSet;

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::epoch;
use crate::model::arn::id;
use crate::model::certificate::EPOCH;
use crate::model::interface::{NetworkInterface, PrivateAddress};
use crate::model::network::PRIVATE_SUBNETS;
use crate::model::region::Region;
use crate::page;
use crate::xml::Xml;

const FILTERS: [&str; 17] = [
    "addresses.association.public-ip",
    "addresses.private-ip-address",
    "association.public-ip",
    "attachment.instance-id",
    "attachment.instance-owner-id",
    "description",
    "group-id",
    "interface-type",
    "ipv6-addresses.ipv6-address",
    "network-interface-id",
    "owner-id",
    "private-ip-address",
    "requester-id",
    "requester-managed",
    "status",
    "subnet-id",
    "vpc-id",
];

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &FILTERS)?;
    let missing = ("NetworkInterfaceId", "InvalidNetworkInterfaceID.NotFound");
    let all = all(context.region);
    let mut found = by_id(context, (&all, |one| &one.id), missing)?;
    let with_hidden = context.call.get("IncludeManagedResources") == Some("true");
    found.retain(|one| with_hidden || !one.hidden);
    found.retain(|one| filters.fit(|name| values(context, one, name)));
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("networkInterfaceSet", page.items, |xml, one| {
        interface(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

/// The interfaces that were planted, and one of each registered instance that has none of these: no
/// instance is without.
fn all(region: &Region) -> Vec<NetworkInterface> {
    let mut all = region.network_interfaces.clone();
    let of_groups = region.target_groups.iter().filter(|group| group.target_type == "instance");
    let registered = of_groups.flat_map(|group| &group.targets).map(|target| &target.id);
    let classic = region.classic.iter().flat_map(|one| &one.instances);
    let ids: BTreeSet<&String> = registered.chain(classic.map(|instance| &instance.id)).collect();
    let planted = |id: &&String| all.iter().any(|one| one.instance.as_ref() == Some(id));
    let bare: Vec<&String> = ids.into_iter().filter(|id| !planted(id)).collect();
    for (number, id) in bare.into_iter().enumerate() {
        let address = format!("10.0.{}.{}", 200 + number / 250, 4 + number % 250);
        let subnet = PRIVATE_SUBNETS[number % PRIVATE_SUBNETS.len()];
        let interface = NetworkInterface::new(&format!("eni-of-{id}"), &address);
        all.push(interface.instance(id).subnet(subnet));
    }
    all
}

/// What a filter compares.
fn values(context: &Context<'_>, one: &NetworkInterface, name: &str) -> Vec<String> {
    let public = |all: &[PrivateAddress]| all.iter().filter_map(|one| one.public.clone()).collect();
    match name {
        "addresses.association.public-ip" => public(&one.addresses),
        "association.public-ip" => public(&one.addresses[..one.addresses.len().min(1)]),
        "addresses.private-ip-address" => {
            one.addresses.iter().map(|one| one.private.clone()).collect()
        }
        "private-ip-address" => {
            one.addresses.first().iter().map(|one| one.private.clone()).collect()
        }
        "attachment.instance-id" => one.instance.iter().cloned().collect(),
        "attachment.instance-owner-id" => attached_for(context, one).into_iter().collect(),
        "description" => vec![one.description.clone()],
        "group-id" => one.groups.clone(),
        "interface-type" => vec![one.kind.clone()],
        "ipv6-addresses.ipv6-address" => one.ipv6.clone(),
        "network-interface-id" => vec![one.id.clone()],
        "owner-id" => vec![owner(context, one)],
        "requester-id" => one.requester.iter().cloned().collect(),
        "requester-managed" => vec![one.requester_managed.to_string()],
        "status" => vec![one.status.clone()],
        "subnet-id" => vec![one.subnet.clone()],
        _ => vec![one.vpc.clone()],
    }
}

fn owner(context: &Context<'_>, one: &NetworkInterface) -> String {
    one.owner.clone().unwrap_or_else(|| context.account.id.clone())
}

/// Who owns what it is attached to; `None` when it is attached to nothing.
fn attached_for(context: &Context<'_>, one: &NetworkInterface) -> Option<String> {
    let own = one.instance.as_ref().map(|_| owner(context, one));
    one.instance_owner.clone().or(own)
}

fn interface(context: &Context<'_>, xml: &mut Xml, one: &NetworkInterface) {
    let primary = one.addresses.first();
    xml.text("networkInterfaceId", &one.id);
    xml.text("subnetId", &one.subnet);
    xml.text("vpcId", &one.vpc);
    xml.text("availabilityZone", context.zone(&one.subnet));
    xml.text("description", &one.description);
    xml.text("ownerId", owner(context, one));
    xml.maybe("requesterId", one.requester.as_ref());
    xml.text("requesterManaged", one.requester_managed);
    xml.text("status", &one.status);
    xml.text("macAddress", "02:00:00:00:00:01");
    xml.maybe("privateIpAddress", primary.map(|address| &address.private));
    xml.text("sourceDestCheck", !one.requester_managed);
    xml.list("groupSet", &one.groups, |xml, group| {
        xml.text("groupId", group);
        xml.text("groupName", context.group_name(group));
    });
    attachment(context, xml, one);
    if let Some(address) = primary {
        association(context, xml, address);
    }
    xml.list("privateIpAddressesSet", one.addresses.iter().enumerate(), |xml, (index, address)| {
        xml.text("privateIpAddress", &address.private);
        xml.text("primary", index == 0);
        association(context, xml, address);
    });
    xml.list("ipv6AddressesSet", &one.ipv6, |xml, address| {
        xml.text("ipv6Address", address);
    });
    xml.text("interfaceType", &one.kind);
}

fn attachment(context: &Context<'_>, xml: &mut Xml, one: &NetworkInterface) {
    let Some(owner) = attached_for(context, one) else {
        return;
    };
    xml.node("attachment", |xml| {
        xml.text("attachmentId", format!("eni-attach-{}", id(&["attachment", &one.id])));
        xml.maybe("instanceId", one.instance.as_ref());
        xml.text("instanceOwnerId", owner);
        xml.text("deviceIndex", i32::from(one.instance.is_none()));
        xml.text("status", "attached");
        xml.text("attachTime", epoch::iso(EPOCH));
        xml.text("deleteOnTermination", one.instance.is_some());
    });
}

fn association(context: &Context<'_>, xml: &mut Xml, address: &PrivateAddress) {
    let Some(public) = &address.public else {
        return;
    };
    let elastic = address.allocation.is_some();
    xml.node("association", |xml| {
        xml.text("publicIp", public);
        xml.text("publicDnsName", "");
        xml.text("ipOwnerId", if elastic { &context.account.id } else { "amazon" });
        xml.maybe("allocationId", address.allocation.as_ref());
    });
}
