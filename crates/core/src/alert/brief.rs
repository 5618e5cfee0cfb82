//! One change as data, within limits: what more than one destination carries.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Alert;
use crate::render::prose::link;
use crate::report::comparison::{ChangeKind, Comparison, Past};
use crate::report::{Finding, ReportedGap};
use crate::vocab::escape::clip;

/// Bytes of a text in an entry, and of all evidence of one.
const TEXT: usize = 1_000;
const EVIDENCE: usize = 8_000;

/// What has become of a fault, and the fault.
#[derive(Clone, Copy)]
pub(super) struct ChangeEntry<'a> {
    pub(super) kind: ChangeKind,
    pub(super) finding: &'a Finding,
    pub(super) last_seen_at: Option<Timestamp>,
}

impl<'a> ChangeEntry<'a> {
    fn now(kind: ChangeKind, finding: &'a Finding) -> Self {
        ChangeEntry { kind, finding, last_seen_at: None }
    }

    fn past(kind: ChangeKind, past: &'a Past) -> Self {
        ChangeEntry { kind, finding: &past.finding, last_seen_at: Some(past.last_seen_at) }
    }

    /// Why it is of its kind, where there is something to explain.
    pub(super) fn why(&self) -> Option<&'a str> {
        self.finding.change.as_ref().and_then(|change| change.why.as_deref())
    }

    /// The fault with all that it takes to act on it.
    pub(super) fn entry(&self) -> Value {
        let finding = self.finding;
        let lb = finding.load_balancer.as_ref().map(
            |lb| json!({"arn": clip(&lb.arn, TEXT), "name": clip(&lb.name, TEXT), "kind": lb.kind}),
        );
        json!({
            "change": self.kind.words(),
            "why": self.why().map(|why| clip(why, TEXT)),
            "check": finding.check,
            "title": clip(&finding.title, TEXT),
            "severity": finding.severity.word(),
            "exposure": finding.exposure.word(),
            "account": finding.account,
            "region": finding.region,
            "load_balancer": lb,
            "subject": {
                "kind": finding.subject.kind,
                "id": clip(&finding.subject.id, TEXT),
                "label": clip(&finding.subject.label, TEXT),
            },
            "evidence": evidence(finding),
            "fix": clip(&finding.fix, TEXT),
            "link": link(finding),
            "fingerprint": finding.fingerprint,
            "first_seen_at": finding.change.as_ref().map(|change| change.first_seen_at),
            "last_seen_at": self.last_seen_at,
        })
    }
}

/// The fields of the evidence as far as there is room for them.
fn evidence(finding: &Finding) -> Value {
    let mut room = EVIDENCE;
    let mut fields = Map::new();
    for (name, value) in &finding.evidence.0 {
        let size = value.to_string().len() + name.len();
        if size > room {
            fields.insert(clip(name, 100), json!("left out: see the report"));
            break;
        }
        room -= size;
        fields.insert(name.clone(), value.clone());
    }
    Value::Object(fields)
}

/// Every change of an alert, the most important kind first, and the worst first in every kind. What stands
/// as it was is no change.
pub(super) fn changes<'a>(alert: &'a Alert<'a>) -> impl Iterator<Item = ChangeEntry<'a>> {
    let new = alert.new.iter().map(|finding| ChangeEntry::now(ChangeKind::New, finding));
    let worsened =
        alert.worsened.iter().map(|finding| ChangeEntry::now(ChangeKind::Worsened, finding));
    let unread =
        alert.not_assessed.iter().map(|past| ChangeEntry::past(ChangeKind::NotAssessed, past));
    let gone = alert.resolved.iter().map(|past| ChangeEntry::past(ChangeKind::Resolved, past));
    new.chain(worsened).chain(unread).chain(gone)
}

/// What stands as it was.
pub(super) fn standing<'a>(alert: &'a Alert<'a>) -> impl Iterator<Item = ChangeEntry<'a>> {
    alert.standing.iter().map(|finding| ChangeEntry::now(ChangeKind::Unchanged, finding))
}

/// A call that is no longer answered.
pub(super) fn lost(gap: &ReportedGap) -> Value {
    json!({
        "call": gap.call,
        "action": gap.action,
        "account": gap.account,
        "region": gap.region,
        "resource": gap.resource.as_ref().map(|resource| clip(resource, TEXT)),
        "reason": clip(&gap.reason, TEXT),
    })
}

/// Why the alert is sent, about what, and how many of what it tells.
pub(super) fn overview(alert: &Alert<'_>) -> Map<String, Value> {
    let report = alert.report;
    let accounts: Vec<&str> = report.accounts.iter().map(|account| account.id.as_str()).collect();
    let totals = &report.summary;
    let overview = json!({
        "subject": super::text::message(alert).subject,
        "occasion": alert.occasion.word(),
        "environment": Some(alert.label).filter(|label| !label.is_empty()),
        "severity": alert.worst().map(crate::vocab::severity::Severity::word),
        "taken_at": report.taken_at,
        "compared_with": report.comparison.as_ref().map(|comparison| comparison.before),
        "accounts": accounts.iter().take(ACCOUNTS).collect::<Vec<_>>(),
        "account_count": accounts.len(),
        "report": alert.place.map(|place| clip(place, TEXT)),
        "counts": {
            "new": alert.new.len(),
            "worsened": alert.worsened.len(),
            "not_assessed": alert.not_assessed.len(),
            "resolved": alert.resolved.len(),
            "unread": alert.lost.len(),
            "judged_differently": report
                .comparison
                .as_ref()
                .map_or(0, Comparison::judged_differently),
        },
        "totals": {
            "load_balancers": totals.load_balancers,
            "faults": totals.faults,
            "unknown": totals.unknown,
            "gaps": report.gaps.iter().filter(|gap| !gap.advisory).count(),
            "accepted": totals.accepted,
        },
    });
    match overview {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Accounts that are named before the rest is only counted.
const ACCOUNTS: usize = 200;
