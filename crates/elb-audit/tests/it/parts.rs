//! A scan in parts, as the state machine walks it: list, read each part, make one report.

use elb_audit::aws::s3::{self, Condition};
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{RegionStatus, Report};
use elb_audit_fake_aws::{
    Account, Bucket, FakeAws, Fault, Listener, LoadBalancer, Organization, Region, TargetGroup,
    model::organization::ROOT,
};
use serde_json::{Value, json};

use crate::notify;
use crate::runtime_api::Function;

const OWN: &str = "111122223333";
const SHOP: &str = "444455556666";
const STOCK: &str = "555566667777";

/// An account with a load balancer that serves in cleartext in each of two regions.
fn account(id: &str) -> Account {
    let web = || {
        let listener = Listener::http(80).forward("web");
        LoadBalancer::application("web").internet_facing().listener(listener)
    };
    let region =
        || Region::with_network().with(web()).with(TargetGroup::http("web", 80).healthy("i-1"));
    let account = Account::new(id).only_its_regions();
    account.region("eu-west-1", region()).region("us-east-1", region())
}

/// Three accounts of an organization; the caller's own has the bucket.
fn fake() -> FakeAws {
    let organization = Organization::new()
        .member(OWN, "Management", ROOT)
        .member(SHOP, "Shop", ROOT)
        .member(STOCK, "Stock", ROOT);
    let own = account(OWN).with(organization).with(Bucket::new("parts", "eu-west-1"));
    FakeAws::start_all(vec![own, account(SHOP), account(STOCK)])
}

fn function(fake: &FakeAws) -> Function {
    let url = fake.url();
    let state = "s3://parts/state/report.json";
    Function::start(&[
        ("AWS_ENDPOINT_URL", &url),
        ("ELB_AUDIT_ORGANIZATION", "1"),
        ("ELB_AUDIT_CHECK", "listener-cleartext,cloudfront-origin-cleartext"),
        ("ELB_AUDIT_STATE", state),
        ("ELB_AUDIT_RETRIES", "0"),
    ])
}

fn event(task: &str, run: &str) -> Value {
    json!({"task": task, "bucket": "parts", "prefix": format!("runs/{run}")})
}

fn reduce(run: &str) -> Value {
    let mut event = event("reduce", run);
    event["shards"] = json!({"bucket": "parts", "key": format!("runs/{run}/shards.json")});
    let manifest = format!("runs/{run}/results/manifest.json");
    event["results"] = json!({"Bucket": "parts", "Key": manifest});
    event
}

/// Reads every part but those that are to fail; how many there are.
fn walk(
    function: &mut Function,
    (fake, run): (&FakeAws, &str),
    fail: impl Fn(&Value) -> bool,
) -> usize {
    let told = function.asked(&event("list", run), 900).success();
    let key = format!("runs/{run}/shards.json");
    assert_eq!((&told["bucket"], &told["key"]), (&json!("parts"), &json!(key)));
    let list = fake.object("parts", &key).unwrap();
    let shards: Vec<Value> = serde_json::from_str(&list).unwrap();
    assert_eq!(told["shards"], shards.len());
    for shard in shards.iter().filter(|shard| !fail(shard)) {
        let mut event = event("scan", run);
        event["shard"] = shard.clone();
        let told = function.asked(&event, 210).success();
        let facts = fake.object("parts", told["key"].as_str().unwrap()).unwrap();
        assert_eq!(facts.lines().count(), 1);
        let part: Inventory = serde_json::from_str(&facts).unwrap();
        assert_eq!(part.accounts[0].id, shard["account"].as_str().unwrap());
    }
    shards.len()
}

fn report(fake: &FakeAws) -> Report {
    serde_json::from_str(&fake.object("parts", "state/report.json").unwrap()).unwrap()
}

fn clear(report: &Report) -> Vec<(&str, &str)> {
    let found = report.findings.iter().filter(|one| one.is_fault());
    let mut found: Vec<(&str, &str)> = found.map(|one| (&*one.account, &*one.region)).collect();
    found.sort_unstable();
    found
}

#[test]
fn parts_become_one_report() {
    let fake = fake();
    let mut function = function(&fake);
    let parts = walk(&mut function, (&fake, "one"), |_| false);
    assert_eq!(parts, 9, "two regions and the rest of each");
    let answer = function.asked(&reduce("one"), 900).success();
    assert_eq!((&answer["exit"], &answer["account_count"]), (&json!(1), &json!(3)), "{answer}");
    let files = answer["findings"].as_array().unwrap();
    assert_eq!(files.len(), 1);
    let key = files[0].as_str().unwrap().strip_prefix("s3://parts/").unwrap();
    assert!(key.starts_with("findings/date=20") && key.ends_with("/one-0.ndjson"), "{key}");
    let lines = fake.object("parts", key).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let report = report(&fake);
    assert_eq!(lines.len(), report.findings.len());
    assert!(lines.iter().all(|line| line["ou"] == "Root"));
    assert_eq!(clear(&report).len(), 6);
    assert_eq!(report.summary.regions_unread, 0);
    let (metrics, _, _) = function.stopped();
    assert_eq!(metrics.len(), 1, "one scan, however many parts: {metrics:?}");
}

#[test]
fn a_part_in_a_region_that_can_be_none_is_refused() {
    let fake = fake();
    let mut function = function(&fake);
    for region in ["eu-west-1.example.com", "x@example.com#-west-1", "cn-north-1", ""] {
        let mut event = event("scan", "one");
        event["shard"] = json!({"account": OWN, "partition": "aws", "region": region});
        let (_, said) = function.asked(&event, 210).failure();
        assert!(said.contains(&format!("unknown region `{region}`")), "{said}");
        assert!(fake.log().iter().all(|entry| entry.region != region));
    }
}

/// A part that failed, one that left nonsense, and an account that nobody gets into are gaps of the report;
/// nothing of them is called fixed by the next run.
#[test]
fn what_failed_is_unread_and_said_why() {
    let fake = fake();
    let mut function = function(&fake);
    walk(&mut function, (&fake, "one"), |_| false);
    function.asked(&reduce("one"), 900).success();
    fake.fault(Fault::deny("sts:AssumeRole").about(STOCK));
    let failed = |shard: &Value| {
        shard["account"] == SHOP && (shard["region"] == "us-east-1" || shard["region"] == "global")
    };
    let put = |key: &str, text: &str| {
        let config = notify::session(&fake.url()).base;
        let bytes = text.as_bytes().to_vec();
        notify::now(s3::put(&config, "parts", key, bytes, Condition::None)).unwrap();
    };
    assert_eq!(walk(&mut function, (&fake, "two"), failed), 7);
    put(&format!("runs/two/facts/{OWN}/us-east-1.ndjson"), "{\"schema\": ");
    let input = json!({"shard": {"account": SHOP, "region": "us-east-1"}}).to_string();
    let cause = json!({"errorType": "Runtime.ExitError", "errorMessage": "out of memory"});
    let record = json!([{"Input": input, "Error": "Lambda.Unknown", "Cause": cause.to_string()}]);
    put("runs/two/results/FAILED_0.json", &record.to_string());
    let files = json!({"FAILED": [{"Key": "runs/two/results/FAILED_0.json", "Size": 1}]});
    let manifest = json!({"DestinationBucket": "parts", "ResultFiles": files});
    put("runs/two/results/manifest.json", &manifest.to_string());
    let answer = function.asked(&reduce("two"), 900).success();
    assert_eq!(answer["changes"]["not_assessed"], 4, "{answer}");
    assert_eq!(answer["changes"]["resolved"], 0, "{answer}");
    let report = report(&fake);
    assert_eq!(clear(&report), [(OWN, "eu-west-1"), (SHOP, "eu-west-1")]);
    let unread = report.regions.iter().filter(|one| one.status == RegionStatus::Unread);
    let unread: Vec<(&str, &str)> = unread.map(|one| (&*one.account, &*one.name)).collect();
    assert_eq!(unread, [(OWN, "us-east-1"), (SHOP, "us-east-1")]);
    let reason = |account: &str, region: Option<&str>| {
        let of = |gap: &&elb_audit_core::report::ReportedGap| {
            gap.account == account && gap.region.as_deref() == region
        };
        report.gaps.iter().find(of).map(|gap| gap.reason.clone()).unwrap_or_default()
    };
    let said = reason(SHOP, Some("us-east-1"));
    assert!(said.contains("Lambda.Unknown: out of memory"), "{said}");
    let said = reason(OWN, Some("us-east-1"));
    assert!(said.contains("it ends too early"), "{said}");
    assert!(reason(SHOP, None).contains("no facts were left"), "{:?}", report.gaps);
    assert!(reason(STOCK, None).starts_with("access denied"), "{:?}", report.gaps);
}

#[test]
fn a_step_that_cannot_be_done_is_an_error() {
    let fake = fake();
    let mut function = function(&fake);
    let (kind, said) = function.asked(&reduce("one"), 900).failure();
    assert_eq!(kind, "Failed");
    assert!(said.contains("runs/one/shards.json: there is no such list"), "{said}");
    let mut elsewhere = event("list", "one");
    elsewhere["bucket"] = json!("nowhere");
    let (_, said) = function.asked(&elsewhere, 900).failure();
    assert!(said.contains("there is no such bucket"), "{said}");
    fake.fault(Fault::deny("organizations:ListAccounts"));
    let (_, said) = function.asked(&event("list", "one"), 900).failure();
    assert!(said.contains("organizations:ListAccounts"), "{said}");
    let (kind, said) = function.asked(&json!({"task": "sing"}), 900).failure();
    assert_eq!((&*kind, said.contains("unknown task")), ("BadEvent", true), "{said}");
}
