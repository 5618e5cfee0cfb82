//! CloudWatch: how much traffic load balancers had. AWS bills each metric that is asked for.

use std::collections::BTreeMap;

use elb_audit_core::inventory::{Kind, LoadBalancer};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict::{Understood, Unexpected, each};

/// One request takes at most this many metrics.
const BATCH: usize = 500;
const DAY: i64 = 24 * 60 * 60;
/// How far back a scan looks.
const DAYS: i64 = 14;

/// A metric of a load balancer.
struct Metric {
    namespace: &'static str,
    name: &'static str,
    dimension: &'static str,
    value: String,
}

/// Traffic of each of these load balancers in the days before `now`, by ARN.
///
/// One that seems to have had none is asked about once more: `RequestCount` leaves out what an
/// Application load balancer answers by itself, and what a Classic one passes on as TCP.
///
/// Source: CloudWatch metrics in the guides of the four kinds.
pub(crate) async fn traffic(
    api: &ApiClient,
    client: &Client,
    all: &[LoadBalancer],
    now: Timestamp,
) -> BTreeMap<String, Fact<f64>> {
    let mut known = BTreeMap::new();
    add(api, client, all.iter(), first, now, &mut known).await;
    let silent: Vec<&LoadBalancer> = all
        .iter()
        .filter(|lb| matches!(known.get(&lb.arn), Some(Fact::Known(sum)) if *sum <= 0.0))
        .collect();
    add(api, client, silent.into_iter(), second, now, &mut known).await;
    known
}

/// Requests, or new flows.
fn first(lb: &LoadBalancer) -> Vec<Metric> {
    match lb.kind {
        Kind::Application => vec![modern(lb, "AWS/ApplicationELB", "RequestCount")],
        Kind::Network => vec![modern(lb, "AWS/NetworkELB", "NewFlowCount")],
        Kind::Gateway => vec![modern(lb, "AWS/GatewayELB", "NewFlowCount")],
        Kind::Classic => vec![classic(lb, "RequestCount")],
        Kind::Other(_) => Vec::new(),
    }
}

/// What the first metric leaves out.
fn second(lb: &LoadBalancer) -> Vec<Metric> {
    match lb.kind {
        Kind::Application => ["HTTP_Redirect_Count", "HTTP_Fixed_Response_Count"]
            .map(|name| modern(lb, "AWS/ApplicationELB", name))
            .into(),
        Kind::Classic => vec![classic(lb, "EstimatedProcessedBytes")],
        _ => Vec::new(),
    }
}

fn modern(lb: &LoadBalancer, namespace: &'static str, name: &'static str) -> Metric {
    let value = lb.arn.split_once(":loadbalancer/").map_or("", |(_, value)| value).to_owned();
    Metric { namespace, name, dimension: "LoadBalancer", value }
}

fn classic(lb: &LoadBalancer, name: &'static str) -> Metric {
    Metric { namespace: "AWS/ELB", name, dimension: "LoadBalancerName", value: lb.name.clone() }
}

/// Adds these metrics of these load balancers to what is known of them.
async fn add<'a>(
    api: &ApiClient,
    client: &Client,
    all: impl Iterator<Item = &'a LoadBalancer>,
    metrics: fn(&LoadBalancer) -> Vec<Metric>,
    now: Timestamp,
    known: &mut BTreeMap<String, Fact<f64>>,
) {
    let wanted: Vec<(&str, Metric)> = all
        .flat_map(|lb| metrics(lb).into_iter().map(|metric| (lb.arn.as_str(), metric)))
        .collect();
    let batches = wanted.chunks(BATCH).map(|batch| sums(api, client, batch, now));
    for (batch, sums) in wanted.chunks(BATCH).zip(join_all(batches).await) {
        for (place, (arn, _)) in batch.iter().enumerate() {
            let sum = match &sums {
                Fact::Known(sums) => sums[place].clone(),
                Fact::Unread(gap) => Fact::Unread(gap.clone()),
            };
            let total = match (known.remove(*arn), sum) {
                (Some(Fact::Known(before)), Fact::Known(sum)) => Fact::Known(before + sum),
                (Some(unread @ Fact::Unread(_)), _) | (_, unread @ Fact::Unread(_)) => unread,
                (None, sum) => sum,
            };
            known.insert((*arn).to_owned(), total);
        }
    }
}

/// The sum of each of these metrics; of one that CloudWatch never heard of, nothing.
async fn sums(
    api: &ApiClient,
    client: &Client,
    metrics: &[(&str, Metric)],
    now: Timestamp,
) -> Fact<Vec<Fact<f64>>> {
    let call = Call::CloudWatchGetMetricData;
    let parameters = &parameters(metrics, now);
    let page = move |marker: Option<String>| async move {
        let mut all: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Some(marker) = &marker {
            all.push(("NextToken", marker));
        }
        let answer = client.form::<Answer>(call.operation(), &all);
        api.call(call, None, answer).await.map(|answer| {
            let page = answer.result;
            (Some(page.results.member), page.next)
        })
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| each(all, sane)).map(|results| {
        let sum = |place: usize, arn: &str| {
            let id = format!("m{place}");
            let own: Vec<&ResultXml> = results.iter().filter(|result| result.id == id).collect();
            let state = own.last().map_or("missing", |last| last.status.as_str());
            if state == "Complete" {
                let values = own.iter().flat_map(|result| &result.values.member);
                // The sum of no numbers would be -0.
                return Fact::Known(values.fold(0.0, |sum, value| sum + value));
            }
            let said = format!("the metric's state is {state}");
            let gap = Gap::new(call, Reason::Failed).saying(said);
            Fact::Unread(api.located(gap, Some(arn)))
        };
        metrics.iter().enumerate().map(|(place, (arn, _))| sum(place, arn)).collect()
    })
}

/// A result whose numbers can be sums of what was counted, one for each time.
fn sane(result: ResultXml) -> Understood<ResultXml> {
    let values = &result.values.member;
    if result.times.member.len() != values.len() {
        return Err(Unexpected::Missing("Values"));
    }
    match values.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
        Some(value) => Err(Unexpected::Value("Values", value.to_string())),
        None => Ok(result),
    }
}

/// The request: from midnight so many days ago until now, a sum a day.
fn parameters(metrics: &[(&str, Metric)], now: Timestamp) -> Vec<(String, String)> {
    let midnight = now.as_second().div_euclid(DAY) * DAY;
    let start = now - SignedDuration::from_secs(now.as_second() - midnight + DAYS * DAY);
    let mut parameters =
        vec![("StartTime".to_owned(), start.to_string()), ("EndTime".to_owned(), now.to_string())];
    for (place, (_, metric)) in metrics.iter().enumerate() {
        let path = format!("MetricDataQueries.member.{}", place + 1);
        let measure = format!("{path}.MetricStat");
        let dimension = format!("{measure}.Metric.Dimensions.member.1");
        parameters.extend([
            (format!("{path}.Id"), format!("m{place}")),
            (format!("{measure}.Metric.Namespace"), metric.namespace.to_owned()),
            (format!("{measure}.Metric.MetricName"), metric.name.to_owned()),
            (format!("{dimension}.Name"), metric.dimension.to_owned()),
            (format!("{dimension}.Value"), metric.value.clone()),
            (format!("{measure}.Period"), DAY.to_string()),
            (format!("{measure}.Stat"), "Sum".to_owned()),
        ]);
    }
    parameters
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "GetMetricDataResult")]
    result: Page,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "MetricDataResults")]
    results: Members<ResultXml>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ResultXml {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "StatusCode")]
    status: String,
    #[serde(rename = "Timestamps", default)]
    times: Members<String>,
    #[serde(rename = "Values", default)]
    values: Members<f64>,
}
