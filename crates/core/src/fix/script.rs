//! A script: head, choices, steps, and what every script has in common.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value as Json;

use super::class::Class;
use super::fitting::how;
use super::pack::{Owned, Pack};
use super::shell::{line, quoted};
use super::step::Step;
use super::witness::Witness;
use crate::checks;
use crate::mutation::Choice;
use crate::report::Finding;
use crate::vocab::escape::{cut, neutral};

/// What every script does.
const COMMON: &str = include_str!("shell.sh");

/// A script that fixes faults with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The name of its file.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a script is written from.
pub(super) struct Draft<'a> {
    pub(super) name: String,
    pub(super) title: &'a str,
    pub(super) findings: &'a [&'a Finding],
    pub(super) class: Class,
    /// What to look at first.
    pub(super) look: &'a [String],
    /// Who keeps what it changes as it is.
    pub(super) owners: &'a [Owned],
    pub(super) choices: &'a [Choice],
    /// Ranges that no longer get in: none of them can be a choice.
    pub(super) revoked: &'a [String],
    /// What fits a choice, one line each.
    pub(super) fitting: &'a [(String, Vec<String>)],
    pub(super) steps: &'a [Step],
    pub(super) witnesses: &'a [Witness],
    /// Titles of notes that come with the change.
    pub(super) noted: &'a [String],
    /// When the facts were read.
    pub(super) taken_at: String,
}

/// What a verdict rests on, as one line.
fn evidence(finding: &Finding) -> String {
    const MOST: usize = 160;
    let field = |(name, value): (&String, &Json)| {
        let said = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{name}: {}", cut(&said, MOST))
    };
    finding.evidence.0.iter().map(field).collect::<Vec<_>>().join("; ")
}

/// Comment lines, whatever is in the text.
fn comment(text: &str, into: &mut String) {
    const WIDTH: usize = 96;
    for own in text.split('\n') {
        let own = neutral(own);
        let further = own.len() - own.trim_start().len();
        let mut width = 0;
        into.push('#');
        for word in own.split(' ') {
            if width > further && width + word.chars().count() > WIDTH {
                into.push_str("\n#");
                into.push_str(&" ".repeat(further));
                width = further;
            }
            into.push(' ');
            into.push_str(word);
            width += word.chars().count() + 1;
        }
        into.push('\n');
    }
}

impl Draft<'_> {
    /// The script.
    pub(super) fn write(&self) -> Script {
        let mut text = String::from(
            "#!/bin/sh\n# shellcheck disable=SC2016 # queries of the AWS CLI have backticks\n",
        );
        self.head(&mut text);
        text.push_str("set -eu\numask 077\n");
        let first = self.findings.first();
        let account = first.map_or("", |finding| &finding.account);
        let region = first.map_or("", |finding| &finding.region);
        let balancers: BTreeSet<&str> = self
            .findings
            .iter()
            .filter_map(|finding| Some(&*finding.load_balancer.as_ref()?.arn))
            .collect();
        let fingerprints: Vec<&str> =
            self.findings.iter().map(|finding| &*finding.fingerprint).collect();
        let set = |name: &str, value: &str, text: &mut String| {
            let _ = writeln!(text, "{name}={}", quoted(value));
        };
        text.push('\n');
        set("account", account, &mut text);
        set("region", region, &mut text);
        set("fingerprints", &fingerprints.join(" "), &mut text);
        text.push_str("kept=$(dirname -- \"$0\")/$(basename -- \"$0\" .sh).captured\n");
        text.push_str(
            "export AWS_REGION=\"$region\" AWS_DEFAULT_REGION=\"$region\" AWS_PAGER=\nexport AWS_CLI_AUTO_PROMPT=off\n\n",
        );
        self.choices_first(&mut text);
        let own = text.lines().count() + COMMON.lines().count() + 1;
        let _ = writeln!(text, "# Down to line {own} is what every script has in common.");
        text.push_str(COMMON);
        self.choose(&mut text);
        remember(self.choices, &mut text);
        scan_again(&balancers, &mut text);
        for (number, step) in (1..).zip(self.steps) {
            written(number, step, &mut text);
        }
        self.look_first(&mut text);
        text.push_str("\nmain \"$@\"\n");
        Script { name: self.name.clone(), text }
    }

    /// Everything that is looked at before anything changes.
    fn look_first(&self, text: &mut String) {
        for (number, witness) in (1..).zip(self.witnesses) {
            let _ = writeln!(text, "\nwitness_{number}() {{\n  {}\n}}", line(&witness.now));
        }
        text.push_str("\nlook_at_witnesses() {\n  :\n");
        for (number, witness) in (1..).zip(self.witnesses) {
            let known: Vec<String> = witness.known.iter().map(|one| quoted(one)).collect();
            let title = quoted(&witness.title);
            let _ =
                writeln!(text, "  witness {number} {title} \\\n    {}", known.join(" \\\n    "));
        }
        text.push_str("}\n");
        text.push_str("\nlook_at_all() {\n");
        for (number, step) in (1..).zip(self.steps) {
            let words = [&step.before, &step.after, &step.title].map(|word| quoted(word));
            let _ = writeln!(text, "  look {number} {}", words.join(" \\\n    "));
        }
        text.push_str("}\n");
    }

    fn head(&self, text: &mut String) {
        comment(self.title, text);
        text.push_str("#\n");
        let first = self.findings.first();
        if let Some(finding) = first {
            let place = format!(
                "Account {}, region {}. {} {} from facts of {}.",
                finding.account,
                finding.region,
                Pack::WRITTEN_BY,
                env!("CARGO_PKG_VERSION"),
                self.taken_at
            );
            comment(&place, text);
        }
        self.faults(text);
        text.push_str("#\n");
        let meant = match self.class {
            Class::Safe => "it adds protection and can refuse nobody",
            _ => "it may refuse a client or move traffic",
        };
        comment(&format!("Class: {}: {meant}.", self.class.word()), text);
        for own in self.look {
            comment(&format!("Look first: {own}."), text);
        }
        for owner in self.owners {
            text.push_str("#\n");
            let said = format!(
                "Kept by {}. Make the change there too, or an update puts it back:",
                owner.who
            );
            comment(&said, text);
            owner.lines.iter().for_each(|own| comment(&format!("  {own}"), text));
        }
        text.push_str("#\n");
        comment("What it does:", text);
        for (number, step) in (1..).zip(self.steps) {
            comment(&format!("  {number}. {}", step.title), text);
        }
        for choice in self.choices {
            comment(&format!("You choose {}: {}.", choice.name(), how(choice)), text);
        }
        if !self.noted.is_empty() {
            comment(&format!("elb-audit will then note: {}.", self.noted.join("; ")), text);
        }
        text.push_str("#\n");
        self.usage(text);
    }

    /// What it fixes, on what evidence, and why.
    fn faults(&self, text: &mut String) {
        comment("It fixes:", text);
        for finding in self.findings {
            let lb = finding.load_balancer.as_ref().map_or("", |lb| &lb.name);
            let own = format!(
                "  {} {}: {} ({}, fingerprint {})",
                lb, finding.subject.label, finding.title, finding.check, finding.fingerprint
            );
            comment(&own, text);
            comment(&format!("    evidence: {}", evidence(finding)), text);
        }
        let why: BTreeSet<&str> = self
            .findings
            .iter()
            .filter_map(|own| checks::ALL.iter().find(|check| check.id == own.check))
            .map(|check| check.why)
            .collect();
        for own in why {
            text.push_str("#\n");
            comment(&format!("Why: {own}"), text);
        }
    }

    /// How it is run, and how it ends.
    fn usage(&self, text: &mut String) {
        comment(
            "What it replaces is written into a directory beside it first, which may hold secrets that a \
             report never holds. A step that fails is taken back, with all before it.",
            text,
        );
        let name = &self.name;
        comment(
            &format!(
                "  sh {name}             makes the change\n  sh {name} --dry-run   prints its commands\n  \
                 sh {name} --rollback  takes it back"
            ),
            text,
        );
        comment(
            "Exit codes: 0 done, or nothing to do; 1 a step failed, and everything is as it was; 2 it cannot \
             run here; 3 something is not as it was audited, and nothing is changed; 4 a step could not be \
             taken back.",
            text,
        );
    }

    /// What the user chooses, with what fits.
    fn choices_first(&self, text: &mut String) {
        if self.choices.is_empty() && !self.has_secret() {
            return;
        }
        text.push_str("# What only you know: set it here or in the environment.\n");
        for choice in self.choices {
            let name = choice.name();
            if let Some((_, fitting)) = self.fitting.iter().find(|(own, _)| own == name) {
                for own in fitting {
                    comment(&format!("{name}: {own}"), text);
                }
            }
            let _ = writeln!(text, "{name}=${{{name}-}}");
        }
        if self.has_secret() {
            let said = "CLIENT_SECRET: the client secret of the login, which AWS does not tell. Best set it in the \
                        environment alone";
            comment(said, text);
            text.push_str("CLIENT_SECRET=${CLIENT_SECRET-}\n");
        }
        text.push('\n');
    }

    /// Whether a login has to be sent with its secret.
    fn has_secret(&self) -> bool {
        let is_secret = |line: &String| line.starts_with("fill ");
        self.steps.iter().any(|step| step.change.iter().any(is_secret))
    }

    /// Choices are checked before anything is asked of AWS.
    fn choose(&self, text: &mut String) {
        text.push_str("choose() {\n  :\n");
        for choice in self.choices {
            let name = choice.name();
            let _ = writeln!(
                text,
                "  case ${name} in\n    '') stop 2 'set {name}: {}' ;;\n    \
                 *[!A-Za-z0-9_.:/@*+=~-]*) stop 2 \"{name} is no {}: ${name}\" ;;\n  esac",
                how(choice).replace('\'', ""),
                choice.what()
            );
        }
        for choice in self.choices {
            let name = choice.name();
            let kind = match choice {
                Choice::Clients => "ipv4_range",
                Choice::ClientsIpv6 => "ipv6_range",
                _ => continue,
            };
            let _ = writeln!(
                text,
                "  {kind} \"${name}\" || stop 2 \"{name} has to be a network such as {}, and not wider than /{}: \
                 ${name}\"",
                choice.stand_in(),
                if kind == "ipv4_range" { 8 } else { 16 },
            );
            for range in self.revoked {
                let _ = writeln!(
                    text,
                    "  if [ \"${name}\" = {} ]; then stop 2 '{name} is what is taken away'; fi",
                    quoted(range)
                );
            }
        }
        if self.has_secret() {
            text.push_str(
                "  if [ -z \"$CLIENT_SECRET\" ] && [ \"$mode\" != rollback ] && [ \"$mode\" != dry-run ]; then stop 2 'set CLIENT_SECRET: the client secret of the login, \
                 which AWS does not tell'; fi\n",
            );
        }
        text.push_str("}\n");
    }
}

/// What was chosen is kept with what was captured: taking back goes by it.
fn remember(choices: &[Choice], text: &mut String) {
    text.push_str("remember() {\n  :\n");
    for choice in choices {
        let name = choice.name();
        let _ = writeln!(text, "  printf '{name}=%s\\n' \"${name}\"");
    }
    text.push_str("}\nrecall() {\n  while IFS= read -r text; do\n    case $text in\n");
    for choice in choices {
        let name = choice.name();
        let _ = writeln!(text, "      {name}=*) {name}=${{{name}:-${{text#*=}}}} ;;");
    }
    text.push_str("      *) ;;\n    esac\n  done <\"$kept/choices\"\n}\n");
}

fn scan_again(balancers: &BTreeSet<&str>, text: &mut String) {
    text.push_str("\nload_balancers() {\n  \"$@\"");
    for arn in balancers {
        let _ = write!(text, " \\\n    --load-balancer {}", quoted(arn));
    }
    text.push_str("\n}\n");
}

fn written(number: usize, step: &Step, text: &mut String) {
    let function = |name: &str, lines: &[String], text: &mut String| {
        let _ = writeln!(text, "{name}_{number}() {{\n  {}\n}}", lines.join(" &&\n  "));
    };
    text.push('\n');
    let said = format!("say {}", quoted(&format!("step {number}: {}", step.title)));
    function("title", &[said], text);
    function("now", &[line(&step.now)], text);
    let keeps: Vec<String> =
        step.keeps.iter().map(|(file, command)| super::step::write(command, file)).collect();
    let keeps = if keeps.is_empty() { vec![":".to_owned()] } else { keeps };
    function("capture", &keeps, text);
    // What holds the client secret goes as soon as it is sent.
    let secrets = step.change.iter().filter_map(|line| line.strip_prefix("fill "));
    let secrets: Vec<&str> = secrets.collect();
    let mut change = step.change.clone();
    if !secrets.is_empty() {
        change.push(format!("rm -f -- {} \"$kept\"/{number}-new.json", secrets.join(" ")));
    }
    function("change", &change, text);
    function("verify", &[format!("reached {number} {}", quoted(&step.after))], text);
    // A step of one command that did not get through has nothing to take back, and AWS would refuse some of it.
    let is_tolerant = step.back.iter().any(|line| line.starts_with("tolerate "));
    if let ([_], false) = (&step.change[..], is_tolerant) {
        let guard = format!("if untouched {number} {}; then return 0; fi", quoted(&step.before));
        let _ =
            writeln!(text, "back_{number}() {{\n  {guard}\n  {}\n}}", step.back.join(" &&\n  "));
    } else {
        function("back", &step.back, text);
    }
    let also = if step.also.is_empty() { &step.before } else { &step.also };
    let restored = format!("restored {number} {} \\\n    {}", quoted(&step.before), quoted(also));
    function("restored", &[restored], text);
}
