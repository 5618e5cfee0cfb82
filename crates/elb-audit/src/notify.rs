//! Where a report, and what there is to tell of it, is sent: transport only. What is said is worded by
//! the report's own crate.

mod cloudwatch;
mod destination;
mod eventbridge;
mod hook;
mod s3;
mod security_hub;
mod sns;

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use elb_audit_core::alert::{self, Alert};
use elb_audit_core::fact::Reason;
use elb_audit_core::report::Report;
use futures::future::{BoxFuture, join_all};

use crate::aws::ask::failure;
use crate::aws::endpoint::PARTITIONS;
use crate::aws::query::Failed;

pub use destination::Destination;

/// Who sends: the caller, and who it is in other accounts.
#[derive(Clone, Debug)]
pub struct Session {
    /// The caller's own configuration.
    pub base: SdkConfig,
    /// The configurations for accounts that are entered by a role, by account number.
    pub accounts: BTreeMap<String, SdkConfig>,
}

impl Session {
    /// What to act with in an account.
    #[must_use]
    pub fn of(&self, account: &str) -> &SdkConfig {
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
pub fn report_place(destination: &Destination, report: &Report) -> Option<String> {
    let Destination::S3 { bucket, prefix } = destination else { return None };
    let parts = [bucket.as_str(), prefix.as_str(), &s3::key(report)];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(format!("s3://{}", parts.join("/")))
}

/// Delivers to all destinations side by side; what failed, in words. One failure keeps nothing from the
/// others.
///
/// Messages go out only when there is an alert. What keeps the state of things, be it findings, reports
/// or metrics, hears of every run.
pub async fn deliver(
    destinations: &[Destination],
    delivery: &Delivery<'_>,
    session: &Session,
) -> Vec<String> {
    let all = destinations.iter().map(|destination| one(destination, delivery, session));
    join_all(all).await.into_iter().flatten().collect()
}

/// Delivers to one destination. The SDK's futures are large: boxed here.
fn one<'a>(
    destination: &'a Destination,
    delivery: &'a Delivery<'a>,
    session: &'a Session,
) -> BoxFuture<'a, Vec<String>> {
    Box::pin(async move {
        let failures = sent(destination, delivery, session).await;
        let to = |failure: String| format!("cannot deliver to {destination}: {failure}");
        failures.into_iter().map(to).collect()
    })
}

async fn sent(
    destination: &Destination,
    delivery: &Delivery<'_>,
    session: &Session,
) -> Vec<String> {
    let Delivery { report, alert, label } = *delivery;
    match destination {
        Destination::S3 { bucket, prefix } => {
            s3::keep(report, (bucket, prefix), &session.base).await
        }
        Destination::SecurityHub => security_hub::import(report, session).await,
        Destination::CloudWatch { namespace } => {
            let region = session.region(report);
            single(cloudwatch::put(report, label, (namespace, &region), &session.base).await)
        }
        told => match alert {
            Some(alert) => message(told, alert, session).await,
            None => Vec::new(),
        },
    }
}

/// Sends the alert to a destination that takes messages.
async fn message(destination: &Destination, alert: &Alert<'_>, session: &Session) -> Vec<String> {
    let config = &session.base;
    match destination {
        Destination::Sns { arn } => single(sns::publish(arn, alert, config).await),
        Destination::Slack { url } => {
            single(hook::post(url, &alert::slack::blocks(alert), config).await)
        }
        Destination::Webhook { url } => {
            single(hook::post(url, &alert::webhook::document(alert), config).await)
        }
        Destination::EventBridge { bus, region } => {
            let own = session.region(alert.report);
            let region = region.as_deref().unwrap_or(&own);
            eventbridge::put(alert, (bus, region), config).await
        }
        Destination::S3 { .. } | Destination::SecurityHub | Destination::CloudWatch { .. } => {
            Vec::new()
        }
    }
}

fn single(result: Result<(), String>) -> Vec<String> {
    result.err().into_iter().collect()
}

/// Why AWS did not take something, and the action to allow where that is the reason.
fn refused(error: &Failed, action: &str) -> String {
    let (reason, said) = failure(error);
    match reason {
        // What AWS names may be another one: that of a key, for instance.
        Reason::AccessDenied => format!("{said}: allow {}", denied(&said).unwrap_or(action)),
        _ => said,
    }
}

/// The action that AWS says is not allowed.
fn denied(said: &str) -> Option<&str> {
    let (_, action) = said.split_once("is not authorized to perform: ")?;
    let action = action.split_whitespace().next()?;
    action.contains(':').then_some(action)
}
