//! Webhooks: JSON to an address on the web, over the HTTP client that AWS is asked with.

use std::fmt;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use elb_audit_core::render::json::line;
use elb_audit_core::vocab::escape::cut;
use serde_json::Value;

use super::address::Url;
use crate::aws::api::innermost;
use crate::aws::query::with_sdk_settings;
use crate::secrets;

/// Tries, the first one included.
const TRIES: u32 = 3;
/// Characters of an answer that are worth showing.
const SHOWN: usize = 300;
/// Statuses that may be others a moment later.
const PASSING: &[u16] = &[429, 500, 502, 503, 504];

/// Why an address did not take a document.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebhookError {
    /// It took too long to answer.
    #[error("no answer in time")]
    TimedOut,
    /// It points elsewhere.
    #[error("HTTP status {0}: it points to another address, which is not followed")]
    Redirected(u16),
    /// It answers with an error, and this body.
    #[error("HTTP status {status}{}{body}", if .body.is_empty() { "" } else { ": " })]
    Status { status: u16, body: String },
    /// It cannot be reached.
    #[error("{0}")]
    Failed(String),
}

/// What was answered instead of a success.
#[derive(Debug)]
struct Refusal {
    status: u16,
    body: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP status {}", self.status)
    }
}

impl std::error::Error for Refusal {}

/// What is shorter is no secret, or is found where it stands.
const SECRET: usize = 16;

/// Posts the document. Redirects are not followed: what is sent is meant for this address alone.
pub(super) async fn post(
    url: &Url,
    document: &Value,
    config: &SdkConfig,
) -> Result<(), WebhookError> {
    if url.target().len() >= SECRET {
        secrets::learn(url.target());
    }
    let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let tries = retry.max_attempts().min(TRIES);
    let builder = Operation::builder()
        .service_name("webhook")
        .operation_name("webhook")
        .endpoint_url(url.origin())
        .no_auth()
        .with_connection_poisoning()
        .retry_classifier(TransientErrorClassifier::<Refusal>::new())
        .retry_classifier(HttpStatusCodeClassifier::new_from_codes(PASSING))
        .standard_retry(&retry.with_max_attempts(tries));
    let operation =
        with_sdk_settings(builder, config).serializer(encode).deserializer(decode).build();
    let post = Post { target: url.target().to_owned(), body: line(document) };
    operation.invoke(post).await.map_err(|error| describe(url, &error))
}

/// What goes out.
#[derive(Debug)]
struct Post {
    target: String,
    body: String,
}

fn encode(post: Post) -> Result<HttpRequest, BoxError> {
    let mut http = HttpRequest::new(SdkBody::from(post.body));
    http.set_method("POST")?;
    http.set_uri(post.target)?;
    http.headers_mut().insert("content-type", "application/json");
    http.headers_mut().insert("user-agent", concat!("elb-audit/", env!("CARGO_PKG_VERSION")));
    Ok(http)
}

fn decode(response: &HttpResponse) -> Result<(), OrchestratorError<Refusal>> {
    if response.status().is_success() {
        return Ok(());
    }
    let body = response.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body).into_owned();
    Err(OrchestratorError::operation(Refusal { status: response.status().as_u16(), body }))
}

/// What went wrong, without the secret part of the address, which an answer may repeat.
fn describe(url: &Url, error: &SdkError<Refusal, HttpResponse>) -> WebhookError {
    let refusal = match error {
        SdkError::ServiceError(error) => error.err(),
        SdkError::TimeoutError(_) => return WebhookError::TimedOut,
        SdkError::DispatchFailure(error) if error.is_timeout() => return WebhookError::TimedOut,
        other => return WebhookError::Failed(secrets::redact_line(&innermost(other).to_string())),
    };
    let status = refusal.status;
    if (300..400).contains(&status) {
        return WebhookError::Redirected(status);
    }
    let mut body = refusal.body.clone();
    let target = url.target();
    let parts = target.split(['/', '?', '&', '=']).filter(|part| part.len() >= 6);
    for secret in [target].into_iter().filter(|target| target.len() > 1).chain(parts) {
        body = body.replace(secret, "…");
    }
    let body: String = body.split_whitespace().collect::<Vec<_>>().join(" ");
    WebhookError::Status { status, body: cut(&body, SHOWN) }
}
