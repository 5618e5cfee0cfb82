//! Lists of checks: for documents, terminals and programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::kinds;
use super::{RENDERED, json, table};
use crate::check::{Check, Ways};
use crate::compliance;
use crate::inventory::Kind;
use crate::policy::edition::HISTORY;
use crate::render::Style;
use crate::render::page::{Page, Paint};
use crate::vocab::severity::{Persona, Severity};

/// The list of checks with links to their pages, in Markdown.
#[must_use]
pub fn checks_index(checks: &[&Check]) -> String {
    format!(
        "{RENDERED}# Checks\n\n\
         The severity is that of a load balancer open to the internet. It is one step lower where the \
         internet cannot reach the thing freely, and stays where that is not known. `From` is the persona from \
         which on a check is reported ([concepts](../concepts.md)).\n\n{}",
        rows(checks)
    )
}

/// How many checks there are, by persona and severity.
#[must_use]
pub fn checks_table(checks: &[&Check]) -> String {
    let of = |persona: Option<Persona>, severity: Option<Severity>| {
        let own = checks.iter().filter(|check| {
            persona.is_none_or(|persona| check.persona == persona)
                && severity.is_none_or(|severity| check.severity == severity)
        });
        own.count().to_string()
    };
    let line = |name: &str, persona: Option<Persona>| {
        let mut cells = vec![name.to_owned()];
        cells.extend(Severity::WORST_FIRST.map(|severity| of(persona, Some(severity))));
        cells.push(of(persona, None));
        cells
    };
    let mut head = vec!["First reported to"];
    head.extend(Severity::WORST_FIRST.map(Severity::word));
    head.push("all");
    let personas = [Persona::Regular, Persona::Pedantic, Persona::Auditor];
    let lines = personas.map(|persona| line(persona.word(), Some(persona)));
    table(&head, lines.into_iter().chain([line("all", None)]))
}

fn rows(checks: &[&Check]) -> String {
    let row = |check: &&Check| {
        vec![
            format!("[{0}]({0}.md)", check.id),
            check.severity.word().to_owned(),
            check.persona.word().to_owned(),
            check.title.to_owned(),
            kinds(check).join(", "),
        ]
    };
    table(&["Check", "Severity", "From", "Fault", "Load balancers"], checks.iter().map(row))
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
    false_alarms: &'static str,
    fix: &'static str,
    remedy: Ways,
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
        false_alarms: check.false_alarms,
        fix: check.fix,
        remedy: check.ways(),
        links: check.links,
        calls: check.needs.iter().map(|call| call.name()).collect(),
        since: check.since,
        edition: HISTORY.edition_of(check),
        controls: controls(check),
    };
    let all: Vec<Listed> = checks.iter().map(listed).collect();
    json(&all)
}
