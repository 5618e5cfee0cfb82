//! The configuration file, and what it and the command line make of a run.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use elb_audit_core::audit::Options;
use elb_audit_core::check::{Check, Persona, Severity};
use elb_audit_core::checks;
use elb_audit_core::compliance::Framework;
use elb_audit_core::config::{Config, FILE, FailOn};
use elb_audit_core::edition::HISTORY;
use elb_audit_core::policy::Policy;
use elb_audit_core::report::Gate;
use elb_audit_core::selection::{self, find};
use jiff::Timestamp;

use crate::cli::{Configuration, Reporting, Selection};
use crate::collect::Wanted;

/// What a run is judged by: the command line, then the configuration, then the defaults.
pub(crate) struct Terms {
    /// The checks that run.
    pub(crate) checks: Vec<&'static Check>,
    /// What the user means.
    pub(crate) policy: Policy,
    /// What decides the exit code.
    pub(crate) gate: Gate,
    persona: Option<Persona>,
    framework: Option<Framework>,
    show_passed: bool,
    config: Option<String>,
}

impl Terms {
    /// What the command line and the file that it names say.
    pub(crate) fn new(how: &Reporting) -> Result<Self, String> {
        let (mut config, file) = load(&how.config)?;
        if let Some(edition) = &how.edition {
            config.policy.edition = Some(HISTORY.pin(edition)?);
        }
        let mut chosen = choice(&how.checks, &config)?;
        chosen.framework = how.framework;
        let fail_on = how.fail_on.or(config.fail_on).unwrap_or(FailOn::From(Severity::High));
        let floor = match fail_on {
            FailOn::From(severity) => Some(severity),
            FailOn::Never => None,
        };
        Ok(Terms {
            checks: some(&chosen, &config.policy)?,
            gate: Gate { fail_on: floor, strict: how.strict, only_new: how.comparing.only_new },
            persona: chosen.told(),
            framework: how.framework,
            show_passed: how.show_passed,
            policy: config.policy,
            config: file.map(|file| file.display().to_string()),
        })
    }

    /// The same for the audit, at this time.
    pub(crate) fn options(self, now: Timestamp) -> Options {
        let Terms { policy, persona, framework, show_passed, config, .. } = self;
        Options { now, policy, show_passed, framework, persona, config }
    }
}

/// The checks that run with this choice.
pub(crate) fn selected(
    selection: &Selection,
    config: &Configuration,
) -> Result<Vec<&'static Check>, String> {
    let (config, _) = load(config)?;
    some(&choice(selection, &config)?, &config.policy)
}

/// What `collect` reads: everything, unless it is told which checks it is for.
pub(crate) fn wanted(selection: &Selection) -> Result<Wanted, String> {
    let Selection { persona, check, skip_check } = selection;
    if persona.is_none() && check.is_empty() && skip_check.is_empty() {
        return Ok(Wanted::everything());
    }
    let mut choice = choice(selection, &Config::default())?;
    choice.persona = choice.persona.or(Some(Persona::Auditor));
    Ok(Wanted::by(&some(&choice, &Policy::default())?))
}

/// What the command line says, and behind it the file.
fn choice(selection: &Selection, config: &Config) -> Result<selection::Selection, String> {
    let resolved = |names: &[String]| -> Result<BTreeSet<&'static str>, String> {
        names.iter().map(|name| Ok(find(name)?.id)).collect()
    };
    let mut choice = config.selection();
    choice.persona = selection.persona.or(choice.persona);
    choice.only = resolved(&selection.check)?;
    choice.skip = resolved(&selection.skip_check)?;
    Ok(choice)
}

fn some(choice: &selection::Selection, policy: &Policy) -> Result<Vec<&'static Check>, String> {
    let chosen = choice.of(checks::ALL, policy);
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let by = if choice.skip.is_empty() { "the configuration" } else { "--skip-check" };
    Err(format!("{by} leaves no check"))
}

/// The configuration, and the file that it is from; the defaults where there is none.
fn load(wanted: &Configuration) -> Result<(Config, Option<PathBuf>), String> {
    if wanted.no_config {
        return Ok((Config::default(), None));
    }
    let file = wanted.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
    match read(&file)? {
        Some(text) => Ok((parsed(&file, &text)?, Some(file))),
        None if wanted.config.is_none() => Ok((Config::default(), None)),
        None => Err(format!("cannot read {}: there is no such file", file.display())),
    }
}

/// The text of a file; none when it is not there.
pub(crate) fn read(file: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {}: {error}", file.display())),
    }
}

/// What the text of a file says.
pub(crate) fn parsed(file: &Path, text: &str) -> Result<Config, String> {
    Config::parse(text).map_err(|error| format!("cannot use {}: {error}", file.display()))
}
