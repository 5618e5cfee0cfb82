//! Each kind of fault, in the shape of each protocol.

use std::io::ErrorKind;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use elb_audit_fake_aws::{Alter, FakeAws, Fault, Kind, Markers, RateLimit};

use crate::client::Client;
use crate::everything::account;

/// One call of each protocol.
const CALLS: [&str; 5] = [
    "elb:DescribeLoadBalancers",
    "elbv2:DescribeLoadBalancers",
    "ec2:DescribeSubnets",
    "acm:ListCertificates",
    "logs:DescribeDeliveries",
];

/// What `fault` makes of a call: status and code.
fn struck(fault: fn(&str) -> Fault, call: &str) -> (u16, String) {
    let fake = FakeAws::start(account());
    fake.fault(fault(call));
    let reply = Client::new(&fake).ask(call, "");
    let code = reply.value("Code").or(reply.value("__type")).unwrap_or_default().to_owned();
    assert_eq!(fake.log()[0].status, Some(reply.status));
    (reply.status, code)
}

fn expect(fault: fn(&str) -> Fault, answers: [(u16, &str); 5]) {
    for (call, (status, code)) in CALLS.into_iter().zip(answers) {
        assert_eq!(struck(fault, call), (status, code.to_owned()), "{call}");
    }
}

#[test]
fn denial() {
    expect(
        Fault::deny,
        [
            (403, "AccessDenied"),
            (403, "AccessDenied"),
            (403, "UnauthorizedOperation"),
            (400, "AccessDeniedException"),
            (400, "AccessDeniedException"),
        ],
    );
}

#[test]
fn a_denial_names_the_caller_and_the_action() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("elbv2:DescribeRules"));
    let reply = Client::new(&fake).ask("elbv2:DescribeRules", "");
    let said = "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: elasticloadbalancing:DescribeRules";
    assert!(reply.value("Message").unwrap().starts_with(said), "{}", reply.body);
}

#[test]
fn throttling() {
    expect(
        Fault::throttle,
        [
            (400, "Throttling"),
            (400, "ThrottlingException"),
            (503, "RequestLimitExceeded"),
            (400, "ThrottlingException"),
            (400, "ThrottlingException"),
        ],
    );
}

#[test]
fn server_errors() {
    expect(Fault::server_error, [(503, "ServiceUnavailable"); 5]);
}

#[test]
fn any_error() {
    let fault = |call: &str| Fault::error(call, 403, "ExpiredToken", "The token has expired");
    expect(fault, [(403, "ExpiredToken"); 5]);
}

#[test]
fn garbage_is_a_good_status_with_a_bad_body() {
    for call in CALLS {
        let fake = FakeAws::start(account());
        fake.fault(Fault::garbage(call));
        let reply = Client::new(&fake).ask(call, "");
        assert!(
            reply.status == 200
                && !reply.body.contains("requestId")
                && !reply.body.ends_with(['>', '}'])
        );
    }
}

#[test]
fn truncation_cuts_the_body_short() {
    for call in CALLS {
        let fake = FakeAws::start(account());
        fake.fault(Fault::truncated(call));
        let reply = Client::new(&fake).ask(call, "");
        assert!(reply.status == 200 && !reply.whole && !reply.body.is_empty(), "{call}: {reply:?}");
    }
}

#[test]
fn a_reset_gives_no_answer_at_once() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::reset("*"));
    let reply = Client::new(&fake).ask("acm:ListCertificates", "");
    assert_eq!((reply.status, reply.body.as_str()), (0, ""));
    assert_eq!(reply.ended, Some(ErrorKind::ConnectionReset));
    assert_eq!(fake.log()[0].status, None);
}

#[test]
fn a_hang_gives_no_answer_while_others_get_theirs() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::hang("acm:*"));
    let before = Instant::now();
    assert_eq!(Client::new(&fake).ask("acm:ListCertificates", "").status, 0);
    assert!(before.elapsed() >= Duration::from_millis(250), "it did not wait");
    assert_eq!(Client::new(&fake).ask("elb:DescribeLoadBalancers", "").status, 200);
    assert_eq!(fake.log()[0].status, None);
}

#[test]
fn a_fault_strikes_only_where_it_is_planted() {
    let fake = FakeAws::start(account());
    fake.fault(
        Fault::deny("elbv2:DescribeLoadBalancers")
            .in_region("us-east-1")
            .about("we")
            .times(2)
            .after(1),
    );
    let client = Client { region: "us-east-1", ..Client::new(&fake) };
    let ask = |client: Client<'_>, call: &str, name: &str| {
        client.ask(call, &format!("Names.member.1={name}")).status
    };
    assert_eq!(
        ask(Client::new(&fake), "elbv2:DescribeLoadBalancers", "web"),
        200,
        "another region"
    );
    assert_eq!(
        ask(client, "elbv2:DescribeTargetGroups", "web"),
        400,
        "another operation: not found"
    );
    assert_eq!(
        ask(client, "elbv2:DescribeLoadBalancers", "net"),
        400,
        "another resource: not found"
    );
    let statuses: Vec<u16> =
        (0..4).map(|_| ask(client, "elbv2:DescribeLoadBalancers", "web")).collect();
    assert_eq!(statuses, [400, 403, 403, 400], "one passes, two are denied");
}

#[test]
fn an_iam_action_means_both_generations() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("elasticloadbalancing:DescribeLoadBalancers"));
    assert_eq!(Client::new(&fake).ask("elb:DescribeLoadBalancers", "").status, 403);
    assert_eq!(Client::new(&fake).ask("elbv2:DescribeLoadBalancers", "").status, 403);
    assert_eq!(fake.count("elasticloadbalancing:*"), 2);
    assert_eq!(fake.count("elb:*"), 1);
}

#[test]
fn a_bucket_empties_and_refills() {
    let fake = FakeAws::start(account());
    fake.rate_limit(RateLimit::new("elbv2:*", 2, 1.0));
    fake.advance(Duration::ZERO);
    let client = Client::new(&fake);
    let asked = |client: Client<'_>| client.ask("elbv2:DescribeTargetGroups", "").status;
    assert_eq!([asked(client), asked(client), asked(client)], [200, 200, 400]);
    assert_eq!(asked(Client { region: "us-east-1", ..client }), 200, "each region has its own");
    assert_eq!(client.ask("elb:DescribeLoadBalancers", "").status, 200, "each family has its own");
    fake.advance(Duration::from_secs(1));
    assert_eq!([asked(client), asked(client)], [200, 400]);
}

#[test]
fn latency_keeps_every_answer_back() {
    let fake = FakeAws::start(account());
    fake.latency(Duration::from_millis(60));
    let before = Instant::now();
    assert_eq!(Client::new(&fake).ask("elb:DescribeLoadBalancers", "").status, 200);
    assert!(before.elapsed() >= Duration::from_millis(60));
}

fn asked(kind: Kind, call: &str, parameters: &str) -> crate::client::Reply {
    let fake = FakeAws::start(account());
    fake.fault(Fault::new(call, kind));
    Client::new(&fake).ask(call, parameters)
}

#[test]
fn pages_that_do_not_end_lead_on_in_every_shape() {
    let calls = ["elb:DescribeLoadBalancers", "ec2:DescribeSubnets", "acm:ListCertificates"];
    for (call, name) in calls.into_iter().zip(["NextMarker", "nextToken", "NextToken"]) {
        let fake = FakeAws::start(account());
        fake.fault(Fault::new(call, Kind::Pages(Markers::New, 1000)));
        let next = || {
            let reply = Client::new(&fake).ask(call, "");
            assert!(reply.body.len() > 1000, "{call}");
            reply.value(name).map(str::to_owned)
        };
        let first = next();
        assert!(first.is_some() && first != next(), "{call}: {first:?}");
        let in_turn = |marker: &str| {
            let marker = if call.starts_with("acm") {
                format!(r#"{{"NextToken": "{marker}"}}"#)
            } else {
                format!("Marker={marker}&NextToken={marker}")
            };
            let reply = asked(Kind::Pages(Markers::InTurn, 0), call, &marker);
            reply.value(name).map(str::to_owned)
        };
        let [a, b] = ["a.example.com.", "b.example.com."].map(|one| Some(one.to_owned()));
        assert_eq!(
            [in_turn("x"), in_turn("a.example.com."), in_turn("b.example.com.")],
            [a.clone(), b, a]
        );
    }
}

#[test]
fn an_altered_answer_is_whole() {
    for call in CALLS {
        let reply = asked(Kind::Altered(Alter::NewField), call, "");
        assert!(reply.status == 200 && reply.whole && reply.body.contains("Unheard"), "{call}");
    }
}

#[test]
fn a_skewed_clock_refuses_and_tells_its_time() {
    let signed = |ahead: i64| {
        let fake = FakeAws::start(account());
        fake.fault(Fault::new("acm:ListCertificates", Kind::Skewed(ahead)));
        let list = "x-amz-target: CertificateManager.ListCertificates\r\n";
        let header = format!("{list}x-amz-date: 20260101T000000Z\r\n");
        Client::new(&fake).rest("acm", "POST /", &header)
    };
    let skewed = signed(7200);
    assert_eq!((skewed.status, skewed.value("__type")), (403, Some("RequestTimeTooSkewed")));
    assert!(skewed.head.contains("\ndate: ") && skewed.head.contains(" GMT"), "{}", skewed.head);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    // The time that the request was signed at.
    let right = signed(1_767_225_600 - i64::try_from(now).unwrap());
    assert!(right.status == 200 && right.head.contains("\ndate: Thu, 01 Jan 2026 "), "{right:?}");
    let dated = asked(Kind::Dated(7200), "acm:ListCertificates", "");
    assert!(dated.status == 200 && dated.head.contains("\ndate: "));
}

#[test]
fn a_redirect_names_another_address() {
    let to = "http://example.com/".to_owned();
    let reply = asked(Kind::Redirect(307, to), "acm:ListCertificates", "");
    assert_eq!(reply.status, 307);
    assert!(reply.head.contains("location: http://example.com/"), "{}", reply.head);
    let reply = asked(Kind::Elsewhere("eu-north-1".to_owned()), "elb:DescribeLoadBalancers", "");
    assert!(reply.status == 301 && reply.head.contains("x-amz-bucket-region: eu-north-1"));
}

#[test]
fn what_spreads_strikes_every_call_after_the_first() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("elb:DescribeLoadBalancers").after(1).and_all_after());
    let ask = |call: &str| Client::new(&fake).ask(call, "").status;
    let [listed, others] = ["elb:DescribeLoadBalancers", "elbv2:DescribeLoadBalancers"];
    assert_eq!([others, listed, others, listed, others].map(ask), [200, 200, 200, 403, 403]);
}
