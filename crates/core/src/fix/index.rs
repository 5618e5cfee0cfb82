//! The index of a pack in Markdown, and the script that runs all of it.

use std::fmt::Write;

use super::pack::{Pack, Written};
use super::script::Script;
use super::shell::quoted;
use crate::checks;
use crate::inventory::Kind;
use crate::remedy::plan::{Declined, Why};
use crate::report::Finding;
use crate::vocab::escape::neutral;

/// What is in front of the scripts.
const RUN_ALL: &str = r#"#!/bin/sh
# Runs every script in its order, and stops at the first that fails. With --dry-run each prints its commands.
set -eu
here=$(dirname -- "$0")
case $#${1-} in
  0 | 1--dry-run) ;;
  *)
    echo 'usage: sh run-all.sh [--dry-run]' >&2
    exit 2
    ;;
esac
step() {
  script=$1
  shift
  echo "== $script" >&2
  sh "$here/$script" "$@" && return 0
  code=$?
  echo "$script ended with $code: the ones behind it have not run" >&2
  exit "$code"
}
"#;

/// A text inside a line of Markdown: whatever it holds, it is no markup.
fn inline(text: &str) -> String {
    let mut own = String::new();
    for letter in neutral(text).chars() {
        if "\\`*_{}[]<>#|!&@~$".contains(letter) {
            own.push('\\');
        }
        own.push(letter);
    }
    own
}

/// A code span, its fence longer than any run of backticks in it.
fn code(text: &str) -> String {
    let text = neutral(text);
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    if text.starts_with('`') || text.ends_with('`') {
        return format!("{fence} {text} {fence}");
    }
    format!("{fence}{text}{fence}")
}

fn load_balancer(finding: &Finding) -> &str {
    finding.load_balancer.as_ref().map_or("", |lb| &lb.name)
}

impl Pack {
    /// The index: scripts in their order, what no script does, and what is left.
    #[must_use]
    pub fn index(&self) -> String {
        let mut text = String::from("# From findings to fixes\n\n");
        text.push_str(
            "elb-audit changes nothing itself: read a script before you run it. Each was tried in memory first, and \
             judged by every check: its faults are gone, and nothing else is worse.\n\n",
        );
        if !self.scripts.is_empty() {
            text.push_str("| Script | Class | What it changes | Faults |\n|---|---|---|---|\n");
        }
        for one in &self.scripts {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                code(&one.script.name),
                one.class.word(),
                inline(&one.title),
                one.findings.len() + one.beside.len(),
            );
        }
        for one in &self.scripts {
            section(one, &mut text);
        }
        if !self.declined.is_empty() {
            text.push_str("\n## Without a script\n");
        }
        for (finding, declined) in &self.declined {
            procedure(finding, declined, &mut text);
        }
        if !self.left.is_empty() {
            text.push_str("\n## What stays when all scripts have run\n\n");
        }
        for finding in &self.left {
            let _ = writeln!(
                text,
                "- {}: {} {}, {} ({})",
                finding.severity.word(),
                inline(load_balancer(finding)),
                inline(&finding.subject.label),
                inline(&finding.title),
                finding.check,
            );
        }
        text
    }

    /// Runs the scripts in their order, and stops where one fails.
    #[must_use]
    pub fn run_all(&self) -> Script {
        let mut text = RUN_ALL.to_owned();
        for one in &self.scripts {
            let _ = writeln!(text, "step {} \"$@\"", quoted(&one.script.name));
        }
        Script { name: "run-all.sh".to_owned(), text }
    }
}

fn section(one: &Written, text: &mut String) {
    let _ = write!(text, "\n## {}\n\n{}\n\n", one.script.name, inline(&one.title));
    for finding in &one.findings {
        let _ = writeln!(
            text,
            "- fixes {} {}: {} ({}, {})",
            inline(load_balancer(finding)),
            inline(&finding.subject.label),
            inline(&finding.title),
            finding.check,
            code(&finding.fingerprint),
        );
    }
    for finding in &one.beside {
        let _ = writeln!(
            text,
            "- gone with it: {} {}: {} ({})",
            inline(load_balancer(finding)),
            inline(&finding.subject.label),
            inline(&finding.title),
            finding.check,
        );
    }
    let _ = writeln!(text, "- class {}", one.class.word());
    for own in &one.look {
        let _ = writeln!(text, "- look first: {}", inline(own));
    }
    for choice in &one.choices {
        let _ = writeln!(text, "- you choose {}: {}", code(choice.name()), inline(&choice.how()));
    }
    for finding in &one.noted {
        let _ = writeln!(text, "- notes then: {}", inline(&finding.title));
    }
    for owner in &one.owners {
        let _ = writeln!(
            text,
            "- kept by {}: make the change there too, or it is put back",
            inline(&owner.who)
        );
        let fence = "`".repeat(4);
        let lines = owner.lines.iter().map(|line| format!("  {}", neutral(line)));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let _ = writeln!(text, "\n  {fence}text\n{lines}\n  {fence}");
    }
    text.push('\n');
    for (number, step) in (1..).zip(&one.steps) {
        let _ = writeln!(text, "{number}. {}", inline(step));
    }
}

fn procedure(finding: &Finding, declined: &Declined, text: &mut String) {
    let _ = write!(
        text,
        "\n### {} {}: {}\n\n{}, {}. No script: {}.\n",
        inline(load_balancer(finding)),
        inline(&finding.subject.label),
        inline(&finding.title),
        finding.check,
        code(&finding.fingerprint),
        inline(&declined.words),
    );
    let Some(check) = checks::ALL.iter().find(|check| check.id == finding.check) else { return };
    let _ = writeln!(text, "\n{}.", inline(check.fix));
    if matches!(declined.why, Why::Unread) {
        return;
    }
    let kinds: Vec<Kind> = match &finding.load_balancer {
        Some(lb) => vec![lb.kind.as_str().into()],
        None => check.applies_to.to_vec(),
    };
    let ways = check.remedy.ways(&kinds);
    let _ = writeln!(text, "\n{}", inline(&ways.console));
    let commands = check.commands(&kinds, &finding.bindings).in_region(&finding.region);
    if commands.lines.contains("aws ") {
        let fence = "`".repeat(4);
        let _ = writeln!(text, "\n{fence}sh\n{}\n{fence}", neutral_lines(&commands.lines));
    }
}

fn neutral_lines(text: &str) -> String {
    text.split('\n').map(|line| neutral(line).into_owned()).collect::<Vec<_>>().join("\n")
}
