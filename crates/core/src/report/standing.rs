//! What a finding counts as: each is in just one group, and every format says what becomes of each group.

use super::{Finding, Outcome};

/// What a finding counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A fault that counts.
    Fault,
    /// A verdict that could not be given.
    Unknown,
    /// Worth knowing, no fault.
    Note,
    /// Right.
    Pass,
    /// A fault or note that somebody has accepted.
    Accepted,
    /// What a check finds that is newer than the pinned edition.
    Informing,
}

impl Standing {
    /// Every one.
    pub const ALL: [Standing; 6] = [
        Standing::Fault,
        Standing::Unknown,
        Standing::Note,
        Standing::Pass,
        Standing::Accepted,
        Standing::Informing,
    ];

    /// `fault`, `unknown`, `note`, `pass`, `accepted`, `informing`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Standing::Fault => "fault",
            Standing::Unknown => "unknown",
            Standing::Note => "note",
            Standing::Pass => "pass",
            Standing::Accepted => "accepted",
            Standing::Informing => "informing",
        }
    }
}

impl Finding {
    /// What it counts as, as [`super::Summary`] counts.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.outcome {
            Outcome::Pass => Standing::Pass,
            _ if self.accepted.is_some() => Standing::Accepted,
            _ if self.advisory => Standing::Informing,
            Outcome::Fail => Standing::Fault,
            Outcome::Unknown => Standing::Unknown,
            Outcome::Note => Standing::Note,
        }
    }
}
