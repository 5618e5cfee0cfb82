//! Ways in for the fuzz targets in `fuzz/`: what files and AWS hold, without files and without AWS. Only built with
//! `--cfg fuzzing`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Report;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use crate::aws::bounds::IN_FLIGHT;
use crate::aws::incoming::{self, LongAnswers};
use crate::aws::{AccessError, Profiles, Session, Stop, Tuning};
use crate::collect::{self, AccountSelection, CollectionPlan, Organization, Regions, Request};
use crate::config::accounts;
use crate::lambda;
use crate::notify::{self, Delivery, DeliveryError, DeliverySession};
use crate::state::saved;

/// Reads a saved report; none where the first run has not kept its own yet.
pub fn saved_report(bytes: &[u8]) -> Result<Option<Report>, saved::ReportError> {
    saved::check("report", bytes)?;
    Ok(saved::parse("report", bytes)?.report)
}

/// Reads a list of accounts, one a line.
pub fn accounts(text: &str) -> Result<(), accounts::AccountsError> {
    accounts::understand("accounts", text)
}

/// Reads an event of the Lambda function.
pub fn event(event: &Value) {
    lambda::understand(event);
}

/// What AWS answers to a call.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Service and operation, such as `acm DescribeCertificate`; with the version of the API where operations are
    /// forms, `ec2 2016-11-15 DescribeVpcs`; where they are paths, `s3 GET /?policy`.
    pub call: String,
    /// The HTTP status.
    pub status: u16,
    /// Headers, by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Reads an account, or the organization where that is answered, from an AWS that answers so.
pub async fn scan(answers: &[Answer]) -> Result<Inventory, AccessError> {
    let organization = answers.iter().any(|answer| answer.call.starts_with("organizations "));
    let organization = organization.then(|| Organization { units: Vec::new() });
    let request = Request {
        profiles: Profiles::Chain,
        accounts: AccountSelection { organization, ..AccountSelection::default() },
        regions: Regions { only: vec!["eu-west-1".to_owned()], except: Vec::new() },
        plan: CollectionPlan::everything(),
        acts: Vec::new(),
        focus: None,
        max_workers: 1,
        max_rps: None,
        one_at_a_time: false,
        verbose: false,
    };
    let session = Session::of(config(answers));
    let tuning = Tuning { sleep: SharedAsyncSleep::new(NoSleep), ..Tuning::default() };
    let (_going_on, stop) = watch::channel(Stop::No);
    Box::pin(collect::collect(&session, &request, &tuning, stop, &|_| ())).await
}

/// Delivers to destinations of an AWS that answers so.
pub async fn deliver(
    answers: &[Answer],
    destinations: &[notify::Destination],
    delivery: &Delivery<'_>,
) -> Vec<DeliveryError> {
    let session = DeliverySession { base: config(answers), accounts: BTreeMap::new() };
    notify::deliver(destinations, delivery, &session).await
}

fn config(answers: &[Answer]) -> SdkConfig {
    let mut by_call: HashMap<String, Vec<Answer>> = HashMap::new();
    for answer in answers {
        by_call.entry(answer.call.clone()).or_default().push(answer.clone());
    }
    let canned = Canned {
        answers: Arc::new(by_call),
        asked: Arc::default(),
        places: Arc::new(Semaphore::new(IN_FLIGHT)),
        long: LongAnswers::default(),
    };
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "fuzzing");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(SharedHttpClient::new(canned))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .sleep_impl(SharedAsyncSleep::new(NoSleep))
        .build()
}

/// Passes the time in no time. Time-outs take theirs: nothing here is waited for.
#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        // A time-out of the SDK's is a sleep that the answer overtakes.
        if duration > Duration::from_secs(2) {
            return Sleep::new(std::future::pending());
        }
        Sleep::new(std::future::ready(()))
    }
}

/// Answers each call with what there is for it, in turn.
#[derive(Clone, Debug)]
struct Canned {
    answers: Arc<HashMap<String, Vec<Answer>>>,
    asked: Arc<Mutex<HashMap<String, usize>>>,
    places: Arc<Semaphore>,
    long: LongAnswers,
}

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = connector.answer(&request);
            let place = Arc::clone(&connector.places).acquire_owned().await;
            let place = place.unwrap_or_else(|_| unreachable!());
            Ok(incoming::bounded(answer, &connector.long, place))
        })
    }
}

impl Canned {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let mut call = asked(request);
        if !self.answers.contains_key(&call) {
            // Times and markers stand in the last parameters.
            call.truncate(call.find('&').unwrap_or(call.len()));
        }
        let Some(answers) = self.answers.get(&call) else { return response(&unanswered(&call)) };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = asked.entry(call).or_default();
        let answer = &answers[*turn % answers.len()];
        *turn += 1;
        response(answer)
    }
}

/// What a request asks for, as [`Answer::call`] has it.
fn asked(request: &HttpRequest) -> String {
    let rest = request.uri().split_once("://").map_or("", |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let service = host.split('.').find(|label| *label == "s3").or(host.split('.').next());
    let service = service.unwrap_or_default();
    let target = request.headers().get("x-amz-target").and_then(|target| target.split('.').nth(1));
    let field = |name: &str| {
        let body = str::from_utf8(request.body().bytes()?).ok()?;
        body.split('&').find_map(|field| field.strip_prefix(name))
    };
    match (target, field("Action="), field("Version=")) {
        (Some(operation), ..) => format!("{service} {operation}"),
        (None, Some(operation), Some(version)) => format!("{service} {version} {operation}"),
        _ => format!("{service} {} {path}", request.method()),
    }
}

/// What is answered where there is nothing: who asks is known, and all else is refused.
fn unanswered(call: &str) -> Answer {
    let (status, body) = match call {
        "sts 2011-06-15 GetCallerIdentity" => (200, IDENTITY),
        _ => (403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"),
    };
    let headers = match status {
        200 => Vec::new(),
        _ => vec![("x-amzn-errortype".to_owned(), "AccessDeniedException".to_owned())],
    };
    Answer { call: String::new(), status, headers, body: body.as_bytes().to_vec() }
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::111122223333:user/auditor</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>\
    <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn response(answer: &Answer) -> HttpResponse {
    let status = StatusCode::try_from(answer.status.clamp(200, 599));
    let status = status.unwrap_or_else(|_| unreachable!());
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body.clone()));
    for (name, value) in &answer.headers {
        // What is no header cannot come.
        let _ = response.headers_mut().try_insert(name.clone(), value.clone());
    }
    response
}
