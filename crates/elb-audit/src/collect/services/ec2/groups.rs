//! Security groups, and their rules that name a group which is gone.

use std::collections::BTreeSet;

use elb_audit_core::inventory::{Permission, SecurityGroup, StaleRule};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use super::{Filter, all, filtered};
use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Items};
use crate::aws::strict::{self, Understood, block, each};

/// The security groups with these ids.
pub(crate) async fn security_groups(
    api: &ApiClient,
    client: &Client,
    ids: &[String],
) -> Fact<Vec<SecurityGroup>> {
    let call = Call::Ec2DescribeSecurityGroups;
    let found = filtered::<GroupXml>(api, client, call, Filter::new("group-id", ids)).await;
    api.understood(call, None, found, |all| each(all, group))
}

/// The rules of a VPC's groups that name a group which is gone, each pair of groups once.
pub(crate) async fn stale_rules(
    api: &ApiClient,
    client: &Client,
    vpc: &str,
) -> Fact<Vec<StaleRule>> {
    let call = Call::Ec2DescribeStaleSecurityGroups;
    let parameters =
        [("VpcId".to_owned(), vpc.to_owned()), ("MaxResults".to_owned(), "255".to_owned())];
    let found = all::<StaleXml>(api, client, call, &parameters, Some(vpc)).await;
    found.map(|groups| {
        let pairs = groups.into_iter().flat_map(|group| {
            let rules = group.ingress.item.into_iter().chain(group.egress.item);
            let named = rules.flat_map(|rule| rule.groups.item).map(|named| named.id);
            named.map(|named| (group.id.clone(), named)).collect::<Vec<_>>()
        });
        let pairs: BTreeSet<(String, String)> = pairs.collect();
        pairs.into_iter().map(|(group, names)| StaleRule { group, names }).collect()
    })
}

#[derive(Debug, Deserialize)]
struct GroupXml {
    #[serde(rename = "groupId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "ownerId", default, deserialize_with = "strict::some_account")]
    owner: Option<String>,
    #[serde(rename = "groupName")]
    name: Option<String>,
    #[serde(rename = "vpcId")]
    vpc: Option<String>,
    // Both lists are there even when they are empty: a group without one is not known.
    #[serde(rename = "ipPermissions")]
    ingress: Items<PermissionXml>,
    #[serde(rename = "ipPermissionsEgress")]
    egress: Items<PermissionXml>,
    // One without tags has no list of them.
    #[serde(rename = "tagSet", default)]
    tags: Items<TagXml>,
}

#[derive(Debug, Deserialize)]
struct TagXml {
    #[serde(deserialize_with = "strict::text")]
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Deserialize)]
struct StaleXml {
    #[serde(rename = "groupId", deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "staleIpPermissions", default)]
    ingress: Items<StalePermissionXml>,
    #[serde(rename = "staleIpPermissionsEgress", default)]
    egress: Items<StalePermissionXml>,
}

#[derive(Debug, Deserialize)]
struct StalePermissionXml {
    #[serde(default)]
    groups: Items<GroupRefXml>,
}

#[derive(Debug, Deserialize)]
struct PermissionXml {
    #[serde(rename = "ipProtocol", deserialize_with = "strict::text")]
    protocol: String,
    #[serde(rename = "fromPort")]
    from: Option<i32>,
    #[serde(rename = "toPort")]
    to: Option<i32>,
    // AWS sends all four lists even when they are empty: without one it is not known who is let in.
    #[serde(rename = "ipRanges")]
    v4: Items<RangeXml>,
    #[serde(rename = "ipv6Ranges")]
    v6: Items<RangeXml>,
    #[serde(rename = "prefixListIds")]
    lists: Items<PrefixListXml>,
    groups: Items<GroupRefXml>,
}

#[derive(Debug, Deserialize)]
struct RangeXml {
    #[serde(rename = "cidrIp", alias = "cidrIpv6")]
    cidr: String,
}

#[derive(Debug, Deserialize)]
struct PrefixListXml {
    #[serde(rename = "prefixListId", deserialize_with = "strict::text")]
    id: String,
}

#[derive(Debug, Deserialize)]
struct GroupRefXml {
    #[serde(rename = "groupId", deserialize_with = "strict::text")]
    id: String,
}

fn group(xml: GroupXml) -> Understood<SecurityGroup> {
    Ok(SecurityGroup {
        id: xml.id,
        owner: xml.owner,
        name: xml.name,
        vpc_id: xml.vpc,
        ingress: each(xml.ingress.item, permission)?,
        egress: each(xml.egress.item, permission)?,
        tags: xml.tags.item.into_iter().map(|tag| (tag.key, tag.value)).collect(),
    })
}

fn permission(xml: PermissionXml) -> Understood<Permission> {
    let texts = xml.v4.item.into_iter().chain(xml.v6.item);
    Ok(Permission {
        protocol: xml.protocol,
        from_port: xml.from,
        to_port: xml.to,
        ranges: each(texts, |range| block(&range.cidr))?,
        prefix_lists: xml.lists.item.into_iter().map(|list| list.id).collect(),
        groups: xml.groups.item.into_iter().map(|group| group.id).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::services::ec2::Page;

    #[test]
    fn a_security_group_is_read_whole() {
        let xml = "<A><securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName>\
            <vpcId>vpc-1</vpcId><ipPermissions><item><ipProtocol>tcp</ipProtocol>\
            <fromPort>443</fromPort>\
            <toPort>443</toPort><groups><item><groupId>sg-2</groupId></item></groups>\
            <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>\
            <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>\
            <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>\
            </item><item><ipProtocol>-1</ipProtocol><groups/><ipRanges/><ipv6Ranges/>\
            <prefixListIds/></item></ipPermissions>\
            <ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges/><ipv6Ranges/><prefixListIds/></item>\
            </ipPermissionsEgress><tagSet><item><key>team</key><value>web</value></item></tagSet></item>\
            </securityGroupInfo><nextToken>n</nextToken></A>";
        let answer: Page<GroupXml> = quick_xml::de::from_str(xml).unwrap();
        let (groups, next) = (answer.list.item, answer.next);
        assert_eq!(next.as_deref(), Some("n"));
        let group = group(groups.into_iter().next().unwrap()).unwrap();
        assert_eq!((group.ingress.len(), group.egress.len()), (2, 1));
        assert_eq!((group.name.as_deref(), group.vpc_id.as_deref()), (Some("web"), Some("vpc-1")));
        assert_eq!(group.tags["team"], "web");
        let first = &group.ingress[0];
        assert_eq!((first.from_port, first.ranges.len()), (Some(443), 2));
        assert_eq!((first.groups[0].as_str(), first.prefix_lists[0].as_str()), ("sg-2", "pl-1"));
    }

    #[test]
    fn a_list_of_rules_that_is_missing_is_not_an_empty_one() {
        let read = |rules: &str| {
            let xml = format!(
                "<A><securityGroupInfo><item><groupId>sg-1</groupId>{rules}</item>\
                 </securityGroupInfo></A>"
            );
            quick_xml::de::from_str::<Page<GroupXml>>(&xml).is_ok()
        };
        assert!(read("<ipPermissions/><ipPermissionsEgress/>"));
        let rule = |lists: &str| {
            let rule = format!("<item><ipProtocol>tcp</ipProtocol>{lists}</item>");
            read(&format!("<ipPermissions>{rule}</ipPermissions><ipPermissionsEgress/>"))
        };
        let lists = ["<groups/>", "<ipRanges/>", "<ipv6Ranges/>", "<prefixListIds/>"];
        assert!(rule(&lists.concat()));
        for missing in lists {
            assert!(!rule(&lists.concat().replace(missing, "")), "{missing}");
        }
        assert!(!read("<ipPermissions/>") && !read("<ipPermissionsEgress/>"));
    }
}
