//! Global Accelerator: what its accelerators lead to.

use elb_audit_core::inventory::{Accelerator, AcceleratorEndpoint};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws::api::{ApiClient, Page};
use crate::aws::query::Client;
use crate::aws::strict;

#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct ListAnswer<T> {
    #[serde(alias = "Accelerators", alias = "Listeners", alias = "EndpointGroups")]
    list: Vec<T>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AcceleratorJson {
    #[serde(deserialize_with = "strict::text")]
    accelerator_arn: String,
    name: Option<String>,
    enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListenerJson {
    #[serde(deserialize_with = "strict::text")]
    listener_arn: String,
    port_ranges: Vec<RangeJson>,
    #[serde(deserialize_with = "strict::text")]
    protocol: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RangeJson {
    from_port: u16,
    to_port: u16,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupJson {
    endpoint_descriptions: Vec<EndpointJson>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EndpointJson {
    #[serde(deserialize_with = "strict::text")]
    endpoint_id: String,
}

/// The account's accelerators, each with what its listeners lead to.
pub(crate) async fn accelerators(api: &ApiClient, client: &Client) -> Fact<Vec<Accelerator>> {
    let call = Call::GlobalAcceleratorListAccelerators;
    let page = move |marker| list::<AcceleratorJson>(api, client, call, None, marker);
    let found = match api.all_pages(call, page).await {
        Fact::Known(found) => found,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let known = found.into_iter().map(|json| async move {
        let endpoints = endpoints(api, client, &json.accelerator_arn).await;
        Accelerator { arn: json.accelerator_arn, name: json.name, enabled: json.enabled, endpoints }
    });
    Fact::Known(join_all(known).await)
}

async fn endpoints(api: &ApiClient, client: &Client, arn: &str) -> Fact<Vec<AcceleratorEndpoint>> {
    let call = Call::GlobalAcceleratorListListeners;
    let page = move |marker| {
        list::<ListenerJson>(api, client, call, Some(("AcceleratorArn", arn)), marker)
    };
    let listeners = match api.all_pages(call, page).await {
        Fact::Known(listeners) => listeners,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let behind = listeners.into_iter().map(|listener| behind(api, client, listener));
    let mut known = Vec::new();
    for endpoints in join_all(behind).await {
        match endpoints {
            Fact::Known(endpoints) => known.extend(endpoints),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(known)
}

/// What one listener leads to.
async fn behind(
    api: &ApiClient,
    client: &Client,
    listener: ListenerJson,
) -> Fact<Vec<AcceleratorEndpoint>> {
    let call = Call::GlobalAcceleratorListEndpointGroups;
    let about = ("ListenerArn", listener.listener_arn.as_str());
    let page = move |marker| list::<GroupJson>(api, client, call, Some(about), marker);
    api.all_pages(call, page).await.map(|groups| {
        let ports = listener.port_ranges.iter().map(|range| (range.from_port, range.to_port));
        let ports: Vec<(u16, u16)> = ports.collect();
        let ids = groups.into_iter().flat_map(|group| group.endpoint_descriptions);
        let known = |id: String| AcceleratorEndpoint {
            id,
            ports: ports.clone(),
            protocol: Some(listener.protocol.clone()),
        };
        ids.map(|endpoint| endpoint.endpoint_id).map(known).collect()
    })
}

async fn list<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    about: Option<(&str, &str)>,
    marker: Option<String>,
) -> Page<T> {
    let mut document = json!({"MaxResults": 100});
    if let Some((name, arn)) = about {
        document[name] = Value::from(arn);
    }
    if let Some(marker) = marker {
        document["NextToken"] = marker.into();
    }
    let answer = client.json::<ListAnswer<T>>(call.operation(), &document);
    let answer = api.call(call, about.map(|(_, arn)| arn), answer).await;
    answer.map(|answer| (Some(answer.list), answer.next))
}
