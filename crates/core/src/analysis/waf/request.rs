//! A request as AWS WAF gets to see it, and whether a statement takes it.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Field, FieldTest};
use super::statement::{Gate, Matches, Requests};
use crate::analysis::requests::Match;

/// How many requests are tried.
const TRIED: usize = 512;
/// How many texts of a part are tried.
const TEXTS: usize = 24;

/// A request without cookies, and without headers but these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// What is said of each part, beside the path and the method. Of the query either the whole or parameters
    /// are said.
    parts: BTreeMap<Field, String>,
}

impl Request {
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
            Field::Arguments => Some(format!("x={text}")),
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
            Requests::Not(one) => match self.is_in(one, open) {
                Match::Yes => Match::No,
                Match::No => Match::Yes,
                Match::Maybe => Match::Maybe,
            },
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
                    Field::Arguments | Field::Argument(_) => Some(test.passes(text)),
                    _ => None,
                });
                Match::any(values)
            }
            Field::Header(_) | Field::Argument(_) => {
                self.parts.get(&test.field).map_or(Match::No, |text| test.passes(text))
            }
            Field::Cookies => Match::No,
        }
    }
}

/// Requests that may pass and fail these tests, those that say little first.
pub(crate) fn candidates(tests: &[&FieldTest], name: &str) -> Vec<Request> {
    let host = Field::Header("host".to_owned());
    // Every client sends a host; what else is not said is not there.
    let mut parts: BTreeMap<&Field, Vec<Option<String>>> =
        BTreeMap::from([(&host, vec![Some(name.to_owned())])]);
    for test in tests {
        let tried = parts.entry(&test.field).or_insert_with(|| otherwise(&test.field));
        for text in test.texts().into_iter().filter(|text| can_be(&test.field, text)) {
            let text = Some(text);
            if tried.len() < TEXTS && !tried.contains(&text) {
                tried.push(text);
            }
        }
    }
    let mut all = vec![Request::default()];
    for (field, texts) in parts {
        let mut more = Vec::new();
        for text in texts {
            more.extend(all.iter().take(TRIED - more.len()).map(|request| {
                let mut request = request.clone();
                if let Some(text) = &text {
                    request.parts.insert(field.clone(), text.clone());
                }
                request
            }));
        }
        all = more;
    }
    all
}

/// What a part is where no test wants it to be something.
fn otherwise(field: &Field) -> Vec<Option<String>> {
    let some = |text: &str| Some(text.to_owned());
    match field {
        Field::Path => vec![some("/"), some("/x")],
        Field::Method => vec![some("GET"), some("POST")],
        Field::Header(_) | Field::Argument(_) | Field::Arguments | Field::Query => {
            vec![None, some("x")]
        }
        Field::Body | Field::Cookies => vec![None],
    }
}

/// Whether a client can send a text as this part, and nothing else comes of it.
fn can_be(field: &Field, text: &str) -> bool {
    let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    let apart = match field {
        Field::Path => "?#",
        Field::Query => "#",
        Field::Arguments | Field::Argument(_) => "#&+%",
        Field::Method => {
            return !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        }
        Field::Header(name) if name == "host" => "/?#@",
        Field::Header(_) | Field::Body | Field::Cookies => "",
    };
    is_visible
        && !text.contains(|c| apart.contains(c))
        && (*field != Field::Path || text.starts_with('/'))
}
