//! A box of requests: for each part of a request what it may be, whatever the other parts are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::addresses::Addresses;
use super::asked::{Field, Set};
use super::budget::{Budget, Spent};
use super::machine::Machine;
use super::request::name_and_value;
use super::texts::Texts;
use super::universe;

/// Of two requests that are asked about at once, which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The request itself.
    Own,
    /// Another one for the same thing.
    Other,
}

/// A part of one of the requests.
pub(crate) type Place = (Field, Side);

/// Requests whose parts may be told each by itself. Never empty.
#[derive(Clone)]
pub(crate) struct Cell {
    parts: BTreeMap<Place, Part>,
    /// What is supposed about questions that nothing answers.
    supposed: BTreeMap<(Rc<str>, Side), bool>,
    /// The addresses that each of the requests can come from.
    all: [Rc<Addresses>; 2],
    /// Whether case matters in all parts.
    is_cased: bool,
}

/// What a part may be.
#[derive(Clone)]
enum Part {
    Text(Texts),
    /// Several texts, or none: at least one of each of these sets, and none of those.
    Bag {
        some: Vec<Rc<Machine>>,
        none: Vec<Rc<Machine>>,
    },
    Source(Addresses),
}

impl Cell {
    /// All requests that can come from these addresses.
    pub(crate) fn all(addresses: Addresses) -> Self {
        Cell::pair(addresses.clone(), addresses)
    }

    /// The same of two requests at once.
    pub(crate) fn pair(own: Addresses, other: Addresses) -> Self {
        let all = [Rc::new(own), Rc::new(other)];
        Cell { parts: BTreeMap::new(), supposed: BTreeMap::new(), all, is_cased: false }
    }

    /// All requests as clients send them: case matters in all parts.
    pub(crate) fn as_sent() -> Self {
        Cell { is_cased: true, ..Cell::all(Addresses::all(true, true)) }
    }

    /// Every text that a field may be, or one of its values.
    fn universe(&self, field: &Field) -> Texts {
        Texts::of(universe::of(field, self.is_cased))
    }

    fn part(&self, place: &Place) -> Part {
        if let Some(part) = self.parts.get(place) {
            return part.clone();
        }
        match place.0 {
            Field::Header(_) | Field::Query | Field::Other(_) => {
                Part::Bag { some: Vec::new(), none: Vec::new() }
            }
            Field::Source => {
                let [own, other] = &self.all;
                let all = if place.1 == Side::Own { own } else { other };
                Part::Source((**all).clone())
            }
            Field::Path | Field::Host | Field::Method | Field::QueryText => {
                Part::Text(self.universe(&place.0))
            }
        }
    }

    /// Those of them that have a part in a set; none where there is no such one.
    pub(super) fn within(
        &self,
        place: &Place,
        set: &Set,
        budget: &Budget,
    ) -> Result<Option<Cell>, Spent> {
        self.changed(place, budget, |part| match (part, set) {
            (Part::Text(texts), Set::Texts(machine)) => Some(Part::Text(texts.within(machine))),
            (Part::Bag { mut some, none }, Set::Texts(machine)) => {
                add(&mut some, machine);
                Some(Part::Bag { some, none })
            }
            (Part::Source(own), Set::Addresses(set)) => Some(Part::Source(own.and(set))),
            _ => None,
        })
    }

    /// Those of them that have a part outside of a set; none where there is no such one.
    pub(super) fn without(
        &self,
        place: &Place,
        set: &Set,
        budget: &Budget,
    ) -> Result<Option<Cell>, Spent> {
        self.changed(place, budget, |part| match (part, set) {
            (Part::Text(texts), Set::Texts(machine)) => Some(Part::Text(texts.without(machine))),
            (Part::Bag { some, mut none }, Set::Texts(machine)) => {
                add(&mut none, machine);
                Some(Part::Bag { some, none })
            }
            (Part::Source(own), Set::Addresses(set)) => Some(Part::Source(own.but(set))),
            _ => None,
        })
    }

    /// The same as [`Cell::without`], before anybody looks whether there is such a one.
    pub(super) fn less(&mut self, place: &Place, machine: &Rc<Machine>) {
        match self.part(place) {
            Part::Text(texts) if !texts.is_apart_from(machine) => {
                self.parts.insert(place.clone(), Part::Text(texts.without(machine)));
            }
            Part::Bag { some, mut none } => {
                add(&mut none, machine);
                self.parts.insert(place.clone(), Part::Bag { some, none });
            }
            Part::Text(_) | Part::Source(_) => {}
        }
    }

    /// Whether there is still a request in it, by these parts.
    pub(super) fn is_possible(
        &self,
        places: &BTreeSet<Place>,
        budget: &Budget,
    ) -> Result<bool, Spent> {
        for place in places {
            if !self.part(place).is_possible(|| self.universe(&place.0), budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn changed(
        &self,
        place: &Place,
        budget: &Budget,
        change: impl FnOnce(Part) -> Option<Part>,
    ) -> Result<Option<Cell>, Spent> {
        budget.spend(1)?;
        let Some(part) = change(self.part(place)) else { return Ok(None) };
        if !part.is_possible(|| self.universe(&place.0), budget)? {
            return Ok(None);
        }
        let mut cell = self.clone();
        cell.parts.insert(place.clone(), part);
        Ok(Some(cell))
    }

    /// The same, supposing an answer; none where another one is supposed.
    pub(super) fn supposing(&self, question: &Rc<str>, side: Side, answer: bool) -> Option<Cell> {
        let mut cell = self.clone();
        let known = cell.supposed.insert((question.clone(), side), answer);
        known.is_none_or(|known| known == answer).then_some(cell)
    }

    /// What is supposed about a request.
    pub(super) fn supposed(&self) -> impl Iterator<Item = (&Rc<str>, Side, bool)> {
        self.supposed.iter().map(|((question, side), answer)| (question, *side, *answer))
    }

    /// Whether a text will do for a part that has one.
    pub(crate) fn has_text(&self, place: &Place, text: &[u8]) -> bool {
        match self.part(place) {
            Part::Text(texts) => texts.has(text),
            Part::Bag { .. } | Part::Source(_) => false,
        }
    }

    /// A text for a part that has one.
    pub(crate) fn text(&self, place: &Place, budget: &Budget) -> Result<Option<Rc<[u8]>>, Spent> {
        match self.part(place) {
            Part::Text(texts) => texts.find(budget),
            Part::Bag { .. } | Part::Source(_) => Ok(None),
        }
    }

    /// The texts for a part that may have several, few of them, and no parameter twice where that is seen.
    pub(crate) fn bag(
        &self,
        place: &Place,
        choices: &[Vec<u8>],
        budget: &Budget,
    ) -> Result<Vec<Rc<[u8]>>, Spent> {
        let Part::Bag { some, none } = self.part(place) else { return Ok(Vec::new()) };
        if some.is_empty() {
            return Ok(Vec::new());
        }
        let open =
            none.iter().fold(self.universe(&place.0), |texts, machine| texts.without(machine));
        let pick = |texts: &Texts| match choices.iter().find(|choice| texts.has(choice)) {
            Some(choice) => Ok(Some(choice.as_slice().into())),
            None => texts.find(budget),
        };
        let mut first = None;
        for turn in 0..some.len() {
            let (behind, before) = some.split_at(turn);
            let groups = grouped(&open, before.iter().chain(behind), budget)?;
            let all: Result<Vec<_>, Spent> = groups.iter().map(pick).collect();
            let all: Vec<Rc<[u8]>> = all?.into_iter().flatten().collect();
            let names: BTreeSet<&[u8]> = all.iter().map(|text| name_and_value(text).0).collect();
            if names.len() == all.len() {
                return Ok(all);
            }
            first = first.or(Some(all));
        }
        Ok(first.unwrap_or_default())
    }

    /// The addresses that it may come from.
    pub(crate) fn source(&self, side: Side) -> Addresses {
        match self.part(&(Field::Source, side)) {
            Part::Source(addresses) => addresses,
            Part::Text(_) | Part::Bag { .. } => Addresses::default(),
        }
    }

    /// The headers of a request about which something is asked.
    pub(crate) fn headers(&self, side: Side) -> impl Iterator<Item = &Rc<str>> {
        self.parts.keys().filter_map(move |(field, own)| match field {
            Field::Header(name) if *own == side => Some(name),
            _ => None,
        })
    }
}

/// Adds a set to others, once.
fn add(sets: &mut Vec<Rc<Machine>>, more: &Rc<Machine>) {
    if sets.iter().all(|one| one.id() != more.id()) {
        sets.push(more.clone());
    }
}

/// Texts such that each of these sets has all that are in one of the groups.
fn grouped<'a>(
    open: &Texts,
    sets: impl Iterator<Item = &'a Rc<Machine>>,
    budget: &Budget,
) -> Result<Vec<Texts>, Spent> {
    let mut groups: Vec<Texts> = Vec::new();
    for machine in sets {
        let mut joined = None;
        for group in &mut groups {
            let both = group.within(machine);
            if joined.is_none() && both.find(budget)?.is_some() {
                joined = Some(std::mem::replace(group, both));
            }
        }
        if joined.is_none() {
            groups.push(open.within(machine));
        }
    }
    Ok(groups)
}

impl Part {
    fn is_possible(&self, universe: impl Fn() -> Texts, budget: &Budget) -> Result<bool, Spent> {
        match self {
            Part::Text(texts) => Ok(texts.find(budget)?.is_some()),
            Part::Source(addresses) => Ok(!addresses.is_empty()),
            Part::Bag { some, none } => {
                let open = none.iter().fold(universe(), |texts, machine| texts.without(machine));
                for machine in some {
                    if open.within(machine).find(budget)?.is_none() {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}
