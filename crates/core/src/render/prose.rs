//! Numbers, lists and evidence in words.

use std::collections::HashMap;

use serde_json::Value;

use crate::check::Check;
use crate::checks;
use crate::report::{Accepted, Finding, Report};
use crate::vocab::evidence::Evidence;
use crate::vocab::exposure::ExposureClass;

/// Members of a list that are shown before the rest is only counted.
const SHOWN: usize = 10;
/// `1 listener`, `2 listeners`.
pub(crate) fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

/// The first members, and how many more there are.
pub(crate) fn list<T: AsRef<str>>(all: &[T], shown: usize) -> String {
    let first: Vec<&str> = all.iter().take(shown).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(shown) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The text, its middle left out where it is longer than this.
pub(crate) fn middle(text: &str, width: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

/// AWS's word for a kind of load balancer: `Application`.
pub(crate) fn kind(kind: &str) -> String {
    let mut letters = kind.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "unknown kind".to_owned(),
    }
}

/// The check with this id; none in a report of another version.
pub(crate) fn check(id: &str) -> Option<&'static Check> {
    // They are sorted by id.
    let place = checks::ALL.binary_search_by(|check| check.id.cmp(id));
    place.ok().map(|place| checks::ALL[place])
}

/// AWS's page on what a finding is about.
pub(crate) fn link(finding: &Finding) -> Option<&'static str> {
    check(&finding.check).and_then(|check| check.links.first().copied())
}

/// Who can connect.
pub(crate) fn exposure(class: ExposureClass) -> &'static str {
    match class {
        ExposureClass::Internet => "open to the internet",
        ExposureClass::Restricted => "open to some sources only",
        ExposureClass::Internal => "reached from inside only",
        ExposureClass::Blocked => "open to nobody",
        ExposureClass::Unknown => "who can connect is not known",
    }
}

/// The names of the accounts that have one, by id.
pub(crate) fn account_names(report: &Report) -> HashMap<&str, &str> {
    report.accounts.iter().filter_map(|one| Some((&*one.id, one.name.as_deref()?))).collect()
}

/// The load balancer and what of it is meant: `shop HTTPS:443`.
pub(crate) fn subject(finding: &Finding) -> String {
    let label = &finding.subject.label;
    match &finding.load_balancer {
        Some(lb) if lb.name == *label => label.clone(),
        Some(lb) => format!("{} {label}", lb.name),
        None => label.clone(),
    }
}

/// What was found, at what, who can connect, and the evidence, in one line.
pub(crate) fn found(finding: &Finding) -> String {
    let evidence = match sentence(&finding.evidence) {
        evidence if evidence.is_empty() => evidence,
        evidence => format!("; {evidence}"),
    };
    let (title, at) = (&finding.title, subject(finding));
    format!("{title}: {at}, {}{evidence}", exposure(finding.exposure))
}

/// Who has accepted a finding, until when, and why: `accepted by web until 2027-03-31: moves in May`.
pub(crate) fn acceptance(accepted: &Accepted) -> String {
    let until = accepted.expires.map(|last| format!(" until {last}")).unwrap_or_default();
    format!("accepted by {}{until}: {}", accepted.owner, accepted.reason)
}

/// Why a finding does not count yet: `new in edition 2027-01, does not count yet`.
pub(crate) fn informs(finding: &Finding) -> String {
    let edition = match finding.edition.as_str() {
        "" => "newer than every edition".to_owned(),
        name => format!("new in edition {name}"),
    };
    format!("{edition}, does not count yet")
}

/// The fields of the evidence in one line.
pub(crate) fn sentence(evidence: &Evidence) -> String {
    fields(evidence).collect::<Vec<_>>().join("; ")
}

/// The fields of the evidence, each in words.
pub(crate) fn fields(evidence: &Evidence) -> impl Iterator<Item = String> + '_ {
    evidence.0.iter().map(|(name, value)| format!("{}: {}", label(name), words(value)))
}

/// `first_seen` reads `first seen`; a name with a dot in it is AWS's own key and stays.
fn label(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { name.replace('_', " ") }
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) if all.is_empty() => "none".to_owned(),
        Value::Array(all) => list(&all.iter().map(words).collect::<Vec<_>>(), SHOWN),
        Value::Object(fields) => {
            let field =
                |(name, value): (&String, &Value)| format!("{} {}", label(name), words(value));
            format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}
