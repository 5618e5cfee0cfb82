//! What a rule's conditions let through.

use crate::exposure::addresses::{self, Family};
use crate::inventory::{Condition, LoadBalancer};

/// Where a certificate authority asks for its proof (RFC 8555, 8.3).
const ACME: &str = "/.well-known/acme-challenge/";

/// Whether conditions let every request through. Where that is not plain the answer is no: a rule taken
/// for dead would hide what it does.
pub(super) fn catch_all(lb: &LoadBalancer, conditions: &[Condition]) -> bool {
    let mut sources = Vec::new();
    for condition in conditions {
        if condition.field == "source-ip" {
            sources.push(condition);
        } else if !takes_any(condition) {
            return false;
        }
    }
    sources.iter().all(|condition| any_source(lb, condition))
}

fn takes_any(condition: &Condition) -> bool {
    let stars = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte == b'*');
    let any_value = |value: &String| match condition.field.as_str() {
        "host-header" => stars(value),
        "path-pattern" => stars(value.strip_prefix('/').unwrap_or(value)),
        _ => false,
    };
    let any_regex = |regex: &String| match condition.field.as_str() {
        "host-header" => matches!(regex.as_str(), ".*" | "^.*$" | ".+" | "^.+$"),
        "path-pattern" => matches!(regex.as_str(), ".*" | "^.*$" | "^/.*$" | "^/.*" | "/.*"),
        _ => false,
    };
    condition.values.iter().any(any_value) || condition.regex_values.iter().any(any_regex)
}

/// Whether a condition on the source lets every address through that the load balancer can be asked from.
fn any_source(lb: &LoadBalancer, condition: &Condition) -> bool {
    if condition.ip_address_type.is_some() {
        return false; // one family of a dual-stack Network load balancer
    }
    let ranges: Vec<_> = condition.values.iter().filter_map(|value| value.parse().ok()).collect();
    let v6 = lb.ip_address_type.as_deref().is_some_and(|kind| kind.starts_with("dualstack"));
    addresses::cover(Family::V4, &ranges) && (!v6 || addresses::cover(Family::V6, &ranges))
}

/// Whether a condition lets nothing but ACME's challenges through.
pub(super) fn acme_only(condition: &Condition) -> bool {
    let regex = |regex: &String| {
        let plain = regex.trim_start_matches('^').replace('\\', "");
        regex.starts_with('^') && !regex.contains('|') && plain.starts_with(ACME)
    };
    condition.field == "path-pattern"
        && !(condition.values.is_empty() && condition.regex_values.is_empty())
        && condition.values.iter().all(|value| value.starts_with(ACME))
        && condition.regex_values.iter().all(regex)
}

/// Whether every request that meets `inner` meets `outer` too. Where that is not plain the answer is no.
pub(super) fn narrows(inner: &Condition, outer: &Condition) -> bool {
    if inner == outer {
        return true;
    }
    let header = |condition: &Condition| condition.header.as_deref().map(str::to_lowercase);
    let alike = inner.field == outer.field
        && header(inner) == header(outer)
        && inner.ip_address_type == outer.ip_address_type;
    let globs = matches!(
        inner.field.as_str(),
        "host-header" | "path-pattern" | "http-request-method" | "http-header"
    );
    let held = |value: &String| {
        let wider = |own: &String| {
            own == value
                || globs && covers(&folded(&outer.field, own), &folded(&inner.field, value))
        };
        outer.values.iter().any(wider)
    };
    alike
        && !(inner.values.is_empty() && inner.regex_values.is_empty())
        && inner.values.iter().all(held)
        && inner.regex_values.iter().all(|regex| outer.regex_values.contains(regex))
}

/// Whether a rule is dead behind another one: it asks for all that the other asks for, and maybe more.
pub(super) fn is_dead(rule: &[Condition], earlier: &[Condition]) -> bool {
    earlier.iter().all(|outer| rule.iter().any(|inner| narrows(inner, outer)))
}

/// Whether a field's value takes a text. Names of hosts have no case.
pub(super) fn takes(field: &str, pattern: &str, text: &str) -> bool {
    glob(&folded(field, pattern), &folded(field, text), |_| true)
}

/// Whether a regular expression may match a text: not where it begins with letters that the text does
/// not begin with.
pub(super) fn may_match(regex: &str, text: &str) -> bool {
    let Some(anchored) = regex.strip_prefix('^') else { return true };
    if anchored.contains('|') {
        return true;
    }
    let special = |c: char| !(c.is_alphanumeric() || c == '/' || c == '-');
    let plain = anchored.split(special).next().unwrap_or_default();
    // The last letter may be optional: `^/apis?`.
    let certain: String = plain.chars().take(plain.chars().count().saturating_sub(1)).collect();
    text.starts_with(&certain)
}

fn folded(field: &str, text: &str) -> String {
    match field {
        "host-header" | "http-header" => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Whether every text that the inner pattern matches is matched by the outer one: `/api*` covers
/// `/api/v2/*`. One character of the outer cannot stand for a star of the inner.
fn covers(outer: &str, inner: &str) -> bool {
    glob(outer, inner, |c| c != '*')
}

/// Whether a text matches a pattern with AWS's wildcards: `*` for any characters, `?` for one of those
/// that may stand there.
fn glob(pattern: &str, text: &str, one: impl Fn(char) -> bool) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' && one(text[t]) || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
