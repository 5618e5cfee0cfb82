//! A request that a rule takes, written so that a reader can try it.

use std::collections::BTreeSet;

use super::condition::{self, meets, narrows};
use super::example;
use super::pattern::Match;
use crate::inventory::{Condition, ConditionField, Listener, LoadBalancer, Protocol};
use crate::vocab::glob;

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
/// How many texts of one field are tried.
const TRIED: usize = 24;

/// A request for these conditions that none of the earlier rules takes, or in words what such a request
/// would be where none of those that were tried gets through.
pub(crate) fn for_rule(
    conditions: &[Condition],
    earlier: &[&[Condition]],
    lb: &LoadBalancer,
    listener: &Listener,
) -> String {
    let fits = &|_: &ConditionField, _: &str| Match::Yes;
    let wanted = RequestSearch { conditions, earlier, other: &[], fillers: &[], fits };
    let found =
        [Match::Yes, Match::Maybe].into_iter().find_map(|least| wanted.find(lb, listener, least));
    if let Some(request) = found {
        return request;
    }
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

/// Texts of a field that a rule takes, each of its values once before any of them with another filling; these
/// where it does not care.
pub(crate) fn texts_for(
    conditions: &[Condition],
    field: &ConditionField,
    otherwise: &[&str],
) -> Vec<String> {
    let Some(own) = condition::closed(conditions, field) else {
        return otherwise.iter().map(|text| (*text).to_owned()).collect();
    };
    let fillers = if *field == ConditionField::HostHeader { HOST_FILLERS } else { FILLERS };
    let filled = fillers.iter().flat_map(|fill| {
        own.values.iter().map(move |value| value.replace('*', fill).replace('?', "x"))
    });
    let regexes = own.regex_values.iter().filter_map(|regex| example::matching(regex));
    let mut texts: Vec<String> = Vec::new();
    for text in filled.chain(regexes).filter(|text| glob::is_short(text)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// What a request shall be like.
pub(crate) struct RequestSearch<'a> {
    /// What the rule asks for that shall take it.
    pub(crate) conditions: &'a [Condition],
    /// What the rules before it ask for: none of them may take it.
    pub(crate) earlier: &'a [&'a [Condition]],
    /// What another rule asks for: texts that meet that too are worth trying.
    pub(crate) other: &'a [Condition],
    /// What may stand for a `*` of the path, before the usual.
    pub(crate) fillers: &'a [String],
    /// Whether a text of a field will do.
    pub(crate) fits: &'a dyn Fn(&ConditionField, &str) -> Match,
}

impl RequestSearch<'_> {
    /// A request whose host, path and method will do, in words: one that meets the conditions at least so
    /// certainly, and that no earlier rule may take.
    pub(crate) fn find(
        &self,
        lb: &LoadBalancer,
        listener: &Listener,
        least: Match,
    ) -> Option<String> {
        let own = lb.dns_name.as_deref().unwrap_or(&lb.name);
        let any_host: Vec<&str> = std::iter::once(own).chain(HOSTS.iter().copied()).collect();
        let fillers: Vec<&str> =
            self.fillers.iter().map(String::as_str).chain(FILLERS.iter().copied()).collect();
        let fields = [
            (ConditionField::HttpRequestMethod, &["GET"][..], METHODS),
            (ConditionField::HostHeader, HOST_FILLERS, &any_host),
            (ConditionField::PathPattern, &fillers, PATHS),
        ];
        let [methods, hosts, paths] = fields.map(|(field, fillers, otherwise)| {
            let mut texts = self.candidates(&field, fillers, otherwise);
            texts.retain(|text| {
                self.asked(&field, text).and((self.fits)(&field, text)).is_at_least(least)
            });
            texts.truncate(TRIED);
            texts
        });
        for method in &methods {
            for host in &hosts {
                for path in &paths {
                    let asked = Asked { host, path, method, wanted: self };
                    let taken = self.earlier.iter().any(|rule| asked.taken_by(rule) != Match::No);
                    if !taken {
                        return Some(asked.words(listener, least == Match::Yes));
                    }
                }
            }
        }
        None
    }

    /// Whether the rule asks for this text of a field.
    fn asked(&self, field: &ConditionField, text: &str) -> Match {
        let own = condition::on(self.conditions, field);
        own.map_or(Match::Yes, |condition| meets(condition, text))
    }

    /// Texts that a field may have: each value with its wildcards filled in, or any at all.
    fn candidates(
        &self,
        field: &ConditionField,
        fillers: &[&str],
        otherwise: &[&str],
    ) -> Vec<String> {
        let filled = |value: &String| -> Vec<String> {
            fillers.iter().map(|fill| value.replace('*', fill).replace('?', "x")).collect()
        };
        let short = |value: &&String| glob::is_short(value);
        let examples = |condition: &Condition| -> Vec<String> {
            let values = condition.values.iter().filter(short).flat_map(filled);
            let regexes =
                condition.regex_values.iter().filter_map(|regex| example::matching(regex));
            values.chain(regexes).collect()
        };
        let (own, other) =
            (condition::closed(self.conditions, field), condition::closed(self.other, field));
        let mut texts = Vec::new();
        if let (Some(own), Some(other)) = (own, other) {
            let fold = |value: &String| condition::folded(field, value);
            for value in own.values.iter().map(fold) {
                let wishes = other.values.iter().map(fold);
                texts.extend(wishes.filter_map(|wish| glob::common(&value, &wish)));
            }
        }
        texts.extend(own.map(examples).unwrap_or_default());
        if own.is_none_or(|own| own.values.is_empty()) {
            texts.extend(other.map(examples).unwrap_or_default());
            texts.extend(otherwise.iter().map(|text| (*text).to_owned()));
        }
        texts.retain(|text| glob::is_short(text));
        texts
    }
}

/// A request, before it is known whether it gets to its rule.
struct Asked<'a> {
    host: &'a str,
    path: &'a str,
    method: &'a str,
    wanted: &'a RequestSearch<'a>,
}

impl Asked<'_> {
    /// Whether a rule takes the request.
    fn taken_by(&self, rule: &[Condition]) -> Match {
        let one = |condition: &Condition| {
            let text = match condition.field {
                ConditionField::HostHeader => self.host,
                ConditionField::PathPattern => self.path,
                ConditionField::HttpRequestMethod => self.method,
                _ => {
                    let own = &mut self.wanted.conditions.iter();
                    let same = own.any(|own| narrows(own, condition));
                    return if same { Match::Yes } else { Match::No };
                }
            };
            meets(condition, text)
        };
        rule.iter().map(one).fold(Match::Yes, Match::and)
    }

    fn words(&self, listener: &Listener, certain: bool) -> String {
        let (scheme, usual) = match &listener.protocol {
            Some(Protocol::Https) => ("https", 443),
            None | Some(Protocol::Http) => ("http", 80),
            Some(other) => return self.connection(other, listener),
        };
        let port = match listener.port {
            Some(port) if port != usual => format!(":{port}"),
            _ => String::new(),
        };
        let conditions = self.wanted.conditions;
        let query = query(conditions);
        let Asked { host, path, method, .. } = self;
        let slash = if path.starts_with('/') { "" } else { "/" };
        let request = format!("{method} {scheme}://{host}{port}{slash}{path}{query}");
        let remarks = conditions.iter().filter_map(|condition| remark(condition, certain));
        remarks.fold(request, |text, remark| format!("{text} {remark}"))
    }

    /// A connection to a listener that knows nothing of requests: `TCP web.example.com:8443`.
    fn connection(&self, protocol: &Protocol, listener: &Listener) -> String {
        let port = listener.port.map_or_else(String::new, |port| format!(":{port}"));
        let remarks = self.wanted.conditions.iter().filter_map(|condition| remark(condition, true));
        remarks.fold(format!("{protocol} {}{port}", self.host), |text, remark| {
            format!("{text} {remark}")
        })
    }
}

/// A query that all conditions on it take.
fn query(conditions: &[Condition]) -> String {
    let own = conditions.iter().filter(|condition| condition.field == ConditionField::QueryString);
    let first = own.filter_map(|condition| condition.values.first());
    let all: Vec<String> = first.map(|value| parameter(value)).collect();
    if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
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

/// A parameter that a condition takes. What its value must be stays out, like a header's: some rules let in
/// whoever knows it.
fn parameter(pattern: &str) -> String {
    let open = |value: &str| value.chars().all(|c| matches!(c, '*' | '?'));
    match pattern.split_once('=') {
        Some((name, value)) => {
            let value = if open(value) { "x" } else { "…" };
            format!("{}={value}", name.replace('*', "x"))
        }
        None if open(pattern) => "x=x".to_owned(),
        None => "…".to_owned(),
    }
}

/// What a URL cannot say. A header's values stay out: some rules let in whoever knows one.
pub(crate) fn remark(condition: &Condition, certain: bool) -> Option<String> {
    use ConditionField::{
        HostHeader, HttpHeader, HttpRequestMethod, Other, PathPattern, QueryString, SourceIp,
    };
    match &condition.field {
        HttpHeader => Some(format!("with header {}", condition.header.as_deref()?)),
        SourceIp => {
            let source = condition.values.first().or(condition.ip_address_type.as_ref())?;
            Some(format!("from {source}"))
        }
        field @ (HostHeader | PathPattern | HttpRequestMethod) if !certain => {
            Some(format!("with {field} matching {}", condition.regex_values.first()?))
        }
        HostHeader | PathPattern | HttpRequestMethod | QueryString => None,
        Other(other) => Some(format!("with {other} as the rule asks")),
    }
}
