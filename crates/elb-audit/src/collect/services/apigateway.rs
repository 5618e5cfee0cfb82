//! API Gateway: which of its APIs lead to load balancers.

use elb_audit_core::inventory::ApiLink;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, RestRequest};
use crate::aws::strict::{self, Text, Understood, Unexpected, each, filled, texts};

/// Both APIs' largest page.
const PAGE: &str = "500";

#[derive(Debug, Deserialize)]
struct LinksAnswer {
    #[serde(rename = "item")]
    items: Vec<LinkJson>,
    position: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    name: Option<String>,
    target_arns: Vec<Text>,
}

/// VPC links of the region's REST APIs.
pub(crate) async fn rest_links(api: &ApiClient, client: &Client) -> Fact<Vec<ApiLink>> {
    let call = Call::ApiGatewayGetVpcLinks;
    let page = move |marker: Option<String>| async move {
        let request = RestRequest::get(&["vpclinks"])
            .with("limit", PAGE)
            .with_some("position", marker.as_deref());
        let answer = api.call(call, None, client.json_at::<LinksAnswer>(request)).await;
        answer.map(|answer| (Some(answer.items), answer.position))
    };
    api.all_pages(call, page).await.map(|links| {
        let known = |link: LinkJson| ApiLink {
            kind: "rest".to_owned(),
            id: link.id,
            name: link.name,
            targets: texts(link.target_arns),
        };
        links.into_iter().map(known).collect()
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Deserialize<'de>")]
struct ListAnswer<T> {
    items: Vec<T>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiJson {
    #[serde(deserialize_with = "strict::text")]
    api_id: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntegrationJson {
    connection_type: Option<String>,
    integration_uri: Option<String>,
}

/// The region's HTTP and WebSocket APIs that lead into a VPC, each with the listeners or services that
/// it leads to.
pub(crate) async fn http_links(api: &ApiClient, client: &Client) -> Fact<Vec<ApiLink>> {
    let call = Call::ApiGatewayV2GetApis;
    let page = move |marker: Option<String>| async move {
        let request = RestRequest::get(&["v2", "apis"]);
        list::<ApiJson>(api, client, call, None, request, marker).await
    };
    let apis = match api.all_pages(call, page).await {
        Fact::Known(apis) => apis,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let links = apis.into_iter().map(|found| async move {
        let targets = targets(api, client, &found.api_id).await;
        targets.map(|targets| ApiLink {
            kind: "http".to_owned(),
            id: found.api_id,
            name: found.name,
            targets,
        })
    });
    let mut known = Vec::new();
    for link in join_all(links).await {
        match link {
            Fact::Known(link) if link.targets.is_empty() => {}
            Fact::Known(link) => known.push(link),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(known)
}

/// Where an API's integrations by VPC link lead, each place once.
async fn targets(api: &ApiClient, client: &Client, id: &str) -> Fact<Vec<String>> {
    let call = Call::ApiGatewayV2GetIntegrations;
    let page = move |marker: Option<String>| async move {
        let request = RestRequest::get(&["v2", "apis", id, "integrations"]);
        list::<IntegrationJson>(api, client, call, Some(id), request, marker).await
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, Some(id), found, |all| {
        let mut places: Vec<String> = each(all, private_place)?.into_iter().flatten().collect();
        places.sort();
        places.dedup();
        Ok(places)
    })
}

/// Where an integration by VPC link leads; none for one that stays on the internet.
fn private_place(found: IntegrationJson) -> Understood<Option<String>> {
    match found.connection_type.as_deref() {
        None | Some("INTERNET") => Ok(None),
        Some("VPC_LINK") => filled("integrationUri", found.integration_uri).map(Some),
        Some(other) => Err(Unexpected::Value("connectionType", other.to_owned())),
    }
}

async fn list<T: serde::de::DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    resource: Option<&str>,
    request: RestRequest,
    marker: Option<String>,
) -> crate::aws::api::Page<T> {
    let request = request.with("maxResults", PAGE).with_some("nextToken", marker.as_deref());
    let answer = api.call(call, resource, client.json_at::<ListAnswer<T>>(request)).await;
    answer.map(|answer| (Some(answer.items), answer.next_token))
}
