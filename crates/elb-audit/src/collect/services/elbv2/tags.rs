//! Tags of load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use crate::aws::api::ApiClient;
use crate::aws::strict::{Understood, each, filled, required};

/// AWS takes at most this many ARNs in one question for tags.
const BATCH: usize = 20;

/// Tags of one load balancer.
type Tags = BTreeMap<String, String>;

/// Tags, by ARN. One ARN that is gone fails a whole batch: it is then asked for one by one.
pub(crate) async fn tags(
    api: &ApiClient,
    client: &Client,
    arns: &[String],
) -> BTreeMap<String, Fact<Tags>> {
    let mut tags = BTreeMap::new();
    for batch in arns.chunks(BATCH) {
        match tag_batch(api, client, batch).await {
            Ok(found) => tags.extend(found),
            Err(gap) if gap.reason == Reason::NotFound && batch.len() > 1 => {
                for arn in batch.chunks(1) {
                    match tag_batch(api, client, arn).await {
                        Ok(found) => tags.extend(found),
                        Err(gap) => tags.extend([(arn[0].clone(), Fact::Unread(gap))]),
                    }
                }
            }
            Err(gap) => {
                tags.extend(batch.iter().map(|arn| (arn.clone(), Fact::Unread(gap.clone()))));
            }
        }
    }
    tags
}

async fn tag_batch(
    api: &ApiClient,
    client: &Client,
    arns: &[String],
) -> Result<Vec<(String, Fact<Tags>)>, Gap> {
    let call = Call::ElbV2DescribeTags;
    let request = client.describe_tags().set_resource_arns(Some(arns.to_vec())).send();
    let resource = if let [only] = arns { Some(only.as_str()) } else { None };
    let found = api.call(call, resource, request).await.map(|answer| answer.tag_descriptions);
    let found = match found {
        Fact::Known(found) => found.ok_or_else(|| api.missing_list(call, resource))?,
        Fact::Unread(gap) => return Err(gap),
    };
    match api.understood(call, resource, Fact::Known(found), |all| each(all, described)) {
        Fact::Known(found) => Ok(api.of_each(call, arns, found)),
        Fact::Unread(gap) => Err(gap),
    }
}

fn described(found: sdk::TagDescription) -> Understood<(String, Tags)> {
    let tags = each(required("Tags", found.tags)?, |tag| {
        Ok((filled("Key", tag.key)?, tag.value.unwrap_or_default()))
    })?;
    Ok((filled("ResourceArn", found.resource_arn)?, tags.into_iter().collect()))
}
