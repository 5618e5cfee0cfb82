//! Roles of other accounts: what a session may do, and whose it has to be.

use std::collections::BTreeSet;

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{AccountStatus, Report, Summary};
use elb_audit_core::vocab::fact::Reason;
use elb_audit_fake_aws::{Bucket, FakeAws, Fault, Spoil};
use elb_audit_faults::organization::organization;
use serde_json::{Value, json};

use crate::account::{NUMBER, watched};
use crate::many::{self, SHOP, TEST, role, small};
use crate::program::Run;
use crate::runtime_api::Function;

const IMPORT: &str = "securityhub:BatchImportFindings";

/// The account that makes a scan use every call, to be read from another one.
fn from_elsewhere() -> FakeAws {
    FakeAws::start_all(vec![small(SHOP), watched()])
}

/// The policies that roles were taken on with, each once.
fn policies(fake: &FakeAws) -> BTreeSet<String> {
    let calls = fake.log().into_iter().filter(|entry| entry.call() == "sts:AssumeRole");
    calls.map(|entry| entry.parameters["Policy"].clone()).collect()
}

/// Every action that a policy names.
fn actions(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let named = statements.flat_map(|one| match &one["Action"] {
        Value::Array(all) => all.clone(),
        only => vec![only.clone()],
    });
    named.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// The calls about load balancers and what is around them, each with the status of its answers.
fn answered(fake: &FakeAws) -> BTreeSet<(String, Option<u16>)> {
    let calls = fake.log().into_iter().filter(|entry| entry.family != "sts");
    calls.map(|entry| (entry.call(), entry.status)).collect()
}

/// What could not be read, but for whose the credentials are.
fn gaps(report: &Report) -> BTreeSet<(String, Option<String>, String)> {
    let of = |gap: &elb_audit_core::report::ReportedGap| {
        (gap.call.clone(), gap.resource.clone(), gap.reason.clone())
    };
    report.gaps.iter().map(of).collect()
}

#[test]
fn a_session_may_do_what_the_run_is_for() {
    let mut seen = BTreeSet::new();
    for choice in
        ["--persona regular", "--persona pedantic", "--persona auditor", "--check no-traffic"]
    {
        let scan = format!("scan --format json --retries 0 {choice}");
        let direct = FakeAws::start(watched());
        let own = Run::on(&direct, &scan).report();
        let fake = from_elsewhere();
        let entered = Run::on(&fake, &format!("{scan} --role-arn {}", role(NUMBER))).report();
        assert_eq!(gaps(&entered), gaps(&own), "{choice}");
        assert_eq!(answered(&fake), answered(&direct), "{choice}: no other way was needed either");
        let cost = own.summary.cost;
        assert_eq!(Summary { cost, ..entered.summary }, own.summary, "{choice}");
        let policies = policies(&fake);
        assert_eq!(policies.len(), 1, "{choice}");
        seen.extend(policies);
    }
    assert_eq!(seen.len(), 4, "each is for its own checks");
    for policy in seen {
        assert!(!policy.contains(IMPORT) && policy.contains("ec2:"), "{policy}");
    }
    let collect = "collect --retries 0 -o -";
    let own = Run::on(&FakeAws::start(watched()), collect).done().exits(0).stdout;
    let fake = from_elsewhere();
    let entered = Run::on(&fake, &format!("{collect} --role-arn {}", role(NUMBER)));
    let entered = entered.done().exits(0).stdout;
    let unread = |text: &str| {
        let (inventory, mut all) = (serde_json::from_str::<Inventory>(text).unwrap(), Vec::new());
        inventory.visit_gaps(|_, gap| {
            if gap.reason != Reason::NotCollected {
                all.push(gap.clone());
            }
        });
        all
    };
    assert_eq!(unread(&entered), unread(&own));
}

#[test]
fn a_session_may_tell_only_where_somebody_is_told() {
    let fake = from_elsewhere();
    let scan = format!("scan --retries 0 --role-arn {} --notify securityhub", role(NUMBER));
    Run::on(&fake, &scan).done().exits(1);
    let policies = policies(&fake);
    assert!(policies.iter().all(|policy| actions(policy).contains(&IMPORT.to_owned())));
    let told = fake.log().into_iter().filter(|entry| entry.action == IMPORT);
    let told: BTreeSet<_> = told.map(|entry| (entry.account, entry.status)).collect();
    assert_eq!(told, BTreeSet::from([(NUMBER.to_owned(), Some(200))]));
}

/// The function that reads an organization in parts, and tells Security Hub.
fn function(fake: &FakeAws) -> Function {
    let url = fake.url();
    Function::start(&[
        ("AWS_ENDPOINT_URL", &url),
        ("ELB_AUDIT_ORGANIZATION", "1"),
        ("ELB_AUDIT_CHECK", "listener-cleartext"),
        ("ELB_AUDIT_NOTIFY", "securityhub"),
        ("ELB_AUDIT_RETRIES", "0"),
    ])
}

fn event(task: &str) -> Value {
    let mut event = json!({"task": task, "bucket": "parts", "prefix": "runs/one"});
    if task == "reduce" {
        event["shards"] = json!({"key": "runs/one/shards.json"});
    }
    event
}

fn with_bucket() -> FakeAws {
    let fake = many::fake();
    let own = small(NUMBER).with(organization()).with(Bucket::new("parts", "eu-west-1"));
    fake.replace(own);
    for id in [SHOP, TEST] {
        let mut account = small(id);
        account.regions =
            account.regions.into_iter().map(|(name, one)| (name, one.security_hub())).collect();
        fake.replace(account);
    }
    fake
}

fn shards(fake: &FakeAws) -> Vec<Value> {
    serde_json::from_str(&fake.object("parts", "runs/one/shards.json").unwrap()).unwrap()
}

/// Reads these parts.
fn read(function: &mut Function, shards: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut answers = Vec::new();
    for shard in shards {
        let mut event = event("scan");
        event["shard"] = shard;
        answers.push(function.asked(&event, 210).success());
    }
    answers
}

#[test]
fn each_step_takes_roles_on_for_what_it_does() {
    let fake = with_bucket();
    let mut function = function(&fake);
    function.asked(&event("list"), 900).success();
    let list = policies(&fake);
    assert_eq!(
        list.iter().flat_map(|one| actions(one)).collect::<Vec<_>>(),
        ["ec2:DescribeRegions"]
    );
    fake.clear_log();
    read(&mut function, shards(&fake));
    let scan = policies(&fake);
    assert_eq!(scan.len(), 1);
    assert!(scan.iter().all(|one| one.contains("elasticloadbalancing:") && !one.contains(IMPORT)));
    fake.clear_log();
    // Its own region has no Security Hub, and says so; the others are told.
    let (_, said) = function.asked(&event("reduce"), 900).failure();
    assert!(said.contains(&format!("cannot deliver to securityhub: {NUMBER}")), "{said}");
    assert!(!said.contains(SHOP) && !said.contains(TEST), "{said}");
    let reduce = policies(&fake);
    assert_eq!(reduce.iter().flat_map(|one| actions(one)).collect::<Vec<_>>(), [IMPORT]);
}

/// What a role of another account shows must not be filed under this one.
#[test]
fn a_part_is_read_through_a_role_of_its_own_account() {
    let fake = with_bucket();
    let mut function = function(&fake);
    function.asked(&event("list"), 900).success();
    fake.clear_log();
    let own = |shard: &Value| shard["account"] == SHOP && shard["region"] == "eu-west-1";
    let shard = shards(&fake).into_iter().find(own).unwrap();
    let mut foreign = shard.clone();
    foreign["role_arn"] = json!(role(TEST));
    let answers = read(&mut function, [foreign]);
    assert_eq!((&answers[0]["load_balancers"], &answers[0]["gaps"]), (&json!(0), &json!(1)));
    assert_eq!(fake.count("sts:AssumeRole"), 0, "it is not even taken on");
    let key = answers[0]["key"].as_str().unwrap();
    let facts: Inventory = serde_json::from_str(&fake.object("parts", key).unwrap()).unwrap();
    let said = facts.accounts[0].access.gap().unwrap().to_string();
    assert_eq!(said, format!("failed: the role is of account {TEST}, and not of {SHOP}"));
    // Without a role it is the caller's own account, and no other.
    let mut event = event("scan");
    event["shard"] = shard;
    event["shard"].as_object_mut().unwrap().remove("role_arn");
    let (_, said) = function.asked(&event, 210).failure();
    assert!(
        said.contains(&format!("of account {SHOP}, and the credentials are of {NUMBER}")),
        "{said}"
    );
    event["shard"]["account"] = json!(NUMBER);
    fake.fault(Fault::deny("sts:GetCallerIdentity"));
    let (_, said) = function.asked(&event, 210).failure();
    assert!(said.contains("does not tell the caller's account"), "{said}");
}

#[test]
fn a_session_of_another_account_is_a_gap() {
    let elsewhere = Spoil::Replace("sts::444455556666:", "sts::555566667777:");
    let fake = many::fake();
    fake.fault(Fault::spoilt("sts:AssumeRole", elsewhere.clone()));
    let report = Run::on(&fake, "scan --format json --retries 0 --organization").report();
    let status = |id: &str| report.accounts.iter().find(|one| one.id == id).unwrap().status;
    assert_eq!(status(SHOP), AccountStatus::Unread);
    assert_eq!(status(TEST), AccountStatus::Read);
    let [gap] = &report.gaps[..] else { panic!("{:?}", report.gaps) };
    let said = "answer not understood: the answer is a session of another account: \
                arn:aws:sts::555566667777:assumed-role/elb-audit-reader/elb-audit";
    assert_eq!((gap.account.as_str(), gap.reason.as_str()), (SHOP, said));
    assert!(report.load_balancers.iter().all(|one| !one.arn.contains(SHOP)));
    // The same when it is asked for again.
    let fake = many::fake();
    fake.roles_until(0);
    fake.fault(Fault::spoilt("sts:AssumeRole", elsewhere).after(1));
    let scan = format!("scan --format json --retries 0 --role-arn {}", role(SHOP));
    let report = Run::on(&fake, &scan).report();
    let lost = report.gaps.iter().filter(|gap| gap.reason.contains("a session of another account"));
    assert!(lost.count() > 0, "{:?}", report.gaps);
}
