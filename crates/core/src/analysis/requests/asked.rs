//! What a rule asks of a request, as sets of texts and addresses.

use std::collections::BTreeSet;
use std::rc::Rc;

use ipnet::IpNet;

use super::addresses::Addresses;
use super::machine::Machine;
use super::pattern::{self, Part, VEILED};
use super::regex;
use super::request::Match;
use crate::inventory::{Condition, ConditionField};

/// A part of a request that a condition may be about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// A header, by its name in lower case. A request may have it several times, or not at all.
    Header(Rc<str>),
    /// The parameters of the query: any number.
    Query,
    /// The path.
    Path,
    /// The host.
    Host,
    /// The method.
    Method,
    /// The address of the client.
    Source,
    /// The query as it is written. As a set it knows nothing of the parameters.
    QueryText,
    /// Something else that a request has or has not.
    Other(Rc<str>),
}

/// Texts or addresses.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    /// Of a text, or of one of several.
    Texts(Rc<Machine>),
    /// Of a client.
    Addresses(Rc<Addresses>),
}

/// One condition.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// That a field is in a set, or one of its values is.
    Of {
        /// The field.
        field: Field,
        /// What meets the condition.
        whole: Set,
        /// What may meet it beside that.
        parts: Rc<[Part]>,
    },
    /// Something that this version does not know.
    Open(Rc<str>),
    /// That this is not so.
    Not(Rc<Asked>),
}

impl Asked {
    /// That an expression finds something in the path; none where it is not understood.
    pub(crate) fn path_found_by(regex: &str) -> Option<Self> {
        let whole = Set::Texts(Rc::new(regex::found(regex)?));
        Some(Asked::Of { field: Field::Path, whole, parts: Rc::new([]) })
    }

    /// Whether two of them can be seen to have nothing in common.
    pub(crate) fn is_apart_from(&self, other: &Asked) -> bool {
        let whole = |asked: &Asked| match asked {
            Asked::Of { whole: Set::Texts(machine), parts, .. } if parts.is_empty() => {
                Some(machine.clone())
            }
            _ => None,
        };
        whole(self).zip(whole(other)).is_some_and(|(one, other)| one.is_apart_from(&other))
    }

    /// Whether it asks for a value of which only the hash is kept.
    fn is_hashed(&self) -> bool {
        matches!(self, Asked::Of { whole: Set::Texts(machine), .. } if machine.tells(VEILED))
    }

    /// The same, where no value of its field is kept as a hash.
    fn in_clear(&self) -> Option<Self> {
        match self {
            Asked::Of { field, whole, parts } if parts.iter().any(|part| part.is_veiled) => {
                let parts = parts.iter().filter(|part| !part.is_veiled).cloned().collect();
                Some(Asked::Of { field: field.clone(), whole: whole.clone(), parts })
            }
            _ => None,
        }
    }

    fn field(&self) -> Option<Field> {
        match self {
            Asked::Of { field, .. } => Some(field.clone()),
            Asked::Open(_) => None,
            Asked::Not(inner) => inner.field(),
        }
    }

    /// Whether it is about a field.
    pub(crate) fn is_about(&self, other: &Field) -> bool {
        matches!(self, Asked::Of { field, .. } if field == other)
    }

    /// Whether a text meets it.
    pub(crate) fn takes_text(&self, text: &[u8]) -> Match {
        match self {
            Asked::Of { whole: Set::Texts(machine), .. } if machine.takes(text) => Match::Yes,
            Asked::Of { parts, .. } if parts.iter().any(|part| part.texts.takes(text)) => {
                Match::Maybe
            }
            Asked::Of { .. } => Match::No,
            Asked::Open(_) => Match::Maybe,
            Asked::Not(inner) => inner.takes_text(text).opposite(),
        }
    }
}

/// Takes out of rules that are compared what is a question only where values are kept as hashes: in a header
/// whose values are all kept as they are, a wildcard meets no hash.
pub(crate) fn unveil(rules: &mut [Rc<[Asked]>]) {
    let all = rules.iter().flat_map(|rule| rule.iter());
    let hashed: BTreeSet<Field> =
        all.filter(|asked| asked.is_hashed()).filter_map(Asked::field).collect();
    let in_clear = |asked: &Asked| match asked.field() {
        Some(field) if !hashed.contains(&field) => asked.in_clear(),
        _ => None,
    };
    for rule in rules {
        if rule.iter().any(|asked| in_clear(asked).is_some()) {
            *rule =
                rule.iter().map(|asked| in_clear(asked).unwrap_or_else(|| asked.clone())).collect();
        }
    }
}

/// What a rule's conditions ask for. All of them have to be met.
pub(crate) fn asked(conditions: &[Condition]) -> Vec<Asked> {
    conditions.iter().map(of_condition).collect()
}

fn of_condition(condition: &Condition) -> Asked {
    let open = || Asked::Open(format!("{condition:?}").into());
    let field = match &condition.field {
        ConditionField::SourceIp => return of_source(condition).unwrap_or_else(open),
        ConditionField::HostHeader => Field::Host,
        ConditionField::PathPattern => Field::Path,
        ConditionField::HttpRequestMethod => Field::Method,
        ConditionField::QueryString => Field::Query,
        ConditionField::HttpHeader => match &condition.header {
            Some(name) => Field::Header(name.to_lowercase().into()),
            None => return open(),
        },
        ConditionField::Other(_) => return open(),
    };
    let Some(taken) = pattern::taken(condition) else { return open() };
    Asked::Of { field, whole: Set::Texts(taken.whole), parts: taken.parts }
}

/// Blocks of addresses, or a family of them. None where neither is told.
fn of_source(condition: &Condition) -> Option<Asked> {
    let blocks: Option<Vec<IpNet>> = condition.values.iter().map(|value| block(value)).collect();
    let addresses = match (condition.ip_address_type.as_deref(), blocks?) {
        (None, blocks) if !blocks.is_empty() => Addresses::of_blocks(&blocks),
        (Some("ipv4"), blocks) if blocks.is_empty() => Addresses::all(true, false),
        (Some("ipv6"), blocks) if blocks.is_empty() => Addresses::all(false, true),
        _ => return None,
    };
    let whole = Set::Addresses(Rc::new(addresses));
    Some(Asked::Of { field: Field::Source, whole, parts: Rc::new([]) })
}

/// A block, or one address.
fn block(value: &str) -> Option<IpNet> {
    value.parse().ok().or_else(|| Some(value.parse::<std::net::IpAddr>().ok()?.into()))
}
