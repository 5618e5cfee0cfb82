//! Attributes of Classic load balancers.

use std::collections::BTreeMap;

use elb_audit_core::inventory::LoadBalancer;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict::{Understood, filled};

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeLoadBalancerAttributesResult")]
    result: Result,
}

#[derive(Debug, Deserialize)]
struct Result {
    #[serde(rename = "LoadBalancerAttributes")]
    attributes: AttributesXml,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributesXml {
    access_log: LogXml,
    cross_zone_load_balancing: SwitchXml,
    connection_draining: SwitchXml,
    connection_settings: SettingsXml,
    #[serde(default)]
    additional_attributes: Members<PairXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogXml {
    enabled: bool,
    s3_bucket_name: Option<String>,
    s3_bucket_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SwitchXml {
    enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SettingsXml {
    idle_timeout: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PairXml {
    key: Option<String>,
    value: Option<String>,
}

/// Attributes, under the keys that the inventory documents.
pub(crate) async fn attributes(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbDescribeLoadBalancerAttributes;
    let parameters = [("LoadBalancerName", lb.name.as_str())];
    let answer = client.form::<Answer>(call.operation(), &parameters);
    let answer = api.call(call, Some(&lb.arn), answer).await;
    let found =
        api.understood(call, Some(&lb.arn), answer, |answer| flat(answer.result.attributes));
    found.and_then(|pairs| api.pairs(call, &lb.arn, pairs.into_iter()))
}

/// Attributes by key, as AWS told them: of the additional ones either may be missing.
fn flat(found: AttributesXml) -> Understood<Vec<(Option<String>, Option<String>)>> {
    let log = found.access_log;
    let mut flat = vec![
        ("access_logs.s3.enabled", log.enabled.to_string()),
        ("load_balancing.cross_zone.enabled", found.cross_zone_load_balancing.enabled.to_string()),
        ("connection_draining.enabled", found.connection_draining.enabled.to_string()),
        ("idle_timeout.timeout_seconds", found.connection_settings.idle_timeout.to_string()),
    ];
    if log.enabled {
        flat.push(("access_logs.s3.bucket", filled("S3BucketName", log.s3_bucket_name)?));
    }
    flat.extend(log.s3_bucket_prefix.map(|prefix| ("access_logs.s3.prefix", prefix)));
    let own = flat.into_iter().map(|(key, value)| (Some(key.to_owned()), Some(value)));
    let more = found.additional_attributes.member.into_iter().map(|pair| (pair.key, pair.value));
    Ok(own.chain(more).collect())
}
