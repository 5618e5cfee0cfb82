//! Deliveries: what arrives, and what is said of what does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region as Place;
use elb_audit::bucket::{self, Condition, Put};
use elb_audit::notify::{Delivery, Destination, Session, deliver};
use elb_audit_core::alert::{Alert, NotifyOn, Terms};
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Severity;
use elb_audit_core::report::Report;
use elb_audit_core::{checks, demo};
use elb_audit_double::{Account, Bucket, Double, Entry, Fault, Region};
use serde_json::Value;

const NUMBER: &str = "111122223333";
const TOPIC: &str = "sns:arn:aws:sns:eu-central-1:111122223333:alerts";

/// Does not wait, and notes how long it should have. Time-outs are longer, and stay.
#[derive(Clone, Debug, Default)]
struct Instantly(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Instantly {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration > Duration::from_secs(2) {
            return TokioSleep::new().sleep(duration);
        }
        self.0.lock().unwrap().push(duration);
        Sleep::new(std::future::ready(()))
    }
}

/// What a caller of this endpoint has, in `eu-west-1`.
pub(crate) fn config(url: &str, sleep: impl AsyncSleep + 'static) -> SdkConfig {
    let keys = Credentials::new("AKIAEXAMPLE", "not-a-secret", None, None, "test");
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    SdkConfig::builder()
        .endpoint_url(url)
        .region(Place::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .retry_config(RetryConfig::standard())
        .sleep_impl(SharedAsyncSleep::new(sleep))
        .http_client(http)
        .build()
}

pub(crate) fn session(url: &str) -> Session {
    Session { base: config(url, Instantly::default()), accounts: BTreeMap::new() }
}

/// Waits for it.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// The report of the built-in account.
pub(crate) fn report() -> Report {
    let inventory = demo::inventory();
    audit(&inventory, checks::ALL, &Options::at(inventory.taken_at))
}

pub(crate) fn terms() -> Terms {
    Terms {
        on: NotifyOn::Changed,
        min_severity: Severity::Low,
        heartbeat_days: 7,
        watching: true,
        label: "prod".to_owned(),
        report: None,
    }
}

/// Delivers with an alert; what failed.
pub(crate) fn alerted(to: &[&str], report: &Report, session: &Session) -> Vec<String> {
    let terms = terms();
    let alert = Alert::of(report, &terms).unwrap();
    let to: Vec<Destination> = to.iter().map(|text| Destination::parse(text).unwrap()).collect();
    let delivery = Delivery { report, alert: Some(&alert), label: "prod" };
    now(deliver(&to, &delivery, session))
}

/// Delivers when there is nothing to tell; what failed.
fn silent(to: &[&str], report: &Report, session: &Session) -> Vec<String> {
    let to: Vec<Destination> = to.iter().map(|text| Destination::parse(text).unwrap()).collect();
    now(deliver(&to, &Delivery { report, alert: None, label: "prod" }, session))
}

fn double() -> Double {
    let account = Account::new(NUMBER)
        .region("eu-central-1", Region::new().topic("alerts").topic("ordered.fifo"))
        .region("eu-west-1", Region::new())
        .with(Bucket::new("reports", "eu-west-1"))
        .with(Bucket::new("far", "us-west-2"));
    Double::start(account)
}

/// What was asked of a family, in order.
fn asked(double: &Double, call: &str) -> Vec<Entry> {
    double.log().into_iter().filter(|entry| entry.call() == call).collect()
}

#[test]
fn a_message_goes_to_the_topic_in_its_own_region() {
    let (double, report) = (double(), report());
    assert_eq!(alerted(&[TOPIC], &report, &session(&double.url())), [""; 0]);
    let sent = asked(&double, "sns:Publish");
    assert_eq!(
        (sent.len(), sent[0].status, sent[0].region.as_str()),
        (1, Some(200), "eu-central-1")
    );
    let of = |name: &str| sent[0].parameters[name].as_str();
    assert!(of("Subject").starts_with("elb-audit [prod]: "), "{}", of("Subject"));
    let message: Value = serde_json::from_str(of("Message")).unwrap();
    assert!(message["default"].as_str().unwrap().contains("NEW ("));
    assert!(message["sms"].as_str().unwrap().len() <= 140);
    let attributes: BTreeMap<&str, (&str, &str)> = (1..)
        .map_while(|place| {
            let of = |part: &str| {
                let name = format!("MessageAttributes.entry.{place}.{part}");
                sent[0].parameters.get(&name).map(String::as_str)
            };
            Some((of("Name")?, (of("Value.DataType")?, of("Value.StringValue")?)))
        })
        .collect();
    assert_eq!(attributes["severity"], ("String", "high"));
    assert_eq!(attributes["account"], ("String.Array", "[\"111122223333\"]"));
    assert_eq!(attributes["resolved"], ("Number", "0"));
    assert_eq!(attributes["environment"], ("String", "prod"));
    assert!(!sent[0].parameters.contains_key("MessageGroupId"));
}

#[test]
fn an_ordered_topic_takes_a_message_once() {
    let (double, report) = (double(), report());
    let topic = "sns:arn:aws:sns:eu-central-1:111122223333:ordered.fifo";
    for _ in 0..2 {
        assert_eq!(alerted(&[topic], &report, &session(&double.url())), [""; 0]);
    }
    let sent = asked(&double, "sns:Publish");
    let id = |entry: &Entry| entry.parameters["MessageDeduplicationId"].clone();
    assert_eq!((id(&sent[0]).len(), id(&sent[0]) == id(&sent[1])), (64, true));
}

#[test]
fn messages_that_fail_say_why_and_what_to_allow() {
    let (double, report) = (double(), report());
    let session = session(&double.url());
    double.fault(Fault::deny("sns:Publish").times(1));
    let failed = alerted(&[TOPIC], &report, &session);
    assert_eq!(failed.len(), 1);
    assert!(failed[0].starts_with(&format!("cannot deliver to {TOPIC}: AuthorizationError: ")));
    assert!(failed[0].ends_with(": allow sns:Publish"), "{failed:?}");
    let missing = "sns:arn:aws:sns:eu-west-1:111122223333:alerts";
    let failed = alerted(&[missing, TOPIC], &report, &session);
    assert_eq!(failed, [format!("cannot deliver to {missing}: NotFound: Topic does not exist")]);
    assert_eq!(asked(&double, "sns:Publish").len(), 3, "the second destination is tried as well");
    double.fault(Fault::throttle("sns:Publish").times(2));
    assert_eq!(alerted(&[TOPIC], &report, &session), [""; 0], "a refusal for the rate is retried");
}

#[test]
fn without_an_alert_nobody_is_told() {
    let (double, report) = (double(), report());
    assert_eq!(silent(&[TOPIC], &report, &session(&double.url())), [""; 0]);
    assert_eq!(double.log(), []);
}

fn put(config: &SdkConfig, key: &str, text: &str, condition: Condition) -> Result<Put, String> {
    now(bucket::put(config, "reports", key, text.as_bytes().to_vec(), condition))
}

#[test]
fn an_object_is_written_on_condition() {
    let double = double();
    let config = config(&double.url(), Instantly::default());
    assert_eq!(now(bucket::get(&config, "reports", "state/a b.json")), Ok(None));
    let key = "state/a b.json";
    let Ok(Put::Done(first)) = put(&config, key, "1", Condition::Absent) else { panic!() };
    assert_eq!(put(&config, key, "2", Condition::Absent), Ok(Put::Conflict));
    let read = now(bucket::get(&config, "reports", key));
    assert_eq!(read, Ok(Some((b"1".to_vec(), first.clone()))));
    let matches = Condition::Matches(first);
    assert!(matches!(put(&config, key, "3", matches.clone()), Ok(Put::Done(_))));
    assert_eq!(put(&config, key, "4", matches.clone()), Ok(Put::Conflict));
    assert_eq!(put(&config, "gone", "5", matches), Ok(Put::Conflict));
    assert!(matches!(put(&config, key, "6", Condition::None), Ok(Put::Done(_))));
    assert_eq!(double.object("reports", key).as_deref(), Some("6"));
}

#[test]
fn a_bucket_is_found_wherever_it_is() {
    let double = double();
    let config = config(&double.url(), Instantly::default());
    let put = bucket::put(&config, "far", "k", b"x".to_vec(), Condition::None);
    assert!(matches!(now(put), Ok(Put::Done(_))));
    let regions: Vec<_> =
        double.log().into_iter().map(|entry| (entry.operation, entry.region)).collect();
    let told = |name: &str, region: &str| (name.to_owned(), region.to_owned());
    assert_eq!(regions, [told("HeadBucket", "eu-west-1"), told("PutObject", "us-west-2")]);
    let missing = now(bucket::get(&config, "nowhere", "k"));
    assert_eq!(missing, Err("s3://nowhere: there is no such bucket".to_owned()));
}

#[test]
fn an_object_is_one_s_own_though_the_answer_was_lost() {
    let double = double();
    let config = config(&double.url(), Instantly::default());
    double.fault(Fault::lost("s3:PutObject").times(1));
    assert!(matches!(put(&config, "k", "mine", Condition::Absent), Ok(Put::Done(_))));
    assert_eq!(asked(&double, "s3:PutObject").len(), 2);
}

#[test]
fn what_s3_refuses_names_the_action() {
    let double = double();
    let config = config(&double.url(), Instantly::default());
    double.fault(Fault::deny("s3:PutObject"));
    double.fault(Fault::deny("s3:ListBucket"));
    let refused = put(&config, "k", "x", Condition::None).unwrap_err();
    assert!(refused.starts_with("cannot write s3://reports/k: AccessDenied: "), "{refused}");
    assert!(refused.ends_with(": allow s3:PutObject"), "{refused}");
    double.fault(Fault::deny("s3:GetObject"));
    let refused = now(bucket::get(&config, "reports", "k")).unwrap_err();
    assert!(refused.ends_with(": allow s3:GetObject and s3:ListBucket"), "{refused}");
}
