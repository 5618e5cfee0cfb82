//! What is set otherwise than by default, in a line for each kind.

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

/// `2 lowered: …; 1 raised: …`.
fn grouped<'a>(
    all: &[&'a Setting],
    groups: &[(&str, &dyn Fn(&Setting) -> bool)],
    named: impl Fn(&'a Setting) -> String,
) -> String {
    let group = |(word, is_in): &(&str, &dyn Fn(&Setting) -> bool)| {
        let names: Vec<String> = all.iter().copied().filter(|one| is_in(one)).map(&named).collect();
        let number = names.len();
        (number > 0).then(|| format!("{number} {word}: {}", list(&names, SHOWN)))
    };
    groups.iter().filter_map(group).collect::<Vec<_>>().join("; ")
}

fn severities(all: &[&Setting]) -> String {
    let change = |wanted: Option<Ordering>| move |one: &Setting| one.severity_change() == wanted;
    let fixed = |one: &Setting| matches!(one.severity_change(), None | Some(Ordering::Equal));
    let named = |one: &Setting| {
        let set = one.set.join(", ");
        match &one.default {
            Some(default) if *default != set => format!("{} {default} to {set}", one.name),
            _ => format!("{} {set}", one.name),
        }
    };
    let (lowered, raised) = (change(Some(Ordering::Less)), change(Some(Ordering::Greater)));
    grouped(all, &[("lowered", &lowered), ("raised", &raised), ("fixed", &fixed)], named)
}

fn checks(all: &[&Setting]) -> String {
    let is = |wanted: &'static str| move |one: &Setting| one.set.iter().any(|set| set == wanted);
    let named = |one: &Setting| match one.by {
        SetBy::Configuration => one.name.clone(),
        SetBy::CommandLine => format!("{} (command line)", one.name),
    };
    grouped(all, &[("off", &is("off")), ("on", &is("on"))], named)
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
