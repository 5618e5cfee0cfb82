//! The requests that some rules take and others do not.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::asked::{Asked, Field, Set};
use super::budget::{Budget, Spent};
use super::cell::{Cell, Place, Side};
use super::machine::Machine;
use super::pattern::Part;

/// What one of the requests has to meet, or must not meet whole.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The conditions of a rule.
    pub(crate) asked: &'a [Asked],
    /// Which request.
    pub(crate) side: Side,
}

/// Requests that meet all of some rules, and none of others.
pub(crate) struct Search<'a> {
    /// Every condition of these has to be met.
    pub(crate) meets: Vec<Wanted<'a>>,
    /// Of each of these some condition must not be met.
    pub(crate) misses: Vec<Wanted<'a>>,
    /// The fields in which both requests are the same.
    pub(crate) shared: &'a [Field],
    /// What it may cost.
    pub(crate) budget: &'a Budget,
}

/// How a question ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    /// There is one.
    Yes(T),
    /// There is none.
    No,
    /// It cannot be told.
    Open,
}

/// How far a box is believed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// What holds however expressions are read, and whatever is veiled.
    Certain,
    /// All that may be.
    Possible,
}

impl Search<'_> {
    /// The first box of requests, of those that are certain, for which something is found; that there is
    /// none is known where there is not even a possible one.
    pub(crate) fn find<T>(
        &self,
        all: &Cell,
        mut look: impl FnMut(&Cell) -> Result<Option<T>, Spent>,
    ) -> Answer<T> {
        let mut found = None;
        let mut met = false;
        let certain = self.walk(all, Mode::Certain, &mut |cell| {
            met = true;
            found = look(cell)?;
            Ok(if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        match (found, certain) {
            (Some(found), _) => return Answer::Yes(found),
            (None, Err(Spent)) => return Answer::Open,
            (None, Ok(())) => {}
        }
        if met {
            return Answer::Open;
        }
        if !self.is_exact() && self.walk_possible(all) {
            return Answer::Open;
        }
        Answer::No
    }

    /// Whether there is a request that may be one, or this cannot be told.
    fn walk_possible(&self, all: &Cell) -> bool {
        let mut any = false;
        let walked = self.walk(all, Mode::Possible, &mut |_| {
            any = true;
            Ok(ControlFlow::Break(()))
        });
        any || walked.is_err()
    }

    /// Whether nothing is asked that cannot be told.
    fn is_exact(&self) -> bool {
        self.meets.iter().chain(&self.misses).all(|wanted| wanted.asked.iter().all(is_exact))
    }

    fn walk(&self, all: &Cell, mode: Mode, visit: &mut Visit<'_>) -> Result<(), Spent> {
        let asked = self
            .meets
            .iter()
            .flat_map(|wanted| wanted.asked.iter().map(|asked| (asked, wanted.side)));
        let asked: Vec<(&Asked, Side)> = asked.collect();
        self.met(all.clone(), &asked, mode, visit).map(drop)
    }

    fn place(&self, field: &Field, side: Side) -> Place {
        let side = if self.shared.contains(field) { Side::Own } else { side };
        (field.clone(), side)
    }

    /// Goes on with the boxes in which all of these are met.
    fn met(&self, cell: Cell, asked: &[(&Asked, Side)], mode: Mode, visit: &mut Visit<'_>) -> Step {
        let Some(((first, side), rest)) = asked.split_first() else {
            return match self.without_single(cell, mode)? {
                Some(cell) => self.missed(&cell, 0, mode, visit),
                None => Ok(ControlFlow::Continue(())),
            };
        };
        for next in self.meeting(&cell, first, *side, mode)? {
            if self.met(next, rest, mode, visit)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The requests of a box that miss all rules of a single condition on texts: there is but one way to miss each,
    /// so that it is enough to look once whether any is left.
    fn without_single(&self, mut cell: Cell, mode: Mode) -> Result<Option<Cell>, Spent> {
        let mut places = BTreeSet::new();
        for wanted in &self.misses {
            let Some((field, machine, parts)) = single(wanted.asked, mode) else { continue };
            let place = self.place(field, wanted.side);
            for machine in std::iter::once(machine).chain(parts.iter().map(|part| &part.texts)) {
                self.budget.spend(1)?;
                cell.less(&place, machine);
            }
            places.insert(place);
        }
        Ok(cell.is_possible(&places, self.budget)?.then_some(cell))
    }

    /// The requests of a box that meet a condition. What this version does not know is supposed to be met: a
    /// rule asks for it.
    fn meeting(
        &self,
        cell: &Cell,
        asked: &Asked,
        side: Side,
        mode: Mode,
    ) -> Result<Vec<Cell>, Spent> {
        let (field, whole, parts) = match asked {
            Asked::Open(question) => {
                return Ok(cell.supposing(question, side, true).into_iter().collect());
            }
            Asked::Not(inner) => return self.missing(cell, inner, side, mode),
            Asked::Of { field, whole, parts } => (field, whole, parts),
        };
        let place = self.place(field, side);
        let mut found: Vec<Cell> = cell.within(&place, whole, self.budget)?.into_iter().collect();
        for part in parts.iter().filter(|_| mode == Mode::Possible) {
            if let Some(cell) = cell.supposing(&part.question, Side::Own, true) {
                let texts = Set::Texts(part.texts.clone());
                found.extend(cell.within(&place, &texts, self.budget)?);
            }
        }
        Ok(found)
    }

    /// Goes on with the boxes in which none of the rules from this one on is met.
    fn missed(&self, cell: &Cell, mut from: usize, mode: Mode, visit: &mut Visit<'_>) -> Step {
        loop {
            let Some(wanted) = self.misses.get(from) else { return visit(cell) };
            from += 1;
            if single(wanted.asked, mode).is_some() || !self.touches(cell, wanted)? {
                continue;
            }
            let mut asked: Vec<&Asked> = wanted.asked.iter().collect();
            asked.sort_by_key(|asked| match asked {
                Asked::Of { field, .. } => (0, Some(field)),
                Asked::Not(_) => (1, None),
                Asked::Open(_) => (2, None),
            });
            for asked in asked {
                for next in self.missing(cell, asked, wanted.side, mode)? {
                    if self.missed(&next, from, mode, visit)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
    }

    /// Whether some request of a box may meet a rule.
    fn touches(&self, cell: &Cell, wanted: &Wanted) -> Result<bool, Spent> {
        for asked in wanted.asked {
            let Asked::Of { field, whole, parts } = asked else { continue };
            let place = self.place(field, wanted.side);
            let mut may = cell.within(&place, whole, self.budget)?.is_some();
            for part in parts.iter() {
                let texts = Set::Texts(part.texts.clone());
                may = may || cell.within(&place, &texts, self.budget)?.is_some();
            }
            if !may {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The requests of a box that do not meet a condition.
    fn missing(
        &self,
        cell: &Cell,
        asked: &Asked,
        side: Side,
        mode: Mode,
    ) -> Result<Vec<Cell>, Spent> {
        let (field, whole, parts) = match asked {
            Asked::Open(question) => {
                let cell = cell.supposing(question, side, false);
                return Ok(cell.into_iter().filter(|_| mode == Mode::Possible).collect());
            }
            Asked::Not(inner) => return self.meeting(cell, inner, side, mode),
            Asked::Of { field, whole, parts } => (field, whole, parts),
        };
        let place = self.place(field, side);
        let mut found: Vec<Cell> = cell.without(&place, whole, self.budget)?.into_iter().collect();
        // Either it is none of these, or the answer to its question is no.
        for part in parts.iter() {
            let texts = Set::Texts(part.texts.clone());
            let mut left = Vec::new();
            for cell in found {
                left.extend(cell.without(&place, &texts, self.budget)?);
                let supposed = cell.supposing(&part.question, Side::Own, false);
                left.extend(supposed.filter(|_| mode == Mode::Possible));
            }
            found = left;
        }
        Ok(found)
    }
}

/// The one condition of a rule, where it is about a text and there is one way to miss it.
fn single(asked: &[Asked], mode: Mode) -> Option<(&Field, &Rc<Machine>, &[Part])> {
    match asked {
        [Asked::Of { field, whole: Set::Texts(machine), parts }]
            if mode == Mode::Certain || parts.is_empty() =>
        {
            Some((field, machine, parts))
        }
        _ => None,
    }
}

/// Whether it can be told of every request whether it meets a condition.
fn is_exact(asked: &Asked) -> bool {
    match asked {
        Asked::Of { parts, .. } => parts.is_empty(),
        Asked::Not(inner) => is_exact(inner),
        Asked::Open(_) => false,
    }
}

type Step = Result<ControlFlow<()>, Spent>;
type Visit<'a> = dyn FnMut(&Cell) -> Step + 'a;

/// Whether every request of some rule meets all that is asked: it may ask for more, or the same in other
/// words. Where this cannot be told the answer is no.
pub(crate) fn covers(all: &Cell, inner: &[Asked], outer: &[Asked], budget: &Budget) -> bool {
    outer.iter().all(|one| {
        let misses = vec![Wanted { asked: std::slice::from_ref(one), side: Side::Own }];
        let meets = vec![Wanted { asked: inner, side: Side::Own }];
        let search = Search { meets, misses, shared: &[], budget };
        search.find(all, |_| Ok(Some(()))) == Answer::No
    })
}
