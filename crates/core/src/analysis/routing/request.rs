//! A request that a rule takes, written so that a reader can try it.

use std::collections::BTreeSet;
use std::rc::Rc;

use ipnet::IpNet;

use super::trial::{Trial, sources};
use crate::analysis::requests::{
    Addresses, Answer, Asked, Budget, Field, Match, Request, Set, asked, is_veiled, name_and_value,
    unveil,
};
use crate::inventory::{Condition, ConditionField, Listener, LoadBalancer, Protocol};
use crate::vocab::glob;

/// What it may cost to find a request, in steps of a machine.
const A_REQUEST: usize = 400_000;
/// Headers that most clients send without being told to, as browsers and curl do, in lower case.
const ALWAYS_SENT: &[(&str, &[&str])] = &[
    (
        "user-agent",
        &["curl/8.5.0", "mozilla/5.0 (x11; linux x86_64; rv:128.0) gecko/20100101 firefox/128.0"],
    ),
    ("accept", &["*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]),
    ("accept-encoding", &["gzip, deflate, br"]),
    ("accept-language", &["en-us,en;q=0.5"]),
    ("connection", &["keep-alive"]),
];

/// A request for these conditions that none of the earlier rules takes, or in words what such a request
/// would be where it cannot be told of any that it gets through.
pub(crate) fn for_rule(
    conditions: &[Condition],
    earlier: &[&[Condition]],
    lb: &LoadBalancer,
    listener: &Listener,
) -> String {
    certain(conditions, earlier, lb, listener).unwrap_or_else(|| in_words(conditions))
}

/// The same; none where it cannot be told of any request.
pub(crate) fn certain(
    conditions: &[Condition],
    earlier: &[&[Condition]],
    lb: &LoadBalancer,
    listener: &Listener,
) -> Option<String> {
    let all = earlier.iter().chain(std::iter::once(&conditions));
    let mut all: Vec<Rc<[Asked]>> = all.map(|rule| asked(rule).into()).collect();
    unveil(&mut all);
    let (own, earlier) = all.split_last().map_or((&[][..], &[][..]), |(own, all)| (&**own, all));
    let trial = Trial { conditions, asked: own, earlier, lb };
    match trial.request(&Budget::of(A_REQUEST)) {
        Answer::Yes(request) => Some(written(&request, trial, listener)),
        Answer::No | Answer::Open => None,
    }
}

/// What a request for these conditions would be.
fn in_words(conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return "any that no earlier rule takes".to_owned();
    }
    let all: Vec<String> = conditions.iter().map(described).collect();
    let all = all.join(" and ");
    if glob::is_short(&all) {
        return format!("any of {all} that no earlier rule takes");
    }
    let fields: BTreeSet<String> = conditions.iter().map(|one| one.field.to_string()).collect();
    let fields: Vec<String> = fields.into_iter().filter(|field| glob::is_short(field)).collect();
    format!("any with {} as the rule asks that no earlier rule takes", fields.join(", "))
}

/// A request that reaches a rule, as a line: `GET https://www.example.com/api/x from 192.0.2.0/24`.
pub(crate) fn written(request: &Request, trial: Trial, listener: &Listener) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let own = trial.lb.dns_name.as_deref().unwrap_or(&trial.lb.name);
    let host = match &request.host {
        host if is_veiled(host) || text(host).eq_ignore_ascii_case(own) => own.to_owned(),
        host => text(host),
    };
    let (scheme, usual) = match &listener.protocol {
        Some(Protocol::Https) => ("https", 443),
        None | Some(Protocol::Http) => ("http", 80),
        Some(other) => {
            let port = listener.port.map_or_else(String::new, |port| format!(":{port}"));
            return with_remarks(format!("{other} {host}{port}"), request, trial);
        }
    };
    let port = match listener.port {
        Some(port) if port != usual => format!(":{port}"),
        _ => String::new(),
    };
    let path = if is_veiled(&request.path) { "/".to_owned() } else { text(&request.path) };
    let query = query(request, trial.conditions);
    let method = text(&request.method);
    with_remarks(format!("{method} {scheme}://{host}{port}{path}{query}"), request, trial)
}

fn with_remarks(line: String, request: &Request, trial: Trial) -> String {
    let mut remarks = Vec::new();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for condition in trial.conditions {
        match &condition.field {
            ConditionField::HttpHeader => {
                let Some(name) = &condition.header else { continue };
                if named.insert(name.to_lowercase()) {
                    let is_own = |(own, _): &&(Rc<str>, _)| own.eq_ignore_ascii_case(name);
                    let times = request.headers.iter().filter(is_own).count();
                    remarks.extend((0..times).map(|_| format!("with header {name}")));
                }
            }
            ConditionField::SourceIp if !remarks.iter().any(|one| one.starts_with("from ")) => {
                remarks.extend(asks_from(condition, request, trial));
            }
            ConditionField::HostHeader if is_veiled(&request.host) => {
                remarks.extend(unread(condition));
            }
            ConditionField::PathPattern if is_veiled(&request.path) => {
                remarks.extend(unread(condition));
            }
            ConditionField::HostHeader
            | ConditionField::PathPattern
            | ConditionField::HttpRequestMethod
            | ConditionField::QueryString
            | ConditionField::SourceIp => {}
            ConditionField::Other(other) => remarks.push(format!("with {other} as the rule asks")),
        }
    }
    remarks.extend(left_out(request, trial));
    if !trial.conditions.iter().any(|one| one.field == ConditionField::SourceIp)
        && decides(request, trial, &Field::Source)
    {
        remarks.push(format!("from {}", request.source));
    }
    remarks.into_iter().fold(line, |line, remark| format!("{line} {remark}"))
}

/// A condition with an expression that is not understood.
fn unread(condition: &Condition) -> Option<String> {
    Some(format!("with {} matching {}", condition.field, condition.regex_values.first()?))
}

/// Whether an earlier rule would take the request, if what it asks of a field were met.
fn decides(request: &Request, trial: Trial, field: &Field) -> bool {
    let others = |rule: &Rc<[Asked]>| {
        let others = rule.iter().filter(|asked| !asked.is_about(field));
        let is_met = |asked: &Asked| request.meets_one(asked) != Match::No;
        rule.iter().any(|asked| asked.is_about(field)) && others.into_iter().all(is_met)
    };
    trial.earlier.iter().any(others)
}

/// Headers that clients send by themselves, where an earlier rule would take the request for them.
fn left_out<'a>(request: &'a Request, trial: Trial<'a>) -> impl Iterator<Item = String> + 'a {
    let is_named = |name: &str| request.headers.iter().any(|(own, _)| **own == *name);
    let stops = move |name: &str, value: &&str| {
        let mut request = request.clone();
        request.headers.push((name.into(), value.as_bytes().into()));
        trial.earlier.iter().any(|rule| request.meets(rule) != Match::No)
    };
    let unnamed = ALWAYS_SENT.iter().filter(move |(name, _)| !is_named(name));
    unnamed
        .filter(move |(name, values)| values.iter().any(|value| stops(name, value)))
        .map(|(name, _)| format!("without header {name}"))
}

/// From where a rule that asks for it is asked: a block of its own if all of that gets through.
fn asks_from(condition: &Condition, request: &Request, trial: Trial) -> Option<String> {
    if condition.values.is_empty() {
        return Some(format!("from {}", condition.ip_address_type.as_ref()?));
    }
    let set = |asked: &Asked| match asked {
        Asked::Of { whole: Set::Addresses(set), .. } => Some(set.clone()),
        _ => None,
    };
    let all = trial.asked.iter().filter_map(set).fold(sources(trial.lb), |all, own| all.and(&own));
    let takes_the_rest = |rule: &&Rc<[Asked]>| {
        let others = rule.iter().filter(|asked| !asked.is_about(&Field::Source));
        others.into_iter().all(|asked| request.meets_one(asked) != Match::No)
    };
    let earlier = trial.earlier.iter().filter(takes_the_rest);
    let free =
        earlier.flat_map(|rule| rule.iter().filter_map(set)).fold(all, |free, its| free.but(&its));
    let blocks = condition.values.iter().filter_map(|value| Some((value, block(value)?)));
    for (value, block) in blocks {
        let whole = Addresses::of_blocks([&block]);
        if whole.has(request.source) && whole.but(&free).is_empty() {
            return Some(format!("from {value}"));
        }
    }
    Some(format!("from {}", request.source))
}

fn block(value: &str) -> Option<IpNet> {
    value.parse().ok()
}

/// The query. What a parameter's value must be stays out, like a header's: some rules let in whoever knows it.
fn query(request: &Request, conditions: &[Condition]) -> String {
    let own = || conditions.iter().filter(|one| one.field == ConditionField::QueryString);
    let all: Vec<String> = request
        .query
        .iter()
        .map(|pair| {
            let values = own().flat_map(|condition| &condition.values);
            let asking = values.filter(|value| takes(value, pair));
            let (name, value) = name_and_value(pair);
            if is_veiled(value) {
                let name = String::from_utf8_lossy(name);
                return if name.is_empty() { "…".to_owned() } else { format!("{name}=…") };
            }
            let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
            let is_open = |value: &str| value.chars().all(|c| matches!(c, '*' | '?'));
            let mut shown = "…".to_owned();
            for pattern in asking {
                match pattern.split_once('=') {
                    Some((_, asked)) if is_open(asked) => return format!("{name}={value}"),
                    Some(_) => shown = format!("{name}=…"),
                    None if is_open(pattern) => return format!("{name}={value}"),
                    None => {}
                }
            }
            shown
        })
        .collect();
    if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
}

/// Whether a value of a condition on the query takes a parameter.
fn takes(value: &str, pair: &[u8]) -> bool {
    let condition = Condition {
        field: ConditionField::QueryString,
        values: vec![value.to_owned()],
        ..Condition::default()
    };
    let own = asked(std::slice::from_ref(&condition));
    own.iter().all(|asked| asked.takes_text(pair) == Match::Yes)
}

/// The condition in words that give no secret away.
fn described(condition: &Condition) -> String {
    let field = &condition.field;
    match field {
        ConditionField::HttpHeader => {
            format!("{field} {}", condition.header.as_deref().unwrap_or_default())
        }
        ConditionField::HostHeader
        | ConditionField::PathPattern
        | ConditionField::HttpRequestMethod
        | ConditionField::SourceIp => {
            let all: Vec<&str> = condition
                .values
                .iter()
                .chain(&condition.regex_values)
                .map(String::as_str)
                .collect();
            format!("{field} {}", all.join(" or "))
        }
        ConditionField::QueryString | ConditionField::Other(_) => field.to_string(),
    }
}
