//! A request that a finding shows, read back: every request that it may stand for.

use std::net::IpAddr;

use elb_audit_core::inventory::{Condition, Rule};
use ipnet::IpNet;

use super::evaluate::{self, Answer, Request};
use super::space::{addresses, blocks};
use super::universe::{Slot, TEXTS};

/// What stands in a shown request for what may be a secret.
const HIDDEN: &str = "…";

/// What stands before what a URL cannot say.
const MARKS: [&str; 3] = [" with header ", " from ", " without header "];

/// A request as it is shown.
pub(crate) struct Printed {
    pub(crate) scheme: String,
    pub(crate) port: u16,
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    query: Vec<String>,
    headers: Vec<(String, Option<String>)>,
    source: Option<IpNet>,
}

impl Printed {
    /// Reads `GET https://host:8443/path?k=… with header X-Key from 192.0.2.0/24`; none where it is in words.
    pub(crate) fn read(text: &str) -> Option<Printed> {
        if text.contains(" matching ") {
            return None;
        }
        let (first, mut rest) = text.split_at(next_mark(text));
        let (mut headers, mut source) = (Vec::new(), None);
        while !rest.is_empty() {
            let (mark, own) =
                MARKS.iter().find_map(|mark| Some((*mark, rest.strip_prefix(mark)?)))?;
            let (own, more) = own.split_at(next_mark(own));
            rest = more;
            match mark {
                " with header " => headers.push(own.to_owned()),
                " from " => source = Some(block(own)?),
                // A request has no headers but those that are said.
                _ => {}
            }
        }
        let (method, url) = first.split_once(' ')?;
        let (scheme, rest) = url.split_once("://")?;
        let (place, rest) = rest.split_at(rest.find('/')?);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let usual = if scheme == "https" { 443 } else { 80 };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, usual),
        };
        let named = |header: String| match header.split_once(": ") {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (header, None),
        };
        let query = query.split('&').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let is_url = !path.contains(' ') && !place.contains(' ') && !method.is_empty();
        is_url.then(|| Printed {
            scheme: scheme.to_owned(),
            port,
            method: method.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            query,
            headers: headers.into_iter().map(named).collect(),
            source,
        })
    }

    /// The requests that it may stand for, as far as these rules tell them apart.
    pub(crate) fn requests(&self, rules: &[&Rule], is_dual: bool) -> Vec<Request> {
        let mut all_blocks = blocks(rules);
        all_blocks.extend(self.source);
        let mut sources = addresses(&all_blocks, is_dual);
        sources.retain(|one| self.source.is_none_or(|block| block.contains(one)));
        let base = |source: IpAddr| Request {
            method: self.method.clone(),
            host: self.host.clone(),
            path: self.path.clone(),
            query: Vec::new(),
            headers: Vec::new(),
            source,
        };
        let mut found: Vec<Request> = sources.into_iter().map(base).collect();
        for (name, value) in &self.headers {
            let values = header_values(rules, name, value.as_deref());
            found = each(&found, &values, |request, value| {
                request.headers.push((name.clone(), value.clone()));
            });
        }
        for parameter in &self.query {
            let pairs = pairs(rules, parameter);
            found = each(&found, &pairs, |request, pair| request.query.push(pair.clone()));
        }
        found
    }
}

/// Where the next remark begins.
fn next_mark(text: &str) -> usize {
    MARKS.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len())
}

fn block(text: &str) -> Option<IpNet> {
    text.parse::<IpAddr>().map(IpNet::from).ok().or_else(|| text.parse().ok())
}

fn each<T>(all: &[Request], choices: &[T], add: impl Fn(&mut Request, &T)) -> Vec<Request> {
    let with = |request: &Request, choice: &T| {
        let mut own = request.clone();
        add(&mut own, choice);
        own
    };
    all.iter().flat_map(|request| choices.iter().map(move |one| with(request, one))).collect()
}

/// The conditions of these rules on a field.
fn on<'a>(rules: &[&'a Rule], is_it: impl Fn(&Condition) -> bool) -> Vec<&'a Condition> {
    let all = rules.iter().flat_map(|rule| &rule.conditions);
    all.filter(|condition| is_it(condition)).collect()
}

fn header_values(rules: &[&Rule], name: &str, shown: Option<&str>) -> Vec<String> {
    if let Some(shown) = shown.filter(|shown| !shown.contains(HIDDEN)) {
        return vec![shown.to_owned()];
    }
    let same = |own: &str| own.eq_ignore_ascii_case(name);
    let conditions = on(rules, |one| one.header.as_deref().is_some_and(same));
    let Some((_, values)) = TEXTS.headers.iter().find(|(own, _)| same(own)) else {
        return vec!["x".to_owned()];
    };
    let told = |value: &String| -> Vec<Answer> {
        conditions.iter().map(|condition| evaluate::text(condition, value)).collect()
    };
    distinct(values, told)
}

fn pairs(rules: &[&Rule], shown: &str) -> Vec<(String, String)> {
    let (key, value) = shown.split_once('=').unwrap_or(("", shown));
    if !key.is_empty() && !value.contains(HIDDEN) {
        return vec![(key.to_owned(), value.to_owned())];
    }
    let conditions = on(rules, |one| Slot::of(one) == Slot::Query);
    let told = |(key, value): &(String, String)| -> Vec<Answer> {
        conditions.iter().map(|condition| evaluate::pair(condition, (key, value))).collect()
    };
    let given = |(_, value): &(String, String)| (key.to_owned(), value.clone());
    let all: Vec<(String, String)> =
        if key.is_empty() { TEXTS.pairs.clone() } else { TEXTS.pairs.iter().map(given).collect() };
    distinct(&all, told)
}

/// The first of those that the conditions do not tell apart.
fn distinct<T: Clone>(all: &[T], told: impl Fn(&T) -> Vec<Answer>) -> Vec<T> {
    let mut seen = Vec::new();
    let mut is_new = |one: &&T| {
        let own = told(one);
        let is_new = !seen.contains(&own);
        if is_new {
            seen.push(own);
        }
        is_new
    };
    all.iter().filter(|one| is_new(one)).cloned().collect()
}
