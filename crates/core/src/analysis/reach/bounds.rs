//! How far something is open when not everything about it is known: for these at least, for those at
//! most.

use crate::vocab::fact::Gap;
use crate::vocab::net::{Level, Sources};

/// From those who certainly get through to those who possibly do, and the gap between them.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    lower: Sources,
    upper: Sources,
    gap: Option<Gap>,
}

impl Bounds {
    /// It is known who gets through.
    pub(super) fn exactly(who: Sources) -> Self {
        Bounds { lower: who.clone(), upper: who, gap: None }
    }

    /// Nobody gets through.
    pub(super) fn shut() -> Self {
        Bounds::exactly(Sources::none())
    }

    /// Everybody gets through.
    pub(super) fn open() -> Self {
        Bounds::exactly(Sources::all())
    }

    /// Anything is possible.
    pub(super) fn unknown(gap: Gap) -> Self {
        Bounds { lower: Sources::none(), upper: Sources::all(), gap: Some(gap) }
    }

    /// From these to those.
    pub(super) fn between(lower: Sources, upper: Sources, gap: Gap) -> Self {
        Bounds::new(lower, upper, Some(gap))
    }

    /// Who certainly gets through.
    pub(super) fn lower(&self) -> &Sources {
        &self.lower
    }

    /// Who possibly gets through.
    pub(super) fn upper(&self) -> &Sources {
        &self.upper
    }

    /// Both must be passed.
    pub(super) fn and(self, other: Bounds) -> Bounds {
        let (lower, upper) = (self.lower.and(other.lower), self.upper.and(other.upper));
        Bounds::new(lower, upper, self.gap.or(other.gap))
    }

    /// One of them is enough.
    pub(super) fn or(self, other: Bounds) -> Bounds {
        let gap = match (self.gap, other.gap) {
            // The gap of the wider one decides.
            (Some(own), Some(others)) => {
                let wider = other.upper.level() > self.upper.level();
                Some(if wider { others } else { own })
            }
            (own, others) => own.or(others),
        };
        Bounds::new(self.lower.or(other.lower), self.upper.or(other.upper), gap)
    }

    /// The same, of who can come from the internet alone.
    pub(super) fn outsiders(self) -> Bounds {
        Bounds::new(self.lower.outsiders(), self.upper.outsiders(), self.gap)
    }

    /// The same when it is not certain that there is this way at all.
    pub(super) fn perhaps(self, gap: Gap) -> Bounds {
        Bounds::new(Sources::none(), self.upper, Some(gap))
    }

    /// A gap between equal sets hides nothing.
    fn new(lower: Sources, upper: Sources, gap: Option<Gap>) -> Self {
        let gap = gap.filter(|_| lower != upper);
        Bounds { lower, upper, gap }
    }

    /// Whether anyone gets through.
    pub(super) fn lets_through(&self) -> Result<bool, Gap> {
        match &self.gap {
            _ if self.lower != Sources::none() => Ok(true),
            Some(gap) => Err(gap.clone()),
            None => Ok(false),
        }
    }

    /// Who gets through, if nothing hides more.
    pub(super) fn exact(self) -> Result<Sources, Gap> {
        self.gap.map_or(Ok(self.lower), Err)
    }

    /// The level, if the gap could not change it.
    pub(super) fn decided(&self) -> Result<Level, Gap> {
        let level = self.lower.level();
        match &self.gap {
            Some(gap) if self.upper.level() != level => Err(gap.clone()),
            _ => Ok(level),
        }
    }
}
