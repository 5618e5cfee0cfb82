//! What differs from the defaults, in a line for each kind.

use std::cmp::Ordering;

use super::prose::list;
use crate::policy::settings::{SetBy, Setting, SettingKind};
use crate::report::Report;

/// Names of a kind that are shown before the rest is only counted.
const SHOWN: usize = 4;

/// A kind of settings in words.
pub(super) struct Line {
    /// `Severities set`.
    pub(super) what: &'static str,
    /// How many, and the first of them.
    pub(super) said: String,
    /// Whether less is reported as bad, or fails, than by default.
    pub(super) is_laxer: bool,
}

/// What is set, by kind; nothing where all is as by default, or the report does not say.
pub(super) fn lines(report: &Report) -> Vec<Line> {
    let all = report.basis.settings.as_deref().unwrap_or_default();
    let of = |kind: SettingKind| {
        let own: Vec<&Setting> = all.iter().filter(|setting| setting.kind == kind).collect();
        let (what, said) = match kind {
            SettingKind::Severity => ("Severities set", severities(&own)),
            SettingKind::Check => ("Checks set", checks(&own)),
            SettingKind::Intent => ("Intent set", intents(&own)),
            SettingKind::Threshold => ("Limits set", values(&own)),
            SettingKind::Gate => ("Gates set", values(&own)),
        };
        let is_laxer = own.iter().any(|setting| setting.is_laxer());
        (!own.is_empty()).then_some(Line { what, said, is_laxer })
    };
    SettingKind::ALL.into_iter().filter_map(of).collect()
}

/// `2 lowered: …`, where there is any.
fn group(word: &str, shown: &[String]) -> Option<String> {
    (!shown.is_empty()).then(|| format!("{} {word}: {}", shown.len(), list(shown, SHOWN)))
}

fn severities(all: &[&Setting]) -> String {
    let shown = |one: &&Setting| {
        let set = one.set.join(", ");
        match &one.default {
            Some(default) if *default != set => format!("{} {default} to {set}", one.name),
            _ => format!("{} {set}", one.name),
        }
    };
    // One that is set to what it is anyway is no longer lowered where the internet cannot reach.
    let changes =
        [("lowered", Ordering::Less), ("raised", Ordering::Greater), ("fixed", Ordering::Equal)];
    let groups = changes.into_iter().filter_map(|(word, wanted)| {
        let change = |one: &&&Setting| one.severity_change().unwrap_or(Ordering::Equal) == wanted;
        group(word, &all.iter().filter(change).map(shown).collect::<Vec<_>>())
    });
    groups.collect::<Vec<_>>().join("; ")
}

fn checks(all: &[&Setting]) -> String {
    let shown = |one: &&Setting| match one.by {
        SetBy::Configuration => one.name.clone(),
        SetBy::CommandLine => format!("{} (command line)", one.name),
    };
    let groups = ["off", "on"].into_iter().filter_map(|word| {
        let is = |one: &&&Setting| one.set.iter().any(|set| set == word);
        group(word, &all.iter().filter(is).map(shown).collect::<Vec<_>>())
    });
    groups.collect::<Vec<_>>().join("; ")
}

fn intents(all: &[&Setting]) -> String {
    let each = all.iter().map(|one| format!("{} {}", one.name, list(&one.set, SHOWN)));
    each.collect::<Vec<_>>().join("; ")
}

fn values(all: &[&Setting]) -> String {
    let value = |one: &&Setting| {
        let by = match one.by {
            SetBy::Configuration => "",
            SetBy::CommandLine => ", by the command line",
        };
        let default = one.default.as_deref().unwrap_or("none");
        format!("{} {} (default {default}{by})", one.name, one.set.join(", "))
    };
    list(&all.iter().map(value).collect::<Vec<_>>(), SHOWN)
}
