//! Several facts hidden at once, by chance: what one of them leaves open, another one must not decide.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::check::{Check, plan};
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Reason;

use super::facts::{self, Known};
use super::{Concerned, Given, Verdicts, concerned, each_distinct};
use crate::given::report_of;

/// What the choices follow from, together with an inventory's name: one example more changes none of the others.
const SEED: u64 = 20_261_102;
/// How many choices are tried of an inventory.
const CHOICES: usize = 4;
/// The most facts that are hidden at once.
const MOST: usize = 6;

/// Numbers that look random and are always the same (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn of(name: &str) -> Self {
        let mixed = |all: u64, byte: u8| (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Dice(name.bytes().fold(SEED, mixed))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end).expect("a small number");
        usize::try_from((mixed ^ (mixed >> 31)) % end).expect("a small number")
    }

    /// Two of them, or more, where there are as many.
    fn some(&mut self, of: &[usize]) -> BTreeSet<usize> {
        let number = of.len().min(2 + self.below(MOST - 1));
        let mut some = BTreeSet::new();
        while some.len() < number {
            some.insert(of[self.below(of.len())]);
        }
        some
    }
}

/// An inventory, and what is tried with it.
struct Trial<'a> {
    given: &'a Given,
    before: Verdicts<'a>,
    known: Vec<Known>,
    by_call: &'a BTreeMap<Call, BTreeSet<usize>>,
}

impl Trial<'_> {
    /// Facts that one check depends on: that of an example every other time, and any otherwise.
    fn choice(&self, dice: &mut Dice, number: usize) -> BTreeSet<usize> {
        let own = self.given.name.split(':').next().unwrap_or_default();
        let own = ALL.iter().position(|check| check.id == own).filter(|_| number.is_multiple_of(2));
        let check = own.unwrap_or_else(|| dice.below(ALL.len()));
        let calls = plan::calls(&[ALL[check]]);
        let facts = self.known.iter().enumerate().filter(|(_, fact)| calls.contains(&fact.call));
        dice.some(&facts.map(|(number, _)| number).collect::<Vec<_>>())
    }

    /// The checks that depend on two of these facts, or on the one if there is one.
    fn checks(&self, chosen: &BTreeSet<usize>) -> Vec<&'static Check> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for fact in chosen {
            for check in self.by_call.get(&self.known[*fact].call).into_iter().flatten() {
                *counts.entry(*check).or_default() += 1;
            }
        }
        let many = counts.into_iter().filter(|(_, count)| *count >= chosen.len().min(2));
        many.map(|(check, _)| ALL[check]).collect()
    }

    /// What hiding these facts together turns around.
    fn flips(&self, inventory: &mut Inventory, chosen: &BTreeSet<usize>) -> Vec<String> {
        let hidden = facts::hide(inventory, Reason::AccessDenied, |seen| {
            chosen.iter().any(|number| seen.is(&self.known[*number]))
        });
        let checks = self.checks(chosen);
        let after = report_of(inventory, &checks);
        facts::restore(inventory, hidden);
        self.before.against(&after, &Concerned { checks }).flips
    }

    /// The fewest of these facts that turn something around together.
    fn shrunk(&self, inventory: &mut Inventory, mut chosen: BTreeSet<usize>) -> BTreeSet<usize> {
        for one in chosen.clone() {
            let fewer: BTreeSet<usize> =
                chosen.iter().copied().filter(|other| *other != one).collect();
            if !self.flips(inventory, &fewer).is_empty() {
                chosen = fewer;
            }
        }
        chosen
    }
}

#[test]
fn facts_that_are_hidden_together_make_verdicts_unknown_and_flip_none() {
    let by_call = concerned();
    each_distinct(|given| {
        let mut inventory = given.inventory.clone();
        let known = facts::known(&mut inventory);
        let trial = Trial { given, before: Verdicts::of(&given.report), known, by_call: &by_call };
        let mut dice = Dice::of(&given.name);
        for number in 0..CHOICES {
            let chosen = trial.choice(&mut dice, number);
            if trial.flips(&mut inventory, &chosen).is_empty() {
                continue;
            }
            let fewest = trial.shrunk(&mut inventory, chosen);
            let flips = trial.flips(&mut inventory, &fewest);
            let place = |one: &usize| trial.known[*one].place.as_str();
            let places: Vec<&str> = fewest.iter().map(place).collect();
            panic!("seed {SEED}, {}: {places:?} hidden together: {flips:#?}", given.name);
        }
        assert_eq!(inventory, given.inventory, "{}: as it was", given.name);
    });
}
