//! A client that follows redirects: what it asks for, and which conditions that meets.

use ipnet::IpNet;

use crate::analysis::routing::condition::{self, narrows};
use crate::analysis::routing::pattern::{self, Match};
use crate::analysis::routing::request::remark;
use crate::inventory::{Condition, ConditionField, LoadBalancer, Protocol};
use crate::vocab::digest::hash_secret;
use crate::vocab::glob;
use crate::vocab::net;

/// Headers that every browser sends.
const ALWAYS_SENT: &[&str] = &["user-agent", "accept", "accept-encoding", "accept-language"];

/// What a client asks for, in the course of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) protocol: Protocol,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) query: String,
}

/// Somebody who sends with every request what one rule asks for, and is nobody special otherwise.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    pub(super) lb: &'a LoadBalancer,
    /// What the rule asks for that the chain begins at.
    pub(super) conditions: &'a [Condition],
    /// The query of the first request, which meets them.
    pub(super) query: &'a str,
}

impl Client<'_> {
    /// Whether nothing but its requests sets it apart.
    pub(super) fn is_plain(self) -> bool {
        let of_requests = [
            ConditionField::HostHeader,
            ConditionField::PathPattern,
            ConditionField::HttpRequestMethod,
        ];
        self.conditions.iter().all(|condition| of_requests.contains(&condition.field))
    }

    /// Whether a request of this client meets a condition.
    pub(super) fn meets(self, condition: &Condition, request: &Request) -> Match {
        let is_empty = condition.values.is_empty() && condition.regex_values.is_empty();
        match &condition.field {
            _ if is_empty && condition.ip_address_type.is_none() => Match::Maybe,
            ConditionField::HostHeader => condition::meets(condition, &request.host),
            ConditionField::PathPattern => condition::meets(condition, &request.path),
            ConditionField::HttpRequestMethod => condition::meets(condition, &request.method),
            ConditionField::QueryString if request.query == self.query && self.asks(condition) => {
                Match::Yes
            }
            ConditionField::QueryString => {
                let parameters = request.query.split('&').filter(|one| !one.is_empty());
                Match::any(parameters.map(|one| parameter(condition, one)))
            }
            ConditionField::SourceIp => self.comes_from(condition),
            ConditionField::HttpHeader => self.sends(condition),
            ConditionField::Other(_) if self.asks(condition) => Match::Yes,
            ConditionField::Other(_) => Match::Maybe,
        }
    }

    fn asks(self, condition: &Condition) -> bool {
        self.conditions.iter().any(|own| narrows(own, condition))
    }

    /// It comes from where its rule asks, and from outside the ranges of others if it can.
    fn comes_from(self, condition: &Condition) -> Match {
        if self.asks(condition) || condition::any_source(self.lb, condition) {
            return Match::Yes;
        }
        if condition.ip_address_type.is_some() {
            return Match::Maybe;
        }
        let ranges = |condition: &Condition| -> Vec<IpNet> {
            condition.values.iter().filter_map(|value| value.parse().ok()).collect()
        };
        let others = ranges(condition);
        let own = condition::on(self.conditions, &ConditionField::SourceIp)
            .filter(|own| !condition::any_source(self.lb, own));
        let is_inside = |range: &IpNet| net::without(*range, &others).is_empty();
        match own.map(ranges) {
            Some(own) if own.iter().all(is_inside) => Match::Yes,
            _ => Match::No,
        }
    }

    /// It sends the headers that its rule asks for, and those that everybody sends.
    fn sends(self, condition: &Condition) -> Match {
        let Some(header) = &condition.header else { return Match::Maybe };
        let same = |own: &Condition| {
            own.header.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(header))
        };
        let any = |value: &String| !value.is_empty() && value.bytes().all(|byte| byte == b'*');
        if self.asks(condition) {
            Match::Yes
        } else if self.conditions.iter().any(same) {
            Match::Maybe
        } else if ALWAYS_SENT.contains(&header.to_lowercase().as_str())
            && condition.values.iter().any(any)
        {
            Match::Yes
        } else {
            Match::No
        }
    }

    /// Its first request, with what a URL cannot say.
    pub(super) fn described(self, first: &Request) -> String {
        let remarks = self.conditions.iter().filter_map(|condition| remark(condition, true));
        let request = format!("{} {}", first.method, first.url());
        remarks.fold(request, |text, remark| format!("{text} {remark}"))
    }
}

impl Request {
    /// The request as a URL. What parameters of the query are set to stays out: some rules let in whoever
    /// knows it.
    pub(super) fn url(&self) -> String {
        let Request { protocol, host, port, path, query, .. } = self;
        let usual = if *protocol == Protocol::Https { 443 } else { 80 };
        let port = if *port == usual { String::new() } else { format!(":{port}") };
        let slash = if path.starts_with('/') { "" } else { "/" };
        let names: Vec<String> =
            query.split('&').filter(|one| !one.is_empty()).map(named).collect();
        let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
        format!("{}://{host}{port}{slash}{path}{query}", protocol.to_string().to_lowercase())
    }
}

/// `name=…`.
fn named(parameter: &str) -> String {
    parameter.split_once('=').map_or_else(|| "…".to_owned(), |(name, _)| format!("{name}=…"))
}

/// A query that meets a rule's conditions on it.
pub(super) fn query(conditions: &[Condition]) -> String {
    let own = conditions.iter().filter(|condition| condition.field == ConditionField::QueryString);
    let first = own.filter_map(|condition| condition.values.first());
    first.map(|value| value.replace(['*', '?'], "x")).collect::<Vec<_>>().join("&")
}

/// Whether a parameter of a query meets a condition on it: `key=value`, or a value of whatever key. Of a
/// value that is kept as a hash, only the same one is known to meet it: a pattern may have been hashed.
fn parameter(condition: &Condition, text: &str) -> Match {
    let (key, value) = text.split_once('=').unwrap_or(("", text));
    let one = |pattern: &String| {
        let (name, own) = pattern.split_once('=').unwrap_or(("*", pattern));
        match glob::matches(name, key) {
            _ if pattern == text => Match::Yes,
            true if pattern::is_hashed(own) && own == hash_secret(value) => Match::Yes,
            true if pattern::is_hashed(own) => Match::Maybe,
            true if glob::matches(own, value) => Match::Yes,
            _ => Match::No,
        }
    };
    Match::any(condition.values.iter().map(one))
}
