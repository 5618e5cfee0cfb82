//! AWS WAF Classic: the load balancers that it still holds an ACL for.

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;

use crate::aws::api::ApiClient;
use crate::aws::query::Client;
use crate::aws::strict::{self, Owner};

#[derive(Debug, Deserialize)]
struct ListAnswer {
    #[serde(rename = "WebACLs")]
    acls: Vec<Acl>,
    #[serde(rename = "NextMarker")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Acl {
    #[serde(rename = "WebACLId", deserialize_with = "strict::text")]
    id: String,
}

#[derive(Debug, Deserialize)]
struct ResourcesAnswer {
    #[serde(rename = "ResourceArns")]
    arns: Vec<String>,
}

/// ARNs of the Application load balancers that have such an ACL.
pub(crate) async fn protected(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
) -> Fact<Vec<String>> {
    let call = Call::WafRegionalListWebAcls;
    let page = move |marker: Option<String>| async move {
        let mut document = json!({"Limit": 100});
        if let Some(marker) = marker {
            document["NextMarker"] = marker.into();
        }
        let answer = client.json::<ListAnswer>(call.operation(), &document);
        api.call(call, None, answer).await.map(|answer| {
            // WAF may give a marker with the last page: an empty page ends the list.
            let next = answer.next.filter(|_| !answer.acls.is_empty());
            (Some(answer.acls), next)
        })
    };
    let acls = match api.all_pages(call, page).await {
        Fact::Known(acls) => acls,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let mut known = Vec::new();
    for resources in join_all(acls.iter().map(|acl| resources(api, client, owner, &acl.id))).await {
        match resources {
            Fact::Known(arns) => known.extend(arns),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(known)
}

async fn resources(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
    acl: &str,
) -> Fact<Vec<String>> {
    let call = Call::WafRegionalListResourcesForWebAcl;
    let document = json!({"WebACLId": acl, "ResourceType": "APPLICATION_LOAD_BALANCER"});
    let answer = client.json::<ResourcesAnswer>(call.operation(), &document);
    let answer = api.call(call, Some(acl), answer).await;
    api.understood(call, Some(acl), answer, |answer| {
        owner.load_balancers("loadbalancer/app/", answer.arns)
    })
}
