//! How much work a question may take.

use std::cell::Cell;

/// The work was more than a question may take: what it asked for stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

/// What is left to spend, in steps of a machine.
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// So many steps.
    pub(crate) fn of(steps: usize) -> Self {
        Budget(Cell::new(steps))
    }

    /// A share of what is left, so that one question does not take it all; and what becomes of the question.
    pub(crate) fn share<T>(&self, most: usize, question: impl FnOnce(&Budget) -> T) -> T {
        let own = Budget::of(self.left().min(most));
        let before = own.left();
        let answer = question(&own);
        self.0.set(self.left().saturating_sub(before - own.left()));
        answer
    }

    /// How many are left.
    pub(crate) fn left(&self) -> usize {
        self.0.get()
    }

    /// Takes steps off.
    pub(super) fn spend(&self, steps: usize) -> Result<(), Spent> {
        let left = self.0.get().checked_sub(steps).ok_or(Spent)?;
        self.0.set(left);
        Ok(())
    }
}
