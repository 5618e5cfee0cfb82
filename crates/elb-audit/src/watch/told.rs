//! What was told to whom: by this run, and by one that was killed before it could keep its report.
//!
//! Nobody is told the same twice. What another run has told since is known from the report that it kept.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::alert::Alert;
use elb_audit_core::report::{Finding, ReportedGap};
use serde::{Deserialize, Serialize};

use crate::notify::Destination;

/// What each destination has heard, by its id.
#[derive(Debug, Default)]
pub(super) struct ToldTo(BTreeMap<String, Heard>);

/// What one of them has heard.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Heard {
    faults: BTreeSet<String>,
    calls: BTreeSet<String>,
}

/// The same as a line that outlives the process.
#[derive(Serialize, Deserialize)]
struct Line {
    destination: String,
    heard: Heard,
}

/// A fault as it was told: one that gets worse is told again.
fn fault(finding: &Finding) -> String {
    // What was not compared is told as new.
    let change = finding.change.as_ref().map_or("new", |change| change.kind.words());
    format!("{} {change} {}", finding.fingerprint, finding.severity.word())
}

fn call(gap: &ReportedGap) -> String {
    let region = gap.region.as_deref().unwrap_or_default();
    let resource = gap.resource.as_deref().unwrap_or_default();
    format!("{} {} {region} {resource}", gap.call, gap.account)
}

impl ToldTo {
    /// Whether anybody was told anything.
    pub(super) fn is_anybody(&self) -> bool {
        !self.0.is_empty()
    }

    /// Takes in what another process has noted before it was killed.
    pub(super) fn learn(&mut self, lines: &[u8]) {
        for line in lines.split(|byte| *byte == b'\n') {
            // The last one may be half.
            let Ok(Line { destination, heard }) = serde_json::from_slice(line) else { continue };
            let known = self.0.entry(destination).or_default();
            known.faults.extend(heard.faults);
            known.calls.extend(heard.calls);
        }
    }

    /// What is left of an alert for a destination; none when it has heard all of it.
    pub(super) fn left_of<'a>(&self, alert: &Alert<'a>, to: &Destination) -> Option<Alert<'a>> {
        let mut alert = alert.clone();
        let Some(heard) = self.0.get(&to.id()) else { return Some(alert) };
        alert.forget(
            |finding| heard.faults.contains(&fault(finding)),
            |gap| heard.calls.contains(&call(gap)),
        );
        alert.has_change().then_some(alert)
    }

    /// Notes what a destination has heard; the same as a line.
    pub(super) fn note(&mut self, alert: &Alert<'_>, to: &Destination) -> Option<String> {
        let now = alert.new.iter().chain(&alert.worsened).chain(&alert.standing).copied();
        let past = alert.resolved.iter().chain(&alert.not_assessed).map(|past| &past.finding);
        let heard = Heard {
            faults: now.chain(past).map(fault).collect(),
            calls: alert.lost.iter().map(|gap| call(gap)).collect(),
        };
        let line = Line { destination: to.id(), heard };
        let text = serde_json::to_string(&line).ok();
        let known = self.0.entry(line.destination).or_default();
        known.faults.extend(line.heard.faults);
        known.calls.extend(line.heard.calls);
        text
    }
}
