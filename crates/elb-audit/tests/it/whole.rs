//! Answers that a client may take for whole though they are not, or for what they do not say.

use elb_audit_fake_aws::{
    Account, FakeAws, Fault, LoadBalancer, NetworkInterface, Region, Spoil, Target, TargetGroup,
};

use crate::account::{NUMBER, account, watched};
use crate::compare::{no_flip, side_by_side};
use crate::program::{Folder, Run};

const SCAN: &str = "scan --persona auditor --strict --show-passed --format json --retries 0";

/// Calls whose answers are XML, by the SDK's clients and the small one.
const CALLS: [&str; 15] = [
    "elbv2:DescribeLoadBalancers",
    "elb:DescribeLoadBalancers",
    "elbv2:DescribeLoadBalancerAttributes",
    "elb:DescribeLoadBalancerAttributes",
    "elbv2:DescribeListeners",
    "elbv2:DescribeListenerAttributes",
    "elbv2:DescribeRules",
    "elbv2:DescribeTargetGroups",
    "elbv2:DescribeTargetHealth",
    "elb:DescribeInstanceHealth",
    "elbv2:DescribeTags",
    "elbv2:DescribeTrustStores",
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkInterfaces",
];

#[test]
fn a_cut_or_broken_answer_is_a_gap() {
    let whole = Run::on(&FakeAws::start(account()), SCAN).report();
    let mut cases = Vec::new();
    for (number, call) in CALLS.into_iter().enumerate() {
        let end = match call {
            "elb:DescribeLoadBalancerAttributes" => "</ConnectionDraining>",
            _ if call.starts_with("ec2:") => "</item>",
            _ => "</member>",
        };
        cases.push((call, Spoil::CutBefore(end)));
        // Every way for the first, one in turn for the others.
        let put = ["<<", "\u{1}", "<!-- ", "&nbsp;"].map(|what| Spoil::Put(what, end));
        let ways = put.into_iter().chain([Spoil::CutBefore("</")]).enumerate();
        let ways = ways.filter(|(way, _)| number == 0 || number % 5 == *way);
        cases.extend(ways.map(|(_, way)| (call, way)));
    }
    cases.push(("acm:*", Spoil::CutBefore("}")));
    cases.push(("wafv2:GetWebACL", Spoil::CutBefore("}")));
    cases.push(("cloudfront:ListDistributions", Spoil::CutBefore("</Items>")));
    cases.push(("route53:ListHostedZones", Spoil::CutBefore("</HostedZones>")));
    side_by_side(&cases, |(call, spoil)| {
        let fake = FakeAws::start(account());
        fake.fault(Fault::spoilt(call, spoil.clone()));
        let what = format!("{call}: {spoil:?}");
        let done = Run::on(&fake, SCAN).done();
        assert_eq!(done.code, 4, "{what}: {}", done.stderr);
        let report = done.report();
        no_flip(&whole, &report, &what);
        assert!(!report.gaps.is_empty(), "{what}");
        for gap in &report.gaps {
            assert!(gap.call == *call || gap.call.starts_with("acm:"), "{what}: {}", gap.call);
            assert!(gap.reason.starts_with("answer not understood: "), "{what}: {}", gap.reason);
        }
    });
}

#[test]
fn a_broken_answer_is_asked_for_again() {
    let fake = FakeAws::start(account());
    let whole = Run::on(&fake, SCAN).report();
    for call in
        ["elbv2:DescribeLoadBalancers", "ec2:DescribeSecurityGroups", "acm:SearchCertificates"]
    {
        let fake = FakeAws::start(account());
        fake.fault(Fault::spoilt(call, Spoil::CutBefore(">")).times(1));
        fake.fault(Fault::spoilt(call, Spoil::CutBefore("}")).times(1));
        let scan = SCAN.replace("--retries 0", "--retries 3");
        let report = Run::on(&fake, &scan).report();
        assert_eq!(report.gaps, whole.gaps, "{call}");
        assert_eq!(report.findings.len(), whole.findings.len(), "{call}");
    }
}

#[test]
fn who_asks_is_not_known_from_half_an_answer() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::spoilt("sts:GetCallerIdentity", Spoil::CutBefore("</Arn>")));
    let report = Run::on(&fake, SCAN).done().exits(4).report();
    let gap = report.gaps.iter().find(|gap| gap.call == "sts:GetCallerIdentity").unwrap();
    assert!(
        gap.reason.starts_with("answer not understood: the answer is not well-formed XML"),
        "{gap:?}"
    );
}

#[test]
fn an_attribute_without_key_or_value_makes_all_unknown() {
    let whole = Run::on(&FakeAws::start(account()), SCAN).report();
    let cases = [
        ("elbv2:DescribeLoadBalancerAttributes", "<Key>deletion_protection.enabled</Key>"),
        ("elbv2:DescribeLoadBalancerAttributes", "<Value>true</Value>"),
        ("elbv2:DescribeListenerAttributes", "<Key>routing.http.response.server.enabled</Key>"),
        ("elbv2:DescribeTargetGroupAttributes", "<Value>300</Value>"),
        ("elb:DescribeLoadBalancerAttributes", "<Key>elb.http.desyncmitigationmode</Key>"),
        ("elb:DescribeLoadBalancerPolicies", "<AttributeValue>true</AttributeValue>"),
    ];
    side_by_side(&cases, |(call, part)| {
        let fake = FakeAws::start(account());
        fake.fault(Fault::spoilt(call, Spoil::Replace(part, "")));
        let done = Run::on(&fake, SCAN).done();
        assert_eq!(done.code, 4, "{call}: {part}: {}", done.stderr);
        let report = done.report();
        no_flip(&whole, &report, call);
        let gap = report.gaps.iter().find(|gap| gap.call == *call);
        let gap = gap.unwrap_or_else(|| panic!("{call}: {part} leaves no gap"));
        let said = "answer not understood: an attribute without key or value";
        assert_eq!(gap.reason, said, "{call}: {part}");
    });
}

const KEY: &str = "ASIAI44QH8DHBEXAMPLE";
const SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
const TOKEN: &str = "FwoGZXIvYXdzEBYaDEXAMPLE/token+of/the==session";

/// Fails where a text tells of the credentials.
fn no_secret(what: &str, text: &str) {
    for secret in [KEY, SECRET, TOKEN, "FwoGZXIvYXdz", "%2Ftoken%2B", "Signature=0", "Signature=a"]
    {
        assert!(!text.contains(secret), "{what}: {secret} in {text}");
    }
    let signature = text.split("Signature=").nth(1).map(|rest| rest.chars().next());
    assert!(signature.is_none_or(|first| first == Some('[')), "{what}: {text}");
}

/// The program as this session.
fn as_session(fake: &FakeAws, arguments: &str) -> Run {
    Run::on(fake, arguments)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
}

#[test]
fn no_error_tells_of_the_credentials() {
    for call in ["elbv2:DescribeRules", "ec2:DescribeSecurityGroups", "acm:*", "iam:*", "logs:*"] {
        let (fake, folder) = (FakeAws::start(watched()), Folder::new());
        fake.fault(Fault::quote(call));
        fake.fault(Fault::quote("sns:Publish"));
        let state = folder.path("state.json");
        let scan = "scan --retries 0 --format json --verbose --notify \
                    sns:arn:aws:sns:eu-west-1:111122223333:alerts --state";
        let done = as_session(&fake, scan).arg(&state).done();
        assert!(done.stdout.contains("SignatureDoesNotMatch"), "{call}: {}", done.stdout);
        no_secret(call, &done.stdout);
        no_secret(call, &done.stderr);
        let saved = as_session(&fake, "collect --retries 0 -o -").done();
        assert!(saved.stdout.contains("SignatureDoesNotMatch"), "{call}");
        no_secret(call, &saved.stdout);
        no_secret(call, &saved.stderr);
        let text = as_session(&fake, "scan --retries 0 --format text").done();
        no_secret(call, &text.stdout);
    }
    // A state, once somebody could be told.
    let (fake, folder) = (FakeAws::start(watched()), Folder::new());
    fake.fault(Fault::quote("elbv2:DescribeRules"));
    let state = folder.path("state.json");
    let scan = "scan --retries 0 --notify sns:arn:aws:sns:eu-west-1:111122223333:alerts --state";
    as_session(&fake, scan).arg(&state).done();
    let kept = std::fs::read_to_string(&state).unwrap();
    assert!(kept.contains("SignatureDoesNotMatch"));
    no_secret("state", &kept);
    let sent = fake.log().into_iter().filter(|entry| entry.call() == "sns:Publish");
    let sent: Vec<String> = sent.map(|entry| entry.parameters["Message"].clone()).collect();
    assert!(!sent.is_empty());
    no_secret("alert", &sent.concat());
    // Nobody gets in.
    let fake = FakeAws::start(account());
    fake.fault(Fault::quote("*"));
    let done = as_session(&fake, "scan --retries 0").done();
    assert_eq!(done.code, 3, "{}", done.stderr);
    no_secret("nobody", &done.stderr);
}

#[test]
fn credentials_of_a_role_are_not_told_either() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::quote("elbv2:DescribeRules"));
    let scan = "scan --retries 0 --format json --role-arn arn:aws:iam::111122223333:role/reader";
    let report = as_session(&fake, scan).done();
    assert!(report.stdout.contains("SignatureDoesNotMatch"), "{}{}", report.stdout, report.stderr);
    for key in fake.log().iter().map(|entry| &entry.access_key).filter(|key| !key.is_empty()) {
        assert!(!report.stdout.contains(key.as_str()), "{key} is told");
    }
    no_secret("role", &report.stdout);
}

/// A pod on a node that a service manages: its interface is left out unless it is asked for.
fn pods() -> Account {
    let group = TargetGroup::of("pods", "HTTPS", 8443).by_ip();
    let group = group.target(Target::new("10.0.16.44", "unhealthy").port(8443));
    let web = LoadBalancer::application("web")
        .listener(elb_audit_fake_aws::Listener::http(80).forward("pods"));
    Account::new(NUMBER).only_its_regions().region(
        "eu-west-1",
        Region::with_network()
            .with(web)
            .with(group)
            .with(NetworkInterface::new("eni-node", "10.0.16.44").hidden()),
    )
}

#[test]
fn interfaces_that_a_service_manages_are_asked_for() {
    let scan = "scan --check target-stale --show-passed --format json --retries 0";
    let outcome = |fake: &FakeAws| {
        let report = Run::on(fake, scan).report();
        let found: Vec<_> = report.findings.iter().map(|one| one.outcome.word()).collect();
        (found.join(" "), report.gaps.len())
    };
    let fake = FakeAws::start(pods());
    assert_eq!(outcome(&fake), ("pass".to_owned(), 0));
    let log = fake.log();
    let mut asked = log.iter().filter(|entry| entry.call() == "ec2:DescribeNetworkInterfaces");
    assert!(asked.all(|entry| entry.parameters["IncludeManagedResources"] == "true"));
    // An endpoint that does not know the parameter is asked without it.
    let fake = FakeAws::start(pods());
    let said = "The parameter IncludeManagedResources is not recognized";
    let refusal = Fault::error("ec2:DescribeNetworkInterfaces", 400, "UnknownParameter", said);
    fake.fault(refusal.about("true"));
    assert_eq!(outcome(&fake), ("fail".to_owned(), 0), "what it hides cannot be known there");
    assert!(fake.count("ec2:DescribeNetworkInterfaces") > 1);
}
