//! What came of each control of a framework.

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::compliance::Source;
use crate::vocab::severity::Severity;

/// A framework's controls, and what came of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkReport {
    /// `fsbp`, `pci-4`, `nist-800-53`.
    pub id: String,
    /// Its own name.
    pub title: String,
    /// Totals.
    pub summary: ControlSummary,
    /// The controls that ask something of load balancers, in the order of their ids.
    pub controls: Vec<ControlReport>,
}

/// A number for each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlSummary {
    /// Controls that passed.
    pub passed: usize,
    /// Controls that failed.
    pub failed: usize,
    /// Controls of which it is not known.
    pub unknown: usize,
    /// Controls that no check implements.
    pub not_covered: usize,
    /// Controls that nothing here is subject to.
    pub not_applicable: usize,
}

/// What came of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlReport {
    /// `ELB.1`, `SC-8(1)`, `4.2.1`.
    pub id: String,
    /// What it asks.
    pub title: String,
    /// Whether that is in elb-audit's words, not its publisher's.
    #[serde(default = "always_ours")]
    pub title_is_ours: bool,
    /// AWS's severity, where it is known.
    pub severity: Option<Severity>,
    /// Who says that the checks belong to it.
    pub source: Source,
    /// What came of it.
    pub status: ControlStatus,
    /// Why it is unknown or not covered.
    pub why: Option<String>,
    /// What is unfair about AWS's own rule for it.
    pub unfair: Option<String>,
    /// The checks that implement it.
    pub checks: Vec<String>,
    /// Resources that passed.
    pub passed: usize,
    /// Resources that failed it, and by which finding.
    pub failed: Vec<ControlResource>,
    /// Resources of which it is not known.
    pub unknown: Vec<ControlResource>,
    /// Resources that passed, and by which checks; none where only their number is told.
    #[serde(default)]
    pub passes: Option<Vec<ControlResource>>,
}

/// A resource, and what a check says of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ControlResource {
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// ARN of the load balancer; the subject's id for what belongs to none.
    pub id: String,
    /// The load balancer's name, and what of it is meant.
    pub label: String,
    /// The check.
    pub check: String,
    /// The finding's fingerprint.
    pub fingerprint: String,
    /// Whether someone has accepted it. The control has failed all the same.
    pub accepted: bool,
    /// Name of the load balancer; none for what belongs to none, and in a report from before it was told.
    #[serde(default)]
    pub load_balancer: Option<String>,
    /// ARN or id of what of it is meant; none in a report from before it was told.
    #[serde(default)]
    pub subject: Option<String>,
    /// What the check says; none in a report from before it was told.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// Titles have been in elb-audit's words since before a report said so.
fn always_ours() -> bool {
    true
}

impl FrameworkReport {
    /// The same with nothing but the number of what passed.
    #[must_use]
    pub fn without_passes(&self) -> Self {
        FrameworkReport {
            id: self.id.clone(),
            title: self.title.clone(),
            summary: self.summary,
            controls: self.controls.iter().map(ControlReport::without_passes).collect(),
        }
    }
}

impl ControlReport {
    fn without_passes(&self) -> Self {
        ControlReport {
            id: self.id.clone(),
            title: self.title.clone(),
            title_is_ours: self.title_is_ours,
            severity: self.severity,
            source: self.source,
            status: self.status,
            why: self.why.clone(),
            unfair: self.unfair.clone(),
            checks: self.checks.clone(),
            passed: self.passed,
            failed: self.failed.clone(),
            unknown: self.unknown.clone(),
            passes: None,
        }
    }
}

/// What came of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlStatus {
    /// Some resource fails it.
    Failed,
    /// Something that it asks could not be judged.
    Unknown,
    /// Every resource that is subject to it meets it.
    Passed,
    /// No check implements it.
    NotCovered,
    /// Nothing here is subject to it.
    NotApplicable,
}

impl ControlStatus {
    /// All of them.
    pub const ALL: [ControlStatus; 5] = [
        ControlStatus::Failed,
        ControlStatus::Unknown,
        ControlStatus::Passed,
        ControlStatus::NotCovered,
        ControlStatus::NotApplicable,
    ];

    /// `failed`, `not covered` …
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ControlStatus::Failed => "failed",
            ControlStatus::Unknown => "unknown",
            ControlStatus::Passed => "passed",
            ControlStatus::NotCovered => "not covered",
            ControlStatus::NotApplicable => "not applicable",
        }
    }
}
