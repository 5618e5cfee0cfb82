//! A request that a rule takes, written so that a reader can try it.

use super::condition::{may_match, narrows, takes};
use crate::inventory::{Condition, Listener, LoadBalancer};

/// Paths to ask for where a rule does not care, first choice first.
const PATHS: &[&str] = &["/", "/index.html", "/any/path", "/z7"];
/// Hosts to ask for where neither the rule nor the load balancer's own name will do. Nobody can own one
/// of these (RFC 2606), and any client can send it.
const HOSTS: &[&str] = &["example.invalid", "example.test"];
/// Methods to ask with.
const METHODS: &[&str] = &["GET", "POST", "HEAD", "PUT", "DELETE"];
/// What stands for a `*`, first choice first.
const FILLERS: &[&str] = &["x", "", "any", "z7/z7"];
const HOST_FILLERS: &[&str] = &["www", "any", "z7"];

/// A request for these conditions that none of the earlier rules takes, or in words what such a request
/// would be where none of those that were tried gets through.
pub(super) fn for_rule(
    conditions: &[Condition],
    earlier: &[&[Condition]],
    lb: &LoadBalancer,
    listener: &Listener,
) -> String {
    let own_host = lb.dns_name.as_deref().unwrap_or(&lb.name);
    let any_host: Vec<&str> = std::iter::once(own_host).chain(HOSTS.iter().copied()).collect();
    let hosts = candidates(conditions, "host-header", HOST_FILLERS, &any_host);
    let paths = candidates(conditions, "path-pattern", FILLERS, PATHS);
    for method in candidates(conditions, "http-request-method", &["GET"], METHODS) {
        for host in &hosts {
            for path in &paths {
                let asked = Asked { host, path, method: &method, conditions };
                if !earlier.iter().any(|rule| asked.may_be_taken_by(rule)) {
                    return asked.words(listener);
                }
            }
        }
    }
    if conditions.is_empty() {
        return "any that no earlier rule takes".to_owned();
    }
    let all: Vec<String> = conditions.iter().map(described).collect();
    format!("any of {} that no earlier rule takes", all.join(" and "))
}

/// A request, before it is known whether it gets to its rule.
struct Asked<'a> {
    host: &'a str,
    path: &'a str,
    method: &'a str,
    /// What the rule asks for, and the request therefore has.
    conditions: &'a [Condition],
}

impl Asked<'_> {
    /// Whether a rule takes the request, or might: not every regular expression is understood here.
    fn may_be_taken_by(&self, rule: &[Condition]) -> bool {
        rule.iter().all(|condition| {
            let text = match condition.field.as_str() {
                "host-header" => self.host,
                "path-pattern" => self.path,
                "http-request-method" => self.method,
                _ => return self.conditions.iter().any(|own| narrows(own, condition)),
            };
            condition.values.iter().any(|pattern| takes(&condition.field, pattern, text))
                || condition.regex_values.iter().any(|regex| may_match(regex, text))
        })
    }

    fn words(&self, listener: &Listener) -> String {
        let (scheme, usual) = match listener.protocol.as_deref() {
            Some("HTTPS") => ("https", 443),
            _ => ("http", 80),
        };
        let port = match listener.port {
            Some(port) if port != usual => format!(":{port}"),
            _ => String::new(),
        };
        let query = value(self.conditions, "query-string").map_or_else(String::new, parameter);
        let Asked { host, path, method, .. } = self;
        let slash = if path.starts_with('/') { "" } else { "/" };
        let request = format!("{method} {scheme}://{host}{port}{slash}{path}{query}");
        let remarks = self.conditions.iter().filter_map(remark);
        remarks.fold(request, |text, remark| format!("{text} {remark}"))
    }
}

fn value<'a>(conditions: &'a [Condition], field: &str) -> Option<&'a str> {
    let own = conditions.iter().find(|condition| condition.field == field);
    own.and_then(|condition| condition.values.first()).map(String::as_str)
}

/// Texts that a field may have: each value with its wildcards filled in, or any at all.
fn candidates(
    conditions: &[Condition],
    field: &str,
    fillers: &[&str],
    otherwise: &[&str],
) -> Vec<String> {
    let own = conditions.iter().find(|condition| condition.field == field);
    let values = own.map_or(&[][..], |condition| &condition.values);
    if values.is_empty() || values.iter().any(|value| value == "*" || value == "/*") {
        return otherwise.iter().map(|text| (*text).to_owned()).collect();
    }
    let filled = |value: &String| -> Vec<String> {
        let fill = |filler: &&str| value.replace('*', filler).replace('?', "x");
        fillers.iter().map(fill).collect()
    };
    values.iter().flat_map(filled).collect()
}

/// The condition in words that give no secret away.
fn described(condition: &Condition) -> String {
    let field = &condition.field;
    match field.as_str() {
        "http-header" => format!("{field} {}", condition.header.as_deref().unwrap_or_default()),
        "host-header" | "path-pattern" | "http-request-method" | "source-ip" => {
            let all: Vec<&str> = condition
                .values
                .iter()
                .chain(&condition.regex_values)
                .map(String::as_str)
                .collect();
            format!("{field} {}", all.join(" or "))
        }
        _ => field.clone(),
    }
}

/// A query that the condition takes. What its value must be stays out, like a header's: some rules let in
/// whoever knows it.
fn parameter(pattern: &str) -> String {
    let open = |value: &str| value.chars().all(|c| matches!(c, '*' | '?'));
    match pattern.split_once('=') {
        Some((name, value)) => {
            let value = if open(value) { "x" } else { "…" };
            format!("?{}={value}", name.replace('*', "x"))
        }
        None if open(pattern) => "?x=x".to_owned(),
        None => "?…".to_owned(),
    }
}

/// What a URL cannot say. A header's values stay out: some rules let in whoever knows one.
fn remark(condition: &Condition) -> Option<String> {
    if let Some(regex) = condition.regex_values.first() {
        return match condition.field.as_str() {
            "http-header" => Some(format!("with header {}", condition.header.as_deref()?)),
            field => Some(format!("with {field} matching {regex}")),
        };
    }
    match condition.field.as_str() {
        "http-header" => Some(format!("with header {}", condition.header.as_deref()?)),
        "source-ip" => {
            let source = condition.values.first().or(condition.ip_address_type.as_ref())?;
            Some(format!("from {source}"))
        }
        "host-header" | "path-pattern" | "http-request-method" | "query-string" => None,
        other => Some(format!("with {other} as the rule asks")),
    }
}
