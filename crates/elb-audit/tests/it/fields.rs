//! The law of fields: whatever of an answer is missing, empty or not understood, a verdict may become unknown. It
//! never flips.
//!
//! Every field of every answer that the fake gives is taken away, emptied, and given what AWS does not have. What
//! AWS itself leaves out or sends empty, `absent.tsv` names, with what that means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::inventory::{Cost, Inventory};
use elb_audit_core::report::Report;
use elb_audit_fake_aws::FakeAws;

use crate::account::account;
use crate::compare::flips;
use body::{Holds, How};
use worker::Worker;

mod body;
pub(crate) mod worker;

/// Processes that read at a time.
const WORKERS: usize = 3;

/// A field, and what is done to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    call: String,
    path: String,
    how: How,
    /// Only the first time that it occurs in the scan.
    first: bool,
}

impl Cell {
    /// Whether anything was done to an answer.
    fn strike(&self, worker: &Worker) {
        let (cell, mut struck) = (self.clone(), false);
        worker.fake.rewrite(move |asked, body| {
            let mine = asked.call() == cell.call && !(cell.first && struck);
            let spoilt = mine.then(|| body::spoilt(body, &cell.path, cell.how, cell.first));
            if let Some(spoilt) = spoilt.flatten() {
                struck = true;
                *body = spoilt;
            }
        });
    }
}

type Seen = BTreeMap<(String, String), (Holds, BTreeSet<String>)>;

/// Every field of the answers, and what the account holds.
fn look(worker: &mut Worker) -> (Inventory, Seen) {
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let into = Arc::clone(&seen);
    worker.fake.rewrite(move |asked, body| {
        let mut seen = into.lock().unwrap();
        for (path, (holds, texts)) in body::fields(body) {
            let entry = seen.entry((asked.call(), path)).or_insert((holds, BTreeSet::new()));
            if entry.0 == Holds::Text {
                entry.0 = holds;
            }
            entry.1.extend(texts);
        }
    });
    let inventory = worker.collect().unwrap();
    worker.fake.rewrite(|_, _| {});
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (inventory, seen)
}

/// The words of AWS's enumerations.
fn words() -> BTreeSet<&'static str> {
    let table = include_str!("../../../../scripts/models.tsv").lines();
    let rows = table.map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(1) == Some(&"word"));
    rows.flat_map(|row| row[4].split(' ')).filter(|word| *word != "*").collect()
}

/// Names of the fields that are read.
fn read() -> BTreeSet<String> {
    let table = include_str!("../../../../scripts/models.tsv").lines();
    let rows = table.map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(1) == Some(&"field") && row.get(3) == Some(&"read"));
    rows.flat_map(|row| row[4].split(' ').flat_map(|name| [name.to_owned(), { let mut c = name.chars(); c.next().map(|f| f.to_lowercase().collect::<String>() + c.as_str()).unwrap_or_default() }]).collect::<Vec<_>>()).collect()
}

/// What can be wrong with each field.
fn cells(seen: &Seen) -> Vec<Cell> {
    let words = words();
    let hows = |path: &str, holds, texts: &BTreeSet<String>| {
        let mut hows = Vec::new();
        // An item is no field of its list: a list without it is another list.
        if !body::is_item(path) {
            hows.push(How::Absent);
        }
        let is_word =
            !texts.is_empty() && texts.iter().all(|text| words.contains(text.as_str()));
        match holds {
            // An empty list says that there is nothing.
            Holds::List => return hows,
            Holds::Number => {
                hows.extend(["-7", "99999999999999999999"].map(How::Nonsense));
            }
            Holds::Truth | Holds::Time => hows.push(How::Nonsense("teapot")),
            Holds::Text if is_word => hows.push(How::Nonsense("teapot")),
            Holds::Text | Holds::Fields => {}
        }
        hows.push(How::Empty);
        hows
    };
    let quick = std::env::var("FIELDS_QUICK").is_ok();
    let read = read();
    let mut cells = Vec::new();
    for ((call, path), (holds, texts)) in seen {
        if quick && !read.contains(path.rsplit('/').next().unwrap()) && !body::is_item(path) { continue; }
        for how in hows(path, *holds, texts) {
            for first in [false, true] {
                if quick && first { continue; }
                cells.push(Cell { call: call.clone(), path: path.clone(), how, first });
            }
        }
    }
    cells
}

/// A field that AWS leaves out, or sends empty.
struct Absent {
    call: &'static str,
    path: &'static str,
    how: &'static str,
}

impl Absent {
    fn means(&self, cell: &Cell) -> bool {
        let how = match cell.how {
            How::Absent => "absent",
            How::Empty => "empty",
            How::Nonsense(_) => "other",
        };
        (self.call == "*" || self.call == cell.call)
            && (cell.path == self.path || cell.path.ends_with(&format!("/{}", self.path)))
            && self.how.split(' ').any(|one| one == how)
    }
}

fn absent() -> Vec<Absent> {
    let lines = include_str!("fields/absent.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let [call, path, how, _why] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        Absent { call, path, how }
    };
    lines.map(row).collect()
}

fn judged(inventory: &Inventory) -> Report {
    audit(inventory, checks::ALL, &Options { show_passed: true, ..Options::at(inventory.taken_at) })
}

#[test]
#[ignore = "takes minutes"]
fn law() {
    let fresh = || Worker::start(FakeAws::start(account()));
    let (mut whole, seen) = look(&mut fresh());
    whole.cost = Cost::default();
    let mut again = fresh().collect().unwrap();
    (again.taken_at, again.cost) = (whole.taken_at, Cost::default());
    assert!(again == whole, "the account is not read twice alike");
    let report = judged(&whole);
    let only = std::env::var("FIELDS_ONLY").unwrap_or_default();
    let mut cells = cells(&seen);
    cells.retain(|cell| format!("{} {}", cell.call, cell.path).contains(&only));
    let absent = absent();
    cells.retain(|cell| !absent.iter().any(|row| row.means(cell)));
    let (next, read, flipped) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut worker = fresh();
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    cell.strike(&worker);
                    let mut hidden = match worker.collect() {
                        Ok(hidden) => hidden,
                        Err(error) => {
                            println!("FLIP {} {} {:?} first={}: ERROR {error}", cell.call, cell.path, cell.how, cell.first);
                            continue;
                        }
                    };
                    (hidden.taken_at, hidden.cost) = (whole.taken_at, Cost::default());
                    if hidden == whole {
                        continue;
                    }
                    read.fetch_add(1, Ordering::Relaxed);
                    let flips = flips(&report, &judged(&hidden));
                    if !flips.is_empty() {
println!("FLIP {} {} {:?} first={}: {} e.g. {}", cell.call, cell.path, cell.how, cell.first, flips.len(), flips.iter().take(4).map(|f| f.replace("arn:aws:elasticloadbalancing:", "").replace("111122223333", "")).collect::<Vec<_>>().join(" | "));
                        flipped.lock().unwrap().push((cell.clone(), flips));
                    }
                }
            });
        }
    });
    let mut flipped = flipped.into_inner().unwrap();
    flipped.sort();
    println!("{} fields, {} cells, {} of them read, {} flip", seen.len(), cells.len(), read.into_inner(), flipped.len());
}
