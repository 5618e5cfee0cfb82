//! What came of the cells, as tables.

use std::collections::BTreeMap;
use std::time::Duration;

use elb_audit_core::docs::with_block;

use crate::cell::{Cell, Tried};
use crate::kind::{Expect, KINDS, Kind};
use crate::scene::calls;

/// What came of some cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// How many.
    pub cells: usize,
    /// Those with nothing wrong.
    pub passed: usize,
    /// The longest run.
    pub longest: Duration,
    /// The most memory, in bytes.
    pub peak: u64,
}

impl Sum {
    fn add(&mut self, tried: &Tried) {
        self.cells += 1;
        self.passed += usize::from(tried.wrong.is_empty());
        self.longest = self.longest.max(tried.took);
        self.peak = self.peak.max(tried.peak);
    }

    fn cells(self) -> String {
        let Sum { cells, passed, longest, peak } = self;
        if cells == 0 {
            return "0 | – | – | –".to_owned();
        }
        format!("{cells} | {passed} | {:.1} s | {} MB", longest.as_secs_f64(), peak >> 20)
    }
}

/// The sums by a name.
fn by(all: &[Tried], name: impl Fn(&Cell) -> String) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for tried in all {
        sums.entry(name(&tried.cell)).or_default().add(tried);
    }
    sums
}

/// How the line ends that says how many cells came into the tables.
const TRIED: &str = " were tried.";

/// All of it.
fn total(all: &[Tried]) -> Sum {
    let mut sum = Sum::default();
    for tried in all {
        sum.add(tried);
    }
    sum
}

const HEAD: &str = "Cells | Passed | Longest | Most memory |\n";
const RULE: &str = "---: | ---: | ---: | ---: |\n";

/// A row a kind.
#[must_use]
pub fn kinds(all: &[Tried]) -> String {
    let sums = by(all, |cell| cell.kind.name.to_owned());
    let row = |kind: &Kind| {
        let sum = sums.get(kind.name).copied().unwrap_or_default();
        let (name, what, then) = (kind.name, kind.what, comes_of(kind.expect));
        format!("| `{name}` | {what} | {then} | {} |\n", sum.cells())
    };
    let rows: String = KINDS.iter().map(row).collect();
    let tried = format!("{} of {} cells{TRIED}", all.len(), Cell::all().len());
    let all = total(all).cells();
    format!(
        "{tried}\n\n| Fault | What is answered | The report | {HEAD}| --- | --- | --- | {RULE}{rows}| all | | | {all} |\n"
    )
}

/// A row a call.
#[must_use]
pub fn by_call(all: &[Tried]) -> String {
    let sums = by(all, |cell| cell.asked.name());
    let rows = calls().into_iter().map(|asked| {
        let name = asked.name();
        let sum = sums.get(&name).copied().unwrap_or_default();
        format!("| `{name}` | {} |\n", sum.cells())
    });
    format!("| Call | {HEAD}| --- | {RULE}{}", rows.collect::<String>())
}

/// What the documentation says of what has to come of a fault.
fn comes_of(expect: Expect) -> &'static str {
    match expect {
        Expect::Gap => "a gap",
        Expect::Same => "as without it",
        Expect::Either => "a gap, or as without it",
    }
}

/// The page with these numbers; none if it has no place for them.
#[must_use]
pub fn with_numbers(page: &str, all: &[Tried]) -> Option<String> {
    with_block(&with_block(page, "faults", &kinds(all))?, "fault-calls", &by_call(all))
}

/// Whether the page lists the faults and calls that there are, whatever the numbers beside them.
#[must_use]
pub fn is_current(page: &str) -> bool {
    with_numbers(page, &[]).is_some_and(|current| shape(&current) == shape(page))
}

/// The page's lines without the numbers that a run gives.
fn shape(page: &str) -> Vec<&str> {
    const NUMBERS: usize = 5;
    page.lines()
        .filter(|line| !line.ends_with(TRIED))
        .map(|line| {
            if line.starts_with("| ") {
                line.rsplitn(NUMBERS + 1, '|').last().unwrap_or(line)
            } else {
                line
            }
        })
        .collect()
}
