//! Where a report, and what there is to tell of it, is sent: transport only. What is said is worded by
//! the report's own crate.

mod cloudwatch;
mod destination;
mod eventbridge;
mod s3;
mod security_hub;
mod sns;
mod webhook;

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use elb_audit_core::alert::{self, Alert};
use elb_audit_core::report::Report;
use elb_audit_core::vocab::fact::Reason;
use futures::future::{BoxFuture, join_all};

use crate::aws::api::failure;
use crate::aws::endpoint::PARTITIONS;
use crate::aws::query::Failed;
use crate::aws::s3::S3Error;

pub use destination::{Destination, DestinationError, KINDS, Kind, either};
use webhook::WebhookError;

/// What could not be delivered, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot deliver to {destination}: {failure}")]
pub struct DeliveryError {
    /// The destination as it may be shown.
    destination: String,
    failure: DeliveryFailure,
}

/// Why something was not delivered.
#[derive(Debug, thiserror::Error)]
enum DeliveryFailure {
    /// AWS does not take it, or cannot be reached.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The bucket does not take it.
    #[error(transparent)]
    S3(#[from] S3Error),
    /// Others are always faster.
    #[error("{0} is written by others all the time")]
    Contended(String),
    /// The address does not take it.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// A bus has taken only some of the events.
    #[error("{failed} of {all} events were not taken: {reasons}")]
    Events { failed: usize, all: usize, reasons: String },
    /// Security Hub has not taken the findings of some regions of an account.
    #[error("{account}, {regions}: {said}")]
    Findings { account: String, regions: String, said: String },
}

/// Why AWS did not take something, and the action to allow where that is the reason.
#[derive(Debug, thiserror::Error)]
#[error("{said}{}", .allow.as_ref().map(|action| format!(": allow {action}")).unwrap_or_default())]
struct Refused {
    said: String,
    allow: Option<String>,
}

impl Refused {
    fn new(error: &Failed, action: &str) -> Self {
        let (reason, said) = failure(error);
        // What AWS names may be another one: that of a key, for instance.
        let allow =
            (reason == Reason::AccessDenied).then(|| denied(&said).unwrap_or(action).to_owned());
        Refused { said, allow }
    }
}

/// Who sends: the caller, and who it is in other accounts.
#[derive(Clone, Debug)]
pub struct DeliverySession {
    /// The caller's own configuration.
    pub base: SdkConfig,
    /// The configurations for accounts that are entered by a role, by account number.
    pub accounts: BTreeMap<String, SdkConfig>,
}

impl DeliverySession {
    /// What to act with in an account.
    #[must_use]
    pub fn config_for(&self, account: &str) -> &SdkConfig {
        self.accounts.get(account).unwrap_or(&self.base)
    }

    /// The configured region, or that which is asked when none is.
    fn region(&self, report: &Report) -> String {
        if let Some(region) = self.base.region() {
            return region.to_string();
        }
        let partition = report.accounts.first().map(|account| account.partition.as_str());
        let known = PARTITIONS.iter().find(|known| Some(known.name) == partition);
        known.map_or("us-east-1", |known| known.home).to_owned()
    }
}

/// What is delivered.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The whole report.
    pub report: &'a Report,
    /// What there is to tell of it; none when silence is right.
    pub alert: Option<&'a Alert<'a>>,
    /// A name of the environment; empty: none.
    pub label: &'a str,
}

/// Where a destination keeps the whole report; none where it keeps none.
#[must_use]
pub fn report_url(destination: &Destination, report: &Report) -> Option<String> {
    let Destination::S3 { bucket, prefix } = destination else { return None };
    let parts = [bucket.as_str(), prefix.as_str(), &s3::key(report)];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(format!("s3://{}", parts.join("/")))
}

/// Delivers to all destinations side by side; what failed. One failure keeps nothing from the
/// others.
///
/// Messages go out only when there is an alert. What keeps the state of things, be it findings, reports
/// or metrics, hears of every run.
pub async fn deliver(
    destinations: &[Destination],
    delivery: &Delivery<'_>,
    session: &DeliverySession,
) -> Vec<DeliveryError> {
    let all = destinations.iter().map(|destination| deliver_to(destination, delivery, session));
    join_all(all).await.into_iter().flatten().collect()
}

/// Delivers to one destination; what failed. The SDK's futures are large: boxed here.
pub(crate) fn deliver_to<'a>(
    destination: &'a Destination,
    delivery: &'a Delivery<'a>,
    session: &'a DeliverySession,
) -> BoxFuture<'a, Vec<DeliveryError>> {
    Box::pin(async move {
        let failures = send(destination, delivery, session).await;
        let to = |failure| DeliveryError { destination: destination.to_string(), failure };
        failures.into_iter().map(to).collect()
    })
}

async fn send(
    destination: &Destination,
    delivery: &Delivery<'_>,
    session: &DeliverySession,
) -> Vec<DeliveryFailure> {
    let Delivery { report, alert, label } = *delivery;
    match destination {
        Destination::S3 { bucket, prefix } => s3::keep(report, bucket, prefix, &session.base).await,
        Destination::SecurityHub => security_hub::import(report, session).await,
        Destination::CloudWatch { namespace } => {
            let region = session.region(report);
            single(cloudwatch::put(report, label, namespace, &region, &session.base).await)
        }
        others => match alert {
            Some(alert) => send_alert(others, alert, session).await,
            None => Vec::new(),
        },
    }
}

/// Sends the alert to a destination that takes messages.
async fn send_alert(
    destination: &Destination,
    alert: &Alert<'_>,
    session: &DeliverySession,
) -> Vec<DeliveryFailure> {
    let config = &session.base;
    match destination {
        Destination::Sns { arn } => single(sns::publish(arn, alert, config).await),
        Destination::Slack { url } => {
            single(webhook::post(url, &alert::slack::blocks(alert), config).await)
        }
        Destination::Webhook { url } => {
            single(webhook::post(url, &alert::webhook::document(alert), config).await)
        }
        Destination::EventBridge { bus, region } => {
            let own = session.region(alert.report);
            let region = region.as_deref().unwrap_or(&own);
            single(eventbridge::put(alert, bus, region, config).await)
        }
        Destination::S3 { .. } | Destination::SecurityHub | Destination::CloudWatch { .. } => {
            Vec::new()
        }
    }
}

fn single(result: Result<(), impl Into<DeliveryFailure>>) -> Vec<DeliveryFailure> {
    result.err().map(Into::into).into_iter().collect()
}

/// The action that AWS says is not allowed.
fn denied(said: &str) -> Option<&str> {
    let (_, action) = said.split_once("is not authorized to perform: ")?;
    let action = action.split_whitespace().next()?;
    action.contains(':').then_some(action)
}
