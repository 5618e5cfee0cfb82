//! CloudWatch Logs: vended deliveries, by which a load balancer may log without any attribute.

use elb_audit_core::inventory::LogSource;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::aws::api::ApiClient;
use crate::aws::query::Client;
use crate::aws::strict::{self, Owner, Text, Understood, Unexpected, each, texts};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourcesAnswer {
    delivery_sources: Vec<SourceJson>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceJson {
    #[serde(deserialize_with = "strict::text")]
    name: String,
    resource_arns: Vec<Text>,
    #[serde(deserialize_with = "strict::text")]
    log_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveriesAnswer {
    deliveries: Vec<DeliveryJson>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryJson {
    #[serde(deserialize_with = "strict::text")]
    delivery_source_name: String,
}

/// The sources of load-balancer logs.
pub(crate) async fn sources(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
) -> Fact<Vec<LogSource>> {
    let call = Call::LogsDescribeDeliverySources;
    let page = move |marker| async move {
        let answer: Fact<SourcesAnswer> = list_page(api, client, call, marker).await;
        answer.map(|answer| (Some(answer.delivery_sources), answer.next_token))
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| {
        each(all.into_iter().filter(is_of_load_balancers), |source| known(source, owner))
    })
}

/// Whether it says so by its type or by what it is the source of.
fn is_of_load_balancers(source: &SourceJson) -> bool {
    let is_one = |arn: &Text| arn.0.split(':').nth(2) == Some("elasticloadbalancing");
    is_their_type(&source.log_type) || source.resource_arns.iter().any(is_one)
}

/// `ALB_ACCESS_LOGS`, `NLB_ACCESS_LOGS` and what may come.
fn is_their_type(log_type: &str) -> bool {
    log_type.contains("LB_")
}

fn known(json: SourceJson, owner: Owner<'_>) -> Understood<LogSource> {
    if !is_their_type(&json.log_type) {
        return Err(Unexpected::Value("logType", json.log_type));
    }
    let resource_arns = owner.load_balancers("loadbalancer/", texts(json.resource_arns))?;
    Ok(LogSource { name: json.name, log_type: json.log_type, resource_arns })
}

/// Names of the sources that have a delivery.
pub(crate) async fn deliveries(api: &ApiClient, client: &Client) -> Fact<Vec<String>> {
    let call = Call::LogsDescribeDeliveries;
    let page = move |marker| async move {
        let answer: Fact<DeliveriesAnswer> = list_page(api, client, call, marker).await;
        answer.map(|answer| (Some(answer.deliveries), answer.next_token))
    };
    api.all_pages(call, page).await.map(|all| {
        let mut names: Vec<String> =
            all.into_iter().map(|delivery| delivery.delivery_source_name).collect();
        names.sort();
        names.dedup();
        names
    })
}

async fn list_page<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    marker: Option<String>,
) -> Fact<T> {
    let mut document = json!({"limit": 50});
    if let Some(marker) = marker {
        document["nextToken"] = marker.into();
    }
    api.call(call, None, client.json(call.operation(), &document)).await
}
