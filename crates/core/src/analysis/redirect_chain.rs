//! Where a client ends up that follows a redirect: at a listener of the same load balancer it may be
//! redirected again, and for ever.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};

use crate::analysis::dns;
use crate::analysis::routing::pattern::Match;
use crate::analysis::routing::request::texts_for;
use crate::analysis::routing::{self, End, Route, redirect};
use crate::analysis::site::Site;
use crate::inventory::{ConditionField, Listener, Protocol, Redirect};
use crate::vocab::call::Call;
use crate::vocab::escape::cut;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::glob;
use crate::vocab::partial::Partial;

mod client;

use client::{Client, Request};

/// Redirects that are followed. A client gives up after 20; more than there are rules shows a loop of many.
const MOST: usize = 1_024;
/// Texts of a field that are tried, so that a rule's first and last value are among them.
const TRIED: usize = 8;
/// URLs of a loop that are shown, and characters of one.
const SHOWN: usize = 4;
const LONGEST: usize = 200;

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
    known: RefCell<HashMap<Request, Taken<'a>>>,
}

/// The rules of a listener that a request can reach.
type Routes<'a> = Result<Vec<Route<'a>>, Gap>;

/// How a chain ends.
enum Trail {
    /// At a target, an answer or another host.
    Ends,
    /// It never began: another rule takes the request.
    Elsewhere,
    /// Not at all.
    Loops(Loop),
}

/// A rule, by the places of its listener and of itself.
type Place = (usize, usize);
/// The rule that redirects a request, and where to.
type Taken<'a> = Result<Option<(Place, &'a Redirect)>, Gap>;

impl<'a> Redirects<'a> {
    /// Those of a load balancer whose listeners are known.
    pub fn new(site: Site<'a>) -> Result<Self, Gap> {
        let all = site.lb.listeners.get()?.iter();
        let listeners = all.map(|listener| (listener, OnceCell::new())).collect();
        Ok(Redirects { site, listeners, known: RefCell::default() })
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
        let query = client::query(route.conditions);
        let client = Client { lb: self.site.lb, conditions: route.conditions, query: &query };
        let mut taken = Partial::whole(false);
        for request in self.requests(listener, client)? {
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
    fn requests(&self, listener: &Listener, client: Client) -> Result<Vec<Request>, Gap> {
        let conditions = client.conditions;
        let methods = texts_for(conditions, &ConditionField::HttpRequestMethod, &["GET"]);
        let method = methods.first().map_or("GET", String::as_str);
        let own = self.site.lb.dns_name.as_deref().unwrap_or(&self.site.lb.name).to_lowercase();
        let hosts = texts_for(conditions, &ConditionField::HostHeader, &[&own]);
        let paths = texts_for(conditions, &ConditionField::PathPattern, &["/", "/any/path"]);
        let request = |host: &String, path: &String| -> Result<Request, Gap> {
            Ok(Request {
                method: method.to_owned(),
                protocol: listener.protocol.clone().unwrap_or(Protocol::Http),
                host: host.to_lowercase(),
                port: listener.number()?,
                path: path.clone(),
                query: client.query.to_owned(),
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
            let Some((place, target)) = self.taken(&now, client)? else {
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
            let Some(next) = self.redirected(&now, target, place.0)? else {
                if chain.len() < 2 {
                    return Err(unclear(self.listeners[place.0].0, "where a long URL leads"));
                }
                break;
            };
            if next.host != now.host {
                match self.is_own_host(&next.host) {
                    Ok(true) => {}
                    Ok(false) => return Ok(Trail::Ends),
                    Err(gap) => doubt = doubt.or(Some(gap)),
                }
            }
            chain.push((place, std::mem::replace(&mut now, next)));
        }
        if !self.is_loop(start, &chain, comes_back)? {
            return Ok(Trail::Ends);
        }
        if let Some(gap) = doubt {
            return Err(gap);
        }
        let mut urls: Vec<String> = chain.iter().skip(1).map(|(_, one)| one.url()).collect();
        urls.push(now.url());
        if urls.len() > SHOWN {
            urls.truncate(SHOWN);
            urls.push("…".to_owned());
        }
        let urls = urls.iter().map(|url| cut(url, LONGEST)).collect();
        Ok(Trail::Loops(Loop { request: client.described(first), urls }))
    }

    /// Whether a chain that does not end goes round by this rule. What only leads into a loop is none itself.
    fn is_loop(
        &self,
        rule: Place,
        chain: &[(Place, Request)],
        comes_back: bool,
    ) -> Result<bool, Gap> {
        let turns = chain.iter().filter(|(place, _)| *place == rule).count();
        let rules: BTreeSet<Place> = chain.iter().map(|(place, _)| *place).collect();
        match turns {
            0 => Ok(false),
            1 if comes_back => Ok(true),
            1 if rules.len() < chain.len() => Ok(false),
            1 => Err(unclear(self.listeners[rule.0].0, "where a URL leads that grows")),
            _ => Ok(true),
        }
    }

    /// The rule that redirects a request, and where to; none where it ends. What becomes of a request of
    /// nobody special is found out once for all rules.
    fn taken(&self, request: &Request, client: Client) -> Taken<'a> {
        if !client.is_plain() {
            return self.find_taken(request, client);
        }
        if let Some(known) = self.known.borrow().get(request) {
            return known.clone();
        }
        let found = self.find_taken(request, client);
        self.known.borrow_mut().insert(request.clone(), found.clone());
        found
    }

    fn find_taken(&self, request: &Request, client: Client) -> Taken<'a> {
        let Some(at) = self.serving(&request.protocol, request.port)? else { return Ok(None) };
        for (rule, route) in self.routes(at)?.iter().enumerate() {
            let meets = |condition| client.meets(condition, request);
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
        // Source: the Fetch standard, HTTP-redirect fetch.
        let method = if now.method == "POST" { "GET" } else { &now.method };
        let next = Request {
            method: method.to_owned(),
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
        match &self.site.account.dns_records {
            Fact::Known(records) => dns::leads_to(self.site.lb, records, host),
            Fact::Unread(_) if dns::is_own_name(self.site.lb, host) => Ok(true),
            Fact::Unread(gap) if gap.reason == Reason::NotCollected => Ok(false),
            Fact::Unread(gap) => Err(gap.clone()),
        }
    }
}

fn unclear(listener: &Listener, said: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, Reason::Unrecognised)
        .of(&listener.id)
        .saying(format!("cannot tell {said}"))
}
