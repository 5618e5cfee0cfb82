//! Where a client ends up that follows a redirect: at a listener of the same load balancer it may be
//! redirected again, and for ever.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::analysis::dns;
use crate::analysis::requests::{Answer, Asked, Budget, Match, asked, unveil};
use crate::analysis::routing::request::written;
use crate::analysis::routing::trial::Trial;
use crate::analysis::routing::{self, End, Route, redirect};
use crate::analysis::site::Site;
use crate::inventory::{Listener, Protocol, Redirect};
use crate::vocab::call::Call;
use crate::vocab::escape::cut;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::glob;
use crate::vocab::partial::Partial;

mod client;

use client::Visit;

/// Redirects that are followed. A client gives up after 20; more than there are rules shows a loop of many.
const MOST: usize = 1_024;
/// What it may cost to find a request, in steps of a machine.
const A_REQUEST: usize = 400_000;
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
    known: RefCell<HashMap<Visit, Taken<'a>>>,
}

/// The rules of a listener that a request can reach.
type Routes<'a> = Result<Vec<Ruled<'a>>, Gap>;
/// A rule, and what it asks for.
type Ruled<'a> = (Route<'a>, Rc<[Asked]>);

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
        let routes = self.routes(at)?;
        let Some((route, own)) = routes.get(rule) else { return Ok(None) };
        let target = match &route.end {
            End::Redirect(target) => target,
            End::Unknown(gap) => return Err(gap.clone()),
            End::Forward(_) | End::Answer => return Ok(None),
        };
        if !self.may_return(at, target)? {
            return Ok(None);
        }
        let earlier: Vec<Rc<[Asked]>> = routes[..rule].iter().map(|(_, own)| own.clone()).collect();
        let lb = self.site.lb;
        let trial = Trial { conditions: route.conditions, asked: own, earlier: &earlier, lb };
        let Answer::Yes(first) = trial.request(&Budget::of(A_REQUEST)) else {
            return Err(unclear(listener, &format!("which requests {} takes", route.label)));
        };
        let mut clear = Partial::whole(());
        for request in client::first_requests(&first, trial, &trial.choices(&[], &[])) {
            let protocol = listener.protocol.clone().unwrap_or(Protocol::Http);
            let first = Visit { protocol, port: listener.number()?, request };
            match self.follow((at, rule), &first) {
                Ok(None) => {}
                Ok(Some(urls)) => {
                    let request = written(&first.request, trial, listener);
                    return Ok(Some(Loop { request, urls }));
                }
                Err(gap) => clear.add_gap(gap),
            }
        }
        clear.otherwise(None)
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
            for (route, _) in self.routes(at)? {
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

    fn routes(&self, listener: usize) -> Result<&[Ruled<'a>], Gap> {
        let (listener, routes) = &self.listeners[listener];
        let find = || {
            let live = routing::rules(self.site.lb, listener)?.live;
            let mut sets: Vec<Rc<[Asked]>> =
                live.iter().map(|route| asked(route.conditions).into()).collect();
            unveil(&mut sets);
            Ok(live.into_iter().zip(sets).collect())
        };
        let routes = routes.get_or_init(find);
        routes.as_deref().map_err(Clone::clone)
    }

    /// Follows a request from the rule that takes it: the URLs that it is sent to, if that does not end.
    fn follow(&self, start: Place, first: &Visit) -> Result<Option<Vec<String>>, Gap> {
        let mut chain: Vec<(Place, Visit)> = Vec::new();
        let (mut now, mut doubt, mut comes_back) = (first.clone(), None, false);
        while chain.len() < MOST {
            let Some((place, target)) = self.taken(&now)? else {
                return Ok(None);
            };
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
            if next.request.host != now.request.host {
                match self.is_own_host(&next.host()) {
                    Ok(true) => {}
                    Ok(false) => return Ok(None),
                    Err(gap) => doubt = doubt.or(Some(gap)),
                }
            }
            chain.push((place, std::mem::replace(&mut now, next)));
        }
        if !self.is_loop(start, &chain, comes_back)? {
            return Ok(None);
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
        Ok(Some(urls.iter().map(|url| cut(url, LONGEST)).collect()))
    }

    /// Whether a chain that does not end goes round by this rule. What only leads into a loop is none itself.
    fn is_loop(
        &self,
        rule: Place,
        chain: &[(Place, Visit)],
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

    /// The rule that redirects a request, and where to; none where it ends. Found out once for all rules.
    fn taken(&self, visit: &Visit) -> Taken<'a> {
        if let Some(known) = self.known.borrow().get(visit) {
            return known.clone();
        }
        let found = self.find_taken(visit);
        self.known.borrow_mut().insert(visit.clone(), found.clone());
        found
    }

    fn find_taken(&self, visit: &Visit) -> Taken<'a> {
        let Some(at) = self.serving(&visit.protocol, visit.port)? else { return Ok(None) };
        for (rule, (route, own)) in self.routes(at)?.iter().enumerate() {
            match visit.meets(own) {
                Match::No => {}
                Match::Maybe => {
                    let said = format!("whether {} takes {}", route.label, visit.url());
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
    fn redirected(&self, now: &Visit, target: &Redirect, at: usize) -> Result<Option<Visit>, Gap> {
        let listener = self.listeners[at].0;
        let (protocol, port) = (now.protocol.to_string(), now.port.to_string());
        let (host, path, query) = (now.host(), now.path(), now.query());
        let parts = [
            ("#{protocol}", protocol.as_str()),
            ("#{host}", &host),
            ("#{port}", &port),
            ("#{path}", path.strip_prefix('/').unwrap_or(&path)),
            ("#{query}", &query),
        ];
        let filled = |template: &Option<String>, default: &str| {
            let template = template.as_deref().unwrap_or(default).to_owned();
            parts.iter().fold(template, |text, (key, value)| text.replace(key, value))
        };
        let (host, path) = (filled(&target.host, "#{host}"), filled(&target.path, "/#{path}"));
        let query = filled(&target.query, "#{query}");
        if ![&host, &path, &query].into_iter().all(|one| glob::is_short(one)) {
            return Ok(None);
        }
        let mut request = now.request.clone();
        // Source: the Fetch standard, HTTP-redirect fetch.
        if request.method == b"POST" {
            request.method = b"GET".to_vec();
        }
        request.host = client::bytes(&host.to_lowercase());
        request.path = client::bytes(&path);
        request.query = client::parameters(&query);
        Ok(Some(Visit {
            protocol: redirect::protocol(target, listener)?.clone(),
            port: redirect::port(target, listener)?,
            request,
        }))
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
    Gap::new(Call::ElbV2DescribeRules, Reason::Undecided)
        .of(&listener.id)
        .saying(format!("cannot tell {said}"))
}
