//! Where clients end up that follow redirects.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Action, Condition, Inventory, Kind, Listener, Redirect, Rule};
use elb_audit_core::vocab::fact::Fact;

use crate::bypass::{check, verdicts};

/// A redirect that keeps what is not said here: `host=`, `path=`, `query=`, `protocol=`, `port=`.
fn to(parts: &[(&str, &str)]) -> Action {
    let part = |name: &str| {
        parts.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    };
    let redirect = Redirect {
        protocol: part("protocol"),
        port: part("port"),
        host: part("host"),
        path: part("path"),
        query: part("query"),
        status: Some("HTTP_301".to_owned()),
    };
    Action { redirect: Some(redirect), ..sample::redirect_to_https() }
}

/// What a rule asks for, and what it does.
type Ruled = (Vec<Condition>, Action);

fn rules(all: Vec<Ruled>) -> Vec<Rule> {
    let numbered = all.into_iter().zip(1..);
    numbered
        .map(|((conditions, action), number)| sample::rule(Some(number), conditions, vec![action]))
        .collect()
}

fn https(all: Vec<Ruled>) -> Listener {
    sample::ruled(sample::https(vec![sample::forward("web")]), rules(all))
}

fn one(all: Vec<Ruled>) -> Inventory {
    sample::listening(&Kind::Application, vec![https(all)])
}

#[test]
fn a_rule_that_comes_back_to_itself_is_a_loop() {
    let (path, host) = (|text: &str| sample::path(&[text]), |text: &str| sample::host(&[text]));
    let query = |text: &str| sample::condition("query-string", &[text]);
    let cases: Vec<(&str, Vec<Ruled>, &str)> = vec![
        (
            "a fixed path that the rule takes",
            vec![(vec![path("/*")], to(&[("path", "/home")]))],
            "fail",
        ),
        (
            "a fixed path that it does not",
            vec![(vec![path("/")], to(&[("path", "/home")]))],
            "pass",
        ),
        (
            "from one rule to the next and back",
            vec![
                (vec![path("/a")], to(&[("path", "/b")])),
                (vec![path("/b")], to(&[("path", "/a")])),
            ],
            "fail",
        ),
        (
            "a path that leaves the pattern",
            vec![(vec![path("/old/*")], to(&[("path", "/new/#{path}")]))],
            "pass",
        ),
        (
            "a path that stays in the pattern",
            vec![(vec![path("/old/*")], to(&[("path", "/old/old/#{path}")]))],
            "fail",
        ),
        (
            "a path that doubles",
            vec![(vec![path("/*")], to(&[("path", "/#{path}/#{path}")]))],
            "fail",
        ),
        ("a query that grows", vec![(vec![path("/q")], to(&[("query", "a=1&#{query}")]))], "fail"),
        (
            "a query that the rule no longer takes",
            vec![(vec![query("v=1")], to(&[("query", "v=2")]))],
            "pass",
        ),
        (
            "a query that it still takes",
            vec![(vec![query("v=*")], to(&[("query", "v=2")]))],
            "fail",
        ),
        (
            "a host in another case",
            vec![(vec![host("WWW.example.com")], to(&[("host", "www.Example.com")]))],
            "fail",
        ),
        (
            "a host that the pattern takes",
            vec![(vec![host("*.example.com")], to(&[("host", "www.example.com")]))],
            "fail",
        ),
        (
            "the bare domain to www",
            vec![(vec![host("example.com")], to(&[("host", "www.example.com")]))],
            "pass",
        ),
        (
            "the load balancer's own name",
            vec![(vec![path("/*")], to(&[("host", sample::DNS_NAME)]))],
            "fail",
        ),
        (
            "its own name, over dual stack",
            vec![(vec![path("/*")], to(&[("host", &format!("dualstack.{}", sample::DNS_NAME))]))],
            "fail",
        ),
        (
            "a host of another owner",
            vec![(vec![path("/*")], to(&[("host", "www.example.net")]))],
            "pass",
        ),
        ("a port that nobody serves", vec![(vec![path("/*")], to(&[("port", "9443")]))], "pass"),
        (
            "another method than the rule before",
            vec![
                (
                    vec![sample::condition("http-request-method", &["POST"]), path("/x")],
                    sample::forward("web"),
                ),
                (vec![path("/x")], to(&[("query", "a=1")])),
            ],
            "fail",
        ),
        (
            "a header that the client does not send",
            vec![
                (
                    vec![Condition {
                        header: Some("X-A".to_owned()),
                        ..sample::condition("http-header", &["b"])
                    }],
                    sample::forward("web"),
                ),
                (vec![path("/x")], to(&[("query", "a=1")])),
            ],
            "fail",
        ),
        (
            "served by a regular expression before it",
            vec![
                (
                    vec![Condition {
                        regex_values: vec!["^/home$".to_owned()],
                        ..sample::condition("path-pattern", &[])
                    }],
                    sample::forward("web"),
                ),
                (vec![path("/*")], to(&[("path", "/home")])),
            ],
            "pass",
        ),
        (
            "every path of a regular expression",
            vec![(
                vec![Condition {
                    regex_values: vec!["^/v[0-9]+/.*$".to_owned()],
                    ..sample::condition("path-pattern", &[])
                }],
                to(&[("path", "/v2/x")]),
            )],
            "fail",
        ),
    ];
    for (title, rules, expected) in cases {
        let found = verdicts(&one(rules), "redirect-loop");
        let worst = found.iter().find(|one| one.starts_with(expected));
        assert!(worst.is_some() && (expected == "fail" || found.len() == 1), "{title}: {found:?}");
    }
}

#[test]
fn what_cannot_be_told_is_unknown_and_a_client_is_nobody_special() {
    let path = |text: &str| sample::path(&[text]);
    let header = |name: &str, value: &str| Condition {
        header: Some(name.to_owned()),
        ..sample::condition("http-header", &[value])
    };
    let source = |range: &str| sample::condition("source-ip", &[range]);
    let turn = || (vec![path("/x")], to(&[("query", "lang=en")]));
    let before = |conditions: Vec<Condition>| vec![(conditions, sample::forward("web")), turn()];
    let hashed = elb_audit_core::vocab::digest::hash_secret("en");
    let cases: Vec<(&str, Vec<Ruled>, &str)> = vec![
        (
            "a condition that is not known",
            before(vec![sample::condition("geo", &["DE"])]),
            "unknown",
        ),
        ("a path condition without value", before(vec![sample::path(&[])]), "unknown"),
        ("a header that everybody sends", before(vec![header("User-Agent", "*")]), "pass"),
        ("a browser among others", before(vec![header("User-Agent", "*Mobile*")]), "fail"),
        (
            "two conditions on one header",
            vec![
                (vec![header("User-Agent", "*Mozilla*")], sample::forward("web")),
                (vec![header("User-Agent", "*Mobile*")], to(&[("path", "/m")])),
            ],
            "fail",
        ),
        (
            "the hash of what the redirect sets",
            before(vec![sample::condition("query-string", &[&format!("lang={hashed}")])]),
            "pass",
        ),
        ("from inside, and from anywhere", before(vec![source("10.0.0.0/8")]), "fail"),
        (
            "from ranges apart",
            vec![
                (vec![source("192.0.2.0/24")], sample::forward("web")),
                (vec![source("198.51.100.0/24")], to(&[("query", "a=1")])),
            ],
            "fail",
        ),
        (
            "from a range inside the one before",
            vec![
                (vec![source("192.0.2.0/24"), path("/y")], sample::forward("web")),
                (vec![source("192.0.2.0/25")], to(&[("path", "/y")])),
            ],
            "pass",
        ),
        (
            "a form that is sent, and a page that is asked for",
            vec![(
                vec![sample::condition("http-request-method", &["POST"])],
                to(&[("path", "/wait")]),
            )],
            "pass",
        ),
        (
            "a path longer than is looked into",
            vec![(vec![path("/*")], to(&[("path", &format!("/{}", "a".repeat(600)))]))],
            "unknown",
        ),
    ];
    for (title, rules, expected) in cases {
        let found = verdicts(&one(rules), "redirect-loop");
        assert!(found.iter().any(|one| one.starts_with(expected)), "{title}: {found:?}");
    }
}

#[test]
fn many_rules_make_one_loop() {
    let step = |number: u32| {
        let next = format!("/{}", (number + 1) % 60);
        (vec![sample::path(&[&format!("/{number}")])], to(&[("path", &next)]))
    };
    let found = verdicts(&one((0..60).map(step).collect()), "redirect-loop");
    assert!(found[0].starts_with("fail"), "{found:?}");
}

#[test]
fn a_url_that_grows_from_rule_to_rule_is_not_followed_for_ever() {
    let step = |number: u32| {
        let next = format!("/{}/#{{path}}/#{{path}}", number + 1);
        (vec![sample::path(&[&format!("/{number}/*")])], to(&[("path", &next)]))
    };
    let found = verdicts(&one((0..60).map(step).collect()), "redirect-loop");
    assert!(found[0].starts_with("unknown"), "{found:?}");
}

#[test]
fn records_lead_here_over_others_and_a_star_is_not_certain() {
    let record = |name: &str, target: &str| {
        let mut named = sample::named(&Kind::Application, false, target);
        let Fact::Known(mut all) = named.accounts.remove(0).dns_records else { unreachable!() };
        all[0].name = name.to_owned();
        all.remove(0)
    };
    let chained =
        || vec![record("www.example.com.", "example.com"), record("example.com", sample::DNS_NAME)];
    let cases = [
        (chained(), "fail"),
        (vec![record("*.example.com", sample::DNS_NAME)], "unknown"),
        (vec![record("\\052.example.com", sample::DNS_NAME)], "unknown"),
        (
            vec![record("*.example.com", sample::DNS_NAME), record("www.example.com", "other")],
            "pass",
        ),
    ];
    for (records, expected) in cases {
        let mut inventory =
            one(vec![(vec![sample::path(&["/*"])], to(&[("host", "www.example.com")]))]);
        let said = format!("{records:?}");
        inventory.accounts[0].dns_records = Fact::Known(records);
        let found = verdicts(&inventory, "redirect-loop");
        assert!(found[0].starts_with(expected), "{said}: {found:?}");
    }
}

#[test]
fn a_redirect_that_only_leads_into_a_loop_is_none() {
    let http = sample::listener("HTTP", 80, vec![sample::redirect_to_https()]);
    let tls = https(vec![(vec![sample::path(&["/*"])], to(&[("query", "a=1")]))]);
    let inventory = sample::listening(&Kind::Application, vec![http, tls]);
    assert_eq!(verdicts(&inventory, "redirect-loop").len(), 2);
    let report = crate::given::report_of(&inventory, &[check("redirect-loop")]);
    let faults: Vec<String> = report
        .findings
        .iter()
        .filter(|one| one.outcome.word() == "fail")
        .map(|one| one.subject.label.clone())
        .collect();
    assert_eq!(faults, ["HTTPS:443"]);
}

#[test]
fn the_rule_that_loops_is_named_and_not_the_one_that_leads_there() {
    let lead = (vec![sample::path(&["/a"])], to(&[("path", "/b")]));
    let turn = (vec![sample::path(&["/b"])], to(&[("query", "a=1")]));
    let report = crate::given::report_of(&one(vec![lead, turn]), &[check("redirect-loop")]);
    assert_eq!(report.findings[0].evidence.0["rule"], "rule 2");
}

#[test]
fn two_listeners_send_a_client_to_and_fro() {
    let listener = |port, other: &str| sample::listener("HTTP", port, vec![to(&[("port", other)])]);
    let both = vec![listener(80, "8080"), listener(8080, "80")];
    let inventory = sample::listening(&Kind::Application, both);
    let report = crate::given::report_of(&inventory, &[check("redirect-loop")]);
    let found: Vec<_> =
        report.findings.iter().map(|one| one.evidence.0["leads_to"].to_string()).collect();
    let own = sample::DNS_NAME;
    assert_eq!(
        found,
        [
            format!(r#"["http://{own}:8080/","http://{own}/"]"#),
            format!(r#"["http://{own}/","http://{own}:8080/"]"#),
        ]
    );
}

#[test]
fn what_a_query_is_set_to_is_not_told() {
    let secret = sample::condition("query-string", &["key=hunter2"]);
    let inventory = one(vec![(vec![secret], to(&[("path", "/in/#{path}")]))]);
    let report = crate::given::report_of(&inventory, &[check("redirect-loop")]);
    let said = serde_json::to_string(&report.findings).expect("JSON");
    assert!(said.contains("key=…") && !said.contains("hunter2"), "{said}");
}
