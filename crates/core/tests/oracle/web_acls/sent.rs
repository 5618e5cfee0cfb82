//! Requests as clients send them: all short ones.

use std::collections::BTreeSet;

use elb_audit_core::fixtures::sample;

use super::acl::Acl;
use super::statement::{Holds, Statement};

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    method: String,
    host: String,
    path: String,
    query: Vec<(String, String)>,
    /// The values of its one header.
    header: Vec<String>,
}

/// Every text of these letters with so many of them at most.
fn texts(letters: &[&str], most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..most {
        last = last
            .iter()
            .flat_map(|text| letters.iter().map(move |c| format!("{text}{c}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Every request of short texts, of those that all tests take alike only one.
pub(crate) fn all(acl: &Acl) -> Vec<Sent> {
    let first = Sent {
        method: "GET".to_owned(),
        host: sample::DNS_NAME.to_owned(),
        path: "/".to_owned(),
        ..Sent::default()
    };
    let letters = ["a", "A", "b"];
    let mut found = vec![first];
    let paths = texts(&["a", "A", "b", "/"], 3);
    found = each(acl, &found, &paths, |one, path| one.path = format!("/{path}"));
    let methods = ["GET", "POST", "PUT", "get", "OPTIONS"].map(str::to_owned);
    found = each(acl, &found, &methods, |one, method| one.method.clone_from(method));
    let hosts = [&[sample::DNS_NAME.to_owned()], &texts(&letters, 2)[1..]].concat();
    found = each(acl, &found, &hosts, |one, host| one.host.clone_from(host));
    let header = |one: &mut Sent, values: &Vec<String>| one.header.clone_from(values);
    let values = texts(&letters, 2).into_iter().map(|text| vec![text]);
    let values: Vec<Vec<String>> = std::iter::once(Vec::new()).chain(values).collect();
    let mut headers = distinct(acl, &found[0], &values, header);
    headers = [&headers[..], &together(&headers[1..])].concat();
    found = each(acl, &found, &headers, header);
    let query = |one: &mut Sent, query: &Query| one.query.clone_from(query);
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let values: Vec<Query> = texts(&letters, 2).iter().map(|text| vec![named("q", text)]).collect();
    let single = distinct(acl, &found[0], &values, query);
    let bare = [Vec::new(), vec![named("b", "")], vec![named("a", "b")]];
    let mut queries = [&bare[..], &single].concat();
    for more in [("r", "a"), ("r", "A"), ("r", "b"), ("r", "ab"), ("s", "b")]
        .map(|(name, text)| named(name, text))
    {
        let longer = queries.iter().filter(|query| query.iter().all(|(name, _)| *name != more.0));
        let longer: Vec<Query> =
            longer.map(|query| [&query[..], std::slice::from_ref(&more)].concat()).collect();
        queries.extend(longer);
    }
    queries.extend(together(&single));
    each(acl, &found, &queries, query)
}

/// The names and values of a query.
type Query = Vec<(String, String)>;

/// Two of these at once.
fn together<T: Clone>(all: &[Vec<T>]) -> Vec<Vec<T>> {
    let each = |(at, one): (usize, &Vec<T>)| -> Vec<Vec<T>> {
        all[at + 1..].iter().map(|other| [&one[..], other].concat()).collect()
    };
    all.iter().enumerate().flat_map(each).collect()
}

/// Of these the first of those that all tests take alike, as a part of this request.
fn distinct<T: Clone>(
    acl: &Acl,
    request: &Sent,
    parts: &[T],
    put: impl Fn(&mut Sent, &T),
) -> Vec<T> {
    let tests: Vec<Statement> = acl.tests().into_iter().cloned().map(Statement::Test).collect();
    let mut seen: BTreeSet<(Vec<Holds>, bool, bool)> = BTreeSet::new();
    let mut is_new = |part: &&T| {
        let mut request = request.clone();
        put(&mut request, part);
        let told = tests.iter().map(|test| test.takes(&request)).collect();
        seen.insert((told, request.is_twice(), request.is_preflight()))
    };
    parts.iter().filter(|part| is_new(part)).cloned().collect()
}

/// Each of these requests with each of these as one of its parts, unless all tests take another one alike.
fn each<T: Clone>(acl: &Acl, all: &[Sent], parts: &[T], put: impl Fn(&mut Sent, &T)) -> Vec<Sent> {
    let parts = distinct(acl, &all[0], parts, &put);
    let with = |request: &Sent, part: &T| {
        let mut request = request.clone();
        put(&mut request, part);
        request
    };
    all.iter().flat_map(|request| parts.iter().map(|part| with(request, part))).collect()
}

impl Sent {
    /// The texts that a test of a field sees.
    pub(crate) fn texts(&self, (field, name): (&str, &str)) -> Vec<String> {
        let arguments = |is_it: &dyn Fn(&str) -> bool| {
            let all = self.query.iter().filter(|(own, _)| is_it(own));
            all.map(|(_, text)| text.clone()).collect()
        };
        match (field, name) {
            ("uri-path", _) => vec![self.path.clone()],
            ("method", _) => vec![self.method.clone()],
            ("single-header", "host") => vec![self.host.clone()],
            ("single-header", _) => self.header.clone(),
            ("single-query-argument", name) => arguments(&|own| own == name),
            ("all-query-arguments", _) => arguments(&|_| true),
            _ => {
                let all = self.query.iter().map(|(name, text)| match text.as_str() {
                    "" if name != "q" => name.clone(),
                    _ => format!("{name}={text}"),
                });
                vec![all.collect::<Vec<_>>().join("&")]
            }
        }
    }

    /// Whether a header or an argument is there twice: AWS does not say what a test makes of that.
    pub(crate) fn is_twice(&self) -> bool {
        let names: BTreeSet<&String> = self.query.iter().map(|(name, _)| name).collect();
        names.len() < self.query.len() || self.header.len() > 1
    }

    pub(crate) fn is_preflight(&self) -> bool {
        self.method.eq_ignore_ascii_case("options")
    }

    /// The request of a text like `GET https://host/path?query with header x-t: a`.
    pub(crate) fn read(text: &str) -> Option<Sent> {
        let (method, rest) = text.split_once(" https://")?;
        let mut parts = rest.split(" with header x-t: ");
        let url = parts.next()?;
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let at = url.find('/')?;
        let pair = |text: &str| {
            let (name, text) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), text.to_owned())
        };
        Some(Sent {
            method: method.to_owned(),
            host: url[..at].to_owned(),
            path: url[at..].to_owned(),
            query: query.split('&').filter(|one| !one.is_empty()).map(pair).collect(),
            header: parts.map(str::to_owned).collect(),
        })
    }
}
