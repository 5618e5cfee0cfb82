//! How bad a fault is, and for whom.

use serde::{Deserialize, Serialize};

use super::exposure::ExposureClass;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Defence in depth, hygiene.
    Low,
    /// A weakness that needs a position in the path, or the loss of a detective control.
    Medium,
    /// A weakness that the internet reaches, or an outage about to happen.
    High,
    /// Exploitable now, without credentials.
    Critical,
}

impl Severity {
    /// All, worst first.
    pub const WORST_FIRST: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// The severity for a subject that can be reached like this: one step lower when the internet cannot
    /// reach it freely, unchanged when that is not known. Never below low, and info stays info.
    #[must_use]
    pub fn at(self, exposure: ExposureClass) -> Severity {
        let lowered = match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
            Severity::Info => Severity::Info,
        };
        match exposure {
            ExposureClass::Internet | ExposureClass::Unknown => self,
            ExposureClass::Restricted | ExposureClass::Internal | ExposureClass::Blocked => lowered,
        }
    }

    /// `critical`, `high` …
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }
}

/// Who wants to hear of a check's findings. Each one hears what the one before hears too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    /// Whoever fixes faults: what someone should act on.
    Regular,
    /// Whoever keeps things tidy: hygiene and defence in depth too.
    Pedantic,
    /// Whoever has to know everything: inventory, hints and what needs a person's eye.
    Auditor,
}

impl Persona {
    /// All, each hearing what the one before hears too.
    pub const ALL: [Persona; 3] = [Persona::Regular, Persona::Pedantic, Persona::Auditor];

    /// `regular`, `pedantic`, `auditor`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Persona::Regular => "regular",
            Persona::Pedantic => "pedantic",
            Persona::Auditor => "auditor",
        }
    }
}
