//! How far something is open when not everything about it is known: at least this far, at most that far.

use crate::fact::Gap;

/// How far a way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// For nobody.
    Blocked,
    /// For some.
    Restricted,
    /// For the whole internet.
    Internet,
}

/// From the level that is certain to the level that is possible, and the gap between them.
#[derive(Clone, Debug)]
pub(super) struct Span {
    least: Level,
    most: Level,
    gap: Option<Gap>,
}

impl Span {
    /// A level that is known.
    pub(super) fn exactly(level: Level) -> Self {
        Span { least: level, most: level, gap: None }
    }

    /// Anything is possible.
    pub(super) fn hidden(gap: Gap) -> Self {
        Span { least: Level::Blocked, most: Level::Internet, gap: Some(gap) }
    }

    /// The level that is certain.
    pub(super) fn at_least(&self) -> Level {
        self.least
    }

    /// The level that is possible.
    pub(super) fn at_most(&self) -> Level {
        self.most
    }

    /// Both must be passed.
    pub(super) fn and(self, other: Span) -> Span {
        let (least, most) = (self.least.min(other.least), self.most.min(other.most));
        Span::new(least, most, self.gap.or(other.gap))
    }

    /// One of them is enough.
    pub(super) fn or(self, other: Span) -> Span {
        let (least, most) = (self.least.max(other.least), self.most.max(other.most));
        // The gap of the wider one decides.
        let gap =
            if other.most > self.most { other.gap.or(self.gap) } else { self.gap.or(other.gap) };
        Span::new(least, most, gap)
    }

    /// A gap between equal levels hides nothing.
    fn new(least: Level, most: Level, gap: Option<Gap>) -> Self {
        Span { least, most, gap: gap.filter(|_| least < most) }
    }

    /// The level, if nothing that is hidden could change it.
    pub(super) fn decided(self) -> Result<Level, Gap> {
        self.gap.map_or(Ok(self.least), Err)
    }
}
