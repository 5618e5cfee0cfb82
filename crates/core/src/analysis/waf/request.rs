//! A request as AWS WAF gets to see it, and whether a statement takes it.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Field, FieldTest};
use super::statement::{Gate, Matches, Requests};
use crate::analysis::requests::{self, Match, name_and_value};

/// Names of parameters where any will do.
const ANY_NAMES: [&str; 4] = ["x", "y", "z", "any"];

/// A request without cookies, and without headers but these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// What is said of each part, beside the path and the method. Of the query either the whole or parameters
    /// are said.
    parts: BTreeMap<Field, String>,
}

impl Request {
    /// A request of a set; its query is that text where it has no parameters. None where a client cannot send
    /// it, and where something is twice in it: AWS does not say what a test makes of that.
    pub(crate) fn of(found: &requests::Request, query: &[u8]) -> Option<Self> {
        let host = Field::Header("host".to_owned());
        let mut all: Vec<(Field, &[u8])> =
            vec![(Field::Method, &found.method), (Field::Path, &found.path), (host, &found.host)];
        all.extend(
            found.headers.iter().map(|(name, text)| (Field::Header(name.to_string()), &**text)),
        );
        for parameter in &found.query {
            let (name, text) = name_and_value(parameter);
            let name = std::str::from_utf8(name).ok()?;
            if !can_be(&Field::Arguments, name) || name.contains('=') {
                return None;
            }
            // Where any name will do each has another one.
            let is_free = |name: &&&str| !all.iter().any(|(field, _)| *field == argument(name));
            let name = if name.is_empty() { ANY_NAMES.iter().find(is_free)? } else { name };
            all.push((argument(name), text));
        }
        if found.query.is_empty() && !query.is_empty() {
            all.push((Field::Query, query));
        }
        let mut parts = BTreeMap::new();
        for (field, text) in all {
            let text = std::str::from_utf8(text).ok().filter(|text| can_be(&field, text))?;
            if parts.insert(field, text.to_owned()).is_some() {
                return None;
            }
        }
        Some(Request { parts })
    }

    /// The same with a body that passes every test.
    pub(crate) fn with_any_body(&self) -> Self {
        let mut request = self.clone();
        request.parts.insert(Field::Body, String::new());
        request
    }

    /// Its path.
    pub(crate) fn path(&self) -> &str {
        self.parts.get(&Field::Path).map_or("/", String::as_str)
    }

    /// Its method.
    pub(crate) fn method(&self) -> &str {
        self.parts.get(&Field::Method).map_or("GET", String::as_str)
    }

    /// It in words, for a load balancer with this name that speaks by this scheme.
    pub(crate) fn words(&self, scheme: &str, name: &str) -> String {
        let host = self.parts.get(&Field::Header("host".to_owned())).map_or(name, String::as_str);
        let query = self.query();
        let mark = if query.is_empty() { "" } else { "?" };
        let request = format!("{} {scheme}://{host}{}{mark}{query}", self.method(), self.path());
        let headers = self.parts.iter().filter_map(|(field, text)| match field {
            Field::Header(name) if name != "host" => Some(format!(" with header {name}: {text}")),
            _ => None,
        });
        headers.fold(request, |text, header| text + &header)
    }

    fn query(&self) -> String {
        let named = self.parts.iter().filter_map(|(field, text)| match field {
            Field::Query => Some(text.clone()),
            Field::Argument(name) => Some(format!("{name}={text}")),
            _ => None,
        });
        named.collect::<Vec<_>>().join("&")
    }

    /// Whether it is one of these, for a client that is behind these gates and no others.
    pub(crate) fn is_in(&self, matches: &Matches, open: &BTreeSet<Gate>) -> Match {
        let inner = match matches {
            Matches::All => return Match::Yes,
            Matches::None => return Match::No,
            Matches::Undecided => return Match::Maybe,
            Matches::Some(inner) => inner,
        };
        match &**inner {
            Requests::Test(test) => self.passes(test),
            Requests::Gate(gate) if open.contains(gate) => Match::Yes,
            Requests::Gate(_) => Match::No,
            Requests::Every(all) => {
                all.iter().map(|one| self.is_in(one, open)).fold(Match::Yes, Match::and)
            }
            Requests::Any(all) => Match::any(all.iter().map(|one| self.is_in(one, open))),
            Requests::Not(one) => self.is_in(one, open).opposite(),
        }
    }

    /// Whether it passes a test. A part that it does not have passes none.
    fn passes(&self, test: &FieldTest) -> Match {
        match &test.field {
            Field::Method => test.passes(self.method()),
            Field::Path => test.passes(self.path()),
            Field::Query => test.passes(&self.query()),
            Field::Body if self.parts.contains_key(&Field::Body) => Match::Yes,
            Field::Body => test.passes(""),
            Field::Argument(_) | Field::Arguments if self.parts.contains_key(&Field::Query) => {
                Match::Maybe
            }
            Field::Arguments => {
                let values = self.parts.iter().filter_map(|(field, text)| match field {
                    Field::Argument(_) => Some(test.passes(text)),
                    _ => None,
                });
                Match::any(values)
            }
            Field::Header(_) | Field::Argument(_) => {
                self.parts.get(&test.field).map_or(Match::No, |text| test.passes(text))
            }
            Field::Cookies if self.parts.contains_key(&Field::Header("cookie".to_owned())) => {
                Match::Maybe
            }
            Field::Cookies => Match::No,
        }
    }
}

fn argument(name: &str) -> Field {
    Field::Argument(name.to_owned())
}

/// Whether a client can send a text as this part, and nothing else comes of it.
fn can_be(field: &Field, text: &str) -> bool {
    let inner =
        if matches!(field, Field::Header(_)) { text.replace(' ', "_") } else { text.to_owned() };
    let is_visible = inner.bytes().all(|byte| byte.is_ascii_graphic()) && text.trim() == text;
    let apart = match field {
        Field::Path => "?#",
        Field::Query => "#",
        Field::Arguments | Field::Argument(_) => "#&+%",
        Field::Method => {
            let is_sign = |byte: u8| byte.is_ascii_alphabetic() || b"-_".contains(&byte);
            return !text.is_empty() && text.bytes().all(is_sign);
        }
        Field::Header(name) if name == "host" => "/?#@",
        Field::Header(_) | Field::Body | Field::Cookies => "",
    };
    is_visible
        && !text.contains(|c| apart.contains(c))
        && (*field != Field::Path || text.starts_with('/'))
}
