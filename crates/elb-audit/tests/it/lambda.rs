//! The Lambda function for real: `bootstrap` against a Runtime API, and an account behind it.

use elb_audit_fake_aws::{FakeAws, Fault};
use serde_json::{Value, json};

use crate::account;
use crate::program::Folder;
use crate::runtime_api::Function;

/// The function of this account.
fn function(fake: &FakeAws, variables: &[(&str, &str)]) -> Function {
    let url = fake.url();
    let mut all = vec![("AWS_ENDPOINT_URL", url.as_str())];
    all.extend(variables);
    Function::start(&all)
}

/// What was logged, line by line.
fn logged(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_event_of_the_original_is_answered() {
    let fake = FakeAws::start(account::account());
    let mut function = function(&fake, &[("ENVIRONMENT", "prod"), ("ELB_AUDIT_FAILON", "low")]);
    let event = json!({"params": {"scan_all_regions": true, "max_workers": 10}});
    let answer = function.asked(&event, 900).success();
    assert_eq!((&answer["statusCode"], &answer["exit"]), (&json!(200), &json!(1)), "{answer}");
    assert_eq!(answer["summary"]["regions_read"], 2);
    assert!(answer["summary"]["load_balancers"].as_u64().unwrap() > 5, "{answer}");
    assert_eq!(answer["worst"].as_array().unwrap().len(), 20);
    let severities: Vec<&Value> =
        answer["worst"].as_array().unwrap().iter().map(|one| &one["severity"]).collect();
    assert!(severities[0] == "critical" || severities[0] == "high", "{severities:?}");
    assert_eq!(answer["accounts"][0]["id"], account::NUMBER);
    let only_home = json!({"params": {"scan_all_regions": false}});
    let answer = function.asked(&only_home, 900).success();
    assert_eq!(answer["summary"]["regions_read"], 1, "a warm start, and another event");
    let (metrics, log, _) = function.stopped();
    let log = logged(&log);
    let warned: Vec<&Value> = log.iter().filter(|line| line["level"] == "WARN").collect();
    let unknown =
        "variables that set no option: ELB_AUDIT_FAILON (did you mean ELB_AUDIT_FAIL_ON?)";
    assert_eq!(warned.len(), 1, "{log:?}");
    assert_eq!(warned[0]["message"], unknown);
    assert!(log.iter().any(|line| line["requestId"] == "request-1"), "{log:?}");
    assert!(log.iter().any(|line| line["requestId"] == "request-2"), "{log:?}");
    let said = |line: &Value| line["message"].as_str().unwrap().starts_with("exit 1: ");
    assert_eq!(log.iter().filter(|line| said(line)).count(), 2, "{log:?}");
    let metrics = logged(&metrics);
    assert_eq!(metrics.len(), 2);
    let about = &metrics[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(about["Namespace"], "elb-audit");
    assert_eq!(metrics[0]["Environment"], "prod");
    assert_eq!(metrics[0]["Scans"], 1);
    for metric in about["Metrics"].as_array().unwrap() {
        assert!(metrics[0][metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
    }
}

#[test]
fn a_bad_event_is_refused_and_the_next_one_answered() {
    let fake = FakeAws::start(account::account());
    let mut function = function(&fake, &[("SCAN_ALL_REGIONS", "false")]);
    let bad = json!({"params": {"max_workers": "many"}});
    let (kind, said) = function.asked(&bad, 900).failure();
    assert_eq!((&*kind, said.contains("max_workers")), ("BadEvent", true), "{said}");
    assert_eq!(fake.log().len(), 0, "nothing was asked for it");
    let (_, said) = function.asked_raw("{\"params\": ", 900).failure();
    assert!(said.contains("EOF"), "{said}");
    let scheduled = json!({"version": "0", "detail-type": "Scheduled Event"});
    let answer = function.asked(&scheduled, 900).success();
    assert_eq!(answer["summary"]["regions_read"], 1);
    let log = logged(&function.stopped().1);
    assert!(log.iter().any(|line| line["level"] == "ERROR"), "{log:?}");
}

/// Near its end the scan stops reading, reports what it has and marks the rest unread.
#[test]
fn near_its_deadline_it_tells_what_it_knows() {
    let fake = FakeAws::start(account::account());
    fake.fault(Fault::hang("elbv2:DescribeLoadBalancers").in_region("us-east-1"));
    let folder = Folder::new();
    let state = folder.path("state.json").display().to_string();
    let mut function = function(&fake, &[("ELB_AUDIT_STATE", &state)]);
    let answer = function.asked(&json!({}), 4).success();
    assert_eq!(answer["exit"], 4, "{answer}");
    let high = &answer["summary"]["faults"]["high"];
    let why = format!("(--timeout); faults at or above high: {high} (--fail-on high)");
    assert_eq!(answer["why"], format!("the scan ran out of time {why}"));
    assert!(answer["summary"]["load_balancers"].as_u64().unwrap() > 5, "{answer}");
    assert!(answer["gaps"].as_u64().unwrap() > 0, "{answer}");
    assert_eq!(answer["report"], state.as_str());
    let kept = std::fs::read_to_string(&state).unwrap();
    assert!(kept.contains("scan deadline passed"), "the report says what is unread");
}

#[test]
fn options_that_cannot_be_used_are_told_at_the_start() {
    let fake = FakeAws::start(account::account());
    for (name, value, part) in [
        ("ELB_AUDIT_FAIL_ON", "sometimes", "--fail-on"),
        ("ELB_AUDIT_NOTIFY", "nonsense", "nonsense"),
        ("ELB_AUDIT_STATE", "s3://", "s3://"),
        ("ELB_AUDIT_CONFIG", "nowhere.toml", "nowhere.toml"),
    ] {
        let mut function = function(&fake, &[(name, value)]);
        let answer = function.init_error();
        assert!(answer.path.ends_with("/init/error"), "{answer:?}");
        let (kind, said) = answer.failure();
        assert_eq!(kind, "BadOptions");
        assert!(said.contains(part), "{said}");
        assert!(function.ended(), "it does not go on");
    }
    assert_eq!(fake.log().len(), 0);
}

#[test]
fn a_run_that_learns_nothing_is_an_error() {
    let fake = FakeAws::start(account::account());
    fake.fault(Fault::deny("elasticloadbalancing:DescribeLoadBalancers"));
    let mut function = function(&fake, &[]);
    let (kind, said) = function.asked(&json!({}), 900).failure();
    assert_eq!(kind, "NothingAssessed");
    assert!(said.contains("no region could be read"), "{said}");
    fake.clear_faults();
    assert_eq!(function.asked(&json!({}), 900).success()["exit"], 1);
}
