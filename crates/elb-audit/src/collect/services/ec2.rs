//! EC2: regions, and what stands around a load balancer.

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::future::join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Items};
use crate::aws::strict::{self, Unexpected};

mod endpoints;
mod flow_logs;
mod groups;
mod interfaces;
mod network;
mod routes;

pub(crate) use endpoints::{endpoint_services, gateway_endpoints};
pub(crate) use flow_logs::flow_logs;
pub(crate) use groups::{security_groups, stale_rules};
pub(crate) use interfaces::{Holders, interfaces};
pub(crate) use network::{
    block_public_access, encryption_controls, network_acls, prefix_list, route_tables, subnets,
    vpcs,
};

/// EC2 takes at most this many values in a filter.
const FILTER_VALUES: usize = 200;

/// A region and whether the account may use it.
#[derive(Debug, Deserialize)]
pub(crate) struct ListedRegion {
    #[serde(rename = "regionName", deserialize_with = "strict::text")]
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
pub(crate) async fn regions(api: &ApiClient, client: &Client) -> Fact<Vec<ListedRegion>> {
    let call = Call::Ec2DescribeRegions;
    let parameters = [("AllRegions", "true")];
    let answer =
        api.call(call, None, client.form::<RegionsAnswer>(call.operation(), &parameters)).await;
    api.understood(call, None, answer, |answer| {
        // A partition has regions, whatever an account has enabled of them.
        let all = answer.regions.item;
        if all.is_empty() { Err(Unexpected::Empty("regionInfo")) } else { Ok(all) }
    })
}

/// One page of a list, whatever the list is called.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Page<T> {
    #[serde(
        alias = "allowedPrincipals",
        alias = "entrySet",
        alias = "flowLogSet",
        alias = "networkAclSet",
        alias = "networkInterfaceSet",
        alias = "routeTableSet",
        alias = "securityGroupInfo",
        alias = "serviceConfigurationSet",
        alias = "staleSecurityGroupSet",
        alias = "subnetSet",
        alias = "vpcBlockPublicAccessExclusionSet",
        alias = "vpcEncryptionControlSet",
        alias = "vpcEndpointSet",
        alias = "vpcSet"
    )]
    list: Items<T>,
    #[serde(rename = "nextToken")]
    next: Option<String>,
}

/// All pages of one request.
async fn all<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    parameters: &[(String, String)],
    resource: Option<&str>,
) -> Fact<Vec<T>> {
    let page = move |marker: Option<String>| async move {
        let mut all: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Some(marker) = &marker {
            all.push(("NextToken", marker));
        }
        let answer = client.form::<Page<T>>(call.operation(), &all);
        api.call(call, resource, answer).await.map(|page| (Some(page.list.item), page.next))
    };
    api.all_pages(call, page).await
}

/// Which items are asked for, and how many a page has.
#[derive(Clone, Copy)]
struct Filter<'a> {
    name: &'static str,
    values: &'a [String],
    page_size: &'static str,
}

impl<'a> Filter<'a> {
    /// The items whose `name` is one of these values, as many a page as most lists take.
    fn new(name: &'static str, values: &'a [String]) -> Self {
        Filter { name, values, page_size: "1000" }
    }
}

/// All pages of one request asked about many ids, in filters that EC2 takes, side by side.
async fn filtered<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    filter: Filter<'_>,
) -> Fact<Vec<T>> {
    filtered_with(api, client, call, filter, None).await
}

/// The same with one more parameter.
async fn filtered_with<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    filter: Filter<'_>,
    more: Option<(&str, &str)>,
) -> Fact<Vec<T>> {
    let Filter { name, values: ids, page_size } = filter;
    let batches = ids.chunks(FILTER_VALUES).map(|batch| async move {
        let mut parameters = vec![
            ("MaxResults".to_owned(), page_size.to_owned()),
            ("Filter.1.Name".to_owned(), name.to_owned()),
        ];
        parameters.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for (place, id) in batch.iter().enumerate() {
            parameters.push((format!("Filter.1.Value.{}", place + 1), id.clone()));
        }
        all::<T>(api, client, call, &parameters, None).await
    });
    let mut found = Vec::new();
    for batch in join_all(batches).await {
        match batch {
            Fact::Known(items) => found.extend(items),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(found)
}

/// Everything of a kind that the region has.
async fn whole_region<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
) -> Fact<Vec<T>> {
    let parameters = [("MaxResults".to_owned(), "1000".to_owned())];
    all::<T>(api, client, call, &parameters, None).await
}

/// Whether EC2 does not know a parameter of the request here.
fn is_unknown_parameter(gap: &Gap) -> bool {
    gap.detail.as_deref().unwrap_or_default().starts_with("UnknownParameter")
}

/// Whether EC2 does not know the request here: then nothing of the kind can exist either.
fn is_unknown_action(gap: &Gap) -> bool {
    let said = gap.detail.as_deref().unwrap_or_default();
    gap.reason == Reason::Unavailable && said.starts_with("InvalidAction")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Any {}

    #[test]
    fn an_empty_list_is_empty_and_a_missing_one_is_no_answer() {
        let xml = "<A><securityGroupInfo/></A>";
        let answer: Page<Any> = quick_xml::de::from_str(xml).unwrap();
        assert!(answer.list.item.is_empty() && answer.next.is_none());
        // AWS sends the list even when it is empty: an answer without it is something else.
        assert!(quick_xml::de::from_str::<Page<Any>>("<A/>").is_err());
        assert!(quick_xml::de::from_str::<Page<Any>>("<html><p>Log in</p></html>").is_err());
    }
}
