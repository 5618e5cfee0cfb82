//! A small client for services from which a scan reads one to five operations: EC2, IAM, WAF and
//! CloudWatch Logs. Their SDK crates would cost minutes of every build (EC2's alone 8 GB of memory).
//!
//! Signing, retries, time-outs, the identity cache and the HTTP client are the SDK's own: this is one
//! [`Operation`] of its runtime a service and region. Only writing the request and reading the answer
//! are ours. Endpoints follow `AWS_ENDPOINT_URL[_EC2|_IAM|_WAFV2|_CLOUDWATCH_LOGS]`, the profile's
//! `services` section, FIPS and dual-stack, as the SDK's clients do.

use std::error::Error;
use std::fmt;

use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::SdkConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use aws_types::service_config::ServiceConfigKey;
use elb_audit_core::call::Call;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ask::Asker;
use super::endpoint::{self, Variant};
use super::pace::Meter;

/// A service that this client speaks to.
#[derive(Debug)]
pub(crate) struct Service {
    /// AWS's service id, as `AWS_ENDPOINT_URL_…` and profiles spell it.
    id: &'static str,
    /// Endpoint prefix and signing name.
    name: &'static str,
    protocol: Protocol,
}

#[derive(Clone, Copy, Debug)]
enum Protocol {
    /// Form in, XML out; this is the API version. EC2's XML differs in its names alone.
    Query(&'static str),
    /// JSON 1.1 in and out; this is the prefix of `X-Amz-Target`.
    Json(&'static str),
}

/// Amazon EC2.
pub(crate) const EC2: Service =
    Service { id: "EC2", name: "ec2", protocol: Protocol::Query("2016-11-15") };
/// AWS IAM.
pub(crate) const IAM: Service =
    Service { id: "IAM", name: "iam", protocol: Protocol::Query("2010-05-08") };
/// AWS WAF.
pub(crate) const WAFV2: Service =
    Service { id: "WAFV2", name: "wafv2", protocol: Protocol::Json("AWSWAF_20190729") };
/// Amazon CloudWatch Logs.
pub(crate) const LOGS: Service =
    Service { id: "CloudWatch Logs", name: "logs", protocol: Protocol::Json("Logs_20140328") };

/// One request: the operation and its body, already encoded.
#[derive(Debug)]
struct Request {
    operation: &'static str,
    body: String,
}

/// The client of one service in one region. Making one is cheap; cloning cheaper.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    protocol: Protocol,
    operation: Operation<Request, String, ServiceError>,
}

impl Client {
    /// A client that asks as `config` says, in the asker's region; `call` is any of the service's.
    pub(crate) fn new(service: &Service, config: &SdkConfig, asker: &Asker, call: Call) -> Self {
        let region = &*asker.region;
        let meter = asker.meter(call);
        let variant = Variant {
            fips: config.use_fips().unwrap_or_default(),
            dual_stack: config.use_dual_stack().unwrap_or_default(),
        };
        let (standard, signing_region) = endpoint::endpoint(service.name, region, variant);
        let url = configured_url(service, config).unwrap_or(standard);
        let protocol = service.protocol;
        let mut builder = Operation::builder()
            .service_name(service.id)
            .operation_name(service.id)
            .endpoint_url(&url)
            .with_connection_poisoning()
            .retry_classifier(AwsErrorCodeClassifier::<ServiceError>::new())
            .retry_classifier(TransientErrorClassifier::<ServiceError>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(UserAgentInterceptor::new())
            .interceptor(aws_runtime::invocation_id::InvocationIdInterceptor::new())
            .interceptor(aws_runtime::request_info::RequestInfoInterceptor::new())
            .runtime_plugin(signing(service, config, &signing_region, &meter))
            .interceptor(meter);
        if let Some(version) = config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(http) = config.http_client() {
            builder = builder.http_client(http);
        }
        if let Some(retry) = config.retry_config() {
            builder = builder.standard_retry(retry);
        }
        if let Some(timeouts) = config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(time) = config.time_source() {
            builder = builder.time_source(time);
        }
        let operation = builder
            .serializer(move |request: Request| encode(protocol, request))
            .deserializer(decode)
            .build();
        Client { protocol, operation }
    }

    /// Asks with these parameters; the answer is XML, read as `T`.
    pub(crate) async fn form<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        parameters: &[(&str, &str)],
    ) -> Result<T, SdkError<ServiceError, HttpResponse>> {
        let body = self.encoded(operation, parameters);
        let answer = self.operation.invoke(Request { operation, body }).await?;
        quick_xml::de::from_str(&answer).map_err(undecodable)
    }

    fn encoded(&self, operation: &str, parameters: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", operation);
        if let Protocol::Query(version) = self.protocol {
            form.append_pair("Version", version);
        }
        form.extend_pairs(parameters);
        form.finish()
    }

    /// Asks with this document; the answer is JSON, read as `T`.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        document: &serde_json::Value,
    ) -> Result<T, SdkError<ServiceError, HttpResponse>> {
        let answer =
            self.operation.invoke(Request { operation, body: document.to_string() }).await?;
        serde_json::from_str(&answer).map_err(undecodable)
    }
}

/// An answer that came whole and cannot be read, told as the SDK tells it.
fn undecodable(error: impl Into<BoxError>) -> SdkError<ServiceError, HttpResponse> {
    let status = http_ok();
    SdkError::response_error(error, HttpResponse::new(status, SdkBody::empty()))
}

fn http_ok() -> aws_smithy_runtime_api::http::StatusCode {
    aws_smithy_runtime_api::http::StatusCode::try_from(200).unwrap_or_else(|_| unreachable!())
}

/// The endpoint that the environment or the profile names for this service, or for all.
fn configured_url(service: &Service, config: &SdkConfig) -> Option<String> {
    let everywhere = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return everywhere;
    }
    let key = ServiceConfigKey::builder()
        .service_id(service.id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config().and_then(|own| own.load_config(key)).or(everywhere)
}

/// What the runtime needs to sign, and to keep this account's retries apart from another's.
fn signing(
    service: &Service,
    config: &SdkConfig,
    signing_region: &str,
    meter: &Meter,
) -> StaticRuntimePlugin {
    let mut layer = Layer::new("elb-audit query client");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(Region::new(signing_region.to_owned()))),
        name: Some(SigningName::from(service.name.to_owned())),
        ..SigV4OperationSigningConfig::default()
    });
    layer.store_put(ApiMetadata::new(service.name, env!("CARGO_PKG_VERSION")));
    if let Some(name) = config.app_name() {
        layer.store_put(name.clone());
    }
    layer.store_put(super::session::retry_partition(&meter.region, service.name));
    let mut components = RuntimeComponentsBuilder::new("elb-audit query client");
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
        StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
    )));
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    components.set_identity_cache(config.identity_cache());
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

fn encode(protocol: Protocol, request: Request) -> Result<HttpRequest, BoxError> {
    let mut http = HttpRequest::new(SdkBody::from(request.body));
    http.set_method("POST")?;
    http.set_uri("/")?;
    let headers = http.headers_mut();
    match protocol {
        Protocol::Query(_) => {
            headers.insert("content-type", "application/x-www-form-urlencoded");
        }
        Protocol::Json(prefix) => {
            headers.insert("content-type", "application/x-amz-json-1.1");
            headers.insert("x-amz-target", format!("{prefix}.{}", request.operation));
        }
    }
    Ok(http)
}

fn decode(response: &HttpResponse) -> Result<String, OrchestratorError<ServiceError>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        let text =
            std::str::from_utf8(body).map_err(|error| OrchestratorError::response(error.into()))?;
        return Ok(text.to_owned());
    }
    Err(OrchestratorError::operation(ServiceError::read(response, body)))
}

/// An error that a service answered.
#[derive(Debug)]
pub(crate) struct ServiceError {
    meta: ErrorMetadata,
}

/// `<Response><Errors><Error>` of EC2, `<ErrorResponse><Error>` of the others.
#[derive(Deserialize)]
struct ErrorDocument {
    #[serde(rename = "Error")]
    error: Option<ErrorBody>,
    #[serde(rename = "Errors")]
    errors: Option<ErrorList>,
}

#[derive(Deserialize)]
struct ErrorList {
    #[serde(rename = "Error")]
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "Code", alias = "__type")]
    code: Option<String>,
    #[serde(rename = "Message", alias = "message")]
    message: Option<String>,
}

impl ServiceError {
    fn read(response: &HttpResponse, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let parsed: Option<ErrorBody> = if text.trim_start().starts_with('<') {
            let document: Option<ErrorDocument> = quick_xml::de::from_str(&text).ok();
            document.and_then(|document| document.error.or(document.errors.map(|list| list.error)))
        } else {
            serde_json::from_str(&text).ok()
        };
        let mut meta = ErrorMetadata::builder();
        let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
        let (code, message) = parsed.map_or((None, None), |error| (error.code, error.message));
        if let Some(code) = header.or(code) {
            // `namespace#Code:link`: only the code is wanted.
            let code = code.rsplit('#').next().unwrap_or_default();
            meta = meta.code(code.split(':').next().unwrap_or_default());
        }
        if let Some(message) = message {
            meta = meta.message(message);
        }
        ServiceError { meta: meta.build() }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.meta, f)
    }
}

impl Error for ServiceError {}

impl ProvideErrorMetadata for ServiceError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// The `<item>`s of one of EC2's lists.
#[derive(Debug, Deserialize)]
pub(crate) struct Items<T> {
    #[serde(rename = "item", default = "Vec::new")]
    pub(crate) item: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Items { item: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(content_type: &str, body: &'static str) -> (Option<String>, Option<String>) {
        let mut response = HttpResponse::new(http_ok(), SdkBody::from(body));
        if !content_type.is_empty() {
            response.headers_mut().insert("x-amzn-errortype", content_type.to_owned());
        }
        let error = ServiceError::read(&response, body.as_bytes());
        (error.code().map(str::to_owned), error.message().map(str::to_owned))
    }

    fn told(code: &str, message: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(message.to_owned()))
    }

    #[test]
    fn errors_of_every_protocol_are_read() {
        let ec2 = "<?xml version=\"1.0\"?><Response><Errors><Error><Code>UnauthorizedOperation</Code>\
                   <Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>";
        assert_eq!(code("", ec2), told("UnauthorizedOperation", "no"));
        let iam = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                   <Message>no</Message></Error></ErrorResponse>";
        assert_eq!(code("", iam), told("AccessDenied", "no"));
        let json = r#"{"__type":"com.amazonaws.waf#WAFNonexistentItemException","message":"no"}"#;
        assert_eq!(code("", json), told("WAFNonexistentItemException", "no"));
        let header = code("ThrottlingException:http://internal/", r#"{"Message":"slow"}"#);
        assert_eq!(header, told("ThrottlingException", "slow"));
        assert_eq!(code("", "<html>Bad gateway"), (None, None));
    }
}
