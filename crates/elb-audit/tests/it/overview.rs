//! What a report tells of each load balancer, from AWS's answers to the JSON.

use std::fs;

use elb_audit_core::report::listener::TlsFloor;
use elb_audit_core::report::{ListenerSummary, Report};
use elb_audit_fake_aws::{
    Account, Certificate, ClassicListener, ClassicLoadBalancer, Condition, FakeAws, Fault,
    Listener, LoadBalancer, Region, Rule, TargetGroup, model::certificate::EPOCH,
};
use serde_json::{Value, json};

use crate::account::{NUMBER, OLD_POLICY};
use crate::program::{Done, Folder, Run};

/// An account with a secret in two rules, two certificates and a Classic load balancer.
fn account() -> Account {
    let secret = |text: &str| vec![text.to_owned()];
    let query = Condition::Query(vec![(Some("key".to_owned()), "hunter2".to_owned())]);
    let header = Condition::Header("X-Origin-Verify".to_owned(), secret("hunter2"));
    let web = LoadBalancer::application("web").internet_facing().listener(
        Listener::https(443)
            .certificate("web")
            .policy(OLD_POLICY)
            .rule(Rule::new(10).when(header).forward("web"))
            .rule(Rule::new(2).when(query).path("/a").forward("web"))
            .forward("web"),
    );
    let old = ClassicLoadBalancer::new("old").listener(ClassicListener::tcp(80));
    let region = Region::with_network()
        .with(web)
        .with(old)
        .with(Certificate::imported("web").expires(EPOCH + 1))
        .with(TargetGroup::http("web", 80).healthy("i-1").unhealthy("i-2"));
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

fn scan(fake: &FakeAws) -> Done {
    Run::on(fake, "scan --format json --fail-on never --retries 0").done().exits(0)
}

/// The first listener of a load balancer.
fn listener<'a>(report: &'a Report, name: &str) -> &'a ListenerSummary {
    let lb = report.load_balancers.iter().find(|lb| lb.name == name).unwrap();
    &lb.listeners.as_ref().unwrap()[0]
}

#[test]
fn rules_certificates_and_targets_are_told() {
    let fake = FakeAws::start(account());
    let done = scan(&fake);
    assert!(!done.stdout.contains("hunter2"));
    let saved = Run::on(&fake, "collect --retries 0 -o -").done().exits(0).stdout;
    assert!(saved.contains("X-Origin-Verify") && !saved.contains("hunter2"));
    let report = done.report();
    let web = listener(&report, "web");
    assert_eq!(
        (web.ssl_policy.as_deref(), web.tls_floor),
        (Some(OLD_POLICY), Some(TlsFloor::Tls10))
    );
    let rules = json!(web.rules);
    let priorities: Vec<&str> = web.rules.iter().flatten().map(|rule| &*rule.priority).collect();
    assert_eq!(priorities, ["2", "10", "default"]);
    let hash = "sha256:f52fbd32b2b3b86f";
    assert_eq!(rules[0]["conditions"][0]["values"], json!([format!("key={hash}")]));
    assert_eq!(rules[1]["conditions"][0]["values"], json!([hash]));
    assert_eq!(rules[1]["conditions"][0]["header"], "X-Origin-Verify");
    assert_eq!(rules[2]["end"]["target_groups"][0]["name"], "web");
    let certificate = &web.certificates.as_ref().unwrap()[0];
    assert!(certificate.default && certificate.not_after.unwrap().as_second() == EPOCH + 1);
    let members = json!(web.targets[0].members);
    assert_eq!(members[1]["reason"], "Target.Timeout");
    let lb = report.load_balancers.iter().find(|lb| lb.name == "web").unwrap();
    let counts = lb.targets();
    assert_eq!((counts.unhealthy, counts.all, counts.unread), (1, 2, false));
    let old = listener(&report, "old");
    assert_eq!((&old.rules, old.tls_floor), (&Some(Vec::new()), None));
    assert_eq!(old.targets[0].target_type.as_deref(), Some("instance"));
}

#[test]
fn what_aws_refuses_is_null() {
    let refused = [
        ("DescribeRules", "rules"),
        ("DescribeListenerCertificates", "certificates"),
        ("DescribeTargetHealth", "targets"),
    ];
    for (operation, field) in refused {
        let fake = FakeAws::start(account());
        fake.fault(Fault::deny(&format!("elbv2:{operation}")));
        let report = scan(&fake).report();
        let web = listener(&report, "web");
        let unread = [
            ("rules", web.rules.is_none()),
            ("certificates", web.certificates.is_none()),
            ("targets", web.targets[0].members.is_none()),
        ];
        for (name, unread) in unread {
            assert_eq!(unread, name == field, "{operation}: {name}");
        }
    }
}

#[test]
fn a_state_from_before_is_compared_with_and_replaced() {
    let folder = Folder::new();
    let state = folder.path("state.json");
    let fake = FakeAws::start(account());
    let scan = || {
        let command = "scan --format json --fail-on never --state";
        Run::on(&fake, command).arg(&state).done().exits(0).report()
    };
    let faults = scan().summary.faults.total();
    let mut old: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    old.as_object_mut().unwrap().remove("frameworks").unwrap();
    for lb in old["load_balancers"].as_array_mut().unwrap() {
        lb.as_object_mut().unwrap().remove("tls_floor").unwrap();
        for listener in lb["listeners"].as_array_mut().unwrap() {
            let listener = listener.as_object_mut().unwrap();
            for name in ["rules", "certificates", "ssl_policy", "tls_floor"] {
                listener.remove(name).unwrap();
            }
            for group in listener["targets"].as_array_mut().unwrap() {
                group.as_object_mut().unwrap().retain(|name, _| name == "name" || name == "health");
            }
        }
    }
    folder.file("state.json", &old.to_string());
    let report = scan();
    let compared = report.comparison.as_ref().unwrap();
    assert_eq!((compared.new, compared.unchanged, compared.resolved.len()), (0, faults, 0));
    let kept: Report = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    assert!(faults > 0 && listener(&kept, "web").rules.is_some());
}
