//! Load balancers by chance: every request is asked for, and what becomes of it held against what the audit says.
//!
//! `ORACLE_SEED` and `ORACLE_CASES` try other cases, or more of them. A failure shows every
//! kind of difference with the smallest load balancer found for it; `--nocapture` shows how much was tried.

mod client;
mod compare;
mod evaluate;
mod generate;
mod laws;
mod printed;
mod space;
mod universe;
mod vocabulary;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZero;
use std::thread;

use compare::{Counts, Difference, differences, mistake};
pub(crate) use generate::Chance;
use generate::{Case, smaller};
use universe::Known;

/// What is tried where no variable says otherwise.
const SEED: u64 = 20_261_102;
const CASES: usize = 8_000;
/// How many listeners these have at least.
const LISTENERS: usize = 10_000;
/// Smaller cases that are tried for one that is to be shown.
const SMALLER: usize = 1_500;

/// A number that an environment variable sets.
#[expect(clippy::disallowed_methods, reason = "a variable tries other cases, or more")]
pub(crate) fn set<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The smallest case found that still differs in this way.
fn shrunk(case: &Case, known: &Known, kind: &str) -> (Case, String) {
    let differs = |case: &Case| -> Option<Difference> {
        let all = differences(case, known, &mut Counts::default());
        all.into_iter().find(|one| one.kind == kind)
    };
    let (mut least, mut told) = (case.clone(), differs(case).map(|one| one.told));
    let mut left = SMALLER;
    loop {
        let next = smaller(&least).into_iter().take(left).find_map(|case| {
            left = left.saturating_sub(1);
            differs(&case).map(|one| (case, one.told))
        });
        match next {
            Some((case, own)) => (least, told) = (case, Some(own)),
            None => return (least, told.unwrap_or_default()),
        }
    }
}

/// What differs, in the order of the cases. This takes longest of all, so that every processor has a part of them.
fn compared(all: &[Case]) -> (Counts, Vec<(&Case, Difference)>) {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let part = |part| {
        let (known, mut counts, mut found) = (Known::default(), Counts::default(), Vec::new());
        for case in part {
            found.extend(differences(case, &known, &mut counts).into_iter().map(|one| (case, one)));
        }
        (counts, found)
    };
    thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(processors).max(1));
        let parts: Vec<_> = parts.map(|own: &[Case]| scope.spawn(move || part(own))).collect();
        let mut whole = (Counts::default(), Vec::new());
        for one in parts {
            let (counts, found) = one.join().expect("a part that was compared");
            whole.0.add(&counts);
            whole.1.extend(found);
        }
        whole
    })
}

#[test]
fn every_request_is_where_the_audit_says() {
    let seed = set("ORACLE_SEED", SEED);
    let cases = set("ORACLE_CASES", CASES);
    let mut chance = Chance(seed);
    let all: Vec<Case> = (0..cases).map(|_| Case::new(&mut chance)).collect();
    let (counts, found) = compared(&all);
    let (known, mut kinds) = (Known::default(), BTreeMap::<String, (usize, Case)>::new());
    for (case, one) in found {
        kinds.entry(one.kind).or_insert_with(|| (0, case.clone())).0 += 1;
    }
    counts.print();
    assert!(cases < CASES || counts.listeners >= LISTENERS, "{counts:?}");
    let mut text = format!("seed {seed}: {counts:?}\n");
    for (kind, (number, case)) in &kinds {
        let (least, told) = shrunk(case, &known, kind);
        let _ = writeln!(text, "\n{kind} ({number} times)\n{told}\n{}", least.told());
    }
    assert!(kinds.is_empty(), "{text}");
}

#[test]
fn what_is_asked_of_all_requests_is_so_of_each() {
    let (mut chance, known) = (Chance(set("ORACLE_SEED", SEED)), Known::default());
    for _ in 0..1_000 {
        let case = Case::new(&mut chance);
        let own = chance.number();
        if let Some(told) = mistake(&case, &known, &mut Chance(own)) {
            panic!("{told}\n{}", case.told());
        }
    }
}
