//! What an inventory costs, and how that grows.

use std::fmt;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::render::{self, Style};
use serde_json::Value;

use crate::count::{Cost, cost};

/// What is done with an inventory.
const PHASES: [&str; 3] = ["reading", "judging", "writing"];

/// What an inventory of so many bytes costs in each phase.
pub struct Sample {
    length: u64,
    costs: [Cost; 3],
}

/// What one costs as it grows tenfold, twice.
pub struct Growth(pub [Sample; 3]);

/// Reads an inventory, judges it by every check and, if that is wanted, writes what was found in every format; none where
/// it is no inventory.
pub fn judged(inventory: &Value, formats: bool) -> Option<Sample> {
    let text = inventory.to_string();
    let (read, reading) = cost(|| {
        let mut inventory: Inventory = serde_json::from_str(&text)?;
        // What contradicts itself is refused when it has been looked at.
        let _ = inventory.keep_each_once();
        Ok::<_, serde_json::Error>(inventory)
    });
    let inventory = read.ok()?;
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    let (report, judging) = cost(|| audit(&inventory, checks::ALL, &options));
    let ((), writing) = cost(|| {
        for format in render::ALL.iter().filter(|_| formats) {
            let mut out = Vec::new();
            if format.render(&report, Style::DETAILED, &mut out).is_err() {
                unreachable!("memory takes everything");
            }
        }
    });
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    Some(Sample { length, costs: [reading, judging, writing] })
}

/// What is counted, and where that is.
type Unit = (&'static str, fn(&Cost) -> u64);

/// How the cost of a byte grows in one phase.
#[derive(Clone, Copy, Debug)]
pub struct Factor {
    phase: &'static str,
    unit: &'static str,
    factor: f64,
    before: f64,
    after: f64,
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Factor { phase, unit, factor, before, after } = self;
        write!(f, "{phase} takes {factor:.2} times the {unit} a byte: {after:.0} after {before:.0}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is counted has far less than 52 bits")]
fn float(number: u64) -> f64 {
    number as f64
}

impl Growth {
    fn factors(&self) -> impl Iterator<Item = Factor> {
        let units: [Unit; 2] =
            [("steps", |cost| cost.steps), ("allocated bytes", |cost| cost.bytes)];
        let phases = PHASES.into_iter().enumerate();
        phases.flat_map(move |(number, phase)| {
            units.map(|(unit, of)| {
                let costs = self.0.each_ref().map(|sample| float(of(&sample.costs[number])));
                let lengths = self.0.each_ref().map(|sample| float(sample.length));
                let a_byte = |less: usize, more: usize| {
                    (costs[more] - costs[less]) / (lengths[more] - lengths[less]).max(1.0)
                };
                let before = a_byte(0, 1).max(costs[0] / lengths[0]);
                let after = a_byte(1, 2);
                Factor { phase, unit, factor: after / before.max(1.0), before, after }
            })
        })
    }

    /// The worst of them.
    pub fn worst(&self) -> Factor {
        let worst = self.factors().max_by(|a, b| a.factor.total_cmp(&b.factor));
        worst.unwrap_or_else(|| unreachable!("there are phases"))
    }

    /// The worst, if it is above that.
    pub fn above(&self, most: f64) -> Option<Factor> {
        Some(self.worst()).filter(|worst| worst.factor > most)
    }
}

/// The worst factor of each phase and unit.
#[derive(Default)]
pub struct Measured(Vec<Factor>);

impl Measured {
    /// Takes in what was measured.
    pub fn take(&mut self, growth: &Growth) {
        for factor in growth.factors() {
            let same = |one: &&mut Factor| one.phase == factor.phase && one.unit == factor.unit;
            match self.0.iter_mut().find(same) {
                Some(known) if known.factor < factor.factor => *known = factor,
                Some(_) => {}
                None => self.0.push(factor),
            }
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for factor in &self.0 {
            writeln!(f, "{} {}: at most {:.2}", factor.phase, factor.unit, factor.factor)?;
        }
        Ok(())
    }
}
