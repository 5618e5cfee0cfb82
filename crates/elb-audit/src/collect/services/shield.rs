//! Shield: whether the account has Shield Advanced, and what it protects.

use elb_audit_core::inventory::Shield;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::aws::api::ApiClient;
use crate::aws::query::Client;
use crate::aws::strict;

#[derive(Debug, Deserialize)]
struct SubscriptionAnswer {
    #[serde(rename = "Subscription")]
    _is_there: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct ProtectionsAnswer {
    #[serde(rename = "Protections")]
    protections: Vec<ProtectionJson>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ProtectionJson {
    #[serde(rename = "ResourceArn", deserialize_with = "strict::text")]
    resource: String,
}

/// Shield Advanced. Without a subscription nothing more is asked.
pub(crate) async fn shield(
    api: &ApiClient,
    client: &Client,
    account: Option<&str>,
) -> Fact<Shield> {
    let call = Call::ShieldDescribeSubscription;
    let document = json!({});
    let answer = client.json::<SubscriptionAnswer>(call.operation(), &document);
    match api.call(call, None, answer).await {
        Fact::Known(SubscriptionAnswer { .. }) => {}
        Fact::Unread(gap) if gap.reason == Reason::NotFound => {
            return Fact::Known(Shield { subscribed: false, protected: Vec::new() });
        }
        Fact::Unread(gap) => return Fact::Unread(gap),
    }
    let call = Call::ShieldListProtections;
    let page = move |marker: Option<String>| async move {
        let mut document = json!({"MaxResults": 1000});
        if let Some(marker) = marker {
            document["NextToken"] = marker.into();
        }
        let answer = client.json::<ProtectionsAnswer>(call.operation(), &document);
        let answer = api.call(call, None, answer).await;
        answer.map(|answer| (Some(answer.protections), answer.next))
    };
    let found = api.all_pages(call, page).await;
    let own = |one: ProtectionJson| strict::own_arn(account, one.resource);
    let protected = api.understood(call, None, found, |found| strict::each(found, own));
    protected.map(|protected| Shield { subscribed: true, protected })
}
