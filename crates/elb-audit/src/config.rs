//! The configuration file, and what it and the command line make of a run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use elb_audit_core::audit::Options;
use elb_audit_core::check::Check;
use elb_audit_core::checks;
use elb_audit_core::compliance::Framework;
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::config::{Config, FILE, FailOn};
use elb_audit_core::policy::edition::{HISTORY, UnknownEdition};
use elb_audit_core::policy::focus::{Focus, FocusError};
use elb_audit_core::policy::selection::{self, UnknownCheck, find};
use elb_audit_core::policy::settings::{SetBy, Setting};
use elb_audit_core::render::Filter;
use elb_audit_core::report::Gate;
use elb_audit_core::vocab::severity::Persona;
use jiff::Timestamp;

pub(crate) mod accounts;

use crate::cli::{Configuration, Reporting, Selection};
use crate::collect::CollectionPlan;
use crate::files::read::{self, Bounds, ReadError};

/// Why no checks can be chosen, or nothing known to judge by.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ReadError,
    },
    /// There is no such file.
    #[error("cannot read {}: there is no such file", .0.display())]
    Missing(PathBuf),
    /// A line of the file is wrong.
    #[error("{}:{}: {}", .path.display(), .error.line, .error.message)]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Its line, and what is wrong there.
        error: elb_audit_core::policy::config::Error,
    },
    /// No edition has this name.
    #[error(transparent)]
    Edition(#[from] UnknownEdition),
    /// No check has this name.
    #[error(transparent)]
    Check(#[from] UnknownCheck),
    /// No load balancer can have this name.
    #[error("--load-balancer: {0}")]
    LoadBalancer(#[from] FocusError),
    /// Nothing would be judged.
    #[error("{0} leaves no check")]
    NoCheck(&'static str),
}

/// What a run is judged by: the command line, then the configuration, then the defaults.
pub(crate) struct RunConfig {
    /// The checks that run.
    pub(crate) checks: Vec<&'static Check>,
    /// What the user means.
    pub(crate) policy: Policy,
    /// What decides the exit code.
    pub(crate) gate: Gate,
    /// What people are shown.
    pub(crate) filter: Filter,
    /// The load balancers that are judged; none: all.
    pub(crate) focus: Option<Focus>,
    persona: Option<Persona>,
    frameworks: Vec<Framework>,
    show_passed: bool,
    config: Option<String>,
    /// What differs from the defaults beside what the policy says itself.
    settings: Vec<Setting>,
}

impl RunConfig {
    /// What the command line and the file that it names say.
    pub(crate) fn new(how: &Reporting) -> Result<Self, ConfigError> {
        let (mut config, file) = load(&how.config)?;
        if let Some(edition) = &how.edition {
            config.policy.edition = Some(HISTORY.pin(edition)?);
        }
        let mut chosen = choice(&how.checks, &config)?;
        chosen.frameworks.clone_from(&how.framework);
        let mut settings = chosen.switched(&config.policy);
        settings.extend(gates(how, &config));
        let fail_on = how.fail_on.or(config.fail_on).unwrap_or(FailOn::DEFAULT);
        let floor = match fail_on {
            FailOn::From(severity) => Some(severity),
            FailOn::Never => None,
        };
        let focus = Focus::parse(&how.focus.load_balancer)?;
        let mut checks = some(&chosen, &config.policy)?;
        if focus.is_some() {
            checks = Focus::checks(&checks);
        }
        if checks.is_empty() {
            return Err(ConfigError::NoCheck("--load-balancer"));
        }
        Ok(RunConfig {
            checks,
            focus,
            gate: Gate { fail_on: floor, strict: how.strict, only_new: how.comparing.only_new },
            filter: Filter {
                min_severity: how.writing.min_severity.or(config.min_severity),
                only_new: how.comparing.only_new,
            },
            persona: chosen.audience(),
            frameworks: chosen.frameworks,
            show_passed: how.show_passed,
            settings,
            policy: config.policy,
            config: file.map(|file| file.display().to_string()),
        })
    }

    /// The configuration file; none: the defaults.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.config.as_deref().map(Path::new)
    }

    /// The same for the audit, at this time.
    pub(crate) fn options(self, now: Timestamp) -> Options {
        let RunConfig { policy, persona, frameworks, show_passed, config, focus, settings, .. } =
            self;
        Options { now, policy, show_passed, frameworks, persona, config, focus, settings }
    }
}

/// What fails a run, and what counts, where that differs from the defaults.
fn gates(how: &Reporting, config: &Config) -> Vec<Setting> {
    let mut gates: Vec<Setting> =
        config.policy.pinned(SetBy::option(how.edition.is_some())).into_iter().collect();
    let fail_on = how.fail_on.or(config.fail_on).filter(|set| *set != FailOn::DEFAULT);
    gates.extend(fail_on.map(|set| {
        let by = SetBy::option(how.fail_on.is_some());
        Setting::gate("fail-on", FailOn::DEFAULT.word(), set.word(), by)
    }));
    let switches = [("strict", how.strict), ("only-new", how.comparing.only_new)];
    let on = switches.into_iter().filter(|(_, is_on)| *is_on);
    gates.extend(on.map(|(name, _)| Setting::gate(name, "off", "on", SetBy::CommandLine)));
    gates
}

/// The checks that run with this choice.
pub(crate) fn selected(
    selection: &Selection,
    config: &Configuration,
) -> Result<Vec<&'static Check>, ConfigError> {
    let (config, _) = load(config)?;
    some(&choice(selection, &config)?, &config.policy)
}

/// What the user means, as the file says.
pub(crate) fn policy(config: &Configuration) -> Result<Policy, ConfigError> {
    Ok(load(config)?.0.policy)
}

/// What `collect` reads: everything, unless it is told which checks it is for.
pub(crate) fn collection_plan(selection: &Selection) -> Result<CollectionPlan, ConfigError> {
    let Selection { persona, check, skip_check } = selection;
    if persona.is_none() && check.is_empty() && skip_check.is_empty() {
        return Ok(CollectionPlan::everything());
    }
    let mut choice = choice(selection, &Config::default())?;
    choice.persona = choice.persona.or(Some(Persona::Auditor));
    Ok(CollectionPlan::for_checks(&some(&choice, &Policy::default())?))
}

/// What the command line says, and behind it the file.
fn choice(selection: &Selection, config: &Config) -> Result<selection::Selection, ConfigError> {
    let resolved = |names: &[String]| -> Result<BTreeSet<&'static str>, ConfigError> {
        names.iter().map(|name| Ok(find(name)?.id)).collect()
    };
    let mut choice = config.selection();
    choice.persona = selection.persona.or(choice.persona);
    choice.only = resolved(&selection.check)?;
    choice.skip = resolved(&selection.skip_check)?;
    Ok(choice)
}

fn some(
    choice: &selection::Selection,
    policy: &Policy,
) -> Result<Vec<&'static Check>, ConfigError> {
    let chosen = choice.choose(checks::ALL, policy);
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let by = if choice.skip.is_empty() { "the configuration" } else { "--skip-check" };
    Err(ConfigError::NoCheck(by))
}

/// The configuration, and the file that it is from; the defaults where there is none.
fn load(wanted: &Configuration) -> Result<(Config, Option<PathBuf>), ConfigError> {
    if wanted.no_config {
        return Ok((Config::default(), None));
    }
    let file = wanted.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
    match read(&file)? {
        Some(text) => Ok((parsed(&file, &text)?, Some(file))),
        None if wanted.config.is_none() => Ok((Config::default(), None)),
        None => Err(ConfigError::Missing(file)),
    }
}

/// The text of a file; none when it is not there.
pub(crate) fn read(file: &Path) -> Result<Option<String>, ConfigError> {
    read::if_there(read::text(file, Bounds::SETTINGS))
        .map_err(|error| ConfigError::Read { path: file.to_owned(), error })
}

/// What the text of a file says.
pub(crate) fn parsed(file: &Path, text: &str) -> Result<Config, ConfigError> {
    Config::parse(text).map_err(|error| ConfigError::Invalid { path: file.to_owned(), error })
}
