//! `CloudWatch`: metrics of load balancers.

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::metric::Metric;
use crate::page::Paging;
use crate::xml::Xml;

const PAGING: Paging =
    Paging { size: "MaxDatapoints", token: "NextToken", least: 1, most: 100_800, default: 100_800 };
/// How many metrics one call may ask for.
const MOST: usize = 500;

/// One metric that a call asks for.
struct Query<'a> {
    id: &'a str,
    namespace: &'a str,
    metric: &'a str,
    /// Sorted.
    dimensions: Vec<(String, String)>,
    period: i64,
}

/// Numbers to keep: what was put is in the log.
fn put(context: &Context<'_>) -> XmlResult {
    let invalid = |message: &str| Refusal::invalid(context.call.family, message);
    if context.required("Namespace")?.starts_with("AWS/") {
        return Err(invalid("The value AWS/ for parameter Namespace is invalid."));
    }
    let of =
        |place: usize, name: &str| context.call.get(&format!("MetricData.member.{place}.{name}"));
    let count = (1..=1001).take_while(|place| of(*place, "MetricName").is_some()).count();
    if !(1..=1000).contains(&count) {
        return Err(invalid("The collection MetricData must have a size from 1 to 1000."));
    }
    let number = |place| of(place, "Value").is_some_and(|value| value.parse::<f64>().is_ok());
    if !(1..=count).all(number) {
        return Err(invalid("The parameter MetricData.member.1.Value is required."));
    }
    Ok(Xml::query())
}

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "GetMetricData" => {}
        "PutMetricData" => return put(context),
        _ => return context.unknown(),
    }
    let invalid = |message: &str| Refusal::invalid(context.call.family, message);
    let start = context.call.get("StartTime").and_then(epoch::parse);
    let start = start.ok_or_else(|| invalid("The parameter StartTime is required."))?;
    context.required("EndTime")?;
    let queries = queries(context)?;
    if queries.is_empty() || queries.len() > MOST {
        return Err(invalid("The parameter MetricDataQueries must hold from 1 to 500 queries."));
    }
    let ascending = context.call.get("ScanBy") == Some("TimestampAscending");
    let page = context.page(queries, PAGING)?;
    let mut xml = Xml::query();
    xml.list("MetricDataResults", page.items, |xml, query| {
        let mut points = points(context, &query, start);
        if !ascending {
            points.reverse();
        }
        xml.text("Id", query.id);
        xml.text("Label", query.metric);
        xml.texts("Timestamps", points.iter().map(|(time, _)| epoch::iso(*time)));
        xml.texts("Values", points.iter().map(|(_, value)| value));
        xml.text("StatusCode", "Complete");
    });
    xml.maybe("NextToken", page.next);
    Ok(xml)
}

fn queries<'a>(context: &Context<'a>) -> Result<Vec<Query<'a>>, Refusal> {
    let at = |number: usize, name: &str| format!("MetricDataQueries.member.{number}.{name}");
    let ids = (1..).map_while(|number| Some((number, context.call.get(&at(number, "Id"))?)));
    ids.map(|(number, id)| {
        let of = |name: &str| context.call.get(&at(number, &format!("MetricStat.{name}")));
        let period = of("Period").and_then(|text| text.parse().ok());
        let named = (of("Metric.Namespace"), of("Metric.MetricName"), of("Stat"), period);
        let (Some(namespace), Some(metric), Some("Sum"), Some(period)) = named else {
            let said = "The fake gives sums of metrics, over a period";
            return Err(Refusal::invalid(context.call.family, said));
        };
        let dimensions = dimensions(context, &at(number, "MetricStat.Metric.Dimensions"));
        Ok(Query { id, namespace, metric, dimensions, period })
    })
    .collect()
}

fn dimensions(context: &Context<'_>, path: &str) -> Vec<(String, String)> {
    let of = |number: usize, part: &str| {
        context.call.get(&format!("{path}.member.{number}.{part}")).map(str::to_owned)
    };
    let mut all: Vec<(String, String)> =
        (1..).map_while(|number| Some((of(number, "Name")?, of(number, "Value")?))).collect();
    all.sort();
    all
}

/// The values that a query finds, with their times.
fn points(context: &Context<'_>, query: &Query<'_>, start: i64) -> Vec<(i64, f64)> {
    let is = |one: &&Metric| {
        let (namespaces, dimensions) = known_as(context, one);
        one.name == query.metric
            && namespaces.contains(&query.namespace)
            && dimensions == query.dimensions
    };
    let found = context.region.metrics.iter().find(is);
    let values = found.into_iter().flat_map(|one| &one.values);
    let times = (0..).map(|index| start + index * query.period);
    times.zip(values.copied()).collect()
}

/// The namespaces and the dimensions, sorted, that a metric is asked for by.
fn known_as(
    context: &Context<'_>,
    one: &Metric,
) -> (&'static [&'static str], Vec<(String, String)>) {
    let name = one.load_balancer.as_str();
    let modern = context.region.load_balancers.iter().find(|owner| owner.name == name);
    let classic = context.region.classic.iter().any(|owner| owner.name == name);
    let of_arn = |arn: &str| arn.split_once(":loadbalancer/").map(|(_, rest)| rest.to_owned());
    let (namespaces, own): (&[&str], _) = match modern {
        Some(owner) => {
            let namespaces: &[&str] = match owner.kind.as_str() {
                "network" => &["AWS/NetworkELB"],
                "gateway" => &["AWS/GatewayELB"],
                _ => &["AWS/ApplicationELB"],
            };
            let arn = context.place.load_balancer(&owner.kind, name);
            (namespaces, ("LoadBalancer", of_arn(&arn).unwrap_or_default()))
        }
        None if classic => (&["AWS/ELB"], ("LoadBalancerName", name.to_owned())),
        None => (
            &["AWS/ApplicationELB", "AWS/NetworkELB", "AWS/GatewayELB"],
            ("LoadBalancer", of_arn(name).unwrap_or_else(|| name.to_owned())),
        ),
    };
    let further = one.dimensions.iter().map(|(key, value)| {
        let short = key == "TargetGroup" && !value.contains('/');
        let group = || context.place.target_group(value);
        let value = if short { group().rsplit(':').next().map(str::to_owned) } else { None }
            .unwrap_or_else(|| value.clone());
        (key.clone(), value)
    });
    let mut all: Vec<(String, String)> = further.chain([(own.0.to_owned(), own.1)]).collect();
    all.sort();
    (namespaces, all)
}
