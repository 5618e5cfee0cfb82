//! Tags of Classic load balancers.

use std::collections::BTreeMap;

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict;

/// AWS takes at most this many names in one question for tags.
const BATCH: usize = 20;

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeTagsResult")]
    result: Page,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "TagDescriptions")]
    descriptions: Members<DescriptionXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescriptionXml {
    #[serde(deserialize_with = "strict::text")]
    load_balancer_name: String,
    tags: Members<TagXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagXml {
    #[serde(deserialize_with = "strict::text")]
    key: String,
    #[serde(default)]
    value: String,
}

/// Tags, by name of the load balancer.
pub(crate) async fn tags(
    api: &ApiClient,
    client: &Client,
    names: &[String],
) -> BTreeMap<String, Fact<BTreeMap<String, String>>> {
    let call = Call::ElbDescribeTags;
    let mut tags = BTreeMap::new();
    for batch in names.chunks(BATCH) {
        let numbered = batch.iter().enumerate();
        let parameters: Vec<(String, &str)> = numbered
            .map(|(place, name)| (format!("LoadBalancerNames.member.{}", place + 1), name.as_str()))
            .collect();
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let answer = client.form::<Answer>(call.operation(), &parameters);
        match api.call(call, None, answer).await {
            Fact::Known(answer) => {
                let described = answer.result.descriptions.member.into_iter().map(|one| {
                    let tags = one.tags.member.into_iter().map(|tag| (tag.key, tag.value));
                    (one.load_balancer_name, tags.collect())
                });
                tags.extend(api.of_each(call, batch, described.collect()));
            }
            Fact::Unread(gap) => {
                tags.extend(batch.iter().map(|name| (name.clone(), Fact::Unread(gap.clone()))));
            }
        }
    }
    tags
}
