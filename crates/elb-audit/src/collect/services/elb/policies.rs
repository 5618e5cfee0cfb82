//! Policies of Classic load balancers.

use elb_audit_core::inventory::{ClassicPolicy, LoadBalancer};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap};
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict;

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeLoadBalancerPoliciesResult")]
    result: Page,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "PolicyDescriptions")]
    policies: Members<PolicyXml>,
}

#[derive(Debug, Deserialize)]
struct PolicyXml {
    #[serde(rename = "PolicyName", deserialize_with = "strict::text")]
    name: String,
    #[serde(rename = "PolicyTypeName", deserialize_with = "strict::text")]
    kind: String,
    #[serde(rename = "PolicyAttributeDescriptions")]
    attributes: Members<PairXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PairXml {
    attribute_name: Option<String>,
    attribute_value: Option<String>,
}

/// The policies of a load balancer, listeners' and others.
pub(crate) async fn policies(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<ClassicPolicy>> {
    let call = Call::ElbDescribeLoadBalancerPolicies;
    let parameters = [("LoadBalancerName", lb.name.as_str())];
    let answer = client.form::<Answer>(call.operation(), &parameters);
    let answer = api.call(call, Some(&lb.arn), answer).await;
    answer.and_then(|answer| {
        let all = answer.result.policies.member.into_iter();
        all.map(|found| policy(api, call, &lb.arn, found)).collect()
    })
}

fn policy(api: &ApiClient, call: Call, arn: &str, found: PolicyXml) -> Result<ClassicPolicy, Gap> {
    let pairs = found.attributes.member.into_iter();
    let pairs = pairs.map(|pair| (pair.attribute_name, pair.attribute_value));
    Ok(ClassicPolicy {
        name: found.name,
        kind: found.kind,
        attributes: api.pairs(call, arn, pairs)?,
    })
}
