//! What has become of faults since an earlier report.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Finding, ReportedGap};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::Severity;

/// What has become of a fault since an earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there, or did not count.
    New,
    /// It was there, and is more severe or more exposed now.
    Worsened,
    /// It is as it was.
    Unchanged,
    /// It was there, and the later scan has looked and found it gone.
    Resolved,
    /// It was there, and the later scan could not see whether it still is.
    NotAssessed,
    /// The account need not have changed: this version judges differently from the one before.
    JudgedDifferently,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [ChangeKind; 6] = [
        ChangeKind::New,
        ChangeKind::Worsened,
        ChangeKind::Unchanged,
        ChangeKind::Resolved,
        ChangeKind::NotAssessed,
        ChangeKind::JudgedDifferently,
    ];

    /// `new`, `not assessed` …
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ChangeKind::New => "new",
            ChangeKind::Worsened => "worsened",
            ChangeKind::Unchanged => "unchanged",
            ChangeKind::Resolved => "resolved",
            ChangeKind::NotAssessed => "not assessed",
            ChangeKind::JudgedDifferently => "judged differently",
        }
    }
}

/// What has become of one fault, and since when it has been there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What has become of it.
    pub kind: ChangeKind,
    /// When the facts were read in which it was first seen.
    pub first_seen_at: Timestamp,
    /// Why it is of this kind, in words: what made it worse, how it went, why it was not assessed. None
    /// where there is nothing to explain.
    pub why: Option<String>,
    /// Who could reach it, and how bad it was, when that was last known; none while it is known.
    #[serde(default)]
    pub last_known: Option<LastKnown>,
}

/// How exposed a fault was before that could no longer be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastKnown {
    /// Who could reach it.
    pub exposure: ExposureClass,
    /// How bad it was.
    pub severity: Severity,
}

impl LastKnown {
    /// What a report knew last: of the fault itself, or from before.
    pub(crate) fn from_finding(finding: &Finding) -> Self {
        let carried = finding.change.as_ref().and_then(|change| change.last_known);
        carried.unwrap_or(LastKnown { exposure: finding.exposure, severity: finding.severity })
    }
}

/// What has changed since an earlier report. Faults that are there now carry their own [`Change`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// When the facts of the earlier report were read.
    pub before: Timestamp,
    /// When those of this report were.
    pub after: Timestamp,
    /// Faults that are new.
    pub new: usize,
    /// Faults that are worse.
    pub worsened: usize,
    /// Faults that are as they were.
    pub unchanged: usize,
    /// Faults that are gone, as the earlier report had them.
    pub resolved: Vec<Past>,
    /// Faults that nobody has looked at this time, as they were last seen.
    pub not_assessed: Vec<Past>,
    /// What could be read then and cannot now.
    pub lost: Vec<ReportedGap>,
    /// Checks that ran now and not then: what they find may be older than it seems.
    pub checks_added: Vec<String>,
    /// What another version judged differently; none where there is nothing.
    #[serde(default)]
    pub judged_differently: Option<JudgedDifferently>,
}

/// What this version judges differently from the one before: one line, and no reason for an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedDifferently {
    /// The version that judged the earlier report.
    pub before: String,
    /// The version that judged this one.
    pub after: String,
    /// Faults that this version finds, or finds worse; each carries its own [`Change`].
    pub faults: usize,
    /// Faults that it no longer finds, as the earlier report had them.
    pub no_longer: Vec<Past>,
}

impl Comparison {
    /// Faults that are gone: fixed, or judged differently.
    pub fn gone(&self) -> impl Iterator<Item = &Past> {
        let differently = self.judged_differently.iter().flat_map(|one| &one.no_longer);
        self.resolved.iter().chain(differently)
    }

    /// How many faults are judged differently, there and gone.
    #[must_use]
    pub fn judged_differently(&self) -> usize {
        self.judged_differently.as_ref().map_or(0, JudgedDifferently::count)
    }
}

impl JudgedDifferently {
    pub(crate) fn count(&self) -> usize {
        self.faults + self.no_longer.len()
    }

    /// `3 judged differently by version 0.2.0 (before: 0.1.0)`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}", self.count(), judged_by((&self.before, &self.after)))
    }
}

/// A fault that a later report does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The fault as it was last seen, with what has become of it.
    pub finding: Finding,
    /// When the facts were read in which it was last seen.
    pub last_seen_at: Timestamp,
    /// Whether the earlier report did not have it either, and carried it along.
    pub carried: bool,
}

/// `judged differently by version 0.2.0 (before: 0.1.0)`.
pub(crate) fn judged_by((before, after): (&str, &str)) -> String {
    if before == after {
        return format!("judged differently by another build of version {after}");
    }
    format!("judged differently by version {after} (before: {before})")
}
