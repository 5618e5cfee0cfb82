//! VPCs, subnets, their ways out and in, and what keeps traffic out.

use elb_audit_core::inventory::{
    AclEntry, BlockPublicAccess, EncryptionControl, Exclusion, NetworkAcl, RouteTable, Subnet, Vpc,
    VpcFirewall,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use ipnet::IpNet;
use serde::Deserialize;

use super::routes::RouteXml;
use super::{Filter, all, filtered, is_unknown_action, whole_region};
use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Items};
use crate::aws::strict::{self, Understood, Unexpected, block, each};

/// The VPCs with these ids.
pub(crate) async fn vpcs(api: &ApiClient, client: &Client, ids: &[String]) -> Fact<Vec<Vpc>> {
    let call = Call::Ec2DescribeVpcs;
    let found = filtered::<VpcXml>(api, client, call, Filter::new("vpc-id", ids)).await;
    let vpc = |xml: VpcXml| {
        // The first block is among the associated ones; moto and old answers have it alone.
        let mut texts: Vec<String> = Vec::from_iter(xml.block);
        for association in xml.v4.item {
            if association.holds() && !texts.contains(&association.block) {
                texts.push(association.block);
            }
        }
        let six = xml.v6.item.into_iter().filter(AssociatedXml::holds);
        texts.extend(six.map(|association| association.block));
        let ranges = each(&texts, |text| block(text))?;
        // There is none without a block.
        if ranges.is_empty() {
            return Err(Unexpected::Missing("cidrBlock"));
        }
        let firewall =
            |one: VpcFirewallXml| VpcFirewall { arn: one.arn, status: one.status, mode: one.mode };
        Ok(Vpc {
            id: xml.id,
            owner: xml.owner,
            is_default: xml.is_default,
            ranges,
            firewalls: xml.firewalls.item.into_iter().map(firewall).collect(),
        })
    };
    api.understood(call, None, found, |all| each(all, vpc))
}

/// The subnets with these ids.
pub(crate) async fn subnets(api: &ApiClient, client: &Client, ids: &[String]) -> Fact<Vec<Subnet>> {
    let call = Call::Ec2DescribeSubnets;
    let found = filtered::<SubnetXml>(api, client, call, Filter::new("subnet-id", ids)).await;
    let subnet = |xml: SubnetXml| {
        let six = xml.v6.item.into_iter().filter(AssociatedXml::holds);
        // A subnet for IPv6 alone has no block of the other family.
        let four = xml.block.filter(|block| !block.is_empty());
        let texts = four.into_iter().chain(six.map(|association| association.block));
        let ranges = each(texts, |text| block(&text))?;
        // There is none without a block of either family.
        if ranges.is_empty() {
            return Err(Unexpected::Missing("cidrBlock"));
        }
        Ok(Subnet {
            id: xml.id,
            owner: xml.owner,
            vpc_id: xml.vpc,
            zone: xml.zone,
            ranges,
            firewall_connectivity: xml.firewall_connectivity,
        })
    };
    api.understood(call, None, found, |all| each(all, subnet))
}

/// The network ACLs of these VPCs.
pub(crate) async fn network_acls(
    api: &ApiClient,
    client: &Client,
    vpcs: &[String],
) -> Fact<Vec<NetworkAcl>> {
    let call = Call::Ec2DescribeNetworkAcls;
    let found = filtered::<AclXml>(api, client, call, Filter::new("vpc-id", vpcs)).await;
    api.understood(call, None, found, |all| each(all, acl))
}

/// Encryption controls of these VPCs. Where EC2 does not know the request, no VPC has any.
pub(crate) async fn encryption_controls(
    api: &ApiClient,
    client: &Client,
) -> Fact<Vec<EncryptionControl>> {
    let call = Call::Ec2DescribeVpcEncryptionControls;
    let found = match whole_region::<ControlXml>(api, client, call).await {
        Fact::Unread(gap) if is_unknown_action(&gap) => return Fact::Known(Vec::new()),
        found => found,
    };
    found.map(|controls| {
        let known = |xml: ControlXml| EncryptionControl {
            vpc_id: xml.vpc,
            mode: xml.mode.unwrap_or_default(),
            state: xml.state,
        };
        controls.into_iter().map(known).collect()
    })
}

/// The route tables of these VPCs.
pub(crate) async fn route_tables(
    api: &ApiClient,
    client: &Client,
    vpcs: &[String],
) -> Fact<Vec<RouteTable>> {
    let call = Call::Ec2DescribeRouteTables;
    let found = filtered::<TableXml>(
        api,
        client,
        call,
        Filter { page_size: "100", ..Filter::new("vpc-id", vpcs) },
    )
    .await;
    api.understood(call, None, found, |all| each(all, table))
}

/// The addresses of a prefix list, AWS's own or the customer's.
pub(crate) async fn prefix_list(api: &ApiClient, client: &Client, id: &str) -> Fact<Vec<IpNet>> {
    let call = Call::Ec2GetManagedPrefixListEntries;
    let parameters =
        [("PrefixListId".to_owned(), id.to_owned()), ("MaxResults".to_owned(), "100".to_owned())];
    let found = all::<EntryXml>(api, client, call, &parameters, Some(id)).await;
    api.understood(call, Some(id), found, |all| each(all, |entry| block(&entry.cidr)))
}

/// VPC Block Public Access of the region; its exclusions only when it blocks something.
pub(crate) async fn block_public_access(
    api: &ApiClient,
    client: &Client,
) -> Fact<BlockPublicAccess> {
    let call = Call::Ec2DescribeVpcBlockPublicAccessOptions;
    let answer = api.call(call, None, client.form::<BlockAnswer>(call.operation(), &[])).await;
    let mode = match answer {
        Fact::Known(answer) => answer.options.mode,
        // A partition whose EC2 does not know the request cannot have the block either.
        Fact::Unread(gap) if is_unknown_action(&gap) => "off".to_owned(),
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let call = Call::Ec2DescribeVpcBlockPublicAccessExclusions;
    if mode == "off" {
        return Fact::Known(BlockPublicAccess { mode, exclusions: Fact::not_collected(call) });
    }
    let parameters = [("MaxResults".to_owned(), "1000".to_owned())];
    let found = all::<ExclusionXml>(api, client, call, &parameters, None).await;
    let exclusions = found.map(|list| {
        let known = |xml: ExclusionXml| Exclusion {
            resource: xml.resource,
            mode: xml.mode,
            state: xml.state,
        };
        list.into_iter().map(known).collect()
    });
    Fact::Known(BlockPublicAccess { mode, exclusions })
}

#[derive(Debug, Deserialize)]
struct BlockAnswer {
    #[serde(rename = "vpcBlockPublicAccessOptions")]
    options: BlockXml,
}

#[derive(Debug, Deserialize)]
struct BlockXml {
    #[serde(rename = "internetGatewayBlockMode", deserialize_with = "strict::text")]
    mode: String,
}

#[derive(Debug, Deserialize)]
struct ExclusionXml {
    #[serde(rename = "resourceArn", deserialize_with = "strict::text")]
    resource: String,
    #[serde(rename = "internetGatewayExclusionMode", deserialize_with = "strict::text")]
    mode: String,
    state: Option<String>,
}

#[derive(Debug, Deserialize)]
struct EntryXml {
    cidr: String,
}

#[derive(Debug, Deserialize)]
struct VpcXml {
    #[serde(rename = "vpcId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(rename = "isDefault")]
    is_default: bool,
    #[serde(rename = "cidrBlock")]
    block: Option<String>,
    #[serde(rename = "cidrBlockAssociationSet", default)]
    v4: Items<AssociatedXml>,
    #[serde(rename = "ipv6CidrBlockAssociationSet", default)]
    v6: Items<AssociatedXml>,
    #[serde(rename = "networkFirewallAssociationSet", default)]
    firewalls: Items<VpcFirewallXml>,
}

#[derive(Debug, Deserialize)]
struct VpcFirewallXml {
    #[serde(rename = "firewallArn", default)]
    arn: String,
    #[serde(rename = "firewallOnboardingStatus")]
    status: Option<String>,
    #[serde(rename = "firewallMode")]
    mode: Option<String>,
}

/// A block of a VPC or subnet; one that was taken away stays listed for a while.
#[derive(Debug, Deserialize)]
struct AssociatedXml {
    #[serde(rename = "cidrBlock", alias = "ipv6CidrBlock")]
    block: String,
    #[serde(rename = "cidrBlockState", alias = "ipv6CidrBlockState")]
    state: Option<StateXml>,
}

#[derive(Debug, Deserialize)]
struct StateXml {
    state: Option<String>,
}

impl AssociatedXml {
    fn holds(&self) -> bool {
        let state = self.state.as_ref().and_then(|state| state.state.as_deref());
        !matches!(state, Some("disassociated" | "failed"))
    }
}

#[derive(Debug, Deserialize)]
struct SubnetXml {
    #[serde(rename = "subnetId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "vpcId", deserialize_with = "strict::text")]
    vpc: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(rename = "networkFirewallConnectivityType")]
    firewall_connectivity: Option<String>,
    #[serde(rename = "availabilityZone")]
    zone: Option<String>,
    #[serde(rename = "cidrBlock")]
    block: Option<String>,
    #[serde(rename = "ipv6CidrBlockAssociationSet", default)]
    v6: Items<AssociatedXml>,
}

#[derive(Debug, Deserialize)]
struct AclXml {
    #[serde(rename = "networkAclId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "vpcId", deserialize_with = "strict::text")]
    vpc: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(default)]
    default: bool,
    #[serde(rename = "associationSet")]
    associations: Items<AssociationXml>,
    #[serde(rename = "entrySet")]
    entries: Items<AclEntryXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AclEntryXml {
    rule_number: i32,
    // Without a direction an entry would be about neither.
    egress: bool,
    protocol: String,
    rule_action: String,
    #[serde(alias = "ipv6CidrBlock")]
    cidr_block: Option<String>,
    port_range: Option<PortsXml>,
}

#[derive(Debug, Deserialize)]
struct PortsXml {
    from: Option<i32>,
    to: Option<i32>,
}

fn acl(xml: AclXml) -> Understood<NetworkAcl> {
    let entry = |xml: AclEntryXml| {
        let range = xml.cidr_block.as_deref().map(block).transpose()?;
        let ports = xml.port_range;
        Ok(AclEntry {
            number: xml.rule_number,
            egress: xml.egress,
            protocol: xml.protocol,
            action: xml.rule_action,
            range,
            from_port: ports.as_ref().and_then(|ports| ports.from),
            to_port: ports.and_then(|ports| ports.to),
        })
    };
    Ok(NetworkAcl {
        id: xml.id,
        owner: xml.owner,
        vpc_id: xml.vpc,
        is_default: xml.default,
        subnets: subnets_of(xml.associations)?,
        entries: each(xml.entries.item, entry)?,
    })
}

#[derive(Debug, Deserialize)]
struct ControlXml {
    #[serde(rename = "vpcId", deserialize_with = "strict::text")]
    vpc: String,
    mode: Option<String>,
    state: Option<String>,
}

#[derive(Debug, Deserialize)]
struct TableXml {
    #[serde(rename = "routeTableId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "vpcId", deserialize_with = "strict::text")]
    vpc: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(rename = "associationSet")]
    associations: Items<AssociationXml>,
    #[serde(rename = "routeSet")]
    routes: Items<RouteXml>,
}

#[derive(Debug, Deserialize)]
struct AssociationXml {
    #[serde(default)]
    main: bool,
    #[serde(rename = "subnetId", default, deserialize_with = "strict::some_text")]
    subnet: Option<String>,
    /// Of a gateway's own route table.
    #[serde(rename = "gatewayId", default, deserialize_with = "strict::some_text")]
    gateway: Option<String>,
    /// Of the route table for a pool of addresses at an internet gateway.
    #[serde(rename = "publicIpv4Pool", default, deserialize_with = "strict::some_text")]
    pool: Option<String>,
}

/// The subnets among what something is associated with. Refuses an association with nothing: the subnet
/// left out would seem to have no table or ACL of its own.
fn subnets_of(associations: Items<AssociationXml>) -> Understood<Vec<String>> {
    let is_known = |one: &AssociationXml| {
        one.main || one.subnet.is_some() || one.gateway.is_some() || one.pool.is_some()
    };
    if !associations.item.iter().all(is_known) {
        return Err(Unexpected::Missing("what an association is with"));
    }
    Ok(associations.item.into_iter().filter_map(|one| one.subnet).collect())
}

fn table(xml: TableXml) -> Understood<RouteTable> {
    Ok(RouteTable {
        id: xml.id,
        owner: xml.owner,
        vpc_id: xml.vpc,
        main: xml.associations.item.iter().any(|association| association.main),
        subnets: subnets_of(xml.associations)?,
        routes: xml.routes.item.into_iter().map(RouteXml::into_route).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::services::ec2::Page;

    #[test]
    fn a_list_that_is_missing_is_not_an_empty_one() {
        let read = |list: &str, item: &str| {
            let xml = format!("<A><{list}><item><vpcId>vpc-1</vpcId>{item}</item></{list}></A>");
            match list {
                "routeTableSet" => quick_xml::de::from_str::<Page<TableXml>>(&xml).is_ok(),
                _ => quick_xml::de::from_str::<Page<AclXml>>(&xml).is_ok(),
            }
        };
        for (list, id, held) in [
            ("routeTableSet", "<routeTableId>rtb-1</routeTableId>", "<routeSet/>"),
            ("networkAclSet", "<networkAclId>acl-1</networkAclId>", "<entrySet/>"),
        ] {
            assert!(read(list, &format!("{id}{held}<associationSet/>")), "{list}");
            assert!(!read(list, &format!("{id}{held}")), "{list}: whom it serves");
            assert!(!read(list, &format!("{id}<associationSet/>")), "{list}: what it says");
        }
    }

    #[test]
    fn an_association_says_with_what() {
        let subnets = |inside: &str| {
            let xml = format!(
                "<A><routeTableSet><item><vpcId>vpc-1</vpcId><routeTableId>rtb-1</routeTableId>\
                 <routeSet/><associationSet><item>{inside}</item></associationSet></item>\
                 </routeTableSet></A>"
            );
            let page = quick_xml::de::from_str::<Page<TableXml>>(&xml).unwrap();
            page.list.item.into_iter().map(table).map(|table| Ok(table?.subnets)).collect()
        };
        let read: Result<Vec<Vec<String>>, Unexpected> = subnets("<subnetId>subnet-1</subnetId>");
        assert_eq!(read.unwrap(), [["subnet-1"]]);
        for other in [
            "<main>true</main>",
            "<gatewayId>igw-1</gatewayId>",
            "<publicIpv4Pool>a</publicIpv4Pool>",
        ] {
            assert_eq!(subnets(other).unwrap(), [Vec::<String>::new()], "{other}");
        }
        assert!(subnets("<main>false</main>").is_err());
    }

    #[test]
    fn an_entry_of_an_acl_says_its_direction() {
        let read = |egress: &str| {
            let xml = format!(
                "<item><ruleNumber>100</ruleNumber><protocol>-1</protocol>\
                 <ruleAction>allow</ruleAction>{egress}<cidrBlock>0.0.0.0/0</cidrBlock></item>"
            );
            quick_xml::de::from_str::<AclEntryXml>(&xml).is_ok()
        };
        assert!(read("<egress>false</egress>") && !read(""));
    }
}
