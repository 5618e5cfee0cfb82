//! Where a report, and what there is to tell of it, is sent: transport only. What is said is worded by
//! the report's own crate.

mod address;
mod cloudwatch;
mod destination;
mod eventbridge;
mod kept;
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
use serde_json::Value;

use crate::aws::api::failure;
use crate::aws::endpoint::partition_named;
use crate::aws::query::Failed;
use crate::aws::s3::S3Error;
use crate::aws::{RegionName, session};

use address::Address;
pub use destination::{Destination, DestinationError, KINDS, Kind, either};
use kept::KeptError;
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
    /// There is no address to send it to.
    #[error(transparent)]
    Kept(#[from] KeptError),
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
        // Some errors are a code and no word.
        let said = said.trim_end_matches([':', ' ']).to_owned();
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
    fn region(&self, report: &Report) -> RegionName {
        let first = report.accounts.first();
        let partition = first.and_then(|account| partition_named(&account.partition));
        match partition {
            Some(partition) if self.base.region().is_none() => RegionName::home(partition),
            _ => session::region_or_home(&self.base),
        }
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
    let (region, config) = (session.region(report), &session.base);
    match (destination, alert) {
        (Destination::S3 { bucket, prefix }, _) => s3::keep(report, bucket, prefix, config).await,
        (Destination::SecurityHub, _) => security_hub::import(report, session).await,
        (Destination::CloudWatch { namespace }, _) => {
            single(cloudwatch::put(report, label, namespace, &region, config).await)
        }
        (Destination::Slack { address }, _) => {
            let document = alert.map(alert::slack::blocks);
            single(post(address, document.as_ref(), &region, config).await)
        }
        (Destination::Webhook { address }, _) => {
            let document = alert.map(alert::webhook::document);
            single(post(address, document.as_ref(), &region, config).await)
        }
        (Destination::Sns { arn }, Some(alert)) => single(sns::publish(arn, alert, config).await),
        (Destination::EventBridge { bus, region: own }, Some(alert)) => {
            let region = own.as_ref().unwrap_or(&region);
            single(eventbridge::put(alert, bus, region, config).await)
        }
        (Destination::Sns { .. } | Destination::EventBridge { .. }, None) => Vec::new(),
    }
}

/// Posts the document to a webhook. Where there is none, only whether its address can be had is seen.
async fn post(
    address: &Address,
    document: Option<&Value>,
    region: &RegionName,
    config: &SdkConfig,
) -> Result<(), DeliveryFailure> {
    let url = kept::url(address, region, config).await?;
    match document {
        Some(document) => Ok(webhook::post(&url, document, config).await?),
        None => Ok(()),
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
