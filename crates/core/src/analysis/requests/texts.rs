//! Texts that some sets have and others have not: whether there is one, and a short one.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::budget::{Budget, Spent};
use super::machine::{DEAD, Machine, START};

/// How many answers a thread keeps.
const KEPT: usize = 65_536;
/// Bytes to write a text with, first choice first.
const PREFERRED: &[u8] = b"x/abcdefghijklmnopqrstuvwyz0123456789-._ABCDEFGHIJKLMNOPQRSTUVWXYZ=";

/// Texts that are in all of some sets and in none of others.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    within: Vec<Rc<Machine>>,
    without: Vec<Rc<Machine>>,
}

/// The sets that are asked about, by their ids.
type Question = (Vec<u64>, Vec<u64>);

thread_local! {
    static KNOWN: RefCell<HashMap<Question, Option<Rc<[u8]>>>> = RefCell::default();
}

impl Texts {
    /// Those of one set.
    pub(super) fn of(machine: Rc<Machine>) -> Self {
        Texts { within: vec![machine], without: Vec::new() }
    }

    /// Those of them that a set has too.
    pub(super) fn within(&self, machine: &Rc<Machine>) -> Self {
        Texts { within: with(&self.within, machine), without: self.without.clone() }
    }

    /// Those of them that a set has not.
    pub(super) fn without(&self, machine: &Rc<Machine>) -> Self {
        Texts { within: self.within.clone(), without: with(&self.without, machine) }
    }

    /// Whether their beginnings tell that a set has none of them.
    pub(super) fn is_apart_from(&self, machine: &Machine) -> bool {
        self.within.iter().any(|own| own.is_apart_from(machine))
    }

    /// Whether a text is among them.
    pub(super) fn has(&self, text: &[u8]) -> bool {
        self.within.iter().all(|machine| machine.takes(text))
            && !self.without.iter().any(|machine| machine.takes(text))
    }

    /// One of them, the shortest where that is not known from before; none where there is none.
    pub(super) fn find(&self, budget: &Budget) -> Result<Option<Rc<[u8]>>, Spent> {
        if let Some(words) = self.within.iter().find_map(|machine| machine.all_words()) {
            budget.spend(words.len() * (self.within.len() + self.without.len()))?;
            return Ok(words.iter().find(|word| self.has(word)).map(|word| word.as_slice().into()));
        }
        let apart = |place: usize, one: &Rc<Machine>| {
            self.within[place + 1..].iter().any(|other| one.is_apart_from(other))
        };
        let ids = |machines: &[Rc<Machine>]| machines.iter().map(|one| one.id()).collect();
        let question: Question = (ids(&self.within), ids(&self.without));
        let contradicts = question.0.iter().any(|own| question.1.contains(own));
        if contradicts || self.within.iter().enumerate().any(|(place, one)| apart(place, one)) {
            return Ok(None);
        }
        if let Some(known) = KNOWN.with_borrow(|known| known.get(&question).cloned()) {
            return Ok(known);
        }
        let found: Option<Rc<[u8]>> = self.walk(budget)?.map(Into::into);
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(question, found.clone());
        });
        Ok(found)
    }

    /// Reads all sets at once, shorter texts before longer ones, until a text ends where it shall.
    fn walk(&self, budget: &Budget) -> Result<Option<Vec<u8>>, Spent> {
        let machines: Vec<&Machine> =
            self.within.iter().chain(&self.without).map(AsRef::as_ref).collect();
        let bytes = representatives(&machines);
        let mut seen: HashSet<Rc<[usize]>> = HashSet::new();
        // Each with the place it was reached from, and by which byte.
        let mut reached: Vec<(Rc<[usize]>, usize, u8)> = Vec::new();
        let first: Rc<[usize]> = vec![START; machines.len()].into();
        seen.insert(first.clone());
        reached.push((first, 0, 0));
        let mut at = 0;
        let work = || machines.iter().map(|machine| machine.work()).sum::<usize>();
        let mut before = work();
        while at < reached.len() {
            let states = reached[at].0.clone();
            if self.ends(&states) {
                return Ok(Some(text(&reached, at)));
            }
            for byte in &bytes {
                budget.spend(machines.len())?;
                let next = machines.iter().zip(&*states).map(|(machine, state)| {
                    if *state == DEAD { DEAD } else { machine.next(*state, *byte) }
                });
                let next: Rc<[usize]> = next.collect();
                if !self.is_lost(&next) && seen.insert(next.clone()) {
                    reached.push((next, at, *byte));
                }
            }
            let after = work();
            budget.spend(after - std::mem::replace(&mut before, after))?;
            if machines.iter().any(|machine| machine.is_worn()) {
                return Err(Spent);
            }
            at += 1;
        }
        Ok(None)
    }

    fn ends(&self, states: &[usize]) -> bool {
        let (own, others) = states.split_at(self.within.len());
        self.within.iter().zip(own).all(|(machine, state)| machine.is_end(*state))
            && !self.without.iter().zip(others).any(|(machine, state)| machine.is_end(*state))
    }

    /// Whether no text from here on is among them.
    fn is_lost(&self, states: &[usize]) -> bool {
        let (own, others) = states.split_at(self.within.len());
        own.contains(&DEAD)
            || self.without.iter().zip(others).any(|(machine, state)| machine.takes_all(*state))
    }
}

/// A list of sets with one more, in the order of their ids.
fn with(all: &[Rc<Machine>], more: &Rc<Machine>) -> Vec<Rc<Machine>> {
    let mut all = all.to_vec();
    if let Err(place) = all.binary_search_by_key(&more.id(), |one| one.id()) {
        all.insert(place, more.clone());
    }
    all
}

/// One byte of each class that no set tells apart, those that read well first.
fn representatives(machines: &[&Machine]) -> Vec<u8> {
    let mut classes: HashSet<Vec<u8>> = HashSet::new();
    let all = PREFERRED.iter().copied().chain(0..=u8::MAX);
    all.filter(|byte| classes.insert(machines.iter().map(|one| one.class(*byte)).collect()))
        .collect()
}

fn text(reached: &[(Rc<[usize]>, usize, u8)], mut at: usize) -> Vec<u8> {
    let mut text = Vec::new();
    while at > 0 {
        text.push(reached[at].2);
        at = reached[at].1;
    }
    text.reverse();
    text
}
