//! How far something is open when not everything about it is known: for these at least, for those at
//! most.

use crate::vocab::fact::Gap;
use crate::vocab::net::{Addresses, Level};

/// From those who certainly get through to those who possibly do, and the gap between them.
#[derive(Clone, Debug)]
pub(super) struct Span {
    least: Addresses,
    most: Addresses,
    gap: Option<Gap>,
}

impl Span {
    /// It is known who gets through.
    pub(super) fn exactly(who: Addresses) -> Self {
        Span { least: who.clone(), most: who, gap: None }
    }

    /// Nobody gets through.
    pub(super) fn shut() -> Self {
        Span::exactly(Addresses::none())
    }

    /// Everybody gets through.
    pub(super) fn open() -> Self {
        Span::exactly(Addresses::all())
    }

    /// Anything is possible.
    pub(super) fn hidden(gap: Gap) -> Self {
        Span { least: Addresses::none(), most: Addresses::all(), gap: Some(gap) }
    }

    /// From these to those.
    pub(super) fn between(least: Addresses, most: Addresses, gap: Gap) -> Self {
        Span::new(least, most, Some(gap))
    }

    /// Who certainly gets through.
    pub(super) fn least(&self) -> &Addresses {
        &self.least
    }

    /// Who possibly gets through.
    pub(super) fn most(&self) -> &Addresses {
        &self.most
    }

    /// Both must be passed.
    pub(super) fn and(self, other: Span) -> Span {
        let (least, most) = (self.least.and(other.least), self.most.and(other.most));
        Span::new(least, most, self.gap.or(other.gap))
    }

    /// One of them is enough.
    pub(super) fn or(self, other: Span) -> Span {
        let gap = match (self.gap, other.gap) {
            // The gap of the wider one decides.
            (Some(own), Some(others)) => {
                let wider = other.most.level() > self.most.level();
                Some(if wider { others } else { own })
            }
            (own, others) => own.or(others),
        };
        Span::new(self.least.or(other.least), self.most.or(other.most), gap)
    }

    /// The same, of who can come from the internet alone.
    pub(super) fn outsiders(self) -> Span {
        Span::new(self.least.outsiders(), self.most.outsiders(), self.gap)
    }

    /// The same when it is not certain that there is this way at all.
    pub(super) fn perhaps(self, gap: Gap) -> Span {
        Span::new(Addresses::none(), self.most, Some(gap))
    }

    /// A gap between equal sets hides nothing.
    fn new(least: Addresses, most: Addresses, gap: Option<Gap>) -> Self {
        let gap = gap.filter(|_| least != most);
        Span { least, most, gap }
    }

    /// Whether anyone gets through.
    pub(super) fn lets_through(&self) -> Result<bool, Gap> {
        match &self.gap {
            _ if self.least != Addresses::none() => Ok(true),
            Some(gap) => Err(gap.clone()),
            None => Ok(false),
        }
    }

    /// The level, if nothing that is hidden could change it.
    pub(super) fn decided(&self) -> Result<Level, Gap> {
        let level = self.least.level();
        match &self.gap {
            Some(gap) if self.most.level() != level => Err(gap.clone()),
            _ => Ok(level),
        }
    }
}
