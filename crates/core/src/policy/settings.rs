//! What differs from the defaults: severities, checks, limits, what is meant, and what fails a run.
//! Whoever reads a report sees by it what the numbers do not say.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::check::intent::{Intent, Matcher, Thresholds};
use crate::checks;
use crate::policy::Policy;
use crate::policy::config::LIMITS;
use crate::policy::selection::Selection;
use crate::vocab::severity::Severity;

/// A setting that differs from its default.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// What kind of thing it is.
    pub kind: SettingKind,
    /// Its name: the id of a check, or a key of the configuration.
    pub name: String,
    /// What it is by default; none: nothing.
    pub default: Option<String>,
    /// What it is set to.
    pub set: Vec<String>,
    /// Who says so.
    pub by: SetBy,
}

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// The severity of a check.
    Severity,
    /// Whether a check runs.
    Check,
    /// What is meant to be so.
    Intent,
    /// A limit that checks compare with.
    Threshold,
    /// What counts, and what fails a run.
    Gate,
}

impl SettingKind {
    /// Every kind, in the order of a report.
    pub const ALL: [SettingKind; 5] = [
        SettingKind::Severity,
        SettingKind::Check,
        SettingKind::Intent,
        SettingKind::Threshold,
        SettingKind::Gate,
    ];
}

/// Who sets something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetBy {
    /// The configuration file.
    Configuration,
    /// An option or its variable.
    CommandLine,
}

impl SetBy {
    /// Both.
    pub const ALL: [SetBy; 2] = [SetBy::Configuration, SetBy::CommandLine];

    /// By an option where it is given, else by the file.
    #[must_use]
    pub fn option(is_given: bool) -> Self {
        if is_given { SetBy::CommandLine } else { SetBy::Configuration }
    }
}

impl Setting {
    /// Something that counts, or fails a run.
    #[must_use]
    pub fn gate(name: &str, default: &str, set: &str, by: SetBy) -> Self {
        let (kind, default) = (SettingKind::Gate, Some(default.to_owned()));
        Setting { kind, name: name.to_owned(), default, set: vec![set.to_owned()], by }
    }

    /// How a severity was changed; none where this is no severity, or both are the same.
    #[must_use]
    pub fn severity_change(&self) -> Option<Ordering> {
        let known = |word: &String| {
            Severity::WORST_FIRST.into_iter().find(|severity| severity.word() == word)
        };
        let both = (self.set.first().and_then(known)?, self.default.as_ref().and_then(known)?);
        (self.kind == SettingKind::Severity).then(|| both.0.cmp(&both.1))
    }

    /// Whether by it less is called bad, or fails a run, than by default.
    #[must_use]
    pub fn is_laxer(&self) -> bool {
        let set = self.set.first().map_or("", String::as_str);
        match (self.kind, &*self.name) {
            (SettingKind::Severity, _) => self.severity_change() == Some(Ordering::Less),
            (SettingKind::Check, _) => set == "off",
            (SettingKind::Gate, "fail-on") => !["medium", "low"].contains(&set),
            (SettingKind::Gate, name) => name != "strict",
            (SettingKind::Intent | SettingKind::Threshold, _) => false,
        }
    }
}

impl Policy {
    /// What it changes from the defaults, accepted risks and the edition aside: reports say of each risk what
    /// has become of it.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let mut all = severities(self);
        all.extend(intents(&self.intent));
        all.extend(limits(&self.thresholds));
        all
    }

    /// The edition, where it is pinned and that makes a difference: what newer checks find does not count, and
    /// severities are those of that time.
    #[must_use]
    pub fn pinned(&self, by: SetBy) -> Option<Setting> {
        let (pin, newest) = (self.edition?, self.history().newest()?.name);
        let default = Some(newest.to_owned()).filter(|newest| newest != pin.name());
        let counts = default.is_some() || checks::ALL.iter().any(|check| pin.is_before(check));
        let set = Setting { default, ..Setting::gate("edition", "", pin.name(), by) };
        counts.then_some(set)
    }
}

fn severities(policy: &Policy) -> Vec<Setting> {
    let of = |(id, own): (&String, &Severity)| {
        let check = checks::ALL.iter().find(|check| check.id == id);
        let base =
            check.map(|check| policy.edition.map_or(check.severity, |pin| pin.severity(check)));
        Setting {
            kind: SettingKind::Severity,
            name: id.clone(),
            default: base.map(|base| base.word().to_owned()),
            set: vec![own.word().to_owned()],
            by: SetBy::Configuration,
        }
    };
    policy.severities.iter().map(of).collect()
}

fn intents(intent: &Intent) -> Vec<Setting> {
    let Intent { public, required_tags, log_buckets, trusted_accounts, public_ports, public_paths } =
        intent;
    let public = public.iter().map(|matcher| match matcher {
        Matcher::Name(pattern) | Matcher::Arn(pattern) => pattern.clone(),
        Matcher::Tag(key, value) => format!("{key}={value}"),
    });
    let ports = public_ports.iter().map(u16::to_string);
    let all: [(&str, Vec<String>); 6] = [
        ("log-buckets", log_buckets.clone()),
        ("public", public.collect()),
        ("public-paths", public_paths.clone()),
        ("public-ports", ports.collect()),
        ("required-tags", required_tags.clone()),
        ("trusted-accounts", trusted_accounts.clone()),
    ];
    let meant = all.into_iter().filter(|(_, set)| !set.is_empty());
    let of = |(name, set): (&str, _)| Setting {
        kind: SettingKind::Intent,
        name: name.to_owned(),
        default: None,
        set,
        by: SetBy::Configuration,
    };
    meant.map(of).collect()
}

fn limits(thresholds: &Thresholds) -> Vec<Setting> {
    let default = Thresholds::default();
    let changed = LIMITS.iter().filter(|limit| (limit.get)(thresholds) != (limit.get)(&default));
    let of = |limit: &crate::policy::config::Limit| Setting {
        kind: SettingKind::Threshold,
        name: limit.key.to_owned(),
        default: Some((limit.get)(&default).to_string()),
        set: vec![(limit.get)(thresholds).to_string()],
        by: SetBy::Configuration,
    };
    changed.map(of).collect()
}

impl Selection {
    /// The checks that run, or do not, because they are named: those that `enable` adds, and those that
    /// `disable` and `skip` take away.
    #[must_use]
    pub fn switched(&self, policy: &Policy) -> Vec<Setting> {
        let ids = |selection: &Selection| -> BTreeSet<&'static str> {
            selection.choose(checks::ALL, policy).iter().map(|check| check.id).collect()
        };
        let none = BTreeSet::new;
        let chosen = ids(self);
        let without = ids(&Selection { enable: none(), ..self.clone() });
        let all = ids(&Selection { disable: none(), skip: none(), ..self.clone() });
        let setting = |name: &str, [default, set]: [&str; 2], by| Setting {
            kind: SettingKind::Check,
            name: name.to_owned(),
            default: Some(default.to_owned()),
            set: vec![set.to_owned()],
            by,
        };
        let off = all
            .difference(&chosen)
            .map(|id| setting(id, ["on", "off"], SetBy::option(self.skip.contains(id))));
        let on =
            chosen.difference(&without).map(|id| setting(id, ["off", "on"], SetBy::Configuration));
        let mut switched: Vec<Setting> = off.chain(on).collect();
        switched.sort();
        switched
    }
}
