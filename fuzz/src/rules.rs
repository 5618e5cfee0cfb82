//! Rules, as an input has them: one thing a line, which its first character says.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    Action, Condition, Inventory, Kind, Redirect, Rule, Transform, WafComparison, WafRule,
    WafStatement,
};
use elb_audit_core::vocab::fact::Fact;

/// More rules than a listener has in most accounts: each is compared with those before it.
const MOST: usize = 100;

/// The clean account with these rules on both of its listeners, and these in its web ACL.
///
/// ```text
/// > forward, login, redirect HOST PATH QUERY, deny: a new rule and what it does
/// h p q m s   a value of a condition: host, path, query, method, source
/// H P Q       a regular expression instead
/// n N         a header's value, or a regular expression: NAME VALUE
/// t u         a rewrite of host or path: PATTERN REPLACEMENT
/// w W         a rule of the web ACL: a text in the path, a regular expression
/// ```
#[must_use]
pub fn inventory(text: &str) -> Inventory {
    let (mut rules, mut statements) = (Vec::new(), Vec::new());
    for line in text.lines().take(1_000) {
        let mut letters = line.chars();
        let (Some(letter), rest) = (letters.next(), letters.as_str()) else { continue };
        if letter == '>' && rules.len() < MOST {
            let priority = u32::try_from(rules.len()).unwrap_or_default() + 1;
            rules.push(sample::rule(Some(priority), Vec::new(), actions(rest)));
        } else if matches!(letter, 'w' | 'W') && statements.len() < MOST {
            statements.push(statement(letter, rest));
        } else if let Some(rule) = rules.last_mut() {
            extend(rule, letter, rest);
        }
    }
    let listeners = vec![
        sample::ruled(sample::https(vec![sample::forward("web")]), rules.clone()),
        sample::ruled(sample::listener("HTTP", 80, vec![sample::redirect_to_https()]), rules),
    ];
    let mut inventory = sample::listening(&Kind::Application, listeners);
    let region = &mut inventory.accounts[0].regions[0];
    if let Some(Fact::Known(acl)) = region.web_acls.get_mut(sample::WEB_ACL) {
        acl.rules.extend(statements);
    }
    inventory
}

fn actions(text: &str) -> Vec<Action> {
    let mut words = text.split(' ');
    match words.next().unwrap_or_default() {
        "login" => vec![
            Action { kind: "authenticate-oidc".into(), order: Some(1), ..Action::default() },
            Action { order: Some(2), ..sample::forward("web") },
        ],
        "redirect" => {
            let mut part = || words.next().map(str::to_owned);
            let (host, path, query, protocol, port) = (part(), part(), part(), part(), part());
            let redirect = Redirect { protocol, port, host, path, query, status: None };
            vec![Action { kind: "redirect".into(), redirect: Some(redirect), ..Action::default() }]
        }
        "deny" => vec![sample::fixed_response("403")],
        _ => vec![sample::forward("web")],
    }
}

/// Adds what a line says to a rule. A letter says the same condition as long as the lines with it go on.
fn extend(rule: &mut Rule, letter: char, text: &str) {
    let (name, value) = text.split_once(' ').unwrap_or((text, ""));
    let field = match letter.to_ascii_lowercase() {
        'h' => "host-header",
        'p' => "path-pattern",
        'q' => "query-string",
        'm' => "http-request-method",
        's' => "source-ip",
        'n' => "http-header",
        't' | 'u' => {
            let kind = if letter == 't' { "host-header-rewrite" } else { "url-rewrite" };
            let rewrites = vec![(name.to_owned(), value.to_owned())];
            rule.transforms.push(Transform { kind: kind.into(), rewrites });
            return;
        }
        _ => return,
    };
    let (header, value) =
        if field == "http-header" { (Some(name.to_owned()), value) } else { (None, text) };
    let last = rule.conditions.last();
    if last.is_none_or(|last| last.field != field.into() || last.header != header) {
        rule.conditions.push(Condition { header, ..sample::condition(field, &[]) });
    }
    let Some(condition) = rule.conditions.last_mut() else { return };
    let values = if letter.is_ascii_uppercase() {
        &mut condition.regex_values
    } else {
        &mut condition.values
    };
    values.push(value.to_owned());
}

fn statement(letter: char, text: &str) -> WafRule {
    let statement = if letter == 'w' {
        sample::waf_bytes("uri-path", "STARTS_WITH", text)
    } else {
        let compares = WafComparison {
            field: "uri-path".to_owned(),
            text: Some(text.to_owned()),
            transformations: vec!["NONE".to_owned()],
            ..WafComparison::default()
        };
        WafStatement { compares: Some(compares), ..sample::waf_statement("regex-match") }
    };
    sample::waf_rule("own", 50, "block", vec![statement])
}
