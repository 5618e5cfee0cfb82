//! Endpoint services in front of load balancers, and endpoints of Gateway load balancers.

use elb_audit_core::inventory::{EndpointService, VpcEndpoint};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;
use serde::Deserialize;

use super::{Filter, all, filtered, whole_region};
use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Items};
use crate::aws::strict::{self, Owner, Text, Understood, Unexpected, each, texts};

/// The account's endpoint services in front of load balancers; with who may connect to each, if wanted.
pub(crate) async fn endpoint_services(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
    with_principals: bool,
) -> Fact<Vec<EndpointService>> {
    let call = Call::Ec2DescribeVpcEndpointServiceConfigurations;
    let found = whole_region::<ServiceXml>(api, client, call).await;
    let found =
        match api.understood(call, None, found, |found| each(found, |xml| service(xml, owner))) {
            Fact::Known(found) => found,
            Fact::Unread(gap) => return Fact::Unread(gap),
        };
    let before = found.into_iter().filter(|service| !service.load_balancers.is_empty());
    let services = before.map(|mut service| async move {
        if with_principals {
            service.principals = principals(api, client, &service.id).await;
        }
        service
    });
    Fact::Known(join_all(services).await)
}

async fn principals(api: &ApiClient, client: &Client, service: &str) -> Fact<Vec<String>> {
    let call = Call::Ec2DescribeVpcEndpointServicePermissions;
    let parameters = [
        ("ServiceId".to_owned(), service.to_owned()),
        ("MaxResults".to_owned(), "1000".to_owned()),
    ];
    let found = all::<PrincipalXml>(api, client, call, &parameters, Some(service)).await;
    found.map(|all| all.into_iter().map(|one| one.principal).collect())
}

fn service(xml: ServiceXml, owner: Owner<'_>) -> Understood<EndpointService> {
    // A service is for load balancers of either kind.
    let sets = [xml.network_load_balancer_arn_set, xml.gateway_load_balancer_arn_set];
    if sets.iter().all(Option::is_none) {
        return Err(Unexpected::Missing("networkLoadBalancerArnSet"));
    }
    let arns = sets.into_iter().flatten().flat_map(|set| texts(set.item));
    let load_balancers = owner.load_balancers("loadbalancer/", arns)?;
    Ok(EndpointService {
        id: xml.service_id,
        name: xml.service_name,
        state: xml.service_state,
        acceptance_required: xml.acceptance_required,
        load_balancers,
        principals: Fact::not_collected(Call::Ec2DescribeVpcEndpointServicePermissions),
    })
}

/// The account's endpoints of Gateway load balancers.
pub(crate) async fn gateway_endpoints(api: &ApiClient, client: &Client) -> Fact<Vec<VpcEndpoint>> {
    let call = Call::Ec2DescribeVpcEndpoints;
    let kind = ["GatewayLoadBalancer".to_owned()];
    let found =
        filtered::<EndpointXml>(api, client, call, Filter::new("vpc-endpoint-type", &kind)).await;
    found.map(|endpoints| {
        let known = |xml: EndpointXml| VpcEndpoint {
            id: xml.vpc_endpoint_id,
            service_name: xml.service_name,
            vpc_id: xml.vpc_id,
            state: xml.state,
            subnets: xml.subnet_id_set.item,
        };
        endpoints.into_iter().map(known).collect()
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceXml {
    #[serde(deserialize_with = "strict::text")]
    service_id: String,
    service_name: Option<String>,
    service_state: Option<String>,
    acceptance_required: bool,
    network_load_balancer_arn_set: Option<Items<Text>>,
    gateway_load_balancer_arn_set: Option<Items<Text>>,
}

#[derive(Debug, Deserialize)]
struct PrincipalXml {
    #[serde(deserialize_with = "strict::text")]
    principal: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointXml {
    #[serde(deserialize_with = "strict::text")]
    vpc_endpoint_id: String,
    #[serde(deserialize_with = "strict::text")]
    service_name: String,
    vpc_id: Option<String>,
    state: Option<String>,
    #[serde(default)]
    subnet_id_set: Items<String>,
}
