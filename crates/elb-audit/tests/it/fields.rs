//! The law of fields: whatever of an answer is missing, empty or not understood, a verdict may become unknown. It
//! never flips.
//!
//! Every field of every answer that the fake gives is taken away, emptied, and given what AWS does not have: wherever
//! it stands, and only the first time. What AWS itself leaves out or sends empty, `absent.tsv` names, with what that
//! means. `LAW_FIELDS=all` tries every cell, `LAW_FIELDS=TEXT` those with this text in call or path; without it a
//! sample is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::inventory::{Cost, Inventory};
use elb_audit_core::report::Report;
use elb_audit_fake_aws::{Account, FakeAws};
use elb_audit_faults::compare::changes;
use elb_audit_faults::organization::{members, organization};

use crate::account::account;
use crate::sound::sound;
use absent::Absent;
use body::{Holds, How};
use worker::Worker;

mod absent;
mod body;
pub(crate) mod worker;

/// Processes that read at a time.
const WORKERS: usize = 3;
/// Of so many cells one is tried where not all are.
const SAMPLE: usize = 40;

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
    /// Has the worker's answers spoilt so.
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

/// Fields by call and path, with what they hold, and the texts in it.
type Seen = BTreeMap<(String, String), (Holds, BTreeSet<String>)>;

/// What the account holds, and every field of the answers that tell it.
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
    let inventory = read(worker).unwrap();
    worker.fake.rewrite(|_, _| {});
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (inventory, seen)
}

/// What the account holds, without what differs from one scan to the next.
fn read(worker: &mut Worker) -> Result<Inventory, String> {
    let mut inventory = worker.collect()?;
    (inventory.taken_at, inventory.cost) = (crate::account::today(), Cost::default());
    Ok(inventory)
}

/// The words of AWS's enumerations.
fn words() -> BTreeSet<&'static str> {
    let table = include_str!("../../../../scripts/models.tsv").lines();
    let rows = table.map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(1) == Some(&"word"));
    rows.flat_map(|row| row[4].split(' ')).filter(|word| *word != "*").collect()
}

/// What can be wrong with a field.
fn hows(
    path: &str,
    holds: Holds,
    texts: &BTreeSet<String>,
    words: &BTreeSet<&'static str>,
) -> Vec<How> {
    let mut hows = Vec::new();
    // An item is no field of its list: a list without it is another list.
    if !body::is_item(path) {
        hows.push(How::Absent);
    }
    let is_word = !texts.is_empty() && texts.iter().all(|text| words.contains(text.as_str()));
    match holds {
        // An empty list says that there is nothing.
        Holds::List => return hows,
        Holds::Number => hows.extend(["-7", "99999999999999999999"].map(How::Nonsense)),
        Holds::Truth | Holds::Time => hows.push(How::Nonsense("teapot")),
        Holds::Text if is_word => hows.push(How::Nonsense("teapot")),
        Holds::Text | Holds::Fields => {}
    }
    hows.push(How::Empty);
    hows
}

/// What can be wrong with each field.
fn cells(seen: &Seen) -> Vec<Cell> {
    let words = words();
    let mut cells = Vec::new();
    for ((call, path), (holds, texts)) in seen {
        for how in hows(path, *holds, texts, &words) {
            let cell = |first| Cell { call: call.clone(), path: path.clone(), how, first };
            cells.extend([false, true].map(cell));
        }
    }
    cells
}

/// Of all cells those that are wanted.
fn wanted(mut cells: Vec<Cell>) -> Vec<Cell> {
    match std::env::var("LAW_FIELDS").as_deref() {
        Ok("all") => {}
        Ok(text) => cells.retain(|cell| format!("{} {}", cell.call, cell.path).contains(text)),
        Err(_) => cells = cells.into_iter().step_by(SAMPLE).collect(),
    }
    cells
}

fn judged(inventory: &Inventory) -> Report {
    audit(inventory, checks::ALL, &Options { show_passed: true, ..Options::at(inventory.taken_at) })
}

/// What the law finds in one account.
struct Found {
    fields: usize,
    cells: usize,
    /// Cells that make a difference to what is read.
    read: usize,
    /// Cells by which a verdict flips, with one that does.
    flipped: Vec<(Cell, String)>,
}

/// What the law is held to.
struct Held {
    name: &'static str,
    accounts: fn() -> Vec<Account>,
    /// Whether every account of the organization is read, for the sake of what leads to them alone.
    organization: bool,
}

const HELD: [Held; 3] = [
    Held { name: "faulty", accounts: || vec![account()], organization: false },
    Held { name: "sound", accounts: || vec![sound()], organization: false },
    Held { name: "organization", accounts: || members(organization()), organization: true },
];

/// How it is told that the accounts of an organization are not known.
const UNLISTED: &str = "the accounts of the organization cannot be listed: ";

#[expect(clippy::print_stdout, reason = "all cells take long: what is found is told at once")]
fn hold(held: &Held) -> Found {
    let fresh = || Worker::start(FakeAws::start_all((held.accounts)()), held.organization);
    let (whole, mut seen) = look(&mut fresh());
    let leads = |call: &str| call.starts_with("organizations:") || call.starts_with("sts:");
    seen.retain(|(call, _), _| !held.organization || leads(call));
    assert!(read(&mut fresh()).unwrap() == whole, "the account is not read twice alike");
    let report = judged(&whole);
    let cells = wanted(cells(&seen));
    let (next, differ, flipped) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::default());
    let work = || {
        let mut worker = fresh();
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            cell.strike(&worker);
            let flips = match read(&mut worker) {
                // Nothing is concluded, and the program says so.
                Err(error) if error.starts_with(UNLISTED) => Vec::new(),
                Err(error) => vec![error],
                Ok(hidden) if hidden == whole => continue,
                Ok(hidden) => changes(&report, &judged(&hidden)),
            };
            differ.fetch_add(1, Ordering::Relaxed);
            if let Some(first) = flips.into_iter().next() {
                println!("{cell:?}: {first}");
                let flipped: &Mutex<Vec<(Cell, String)>> = &flipped;
                flipped.lock().unwrap().push((cell.clone(), first));
            }
        }
    };
    std::thread::scope(|scope| (0..WORKERS).for_each(|_| drop(scope.spawn(work))));
    let (read, flipped) = (differ.into_inner(), flipped.into_inner().unwrap());
    Found { fields: seen.len(), cells: cells.len(), read, flipped }
}

#[test]
#[expect(clippy::print_stdout, reason = "tells what was tried")]
fn no_field_flips_a_verdict() {
    let (table, mut used, mut faults) = (absent::table(), BTreeSet::new(), Vec::new());
    let mut all = 0;
    for held in HELD {
        let name = held.name;
        let Found { fields, cells, read, flipped } = hold(&held);
        println!("{name}: {fields} fields, {cells} cells, {read} make a difference");
        // Many fields are read: otherwise nothing is taken away. Of some calls another one answers the same.
        let some = std::env::var("LAW_FIELDS").is_ok_and(|text| text != "all");
        assert!(some || 3 * read >= cells, "only {read} of {cells} cells make a difference");
        all += cells;
        for (cell, flip) in flipped {
            let known = table.iter().position(|row: &Absent| row.means(&cell));
            match known {
                Some(row) => drop(used.insert(row)),
                None => faults.push(format!("{name}: {cell:?}: {flip}")),
            }
        }
    }
    assert!(all > 0, "no field has such a name");
    assert!(faults.is_empty(), "{} cells flip a verdict:\n{}", faults.len(), faults.join("\n"));
    if std::env::var("LAW_FIELDS").as_deref() == Ok("all") {
        // Which lists come in pages is the account's to say.
        let unused = table
            .iter()
            .enumerate()
            .filter(|(place, row)| !used.contains(place) && !row.is_of_any());
        let unused: Vec<&str> = unused.map(|(_, row)| row.path).collect();
        assert!(unused.is_empty(), "absent.tsv has rows that nothing needs: {unused:?}");
    }
}
