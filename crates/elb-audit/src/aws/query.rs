//! A small client for services from which a scan reads a few operations. Their SDK crates would cost
//! minutes of every build (EC2's alone 8 GB of memory).
//!
//! Signing, retries, time-outs, the identity cache and the HTTP client are the SDK's own: this is one
//! [`Operation`] of its runtime a service and region. Only writing the request and reading the answer
//! are ours. Endpoints follow `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_…`, the profile's `services`
//! section, FIPS and dual-stack, as the SDK's clients do.

mod error;
mod rest;
mod service;
mod skew;

pub(crate) use error::ServiceError;
pub(crate) use rest::RestRequest;
pub(crate) use service::{
    API_GATEWAY, API_GATEWAY_V2, AUTO_SCALING, CLOUDFRONT, CLOUDWATCH, COGNITO, EC2, ELB, EVENTS,
    GLOBAL_ACCELERATOR, IAM, LAMBDA, LOGS, ORGANIZATIONS, ROUTE_53, S3, SECRETS_MANAGER,
    SECURITY_HUB, SHIELD, SNS, SSM, Service, WAF_REGIONAL, WAFV2,
};

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
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
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_types::region::{Region, SigningRegion};
use aws_types::service_config::ServiceConfigKey;
use aws_types::{SdkConfig, SigningName};
use elb_audit_core::vocab::call::Call;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::api::ApiClient;
use super::endpoint::{self, Variant};
use super::incoming::{self, Place};
use super::pace::Meter;
use super::region::RegionName;
use super::whole::{RetryIncomplete, WholeAnswer, must_be_xml};
use service::Protocol;
use skew::RetrySkewedHead;

/// One request, already encoded.
#[derive(Debug)]
enum Request {
    /// An operation and its body.
    Post { operation: &'static str, body: String },
    /// A path, and what is sent to it.
    Path(RestRequest),
}

/// An answer that is no error.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) headers: Headers,
    pub(crate) text: String,
    /// Its place among the long answers, which it keeps until it is read.
    _place: Option<Place>,
}

/// What a service answers: a reply, or an error.
pub(crate) type Answer<T> = Result<T, Failed>;

/// An error that a service answered, or why it did not answer.
pub(crate) type Failed = SdkError<ServiceError, HttpResponse>;

/// The client of one service in one region. Making one is cheap; cloning cheaper.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    protocol: Protocol,
    operation: Operation<Request, Reply, ServiceError>,
}

impl Client {
    /// A client that asks as `config` says, in the client's region; `call` is any of the service's.
    pub(crate) fn new(service: &Service, config: &SdkConfig, api: &ApiClient, call: Call) -> Self {
        Self::in_region(service, config, &api.region, Some(api.meter(call)))
    }

    /// A client outside of a scan, for what the program itself keeps and sends: nobody paces it.
    pub(crate) fn outside_scan(service: &Service, config: &SdkConfig, region: &RegionName) -> Self {
        Self::in_region(service, config, region, None)
    }

    fn in_region(
        service: &Service,
        config: &SdkConfig,
        region: &RegionName,
        meter: Option<Meter>,
    ) -> Self {
        let (url, signing_region) = address(service, config, region);
        Self::at(
            &url,
            service,
            config,
            ClientScope { region, signing_region: &signing_region, meter },
        )
    }

    /// A client for one bucket, with the first segments of its paths. AWS wants the bucket's name in the
    /// host where TLS allows it there; other endpoints take it in the path.
    ///
    /// Source: Amazon S3 User Guide, virtual hosting of buckets.
    pub(crate) fn for_bucket<'a>(
        config: &SdkConfig,
        region: &RegionName,
        meter: Option<Meter>,
        bucket: &'a str,
    ) -> (Self, Vec<&'a str>) {
        let (url, signing_region) = address(&S3, config, region);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let in_host = configured_url(&S3, config).is_none() && bucket.chars().all(plain);
        let (url, path) = if in_host {
            (url.replacen("://", &format!("://{bucket}."), 1), Vec::new())
        } else {
            (url, vec![bucket])
        };
        let scope = ClientScope { region, signing_region: &signing_region, meter };
        (Self::at(&url, &S3, config, scope), path)
    }

    fn at(url: &str, service: &Service, config: &SdkConfig, scope: ClientScope<'_>) -> Self {
        let protocol = service.protocol;
        let mut builder = Operation::builder()
            .service_name(service.id)
            .operation_name(service.id)
            .endpoint_url(url)
            .with_connection_poisoning()
            .retry_classifier(AwsErrorCodeClassifier::<ServiceError>::new())
            .retry_classifier(TransientErrorClassifier::<ServiceError>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(ServiceClockSkewClassifier::<ServiceError>::new())
            .retry_classifier(RetrySkewedHead)
            .retry_classifier(RetryIncomplete)
            .interceptor(match protocol {
                Protocol::Query(_) => WholeAnswer::Xml,
                Protocol::Json(_) => WholeAnswer::Json,
                Protocol::Rest => WholeAnswer::Any,
            })
            .interceptor(ServiceClockSkewInterceptor::new())
            .interceptor(UserAgentInterceptor::new())
            .interceptor(aws_runtime::invocation_id::InvocationIdInterceptor::new())
            .interceptor(aws_runtime::request_info::RequestInfoInterceptor::new())
            .runtime_plugin(signing(service, config, &scope));
        if let Some(meter) = scope.meter {
            builder = builder.interceptor(meter);
        }
        if let Some(retry) = config.retry_config() {
            builder = builder.standard_retry(retry);
        }
        let builder = with_sdk_settings(builder, config);
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
    ) -> Answer<T> {
        let body = self.encoded(operation, parameters);
        let reply = self.operation.invoke(Request::Post { operation, body }).await?;
        quick_xml::de::from_str(&reply.text).map_err(undecodable)
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
    ) -> Answer<T> {
        let body = document.to_string();
        let reply = self.operation.invoke(Request::Post { operation, body }).await?;
        serde_json::from_str(&reply.text).map_err(undecodable)
    }

    /// Sends this document to a path; the answer is JSON, read as `T`.
    pub(crate) async fn post_json<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        document: String,
    ) -> Answer<T> {
        let request = RestRequest::post(segments, document.into_bytes());
        let reply = self.send(request.header("content-type", "application/json")).await?;
        serde_json::from_str(&reply.text).map_err(undecodable)
    }

    /// Asks for what a path holds; the answer is XML, read as `T`.
    pub(crate) async fn xml_at<T: DeserializeOwned>(&self, request: RestRequest) -> Answer<T> {
        let reply = self.send(request).await?;
        must_be_xml(&reply.text).map_err(undecodable)?;
        quick_xml::de::from_str(&reply.text).map_err(undecodable)
    }

    /// Asks for what a path holds; the answer is JSON, read as `T`.
    pub(crate) async fn json_at<T: DeserializeOwned>(&self, request: RestRequest) -> Answer<T> {
        // API Gateway answers in another form unless it is told.
        let request = request.header("accept", "application/json");
        let reply = self.send(request).await?;
        serde_json::from_str(&reply.text).map_err(undecodable)
    }

    /// Asks for the head of what a path holds.
    pub(crate) async fn head(&self, request: RestRequest) -> Answer<Reply> {
        self.send(request.head_only()).await
    }

    /// Sends what a request holds; the answer as it is.
    pub(crate) async fn send(&self, request: RestRequest) -> Answer<Reply> {
        self.operation.invoke(Request::Path(request)).await
    }
}

/// Where a client asks, and what counts and paces its attempts.
struct ClientScope<'a> {
    region: &'a str,
    signing_region: &'a str,
    meter: Option<Meter>,
}

/// Where a service answers, and the region to sign for.
fn address(service: &Service, config: &SdkConfig, region: &RegionName) -> (String, String) {
    let variant = Variant {
        fips: config.use_fips().unwrap_or_default(),
        dual_stack: config.use_dual_stack().unwrap_or_default(),
    };
    let (standard, signing_region) = endpoint::endpoint(service.name, region, variant);
    (configured_url(service, config).unwrap_or(standard), signing_region)
}

/// An answer that came whole and cannot be read, told as the SDK tells it.
pub(super) fn undecodable(error: impl Into<BoxError>) -> SdkError<ServiceError, HttpResponse> {
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
fn signing(service: &Service, config: &SdkConfig, scope: &ClientScope<'_>) -> StaticRuntimePlugin {
    let mut layer = Layer::new("elb-audit query client");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(Region::new(scope.signing_region.to_owned()))),
        name: Some(SigningName::from(service.name.to_owned())),
        signing_options: signing_options(service),
        ..SigV4OperationSigningConfig::default()
    });
    layer.store_put(ApiMetadata::new(service.name, env!("CARGO_PKG_VERSION")));
    if let Some(name) = config.app_name() {
        layer.store_put(name.clone());
    }
    let account = scope.meter.as_ref().map_or("", |meter| &*meter.account);
    let partition = super::session::retry_partition(account, scope.region, service.name);
    layer.store_put(partition);
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

/// S3 signs the path as it is, and the hash of the body among the headers.
fn signing_options(service: &Service) -> SigningOptions {
    let mut options = SigningOptions::default();
    if service.name == S3.name {
        options.double_uri_encode = false;
        options.normalize_uri_path = false;
        options.content_sha256_header = true;
    }
    options
}

/// Gives an operation the HTTP client, the time-outs and the clock that all of the SDK's clients share.
pub(crate) fn with_sdk_settings(
    mut builder: OperationBuilder,
    config: &SdkConfig,
) -> OperationBuilder {
    if let Some(version) = config.behavior_version() {
        builder = builder.behavior_version(version);
    }
    if let Some(http) = config.http_client() {
        builder = builder.http_client(http);
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
    builder
}

fn encode(protocol: Protocol, request: Request) -> Result<HttpRequest, BoxError> {
    let (operation, body) = match request {
        Request::Post { operation, body } => (operation, body),
        Request::Path(request) => {
            let nothing = request.body.is_empty();
            let body = if nothing { SdkBody::empty() } else { SdkBody::from(request.body) };
            let mut http = HttpRequest::new(body);
            http.set_method(request.method)?;
            http.set_uri(request.target)?;
            for (name, value) in request.headers {
                http.headers_mut().try_insert(name, value)?;
            }
            return Ok(http);
        }
    };
    let mut http = HttpRequest::new(SdkBody::from(body));
    http.set_method("POST")?;
    http.set_uri("/")?;
    let headers = http.headers_mut();
    match protocol {
        Protocol::Json(prefix) => {
            headers.insert("content-type", "application/x-amz-json-1.1");
            headers.insert("x-amz-target", format!("{prefix}.{operation}"));
        }
        Protocol::Query(_) | Protocol::Rest => {
            headers.insert("content-type", "application/x-www-form-urlencoded");
        }
    }
    Ok(http)
}

fn decode(response: &HttpResponse) -> Result<Reply, OrchestratorError<ServiceError>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        let text =
            std::str::from_utf8(body).map_err(|error| OrchestratorError::response(error.into()))?;
        let (headers, text) = (response.headers().clone(), text.to_owned());
        return Ok(Reply { headers, text, _place: incoming::place(response) });
    }
    Err(OrchestratorError::operation(ServiceError::read(response, body)))
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

/// The `<member>`s of a list of the other services with such answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Members<T> {
    #[serde(default = "Vec::new")]
    pub(crate) member: Vec<T>,
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Members { member: Vec::new() }
    }
}
