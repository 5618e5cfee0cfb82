//! How far the internet reaches something, in one word.

use serde::{Deserialize, Serialize};

/// Exposure without its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExposureClass {
    /// Anyone on the internet.
    Internet,
    /// Some addresses of the internet, or some security groups.
    Restricted,
    /// Only from inside.
    Internal,
    /// Nobody, though its addresses are public.
    Blocked,
    /// Not known.
    Unknown,
}

impl ExposureClass {
    /// How wide open it is, the widest last; what is not known counts as almost the widest.
    #[must_use]
    pub fn breadth(self) -> u8 {
        match self {
            ExposureClass::Blocked => 0,
            ExposureClass::Internal => 1,
            ExposureClass::Restricted => 2,
            ExposureClass::Unknown => 3,
            ExposureClass::Internet => 4,
        }
    }

    /// `internet`, `restricted` …
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ExposureClass::Internet => "internet",
            ExposureClass::Restricted => "restricted",
            ExposureClass::Internal => "internal",
            ExposureClass::Blocked => "blocked",
            ExposureClass::Unknown => "unknown",
        }
    }
}
