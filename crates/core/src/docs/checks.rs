//! Pages and lists of checks.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{RENDERED, code, json, table};
use crate::audit::{Options, audit};
use crate::check::{Check, Evidence, Judge, Persona, Severity};
use crate::compliance;
use crate::edition::HISTORY;
use crate::exposure::Exposure;
use crate::format::Style;
use crate::format::page::{Page, Paint};
use crate::inventory::Kind;
use crate::report::Outcome;
use crate::sample;

/// The page of a check, in Markdown.
#[must_use]
pub fn check_page(check: &'static Check) -> String {
    let mut page = format!("{RENDERED}# {}\n\nFault: {}.\n\n", check.id, check.title);
    let facts = facts(check).into_iter().map(|(name, value)| vec![name.to_owned(), value]);
    page.push_str(&table(&["", ""], facts));
    let fix = format!("{}.", capital(check.fix));
    for (heading, text) in [
        ("Why it matters", check.why),
        ("When exactly", check.logic),
        ("What to do", &fix),
        ("Evidence", &evidence(check)),
        ("Examples", &examples(check)),
        ("What it reads", &reads(check)),
        ("Read more", &links(check)),
    ] {
        if !text.is_empty() {
            page.push_str(&["\n## ", heading, "\n\n", text.trim_end(), "\n"].concat());
        }
    }
    page
}

/// Short facts about a check, by name.
fn facts(check: &Check) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Severity", severity(check.severity)),
        ("Load balancers", kinds(check).join(", ")),
        ("One verdict for", subject(check.judge).to_owned()),
        ("Since", check.since.to_owned()),
    ];
    if !check.aliases.is_empty() {
        let aliases: Vec<String> = check.aliases.iter().map(code).collect();
        facts.push(("Also selected by", aliases.join(", ")));
    }
    facts
}

fn severity(severity: Severity) -> String {
    let (word, lower) = (severity.word(), severity.at(&Exposure::Internal).word());
    match severity {
        Severity::Info => format!("{word}: a note, never a fault"),
        _ if word == lower => word.to_owned(),
        _ => format!("{word}; {lower} where the internet cannot reach it freely"),
    }
}

fn kinds(check: &Check) -> Vec<String> {
    check.applies_to.iter().map(name).collect()
}

/// AWS's name of a kind.
fn name(kind: &Kind) -> String {
    capital(&kind.to_string())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn subject(judge: Judge) -> &'static str {
    match judge {
        Judge::LoadBalancer(_) => "each load balancer",
        Judge::Listener(_) => "each listener",
        Judge::Targets(_) => "each target group; all instances of a Classic load balancer at once",
        Judge::Unused(_) => "unused target group",
        Judge::Scaling(_) => "Auto Scaling group",
        Judge::Record(_) => "DNS record",
        Judge::Certificate(_) => "each certificate that a listener presents",
    }
}

fn evidence(check: &'static Check) -> String {
    let Some((title, evidence)) = found(check) else { return String::new() };
    format!("What a finding carries, here in the example \"{title}\":\n\n```json\n{evidence}```\n")
}

/// The first example in which the check finds something: its title, and the evidence as JSON.
fn found(check: &'static Check) -> Option<(&'static str, String)> {
    let mut found =
        check.examples.iter().filter_map(|example| Some((example.title, first(check, example)?)));
    let (title, evidence) = found.find(|(_, evidence)| !evidence.0.is_empty())?;
    Some((title, json(&evidence)))
}

fn first(check: &'static Check, example: &crate::check::Example) -> Option<Evidence> {
    let options = Options::at(sample::now());
    let findings = audit(&(example.given)(), &[check], &options).findings.into_iter();
    let mut found =
        findings.filter(|finding| matches!(finding.outcome, Outcome::Fail | Outcome::Note));
    found.next().map(|finding| finding.evidence)
}

fn examples(check: &Check) -> String {
    let rows = check.examples.iter().map(|example| {
        let finds: Vec<String> = example.finds.iter().map(code).collect();
        let finds = if finds.is_empty() { "nothing".to_owned() } else { finds.join("<br>") };
        vec![example.title.to_owned(), finds]
    });
    table(&["Configuration", "What all checks together find in it"], rows)
}

fn reads(check: &Check) -> String {
    if check.needs.is_empty() {
        return "Nothing beyond [what every report reads](../permissions.md).\n".to_owned();
    }
    let rows = check
        .needs
        .iter()
        .map(|call| vec![code(call.name()), code(call.action()), call.purpose().to_owned()]);
    let calls = table(&["Call", "IAM action", "What for"], rows);
    format!("Beside [what every report reads](../permissions.md):\n\n{calls}")
}

fn links(check: &Check) -> String {
    let links: Vec<String> = check.links.iter().map(|link| format!("- <{link}>")).collect();
    links.join("\n")
}

/// The list of checks with links to their pages, in Markdown.
#[must_use]
pub fn checks_index(checks: &[&Check]) -> String {
    format!(
        "{RENDERED}# Checks\n\n\
         The severity is that of a load balancer open to the internet. It is one step lower where the \
         internet cannot reach the thing freely, and stays where that is not known.\n\n{}",
        rows(checks, "")
    )
}

/// The list of checks for a document that stands elsewhere: its path to the pages comes first.
#[must_use]
pub fn checks_table(checks: &[&Check], path: &str) -> String {
    rows(checks, path)
}

fn rows(checks: &[&Check], path: &str) -> String {
    let row = |check: &&Check| {
        vec![
            format!("[{0}]({path}{0}.md)", check.id),
            check.severity.word().to_owned(),
            check.title.to_owned(),
            kinds(check).join(", "),
        ]
    };
    table(&["Check", "Severity", "Fault", "Load balancers"], checks.iter().map(row))
}

/// The list of checks for a terminal.
#[must_use]
pub fn checks_text(checks: &[&Check], style: Style) -> String {
    let widest = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    let mut page = Page::new(style);
    for check in checks {
        let severity = format!("{:<8}", check.severity.word());
        let persona = format!(" {:<8} ", check.persona.word());
        let id = format!("{:<widest$}", check.id);
        let title = format!("  {}", check.title);
        page.line(
            0,
            &[
                (Paint::Severity(check.severity), &severity),
                (Paint::Dim, &persona),
                (Paint::Bold, &id),
                (Paint::Plain, &title),
            ],
        );
    }
    page.into_text()
}

/// A check as data.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    aliases: &'static [&'static str],
    title: &'static str,
    severity: Severity,
    persona: Persona,
    applies_to: Vec<String>,
    why: &'static str,
    logic: &'static str,
    fix: &'static str,
    links: &'static [&'static str],
    calls: Vec<&'static str>,
    since: &'static str,
    edition: Option<&'static str>,
    controls: BTreeMap<&'static str, Vec<&'static str>>,
}

/// The controls that a check implements, by framework.
fn controls(check: &Check) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut controls: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (framework, id) in compliance::controls_of(check.id) {
        controls.entry(framework.id()).or_default().push(id);
    }
    controls
}

/// The list of checks for programs: JSON, a newline at the end.
#[must_use]
pub fn checks_json(checks: &[&Check]) -> String {
    let listed = |check: &&Check| Listed {
        id: check.id,
        aliases: check.aliases,
        title: check.title,
        severity: check.severity,
        persona: check.persona,
        applies_to: check.applies_to.iter().map(Kind::to_string).collect(),
        why: check.why,
        logic: check.logic,
        fix: check.fix,
        links: check.links,
        calls: check.needs.iter().map(|call| call.name()).collect(),
        since: check.since,
        edition: HISTORY.of(check),
        controls: controls(check),
    };
    let all: Vec<Listed> = checks.iter().map(listed).collect();
    json(&all)
}

/// The page of a check for a terminal.
#[must_use]
pub fn explain(check: &'static Check, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(0, &[(Paint::Bold, check.id), (Paint::Plain, ": "), (Paint::Plain, check.title)]);
    page.blank();
    for (name, value) in facts(check) {
        page.line(2, &[(Paint::Dim, name), (Paint::Plain, ": "), (Paint::Plain, &value)]);
    }
    for (heading, text) in
        [("Why it matters", check.why), ("When exactly", check.logic), ("What to do", check.fix)]
    {
        section(&mut page, heading);
        page.paragraph(2, text);
    }
    if let Some((title, evidence)) = found(check) {
        section(&mut page, "Evidence");
        page.paragraph(2, &format!("What a finding carries, here in the example \"{title}\":"));
        for line in evidence.lines() {
            page.plain(2, line);
        }
    }
    section(&mut page, "Examples");
    for example in check.examples {
        page.plain(2, example.title);
        for find in example.finds {
            page.plain(6, find);
        }
        if example.finds.is_empty() {
            page.plain(6, "nothing found");
        }
    }
    if !check.needs.is_empty() {
        section(&mut page, "What it reads, beside what every report reads");
        for call in check.needs {
            page.plain(2, &format!("{} ({})", call.action(), call.purpose()));
        }
    }
    section(&mut page, "Read more");
    for link in check.links {
        page.plain(2, link);
    }
    page.into_text()
}

fn section(page: &mut Page, heading: &str) {
    page.blank();
    page.line(0, &[(Paint::Bold, heading)]);
}
