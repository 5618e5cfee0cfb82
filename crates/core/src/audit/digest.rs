//! Digests: what a finding is held to, and what a check is known by from release to release.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;

use crate::check::Check;
use crate::checks::ALL;
use crate::report::Outcome;
use crate::vocab::digest::short;
use crate::vocab::evidence::Evidence;

/// How what many checks share reasons: exposure, routing, grades of TLS. To be raised when any of it comes
/// to other verdicts, since the words of the checks do not show that.
const REASONING: u32 = 4;

/// Fields of evidence that say in prose what others say as facts, that quote AWS, or that show a request as
/// an example of many.
const PROSE: &[&str] =
    &["aws_says", "not_in", "policy_content", "reason", "request", "usual_protocol"];

/// Check, outcome and the facts of the evidence, hashed: another one when what was found changes. What grows
/// or shrinks by itself from day to day is left out, so that time alone changes nothing, and so is what may
/// be worded or shown differently by another release. Empty where there is nothing to accept.
#[must_use]
pub fn configuration(check: &str, outcome: Outcome, evidence: &Evidence) -> String {
    of_evidence((check, outcome), evidence, |name| !PROSE.contains(&name))
}

/// The same as releases before it left prose out made it: what was pinned then is held to that.
#[must_use]
pub fn former_configuration(check: &str, outcome: Outcome, evidence: &Evidence) -> String {
    of_evidence((check, outcome), evidence, |_| true)
}

fn of_evidence(
    (check, outcome): (&str, Outcome),
    evidence: &Evidence,
    counts: impl Fn(&str) -> bool,
) -> String {
    if !matches!(outcome, Outcome::Fail | Outcome::Note) {
        return String::new();
    }
    let mut text = format!("{check}\n{}\n", outcome.word());
    let fields = evidence.0.iter().filter(|(name, _)| counts(name) && !passes_with_time(name));
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by_key(|(name, _)| *name);
    for (name, value) in fields {
        text.push_str(name);
        canonical(value, &mut text);
        text.push('\n');
    }
    short(&text)
}

/// Whether a field of the evidence says how long ago something was, or how long it still is.
fn passes_with_time(name: &str) -> bool {
    name.split('_').any(|word| matches!(word, "days" | "hours" | "minutes" | "age"))
}

/// JSON with the fields of every object in order, whatever order they were put in.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                text.push_str(name);
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        // Writing to a text does not fail.
        plain => drop(write!(text, "{plain}")),
    }
}

/// Every check of this release by its id, each with a word that changes when its verdicts do: its severity,
/// what it says of when it fails, and what its own examples give.
pub(crate) fn revisions() -> &'static BTreeMap<String, String> {
    static REVISIONS: LazyLock<BTreeMap<String, String>> =
        LazyLock::new(|| ALL.iter().map(|check| (check.id.to_owned(), revision(check))).collect());
    &REVISIONS
}

fn revision(check: &Check) -> String {
    let mut text = format!("{REASONING}\n{:?}\n{:?}\n", check.severity, check.applies_to);
    text.push_str(check.logic);
    for example in check.examples {
        text.push_str("\n\n");
        text.push_str(example.title);
        let own = |line: &&&str| line.split(' ').nth(1) == Some(check.id);
        for line in example.finds.iter().filter(own) {
            text.push('\n');
            text.push_str(line);
        }
    }
    short(&text)[..8].to_owned()
}
