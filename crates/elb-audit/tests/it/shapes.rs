//! Load balancers of unusual shape, and values that this version does not know.

use elb_audit_core::report::{Outcome, Report};
use elb_audit_fake_aws::{
    Account, Action, Certificate, Condition, FakeAws, Fault, Jwt, Listener, LoadBalancer, Region,
    Rule, Target, TargetGroup, TrustStore,
};

use crate::account::NUMBER;
use crate::compare::name_of;
use crate::program::Run;

const SCAN: &str = "scan --persona auditor --show-passed --format json --retries 0";

fn fake(region: Region) -> FakeAws {
    FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region))
}

fn scanned(region: Region) -> Report {
    Run::on(&fake(region), SCAN).report()
}

/// The outcomes of a check, in the report's order.
fn outcomes(report: &Report, check: &str) -> Vec<&'static str> {
    let of = report.findings.iter().filter(|finding| finding.check == check);
    of.map(|finding| finding.outcome.word()).collect()
}

fn behind(listener: Listener) -> Region {
    Region::with_network()
        .with(LoadBalancer::application("web").internet_facing().listener(listener))
        .with(TargetGroup::http("blue", 80).healthy("i-1"))
        .with(TargetGroup::http("green", 80))
}

#[test]
fn a_gateway_load_balancer() {
    let region = Region::with_network()
        .with(LoadBalancer::gateway("gwy").listener(Listener::gateway().forward("boxes")))
        .with(TargetGroup::geneve("boxes").healthy("i-1"));
    let report = scanned(region);
    let gateway = &report.load_balancers[0];
    assert_eq!(
        (gateway.kind.as_str(), &gateway.scheme, &gateway.dns_name),
        ("gateway", &None, &None)
    );
    assert_eq!(gateway.exposure.word(), "internal");
    assert_eq!((report.gaps.len(), report.summary.unknown), (0, 0));
    assert_eq!(outcomes(&report, "deletion-protection-off"), ["fail"]);
    assert_eq!(outcomes(&report, "no-targets"), ["pass"]);
}

#[test]
fn a_lambda_group() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    let region = behind(Listener::http(80).forward("lambda"))
        .with(TargetGroup::lambda("lambda").healthy(function));
    let report = scanned(region);
    assert_eq!(outcomes(&report, "listener-cleartext"), ["fail"]);
    assert_eq!(outcomes(&report, "target-unhealthy"), Vec::<&str>::new());
    assert_eq!((report.gaps.len(), report.summary.unknown), (0, 0));
}

#[test]
fn weighted_groups() {
    let all_off = Action::weighted(&[("blue", 0), ("green", 0)]);
    let report = scanned(behind(Listener::http(80).action(all_off)));
    assert_eq!(outcomes(&report, "listener-cleartext"), ["pass"]);
    assert_eq!(outcomes(&report, "rule-unserved"), ["fail"]);
    let one_on = Action::weighted(&[("blue", 0), ("green", 7)]);
    let report = scanned(behind(Listener::http(80).action(one_on)));
    assert_eq!(outcomes(&report, "listener-cleartext"), ["fail"]);
    assert_eq!(outcomes(&report, "no-targets"), ["pass"], "blue has a target");
    assert_eq!(outcomes(&report, "rule-unserved"), ["fail"]);
}

#[test]
fn rules_of_network_load_balancers() {
    let six = Rule::new(1).when(Condition::SourceIpType("ipv6".to_owned())).forward("six");
    let dual = LoadBalancer::network("dual").dualstack();
    let region = Region::with_network()
        .with(dual.listener(Listener::tcp(8443).rule(six).forward("four")))
        .with(LoadBalancer::network("single").listener(Listener::tcp(8443).forward("four")))
        .with_all([TargetGroup::tcp("four", 8443), TargetGroup::tcp("six", 8443).healthy("i-1")]);
    let fake = fake(region);
    let report = Run::on(&fake, SCAN).report();
    assert_eq!((report.gaps.len(), report.summary.unknown), (0, 0));
    assert!(fake.count("elbv2:DescribeRules") > 0);
    let asked = fake.log().into_iter().filter(|entry| entry.call() == "elbv2:DescribeRules");
    for entry in asked {
        assert!(entry.parameters["ListenerArn"].contains("/dual/"), "a single stack has no rules");
    }
    let found: Vec<_> = report.findings.iter().filter(|one| one.check == "no-targets").collect();
    let named = |name: &str| found.iter().find(|one| name_of(one) == name).unwrap();
    assert_eq!(named("dual").outcome, Outcome::Pass);
    assert_eq!(named("single").outcome, Outcome::Fail);
}

#[test]
fn tokens_quic_and_mutual_tls() {
    let token = Listener::https(443)
        .certificate("web")
        .mutual("verify", Some("clients"))
        .action(Action::Jwt(Jwt::default()))
        .forward("blue");
    let region = behind(token)
        .with(Certificate::issued("web"))
        .with(TrustStore::new("clients"))
        .with(LoadBalancer::network("net").listener(Listener::quic(443).forward("quic")))
        .with(TargetGroup::of("quic", "QUIC", 443).healthy("i-2"));
    let report = scanned(region);
    assert_eq!((report.gaps.len(), report.summary.unknown), (0, 0));
    assert_eq!(outcomes(&report, "mtls-expired-accepted"), ["pass"]);
    assert_eq!(outcomes(&report, "mtls-passthrough"), ["pass"]);
    assert_eq!(outcomes(&report, "access-logs-disabled"), ["fail"], "the one with QUIC has none");
    let labels: Vec<_> =
        report.load_balancers.iter().flat_map(|lb| lb.listeners.as_ref().unwrap()).collect();
    assert!(labels.iter().any(|listener| listener.label == "QUIC:443"));
}

#[test]
fn an_unknown_kind_of_load_balancer_is_named_and_not_judged() {
    let mut new = LoadBalancer::application("new");
    new.kind = "quantum".to_owned();
    let fake = fake(Region::with_network().with(new));
    let report = Run::on(&fake, &format!("{SCAN} --strict")).done().exits(4).report();
    assert_eq!(report.load_balancers[0].kind, "quantum");
    assert!(report.gaps[0].reason.contains("quantum"), "{:?}", report.gaps);
    assert_eq!(report.findings, Vec::new());
    let text = Run::on(&fake, "scan --details").done().stdout;
    let unjudged = text.split("Could not be assessed").nth(1).unwrap_or_default();
    assert!(unjudged.contains("quantum"), "{text}");
}

#[test]
fn unknown_words_are_kept_and_judged_as_unknown() {
    let teleport = Listener::http(80).action(Action::Other("teleport".to_owned()));
    let report = scanned(behind(teleport));
    assert_eq!(outcomes(&report, "listener-cleartext"), ["unknown"]);
    let report = scanned(behind(Listener::of("HTTP9", 80).forward("blue")));
    let listeners = report.load_balancers[0].listeners.as_ref().unwrap();
    assert_eq!(listeners[0].label, "HTTP9:80");
    let odd = TargetGroup::http("odd", 80).target(Target::new("i-1", "dreaming"));
    let report = scanned(behind(Listener::http(80).forward("odd")).with(odd));
    assert_eq!(outcomes(&report, "targets-all-unhealthy"), ["unknown"]);
    let policy = Listener::https(443).policy("ELBSecurityPolicy-2041-01").forward("blue");
    let report = scanned(behind(policy));
    assert_eq!(outcomes(&report, "tls-legacy-protocol"), ["unknown"]);
    let mut sideways = LoadBalancer::application("sideways").internet_facing();
    sideways.scheme = Some("sideways".to_owned());
    sideways.state = "pondering".to_owned();
    let report = scanned(Region::with_network().with(sideways));
    let lb = &report.load_balancers[0];
    assert_eq!((lb.scheme.as_deref(), lb.state.as_deref()), (Some("sideways"), Some("pondering")));
    assert_eq!(lb.exposure.word(), "unknown");
}

#[test]
fn unknown_attribute_values_are_unknown() {
    let odd = LoadBalancer::application("odd")
        .attribute("routing.http.desync_mitigation_mode", "paranoid")
        .attribute("deletion_protection.enabled", "perhaps")
        .attribute("access_logs.s3.enabled", "sometimes");
    let report = scanned(Region::with_network().with(odd));
    for check in ["desync-monitor", "deletion-protection-off", "access-logs-disabled"] {
        assert_eq!(outcomes(&report, check), ["unknown"], "{check}");
    }
}

fn gone(call: &str, code: &str, about: &str) -> Fault {
    Fault::error(call, 400, code, "One or more resources not found").about(about)
}

#[test]
fn a_load_balancer_deleted_meanwhile_is_a_note() {
    let fake =
        fake(behind(Listener::http(80).forward("blue")).with(LoadBalancer::application("doomed")));
    for call in ["elbv2:DescribeListeners", "elbv2:DescribeLoadBalancerAttributes"] {
        fake.fault(gone(call, "LoadBalancerNotFound", "/doomed/"));
    }
    let report = Run::on(&fake, SCAN).report();
    assert_eq!((report.gaps.len(), report.summary.load_balancers), (0, 1));
    assert_eq!(report.notes[0].text, "load balancer doomed was deleted during the scan");
    assert_eq!(report.notes[0].region.as_deref(), Some("eu-west-1"));
}

#[test]
fn a_listener_or_a_group_gone_meanwhile_is_a_gap() {
    for (call, code, check) in [
        ("elbv2:DescribeRules", "ListenerNotFound", "listener-cleartext"),
        ("elbv2:DescribeTargetHealth", "TargetGroupNotFound", "targets-all-unhealthy"),
    ] {
        let fake = fake(behind(Listener::http(80).forward("blue")));
        fake.fault(gone(call, code, "/web/").times(1));
        fake.fault(gone(call, code, "/blue/").times(1));
        let report = Run::on(&fake, SCAN).report();
        assert_eq!(report.gaps.len(), 1, "{:?}", report.gaps);
        assert_eq!(report.gaps[0].call, call);
        assert!(report.gaps[0].reason.starts_with("not found: "), "{:?}", report.gaps);
        assert!(outcomes(&report, check).contains(&"unknown"), "{check}");
    }
}

#[test]
fn a_policy_that_nobody_knows_hides_no_other() {
    let listener = |port, policy: &str| {
        Listener::https(port).certificate("web").policy(policy).forward("blue")
    };
    let shop = LoadBalancer::application("shop")
        .listener(listener(443, "ELBSecurityPolicy-2016-08"))
        .listener(listener(8443, "ELBSecurityPolicy-Of-Tomorrow"));
    let region = Region::with_network()
        .with(shop)
        .with(Certificate::issued("web"))
        .with(TargetGroup::http("blue", 80).healthy("i-1"));
    let report = scanned(region);
    let mut found = outcomes(&report, "tls-legacy-protocol");
    found.sort_unstable();
    assert_eq!(found, ["fail", "unknown"]);
    let told = report
        .findings
        .iter()
        .find(|one| one.check == "tls-legacy-protocol" && one.outcome == Outcome::Fail);
    let content = told.unwrap().evidence.0["policy_content"].as_str().unwrap();
    assert_eq!(content, "read from AWS");
    assert!(report.gaps.iter().all(|gap| gap.reason.contains("Of-Tomorrow")), "{:?}", report.gaps);
}
