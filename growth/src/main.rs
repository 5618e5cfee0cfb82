//! The law of growth: judging an inventory of so many bytes takes steps and allocated bytes that grow as its length
//! does, whichever of its lists grows. Both are counted; nothing is timed.

mod count;
mod lists;
mod measure;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use elb_audit_core::checks;
use lists::{Further, List, Lists, grown};
use measure::{Growth, Measured};
use serde_json::Value;

/// How many times as much the second tenfold may cost a byte, at most, as the first one, or as the inventory that
/// grows.
const FACTOR: f64 = 2.0;
/// A list of elements that are shorter than this grows from ten of them.
const SHORT: usize = 2_000;
/// Arrays of a fixed length, which are no lists.
const PAIRS: [&str; 2] = [".ports[][]", ".rewrites[][]"];

const USAGE: &str =
    "usage: elb-audit-growth [--places N] [--pairs N] [--list TEXT] [--formats] [--verbose]
  --places is in how many examples each list is grown; default: 2
  --pairs is how many pairs of lists of one example are grown together; default: 0, because a check that compares
    two lists may take as many steps as they have pairs of elements, which is more than the law allows
  --list chooses the lists whose names hold the text
  --formats counts the writing of every format, too, which takes most of the time";

struct Options {
    places: usize,
    pairs: usize,
    list: String,
    formats: bool,
    verbose: bool,
}

/// A configuration of a check's example.
struct Example {
    name: String,
    inventory: Value,
    /// The first place of each list.
    lists: BTreeMap<String, List>,
}

/// Lists of an example that grow together.
struct Case<'a> {
    example: &'a Example,
    lists: Vec<&'a List>,
    further: Further,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let examples = examples();
    let mut places: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in &examples {
        for name in example.lists.keys().filter(|name| name.contains(&options.list)) {
            places.entry(name).or_default().push(example);
        }
    }
    let mut cases = Vec::new();
    for (name, all) in &places {
        for example in spread(all, options.places) {
            let lists = vec![&example.lists[*name]];
            for further in [Further::Alike, Further::Different] {
                cases.push(Case { example, lists: lists.clone(), further });
            }
        }
    }
    let singles = cases.len();
    cases.extend(pairs(&examples, &options));
    eprintln!(
        "{} lists, {singles} cases of one and {} of two",
        places.len(),
        cases.len() - singles
    );
    if cases.is_empty() {
        println!("no list has such a name");
        return ExitCode::from(2);
    }
    let (mut measured, mut broken) = (Measured::default(), 0);
    for case in &cases {
        let Some(growth) = case.growth(options.formats) else {
            println!("{}: no inventory any more", case.name());
            broken += 1;
            continue;
        };
        if let Some(worst) = growth.above(FACTOR) {
            println!("{}: {worst}", case.name());
            broken += 1;
        } else if options.verbose {
            println!("{}: {}", case.name(), growth.worst());
        }
        measured.take(&growth);
    }
    println!("{} lists, {} cases, {broken} above {FACTOR}", places.len(), cases.len());
    println!("{measured}");
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options() -> Option<Options> {
    let mut options =
        Options { places: 2, pairs: 0, list: String::new(), formats: false, verbose: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--places" => {
                options.places = words.next()?.parse().ok().filter(|number| *number > 0)?
            }
            "--pairs" => options.pairs = words.next()?.parse().ok()?,
            "--list" => options.list = words.next()?,
            "--formats" => options.formats = true,
            "--verbose" => options.verbose = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Every example of every check.
fn examples() -> Vec<Example> {
    let mut known = Lists::default();
    let mut all = Vec::new();
    for check in checks::ALL {
        for example in check.examples {
            let inventory = serde_json::to_value((example.given)()).unwrap_or_default();
            let mut lists = BTreeMap::new();
            for list in known.of(&inventory) {
                if !PAIRS.iter().any(|pair| list.name.ends_with(pair)) {
                    lists.entry(list.name.clone()).or_insert(list);
                }
            }
            all.push(Example {
                name: format!("{}: {}", check.id, example.title),
                inventory,
                lists,
            });
        }
    }
    all
}

/// So many of these at most, evenly spread.
fn spread<'a>(all: &[&'a Example], most: usize) -> impl Iterator<Item = &'a Example> {
    let step = all.len().div_ceil(most).max(1);
    all.iter().step_by(step).copied()
}

/// Some pairs of lists, each pair of names once, in an example that has both.
fn pairs<'a>(examples: &'a [Example], options: &Options) -> Vec<Case<'a>> {
    let mut known: BTreeMap<(&str, &str), Case<'a>> = BTreeMap::new();
    for example in examples {
        let names: Vec<&String> = example.lists.keys().collect();
        for (number, first) in names.iter().enumerate() {
            for second in &names[number + 1..] {
                let pair = (first.as_str(), second.as_str());
                // One within the other grows by a hundred, not by ten.
                let within = second.starts_with(first.as_str());
                if within || !(first.contains(&options.list) || second.contains(&options.list)) {
                    continue;
                }
                known.entry(pair).or_insert_with(|| Case {
                    example,
                    lists: vec![&example.lists[pair.0], &example.lists[pair.1]],
                    further: Further::Different,
                });
            }
        }
    }
    let step = known.len().div_ceil(options.pairs.max(1)).max(1);
    known.into_values().step_by(step).take(options.pairs).collect()
}

impl Case<'_> {
    fn name(&self) -> String {
        let names: BTreeSet<&str> = self.lists.iter().map(|list| list.name.as_str()).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        format!("{names}, {}, {}", self.further.words(), self.example.name)
    }

    /// What it costs as it is, and ten and a hundred times as long; none where that is no inventory.
    fn growth(&self, formats: bool) -> Option<Growth> {
        let element = |list: &&List| list.element(&self.example.inventory);
        let is_short = self.lists.iter().map(element).sum::<usize>() < SHORT;
        let times = |times: usize| {
            let mut inventory = self.example.inventory.clone();
            for list in &self.lists {
                inventory = grown(&inventory, &list.pointer, times, self.further);
            }
            measure::judged(&inventory, formats)
        };
        let first = if is_short { 10 } else { 1 };
        Some(Growth([times(first)?, times(first * 10)?, times(first * 100)?]))
    }
}
