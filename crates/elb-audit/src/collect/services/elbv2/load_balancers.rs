//! Load balancers and their attributes.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::{Kind, LoadBalancer, Scheme};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Listing};

use super::PAGE;
use crate::aws::api::ApiClient;
use crate::aws::strict::{
    Owner, Understood, Unexpected, all_filled, each, filled, if_any, once, required, word,
};
use crate::aws::timestamp;

/// The region's load balancers, without what has to be asked for one by one.
pub(crate) async fn list(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
) -> Listing<LoadBalancer> {
    let call = Call::ElbV2DescribeLoadBalancers;
    let page = move |marker| async move {
        let request = client.describe_load_balancers().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.load_balancers, answer.next_marker))
    };
    let found = api.pages(call, page).await;
    let read = |found| load_balancer(found, owner);
    api.listing(call, "load balancer", found, read, |lb: &LoadBalancer| lb.arn.clone())
}

/// Stands for an address type that the answer lacks, as those of load balancers did before there was a
/// second one: it is none that AWS has.
const MISSING: &str = "missing";

fn load_balancer(found: sdk::LoadBalancer, owner: Owner<'_>) -> Understood<LoadBalancer> {
    let arn = owner.arn("LoadBalancerArn", "loadbalancer/", found.load_balancer_arn)?;
    let kind = kind(&arn, found.r#type.as_ref())?;
    let zones = once(required("AvailabilityZones", found.availability_zones)?);
    let addresses = zones.iter().flat_map(sdk::AvailabilityZone::load_balancer_addresses);
    let allocations = addresses.filter_map(|address| address.allocation_id.clone());
    let outposts = zones.iter().filter_map(|zone| zone.outpost_id.clone());
    let (state, state_reason) =
        found.state.map_or((None, None), |state| (state.code, state.reason));
    let address_type = found.ip_address_type.as_ref().map(sdk::IpAddressType::as_str);
    let address_type = word("IpAddressType", address_type)?;
    let groups = match kind {
        // One of these has a group, if only its VPC's default one.
        Kind::Application => required("SecurityGroups", found.security_groups)?,
        _ => found.security_groups.unwrap_or_default(),
    };
    Ok(LoadBalancer {
        arn,
        name: filled("LoadBalancerName", found.load_balancer_name)?,
        scheme: scheme(&kind, found.scheme.as_ref())?,
        state: state.map(|code| code.as_str().to_owned()),
        state_reason,
        zones: each(&zones, |zone| filled("ZoneName", zone.zone_name.clone()))?,
        outposts: all_filled("OutpostId", outposts.collect())?,
        allocations: all_filled("AllocationId", allocations.collect())?,
        private_link_rules: found.enforce_security_group_inbound_rules_on_private_link_traffic,
        health_check: None,
        backend_policies: BTreeMap::new(),
        dns_name: if_any("DNSName", found.dns_name)?,
        vpc_id: Some(filled("VpcId", found.vpc_id)?),
        ip_address_type: Some(address_type.unwrap_or(MISSING).into()),
        subnets: each(zones, |zone| filled("SubnetId", zone.subnet_id))?,
        security_groups: all_filled("SecurityGroups", groups)?,
        created: found.created_time.as_ref().and_then(timestamp),
        attributes: Fact::not_collected(Call::ElbV2DescribeLoadBalancerAttributes),
        tags: Fact::not_collected(Call::ElbV2DescribeTags),
        listeners: Fact::not_collected(Call::ElbV2DescribeListeners),
        web_acl: Fact::not_collected(Call::Wafv2GetWebAclForResource),
        policies: Fact::Known(Vec::new()),
        instances: Fact::Known(Vec::new()),
        traffic: Fact::not_collected(Call::CloudWatchGetMetricData),
        reserved_capacity: Fact::not_collected(Call::ElbV2DescribeCapacityReservation),
        kind,
    })
}

/// The answer's own word; where it is missing, what the ARN says. A kind that is new is new to both.
fn kind(arn: &str, found: Option<&sdk::LoadBalancerTypeEnum>) -> Understood<Kind> {
    let by_arn = match arn.split('/').nth(1) {
        Some("app") => Kind::Application,
        Some("net") => Kind::Network,
        Some("gwy") => Kind::Gateway,
        other => Kind::Other(other.unwrap_or_default().to_owned()),
    };
    let Some(word) = word("Type", found.map(sdk::LoadBalancerTypeEnum::as_str))? else {
        return Ok(by_arn);
    };
    match (Kind::from(word), by_arn) {
        (Kind::Other(word), Kind::Application | Kind::Network | Kind::Gateway) => {
            Err(Unexpected::Value("Type", word))
        }
        (kind, _) => Ok(kind),
    }
}

/// Whether it faces the internet. One of a Gateway load balancer has no say in that, and AWS may leave it out.
fn scheme(kind: &Kind, found: Option<&sdk::LoadBalancerSchemeEnum>) -> Understood<Option<Scheme>> {
    let found = word("Scheme", found.map(sdk::LoadBalancerSchemeEnum::as_str))?.map(Scheme::from);
    match found {
        None if matches!(kind, Kind::Application | Kind::Network) => {
            Err(Unexpected::Missing("Scheme"))
        }
        found => Ok(found),
    }
}

/// Attributes of a load balancer.
pub(crate) async fn attributes(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbV2DescribeLoadBalancerAttributes;
    let request = client.describe_load_balancer_attributes().load_balancer_arn(arn).send();
    let found = api.call(call, Some(arn), request).await.map(|answer| answer.attributes);
    let found = api.required_list(call, arn, found);
    found.and_then(|all| api.pairs(call, arn, all.into_iter().map(|pair| (pair.key, pair.value))))
}
