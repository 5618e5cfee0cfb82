//! What is no result: verdicts that could not be given, calls that failed, notes, accepted findings, and those of
//! newer checks. GitHub would make an alert of each result.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::result::location;
use super::rules::name;
use super::{TEXT, sentences, text};
use crate::render::order::worst_first;
use crate::render::{place, prose, settings};
use crate::report::{Finding, Note, Report, ReportedGap, Standing};

/// As many as results.
const NOTIFICATIONS: usize = super::RESULTS;
/// Bytes of what was found.
const FOUND: usize = 1_500;

/// Their kinds, but for failed calls, which have one for each call.
const KINDS: [(&str, &str, &str); 7] = [
    ("accepted", "Somebody has accepted a finding.", "note"),
    ("informing", "A check newer than the pinned edition has found something.", "note"),
    ("left-out", "There is more than is written.", "warning"),
    ("note", "Something is worth knowing, and no fault.", "note"),
    ("remark", "Something happened during the scan.", "note"),
    ("setting", "A setting differs from its default.", "note"),
    ("unknown", "A question could not be answered.", "warning"),
];

/// One of them.
enum Notification<'a> {
    LeftOut(&'static str, usize),
    Finding(&'a Finding),
    Gap(&'a ReportedGap),
    Remark(&'a Note),
    Setting(settings::Line),
}

/// The notifications of a report, the most important first.
pub(super) struct Notifications<'a> {
    all: Vec<Notification<'a>>,
    /// Those that are not there.
    left_out: usize,
    /// Ids of descriptors, and where they are.
    descriptors: BTreeMap<String, usize>,
}

impl<'a> Notifications<'a> {
    /// Those of a report of whose results so many are not there.
    pub(super) fn of(report: &'a Report, results_left_out: usize) -> Self {
        let findings =
            |of: &[Standing]| worst_first(report, of).into_iter().map(Notification::Finding);
        let mut kept: Vec<Notification> = findings(&[Standing::Unknown]).collect();
        kept.extend(report.gaps.iter().map(Notification::Gap));
        kept.extend(settings::lines(report).into_iter().map(Notification::Setting));
        kept.extend(report.notes.iter().map(Notification::Remark));
        kept.extend(findings(&[Standing::Note, Standing::Accepted, Standing::Informing]));
        let left_out = kept.len().saturating_sub(NOTIFICATIONS);
        kept.truncate(NOTIFICATIONS);
        let said = [("results", results_left_out), ("notifications", left_out)];
        let said = said.into_iter().filter(|(_, number)| *number > 0);
        let mut all: Vec<Notification> =
            said.map(|(what, number)| Notification::LeftOut(what, number)).collect();
        all.append(&mut kept);
        let kinds = KINDS.iter().map(|(id, ..)| (*id).to_owned());
        let ids: BTreeSet<String> = kinds.chain(report.gaps.iter().map(unread)).collect();
        let descriptors = ids.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
        Notifications { all, left_out, descriptors }
    }

    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = Value> + '_ {
        self.descriptors.keys().map(|id| {
            let known = KINDS.iter().find(|(kind, ..)| kind == id);
            let failed = || {
                (
                    format!("A call was not answered: {}.", id.trim_start_matches("unread/")),
                    "warning",
                )
            };
            let (about, level) =
                known.map_or_else(failed, |(_, about, level)| ((*about).to_owned(), *level));
            json!({
                "id": id,
                "name": name(&format!("{id}-notification")),
                "shortDescription": {"text": about},
                // GitHub wants them of every descriptor.
                "fullDescription": {"text": about},
                "help": {"text": about},
                "defaultConfiguration": {"level": level},
            })
        })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Value> + '_ {
        self.all.iter().map(|one| match one {
            Notification::LeftOut(what, number) => {
                let said = format!(
                    "{number} {what} are left out: a run takes {NOTIFICATIONS}. The worst are here"
                );
                self.notification("left-out", "warning", &said, &json!({(*what): number}))
            }
            Notification::Finding(finding) => self.finding(finding),
            Notification::Gap(gap) => self.gap(gap),
            Notification::Setting(line) => {
                let said = format!("{}: {}", line.what, line.said);
                self.notification("setting", "note", &said, &json!({}))
            }
            Notification::Remark(note) => {
                let place = [Some(&note.account), note.region.as_ref()];
                let [account, region] = place.map(|one| one.map(|one| text(one, TEXT, "")));
                self.notification(
                    "remark",
                    "note",
                    &note.text,
                    &json!({"account": account, "region": region}),
                )
            }
        })
    }

    fn notification(&self, id: &str, level: &str, said: &str, properties: &Value) -> Value {
        json!({
            "descriptor": {"id": id, "index": self.descriptors.get(id)},
            "level": level,
            "message": {"text": text(&sentences(said), FOUND, id)},
            "properties": properties,
        })
    }

    fn finding(&self, finding: &Finding) -> Value {
        let standing = finding.standing();
        let found = prose::found(finding);
        let level = if standing == Standing::Unknown { "warning" } else { "note" };
        let said = match (standing, &finding.accepted) {
            (Standing::Unknown, _) => {
                format!("could not be judged: {found}. To judge it: {}", finding.fix)
            }
            (_, Some(accepted)) => format!("{}; {found}", prose::acceptance(accepted)),
            (Standing::Informing, _) => format!("{}: {found}", prose::informs(finding)),
            _ => found,
        };
        let mut one = self.notification(standing.word(), level, &said, &properties(finding));
        one["locations"] = json!([location(finding, &place::path(finding))]);
        one
    }

    fn gap(&self, gap: &ReportedGap) -> Value {
        let of = gap.resource.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
        let place = gap.region.as_deref().unwrap_or("every region");
        let said =
            format!("not answered in {} {place}: {}{of}: {}", gap.account, gap.call, gap.reason);
        let level = if gap.advisory { "note" } else { "warning" };
        let told = |one: &str| text(one, TEXT, "");
        let properties = json!({
            "call": told(&gap.call),
            "action": told(&gap.action),
            "account": told(&gap.account),
            "region": gap.region.as_deref().map(told),
            "resource": gap.resource.as_deref().map(told),
            "reason": told(&gap.reason),
            "informs": gap.advisory,
        });
        self.notification(&unread(gap), level, &said, &properties)
    }
}

/// The descriptor of a call that failed.
fn unread(gap: &ReportedGap) -> String {
    format!("unread/{}", text(&gap.call, 200, "unknown"))
}

/// What a finding is, for programs.
fn properties(finding: &Finding) -> Value {
    let told = |one: &str| text(one, TEXT, "");
    let mut all = json!({
        "standing": finding.standing().word(),
        "outcome": finding.outcome.word(),
        "check": told(&finding.check),
        "severity": finding.severity.word(),
        "exposure": finding.exposure.word(),
        "account": told(&finding.account),
        "region": told(&finding.region),
        "fingerprint": told(&finding.fingerprint),
        "fix": told(&finding.fix),
    });
    match (finding.standing(), &finding.accepted) {
        (Standing::Unknown, _) => {
            for name in ["call", "action", "reason"] {
                let value = finding.evidence.0.get(name).and_then(Value::as_str);
                all[name] = json!(value.map(told));
            }
        }
        (_, Some(accepted)) => {
            all["reason"] = json!(told(&accepted.reason));
            all["owner"] = json!(told(&accepted.owner));
            all["lastDay"] = json!(accepted.expires);
        }
        (Standing::Informing, _) => all["edition"] = json!(told(&finding.edition)),
        _ => {}
    }
    all
}
