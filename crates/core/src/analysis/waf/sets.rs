//! Statements as sets of requests.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::field::{self, FieldTest, Operator, Position, Wanted};
use super::statement::{Gate, Matches, Requests};
use crate::analysis::requests::{
    Answer, Asked, Beside, Budget, Cell, Field, Match, Pattern, Search, Seen, Side, Wanted as Met,
};
use crate::vocab::glob::LONGEST;

/// What it may cost to see whether a statement takes all requests, or none.
const A_LOOK: usize = 100_000;
/// More ways than these are not written out.
const WRITTEN_OUT: usize = 256;
/// How many tests a thread keeps as sets.
const KEPT: usize = 4_096;

/// Conditions of which a request meets all.
pub(super) type Way = Vec<Asked>;

thread_local! {
    static KNOWN: RefCell<HashMap<FieldTest, Asked>> = RefCell::default();
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// What is not like anything else that is asked.
fn open() -> Asked {
    Asked::Open(format!("undecided {}", NEXT.fetch_add(1, Ordering::Relaxed)).into())
}

impl Matches {
    /// The same, where every request is in it, or none, as just that.
    pub(super) fn settled(self) -> Self {
        let none_goes = |ways: Vec<Way>| {
            ways.iter().all(|way| {
                let meets = vec![Met { asked: way, side: Side::Own }];
                let budget = &Budget::of(A_LOOK);
                let search = Search { meets, misses: Vec::new(), shared: &[], budget };
                search.find(&Cell::as_sent(), |_| Ok(Some(()))) == Answer::No
            })
        };
        match self {
            Matches::Some(_) if none_goes(self.ways(true, "")) => Matches::None,
            Matches::Some(_) if none_goes(self.ways(false, "")) => Matches::All,
            other => other,
        }
    }

    /// The ways into it, or past it: each request in it goes one of them. Gates are those of a client.
    pub(super) fn ways(&self, into: bool, client: &str) -> Vec<Way> {
        self.written_out(into, client).unwrap_or_else(|| vec![vec![open()]])
    }

    fn written_out(&self, into: bool, client: &str) -> Option<Vec<Way>> {
        let inner = match self {
            Matches::All | Matches::None => {
                let is_way = (*self == Matches::All) == into;
                return Some(if is_way { vec![Vec::new()] } else { Vec::new() });
            }
            Matches::Undecided => return Some(vec![vec![open()]]),
            Matches::Some(inner) => inner,
        };
        let one =
            |asked: Asked| Some(vec![vec![if into { asked } else { Asked::Not(Rc::new(asked)) }]]);
        let each = |all: &[Matches]| -> Option<Vec<Vec<Way>>> {
            all.iter().map(|one| one.written_out(into, client)).collect()
        };
        match &**inner {
            Requests::Test(test) => one(test.asked()),
            Requests::Gate(gate) => one(Asked::has(&given(client, gate)).unwrap_or_else(open)),
            Requests::Not(inner) => inner.written_out(!into, client),
            Requests::Every(all) if into => product(&each(all)?),
            Requests::Any(all) if !into => product(&each(all)?),
            Requests::Every(all) | Requests::Any(all) => {
                Some(each(all)?.concat()).filter(|ways| ways.len() <= WRITTEN_OUT)
            }
        }
    }
}

/// Each way of the first, together with each of the second, and so on.
fn product(all: &[Vec<Way>]) -> Option<Vec<Way>> {
    all.iter().try_fold(vec![Vec::new()], |found: Vec<Way>, ways| {
        let longer =
            |own: &Way| ways.iter().map(|way| [&own[..], way].concat()).collect::<Vec<_>>();
        let size = found.len() * ways.len();
        (size <= WRITTEN_OUT).then(|| found.iter().flat_map(longer).collect())
    })
}

/// What a client has who is behind a gate.
pub(super) fn given(client: &str, gate: &Gate) -> String {
    format!("{client} {gate:?}")
}

impl FieldTest {
    /// The test as a condition on a request of a client.
    pub(super) fn asked(&self) -> Asked {
        if matches!(self.field, field::Field::Body | field::Field::Cookies) {
            return self.on_more();
        }
        if let Some(known) = KNOWN.with_borrow(|known| known.get(self).cloned()) {
            return known;
        }
        let asked = self.compared(self.part(), &self.pattern()).unwrap_or_else(open);
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(self.clone(), asked.clone());
        });
        asked
    }

    /// A test of what a request may have beside what is looked at: nobody tells what is in it, but a request
    /// without it is known.
    fn on_more(&self) -> Asked {
        let empty = match self.field {
            field::Field::Body => self.passes(""),
            _ => Match::No,
        };
        let part = Field::Other(format!("{:?}", self.field).into());
        let asked = self.compared((part, None), &Pattern::Unknown).unwrap_or_else(open);
        match empty {
            Match::No => asked,
            Match::Yes => Asked::Not(Rc::new(asked)),
            Match::Maybe => open(),
        }
    }

    fn compared(&self, part: (Field, Option<&str>), pattern: &Pattern) -> Option<Asked> {
        let seen = Seen { lowered: self.lowered, decoded: !self.decoded.is_empty() };
        Asked::compared(part, pattern, seen, &format!("{self:?}"))
    }

    /// The part of a request, and the name of the parameter where it is one.
    fn part(&self) -> (Field, Option<&str>) {
        let part = match &self.field {
            field::Field::Method => Field::Method,
            field::Field::Path => Field::Path,
            field::Field::Query => Field::QueryText,
            field::Field::Argument(name) => return (Field::Query, Some(name)),
            field::Field::Arguments => Field::Query,
            field::Field::Header(name) if name == "host" => Field::Host,
            field::Field::Header(name) => Field::Header(name.as_str().into()),
            field::Field::Body | field::Field::Cookies => Field::Other("".into()),
        };
        (part, None)
    }

    fn pattern(&self) -> Pattern<'_> {
        use Beside::{Anything, NoWord, Nothing};
        match &self.wanted {
            Wanted::Text(position, text) => {
                let beside = match position {
                    Position::Exactly => [Nothing, Nothing],
                    Position::Starts => [Nothing, Anything],
                    Position::Ends => [Anything, Nothing],
                    Position::Contains => [Anything, Anything],
                    Position::Word => [NoWord, NoWord],
                };
                Pattern::Text(text, beside)
            }
            Wanted::Regex(regex) => Pattern::Regex(regex),
            Wanted::Size(operator, size) => sizes(*operator, *size),
            Wanted::Hidden => Pattern::Unknown,
        }
    }
}

/// The sizes that compare like this, as far as texts are looked at.
fn sizes(operator: Operator, size: u64) -> Pattern<'static> {
    let longest = LONGEST as u64;
    let short = (0..=size.min(longest)).map(|own| operator.holds(own, size)).collect();
    let longer = (size <= longest).then(|| operator.holds(size + 1, size));
    Pattern::Sizes(short, longer)
}
