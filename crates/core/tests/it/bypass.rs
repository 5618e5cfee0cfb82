//! Which requests get past a login, and by which way.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{
    Action, Condition, Inventory, Kind, Listener, MutualAuthentication, Region, Rule, Target,
    Transform,
};
use elb_audit_core::report::{Finding, Outcome};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Listing};

use crate::given::report_of;

pub(crate) fn check(id: &str) -> &'static Check {
    ALL.iter().find(|check| check.id == id).expect("a check of this id")
}

/// The verdicts of one check by listener: the request that gets past, or what it says instead.
pub(crate) fn verdicts(inventory: &Inventory, id: &str) -> Vec<String> {
    let mut findings = report_of(inventory, &[check(id)]).findings;
    findings.sort_by(|one, other| one.subject.label.cmp(&other.subject.label));
    findings.iter().map(words).collect()
}

fn words(finding: &Finding) -> String {
    let request = finding.evidence.0.get("request").and_then(|request| request.as_str());
    let host = "web-123.eu-west-1.elb.amazonaws.com";
    match finding.outcome {
        Outcome::Fail => format!("fail {}", request.unwrap_or_default().replace(host, "web")),
        Outcome::Note => format!("note {}", request.unwrap_or_default().replace(host, "web")),
        Outcome::Pass => "pass".to_owned(),
        Outcome::Unknown => "unknown".to_owned(),
    }
}

fn forward(number: u32, conditions: Vec<Condition>) -> Rule {
    sample::rule(Some(number), conditions, vec![sample::forward("web")])
}

fn log_in(number: u32, conditions: Vec<Condition>) -> Rule {
    sample::rule(Some(number), conditions, login::required("web"))
}

fn nothing() -> Vec<Action> {
    vec![sample::fixed_response("404")]
}

/// A listener with these rules that otherwise answers 404.
fn one(rules: Vec<Rule>) -> Inventory {
    both(rules, Vec::new())
}

/// A listener with these rules, and port 8443 with those.
fn both(first: Vec<Rule>, second: Vec<Rule>) -> Inventory {
    let mut all = vec![sample::ruled(sample::https(nothing()), first)];
    if !second.is_empty() {
        let other = sample::ruled(sample::https(nothing()), second);
        all.push(login::on_port(other, 8443));
    }
    sample::listening(&Kind::Application, all)
}

fn regex(field: &str, text: &str) -> Condition {
    Condition { regex_values: vec![text.to_owned()], ..sample::condition(field, &[]) }
}

fn header(name: &str, value: &str) -> Condition {
    Condition { header: Some(name.to_owned()), ..sample::condition("http-header", &[value]) }
}

fn all() -> Vec<Condition> {
    vec![sample::path(&["/*"])]
}

fn path(pattern: &str) -> Vec<Condition> {
    vec![sample::path(&[pattern])]
}

fn method(name: &str) -> Vec<Condition> {
    vec![sample::condition("http-request-method", &[name])]
}

#[test]
fn a_rule_on_the_same_listener_gets_past_or_does_not() {
    let table: Vec<(&str, Vec<Rule>, &str)> = vec![
        ("behind one that takes all", vec![log_in(1, all()), forward(2, path("/x"))], "pass"),
        ("before it", vec![forward(1, path("/x")), log_in(2, all())], "fail GET https://web/x"),
        (
            "by number, not by place",
            vec![log_in(2, all()), forward(1, path("/x"))],
            "fail GET https://web/x",
        ),
        ("other paths", vec![log_in(1, path("/admin/*")), forward(2, all())], "pass"),
        (
            "a path in both",
            vec![forward(1, path("/*.css")), log_in(2, path("/admin/*"))],
            "fail GET https://web/admin/.css",
        ),
        ("another method", vec![log_in(1, method("POST")), forward(2, method("GET"))], "pass"),
        (
            "any method",
            vec![log_in(1, [method("POST"), path("/a")].concat()), forward(2, path("/a"))],
            "pass",
        ),
        (
            "a host of its own",
            vec![
                log_in(1, vec![sample::host(&["app.example.com"])]),
                forward(2, vec![sample::host(&["www.example.com"])]),
            ],
            "pass",
        ),
        (
            "a host in both",
            vec![
                forward(1, vec![sample::host(&["*.example.com"])]),
                log_in(2, vec![sample::host(&["APP.example.*"])]),
            ],
            "fail GET https://app.example.com/",
        ),
        (
            "any other host",
            vec![log_in(1, vec![sample::host(&["app.example.com"])]), forward(2, all())],
            "fail GET https://web/",
        ),
        (
            "an expression before the login",
            vec![forward(1, vec![regex("path-pattern", "^/api/v[0-9]+/.*$")]), log_in(2, all())],
            "fail GET https://web/api/v0/x",
        ),
        (
            "an expression that is not understood",
            vec![forward(1, vec![regex("path-pattern", "^/(?=x).*$")]), log_in(2, all())],
            "unknown",
        ),
        (
            "a login for an expression",
            vec![log_in(1, vec![regex("path-pattern", "^/admin/.*$")]), forward(2, all())],
            "pass",
        ),
        (
            "weight 0",
            vec![
                sample::rule(
                    Some(1),
                    path("/x"),
                    vec![sample::forward_weighted(&[("web", Some(0)), ("other", Some(1))])],
                ),
                log_in(2, all()),
            ],
            "pass",
        ),
        (
            "an action that is not known",
            vec![
                sample::rule(
                    Some(1),
                    path("/x"),
                    vec![Action { kind: "teleport".into(), ..Action::default() }],
                ),
                log_in(2, all()),
            ],
            "unknown",
        ),
    ];
    for (title, rules, expected) in table {
        assert_eq!(verdicts(&one(rules), "authentication-bypass"), [expected], "{title}");
    }
}

#[test]
fn what_both_rules_ask_for_sets_none_apart() {
    let secret = || header("X-Origin-Verify", "sha256:8d969eef6ecad3c2");
    let office = || sample::condition("source-ip", &["198.51.100.0/24"]);
    let table: Vec<(&str, Vec<Condition>, Vec<Condition>, &str)> = vec![
        ("a secret for the open one", all(), vec![secret()], "pass"),
        (
            "the secret for both",
            vec![secret()],
            vec![secret()],
            "fail GET https://web:8443/ with header X-Origin-Verify",
        ),
        ("the office for the open one", all(), vec![office()], "pass"),
        (
            "the office for both",
            vec![office()],
            vec![office()],
            "fail GET https://web:8443/ from 198.51.100.0/24",
        ),
        (
            "a header that anyone sends",
            all(),
            vec![header("User-Agent", "*bot*")],
            "fail GET https://web:8443/ with header User-Agent",
        ),
        (
            "expressions of other paths",
            path("/admin/*"),
            vec![regex("path-pattern", "^/img/.*$")],
            "pass",
        ),
        (
            "expressions of some of the same",
            vec![regex("path-pattern", "^/[a-z]+/admin$")],
            vec![regex("path-pattern", "^/team/.*$")],
            "fail GET https://web:8443/team/admin",
        ),
        (
            "expressions of maybe the same",
            vec![regex("path-pattern", "^/[a-z]+/admin")],
            vec![regex("path-pattern", "^/team/admin/x$")],
            "unknown",
        ),
    ];
    for (title, locked, open, expected) in table {
        let inventory = both(vec![log_in(1, locked)], vec![forward(1, open)]);
        assert_eq!(verdicts(&inventory, "authentication-bypass"), ["pass", expected], "{title}");
    }
}

#[test]
fn another_proof_is_one_too_and_an_optional_login_is_another_question() {
    let mut verified = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
    verified.mutual_authentication = Some(MutualAuthentication {
        mode: Some("verify".into()),
        ..MutualAuthentication::default()
    });
    let token = login::on_port(sample::https(login::then_forward(login::token(), "web")), 8443);
    let mut optional = login::oidc();
    if let Some(own) = &mut optional.authentication {
        own.on_unauthenticated_request = Some("allow".to_owned());
    }
    let optional = login::on_port(sample::https(login::then_forward(optional, "web")), 8443);
    for other in [verified, token, optional] {
        let all = vec![sample::https(login::required("web")), other];
        let inventory = sample::listening(&Kind::Application, all);
        assert_eq!(verdicts(&inventory, "authentication-bypass"), ["pass", "pass"]);
    }
}

#[test]
fn a_policy_names_public_paths() {
    let inventory = one(vec![forward(1, path("/webhooks/*")), log_in(2, all())]);
    let mut options = Options { show_passed: true, ..Options::at(sample::now()) };
    let check = &[check("authentication-bypass")];
    let outcome = |options: &Options| audit(&inventory, check, options).findings[0].outcome;
    assert_eq!(outcome(&options), Outcome::Fail);
    options.policy.intent.public_paths = vec!["/webhook*".to_owned()];
    assert_eq!(outcome(&options), Outcome::Pass);
    options.policy.intent.public_paths = vec!["/webhooks/x".to_owned()];
    assert_eq!(outcome(&options), Outcome::Fail, "a part of a path makes not all of it public");
}

fn transformed(kind: &str, regex: &str, text: &str, rule: Rule) -> Rule {
    let rewrites = vec![(regex.to_owned(), text.to_owned())];
    Rule { transforms: vec![Transform { kind: kind.into(), rewrites }], ..rule }
}

#[test]
fn a_rewrite_decides_what_the_target_sees() {
    let public =
        |text| transformed("url-rewrite", "^/public/(.*)$", text, forward(2, path("/public/*")));
    let host = transformed(
        "host-header-rewrite",
        "^www",
        "app",
        forward(2, vec![sample::host(&["www.example.com"])]),
    );
    let app = || vec![sample::host(&["app.example.com"])];
    let table = [
        (path("/admin/*"), public("/$1"), "pass", "note GET https://web/public/admin/x"),
        (path("/admin/*"), public("/$1_"), "pass", "note GET https://web/public/admin/x"),
        (path("/admin/*"), public("/open/$1"), "pass", "pass"),
        (app(), host, "pass", "note GET https://www.example.com/"),
    ];
    for (locked, open, past, seen) in table {
        let inventory = one(vec![log_in(1, locked), open]);
        assert_eq!(verdicts(&inventory, "authentication-bypass"), [past], "{seen}");
        assert_eq!(verdicts(&inventory, "rule-rewrite-bypass"), [seen], "{past}");
    }
    // Where the login stands before every path, it does not matter what becomes of one.
    let inventory = both(vec![log_in(1, all())], vec![public("/$1")]);
    let past = "fail GET https://web:8443/public/x";
    assert_eq!(verdicts(&inventory, "authentication-bypass"), ["pass", past]);
}

/// Port 443 of `web` logs in, and a second load balancer has what is hidden.
fn beside(change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![sample::https(vec![sample::forward("web")])], |region| {
        let mut hidden = sample::https(login::required("web"));
        hidden.rules = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
        login::add(region, &Kind::Application, "other", vec![hidden]);
        change(region);
    })
}

fn names_other(region: &mut Region) {
    let arn = sample::arn(&Kind::Application, "other");
    sample::regroup(region, "web", |group| group.load_balancer_arns.push(arn));
}

#[test]
fn unread_rules_hide_a_login_where_their_load_balancer_routes_to() {
    let own = |inventory: &Inventory| {
        let report = report_of(inventory, &[check("authentication-bypass")]);
        let own = report
            .findings
            .iter()
            .find(|finding| finding.load_balancer.as_ref().is_some_and(|lb| lb.name == "web"));
        own.map(|finding| finding.outcome)
    };
    assert_eq!(own(&beside(|_| ())), None, "the group is none of its");
    assert_eq!(own(&beside(names_other)), Some(Outcome::Unknown));
    let unlisted = |change: fn(&mut Region)| {
        let mut inventory = beside(change);
        let region = &mut inventory.accounts[0].regions[0];
        region.v2 = Listing {
            items: vec![region.v2.items.remove(0)],
            rest: Fact::Unread(sample::denied(Call::ElbV2DescribeLoadBalancers)),
        };
        own(&inventory)
    };
    assert_eq!(unlisted(|_| ()), None, "every load balancer that the group names is listed");
    assert_eq!(unlisted(names_other), Some(Outcome::Unknown));
}

/// A login in front of `web` on port 443, and group `second` behind port 8443.
fn second(change: impl Fn(&mut elb_audit_core::inventory::TargetGroup)) -> Inventory {
    second_behind(login::on_port(sample::https(vec![sample::forward("second")]), 8443), |region| {
        sample::regroup(region, "second", |group| change(group));
    })
}

fn second_behind(listener: Listener, change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![sample::https(login::required("web")), listener], |region| {
        sample::add_groups(region, &Kind::Application, &["second"]);
        change(region);
    })
}

fn registered(id: &str, port: Option<u16>, state: &str) -> Fact<Vec<Target>> {
    Fact::Known(vec![Target { port, ..sample::target(id, state) }])
}

#[test]
fn a_target_is_the_same_by_id_and_port() {
    let id = "authentication-bypass-elsewhere";
    let table = [
        ("the same", registered("i-1", Some(8443), "healthy"), true),
        ("the group's port", registered("i-1", None, "healthy"), true),
        ("another port", registered("i-1", Some(9000), "healthy"), false),
        ("another instance", registered("i-9", Some(8443), "healthy"), false),
        ("on its way out", registered("i-1", Some(8443), "draining"), false),
    ];
    for (title, targets, same) in table {
        let inventory = second(|group| group.targets = targets.clone());
        let expected: &[&str] = if same { &["fail GET https://web:8443/"] } else { &[] };
        let found = verdicts(&inventory, id);
        assert_eq!(found, expected, "{title}");
    }
}

#[test]
fn an_address_is_one_of_its_vpc_and_a_function_is_itself() {
    let id = "authentication-bypass-elsewhere";
    let typed = |kind: &str, target: &str, vpcs: [&str; 2]| {
        let mut inventory = second(|_| ());
        let region = &mut inventory.accounts[0].regions[0];
        for (name, vpc) in [("web", vpcs[0]), ("second", vpcs[1])] {
            sample::regroup(region, name, |group| {
                group.target_type = Some(kind.into());
                group.vpc_id = Some(vpc.to_owned());
                group.targets = registered(target, None, "healthy");
            });
        }
        verdicts(&inventory, id).len()
    };
    assert_eq!(typed("ip", "10.0.1.5", ["vpc-1", "vpc-1"]), 1);
    assert_eq!(typed("ip", "10.0.1.5", ["vpc-1", "vpc-2"]), 0);
    assert_eq!(typed("instance", "i-1", ["vpc-1", "vpc-2"]), 1, "an instance has one VPC");
    assert_eq!(typed("lambda", "arn:aws:lambda:eu-west-1:1:function:f", ["vpc-1", "vpc-1"]), 1);
}

#[test]
fn a_datagram_is_not_for_the_same_service() {
    let by = |protocol: &str| {
        let inventory = login::listening(vec![sample::https(login::required("web"))], |region| {
            let open = sample::listener(protocol, 8443, vec![sample::forward("second")]);
            login::add(region, &Kind::Network, "direct", vec![open]);
            sample::add_groups(region, &Kind::Application, &["second"]);
        });
        verdicts(&inventory, "authentication-bypass-elsewhere")
    };
    let host = "direct-456.eu-west-1.elb.amazonaws.com:8443";
    assert_eq!(by("TCP"), [format!("fail TCP {host}")]);
    assert_eq!(by("TCP_UDP"), [format!("fail TCP_UDP {host}")]);
    assert!(by("UDP").is_empty());
}

#[test]
fn a_classic_listener_sends_to_its_instance_port() {
    let by = |side: Option<&str>| {
        let inventory = login::listening(vec![sample::https(login::required("web"))], |region| {
            let mut open = sample::classic_listener("TCP", 9443);
            open.instance_side = side.map(str::to_owned);
            login::add(region, &Kind::Classic, "old", vec![open]);
        });
        verdicts(&inventory, "authentication-bypass-elsewhere")
    };
    let past = "fail TCP old-456.eu-west-1.elb.amazonaws.com:9443";
    assert_eq!(by(Some("TCP:8443")), [past]);
    assert!(by(Some("TCP:9000")).is_empty());
    assert_eq!(by(None), ["unknown"]);
}
