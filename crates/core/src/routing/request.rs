//! A request that a rule takes, written so that a reader can try it.

use super::condition::matches;
use crate::inventory::{Condition, Listener, LoadBalancer};

/// Paths to ask for where a rule does not care, first choice first.
const PATHS: &[&str] = &["/", "/index.html", "/any/path"];
/// A parameter whose name holds one of these may carry a secret; its value is not printed.
const SECRET: &[&str] = &["auth", "key", "pass", "secret", "sig", "token"];

/// A request for these conditions that none of the earlier rules takes, as far as host, path and method
/// decide.
pub(super) fn for_rule(
    conditions: &[Condition],
    earlier: &[&[Condition]],
    lb: &LoadBalancer,
    listener: &Listener,
) -> String {
    let own_host = lb.dns_name.as_deref().unwrap_or(&lb.name);
    let host = concrete(conditions, "host-header", "www", own_host);
    let method = concrete(conditions, "http-request-method", "GET", "GET");
    let path = if value(conditions, "path-pattern").is_some() {
        concrete(conditions, "path-pattern", "x", "/")
    } else {
        let free = |path: &&&str| !earlier.iter().any(|rule| takes(rule, &host, path, &method));
        (*PATHS.iter().find(free).unwrap_or(&"/")).to_owned()
    };
    let (scheme, usual) = match listener.protocol.as_deref() {
        Some("HTTPS") => ("https", 443),
        _ => ("http", 80),
    };
    let port = match listener.port {
        Some(port) if port != usual => format!(":{port}"),
        _ => String::new(),
    };
    let query = value(conditions, "query-string").map_or_else(String::new, parameter);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let request = format!("{method} {scheme}://{host}{port}{slash}{path}{query}");
    conditions.iter().filter_map(remark).fold(request, |text, remark| format!("{text} {remark}"))
}

fn value<'a>(conditions: &'a [Condition], field: &str) -> Option<&'a str> {
    let own = conditions.iter().find(|condition| condition.field == field);
    own.and_then(|condition| condition.values.first()).map(String::as_str)
}

/// The first value of a field with its wildcards filled in.
fn concrete(conditions: &[Condition], field: &str, star: &str, otherwise: &str) -> String {
    match value(conditions, field) {
        None | Some("*") => otherwise.to_owned(),
        Some("/*") => "/".to_owned(),
        Some(pattern) => pattern.replace('*', star).replace('?', "x"),
    }
}

/// Whether a rule takes a request without any special header, query or source.
fn takes(rule: &[Condition], host: &str, path: &str, method: &str) -> bool {
    rule.iter().all(|condition| {
        let text = match condition.field.as_str() {
            "host-header" => host,
            "path-pattern" => path,
            "http-request-method" => method,
            _ => return false,
        };
        condition.values.iter().any(|pattern| matches(pattern, text))
    })
}

/// A query that the condition takes, without what may be a secret.
fn parameter(pattern: &str) -> String {
    let (name, value) = pattern.split_once('=').unwrap_or(("x", pattern));
    let lower = name.to_lowercase();
    if SECRET.iter().any(|word| lower.contains(word)) {
        return format!("?{name}=…");
    }
    format!("?{}={}", name.replace('*', "x"), value.replace(['*', '?'], "x"))
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
