//! Amazon `CloudWatch`: the report's numbers as metrics.

use aws_types::SdkConfig;
use elb_audit_core::alert::metrics::{DIMENSION, environment, metrics};
use elb_audit_core::report::Report;
use serde::Deserialize;

use super::Refused;
use crate::aws::RegionName;
use crate::aws::query::{CLOUDWATCH, Client};

/// The answer to metrics that were taken.
#[derive(Deserialize)]
struct PutAnswer {}

/// Puts the metrics, under the time at which the facts were read. There are a few dozen; a call takes
/// 1,000.
pub(super) async fn put(
    report: &Report,
    label: &str,
    namespace: &str,
    region: &RegionName,
    config: &SdkConfig,
) -> Result<(), Refused> {
    let time = report.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut parameters = vec![("Namespace".to_owned(), namespace.to_owned())];
    for (place, metric) in metrics(report).into_iter().enumerate() {
        let entry = format!("MetricData.member.{}", place + 1);
        let mut add = |name: &str, value: String| {
            parameters.push((format!("{entry}.{name}"), value));
        };
        add("MetricName", metric.name.to_owned());
        add("Value", metric.value.to_string());
        add("Unit", metric.unit.to_owned());
        add("Timestamp", time.clone());
        add("Dimensions.member.1.Name", DIMENSION.to_owned());
        add("Dimensions.member.1.Value", environment(label).to_owned());
    }
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let client = Client::outside_scan(&CLOUDWATCH, config, region);
    let answer = client.form::<PutAnswer>("PutMetricData", &parameters).await;
    answer.map(drop).map_err(|error| Refused::new(&error, "cloudwatch:PutMetricData"))
}
