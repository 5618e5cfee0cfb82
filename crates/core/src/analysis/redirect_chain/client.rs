//! A client that follows redirects: what it asks for, and how that is written.

use std::rc::Rc;

use crate::analysis::requests::{Match, Request, is_veiled, name_and_value, parameter};
use crate::analysis::routing::trial::{Choices, Trial};
use crate::inventory::Protocol;

/// Headers that every browser sends, with a value that no rule looks for.
const ALWAYS_SENT: &[&str] = &["user-agent", "accept", "accept-encoding", "accept-language"];
const ANYTHING: &[u8] = b"~";
/// Stands in a URL for a value that is not known.
const UNKNOWN: char = '\u{f8ff}';
/// Texts of a field that are tried, so that a rule's first and last value are among them.
const TRIED: usize = 8;

/// What a client asks for, in the course of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Visit {
    pub(super) protocol: Protocol,
    pub(super) port: u16,
    pub(super) request: Request,
}

/// Requests that reach a rule: its hosts, its paths and its methods, each
/// beside one of the others. The client sends with every
/// one of them what the rule asks for, and is nobody special otherwise.
pub(super) fn first_requests(first: &Request, trial: Trial, choices: &Choices) -> Vec<Request> {
    let mut requests = Vec::new();
    let hosts = choices
        .hosts
        .iter()
        .take(TRIED)
        .map(|host| Request { host: host.clone(), ..first.clone() });
    let paths = choices
        .paths
        .iter()
        .take(TRIED)
        .map(|path| Request { path: path.clone(), ..first.clone() });
    let methods = choices.methods.iter().take(TRIED);
    let methods = methods.map(|method| Request { method: method.clone(), ..first.clone() });
    for request in std::iter::once(first.clone()).chain(hosts).chain(paths).chain(methods) {
        let request = as_a_browser(request);
        if trial.is_reached_by(&request) && !requests.contains(&request) {
            requests.push(request);
        }
    }
    requests
}

/// The same with the headers that every browser sends.
fn as_a_browser(mut request: Request) -> Request {
    for name in ALWAYS_SENT {
        if request.headers.iter().all(|(own, _)| **own != **name) {
            request.headers.push(((*name).into(), ANYTHING.into()));
        }
    }
    request
}

impl Visit {
    /// Whether a rule takes the request.
    pub(super) fn meets(&self, rule: &[crate::analysis::requests::Asked]) -> Match {
        self.request.meets(rule)
    }

    pub(super) fn host(&self) -> String {
        text(&self.request.host)
    }

    pub(super) fn path(&self) -> String {
        text(&self.request.path)
    }

    /// Its query as a URL has it, with marks for what is not known.
    pub(super) fn query(&self) -> String {
        let one = |pair: &Rc<[u8]>| {
            let (name, value) = name_and_value(pair);
            format!("{}={}", text(name), text(value))
        };
        self.request.query.iter().map(one).collect::<Vec<_>>().join("&")
    }

    /// The request as a URL. What parameters of the query are set to stays out: some rules let in whoever
    /// knows it.
    pub(super) fn url(&self) -> String {
        let Visit { protocol, port, request } = self;
        let usual = if *protocol == Protocol::Https { 443 } else { 80 };
        let port = if *port == usual { String::new() } else { format!(":{port}") };
        let path = if is_veiled(&request.path) { "/".to_owned() } else { self.path() };
        let slash = if path.starts_with('/') { "" } else { "/" };
        let names: Vec<String> = request.query.iter().map(|pair| named(pair)).collect();
        let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
        let scheme = protocol.to_string().to_lowercase();
        format!("{scheme}://{}{port}{slash}{path}{query}", self.host())
    }
}

/// The parameters of a query that a redirect sets.
pub(super) fn parameters(query: &str) -> Vec<Rc<[u8]>> {
    let all = query.split('&').filter(|one| !one.is_empty());
    all.map(|one| {
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        bytes(&String::from_utf8_lossy(&parameter(&name.to_lowercase(), &value.to_lowercase())))
            .into()
    })
    .collect()
}

/// `name=…`.
fn named(pair: &[u8]) -> String {
    let (name, _) = name_and_value(pair);
    if name.is_empty() { "…".to_owned() } else { format!("{}=…", text(name)) }
}

/// A text as it can be written, and back.
fn text(bytes: &[u8]) -> String {
    if !is_veiled(bytes) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let parts: Vec<_> =
        bytes.split(|byte| is_veiled(&[*byte])).map(String::from_utf8_lossy).collect();
    parts.join(&UNKNOWN.to_string())
}

pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for (place, part) in text.split(UNKNOWN).enumerate() {
        if place > 0 {
            all.push(crate::analysis::requests::VEILED);
        }
        all.extend(part.as_bytes());
    }
    all
}
