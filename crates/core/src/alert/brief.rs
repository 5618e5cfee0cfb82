//! One change as data, within limits: what more than one destination carries.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Alert;
use crate::change::{ChangeKind, Comparison, Past};
use crate::checks;
use crate::escape::neutral;
use crate::report::{Finding, ReportedGap};

/// Bytes of a text in an entry, and of all evidence of one.
const TEXT: usize = 1_000;
const EVIDENCE: usize = 8_000;

/// The beginning of a text, without characters that steer a terminal: at most this many bytes, so that it
/// also has no more characters than that.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    const MORE: &str = "…";
    // Escapes only make it longer: what lies behind the end is not looked at.
    let head = beginning(text, longest + 1);
    let clean = neutral(head);
    if clean.len() <= longest && head.len() == text.len() {
        return clean.into_owned();
    }
    format!("{}{MORE}", beginning(&clean, longest.saturating_sub(MORE.len())))
}

/// The first bytes of a text, and no half character.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// What has become of a fault, and the fault.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) kind: ChangeKind,
    pub(super) finding: &'a Finding,
    pub(super) last_seen_at: Option<Timestamp>,
}

impl<'a> Told<'a> {
    fn now(kind: ChangeKind, finding: &'a Finding) -> Self {
        Told { kind, finding, last_seen_at: None }
    }

    fn past(kind: ChangeKind, past: &'a Past) -> Self {
        Told { kind, finding: &past.finding, last_seen_at: Some(past.last_seen_at) }
    }

    /// Why it is of its kind, where there is something to explain.
    pub(super) fn why(&self) -> Option<&'a str> {
        self.finding.change.as_ref().and_then(|change| change.why.as_deref())
    }

    /// The fault with all that it takes to act on it.
    pub(super) fn entry(&self) -> Value {
        let finding = self.finding;
        let lb = finding.load_balancer.as_ref().map(
            |lb| json!({"arn": cut(&lb.arn, TEXT), "name": cut(&lb.name, TEXT), "kind": lb.kind}),
        );
        json!({
            "change": self.kind.words(),
            "why": self.why().map(|why| cut(why, TEXT)),
            "check": finding.check,
            "title": cut(&finding.title, TEXT),
            "severity": finding.severity.word(),
            "exposure": finding.exposure.word(),
            "account": finding.account,
            "region": finding.region,
            "load_balancer": lb,
            "subject": {
                "kind": finding.subject.kind,
                "id": cut(&finding.subject.id, TEXT),
                "label": cut(&finding.subject.label, TEXT),
            },
            "evidence": evidence(finding),
            "fix": cut(&finding.fix, TEXT),
            "link": link(finding),
            "fingerprint": finding.fingerprint,
            "first_seen_at": finding.change.as_ref().map(|change| change.first_seen_at),
            "last_seen_at": self.last_seen_at,
        })
    }
}

/// AWS's page on what a finding is about.
pub(crate) fn link(finding: &Finding) -> Option<&'static str> {
    let check = checks::ALL.iter().find(|check| check.id == finding.check);
    check.and_then(|check| check.links.first().copied())
}

/// The fields of the evidence as far as there is room for them.
fn evidence(finding: &Finding) -> Value {
    let mut room = EVIDENCE;
    let mut fields = Map::new();
    for (name, value) in &finding.evidence.0 {
        let size = value.to_string().len() + name.len();
        if size > room {
            fields.insert(cut(name, 100), json!("left out: see the report"));
            break;
        }
        room -= size;
        fields.insert(name.clone(), value.clone());
    }
    Value::Object(fields)
}

/// Every change of an alert, the most important kind first, and the worst first in every kind. What stands
/// as it was is no change.
pub(super) fn changes<'a>(alert: &'a Alert<'a>) -> impl Iterator<Item = Told<'a>> {
    let new = alert.new.iter().map(|finding| Told::now(ChangeKind::New, finding));
    let worsened = alert.worsened.iter().map(|finding| Told::now(ChangeKind::Worsened, finding));
    let blind = alert.not_assessed.iter().map(|past| Told::past(ChangeKind::NotAssessed, past));
    let gone = alert.resolved.iter().map(|past| Told::past(ChangeKind::Resolved, past));
    new.chain(worsened).chain(blind).chain(gone)
}

/// What stands as it was.
pub(super) fn standing<'a>(alert: &'a Alert<'a>) -> impl Iterator<Item = Told<'a>> {
    alert.standing.iter().map(|finding| Told::now(ChangeKind::Unchanged, finding))
}

/// A call that is no longer answered.
pub(super) fn lost(gap: &ReportedGap) -> Value {
    json!({
        "call": gap.call,
        "action": gap.action,
        "account": gap.account,
        "region": gap.region,
        "resource": gap.resource.as_ref().map(|resource| cut(resource, TEXT)),
        "reason": cut(&gap.reason, TEXT),
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
        "severity": alert.worst().map(crate::check::Severity::word),
        "taken_at": report.taken_at,
        "compared_with": report.comparison.as_ref().map(|comparison| comparison.before),
        "accounts": accounts.iter().take(ACCOUNTS).collect::<Vec<_>>(),
        "account_count": accounts.len(),
        "report": alert.place.map(|place| cut(place, TEXT)),
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
            "gaps": report.gaps.iter().filter(|gap| !gap.informs).count(),
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
