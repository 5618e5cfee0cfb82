//! The index of a pack in Markdown, and the script that runs all of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::class::Class;
use super::fitting::how;
use super::pack::{Pack, Written};
use super::script::Script;
use super::shell::quoted;
use crate::checks;
use crate::inventory::Kind;
use crate::mutation::Choice;
use crate::remedy::plan::{Declined, Why};
use crate::report::{Finding, GLOBAL};
use crate::vocab::escape::neutral;

/// What is in front of the scripts.
const RUN_ALL: &str = r#"#!/bin/sh
# Runs every script for the account of the credentials, in its order, and stops at the first that fails. With
# --dry-run each prints its commands. Written by elb-audit.
set -eu
here=$(dirname -- "$0")
case $#${1-} in
  0 | 1--dry-run) ;;
  *)
    echo 'usage: sh run-all.sh [--dry-run]' >&2
    exit 2
    ;;
esac
own=$(aws sts get-caller-identity --query Account --output text) || exit 2
others=
# chosen ACCOUNT SCRIPT: stops before anything is changed where a choice is not made in a script.
chosen() {
  if [ "$1" = "$own" ]; then
    sh "$here/$2" --choices && return 0
    echo "$2: nothing has run; set what it needs in the script, or take it out of run-all.sh" >&2
    exit 2
  fi
}
# step ACCOUNT SCRIPT: runs the script, or leaves it to whoever is of that account.
step() {
  account=$1
  script=$2
  shift 2
  if [ "$account" != "$own" ]; then
    case " $others " in *" $account "*) ;; *) others="$others $account" ;; esac
    return 0
  fi
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

/// The load balancer and what of it is meant.
fn place(finding: &Finding) -> String {
    let lb = finding.load_balancer.as_ref().map_or("", |lb| &lb.name);
    let label = &finding.subject.label;
    if lb.is_empty() || lb == label {
        return inline(label);
    }
    format!("{} {}", inline(lb), inline(label))
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
            text.push_str(
                "| Script | Account | Region | Class | What it changes | Faults | You choose |\n\
                 |---|---|---|---|---|---|---|\n",
            );
        }
        for one in &self.scripts {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                code(&one.script.name),
                one.account(),
                one.region(),
                one.class.word(),
                inline(&changes(&one.steps)),
                one.findings.len() + one.beside.len(),
                one.choices.iter().map(|own| code(own.name())).collect::<Vec<_>>().join(", "),
            );
        }
        for one in &self.scripts {
            section(one, &mut text);
        }
        if !self.declined.is_empty() {
            text.push_str("\n## Without a script\n");
        }
        for (finding, declined) in &self.declined {
            self.procedure(finding, declined, &mut text);
        }
        if !self.left.is_empty() {
            text.push_str("\n## What stays when all scripts have run\n\n");
        }
        let mut left: Vec<&Finding> = self.left.iter().collect();
        left.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        for finding in left {
            let _ = writeln!(
                text,
                "- {}: {}, {} ({})",
                finding.severity.word(),
                place(finding),
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
        // A choice is for one script: what suits one listener may be wrong for the next.
        let names: BTreeSet<&str> =
            self.scripts.iter().flat_map(|one| &one.choices).map(Choice::name).collect();
        // Logs go to a bucket of their own region.
        let logs = self.scripts.iter().filter(|one| one.choices.contains(&Choice::LogBucket));
        let places: BTreeSet<_> = logs.map(|one| (one.account(), one.region())).collect();
        let is_shared = |name: &str| name == "LOG_BUCKET" && places.len() == 1;
        for name in names.into_iter().filter(|name| !is_shared(name)) {
            let _ = writeln!(text, "unset {name}");
        }
        for one in &self.scripts {
            let _ = writeln!(text, "chosen {} {}", quoted(one.account()), quoted(&one.script.name));
        }
        for one in &self.scripts {
            let _ = writeln!(
                text,
                "step {} {} \"$@\"",
                quoted(one.account()),
                quoted(&one.script.name)
            );
        }
        text.push_str(
            "if [ -n \"$others\" ]; then\n  echo \"left out: scripts for accounts$others; run this with their \
             credentials too\" >&2\nfi\n",
        );
        Script { name: "run-all.sh".to_owned(), text }
    }
}

/// A fault in a line, but for the end of it.
fn said(finding: &Finding) -> String {
    format!("{}: {} ({}", place(finding), inline(&finding.title), finding.check)
}

/// What a script changes, as it fits a cell.
fn changes(steps: &[String]) -> String {
    match steps {
        [first, second] => format!("{first}; {second}"),
        [first, rest @ ..] if !rest.is_empty() => format!("{first}; {} steps more", rest.len()),
        all => all.concat(),
    }
}

fn section(one: &Written, text: &mut String) {
    let _ = write!(text, "\n## {}\n\n{}\n\n", one.script.name, inline(&one.title));
    for finding in &one.findings {
        let _ = writeln!(text, "- fixes {}, {})", said(finding), code(&finding.fingerprint));
    }
    for finding in &one.beside {
        let _ = writeln!(text, "- gone with it: {})", said(finding));
    }
    let _ = writeln!(text, "- class {}", one.class.word());
    for own in &one.look {
        let _ = writeln!(text, "- look first: {}", inline(own));
    }
    for choice in &one.choices {
        let _ = writeln!(text, "- you choose {}: {}", code(choice.name()), inline(&how(choice)));
    }
    for title in &one.noted {
        let _ = writeln!(text, "- new note: {}", inline(title));
    }
    for owner in &one.owners {
        let _ = writeln!(
            text,
            "- kept by {}: make the change there too, or an update puts it back",
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

impl Pack {
    /// What a fault without a script asks for; in order, where it is of a class that was asked for.
    fn procedure(&self, finding: &Finding, declined: &Declined, text: &mut String) {
        let is_recreated = declined.why == Why::Recreate;
        let class = if is_recreated { ", class recreate" } else { "" };
        let _ = write!(
            text,
            "\n### {}: {}\n\n{}, {}{class}. No script: {}.\n",
            place(finding),
            inline(&finding.title),
            finding.check,
            code(&finding.fingerprint),
            inline(&declined.words),
        );
        if is_recreated && self.class != Some(Class::Recreate) {
            text.push_str("\n`--class recreate` writes the steps down.\n");
            return;
        }
        steps(finding, declined, text);
    }
}

fn steps(finding: &Finding, declined: &Declined, text: &mut String) {
    let Some(check) = checks::ALL.iter().find(|check| check.id == finding.check) else { return };
    let _ = writeln!(text, "\n{}.", inline(&capital(check.fix)));
    if matches!(declined.why, Why::Unread) {
        return;
    }
    let kinds: Vec<Kind> = match &finding.load_balancer {
        Some(lb) => vec![lb.kind.as_str().into()],
        None => check.applies_to.to_vec(),
    };
    let ways = check.remedy.ways(&kinds);
    let _ = writeln!(text, "\n{}", inline(&ways.console));
    let commands = check.commands(&kinds, &finding.bindings);
    let commands = match finding.region.as_str() {
        GLOBAL => commands,
        region => commands.in_region(region),
    };
    if commands.lines.contains("aws ") {
        let fence = "`".repeat(4);
        let _ = writeln!(text, "\n{fence}sh\n{}\n{fence}", neutral_lines(&commands.lines));
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn neutral_lines(text: &str) -> String {
    text.split('\n').map(|line| neutral(line).into_owned()).collect::<Vec<_>>().join("\n")
}
