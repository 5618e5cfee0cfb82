//! Network interfaces of targets: who holds an address, and behind which security groups.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use elb_audit_core::inventory::NetworkInterface;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use super::{Filter, filtered, filtered_with, is_unknown_parameter};
use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Items};
use crate::aws::strict::{self, Understood, address, block, each, required};

/// Whose interfaces are wanted.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    /// Instances.
    pub(crate) instances: BTreeSet<String>,
    /// Private addresses, with the VPC that each is said to be in, if it is in one.
    pub(crate) addresses: BTreeMap<IpAddr, Option<String>>,
}

/// The interfaces of these instances and addresses.
pub(crate) async fn interfaces(
    api: &ApiClient,
    client: &Client,
    wanted: &Holders,
) -> Fact<Vec<NetworkInterface>> {
    let instances: Vec<String> = wanted.instances.iter().cloned().collect();
    let of = |family: fn(&IpAddr) -> bool| -> Vec<String> {
        wanted.addresses.keys().filter(|address| family(address)).map(ToString::to_string).collect()
    };
    let (four, six) = (of(IpAddr::is_ipv4), of(IpAddr::is_ipv6));
    let (instances, four, six) = tokio::join!(
        of_instances(api, client, &instances),
        matching(api, client, Filter::new("addresses.private-ip-address", &four)),
        matching(api, client, Filter::new("ipv6-addresses.ipv6-address", &six)),
    );
    let mut found = BTreeMap::new();
    for list in [instances, four, six] {
        match list {
            Fact::Known(list) => found.extend(list.into_iter().map(|one| (one.id.clone(), one))),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    // No filter finds the holder of a block of addresses, which is how pods get theirs: the VPCs of the
    // addresses that nobody seems to have are read whole.
    let held: BTreeSet<IpAddr> = found.values().flat_map(|one| one.addresses.clone()).collect();
    let open = wanted.addresses.iter().filter(|(address, _)| !held.contains(address));
    let (open, vpcs): (BTreeSet<IpAddr>, BTreeSet<String>) =
        open.filter_map(|(address, vpc)| Some((*address, vpc.clone()?))).unzip();
    let vpcs: Vec<String> = vpcs.into_iter().collect();
    match matching(api, client, Filter::new("vpc-id", &vpcs)).await {
        Fact::Known(all) => {
            let holders = all.into_iter().filter(|one| holds_any(one, &open));
            found.extend(holders.map(|one| (one.id.clone(), one)));
        }
        Fact::Unread(gap) => return Fact::Unread(gap),
    }
    Fact::Known(found.into_values().collect())
}

/// The interfaces of these instances: each says of which it is.
async fn of_instances(
    api: &ApiClient,
    client: &Client,
    instances: &[String],
) -> Fact<Vec<NetworkInterface>> {
    let found = matching(api, client, Filter::new("attachment.instance-id", instances)).await;
    let call = Call::Ec2DescribeNetworkInterfaces;
    api.understood(call, None, found, |all| {
        each(all, |one| {
            required("instanceId", one.instance_id.as_ref())?;
            Ok(one)
        })
    })
}

/// Whether an interface holds a block with one of these addresses.
fn holds_any(interface: &NetworkInterface, open: &BTreeSet<IpAddr>) -> bool {
    interface.prefixes.iter().any(|block| open.iter().any(|address| block.contains(address)))
}

async fn matching(
    api: &ApiClient,
    client: &Client,
    filter: Filter<'_>,
) -> Fact<Vec<NetworkInterface>> {
    let call = Call::Ec2DescribeNetworkInterfaces;
    // Interfaces that a service manages, of EKS Auto Mode's nodes for instance, are left out wherever the
    // account hides them, unless they are asked for.
    let all = ("IncludeManagedResources", "true");
    let found = match filtered_with(api, client, call, filter, Some(all)).await {
        // Where EC2 does not know the parameter, it hides none.
        Fact::Unread(gap) if is_unknown_parameter(&gap) => {
            filtered::<InterfaceXml>(api, client, call, filter).await
        }
        found => found,
    };
    api.understood(call, None, found, |all| each(all, interface))
}

fn interface(xml: InterfaceXml) -> Understood<NetworkInterface> {
    let own = each(&xml.addresses.item, |one| required("privateIpAddress", one.private.as_ref()))?;
    let own = own.into_iter();
    let own = own.chain(xml.six.item.iter().map(|one| &one.address));
    let public = xml.addresses.item.iter().filter_map(|one| one.association.as_ref());
    let public = public.chain(&xml.association).filter_map(|one| one.public.as_ref());
    // A carrier's address is told otherwise, and this one is absent then.
    let public: BTreeSet<&String> = public.collect();
    let blocks = xml.blocks.item.iter().chain(&xml.six_blocks.item);
    Ok(NetworkInterface {
        prefixes: each(blocks, |one| block(&one.block))?,
        addresses: each(own, |text| address(text))?,
        public_addresses: each(public, |text| address(text))?,
        id: xml.id,
        owner: xml.owner,
        kind: xml.kind,
        description: xml.description.filter(|text| !text.is_empty()),
        vpc_id: xml.vpc,
        subnet_id: xml.subnet,
        zone: xml.zone,
        instance_id: xml.attachment.and_then(|attachment| attachment.instance),
        groups: xml.groups.item.into_iter().map(|group| group.id).collect(),
    })
}

#[derive(Debug, Deserialize)]
struct InterfaceXml {
    #[serde(rename = "networkInterfaceId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(rename = "interfaceType")]
    kind: Option<String>,
    description: Option<String>,
    #[serde(rename = "vpcId", default, deserialize_with = "strict::some_text")]
    vpc: Option<String>,
    #[serde(rename = "subnetId", default, deserialize_with = "strict::some_text")]
    subnet: Option<String>,
    #[serde(rename = "availabilityZone", default, deserialize_with = "strict::some_text")]
    zone: Option<String>,
    attachment: Option<AttachmentXml>,
    association: Option<AssociationXml>,
    #[serde(rename = "privateIpAddressesSet")]
    addresses: Items<AddressXml>,
    #[serde(rename = "ipv6AddressesSet", default)]
    six: Items<SixXml>,
    #[serde(rename = "ipv4PrefixSet", default)]
    blocks: Items<BlockXml>,
    #[serde(rename = "ipv6PrefixSet", default)]
    six_blocks: Items<BlockXml>,
    #[serde(rename = "groupSet")]
    groups: Items<GroupXml>,
}

#[derive(Debug, Deserialize)]
struct AttachmentXml {
    #[serde(rename = "instanceId", default, deserialize_with = "strict::some_text")]
    instance: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AssociationXml {
    #[serde(rename = "publicIp")]
    public: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AddressXml {
    #[serde(rename = "privateIpAddress")]
    private: Option<String>,
    association: Option<AssociationXml>,
}

#[derive(Debug, Deserialize)]
struct SixXml {
    #[serde(rename = "ipv6Address")]
    address: String,
}

#[derive(Debug, Deserialize)]
struct BlockXml {
    #[serde(rename = "ipv4Prefix", alias = "ipv6Prefix")]
    block: String,
}

#[derive(Debug, Deserialize)]
struct GroupXml {
    #[serde(rename = "groupId", deserialize_with = "strict::text")]
    id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::services::ec2::Page;

    #[test]
    fn an_address_in_a_block_belongs_to_the_holder_of_the_block() {
        let xml = "<A><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId>\
            <privateIpAddressesSet><item><privateIpAddress>10.0.0.4</privateIpAddress>\
            <association><publicIp>203.0.113.9</publicIp></association></item>\
            </privateIpAddressesSet><association><publicIp>203.0.113.9</publicIp></association>\
            <ipv4PrefixSet><item><ipv4Prefix>10.0.7.16/28</ipv4Prefix></item></ipv4PrefixSet>\
            <groupSet><item><groupId>sg-1</groupId></item></groupSet>\
            </item></networkInterfaceSet></A>";
        let page: Page<InterfaceXml> = quick_xml::de::from_str(xml).unwrap();
        let found = interface(page.list.item.into_iter().next().unwrap()).unwrap();
        assert_eq!(found.public_addresses.len(), 1);
        for (address, held) in [("10.0.7.20", true), ("10.0.7.40", false)] {
            let open = BTreeSet::from([address.parse().unwrap()]);
            assert_eq!(holds_any(&found, &open), held, "{address}");
        }
    }
}
