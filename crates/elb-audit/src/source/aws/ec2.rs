//! EC2: regions, and what stands between the internet and a load balancer.

use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Gap, Reason};
use elb_audit_core::inventory::{
    BlockPublicAccess, Exclusion, Permission, Route, RouteTable, SecurityGroup, Subnet,
};
use ipnet::IpNet;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ask::Asker;
use super::query::{Client, Items};

/// EC2 takes at most this many values in a filter.
const FILTER_VALUES: usize = 200;

/// A region and whether the account may use it.
#[derive(Debug, Deserialize)]
pub(crate) struct ListedRegion {
    #[serde(rename = "regionName")]
    pub(crate) name: String,
    /// `opt-in-not-required`, `opted-in`, `not-opted-in`.
    #[serde(rename = "optInStatus")]
    pub(crate) opt_in: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RegionsAnswer {
    #[serde(rename = "regionInfo")]
    regions: Items<ListedRegion>,
}

/// Every region of the partition, those that the account has not enabled among them.
pub(crate) async fn regions(asker: &Asker, client: &Client) -> Fact<Vec<ListedRegion>> {
    let call = Call::Ec2DescribeRegions;
    let parameters = [("AllRegions", "true")];
    let answer =
        asker.ask(call, None, client.form::<RegionsAnswer>(call.operation(), &parameters)).await;
    answer.map(|answer| answer.regions.item)
}

/// One page of a list, whatever the list is called.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Page<T> {
    #[serde(
        alias = "securityGroupInfo",
        alias = "subnetSet",
        alias = "routeTableSet",
        alias = "entrySet",
        alias = "vpcBlockPublicAccessExclusionSet"
    )]
    list: Items<T>,
    #[serde(rename = "nextToken")]
    next: Option<String>,
}

/// All pages of one question.
async fn all<T: DeserializeOwned + Send>(
    asker: &Asker,
    client: &Client,
    call: Call,
    question: (&[(String, String)], Option<&str>),
) -> Fact<Vec<T>> {
    let (parameters, resource) = question;
    let page = move |marker: Option<String>| async move {
        let mut all: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Some(marker) = &marker {
            all.push(("NextToken", marker));
        }
        let answer = client.form::<Page<T>>(call.operation(), &all);
        asker.ask(call, resource, answer).await.map(|page| (Some(page.list.item), page.next))
    };
    asker.whole(call, page).await
}

/// All pages of one question asked about many ids, in filters that EC2 takes.
async fn filtered<T: DeserializeOwned + Send>(
    asker: &Asker,
    client: &Client,
    call: Call,
    filter: (&str, &[String], &str),
) -> Fact<Vec<T>> {
    let (name, ids, page_size) = filter;
    let mut found = Vec::new();
    for batch in ids.chunks(FILTER_VALUES) {
        let mut parameters = vec![
            ("MaxResults".to_owned(), page_size.to_owned()),
            ("Filter.1.Name".to_owned(), name.to_owned()),
        ];
        for (place, id) in batch.iter().enumerate() {
            parameters.push((format!("Filter.1.Value.{}", place + 1), id.clone()));
        }
        match all::<T>(asker, client, call, (&parameters, None)).await {
            Fact::Known(items) => found.extend(items),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(found)
}

/// The security groups with these ids.
pub(crate) async fn security_groups(
    asker: &Asker,
    client: &Client,
    ids: &[String],
) -> Fact<Vec<SecurityGroup>> {
    let call = Call::Ec2DescribeSecurityGroups;
    let found = filtered::<GroupXml>(asker, client, call, ("group-id", ids, "1000")).await;
    match found {
        Fact::Unread(gap) => Fact::Unread(gap),
        Fact::Known(groups) => {
            let groups: Result<Vec<_>, String> = groups.into_iter().map(group).collect();
            groups.map_or_else(
                |said| {
                    let gap = Gap::new(call, Reason::Malformed).saying(said);
                    Fact::Unread(asker.placed(gap, None))
                },
                Fact::Known,
            )
        }
    }
}

/// The subnets with these ids.
pub(crate) async fn subnets(asker: &Asker, client: &Client, ids: &[String]) -> Fact<Vec<Subnet>> {
    let call = Call::Ec2DescribeSubnets;
    let found = filtered::<SubnetXml>(asker, client, call, ("subnet-id", ids, "1000")).await;
    found.map(|subnets| {
        let known = |xml: SubnetXml| Subnet {
            id: xml.id,
            vpc_id: xml.vpc,
            zone: xml.zone,
            ranges: Vec::new(),
        };
        subnets.into_iter().map(known).collect()
    })
}

/// The route tables of these VPCs.
pub(crate) async fn route_tables(
    asker: &Asker,
    client: &Client,
    vpcs: &[String],
) -> Fact<Vec<RouteTable>> {
    let call = Call::Ec2DescribeRouteTables;
    let found = filtered::<TableXml>(asker, client, call, ("vpc-id", vpcs, "100")).await;
    found.map(|tables| tables.into_iter().map(table).collect())
}

/// The addresses of a prefix list, AWS's own or the customer's.
pub(crate) async fn prefix_list(asker: &Asker, client: &Client, id: &str) -> Fact<Vec<IpNet>> {
    let call = Call::Ec2GetManagedPrefixListEntries;
    let parameters =
        [("PrefixListId".to_owned(), id.to_owned()), ("MaxResults".to_owned(), "100".to_owned())];
    let found = all::<EntryXml>(asker, client, call, (&parameters, Some(id))).await;
    match found {
        Fact::Unread(gap) => Fact::Unread(gap),
        Fact::Known(entries) => {
            let blocks: Result<Vec<IpNet>, _> =
                entries.iter().map(|entry| entry.cidr.parse()).collect();
            blocks.map_or_else(
                |error| {
                    let gap = Gap::new(call, Reason::Malformed).saying(error.to_string());
                    Fact::Unread(asker.placed(gap, Some(id)))
                },
                Fact::Known,
            )
        }
    }
}

/// VPC Block Public Access of the region; its exclusions only when it blocks something.
pub(crate) async fn block_public_access(asker: &Asker, client: &Client) -> Fact<BlockPublicAccess> {
    let call = Call::Ec2DescribeVpcBlockPublicAccessOptions;
    let answer = asker.ask(call, None, client.form::<BlockAnswer>(call.operation(), &[])).await;
    let mode = match answer {
        Fact::Known(answer) => answer.options.mode,
        // A partition whose EC2 does not know the question cannot have the block either.
        Fact::Unread(gap) if is_unknown_action(&gap) => "off".to_owned(),
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let call = Call::Ec2DescribeVpcBlockPublicAccessExclusions;
    if mode == "off" {
        return Fact::Known(BlockPublicAccess { mode, exclusions: Fact::not_collected(call) });
    }
    let parameters = [("MaxResults".to_owned(), "1000".to_owned())];
    let found = all::<ExclusionXml>(asker, client, call, (&parameters, None)).await;
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

fn is_unknown_action(gap: &Gap) -> bool {
    let said = gap.detail.as_deref().unwrap_or_default();
    gap.reason == Reason::Unavailable && said.starts_with("InvalidAction")
}

#[derive(Debug, Deserialize)]
struct BlockAnswer {
    #[serde(rename = "vpcBlockPublicAccessOptions")]
    options: BlockXml,
}

#[derive(Debug, Deserialize)]
struct BlockXml {
    #[serde(rename = "internetGatewayBlockMode")]
    mode: String,
}

#[derive(Debug, Deserialize)]
struct ExclusionXml {
    #[serde(rename = "resourceArn")]
    resource: String,
    #[serde(rename = "internetGatewayExclusionMode")]
    mode: String,
    state: Option<String>,
}

#[derive(Debug, Deserialize)]
struct EntryXml {
    cidr: String,
}

#[derive(Debug, Deserialize)]
struct SubnetXml {
    #[serde(rename = "subnetId")]
    id: String,
    #[serde(rename = "vpcId")]
    vpc: String,
    #[serde(rename = "availabilityZone")]
    zone: Option<String>,
}

#[derive(Debug, Deserialize)]
struct GroupXml {
    #[serde(rename = "groupId")]
    id: String,
    #[serde(rename = "groupName")]
    name: Option<String>,
    #[serde(rename = "ipPermissions", default)]
    ingress: Items<PermissionXml>,
}

#[derive(Debug, Deserialize)]
struct PermissionXml {
    #[serde(rename = "ipProtocol")]
    protocol: String,
    #[serde(rename = "fromPort")]
    from: Option<i32>,
    #[serde(rename = "toPort")]
    to: Option<i32>,
    #[serde(rename = "ipRanges", default)]
    v4: Items<RangeXml>,
    #[serde(rename = "ipv6Ranges", default)]
    v6: Items<RangeXml>,
    #[serde(rename = "prefixListIds", default)]
    lists: Items<PrefixListXml>,
    #[serde(default)]
    groups: Items<GroupRefXml>,
}

#[derive(Debug, Deserialize)]
struct RangeXml {
    #[serde(rename = "cidrIp", alias = "cidrIpv6")]
    cidr: String,
}

#[derive(Debug, Deserialize)]
struct PrefixListXml {
    #[serde(rename = "prefixListId")]
    id: String,
}

#[derive(Debug, Deserialize)]
struct GroupRefXml {
    #[serde(rename = "groupId")]
    id: Option<String>,
}

fn group(xml: GroupXml) -> Result<SecurityGroup, String> {
    let ingress: Result<Vec<Permission>, String> =
        xml.ingress.item.into_iter().map(permission).collect();
    Ok(SecurityGroup {
        id: xml.id,
        name: xml.name,
        vpc_id: None,
        ingress: ingress?,
        egress: Vec::new(),
    })
}

fn permission(xml: PermissionXml) -> Result<Permission, String> {
    let texts = xml.v4.item.into_iter().chain(xml.v6.item);
    let ranges: Result<Vec<IpNet>, String> = texts
        .map(|range| range.cidr.parse().map_err(|_| format!("`{}` is no block", range.cidr)))
        .collect();
    Ok(Permission {
        protocol: xml.protocol,
        from_port: xml.from,
        to_port: xml.to,
        ranges: ranges?,
        prefix_lists: xml.lists.item.into_iter().map(|list| list.id).collect(),
        groups: xml.groups.item.into_iter().filter_map(|group| group.id).collect(),
    })
}

#[derive(Debug, Deserialize)]
struct TableXml {
    #[serde(rename = "routeTableId")]
    id: String,
    #[serde(rename = "vpcId")]
    vpc: String,
    #[serde(rename = "associationSet", default)]
    associations: Items<AssociationXml>,
    #[serde(rename = "routeSet", default)]
    routes: Items<RouteXml>,
}

#[derive(Debug, Deserialize)]
struct AssociationXml {
    #[serde(default)]
    main: bool,
    #[serde(rename = "subnetId")]
    subnet: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RouteXml {
    destination_cidr_block: Option<String>,
    destination_ipv6_cidr_block: Option<String>,
    destination_prefix_list_id: Option<String>,
    gateway_id: Option<String>,
    nat_gateway_id: Option<String>,
    transit_gateway_id: Option<String>,
    network_interface_id: Option<String>,
    instance_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    egress_only_internet_gateway_id: Option<String>,
    state: Option<String>,
}

fn table(xml: TableXml) -> RouteTable {
    let associations = xml.associations.item;
    RouteTable {
        id: xml.id,
        vpc_id: xml.vpc,
        main: associations.iter().any(|association| association.main),
        subnets: associations.into_iter().filter_map(|association| association.subnet).collect(),
        routes: xml.routes.item.into_iter().map(route).collect(),
    }
}

fn route(xml: RouteXml) -> Route {
    let destination = xml
        .destination_cidr_block
        .or(xml.destination_ipv6_cidr_block)
        .or(xml.destination_prefix_list_id);
    // A route to an instance names its network interface too: that one is the hop.
    let target = xml
        .gateway_id
        .or(xml.nat_gateway_id)
        .or(xml.transit_gateway_id)
        .or(xml.network_interface_id)
        .or(xml.instance_id)
        .or(xml.vpc_peering_connection_id)
        .or(xml.egress_only_internet_gateway_id);
    Route { destination: destination.unwrap_or_default(), target, state: xml.state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_empty_and_a_missing_one_is_no_answer() {
        let xml = "<A><securityGroupInfo/></A>";
        let answer: Page<GroupXml> = quick_xml::de::from_str(xml).unwrap();
        assert!(answer.list.item.is_empty() && answer.next.is_none());
        // AWS sends the list even when it is empty: an answer without it is something else.
        assert!(quick_xml::de::from_str::<Page<GroupXml>>("<A/>").is_err());
        assert!(quick_xml::de::from_str::<Page<GroupXml>>("<html><p>Log in</p></html>").is_err());
    }

    #[test]
    fn a_security_group_is_read_whole() {
        let xml = "<A><securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName>\
            <ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort>\
            <toPort>443</toPort><groups><item><groupId>sg-2</groupId></item></groups>\
            <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>\
            <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>\
            <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>\
            </item><item><ipProtocol>-1</ipProtocol></item></ipPermissions></item>\
            </securityGroupInfo><nextToken>n</nextToken></A>";
        let answer: Page<GroupXml> = quick_xml::de::from_str(xml).unwrap();
        let (groups, next) = (answer.list.item, answer.next);
        assert_eq!(next.as_deref(), Some("n"));
        let group = group(groups.into_iter().next().unwrap()).unwrap();
        assert_eq!(group.ingress.len(), 2);
        let first = &group.ingress[0];
        assert_eq!((first.from_port, first.ranges.len()), (Some(443), 2));
        assert_eq!((first.groups[0].as_str(), first.prefix_lists[0].as_str()), ("sg-2", "pl-1"));
    }
}
