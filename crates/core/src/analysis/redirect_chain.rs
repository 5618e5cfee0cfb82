//! Where a client ends up that follows a redirect: at a listener of the same load balancer it may be
//! redirected again, and for ever.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::analysis::dns;
use crate::analysis::routing::condition::{self, narrows};
use crate::analysis::routing::pattern::{self, Match};
use crate::analysis::routing::request::texts_for;
use crate::analysis::routing::{self, End, Route, redirect};
use crate::analysis::site::Site;
use crate::inventory::{Condition, ConditionField, Listener, Protocol, Redirect};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::glob;
use crate::vocab::partial::Partial;

/// Redirects that a client follows before it gives up. Source: the Fetch standard, HTTP-redirect fetch.
const MOST: usize = 20;
/// Texts of a field that are tried, so that a rule's first and last value are among them.
const TRIED: usize = 8;
/// URLs of a loop that are shown.
const SHOWN: usize = 4;

/// A request that is redirected for ever.
pub struct Loop {
    /// The request: `GET https://www.example.com/`.
    pub request: String,
    /// Where it is sent, one after the other, as far as they tell something new.
    pub urls: Vec<String>,
}

/// The redirects of a load balancer, and what follows on them.
pub struct Redirects<'a> {
    site: Site<'a>,
    listeners: Vec<(&'a Listener, OnceCell<Routes<'a>>)>,
}

/// The rules of a listener that a request can reach.
type Routes<'a> = Result<Vec<Route<'a>>, Gap>;

/// What a client asks for, in the course of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Request {
    protocol: Protocol,
    host: String,
    port: u16,
    path: String,
    query: String,
}

/// How a chain ends.
enum Trail {
    /// At a target, an answer or another host.
    Ends,
    /// It never began: another rule takes the request.
    Elsewhere,
    /// Not at all.
    Loops(Loop),
}

/// What a client sends with every request of a chain: what the rule asks for that it begins at.
#[derive(Clone, Copy)]
struct Client<'a> {
    conditions: &'a [Condition],
    method: &'a str,
}

/// A rule, by the places of its listener and of itself.
type Place = (usize, usize);

impl<'a> Redirects<'a> {
    /// Those of a load balancer whose listeners are known.
    pub fn new(site: Site<'a>) -> Result<Self, Gap> {
        let all = site.lb.listeners.get()?.iter();
        let listeners = all.map(|listener| (listener, OnceCell::new())).collect();
        Ok(Redirects { site, listeners })
    }

    /// A request that one of a listener's rules, by its place among those that are reached, redirects again and
    /// again; none when every request that is tried ends somewhere.
    pub fn loop_at(&self, listener: &Listener, rule: usize) -> Result<Option<Loop>, Gap> {
        let is_it = |(one, _): &(&Listener, _)| std::ptr::eq(*one, listener);
        let Some(at) = self.listeners.iter().position(is_it) else { return Ok(None) };
        let Some(route) = self.routes(at)?.get(rule) else { return Ok(None) };
        let End::Redirect(target) = &route.end else { return Ok(None) };
        if !self.may_return(at, target)? {
            return Ok(None);
        }
        let methods = texts_for(route.conditions, &ConditionField::HttpRequestMethod, &["GET"]);
        let method = methods.first().map_or("GET", String::as_str);
        let client = Client { conditions: route.conditions, method };
        let mut taken = Partial::whole(false);
        for request in self.requests(listener, route.conditions)? {
            match self.follow((at, rule), &request, client) {
                Ok(Trail::Loops(found)) => return Ok(Some(found)),
                Ok(Trail::Ends) => taken.found = true,
                Ok(Trail::Elsewhere) => {}
                Err(gap) => taken.add_gap(gap),
            }
        }
        if taken.complete()? {
            return Ok(None);
        }
        Err(unclear(listener, &format!("which requests {} takes", route.label)))
    }

    /// Whether some chain of redirects may lead from this one back to its listener, whatever the requests.
    fn may_return(&self, home: usize, target: &Redirect) -> Result<bool, Gap> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![(home, target)]);
        while let Some((from, target)) = open.pop() {
            let listener = self.listeners[from].0;
            let protocol = redirect::protocol(target, listener)?;
            let Some(at) = self.serving(protocol, redirect::port(target, listener)?)? else {
                continue;
            };
            if at == home {
                return Ok(true);
            }
            if !seen.insert(at) {
                continue;
            }
            for route in self.routes(at)? {
                match &route.end {
                    End::Redirect(target) => open.push((at, target)),
                    End::Unknown(gap) => return Err(gap.clone()),
                    End::Forward(_) | End::Answer => {}
                }
            }
        }
        Ok(false)
    }

    /// The listener of a protocol and port. One whose port is not known may be the one.
    fn serving(&self, protocol: &Protocol, port: u16) -> Result<Option<usize>, Gap> {
        let mut all = self.listeners.iter().map(|(listener, _)| *listener);
        if let Some(at) = all.clone().position(|listener| listener.port == Some(port)) {
            let serves =
                self.site.lb.serves(self.listeners[at].0, std::slice::from_ref(protocol))?;
            return Ok(serves.then_some(at));
        }
        all.try_for_each(|listener| listener.number().map(drop)).map(|()| None)
    }

    fn routes(&self, listener: usize) -> Result<&[Route<'a>], Gap> {
        let (listener, routes) = &self.listeners[listener];
        let routes = routes.get_or_init(|| routing::live(self.site.lb, listener));
        routes.as_deref().map_err(Clone::clone)
    }

    /// Requests that a rule may take: its hosts with one path, its paths with one host.
    fn requests(&self, listener: &Listener, conditions: &[Condition]) -> Result<Vec<Request>, Gap> {
        let own = self.site.lb.dns_name.as_deref().unwrap_or(&self.site.lb.name).to_lowercase();
        let hosts = texts_for(conditions, &ConditionField::HostHeader, &[&own]);
        let paths = texts_for(conditions, &ConditionField::PathPattern, &["/", "/any/path"]);
        let request = |host: &String, path: &String| -> Result<Request, Gap> {
            Ok(Request {
                protocol: listener.protocol.clone().unwrap_or(Protocol::Http),
                host: host.to_lowercase(),
                port: listener.number()?,
                path: path.clone(),
                query: query(conditions),
            })
        };
        let (Some(host), Some(path)) = (hosts.first(), paths.first()) else {
            return Ok(Vec::new());
        };
        let by_host = hosts.iter().take(TRIED).map(|host| request(host, path));
        let by_path = paths.iter().take(TRIED).skip(1).map(|path| request(host, path));
        by_host.chain(by_path).collect()
    }

    /// Follows a request from the rule that is to take it.
    fn follow(&self, start: Place, first: &Request, client: Client) -> Result<Trail, Gap> {
        let mut chain: Vec<(Place, Request)> = Vec::new();
        let (mut now, mut doubt, mut comes_back) = (first.clone(), None, false);
        while chain.len() < MOST {
            let Some((place, target)) = self.taken(&now, client, &first.query)? else {
                return Ok(Trail::Ends);
            };
            if chain.is_empty() && place != start {
                return Ok(Trail::Elsewhere);
            }
            if let Some(seen) = chain.iter().position(|(_, request)| *request == now) {
                chain.drain(..seen);
                comes_back = true;
                break;
            }
            let Some(next) = self.redirected(&now, target, place.0)? else { break };
            if next.host != now.host {
                match self.is_own_host(&next.host) {
                    Ok(true) => {}
                    Ok(false) => return Ok(Trail::Ends),
                    Err(gap) => doubt = doubt.or(Some(gap)),
                }
            }
            chain.push((place, std::mem::replace(&mut now, next)));
        }
        // What only leads into a loop is none itself.
        let inside = if comes_back { 0 } else { chain.len() / 2 };
        if !chain[inside..].iter().any(|(place, _)| *place == start) {
            return Ok(Trail::Ends);
        }
        if let Some(gap) = doubt {
            return Err(gap);
        }
        let mut urls: Vec<String> = chain.iter().skip(1).map(|(_, one)| one.url()).collect();
        urls.push(now.url());
        urls.truncate(SHOWN);
        Ok(Trail::Loops(Loop { request: format!("{} {}", client.method, first.url()), urls }))
    }

    /// The rule that redirects a request, and where to; none where it ends.
    fn taken(
        &self,
        request: &Request,
        client: Client,
        query: &str,
    ) -> Result<Option<(Place, &'a Redirect)>, Gap> {
        let Some(at) = self.serving(&request.protocol, request.port)? else { return Ok(None) };
        for (rule, route) in self.routes(at)?.iter().enumerate() {
            let meets = |condition| self.meets(condition, request, client, query);
            match route.conditions.iter().map(meets).fold(Match::Yes, Match::and) {
                Match::No => {}
                Match::Maybe => {
                    let said = format!("whether {} takes {}", route.label, request.url());
                    return Err(unclear(self.listeners[at].0, &said));
                }
                Match::Yes => {
                    return match &route.end {
                        End::Redirect(target) => Ok(Some(((at, rule), target))),
                        End::Unknown(gap) => Err(gap.clone()),
                        End::Forward(_) | End::Answer => Ok(None),
                    };
                }
            }
        }
        Ok(None)
    }

    /// Whether a request of this client meets a condition. It sends the headers that the rule asks for which
    /// the chain begins at, comes from where that one asks, and is otherwise nobody special.
    fn meets(
        &self,
        condition: &Condition,
        request: &Request,
        client: Client,
        first: &str,
    ) -> Match {
        let asked = || client.conditions.iter().any(|own| narrows(own, condition));
        match &condition.field {
            ConditionField::HostHeader => condition::meets(condition, &request.host),
            ConditionField::PathPattern => condition::meets(condition, &request.path),
            ConditionField::HttpRequestMethod => condition::meets(condition, client.method),
            ConditionField::QueryString if request.query == first && asked() => Match::Yes,
            ConditionField::QueryString => {
                let parameters = request.query.split('&').filter(|one| !one.is_empty());
                Match::any(parameters.map(|one| parameter(condition, one)))
            }
            ConditionField::SourceIp
                if asked() || condition::any_source(self.site.lb, condition) =>
            {
                Match::Yes
            }
            ConditionField::SourceIp => {
                let own = condition::on(client.conditions, &ConditionField::SourceIp);
                if own.is_some() { Match::Maybe } else { Match::No }
            }
            _ if asked() => Match::Yes,
            _ => Match::No,
        }
    }

    /// What a redirect makes of a request; none where that is longer than is of use: it grows.
    fn redirected(
        &self,
        now: &Request,
        target: &Redirect,
        at: usize,
    ) -> Result<Option<Request>, Gap> {
        let listener = self.listeners[at].0;
        let (protocol, port) = (now.protocol.to_string(), now.port.to_string());
        let parts = [
            ("#{protocol}", protocol.as_str()),
            ("#{host}", &now.host),
            ("#{port}", &port),
            ("#{path}", now.path.strip_prefix('/').unwrap_or(&now.path)),
            ("#{query}", &now.query),
        ];
        let filled = |template: &Option<String>, default: &str| {
            let template = template.as_deref().unwrap_or(default).to_owned();
            parts.iter().fold(template, |text, (key, value)| text.replace(key, value))
        };
        let next = Request {
            protocol: redirect::protocol(target, listener)?.clone(),
            host: filled(&target.host, "#{host}").to_lowercase(),
            port: redirect::port(target, listener)?,
            path: filled(&target.path, "/#{path}"),
            query: filled(&target.query, "#{query}"),
        };
        let is_short =
            [&next.host, &next.path, &next.query].into_iter().all(|one| glob::is_short(one));
        Ok(is_short.then_some(next))
    }

    /// Whether a host is the load balancer itself: its own name, or one that a record read in this scan leads
    /// to it. Where this scan reads no records, every other host is somebody else's.
    fn is_own_host(&self, host: &str) -> Result<bool, Gap> {
        let lb = self.site.lb;
        if dns::has_name(lb, host) {
            return Ok(true);
        }
        let records = match &self.site.account.dns_records {
            Fact::Known(records) => records,
            Fact::Unread(gap) if gap.reason == Reason::NotCollected => return Ok(false),
            Fact::Unread(gap) => return Err(gap.clone()),
        };
        let mut own = records.iter().filter(|record| record.name.eq_ignore_ascii_case(host));
        Ok(own.any(|record| dns::has_name(lb, &record.target)))
    }
}

impl Request {
    /// The request as a URL. What parameters of the query are set to stays out: some rules let in whoever
    /// knows it.
    fn url(&self) -> String {
        let Request { protocol, host, port, path, query } = self;
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
fn query(conditions: &[Condition]) -> String {
    let own = conditions.iter().filter(|condition| condition.field == ConditionField::QueryString);
    let first = own.filter_map(|condition| condition.values.first());
    first.map(|value| value.replace(['*', '?'], "x")).collect::<Vec<_>>().join("&")
}

/// Whether a parameter of a query meets a condition on it: `key=value`, or a value of whatever key.
fn parameter(condition: &Condition, text: &str) -> Match {
    let (key, value) = text.split_once('=').unwrap_or(("", text));
    let one = |pattern: &String| {
        let (name, own) = pattern.split_once('=').unwrap_or(("*", pattern));
        match glob::matches(name, key) {
            _ if pattern == text => Match::Yes,
            true if pattern::is_hashed(own) => Match::Maybe,
            true if glob::matches(own, value) => Match::Yes,
            _ => Match::No,
        }
    };
    Match::any(condition.values.iter().map(one))
}

fn unclear(listener: &Listener, said: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, Reason::Undetermined)
        .of(&listener.id)
        .saying(format!("cannot tell {said}"))
}
