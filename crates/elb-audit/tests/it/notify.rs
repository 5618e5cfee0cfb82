//! Deliveries: what arrives, and what is said of what does not.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region as Place;
use elb_audit::aws::s3::{self, Condition, Put, S3Error};
use elb_audit::notify::{
    Delivery, DeliveryError, DeliverySession, Destination, deliver, report_url,
};
use elb_audit_core::alert::{Alert, AlertRules, NotifyOn};
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::fixtures::scenes;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::severity::Severity;
use elb_audit_fake_aws::{Account, Bucket, Entry, FakeAws, Fault, Region};
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

pub(crate) fn session(url: &str) -> DeliverySession {
    DeliverySession { base: config(url, Instantly::default()), accounts: BTreeMap::new() }
}

/// Waits for it.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// The report of the account with a scene for each check.
pub(crate) fn report() -> Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let inventory = scenes::inventory(checks::ALL);
        audit(&inventory, checks::ALL, &Options::at(inventory.taken_at))
    });
    REPORT.clone()
}

pub(crate) fn terms() -> AlertRules {
    AlertRules {
        on: NotifyOn::Changed,
        min_severity: Severity::Low,
        heartbeat_days: 7,
        watching: true,
        label: "prod".to_owned(),
        report: None,
        trouble: None,
    }
}

/// Delivers with an alert; what failed.
pub(crate) fn alerted(to: &[&str], report: &Report, session: &DeliverySession) -> Vec<String> {
    let terms = terms();
    let alert = Alert::from_report(report, &terms).unwrap();
    let to: Vec<Destination> = to.iter().map(|text| Destination::parse(text).unwrap()).collect();
    let delivery = Delivery { report, alert: Some(&alert), label: "prod" };
    words(&now(deliver(&to, &delivery, session)))
}

/// Delivers when there is nothing to tell; what failed.
pub(crate) fn silent(to: &[&str], report: &Report, session: &DeliverySession) -> Vec<String> {
    let to: Vec<Destination> = to.iter().map(|text| Destination::parse(text).unwrap()).collect();
    words(&now(deliver(&to, &Delivery { report, alert: None, label: "prod" }, session)))
}

fn words(failures: &[DeliveryError]) -> Vec<String> {
    failures.iter().map(ToString::to_string).collect()
}

fn fake() -> FakeAws {
    let account = Account::new(NUMBER)
        .region("eu-central-1", Region::new().topic("alerts").topic("ordered.fifo"))
        .region("eu-west-1", Region::new().security_hub())
        .with(Bucket::new("reports", "eu-west-1"))
        .with(Bucket::new("far", "us-west-2"));
    FakeAws::start(account)
}

/// What was asked of a family, in order.
fn asked(fake: &FakeAws, call: &str) -> Vec<Entry> {
    fake.log().into_iter().filter(|entry| entry.call() == call).collect()
}

#[test]
fn a_message_goes_to_the_topic_in_its_own_region() {
    let (fake, report) = (fake(), report());
    assert_eq!(alerted(&[TOPIC], &report, &session(&fake.url())), [""; 0]);
    let sent = asked(&fake, "sns:Publish");
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
    let (fake, report) = (fake(), report());
    let topic = "sns:arn:aws:sns:eu-central-1:111122223333:ordered.fifo";
    for _ in 0..2 {
        assert_eq!(alerted(&[topic], &report, &session(&fake.url())), [""; 0]);
    }
    let sent = asked(&fake, "sns:Publish");
    let id = |entry: &Entry| entry.parameters["MessageDeduplicationId"].clone();
    assert_eq!((id(&sent[0]).len(), id(&sent[0]) == id(&sent[1])), (64, true));
}

#[test]
fn messages_that_fail_say_why_and_what_to_allow() {
    let (fake, report) = (fake(), report());
    let session = session(&fake.url());
    fake.fault(Fault::deny("sns:Publish").times(1));
    let failed = alerted(&[TOPIC], &report, &session);
    assert_eq!(failed.len(), 1);
    assert!(failed[0].starts_with(&format!("cannot deliver to {TOPIC}: AuthorizationError: ")));
    assert!(failed[0].ends_with(": allow sns:Publish"), "{failed:?}");
    let missing = "sns:arn:aws:sns:eu-west-1:111122223333:alerts";
    let failed = alerted(&[missing, TOPIC], &report, &session);
    assert_eq!(failed, [format!("cannot deliver to {missing}: NotFound: Topic does not exist")]);
    assert_eq!(asked(&fake, "sns:Publish").len(), 3, "the second destination is tried as well");
    fake.fault(Fault::throttle("sns:Publish").times(2));
    assert_eq!(alerted(&[TOPIC], &report, &session), [""; 0], "a refusal for the rate is retried");
}

#[test]
fn without_an_alert_nobody_is_told() {
    let (fake, report) = (fake(), report());
    assert_eq!(silent(&[TOPIC], &report, &session(&fake.url())), [""; 0]);
    assert_eq!(fake.log(), []);
}

fn put(config: &SdkConfig, key: &str, text: &str, condition: Condition) -> Result<Put, S3Error> {
    now(s3::put(config, "reports", key, text.as_bytes().to_vec(), condition))
}

#[test]
fn an_object_is_written_on_condition() {
    let fake = fake();
    let config = config(&fake.url(), Instantly::default());
    assert_eq!(now(s3::get(&config, "reports", "state/a b.json")), Ok(None));
    let key = "state/a b.json";
    let Ok(Put::Done(first)) = put(&config, key, "1", Condition::Absent) else { panic!() };
    assert_eq!(put(&config, key, "2", Condition::Absent), Ok(Put::Conflict));
    let read = now(s3::get(&config, "reports", key));
    assert_eq!(read, Ok(Some((b"1".to_vec(), first.clone()))));
    let matches = Condition::Matches(first);
    assert!(matches!(put(&config, key, "3", matches.clone()), Ok(Put::Done(_))));
    assert_eq!(put(&config, key, "4", matches.clone()), Ok(Put::Conflict));
    assert_eq!(put(&config, "gone", "5", matches), Ok(Put::Conflict));
    assert!(matches!(put(&config, key, "6", Condition::None), Ok(Put::Done(_))));
    assert_eq!(fake.object("reports", key).as_deref(), Some("6"));
}

#[test]
fn a_bucket_is_found_wherever_it_is() {
    let fake = fake();
    let config = config(&fake.url(), Instantly::default());
    let put = s3::put(&config, "far", "k", b"x".to_vec(), Condition::None);
    assert!(matches!(now(put), Ok(Put::Done(_))));
    let regions: Vec<_> =
        fake.log().into_iter().map(|entry| (entry.operation, entry.region)).collect();
    let told = |name: &str, region: &str| (name.to_owned(), region.to_owned());
    assert_eq!(regions, [told("HeadBucket", "eu-west-1"), told("PutObject", "us-west-2")]);
    let missing = now(s3::get(&config, "nowhere", "k"));
    let missing = missing.unwrap_err().to_string();
    assert_eq!(missing, "s3://nowhere: there is no such bucket");
}

#[test]
fn an_object_is_one_s_own_though_the_answer_was_lost() {
    let fake = fake();
    let config = config(&fake.url(), Instantly::default());
    fake.fault(Fault::lost("s3:PutObject").times(1));
    assert!(matches!(put(&config, "k", "mine", Condition::Absent), Ok(Put::Done(_))));
    assert_eq!(asked(&fake, "s3:PutObject").len(), 2);
}

#[test]
fn what_s3_refuses_names_the_action() {
    let fake = fake();
    let config = config(&fake.url(), Instantly::default());
    fake.fault(Fault::deny("s3:PutObject"));
    fake.fault(Fault::deny("s3:ListBucket"));
    let refused = put(&config, "k", "x", Condition::None).unwrap_err().to_string();
    assert!(refused.starts_with("cannot write s3://reports/k: AccessDenied: "), "{refused}");
    assert!(refused.ends_with(": allow s3:PutObject"), "{refused}");
    fake.fault(Fault::deny("s3:GetObject"));
    let refused = now(s3::get(&config, "reports", "k")).unwrap_err().to_string();
    assert!(refused.ends_with(": allow s3:GetObject and s3:ListBucket"), "{refused}");
}

/// Where a report lies under `s3://reports/elb`.
pub(crate) fn dated_key(report: &Report) -> String {
    let place = report_url(&Destination::parse("s3://reports/elb").unwrap(), report).unwrap();
    place.strip_prefix("s3://reports/").unwrap().to_owned()
}

#[test]
fn a_report_is_kept_under_its_date_and_as_the_latest() {
    let (fake, report) = (fake(), report());
    let session = session(&fake.url());
    assert_eq!(silent(&["s3://reports/elb"], &report, &session), [""; 0]);
    let day = report.taken_at.strftime("%Y/%m/%d/%H%M%SZ-").to_string();
    let key = dated_key(&report);
    assert!(key.starts_with(&format!("elb/{day}")), "{key}");
    let dated = fake.object("reports", &key).unwrap();
    let kept: Report = serde_json::from_str(&dated).unwrap();
    assert_eq!(kept, report);
    assert_eq!(fake.object("reports", "elb/latest.json"), Some(dated));
    let written = asked(&fake, "s3:PutObject");
    assert!(written.iter().all(|entry| entry.parameters["ContentType"] == "application/json"));
    assert!(written[1].parameters.contains_key("IfNoneMatch"));
}

#[test]
fn the_latest_report_only_moves_forward() {
    let (fake, report) = (fake(), report());
    let session = session(&fake.url());
    let mut later = report.clone();
    later.taken_at += jiff::SignedDuration::from_hours(24);
    let to = ["s3://reports"];
    let latest = || fake.object("reports", "latest.json").unwrap();
    let is_of = |report: &Report| latest().contains(&report.taken_at.to_string());
    for (written, stands) in [(&report, &report), (&later, &later), (&report, &later)] {
        assert_eq!(silent(&to, written, &session), [""; 0]);
        assert!(is_of(stands), "{}", written.taken_at);
    }
    // Somebody is faster between the look and the writing.
    let faster = Fault::error("s3:PutObject", 412, "PreconditionFailed", "no").about("latest");
    fake.fault(faster.clone().times(2));
    later.taken_at += jiff::SignedDuration::from_hours(24);
    assert_eq!(silent(&to, &later, &session), [""; 0]);
    assert!(is_of(&later));
    fake.fault(faster);
    later.taken_at += jiff::SignedDuration::from_hours(24);
    let failed = silent(&to, &later, &session);
    let said = "cannot deliver to s3://reports/: s3://reports/latest.json is written by others all the time";
    assert_eq!(failed, [said]);
}

#[test]
fn a_bucket_that_is_not_there_is_said_once() {
    let (fake, report) = (fake(), report());
    let failed = silent(&["s3://nowhere/x"], &report, &session(&fake.url()));
    assert_eq!(failed, ["cannot deliver to s3://nowhere/x: s3://nowhere: there is no such bucket"]);
}

/// An account in which Security Hub is on wherever that account has something.
fn watched() -> FakeAws {
    let regions = report().regions.into_iter().map(|region| region.name);
    let account = regions.fold(Account::new(NUMBER), |account, region| {
        account.region(&region, Region::new().security_hub())
    });
    FakeAws::start(account)
}

/// Ids of the findings that were imported, by region.
fn imported(fake: &FakeAws) -> Vec<(String, String)> {
    let calls = asked(fake, "securityhub:BatchImportFindings").into_iter();
    let of = |entry: Entry| {
        let sent: Value = serde_json::from_str(&entry.body).unwrap();
        let all = sent["Findings"].as_array().unwrap().clone();
        all.into_iter()
            .map(move |one| (entry.region.clone(), one["Id"].as_str().unwrap().to_owned()))
    };
    calls.flat_map(of).collect()
}

#[test]
fn faults_go_to_security_hub_in_their_own_region() {
    let (fake, mut report) = (watched(), report());
    let fault = report.findings.iter_mut().find(|one| one.is_fault()).unwrap();
    "global".clone_into(&mut fault.region);
    assert_eq!(silent(&["securityhub"], &report, &session(&fake.url())), [""; 0]);
    let faults = report.findings.iter().filter(|one| one.is_fault());
    let mut expected: Vec<(String, String)> = faults
        .map(|one| {
            let home = if one.region == "global" { "eu-west-1" } else { &one.region };
            let id = format!("{}/{NUMBER}/elb-audit/{}", one.region, one.fingerprint);
            (home.to_owned(), id)
        })
        .collect();
    let mut came = imported(&fake);
    came.sort();
    expected.sort();
    expected.dedup();
    assert_eq!(came, expected);
}

#[test]
fn many_findings_go_in_many_calls_and_not_too_fast() {
    let fake = watched();
    let mut report = report();
    let fault = report.findings.iter().find(|one| one.is_fault()).unwrap().clone();
    report.findings = (0..250)
        .map(|number| {
            let mut one = fault.clone();
            one.fingerprint = format!("{number:020}");
            one
        })
        .collect();
    let waits = Instantly::default();
    let base = config(&fake.url(), waits.clone());
    let session = DeliverySession { base, accounts: BTreeMap::new() };
    assert_eq!(silent(&["securityhub"], &report, &session), [""; 0]);
    assert_eq!(asked(&fake, "securityhub:BatchImportFindings").len(), 3);
    assert_eq!(imported(&fake).len(), 250);
    assert_eq!(*waits.0.lock().unwrap(), [Duration::from_millis(100); 2]);
}

#[test]
fn where_security_hub_is_off_is_said_once_an_account() {
    let (fake, report) = (fake(), report());
    let failed = silent(&["securityhub"], &report, &session(&fake.url()));
    assert_eq!(failed.len(), 1, "{failed:?}");
    let said = &failed[0];
    assert!(said.starts_with("cannot deliver to securityhub: 111122223333, "), "{said}");
    assert!(said.contains("is not subscribed to AWS Security Hub"), "{said}");
    assert!(!said.contains("eu-west-1"), "there it is on: {said}");
    assert!(!imported(&fake).is_empty());
}

#[test]
fn findings_that_are_not_taken_are_named() {
    let (fake, report) = (watched(), report());
    let session = session(&fake.url());
    fake.fault(Fault::partial("securityhub:BatchImportFindings").in_region("eu-west-1").times(1));
    let failed = silent(&["securityhub"], &report, &session);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("111122223333, eu-west-1: 1 of "), "{failed:?}");
    assert!(failed[0].contains(" findings were not taken: "), "{failed:?}");
    assert!(failed[0].contains("/elb-audit/"), "{failed:?}");
    fake.fault(Fault::deny("securityhub:BatchImportFindings"));
    let failed = silent(&["securityhub"], &report, &session);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].ends_with(": allow securityhub:BatchImportFindings"), "{failed:?}");
}

#[test]
fn each_account_s_findings_are_imported_as_that_account() {
    const OTHER: &str = "444455556666";
    let on = || Region::new().security_hub();
    let first = Account::new(NUMBER).region("eu-west-1", on()).access_key("AKIAEXAMPLE");
    let second = Account::new(OTHER).region("eu-west-1", on()).access_key("AKIAOTHER");
    let fake = FakeAws::start_all(vec![first, second]);
    let mut report = report();
    report.findings.retain(|one| one.is_fault() && one.region == "eu-west-1");
    report.findings.truncate(2);
    OTHER.clone_into(&mut report.findings[1].account);
    let mut session = session(&fake.url());
    let keys = Credentials::new("AKIAOTHER", "not-a-secret", None, None, "test");
    let other = session.base.to_builder();
    let other = other.credentials_provider(SharedCredentialsProvider::new(keys)).build();
    session.accounts.insert(OTHER.to_owned(), other);
    assert_eq!(silent(&["securityhub"], &report, &session), [""; 0]);
    let accounts: Vec<_> = fake.log().into_iter().map(|entry| entry.account).collect();
    assert_eq!(accounts, [NUMBER, OTHER]);
}

fn hook(fake: &FakeAws, kind: &str) -> String {
    format!("{kind}:{}/hooks/T0/B0/s3cret-part?token=s3cret-token", fake.url())
}

#[test]
fn a_webhook_gets_the_alert_as_a_document() {
    let (fake, report) = (fake(), report());
    let to = [hook(&fake, "webhook"), hook(&fake, "slack")];
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    assert_eq!(alerted(&to, &report, &session(&fake.url())), [""; 0]);
    let posted = asked(&fake, "webhook:Post");
    assert_eq!(posted[0].parameters["path"], "/hooks/T0/B0/s3cret-part?token=s3cret-token");
    let bodies: Vec<Value> =
        posted.iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect();
    let of = |name: &str| bodies.iter().find(|body| body.get(name).is_some()).unwrap();
    assert_eq!(of("schema")["schema"], "elb-audit/alert/v1");
    assert_eq!(of("schema")["environment"], "prod");
    assert_eq!(of("blocks")["blocks"][0]["type"], "header");
    assert!(posted.iter().all(|entry| entry.access_key.is_empty()), "nothing is signed");
    assert_eq!(silent(&to, &report, &session(&fake.url())), [""; 0]);
    assert_eq!(asked(&fake, "webhook:Post").len(), 2);
}

#[test]
fn a_webhook_that_fails_is_tried_three_times_and_its_address_kept() {
    let (fake, report) = (fake(), report());
    let (to, session) = (hook(&fake, "webhook"), session(&fake.url()));
    let failing = |status, said: &str| Fault::error("webhook:Post", status, "x", said);
    fake.fault(failing(503, "busy").times(2));
    assert_eq!(alerted(&[&to], &report, &session), [""; 0]);
    assert_eq!(asked(&fake, "webhook:Post").len(), 3);
    let long = format!(
        "no hook /hooks/T0/B0/s3cret-part?token=s3cret-token or s3cret-token {}",
        "x".repeat(900)
    );
    for (status, tries) in [(429, 3), (404, 1)] {
        fake.clear_faults();
        fake.clear_log();
        fake.fault(failing(status, &long));
        let failed = alerted(&[&to], &report, &session);
        assert_eq!(asked(&fake, "webhook:Post").len(), tries);
        let start = format!(
            "cannot deliver to webhook:{}/…: HTTP status {status}: no hook … or … x",
            fake.url()
        );
        assert!(failed[0].starts_with(&start), "{failed:?}");
        assert!(failed[0].chars().count() < 400 && !failed[0].contains("s3cret"), "{failed:?}");
    }
    fake.clear_faults();
    fake.fault(failing(302, ""));
    let failed = alerted(&[&to], &report, &session);
    assert!(
        failed[0].ends_with("it points to another address, which is not followed"),
        "{failed:?}"
    );
}

#[test]
fn a_webhook_that_nobody_serves_keeps_its_address_too() {
    let (fake, report) = (fake(), report());
    let (to, session) = (hook(&fake, "slack"), session(&fake.url()));
    drop(fake);
    let failed = alerted(&[&to], &report, &session);
    assert!(failed[0].contains("/…: ") && !failed[0].contains("s3cret"), "{failed:?}");
    assert!(failed[0].to_lowercase().contains("refused"), "{failed:?}");
}

#[test]
fn every_change_is_an_event_and_the_summary_comes_last() {
    let (fake, report) = (fake(), report());
    let session = session(&fake.url());
    let bus = "eventbridge:arn:aws:events:eu-central-1:111122223333:event-bus/central";
    assert_eq!(alerted(&[bus], &report, &session), [""; 0]);
    let calls = asked(&fake, "events:PutEvents");
    assert!(calls.len() > 10 && calls.iter().all(|call| call.region == "eu-central-1"));
    let entries: Vec<Value> = calls
        .iter()
        .flat_map(|call| {
            let sent: Value = serde_json::from_str(&call.body).unwrap();
            sent["Entries"].as_array().unwrap().clone()
        })
        .collect();
    let terms = terms();
    let alert = Alert::from_report(&report, &terms).unwrap();
    assert_eq!(entries.len(), alert.new.len() + 1);
    assert_eq!(entries[0]["DetailType"], "elb-audit finding new");
    let last = entries.last().unwrap();
    assert_eq!(last["DetailType"], "elb-audit summary");
    assert_eq!((&last["Source"], &last["EventBusName"]), (&"elb-audit".into(), &bus[12..].into()));
    assert_eq!(last["Time"], report.taken_at.as_second());
    fake.fault(Fault::partial("events:PutEvents").times(1));
    let failed = alerted(&["eventbridge"], &report, &session);
    let all = entries.len();
    let said =
        format!("1 of {all} events were not taken: InternalFailure: The event could not be taken.");
    assert_eq!(failed, [format!("cannot deliver to eventbridge:default: {said}")]);
    fake.fault(Fault::deny("events:PutEvents"));
    let failed = alerted(&["eventbridge"], &report, &session);
    assert!(failed[0].ends_with(": allow events:PutEvents"), "{failed:?}");
}

#[test]
fn metrics_are_put_after_every_run() {
    let (fake, report) = (fake(), report());
    let session = session(&fake.url());
    assert_eq!(silent(&["cloudwatch:Edge"], &report, &session), [""; 0]);
    let sent = &asked(&fake, "cloudwatch:PutMetricData")[0];
    let of = |name: &str| sent.parameters.get(name).map(String::as_str);
    assert_eq!((sent.status, of("Namespace")), (Some(200), Some("Edge")));
    let metrics: BTreeMap<String, String> = (1..=1000)
        .map_while(|place| {
            let of = |part: &str| of(&format!("MetricData.member.{place}.{part}"));
            assert_eq!(of("Dimensions.member.1.Value").unwrap_or("prod"), "prod");
            Some((of("MetricName")?.to_owned(), of("Value")?.to_owned()))
        })
        .collect();
    let number = |number: usize| number.to_string();
    assert_eq!(metrics["HighFaults"], number(report.summary.faults.high));
    assert_eq!(metrics["Faults"], number(report.summary.faults.total()));
    assert_eq!((&*metrics["Scans"], &*metrics["NewFaults"]), ("1", "0"));
    fake.fault(Fault::deny("cloudwatch:PutMetricData"));
    let failed = silent(&["cloudwatch"], &report, &session);
    assert!(failed[0].ends_with(": allow cloudwatch:PutMetricData"), "{failed:?}");
}

#[test]
fn one_failure_hides_no_other_and_keeps_nothing_back() {
    let (fake, report) = (fake(), report());
    fake.fault(Fault::deny("sns:Publish"));
    fake.fault(Fault::deny("events:PutEvents"));
    let hook = hook(&fake, "slack");
    let to = [TOPIC, "eventbridge", &hook, "cloudwatch", "s3://reports/elb"];
    let failed = alerted(&to, &report, &session(&fake.url()));
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(asked(&fake, "webhook:Post").len(), 1);
    assert_eq!(asked(&fake, "cloudwatch:PutMetricData").len(), 1);
    assert!(fake.object("reports", "elb/latest.json").is_some());
}
