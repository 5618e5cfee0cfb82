//! Which rules are alive, where they lead, and the request that shows it.

use elb_audit_core::analysis::routing::{self, End};
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Action, Condition, Kind, Listener, LoadBalancer, Rule, Transform};

use crate::bypass::check;
use crate::given::report_of;

fn lb() -> LoadBalancer {
    sample::load_balancer(&Kind::Application)
}

fn listener(rules: Vec<Rule>) -> Listener {
    sample::ruled(sample::listener("HTTP", 80, vec![sample::fixed_response("404")]), rules)
}

fn forward(priority: u32, conditions: Vec<Condition>) -> Rule {
    sample::rule(Some(priority), conditions, vec![sample::forward("web")])
}

fn alive(lb: &LoadBalancer, conditions: Vec<Condition>) -> Vec<String> {
    let listener = listener(vec![forward(5, conditions)]);
    let routes = routing::live(lb, &listener).expect("rules are known");
    routes.into_iter().map(|route| route.label).collect()
}

#[test]
fn nothing_is_alive_behind_a_rule_that_takes_everything() {
    let source = |values: &[&str]| sample::condition("source-ip", values);
    let whole: Vec<Vec<Condition>> = vec![
        vec![],
        vec![sample::path(&["*"])],
        vec![sample::path(&["/*"])],
        vec![sample::path(&["/x", "/*"])],
        vec![sample::host(&["*"])],
        vec![sample::host(&["*"]), sample::path(&["/*"])],
        vec![source(&["0.0.0.0/0"])],
        vec![source(&["0.0.0.0/1", "128.0.0.0/1"])],
    ];
    for conditions in whole {
        assert_eq!(alive(&lb(), conditions.clone()), ["rule 5"], "{conditions:?}");
    }
    let header =
        Condition { header: Some("X-Any".to_owned()), ..sample::condition("http-header", &["*"]) };
    let partial: Vec<Vec<Condition>> = vec![
        vec![sample::path(&["/x*"])],
        vec![sample::host(&["*.example.com"])],
        vec![sample::host(&["*"]), sample::path(&["/api/*"])],
        vec![source(&["10.0.0.0/8"])],
        vec![header],
        vec![sample::condition("query-string", &["*"])],
        vec![sample::condition("phase-of-the-moon", &["*"])],
    ];
    for conditions in partial {
        let labels = alive(&lb(), conditions.clone());
        assert_eq!(labels, ["rule 5", "default rule"], "{conditions:?}");
    }
}

#[test]
fn a_source_condition_has_to_take_both_families_where_there_are_two() {
    let mut dual = lb();
    dual.ip_address_type = Some("dualstack".into());
    let source = |values: &[&str]| vec![sample::condition("source-ip", values)];
    assert_eq!(alive(&dual, source(&["0.0.0.0/0"])).len(), 2);
    assert_eq!(alive(&dual, source(&["0.0.0.0/0", "::/0"])).len(), 1);
}

#[test]
fn priority_orders_rules_and_order_orders_actions() {
    let login = Action { kind: "authenticate-oidc".into(), order: Some(1), ..Action::default() };
    let last = Action { order: Some(2), ..sample::forward("web") };
    let rules = vec![
        sample::rule(Some(20), vec![sample::path(&["/b"])], vec![last, login]),
        forward(3, vec![sample::path(&["/a"])]),
    ];
    let listener = listener(rules);
    let routes = routing::live(&lb(), &listener).unwrap();
    let labels: Vec<&str> = routes.iter().map(|route| route.label.as_str()).collect();
    assert_eq!(labels, ["rule 3", "rule 20", "default rule"]);
    assert!(matches!(routes[1].end, End::Forward(_)));
    assert_eq!(routes[1].before().count(), 1);
    assert_eq!(routes[2].end, End::Answer);
}

#[test]
fn weights_decide_which_groups_count() {
    let weights = [("a", None), ("b", Some(0)), ("c", Some(7))];
    let action = sample::forward_weighted(&weights);
    let names: Vec<&str> = routing::weighted(&action).map(routing::group_name).collect();
    assert_eq!(names, ["a", "c"]);
}

#[test]
fn an_unknown_action_is_unknown_wherever_it_stands() {
    let odd = |order| Action { kind: "teleport".into(), order: Some(order), ..Action::default() };
    for order in [1, 9] {
        let actions = vec![odd(order), Action { order: Some(5), ..sample::forward("web") }];
        let listener = listener(vec![sample::rule(Some(1), vec![sample::path(&["/x"])], actions)]);
        let routes = routing::live(&lb(), &listener).unwrap();
        assert!(matches!(routes[0].end, End::Unknown(_)), "{order}");
    }
    let listener = listener(vec![sample::rule(Some(1), Vec::new(), Vec::new())]);
    assert!(matches!(routing::live(&lb(), &listener).unwrap()[0].end, End::Unknown(_)));
}

#[test]
fn only_the_proofs_of_a_certificate_authority_are_exempt() {
    let exempt = |conditions: Vec<Condition>, transforms: &[&str]| {
        let mut rule = forward(1, conditions);
        rule.transforms = transforms
            .iter()
            .map(|kind| Transform { kind: (*kind).into(), rewrites: Vec::new() })
            .collect();
        let listener = listener(vec![rule]);
        routing::live(&lb(), &listener).expect("known")[0].is_acme_only()
    };
    let acme = "/.well-known/acme-challenge/*";
    let regex = |text: &str| Condition {
        regex_values: vec![text.to_owned()],
        ..sample::condition("path-pattern", &[])
    };
    assert!(exempt(vec![sample::path(&[acme])], &[]));
    assert!(exempt(vec![sample::path(&[acme]), sample::host(&["*"])], &[]));
    assert!(exempt(vec![sample::path(&[acme])], &["host-header-rewrite"]));
    assert!(exempt(vec![regex(r"^/\.well-known/acme-challenge/.*$")], &[]));
    assert!(!exempt(vec![sample::path(&[acme])], &["url-rewrite"]));
    assert!(!exempt(vec![sample::path(&[acme, "/login"])], &[]));
    assert!(!exempt(vec![sample::path(&["/.well-known/*"])], &[]));
    assert!(!exempt(vec![sample::host(&[acme])], &[]));
    assert!(!exempt(vec![regex(r"^/\.well-known/acme-challenge/.*$|^/login$")], &[]));
    assert!(!exempt(Vec::new(), &[]));
}

#[test]
fn a_request_shows_what_a_rule_takes() {
    let header = Condition {
        header: Some("X-Origin-Verify".to_owned()),
        ..sample::condition("http-header", &["hunter2"])
    };
    let own = "web-123.eu-west-1.elb.amazonaws.com";
    let table: Vec<(Vec<Condition>, String)> = vec![
        (vec![sample::path(&["/api/*"])], format!("GET http://{own}/api/x")),
        (vec![sample::host(&["*.example.com"])], "GET http://www.example.com/".to_owned()),
        (
            vec![sample::condition("http-request-method", &["PUT"]), sample::path(&["/a?"])],
            format!("PUT http://{own}/ax"),
        ),
        (vec![sample::condition("query-string", &["page=*"])], format!("GET http://{own}/?page=x")),
        (
            vec![sample::condition("query-string", &["api_token=hunter2"])],
            format!("GET http://{own}/?api_token=…"),
        ),
        (vec![header], format!("GET http://{own}/ with header X-Origin-Verify")),
        (
            vec![sample::condition("source-ip", &["198.51.100.0/24"])],
            format!("GET http://{own}/ from 198.51.100.0/24"),
        ),
    ];
    let regex = |text: &str| Condition {
        regex_values: vec![text.to_owned()],
        ..sample::condition("path-pattern", &[])
    };
    let regexes = vec![
        (regex("^/v[0-9]/(users|orders)$"), format!("GET http://{own}/v0/users")),
        (
            regex("^/(?=x)"), // not one that AWS takes either
            format!("GET http://{own}/ with path-pattern matching ^/(?=x)"),
        ),
    ];
    let regexes = regexes.into_iter().map(|(condition, expected)| (vec![condition], expected));
    for (conditions, expected) in table.into_iter().chain(regexes) {
        let listener = listener(vec![forward(1, conditions)]);
        let routes = routing::live(&lb(), &listener).unwrap();
        let request = routes[0].request(&[], &lb(), &listener);
        assert_eq!(request, expected);
        assert!(!request.contains("hunter2"), "{request}");
    }
}

#[test]
fn a_request_is_not_taken_by_an_earlier_rule() {
    let listener = listener(vec![forward(1, vec![sample::path(&["/", "/index.*"])])]);
    let routes = routing::live(&lb(), &listener).unwrap();
    let request = routes[1].request(&routes[..1], &lb(), &listener);
    assert_eq!(request, "GET http://web-123.eu-west-1.elb.amazonaws.com/any/path");
}

#[test]
fn a_rule_behind_one_that_takes_all_it_asks_for_is_dead() {
    let path = |values: &[&str]| sample::path(values);
    let host = |values: &[&str]| sample::host(values);
    let header =
        Condition { header: Some("X-Any".to_owned()), ..sample::condition("http-header", &["v"]) };
    let dead: Vec<(Vec<Condition>, Vec<Condition>)> = vec![
        (vec![path(&["/api*"])], vec![path(&["/api/v2/*"])]),
        (vec![path(&["/api*"])], vec![path(&["/api/v2/*", "/apis"]), host(&["a.example.com"])]),
        (vec![host(&["*.Example.com"])], vec![host(&["a.example.COM"])]),
        (vec![path(&["/a?"])], vec![path(&["/a?"])]),
        (vec![header.clone()], vec![header.clone(), path(&["/x"])]),
    ];
    for (first, second) in dead {
        let listener = listener(vec![forward(1, first.clone()), forward(2, second.clone())]);
        let routes = routing::live(&lb(), &listener).unwrap();
        let labels: Vec<&str> = routes.iter().map(|route| route.label.as_str()).collect();
        assert_eq!(labels, ["rule 1", "default rule"], "{first:?} {second:?}");
    }
    let alive: Vec<(Vec<Condition>, Vec<Condition>)> = vec![
        (vec![path(&["/api/v2/*"])], vec![path(&["/api*"])]),
        (vec![path(&["/a?"])], vec![path(&["/a*"])]),
        (vec![path(&["/API*"])], vec![path(&["/api/*"])]),
        (vec![path(&["/api*"])], vec![path(&["/api/*", "/b"])]),
        (vec![path(&["/api*"]), header], vec![path(&["/api/*"])]),
        (vec![path(&["/api*"])], vec![host(&["/api/v2"])]),
        (
            vec![sample::condition("query-string", &["a*"])],
            vec![sample::condition("query-string", &["a=b"])],
        ),
    ];
    for (first, second) in alive {
        let listener = listener(vec![forward(1, first.clone()), forward(2, second.clone())]);
        assert_eq!(routing::live(&lb(), &listener).unwrap().len(), 3, "{first:?} {second:?}");
    }
}

#[test]
fn a_dead_rule_says_which_one_takes_its_requests() {
    let path = |values: &[&str]| vec![sample::path(values)];
    let listener = listener(vec![
        forward(1, path(&["/a"])),
        forward(2, path(&["/b*"])),
        forward(3, path(&["/b/c"])),
        forward(4, path(&["/*"])),
        forward(5, path(&["/d"])),
    ]);
    let rules = routing::rules(&lb(), &listener).unwrap();
    let dead: Vec<(&str, &str)> = rules
        .shadowed
        .iter()
        .map(|dead| {
            (dead.route.label.as_str(), rules.live[dead.alone.expect("one")].label.as_str())
        })
        .collect();
    assert_eq!(dead, [("rule 3", "rule 2"), ("rule 5", "rule 4")]);
    assert_eq!(rules.live.len(), 3, "the default rule is left with nothing");
}

#[test]
fn a_dead_rule_names_all_that_take_its_requests_together() {
    let source = |block: &str| vec![sample::condition("source-ip", &[block])];
    let path = |value: &str| vec![sample::path(&[value])];
    let said = |rules: Vec<Rule>| {
        let inventory = sample::listening(&Kind::Application, vec![listener(rules)]);
        let report = report_of(&inventory, &[check("rule-shadowed")]);
        let [finding] = &report.findings[..] else { panic!("one finding") };
        let value = |name: &str| finding.evidence.0.get(name).map(ToString::to_string);
        (value("rule"), value("shadowed_by"), value("takes"))
    };
    let text = |text: &str| Some(text.to_owned());
    let together = vec![
        forward(1, path("/b")),
        forward(2, source("0.0.0.0/1")),
        forward(3, source("128.0.0.0/1")),
        forward(4, path("/a")),
    ];
    let by = text(r#"["rule 2","rule 3"]"#);
    assert_eq!(said(together), (text(r#""rule 4""#), by, None));
    let nothing = text(r#""no request that can be sent""#);
    assert_eq!(said(vec![forward(1, path("api*"))]), (text(r#""rule 1""#), None, nothing));
}

#[test]
fn a_request_gets_past_the_earlier_rules_or_is_not_shown() {
    let own = "web-123.eu-west-1.elb.amazonaws.com";
    let path = |values: &[&str]| vec![sample::path(values)];
    let get = || vec![sample::condition("http-request-method", &["GET"])];
    let regex = |text: &str| {
        vec![Condition {
            regex_values: vec![text.to_owned()],
            ..sample::condition("path-pattern", &[])
        }]
    };
    let table: Vec<(Vec<Condition>, Vec<Condition>, String)> = vec![
        (vec![sample::host(&["*.com"])], vec![], "GET http://example.invalid/".to_owned()),
        (get(), vec![], format!("POST http://{own}/")),
        (path(&["/api/x"]), path(&["/api/*"]), format!("GET http://{own}/api/")),
        (path(&["/a"]), path(&["/a", "/b"]), format!("GET http://{own}/b")),
        (
            vec![sample::host(&["www.*"])],
            vec![sample::host(&["*.example.com"])],
            "GET http://any.example.com/".to_owned(),
        ),
        (regex("^/api/.*$"), vec![], format!("GET http://{own}/")),
        (regex("^/(index.html|any.*)?$"), vec![], format!("GET http://{own}/z7")),
        (regex("^/(?=x)"), vec![], "any that no earlier rule takes".to_owned()),
        (
            path(&["/*/x", "/*/", "/*/any", "/*/z7"]),
            path(&["/api/*"]),
            format!("GET http://{own}/api/a"),
        ),
        (regex("[a-z/]*"), vec![], "any that no earlier rule takes".to_owned()),
    ];
    for (first, second, expected) in table {
        let rules = if second.is_empty() {
            vec![forward(1, first)]
        } else {
            vec![forward(1, first), forward(2, second)]
        };
        let listener = listener(rules);
        let routes = routing::live(&lb(), &listener).unwrap();
        assert_eq!(routes[1].request(&routes[..1], &lb(), &listener), expected);
    }
}

#[test]
fn a_listener_that_does_nothing_is_not_understood() {
    let mut idle = sample::listener("HTTP", 80, Vec::new());
    idle.rules = elb_audit_core::vocab::fact::Fact::Known(Vec::new());
    let gap = routing::live(&lb(), &idle).err().expect("no route");
    assert_eq!(gap.reason, elb_audit_core::vocab::fact::Reason::Malformed);
    let classic = sample::load_balancer(&Kind::Classic);
    assert!(routing::live(&classic, &idle).is_ok());
}
