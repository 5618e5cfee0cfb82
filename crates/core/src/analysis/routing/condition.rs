//! What a rule's conditions let through.

use super::pattern::{self, Match};
use crate::inventory::{Condition, ConditionField, IpAddressType, LoadBalancer};
use crate::vocab::glob;
use crate::vocab::net::{self, Family};

/// Where a certificate authority asks for its proof (RFC 8555, 8.3).
const ACME: &str = "/.well-known/acme-challenge/";

/// Whether conditions let every request through. Where that is not plain the answer is no: a rule taken
/// for dead would hide what it does.
pub(crate) fn catch_all(lb: &LoadBalancer, conditions: &[Condition]) -> bool {
    let mut sources = Vec::new();
    for condition in conditions {
        if condition.field == ConditionField::SourceIp {
            sources.push(condition);
        } else if !takes_any(condition) {
            return false;
        }
    }
    sources.iter().all(|condition| any_source(lb, condition))
}

fn takes_any(condition: &Condition) -> bool {
    let stars = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte == b'*');
    let any_value = |value: &String| match condition.field {
        ConditionField::HostHeader => stars(value),
        ConditionField::PathPattern => stars(value.strip_prefix('/').unwrap_or(value)),
        _ => false,
    };
    let any_regex = |regex: &String| match condition.field {
        ConditionField::HostHeader => matches!(regex.as_str(), ".*" | "^.*$" | ".+" | "^.+$"),
        ConditionField::PathPattern => {
            matches!(regex.as_str(), ".*" | "^.*$" | "^/.*$" | "^/.*" | "/.*")
        }
        _ => false,
    };
    condition.values.iter().any(any_value) || condition.regex_values.iter().any(any_regex)
}

/// Whether a condition on the source lets every address through that the load balancer can be asked from.
pub(crate) fn any_source(lb: &LoadBalancer, condition: &Condition) -> bool {
    if condition.ip_address_type.is_some() {
        return false; // one family of a dual-stack Network load balancer
    }
    let ranges: Vec<_> = condition.values.iter().filter_map(|value| value.parse().ok()).collect();
    let v6 = lb.ip_address_type.as_ref().is_some_and(IpAddressType::is_dual);
    net::cover(Family::V4, &ranges) && (!v6 || net::cover(Family::V6, &ranges))
}

/// Whether a condition lets nothing but ACME's challenges through.
pub(crate) fn acme_only(condition: &Condition) -> bool {
    let regex = |regex: &String| {
        let plain = regex.trim_start_matches('^').replace('\\', "");
        regex.starts_with('^') && !regex.contains('|') && plain.starts_with(ACME)
    };
    condition.field == ConditionField::PathPattern
        && !(condition.values.is_empty() && condition.regex_values.is_empty())
        && condition.values.iter().all(|value| value.starts_with(ACME))
        && condition.regex_values.iter().all(regex)
}

/// Whether every request that meets `inner` meets `outer` too. Where that is not plain the answer is no.
pub(crate) fn narrows(inner: &Condition, outer: &Condition) -> bool {
    if inner == outer {
        return true;
    }
    let header = |condition: &Condition| condition.header.as_deref().map(str::to_lowercase);
    let alike = inner.field == outer.field
        && header(inner) == header(outer)
        && inner.ip_address_type == outer.ip_address_type;
    let globs = matches!(
        inner.field,
        ConditionField::HostHeader
            | ConditionField::PathPattern
            | ConditionField::HttpRequestMethod
            | ConditionField::HttpHeader
    );
    let held = |value: &String| {
        let wider = |own: &String| {
            own == value
                || globs && glob::covers(&folded(&outer.field, own), &folded(&inner.field, value))
        };
        outer.values.iter().any(wider)
    };
    alike
        && !(inner.values.is_empty() && inner.regex_values.is_empty())
        && inner.values.iter().all(held)
        && inner.regex_values.iter().all(|regex| outer.regex_values.contains(regex))
}

/// Whether a rule is dead behind another one: it asks for all that the other asks for, and maybe more.
pub(crate) fn is_dead(rule: &[Condition], earlier: &[Condition]) -> bool {
    earlier.iter().all(|outer| rule.iter().any(|inner| narrows(inner, outer)))
}

/// Whether a text meets a condition. Names of hosts have no case.
pub(crate) fn meets(condition: &Condition, text: &str) -> Match {
    let field = &condition.field;
    let value = |value: &String| match takes(field, value, text) {
        _ if pattern::is_hashed(value) => Match::Maybe,
        true => Match::Yes,
        false => Match::No,
    };
    let regex = |regex: &String| pattern::regex(regex, text, has_no_case(field));
    let values = condition.values.iter().map(value);
    Match::any(values.chain(condition.regex_values.iter().map(regex)))
}

/// Whether a field's value takes a text.
pub(crate) fn takes(field: &ConditionField, value: &str, text: &str) -> bool {
    glob::matches(&folded(field, value), &folded(field, text))
}

/// Whether some text may meet two conditions on one field.
pub(crate) fn may_share(one: &Condition, other: &Condition) -> bool {
    let fold = |text: &str| folded(&one.field, text);
    let values = |condition: &Condition| -> Vec<String> {
        condition.values.iter().map(|value| fold(value)).collect()
    };
    let beginnings = |condition: &Condition| -> Vec<String> {
        let values = condition.values.iter().map(|value| fold(glob::literal_prefix(value)));
        let regexes = condition.regex_values.iter();
        values.chain(regexes.map(|regex| fold(pattern::regex_beginning(regex)))).collect()
    };
    if one.regex_values.is_empty() && other.regex_values.is_empty() {
        let theirs = values(other);
        let share = |own: &String| theirs.iter().any(|value| glob::common(own, value).is_some());
        return values(one).iter().any(share);
    }
    let theirs = beginnings(other);
    let share = |own: &String| {
        theirs.iter().any(|text| text.starts_with(own.as_str()) || own.starts_with(text.as_str()))
    };
    beginnings(one).iter().any(share)
}

/// Whether a rule takes no path but those whose patterns pass.
pub(crate) fn only_paths(conditions: &[Condition], passes: impl Fn(&str) -> bool) -> bool {
    let only = |condition: &Condition| {
        condition.field == ConditionField::PathPattern
            && condition.regex_values.is_empty()
            && !condition.values.is_empty()
            && condition.values.iter().all(|value| passes(value))
    };
    conditions.iter().any(only)
}

/// Whether a rule takes requests of some addresses alone. One family of addresses is not some.
pub(crate) fn narrows_source(condition: &Condition) -> bool {
    let ranges: Vec<_> = condition.values.iter().filter_map(|value| value.parse().ok()).collect();
    let whole = |family| net::cover(family, &ranges);
    condition.field == ConditionField::SourceIp
        && !condition.values.is_empty()
        && ![Family::V4, Family::V6].into_iter().any(whole)
}

/// Whether a condition asks for a header or a parameter of the query whose values were kept as hashes
/// alone: who sends it may know a secret.
pub(crate) fn may_be_secret(condition: &Condition) -> bool {
    let is_hashed = |value: &String| {
        let value = match condition.field {
            ConditionField::QueryString => {
                value.split_once('=').map_or(value.as_str(), |(_, value)| value)
            }
            _ => value,
        };
        pattern::is_hashed(value)
    };
    let mut all = condition.values.iter().chain(&condition.regex_values).peekable();
    matches!(condition.field, ConditionField::HttpHeader | ConditionField::QueryString)
        && all.peek().is_some()
        && all.all(is_hashed)
}

/// The condition on a field, if there is one: a rule has at most one on host, path and method.
pub(crate) fn on<'a>(conditions: &'a [Condition], field: &ConditionField) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.field == *field)
}

/// The same, if it leaves the field less open than none would.
pub(crate) fn closed<'a>(
    conditions: &'a [Condition],
    field: &ConditionField,
) -> Option<&'a Condition> {
    on(conditions, field).filter(|condition| !takes_any(condition))
}

fn has_no_case(field: &ConditionField) -> bool {
    matches!(field, ConditionField::HostHeader | ConditionField::HttpHeader)
}

/// A value as it is compared: names of hosts and values of headers without case.
pub(crate) fn folded(field: &ConditionField, text: &str) -> String {
    if has_no_case(field) { text.to_lowercase() } else { text.to_owned() }
}
