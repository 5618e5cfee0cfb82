//! Rules: one for each check and severity that occurs, since GitHub takes an alert's severity from its rule.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{TEXT, sentences, text};
use crate::check::Check;
use crate::compliance::{Framework, controls_of};
use crate::render::prose;
use crate::report::Finding;
use crate::vocab::severity::Severity;

/// Bytes of an id, which together with the severity stay below GitHub's 255 characters.
const ID: usize = 200;
/// Bytes of a name, likewise.
const NAME: usize = 255;

/// The rules of some results, by id and in order.
pub(super) struct Rules<'a>(BTreeMap<String, (usize, &'a Finding)>);

impl<'a> Rules<'a> {
    pub(super) fn of(results: &[&'a Finding]) -> Self {
        let mut rules: BTreeMap<String, (usize, &'a Finding)> = BTreeMap::new();
        for finding in results {
            rules.entry(id(finding)).or_insert((0, finding));
        }
        for (place, (index, _)) in rules.values_mut().enumerate() {
            *index = place;
        }
        Rules(rules)
    }

    /// Id and index of a result's rule.
    pub(super) fn named(&self, finding: &Finding) -> (String, usize) {
        let id = id(finding);
        let index = self.0.get(&id).map_or(0, |(index, _)| *index);
        (id, index)
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = Value> + '_ {
        self.0.iter().map(|(id, (_, finding))| descriptor(id, finding))
    }
}

/// The check's id, and the severity where it is not the check's own.
fn id(finding: &Finding) -> String {
    let own = prose::check(&finding.check).map(|check| check.severity);
    let id = text(&finding.check, ID, "unnamed");
    if own == Some(finding.severity) { id } else { format!("{id}/{}", finding.severity.word()) }
}

fn descriptor(id: &str, finding: &Finding) -> Value {
    let (title, why, help, markdown) = match prose::check(&finding.check) {
        Some(check) => (check.title, check.why, plain(check), Some(markdown(check))),
        None => (&*finding.title, &*finding.title, foreign(finding), None),
    };
    let severity = finding.severity;
    let mut rule = json!({
        "id": id,
        "name": name(id),
        "shortDescription": {"text": text(&capital(title), TEXT, id)},
        "fullDescription": {"text": text(&sentences(why), TEXT, id)},
        "help": {"text": help},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "tags": tags(&finding.check),
            "precision": "very-high",
            "problem.severity": problem(severity),
            "security-severity": score(severity),
        },
    });
    if let Some(markdown) = markdown {
        rule["help"]["markdown"] = json!(markdown);
    }
    if let Some(link) = prose::link(finding) {
        rule["helpUri"] = json!(link);
    }
    rule
}

/// `ListenerCleartextMedium`: GitHub filters by it, and others want an identifier.
pub(super) fn name(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    let mut name: String = words.map(capital).collect();
    name.truncate(NAME);
    if name.is_empty() { "Check".to_owned() } else { name }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Help without Markdown.
fn plain(check: &Check) -> String {
    let mut help = format!("{}\n\nFix: {}", check.why, sentences(check.fix));
    for link in check.links {
        help.push('\n');
        help.push_str(link);
    }
    help
}

/// Help for a check that this version does not have.
fn foreign(finding: &Finding) -> String {
    let said = format!("{} Fix: {}", sentences(&finding.title), sentences(&finding.fix));
    text(&said, TEXT, "Fix")
}

/// What GitHub shows beside an alert. A test holds it to 8,000 bytes.
fn markdown(check: &Check) -> String {
    let ways = check.ways();
    let explain = format!(
        "`elb-audit explain {}` says how with Terraform and CloudFormation too, and what the words in capitals \
         stand for.",
        check.id
    );
    let links: Vec<String> = check.links.iter().map(|link| format!("- <{link}>")).collect();
    let sections = [
        ("Why it matters", check.why.to_owned()),
        ("What to do", sentences(check.fix)),
        ("In the console", ways.console),
        ("With the AWS CLI", format!("```sh\n{}\n```", ways.cli)),
        ("In other ways", explain),
        ("When it is none", check.false_alarms.to_owned()),
        ("Read more", links.join("\n")),
    ];
    sections.iter().map(section).collect()
}

fn section((heading, text): &(&str, String)) -> String {
    if text.is_empty() { String::new() } else { format!("## {heading}\n\n{text}\n\n") }
}

/// What GitHub filters by; it shows ten.
fn tags(check: &str) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "aws".to_owned()];
    let kinds = prose::check(check).map_or(&[][..], |check| check.applies_to);
    tags.extend(kinds.iter().map(|kind| format!("{kind}-load-balancer")));
    let asked = controls_of(check);
    let asks = |framework: &Framework| asked.iter().any(|(by, _)| by == framework);
    let frameworks = Framework::REPORTED.into_iter().filter(asks);
    tags.extend(frameworks.map(|framework| framework.id().to_owned()));
    tags
}

/// `error`, `warning`, `note`.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// In the middle of what GitHub shows as this severity: it takes 9.0 for high. What only informs is low: 0.0 is no
/// severity at all.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}
