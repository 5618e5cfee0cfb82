//! The configuration file, `elb-audit.toml`: what is meant, what is accepted, and what counts.
//!
//! `docs/schema/config-v1.json` says the same to editors; a test holds the two together.

use std::collections::BTreeSet;

use crate::check::intent::{Intent, Matcher, Thresholds};
use crate::policy::edition::{HISTORY, History};
use crate::policy::selection::{Selection, find};
use crate::policy::{AcceptedRisk, Policy};
use crate::vocab::severity::{Persona, Severity};

mod entry;
mod reader;

pub use entry::block;
use reader::{Reader, Table, Value};

/// What the file is called by default.
pub const FILE: &str = "elb-audit.toml";

/// What a configuration file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Thresholds, intent, severities, edition and accepted risks.
    pub policy: Policy,
    /// Whom to tell.
    pub persona: Option<Persona>,
    /// From which severity faults fail a run.
    pub fail_on: Option<FailOn>,
    /// From which severity people are shown what was found.
    pub min_severity: Option<Severity>,
    /// Checks that run whoever is told.
    pub enable: BTreeSet<&'static str>,
    /// Checks that do not run.
    pub disable: BTreeSet<&'static str>,
}

/// What fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Faults of this severity and worse.
    From(Severity),
    /// Nothing.
    Never,
}

impl FailOn {
    /// What fails a run by default.
    pub const DEFAULT: FailOn = FailOn::From(Severity::High);

    /// Every choice, by name.
    pub const ALL: [(&'static str, FailOn); 5] = [
        ("critical", FailOn::From(Severity::Critical)),
        ("high", FailOn::From(Severity::High)),
        ("medium", FailOn::From(Severity::Medium)),
        ("low", FailOn::From(Severity::Low)),
        ("never", FailOn::Never),
    ];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            FailOn::From(severity) => severity.word(),
            FailOn::Never => "never",
        }
    }
}

/// The tables of the file with their keys; the table without name is the file itself.
pub const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "accept",
            "checks",
            "edition",
            "fail-on",
            "intent",
            "min-severity",
            "persona",
            "severity",
            "thresholds",
        ],
    ),
    ("checks", &["disable", "enable"]),
    (
        "intent",
        &[
            "log-buckets",
            "public",
            "public-paths",
            "public-ports",
            "required-tags",
            "trusted-accounts",
        ],
    ),
    (
        "thresholds",
        &[
            "healthy-targets",
            "hsts-seconds",
            "idle-seconds",
            "quota-percent",
            "session-seconds",
            "trust-store-authorities",
            "zone-imbalance",
        ],
    ),
    (
        "accept",
        &["check", "configuration", "expires", "fingerprint", "owner", "reason", "resource"],
    ),
];

/// Why a configuration file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Error {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Config {
    /// Reads the text of a file. Of several faults the first is told.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Config::parse_with(text, HISTORY)
    }

    /// The same with another history of editions.
    pub fn parse_with(text: &str, history: History) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let reader = Reader::new(text);
        let document = reader.document()?;
        let config = config(&document, history);
        reader.done()?;
        Ok(config)
    }

    /// The choice of checks that it makes.
    #[must_use]
    pub fn selection(&self) -> Selection {
        Selection {
            persona: self.persona,
            enable: self.enable.clone(),
            disable: self.disable.clone(),
            ..Selection::default()
        }
    }
}

fn keys(table: &str) -> &'static [&'static str] {
    KEYS.iter().find(|(name, _)| *name == table).map_or(&[], |(_, keys)| *keys)
}

fn config(document: &Table, history: History) -> Config {
    document.knows(keys(""));
    let personas = Persona::ALL.map(|persona| (persona.word(), persona));
    let severities = Severity::WORST_FIRST.map(|severity| (severity.word(), severity));
    let (enable, disable) =
        document.table("checks").map_or_else(Default::default, |table| switched(&table));
    let policy = Policy {
        thresholds: document
            .table("thresholds")
            .map(|table| thresholds(&table))
            .unwrap_or_default(),
        intent: document.table("intent").map(|table| intent(&table)).unwrap_or_default(),
        severities: document.entries("severity").into_iter().filter_map(severity).collect(),
        edition: document
            .value("edition")
            .and_then(|value| value.understood(|name| history.pin(name))),
        accepted: document.tables("accept").iter().filter_map(accepted).collect(),
    };
    Config {
        policy,
        persona: document.value("persona").and_then(|value| value.one_of(&personas)),
        fail_on: document.value("fail-on").and_then(|value| value.one_of(&FailOn::ALL)),
        min_severity: document.value("min-severity").and_then(|value| value.one_of(&severities)),
        enable,
        disable,
    }
}

/// The checks that are switched on and those that are switched off.
fn switched(table: &Table) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    table.knows(keys("checks"));
    let enable: BTreeSet<_> = table.list("enable").iter().filter_map(check).collect();
    let mut disable = BTreeSet::new();
    for value in table.list("disable") {
        let Some(id) = check(&value) else { continue };
        if enable.contains(id) {
            value.is_wrong(format!("`{id}` is in `enable` and in `disable`: keep one of them"));
        }
        disable.insert(id);
    }
    (enable, disable)
}

fn check(value: &Value) -> Option<&'static str> {
    value.understood(|name| find(name).map(|check| check.id))
}

fn severity((name, value): (Value, Value)) -> Option<(String, Severity)> {
    let words = Severity::WORST_FIRST.map(|severity| (severity.word(), severity));
    let (id, severity) = (check(&name), value.one_of(&words));
    Some((id?.to_owned(), severity?))
}

/// A limit as the file names it.
pub struct Limit {
    /// Its key.
    pub key: &'static str,
    /// The least and the most that make sense.
    pub range: std::ops::RangeInclusive<u64>,
    /// What it is.
    pub get: fn(&Thresholds) -> u64,
    set: fn(&mut Thresholds, u64),
}

/// Every limit.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "healthy-targets",
        range: 1..=1_000,
        get: |limits| limits.healthy_targets.into(),
        set: |limits, value| limits.healthy_targets = narrow(value),
    },
    Limit {
        key: "hsts-seconds",
        range: 1..=3_153_600_000,
        get: |limits| limits.hsts_seconds,
        set: |limits, value| limits.hsts_seconds = value,
    },
    Limit {
        key: "idle-seconds",
        range: 1..=604_800,
        get: |limits| limits.idle_seconds,
        set: |limits, value| limits.idle_seconds = value,
    },
    Limit {
        key: "quota-percent",
        range: 1..=100,
        get: |limits| limits.quota_percent.into(),
        set: |limits, value| limits.quota_percent = narrow(value),
    },
    Limit {
        key: "session-seconds",
        range: 1..=604_800,
        get: |limits| limits.session_seconds,
        set: |limits, value| limits.session_seconds = value,
    },
    Limit {
        key: "trust-store-authorities",
        range: 1..=10_000,
        get: |limits| limits.trust_store_authorities.into(),
        set: |limits, value| limits.trust_store_authorities = narrow(value),
    },
    Limit {
        key: "zone-imbalance",
        range: 1..=1_000,
        get: |limits| limits.zone_imbalance.into(),
        set: |limits, value| limits.zone_imbalance = narrow(value),
    },
];

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn thresholds(table: &Table) -> Thresholds {
    table.knows(keys("thresholds"));
    let mut thresholds = Thresholds::default();
    for limit in LIMITS {
        let value = table.value(limit.key);
        if let Some(number) = value.and_then(|value| value.number(&limit.range)) {
            (limit.set)(&mut thresholds, number);
        }
    }
    thresholds
}

fn intent(table: &Table) -> Intent {
    table.knows(keys("intent"));
    let texts = |key, understand: fn(&str) -> Result<String, TextError>| -> Vec<String> {
        table.list(key).iter().filter_map(|value| value.understood(understand)).collect()
    };
    let ports = table.list("public-ports");
    Intent {
        public: table.list("public").iter().filter_map(|value| value.understood(matcher)).collect(),
        required_tags: texts("required-tags", filled),
        log_buckets: texts("log-buckets", bucket),
        trusted_accounts: texts("trusted-accounts", account),
        public_ports: ports
            .iter()
            .filter_map(|port| port.number(&(1..=65_535)))
            .map(port)
            .collect(),
        public_paths: texts("public-paths", path),
    }
}

fn port(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// What is wrong with a text.
#[derive(Debug, thiserror::Error)]
enum TextError {
    #[error("it is empty")]
    Empty,
    #[error("`{0}` is no pattern: `*` stands for any characters, `?` for one")]
    Pattern(String),
    #[error("`{0}` is no name of a bucket: write it without `s3://` or `arn:`")]
    Bucket(String),
    #[error("`{0}` names no tag: write key=value")]
    Tag(String),
    #[error("`{0}` is no account: twelve digits are needed")]
    Account(String),
    #[error("`{0}` is no path: it starts with `/` or `*`")]
    Path(String),
    #[error("`{0}` is not what a report prints: twenty digits of 0-9 and a-f are needed")]
    Hash(String),
}

fn filled(text: &str) -> Result<String, TextError> {
    if text.trim().is_empty() { Err(TextError::Empty) } else { Ok(text.to_owned()) }
}

/// A pattern of a name or an ARN. Neither has brackets: who writes some expects more than there is.
fn pattern(text: &str) -> Result<String, TextError> {
    if text.contains(['[', ']', '{', '}']) {
        return Err(TextError::Pattern(text.to_owned()));
    }
    filled(text)
}

/// A pattern of a bucket's name, not of its ARN or URL: those would fit none.
fn bucket(text: &str) -> Result<String, TextError> {
    if text.contains([':', '/']) {
        return Err(TextError::Bucket(text.to_owned()));
    }
    pattern(text)
}

fn matcher(text: &str) -> Result<Matcher, TextError> {
    match Matcher::from(filled(text)?.as_str()) {
        Matcher::Tag(key, _) if key.trim().is_empty() => Err(TextError::Tag(text.to_owned())),
        // Values of tags may hold any character.
        tag @ Matcher::Tag(..) => Ok(tag),
        _ => pattern(text).map(|text| Matcher::from(text.as_str())),
    }
}

fn account(text: &str) -> Result<String, TextError> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(TextError::Account(text.to_owned()))
}

fn path(text: &str) -> Result<String, TextError> {
    if text.starts_with(['/', '*']) {
        return Ok(text.to_owned());
    }
    Err(TextError::Path(text.to_owned()))
}

fn accepted(table: &Table) -> Option<AcceptedRisk> {
    table.knows(keys("accept"));
    let check = table.needed("check").and_then(|value| check(&value));
    let text = |key, understand: fn(&str) -> Result<String, TextError>| {
        table.needed(key).and_then(|value| value.understood(understand))
    };
    let (resource, reason, owner) =
        (text("resource", pattern), text("reason", filled), text("owner", filled));
    let hash = |key| table.value(key).and_then(|value| value.understood(hash));
    Some(AcceptedRisk {
        expires: table.value("expires").and_then(|value| value.date()),
        fingerprint: hash("fingerprint"),
        configuration: hash("configuration"),
        check: check?.to_owned(),
        resource: resource?,
        reason: reason?,
        owner: owner?,
    })
}

fn hash(text: &str) -> Result<String, TextError> {
    if text.len() == 20 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(text.to_owned());
    }
    Err(TextError::Hash(text.to_owned()))
}
