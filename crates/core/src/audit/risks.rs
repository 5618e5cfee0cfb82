//! Accepted risks: which findings each takes out of the count, and what has become of it.

use jiff::Timestamp;

use super::digest::former_configuration;
use crate::check::Check;
use crate::policy::{AcceptedRisk, Policy};
use crate::report::{
    Accepted, Finding, Outcome, RegionStatus, Report, RiskState, RiskStatus, SubjectKind,
};
use crate::vocab::glob;

/// The user's accepted risks while findings go by.
pub(super) struct Risks<'a>(Vec<Entry<'a>>);

/// One of them, and what it met.
struct Entry<'a> {
    risk: &'a AcceptedRisk,
    expired: bool,
    /// Findings that are as they were accepted.
    same: usize,
    /// Findings that have changed since.
    changed: usize,
    /// Verdicts that could not be given.
    unknown: usize,
}

impl<'a> Risks<'a> {
    pub(super) fn new(policy: &'a Policy, now: Timestamp) -> Self {
        let entry = |risk: &'a AcceptedRisk| Entry {
            risk,
            expired: risk.has_expired(now),
            same: 0,
            changed: 0,
            unknown: 0,
        };
        Risks(policy.accepted.iter().map(entry).collect())
    }

    /// Marks a finding that one of them accepts. Its outcome stays what it is.
    pub(super) fn apply(&mut self, finding: &mut Finding) {
        for entry in &mut self.0 {
            let risk = entry.risk;
            if risk.check != finding.check {
                continue;
            }
            match finding.outcome {
                Outcome::Fail | Outcome::Note if risk.means(finding) => {
                    if !risk.is_as_accepted(finding) {
                        entry.changed += 1;
                        continue;
                    }
                    entry.same += 1;
                    if !entry.expired && finding.accepted.is_none() {
                        finding.accepted = Some(Accepted {
                            reason: risk.reason.clone(),
                            owner: risk.owner.clone(),
                            expires: risk.expires,
                        });
                    }
                }
                Outcome::Unknown if risk.names(finding) || is_of_a_list(finding) => {
                    entry.unknown += 1;
                }
                _ => {}
            }
        }
    }

    /// What has become of each, in the user's order.
    pub(super) fn statuses(&self, checks: &[&'static Check], report: &Report) -> Vec<RiskStatus> {
        let statuses = |entry: &Entry| {
            let ran = checks.iter().any(|check| check.id == entry.risk.check);
            let (state, why) = match (entry.state(), ran) {
                (RiskState::Unused, false) => {
                    (RiskState::Unjudged, "its check did not run".to_owned())
                }
                (RiskState::Unused, true) if is_out_of_focus(entry.risk, report) => {
                    (RiskState::Unjudged, "only some load balancers were looked at".to_owned())
                }
                (RiskState::Unused, true) => unread(entry.risk, report).map_or_else(
                    || (RiskState::Unused, "nothing is found that it accepts".to_owned()),
                    |why| (RiskState::Unjudged, why),
                ),
                (state, _) => (state, entry.why(state)),
            };
            let findings = if state == RiskState::InForce { entry.same } else { 0 };
            RiskStatus { risk: entry.risk.clone(), state, why, findings }
        };
        self.0.iter().map(statuses).collect()
    }
}

impl Entry<'_> {
    fn state(&self) -> RiskState {
        match self {
            Entry { expired: true, .. } => RiskState::Expired,
            Entry { same: 1.., .. } => RiskState::InForce,
            Entry { changed: 1.., .. } => RiskState::Void,
            Entry { unknown: 1.., .. } => RiskState::Unjudged,
            _ => RiskState::Unused,
        }
    }

    fn why(&self, state: RiskState) -> String {
        let last = self.risk.expires.map(|date| date.to_string());
        let last = last.as_deref().unwrap_or("for good");
        let again = |number| match number {
            1 => "1 finding counts again".to_owned(),
            _ => format!("{number} findings count again"),
        };
        match (state, self.same, self.changed) {
            (RiskState::Expired, 0, 0) => format!("its last day was {last}, and nothing is left"),
            (RiskState::Expired, same, changed) => {
                format!("its last day was {last}: {}", again(same + changed))
            }
            (RiskState::InForce, _, 0) => match self.risk.expires {
                Some(_) => format!("until {last}"),
                None => "without an end".to_owned(),
            },
            (RiskState::InForce, _, changed) => {
                format!("until {last}; of another configuration, {}", again(changed))
            }
            (RiskState::Void, _, changed) => {
                format!("what it accepted has changed: {}", again(changed))
            }
            _ => format!("its check had no answer: unknown verdicts {}", self.unknown),
        }
    }
}

/// Whether nobody knows whose verdicts are missing.
fn is_of_a_list(finding: &Finding) -> bool {
    matches!(finding.subject.kind, SubjectKind::Region | SubjectKind::Account)
}

/// Whether a risk may be about a load balancer that nobody looked at: it names none of those that were.
fn is_out_of_focus(risk: &AcceptedRisk, report: &Report) -> bool {
    let one = !risk.resource.contains(['*', '?']);
    let named = |text: &String| one && risk.resource == *text;
    report.basis.load_balancers.is_some()
        && !report.load_balancers.iter().any(|lb| named(&lb.arn) || named(&lb.name))
}

/// Why nothing was seen of a resource, where its region was not read: an ARN says which one it is in, and
/// a name may be anywhere.
fn unread(risk: &AcceptedRisk, report: &Report) -> Option<String> {
    let mut parts = risk.resource.split(':');
    let arn = parts.next() == Some("arn");
    let named = parts.nth(2).filter(|name| arn && !name.contains(['*', '?']) && !name.is_empty());
    let was_read = |status| matches!(status, RegionStatus::Read | RegionStatus::Partial);
    let mut regions = report.regions.iter();
    if let Some(name) = named {
        let read = regions.any(|region| region.name == name && was_read(region.status));
        return (!read).then(|| format!("region {name} was not read"));
    }
    let unread = regions.find(|region| region.status == RegionStatus::Unread)?;
    Some(format!("region {} could not be read", unread.name))
}

impl AcceptedRisk {
    /// Whether a finding is one that it is about, as far as its resource goes.
    #[must_use]
    pub fn names(&self, finding: &Finding) -> bool {
        let named = |text: &str| glob::matches(&self.resource, text);
        let lb = finding.load_balancer.as_ref();
        self.check == finding.check
            && (lb.is_some_and(|lb| named(&lb.arn) || named(&lb.name))
                || named(&finding.subject.id))
    }

    /// Whether a finding is the one that is meant, where a single one is.
    #[must_use]
    pub fn means(&self, finding: &Finding) -> bool {
        self.names(finding)
            && self.fingerprint.as_ref().is_none_or(|meant| *meant == finding.fingerprint)
    }

    /// Whether a finding is as it was when it was accepted.
    #[must_use]
    pub fn is_as_accepted(&self, finding: &Finding) -> bool {
        let former = || former_configuration(&finding.check, finding.outcome, &finding.evidence);
        self.configuration
            .as_ref()
            .is_none_or(|was| *was == finding.configuration || *was == former())
    }
}
