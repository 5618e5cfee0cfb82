//! Every fact of an inventory by its place in the JSON form, and the call that tells it.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Gap;
use serde::Deserialize;
use serde_json::{Value, json};

/// A known fact.
pub(super) struct Fact {
    /// Where it is.
    pub(super) pointer: String,
    /// Who tells it.
    pub(super) call: Call,
    /// Whether no other fact is inside.
    pub(super) is_leaf: bool,
}

/// Every known fact, outer ones first.
pub(super) fn known(inventory: &Value) -> Vec<Fact> {
    let mut found = Vec::new();
    walk(inventory, "", Place::default(), &mut found);
    found
}

/// The inventory without some facts. What is given is as it was when this is done.
pub(super) fn hide(inventory: &mut Value, facts: &[Fact], gap: &Gap) -> Inventory {
    let unread = json!({ "unread": gap });
    let mut known = Vec::new();
    for fact in facts {
        // A fact inside one that is hidden already is gone with it.
        if let Some(place) = inventory.pointer_mut(&fact.pointer) {
            known.push((&fact.pointer, std::mem::replace(place, unread.clone())));
        }
    }
    let hidden = Inventory::deserialize(&*inventory).expect("a gap may stand for any fact");
    for (pointer, value) in known.into_iter().rev() {
        *inventory.pointer_mut(pointer).expect("the fact was there") = value;
    }
    hidden
}

/// A place without the numbers and names of what is listed there.
pub(super) fn shape(pointer: &str) -> String {
    let names =
        ["certificates", "prefix_lists", "web_acls", "rule_groups", "functions", "user_pools"];
    let names = [&names[..], &["log_buckets", "newest"]].concat();
    let mut parent = "";
    let mut parts = Vec::new();
    for part in pointer.split('/') {
        let listed = names.contains(&parent) || part.parse::<usize>().is_ok();
        parts.push(if listed && part != "known" { "*" } else { part });
        parent = part;
    }
    parts.join("/")
}

/// What stands around a fact.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    key: &'a str,
    parent: &'a str,
    classic: bool,
    in_iam: bool,
}

fn walk<'a>(value: &'a Value, pointer: &str, place: Place<'a>, found: &mut Vec<Fact>) {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key("known") => {
            let at = found.len();
            let call = call(place, pointer);
            found.push(Fact { pointer: pointer.to_owned(), call, is_leaf: true });
            walk(&map["known"], &format!("{pointer}/known"), place, found);
            found[at].is_leaf = found.len() == at + 1;
        }
        Value::Object(map) => {
            for (key, inner) in map {
                let place = Place {
                    key,
                    parent: place.key,
                    classic: place.classic || key == "classic",
                    in_iam: place.in_iam || key == "server_certificates",
                };
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(inner, &format!("{pointer}/{key}"), place, found);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                walk(inner, &format!("{pointer}/{number}"), place, found);
            }
        }
        _ => {}
    }
}

fn call(place: Place, pointer: &str) -> Call {
    let in_group = pointer.contains("/target_groups/known/");
    let on_listener = pointer.contains("/listeners/known/");
    match (place.key, place.classic) {
        ("access", _) => Call::StsAssumeRole,
        ("organizational_unit", _) => Call::OrganizationsListRoots,
        ("caller", _) => Call::StsGetCallerIdentity,
        ("region_list", _) => Call::Ec2DescribeRegions,
        ("server_certificates", _) => Call::IamListServerCertificates,
        ("key_algorithm", _) if place.in_iam => Call::IamGetServerCertificate,
        ("key_algorithm", _) => Call::AcmDescribeCertificate,
        (_, _) if place.parent == "certificates" => Call::AcmDescribeCertificate,
        (_, _) if place.parent == "prefix_lists" => Call::Ec2GetManagedPrefixListEntries,
        ("ssl_policies", _) => Call::ElbV2DescribeSslPolicies,
        ("trust_stores", _) => Call::ElbV2DescribeTrustStores,
        ("security_groups", _) => Call::Ec2DescribeSecurityGroups,
        ("subnets", _) => Call::Ec2DescribeSubnets,
        ("route_tables", _) => Call::Ec2DescribeRouteTables,
        ("block_public_access", _) => Call::Ec2DescribeVpcBlockPublicAccessOptions,
        ("exclusions", _) => Call::Ec2DescribeVpcBlockPublicAccessExclusions,
        ("log_sources", _) => Call::LogsDescribeDeliverySources,
        ("log_deliveries", _) => Call::LogsDescribeDeliveries,
        ("target_groups", _) => Call::ElbV2DescribeTargetGroups,
        ("targets", _) => Call::ElbV2DescribeTargetHealth,
        ("attributes", _) if in_group => Call::ElbV2DescribeTargetGroupAttributes,
        ("attributes", false) if on_listener => Call::ElbV2DescribeListenerAttributes,
        ("attributes", false) => Call::ElbV2DescribeLoadBalancerAttributes,
        ("attributes", true) if !on_listener => Call::ElbDescribeLoadBalancerAttributes,
        ("tags", false) => Call::ElbV2DescribeTags,
        ("tags", true) => Call::ElbDescribeTags,
        ("web_acl", false) => Call::Wafv2GetWebAclForResource,
        ("policies", true) => Call::ElbDescribeLoadBalancerPolicies,
        ("instances", true) => Call::ElbDescribeInstanceHealth,
        ("listeners", false) => Call::ElbV2DescribeListeners,
        ("certificates", false) => Call::ElbV2DescribeListenerCertificates,
        ("rules", false) => Call::ElbV2DescribeRules,
        // What one call tells about a whole load balancer: the list itself, or what the kind never has.
        ("rest" | "listeners" | "certificates" | "rules" | "attributes" | "web_acl", true) => {
            Call::ElbDescribeLoadBalancers
        }
        ("rest" | "policies" | "instances", false) => Call::ElbV2DescribeLoadBalancers,
        (other, _) => around(place)
            .unwrap_or_else(|| panic!("no call tells {other} at {pointer}: add it here")),
    }
}

/// The call that tells a fact from around the load balancers.
fn around(place: Place) -> Option<Call> {
    Some(match place.key {
        "detail" => Call::AcmDescribeCertificate,
        "shield" => Call::ShieldDescribeSubscription,
        "distributions" => Call::CloudFrontListDistributions,
        "vpc_origins" => Call::CloudFrontListVpcOrigins,
        "accelerators" => Call::GlobalAcceleratorListAccelerators,
        "endpoints" => Call::GlobalAcceleratorListEndpointGroups,
        "dns_records" => Call::Route53ListResourceRecordSets,
        "vpcs" => Call::Ec2DescribeVpcs,
        "network_acls" => Call::Ec2DescribeNetworkAcls,
        "network_interfaces" => Call::Ec2DescribeNetworkInterfaces,
        "stale_rules" => Call::Ec2DescribeStaleSecurityGroups,
        "encryption_controls" => Call::Ec2DescribeVpcEncryptionControls,
        "flow_logs" => Call::Ec2DescribeFlowLogs,
        "endpoint_services" => Call::Ec2DescribeVpcEndpointServiceConfigurations,
        "principals" => Call::Ec2DescribeVpcEndpointServicePermissions,
        "vpc_endpoints" => Call::Ec2DescribeVpcEndpoints,
        "rest_links" => Call::ApiGatewayGetVpcLinks,
        "http_links" => Call::ApiGatewayV2GetApis,
        "auto_scaling_groups" => Call::AutoScalingDescribeGroups,
        _ if place.parent == "web_acls" => Call::Wafv2GetWebAcl,
        _ if place.parent == "rule_groups" => Call::Wafv2GetRuleGroup,
        "logged_web_acls" => Call::Wafv2ListLoggingConfigurations,
        "classic_waf" => Call::WafRegionalListWebAcls,
        _ if place.parent == "functions" => Call::LambdaGetPolicy,
        _ if place.parent == "user_pools" => Call::CognitoDescribeUserPool,
        _ if place.parent == "newest" => Call::S3ListObjectsV2,
        "policy_is_public" => Call::S3GetBucketPolicyStatus,
        "public_access_blocked" => Call::S3GetPublicAccessBlock,
        "state" => Call::S3HeadBucket,
        "limits" => Call::ElbV2DescribeAccountLimits,
        "revocation_lists" => Call::ElbV2DescribeTrustStoreRevocations,
        "shared_with" => Call::ElbV2GetResourcePolicy,
        "users" => Call::ElbV2DescribeTrustStoreAssociations,
        "traffic" => Call::CloudWatchGetMetricData,
        "reserved_capacity" => Call::ElbV2DescribeCapacityReservation,
        _ => return None,
    })
}
