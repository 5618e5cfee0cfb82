//! One request, and whether it meets a rule.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::rc::Rc;

use super::asked::{Asked, Field, Set};
use super::budget::{Budget, Spent};
use super::cell::{Cell, Side};
use super::pattern::{BETWEEN, Part, VEILED};
use crate::vocab::digest;
use crate::vocab::glob::LONGEST;

/// Whether a request meets a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It cannot be told.
    Maybe,
}

impl Match {
    /// Both are needed.
    pub(crate) fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Yes, Match::Yes) => Match::Yes,
            _ => Match::Maybe,
        }
    }

    /// That it is not so.
    pub(crate) fn opposite(self) -> Match {
        match self {
            Match::Yes => Match::No,
            Match::No => Match::Yes,
            Match::Maybe => Match::Maybe,
        }
    }

    /// One is enough.
    pub(crate) fn any(all: impl IntoIterator<Item = Match>) -> Match {
        let mut found = Match::No;
        for one in all {
            match one {
                Match::Yes => return Match::Yes,
                Match::Maybe => found = Match::Maybe,
                Match::No => {}
            }
        }
        found
    }
}

/// A request, as far as rules can tell requests apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    /// In capitals.
    pub(crate) method: Vec<u8>,
    /// In lower case.
    pub(crate) host: Vec<u8>,
    /// With its slash, without the query.
    pub(crate) path: Vec<u8>,
    /// Name and value of each parameter, in lower case.
    pub(crate) query: Vec<Rc<[u8]>>,
    /// Name and value of each header but the host, in lower case.
    pub(crate) headers: Vec<(Rc<str>, Rc<[u8]>)>,
    /// Where it comes from.
    pub(crate) source: IpAddr,
    /// What else it meets, that this version does not know.
    pub(crate) more: BTreeSet<Rc<str>>,
}

impl Request {
    /// Whether a rule takes it.
    pub(crate) fn meets(&self, rule: &[Asked]) -> Match {
        let mut all = Match::Yes;
        for asked in rule {
            all = all.and(self.meets_one(asked));
            if all == Match::No {
                break;
            }
        }
        all
    }

    /// Whether it meets one condition.
    pub(crate) fn meets_one(&self, asked: &Asked) -> Match {
        match asked {
            Asked::Open(question) if self.more.contains(question) => Match::Yes,
            Asked::Open(_) => Match::Maybe,
            Asked::Not(inner) => self.meets_one(inner).opposite(),
            Asked::Of { field, whole, parts } => {
                // The hash of a secret takes the text that it was made from.
                if self.is_in(field, whole, true) {
                    return Match::Yes;
                }
                let may = |part: &Part| self.is_in(field, &Set::Texts(part.texts.clone()), false);
                if parts.iter().any(may) { Match::Maybe } else { Match::No }
            }
        }
    }

    fn is_in(&self, field: &Field, set: &Set, as_hash: bool) -> bool {
        let machine = match set {
            Set::Addresses(addresses) => return addresses.has(self.source),
            Set::Texts(machine) => machine,
        };
        let takes = |text: &[u8]| {
            let is_hash = || as_hash && machine.tells(VEILED) && machine.takes(&veiled(text));
            machine.takes(text) || is_hash()
        };
        match field {
            Field::Host => machine.takes(&self.host),
            Field::Path => machine.takes(&self.path),
            Field::Method => machine.takes(&self.method),
            Field::Query => self.query.iter().any(|parameter| takes(parameter)),
            Field::Header(name) => {
                self.headers.iter().any(|(own, value)| own == name && takes(value))
            }
            Field::Source | Field::QueryText | Field::Other(_) => false,
        }
    }
}

/// A header's value, or that of a parameter, as it would be kept if it were a secret.
fn veiled(text: &[u8]) -> Vec<u8> {
    let value = text.iter().position(|byte| *byte == BETWEEN).map_or(0, |at| at + 1);
    let (name, value) = text.split_at(value);
    if value.first() == Some(&VEILED) {
        return text.to_vec();
    }
    let hash = digest::hash_secret(&String::from_utf8_lossy(value));
    let hash = digest::behind_mark(&hash).unwrap_or_default();
    [name, &[VEILED], hash.as_bytes()].concat()
}

/// Whether a text stands for one that is not known.
pub(crate) fn is_veiled(text: &[u8]) -> bool {
    text.contains(&VEILED)
}

/// What to ask for where it does not matter.
pub(crate) struct Tastes<'a> {
    /// Methods, first choice first.
    pub(crate) methods: &'a [Vec<u8>],
    /// Hosts.
    pub(crate) hosts: &'a [Vec<u8>],
    /// Paths.
    pub(crate) paths: &'a [Vec<u8>],
    /// Parameters of the query.
    pub(crate) parameters: &'a [Vec<u8>],
    /// Where it comes from.
    pub(crate) source: IpAddr,
}

/// A parameter of the query as machines read it.
pub(crate) fn parameter(name: &str, value: &str) -> Vec<u8> {
    [name.as_bytes(), &[BETWEEN], value.as_bytes()].concat()
}

/// Name and value of a parameter.
pub(crate) fn name_and_value(parameter: &[u8]) -> (&[u8], &[u8]) {
    let at = parameter.iter().position(|byte| *byte == BETWEEN).unwrap_or(parameter.len());
    (&parameter[..at], parameter.get(at + 1..).unwrap_or_default())
}

impl Request {
    /// A request of a box.
    pub(crate) fn from_cell(
        cell: &Cell,
        tastes: &Tastes,
        budget: &Budget,
    ) -> Result<Option<Self>, Spent> {
        let text = |field: Field, choices: &[Vec<u8>]| -> Result<Option<Vec<u8>>, Spent> {
            let place = (field, Side::Own);
            if let Some(choice) = choices.iter().find(|choice| cell.has_text(&place, choice)) {
                return Ok(Some(choice.clone()));
            }
            Ok(cell.text(&place, budget)?.map(|text| text.to_vec()))
        };
        let method = text(Field::Method, tastes.methods)?;
        let (host, path) = (text(Field::Host, tastes.hosts)?, text(Field::Path, tastes.paths)?);
        let (Some(method), Some(host), Some(path)) = (method, host, path) else { return Ok(None) };
        if [&method, &host, &path].iter().any(|text| text.len() > LONGEST) {
            return Ok(None);
        }
        let mut headers = Vec::new();
        for name in cell.headers(Side::Own) {
            let values = cell.bag(&(Field::Header(name.clone()), Side::Own), &[], budget)?;
            headers.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
        let query = cell.bag(&(Field::Query, Side::Own), tastes.parameters, budget)?;
        let addresses = cell.source(Side::Own);
        let block = addresses.first_block().map(|block| block.network());
        let source = if addresses.has(tastes.source) { Some(tastes.source) } else { block };
        let Some(source) = source else { return Ok(None) };
        let supposed = cell.supposed().filter(|(_, side, answer)| *side == Side::Own && *answer);
        let more = supposed.map(|(question, ..)| question.clone()).collect();
        Ok(Some(Request { method, host, path, query, headers, source, more }))
    }
}
