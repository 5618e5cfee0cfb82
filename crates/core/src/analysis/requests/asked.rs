//! What a rule asks of a request, as sets of texts and addresses.

use std::rc::Rc;

use ipnet::IpNet;

use super::addresses::Addresses;
use super::machine::Machine;
use super::pattern;
use super::regex;
use super::request::Match;
use crate::inventory::{Condition, ConditionField};

/// A part of a request that a condition may be about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// A header, by its name in small letters. A request may have it several times, or not at all.
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
        /// What may meet it, where that is more, and the question on which it depends.
        part: Option<(Set, Rc<str>)>,
    },
    /// Something that this version does not know.
    Open(Rc<str>),
}

impl Asked {
    /// That an expression finds something in the path; none where it is not understood.
    pub(crate) fn path_found_by(regex: &str) -> Option<Self> {
        let whole = Set::Texts(Rc::new(regex::found(regex)?));
        Some(Asked::Of { field: Field::Path, whole, part: None })
    }

    /// Whether two of them can be seen to have nothing in common.
    pub(crate) fn is_apart_from(&self, other: &Asked) -> bool {
        let widest = |asked: &Asked| match asked {
            Asked::Of { part: Some((Set::Texts(machine), _)), .. }
            | Asked::Of { whole: Set::Texts(machine), part: None, .. } => Some(machine.clone()),
            _ => None,
        };
        widest(self).zip(widest(other)).is_some_and(|(one, other)| one.is_apart_from(&other))
    }

    /// Whether it is about a field.
    pub(crate) fn is_about(&self, other: &Field) -> bool {
        matches!(self, Asked::Of { field, .. } if field == other)
    }

    /// Whether a text meets it.
    pub(crate) fn takes_text(&self, text: &[u8]) -> Match {
        let takes = |set: &Set| matches!(set, Set::Texts(machine) if machine.takes(text));
        match self {
            Asked::Of { whole, .. } if takes(whole) => Match::Yes,
            Asked::Of { part: Some((part, _)), .. } if takes(part) => Match::Maybe,
            Asked::Of { .. } => Match::No,
            Asked::Open(_) => Match::Maybe,
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
    let part = taken.part.map(|(machine, question)| (Set::Texts(machine), question));
    Asked::Of { field, whole: Set::Texts(taken.whole), part }
}

/// Blocks of addresses, or a family of them. None where neither is told.
fn of_source(condition: &Condition) -> Option<Asked> {
    let blocks: Vec<Option<IpNet>> = condition.values.iter().map(|value| block(value)).collect();
    let known = Addresses::of_blocks(blocks.iter().flatten());
    let (whole, is_known) = match condition.ip_address_type.as_deref() {
        None if blocks.is_empty() => return None,
        None => (known, blocks.iter().all(Option::is_some)),
        Some("ipv4") if blocks.is_empty() => (Addresses::all(true, false), true),
        Some("ipv6") if blocks.is_empty() => (Addresses::all(false, true), true),
        Some(_) => return None,
    };
    let everything = || Set::Addresses(Rc::new(Addresses::all(true, true)));
    let part = (!is_known).then(|| (everything(), format!("{condition:?}").into()));
    Some(Asked::Of { field: Field::Source, whole: Set::Addresses(Rc::new(whole)), part })
}

/// A block, or one address.
fn block(value: &str) -> Option<IpNet> {
    value.parse().ok().or_else(|| Some(value.parse::<std::net::IpAddr>().ok()?.into()))
}
