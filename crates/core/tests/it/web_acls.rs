//! Rules of web ACLs in their order: what gets to them, and what is let past them.

use elb_audit_core::fixtures::sample::{
    self, waf_bytes, waf_not, waf_rule, waf_statement, waf_statements,
};
use elb_audit_core::inventory::{Inventory, WafRule, WafStatement};
use elb_audit_core::report::{Finding, Outcome};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::bypass::check;
use crate::given::report_of;

/// What a check says of the clean load balancer with this web ACL.
fn said(id: &str, inventory: &Inventory) -> Finding {
    let mut findings = report_of(inventory, &[check(id)]).findings;
    assert_eq!(findings.len(), 1, "{id}: {findings:?}");
    findings.remove(0)
}

fn rule(name: &str, action: &str, statements: Vec<WafStatement>) -> WafRule {
    waf_rule(name, 0, action, statements)
}

fn path(position: &str, text: &str) -> Vec<WafStatement> {
    vec![waf_bytes("uri-path", position, text)]
}

fn header(name: &str, position: &str, text: &str) -> Vec<WafStatement> {
    let mut statement = waf_bytes("single-header", position, text);
    let compares = statement.compares.as_mut().expect("a comparison");
    compares.name = Some(name.to_owned());
    vec![statement]
}

/// A statement on the path after this transformation.
fn transformed(position: &str, text: &str, transformation: &str) -> Vec<WafStatement> {
    let mut statements = path(position, text);
    let compares = statements[0].compares.as_mut().expect("a comparison");
    compares.transformations = vec![transformation.to_owned()];
    statements
}

fn regex(pattern: &str) -> Vec<WafStatement> {
    let mut statements = path("EXACTLY", "");
    statements[0].kind = "regex-match".into();
    let compares = statements[0].compares.as_mut().expect("a comparison");
    (compares.text, compares.position) = (None, None);
    compares.regex = Some(pattern.to_owned());
    statements
}

/// A statement on the size of the path.
fn size(operator: &str, size: u64) -> Vec<WafStatement> {
    let mut statements = path("EXACTLY", "");
    statements[0].kind = "size-constraint".into();
    let compares = statements[0].compares.as_mut().expect("a comparison");
    (compares.text, compares.position) = (None, None);
    (compares.operator, compares.size) = (Some(operator.to_owned()), Some(size));
    statements
}

/// AWS's core rules, for these requests alone.
fn core(scope: Vec<WafStatement>) -> WafRule {
    let mut rule = sample::managed_rule(0, "AWSManagedRulesCommonRuleSet");
    if !scope.is_empty() {
        (rule.statements[0].scoped_down, rule.statements[0].children) = (true, 1);
        rule.statements.extend(scope);
    }
    rule
}

fn every(inner: &[Vec<WafStatement>]) -> Vec<WafStatement> {
    waf_statements("and", inner)
}

fn set() -> Vec<WafStatement> {
    vec![waf_statement("ip-set-reference")]
}

const HOST: &str = "https://web-123.eu-west-1.elb.amazonaws.com";

#[test]
fn what_skips_rules_is_shown_by_a_request() {
    let allow = |statements| rule("in", "allow", statements);
    let block = |statements| rule("out", "block", statements);
    let all = || core(Vec::new());
    let agent = |text: &str| header("user-agent", "CONTAINS", text);
    let table: Vec<(&str, Vec<WafRule>, String)> = vec![
        ("a prefix", vec![allow(path("STARTS_WITH", "/api/")), all()], format!("GET {HOST}/api/x")),
        ("an end", vec![allow(path("ENDS_WITH", ".php")), all()], format!("GET {HOST}/.php")),
        ("a word", vec![allow(path("CONTAINS_WORD", "debug")), all()], format!("GET {HOST}/debug")),
        ("a sign", vec![allow(path("CONTAINS", "*")), all()], format!("GET {HOST}/*")),
        ("an expression", vec![allow(regex("^/v[0-9]+/")), all()], format!("GET {HOST}/v0/")),
        (
            "a host",
            vec![allow(header("host", "EXACTLY", "old.example.com")), all()],
            "GET https://old.example.com/".to_owned(),
        ),
        (
            "a browser",
            vec![allow(agent("Monitor")), all()],
            format!("GET {HOST}/ with header user-agent: Monitor"),
        ),
        (
            "a browser that an earlier rule asks for",
            vec![block(waf_not(agent("Mozilla"))), allow(path("EXACTLY", "/api")), all()],
            format!("GET {HOST}/api with header user-agent: Mozilla"),
        ),
        (
            "capitals, which an earlier rule does not expect",
            vec![
                block(path("EXACTLY", "/debug")),
                allow(transformed("EXACTLY", "/debug", "LOWERCASE")),
                all(),
            ],
            format!("GET {HOST}/DEBUG"),
        ),
        ("all but a set of addresses", vec![allow(waf_not(set())), all()], format!("GET {HOST}/")),
        (
            "one of two paths is public",
            vec![
                allow(waf_statements("or", &[path("EXACTLY", "/ping"), path("EXACTLY", "/pong")])),
                all(),
            ],
            format!("GET {HOST}/pong"),
        ),
        (
            "the path that a scope-down statement leaves",
            vec![allow(path("STARTS_WITH", "/a")), core(path("STARTS_WITH", "/ab"))],
            format!("GET {HOST}/ab"),
        ),
        (
            "a rule on addresses alone",
            vec![allow(path("EXACTLY", "/a")), block(set())],
            format!("GET {HOST}/a"),
        ),
    ];
    for (title, rules, expected) in table {
        let inventory = sample::with_acl(|acl| acl.rules = rules);
        let found = said("waf-rules-skipped", &inventory);
        assert_eq!(found.outcome, Outcome::Fail, "{title}: {:?}", found.evidence);
        assert_eq!(found.evidence.0["request"], expected, "{title}");
        assert_eq!(found.evidence.0["rule"], "in", "{title}");
    }
}

#[test]
fn what_skips_nothing_passes_and_what_is_not_plain_is_unknown() {
    use Outcome::{Pass, Unknown};

    let allow = |statements| rule("in", "allow", statements);
    let block = |statements| rule("out", "block", statements);
    let all = || core(Vec::new());
    let secret = || header("x-key", "EXACTLY", "sha256:8d969eef6ecad3c2");
    let old = || vec![waf_statement("byte-match")];
    let table: Vec<(&str, Vec<WafRule>, Outcome)> = vec![
        ("an address and a path", vec![allow(every(&[set(), path("EXACTLY", "/a")])), all()], Pass),
        ("an address, whatever else", vec![allow(every(&[set(), old()])), all()], Pass),
        ("a secret", vec![allow(secret()), all()], Pass),
        (
            "behind a secret",
            vec![block(waf_not(secret())), allow(path("EXACTLY", "/a")), all()],
            Pass,
        ),
        (
            "another path than the rules look at",
            vec![allow(path("STARTS_WITH", "/a/")), core(path("STARTS_WITH", "/b/"))],
            Pass,
        ),
        (
            "another host than the rules look at",
            vec![
                allow(header("host", "EXACTLY", "a.example.com")),
                core(header("host", "EXACTLY", "b.example.com")),
            ],
            Pass,
        ),
        ("no request at all", vec![allow(waf_not(path("STARTS_WITH", "/"))), all()], Pass),
        ("lower case", vec![allow(transformed("EXACTLY", "/A", "LOWERCASE")), all()], Pass),
        ("of an old file", vec![allow(old()), all()], Unknown),
        ("of an old file, behind the rules", vec![all(), allow(old())], Pass),
        (
            "a transformation that is not understood",
            vec![allow(transformed("EXACTLY", "L2E=", "BASE64_DECODE")), all()],
            Unknown,
        ),
        (
            "behind a rule that is not understood",
            vec![block(old()), allow(path("EXACTLY", "/a")), all()],
            Unknown,
        ),
        (
            "before a rule that is not understood",
            vec![allow(path("EXACTLY", "/a")), block(old())],
            Unknown,
        ),
        ("an expression that is not understood", vec![allow(regex("^/a(?=b)")), all()], Unknown),
    ];
    for (title, rules, expected) in table {
        let inventory = sample::with_acl(|acl| acl.rules = rules);
        let found = said("waf-rules-skipped", &inventory);
        assert_eq!(found.outcome, expected, "{title}: {:?}", found.evidence);
    }
}

#[test]
fn what_no_example_shows_is_decided() {
    use Outcome::{Pass, Unknown};

    let allow = |statements| rule("in", "allow", statements);
    let block = |statements| rule("out", "block", statements);
    let all = || core(Vec::new());
    let agent = |text: &str| header("user-agent", "CONTAINS", text);
    let shown: Vec<(&str, Vec<WafRule>, String)> = vec![
        ("a size", vec![allow(size("GE", 4)), all()], format!("GET {HOST}/xxx")),
        (
            "a space",
            vec![allow(agent("curl 8")), all()],
            format!("GET {HOST}/ with header user-agent: curl 8"),
        ),
        (
            "capitals in a host",
            vec![
                block(header("host", "EXACTLY", "api")),
                allow(header("host", "EXACTLY", "API")),
                all(),
            ],
            "GET https://API/".to_owned(),
        ),
    ];
    for (title, rules, expected) in shown {
        let found = said("waf-rules-skipped", &sample::with_acl(|acl| acl.rules = rules));
        assert_eq!(found.evidence.0["request"], expected, "{title}: {:?}", found.evidence);
    }
    let told: Vec<(&str, Vec<WafRule>, Outcome)> = vec![
        (
            "behind two rules together",
            vec![
                block(path("EXACTLY", "/a")),
                block(path("EXACTLY", "/b")),
                allow(waf_statements("or", &[path("EXACTLY", "/a"), path("EXACTLY", "/b")])),
                all(),
            ],
            Pass,
        ),
        (
            "an expression within what is blocked",
            vec![block(path("STARTS_WITH", "/admin")), allow(regex("^/admin/[a-z]+$")), all()],
            Pass,
        ),
        ("a size that no path has", vec![allow(size("LT", 1)), all()], Pass),
        ("a size that is not looked for", vec![allow(size("GT", 8192)), all()], Unknown),
    ];
    for (title, rules, expected) in told {
        let found = said("waf-rules-skipped", &sample::with_acl(|acl| acl.rules = rules));
        assert_eq!(found.outcome, expected, "{title}: {:?}", found.evidence);
    }
}

#[test]
fn rules_behind_one_that_lets_everything_through_count_for_nothing() {
    let all = || rule("all", "allow", path("STARTS_WITH", "/"));
    let inventory = sample::with_acl(|acl| acl.rules.insert(2, all()));
    let found = said("waf-managed-rules-missing", &inventory);
    assert_eq!(found.outcome, Outcome::Fail);
    let skipped = found.evidence.0["skipped_groups"].as_array().expect("a list");
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    let known = said("waf-known-bad-inputs-missing", &inventory);
    assert_eq!(known.evidence.0["AWSManagedRulesKnownBadInputsRuleSet"], "skipped");
    assert_eq!(said("waf-rate-limit-missing", &inventory).outcome, Outcome::Pass);
    let two = sample::with_acl(|acl| {
        acl.rules.insert(0, rule("a", "allow", path("EXACTLY", "/a")));
        acl.rules.insert(1, rule("b", "allow", path("EXACTLY", "/b")));
    });
    let found = said("waf-rules-skipped", &two);
    assert_eq!(
        (&found.evidence.0["rule"], &found.evidence.0["other_rules"][0]),
        (&"a".into(), &"b".into())
    );
}

#[test]
fn behind_a_group_that_could_not_be_read_nothing_is_certain() {
    let inner = vec![rule("all", "allow", path("STARTS_WITH", "/"))];
    let mut inventory = sample::with_rule_group(inner, "none");
    let region = &mut inventory.accounts[0].regions[0];
    if let Some(Fact::Known(acl)) = region.web_acls.get_mut(sample::WEB_ACL) {
        acl.rules.extend(sample::web_acl().rules);
        acl.rules.push(rule("late", "allow", path("EXACTLY", "/a")));
        acl.rules.push(rule("out", "block", path("EXACTLY", "/a")));
    }
    let checks = ["waf-counts-only", "waf-rules-skipped"];
    for id in checks {
        assert_eq!(said(id, &inventory).outcome, Outcome::Fail, "{id}");
    }
    let denied = Fact::Unread(sample::denied(Call::Wafv2GetRuleGroup));
    inventory.accounts[0].regions[0].rule_groups.insert(sample::rule_group_arn(), denied);
    for id in checks.iter().chain(&["waf-managed-rules-missing", "waf-rate-limit-missing"]) {
        assert_eq!(said(id, &inventory).outcome, Outcome::Unknown, "{id}");
    }
    let region = &mut inventory.accounts[0].regions[0];
    if let Some(Fact::Known(acl)) = region.web_acls.get_mut(sample::WEB_ACL) {
        acl.rules[0].action = "count".into();
    }
    assert_eq!(said("waf-rate-limit-missing", &inventory).outcome, Outcome::Pass, "it only counts");
}

#[test]
fn a_reference_sets_what_rules_of_its_group_do() {
    let inner = vec![rule("upload", "block", path("STARTS_WITH", "/upload"))];
    let mut inventory = sample::with_rule_group(inner, "none");
    let region = &mut inventory.accounts[0].regions[0];
    if let Some(Fact::Known(acl)) = region.web_acls.get_mut(sample::WEB_ACL) {
        let reference = &mut acl.rules[0].statements[0];
        reference.overridden.insert("upload".to_owned(), "allow".to_owned());
        acl.rules.extend(sample::web_acl().rules);
    }
    let found = said("waf-rules-skipped", &inventory);
    assert_eq!((found.outcome, &found.evidence.0["rule"]), (Outcome::Fail, &"upload".into()));
    assert!(format!("{:?}", found.bindings).contains("own"), "{:?}", found.bindings);
}
