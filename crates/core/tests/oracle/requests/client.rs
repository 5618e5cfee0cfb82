//! A client that follows redirects, one after the other.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{ActionKind, Listener, Protocol, Redirect, Rule};

use super::evaluate::{Request, by_priority, taken};
use super::generate::rules;

/// More turns than there are rules, twice: who is still on the way then goes round, or the URL grows.
const TURNS: usize = 80;

/// What a client asks for: its scheme, port and request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Visit {
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) request: Request,
}

/// The rules that a client comes by again and again, by listener and label; none where it ends somewhere, and an
/// error where it is undecided which rule takes a request.
pub(crate) fn round(listeners: &[Listener], first: &Visit) -> Result<Vec<(usize, String)>, ()> {
    let mut seen: Vec<(Visit, (usize, String))> = Vec::new();
    let mut now = first.clone();
    while seen.len() < TURNS {
        if let Some(start) = seen.iter().position(|(visit, _)| *visit == now) {
            return Ok(seen.drain(start..).map(|(_, rule)| rule).collect());
        }
        let is_it = |one: &Listener| one.port == Some(now.port);
        let Some(at) = listeners.iter().position(is_it) else { return Ok(Vec::new()) };
        if listeners[at].protocol.as_ref() != Some(&now.protocol) {
            return Ok(Vec::new());
        }
        let ordered = by_priority(rules(&listeners[at]));
        let rule = taken(&ordered, &now.request).ok_or(())?;
        let Some(redirect) = redirect(rule) else { return Ok(Vec::new()) };
        let next = redirected(&now, redirect);
        let own = next.request.host.eq_ignore_ascii_case(sample::DNS_NAME);
        if !own && !next.request.host.eq_ignore_ascii_case(&now.request.host) {
            return Ok(Vec::new()); // no record leads another name here
        }
        seen.push((std::mem::replace(&mut now, next), (at, rule.label())));
    }
    Ok(seen.drain(TURNS / 2..).map(|(_, rule)| rule).collect())
}

/// Where a rule redirects to, if it does nothing else.
pub(crate) fn redirect(rule: &Rule) -> Option<&Redirect> {
    let last = rule.actions.last().filter(|action| action.kind == ActionKind::Redirect);
    last.and_then(|action| action.redirect.as_ref())
}

fn query_text(query: &[(String, String)]) -> String {
    let all: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    all.join("&")
}

/// What a redirect tells the client to ask for. A part that is absent stays; `#{path}` comes without its first
/// slash. A client turns POST into GET (Fetch standard, HTTP-redirect fetch).
fn redirected(now: &Visit, redirect: &Redirect) -> Visit {
    let (protocol, port) = (now.protocol.to_string(), now.port.to_string());
    let query = query_text(&now.request.query);
    let path = now.request.path.strip_prefix('/').unwrap_or(&now.request.path);
    let filled = |own: &Option<String>, same: &str| {
        let text = own.as_deref().unwrap_or(same);
        text.replace("#{protocol}", &protocol)
            .replace("#{host}", &now.request.host)
            .replace("#{port}", &port)
            .replace("#{path}", path)
            .replace("#{query}", &query)
    };
    let pair = |text: &str| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (key.to_owned(), value.to_owned())
    };
    let query = filled(&redirect.query, "#{query}");
    let method = if now.request.method == "POST" { "GET" } else { &now.request.method };
    Visit {
        protocol: filled(&redirect.protocol, "#{protocol}").as_str().into(),
        port: filled(&redirect.port, "#{port}").parse().unwrap_or(now.port),
        request: Request {
            method: method.to_owned(),
            host: filled(&redirect.host, "#{host}"),
            path: filled(&redirect.path, "/#{path}"),
            query: query.split('&').filter(|one| !one.is_empty()).map(pair).collect(),
            ..now.request.clone()
        },
    }
}
