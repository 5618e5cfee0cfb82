//! `elb-audit fix`: scripts that fix faults, and their index.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::fix::{Pack, Request, TerraformState, pack};
use elb_audit_core::fixtures::demo;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::mutation::Chosen;
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::policy::selection;
use elb_audit_core::report::{Exit, Finding, Gate, Outcome, Report};

use super::progress::ProgressLine;
use super::reading::{read, request, until_stopped};
use super::{finding, print_text};
use crate::aws::StopClock;
use crate::cli::Fix;
use crate::collect::CollectionPlan;
use crate::config;
use crate::error::{Error, FixError};
use crate::files;
use crate::files::read::{Bounds, document};
use crate::log::say;
use crate::output::{Mode, OutputError};
use crate::signals::Signals;
use crate::source::file;

/// Does what the command line says.
pub(super) async fn fix(task: &Fix) -> Result<Exit, Error> {
    let chosen = chosen(&task.set)?;
    let state = terraform(&task.terraform_state)?;
    let policy = config::policy(&task.config)?;
    let earlier = match &task.report {
        Some(place) => Some(
            finding::read(
                "--report",
                place,
                task.source.profiles.profile.first().map(String::as_str),
            )
            .await?,
        ),
        None => None,
    };
    if holds_captures(&task.output) {
        return Err(FixError::Captured(task.output.display().to_string()).into());
    }
    let inventory = match &task.inventory {
        Some(file) => file::read(file).map_err(elb_source)?,
        None if task.demo => demo::inventory(),
        None => live(task, earlier.as_ref()).await?,
    };
    let options = Options { policy, show_passed: true, ..Options::at(inventory.taken_at) };
    let report = audit(&inventory, checks::ALL, &options);
    let gate = Gate { fail_on: None, strict: false, only_new: false };
    if let (Exit::NothingAssessed, why) = report.exit(gate) {
        say(format_args!("{why}: `elb-audit scan` says why"));
        return Ok(Exit::NothingAssessed);
    }
    let asked = asked(task, &report, earlier.as_ref())?;
    let request = Request {
        inventory: &inventory,
        options: &options,
        fingerprints: Some(asked.open),
        class: task.class,
        chosen,
        state,
    };
    let pack = pack(&request);
    if pack.scripts.is_empty() && pack.declined.is_empty() {
        let nothing = "nothing that was asked for is a fault: there is nothing to write\n";
        return print_text(&(gone(&asked.gone) + nothing));
    }
    write(&task.output, &pack)?;
    print_text(&(gone(&asked.gone) + &summary(&task.output, &pack)))?;
    let unread = report.gaps.iter().filter(|gap| !gap.advisory).count();
    if unread > 0 {
        say(format_args!(
            "what could not be read has no script: gaps {unread}, which `elb-audit scan` names"
        ));
    }
    if task.all || pack.declined.is_empty() {
        return Ok(Exit::Clean);
    }
    for (finding, declined) in &pack.declined {
        say(format_args!("no script for {}: {}", finding.fingerprint, declined.words));
    }
    Ok(Exit::Findings)
}

fn elb_source(error: file::FileError) -> Error {
    Error::Source(crate::source::SourceError::File(error))
}

/// Reads what is to be fixed as it is now.
async fn live(task: &Fix, earlier: Option<&Report>) -> Result<Inventory, Error> {
    let mut patterns = task.load_balancer.clone();
    if let Some(report) = earlier.filter(|_| patterns.is_empty() && !task.fingerprints.is_empty()) {
        for fingerprint in &task.fingerprints {
            let found = finding::find(report, fingerprint)?;
            patterns.extend(found.load_balancer.map(|lb| lb.arn));
        }
    }
    let focus = Focus::parse(&patterns).map_err(config::ConfigError::from)?;
    let plan = CollectionPlan::for_fixes();
    let (request, tuning) = (request(&task.source, plan, focus)?, task.source.tuning(false));
    let progress = ProgressLine::new(!task.source.verbose);
    let signals = Signals::listen();
    let clock = StopClock::start(&tuning, signals.first());
    let session =
        Box::pin(until_stopped(&clock, crate::collect::open(&request, &tuning))).await??;
    let (inventory, _) = read(&session, &request, &tuning, &clock, progress).await?;
    Ok(inventory)
}

/// What was asked for, as it is now.
struct Asked {
    /// Fingerprints of faults.
    open: BTreeSet<String>,
    /// What was a fault in the report, and is none any more.
    gone: Vec<Finding>,
}

fn asked(task: &Fix, report: &Report, earlier: Option<&Report>) -> Result<Asked, Error> {
    let mut asked = Asked { open: BTreeSet::new(), gone: Vec::new() };
    let fails = |own: &Finding| own.outcome == Outcome::Fail && own.accepted.is_none();
    for fingerprint in &task.fingerprints {
        let fingerprint = &fingerprint.to_lowercase();
        let found = match earlier {
            Some(earlier) => finding::find(earlier, fingerprint)?,
            None => finding::find(report, fingerprint)?,
        };
        let now = report.findings.iter().find(|own| own.fingerprint == found.fingerprint);
        match now.filter(|own| own.outcome != Outcome::Pass) {
            Some(own) if fails(own) => {
                asked.open.insert(own.fingerprint.clone());
            }
            Some(own) => return Err(FixError::NoFault(own.fingerprint.clone()).into()),
            None => asked.gone.push(found),
        }
    }
    if !task.all {
        return Ok(asked);
    }
    let ids: Result<BTreeSet<&str>, _> =
        task.check.iter().map(|name| selection::find(name).map(|check| check.id)).collect();
    let ids = ids?;
    let focus = Focus::parse(&task.load_balancer).map_err(config::ConfigError::from)?;
    if let Some(focus) = &focus {
        let is_there = report.load_balancers.iter().any(|lb| focus.means(&lb.arn, &lb.name));
        if !is_there {
            return Err(FixError::NoLoadBalancer(task.load_balancer.join(", ")).into());
        }
    }
    let wanted = |own: &&Finding| {
        let lb = own.load_balancer.as_ref();
        fails(own)
            && task.severity.is_none_or(|least| own.severity >= least)
            && (ids.is_empty() || ids.contains(&*own.check))
            && focus
                .as_ref()
                .is_none_or(|focus| lb.is_some_and(|lb| focus.means(&lb.arn, &lb.name)))
    };
    let all = report.findings.iter().filter(wanted);
    asked.open = all.map(|own| own.fingerprint.clone()).collect();
    Ok(asked)
}

/// What Terraform keeps, as its states tell.
fn terraform(files: &[PathBuf]) -> Result<Option<TerraformState>, FixError> {
    let mut state = TerraformState::default();
    for path in files {
        let name = || path.display().to_string();
        let text =
            document(path, Bounds::DOCUMENT).map_err(|error| FixError::Read(name(), error))?;
        state.add_file(&text).map_err(|error| FixError::State(name(), error))?;
    }
    Ok((!files.is_empty()).then_some(state))
}

/// Values of variables that are given already.
fn chosen(set: &[String]) -> Result<Chosen, FixError> {
    let mut chosen = Chosen::default();
    for pair in set {
        let (name, value) = pair.split_once('=').ok_or_else(|| FixError::NoPair(pair.clone()))?;
        if !chosen.accepts(name, value) {
            return Err(FixError::NoChoice(pair.clone()));
        }
        chosen.0.insert(name.to_owned(), value.to_owned());
    }
    Ok(chosen)
}

/// Whether scripts of this folder have run, and what they captured is kept there.
fn holds_captures(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        path.extension().is_some_and(|end| end == "captured") && path.join("steps").exists()
    })
}

/// Takes the scripts of an earlier time out of the folder.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_script = path.extension().is_some_and(|end| end == "sh") && path.is_file();
        let is_own = |text: Vec<u8>| String::from_utf8_lossy(&text).contains(Pack::WRITTEN_BY);
        if is_script && std::fs::read(&path).is_ok_and(is_own) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, pack: &Pack) -> Result<(), Error> {
    let failed = |error: io::Error| OutputError::File(folder.display().to_string(), error.into());
    std::fs::create_dir_all(folder).map_err(failed)?;
    clear(folder).map_err(failed)?;
    let put = |name: &str, text: &str| {
        let rights = files::Rights::Kept(Mode::PRIVATE);
        let path = folder.join(name);
        files::aside::write(&path, rights, |out| out.write_all(text.as_bytes()))
            .map_err(|error| OutputError::File(path.display().to_string(), error.into()))
    };
    for one in &pack.scripts {
        put(&one.script.name, &one.script.text)?;
    }
    if !pack.scripts.is_empty() {
        let all = pack.run_all();
        put(&all.name, &all.text)?;
    }
    put("README.md", &pack.index())?;
    Ok(())
}

/// What was a fault and is none any more, a line each.
fn gone(all: &[Finding]) -> String {
    let lines = all.iter().map(|own| format!("{} is gone: {}", own.fingerprint, own.title));
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

fn summary(folder: &Path, pack: &Pack) -> String {
    let fixed: usize = pack.scripts.iter().map(|one| one.findings.len() + one.beside.len()).sum();
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    format!(
        "{} for {} in {}; without a script: {}. Read {} first.\n",
        counted(pack.scripts.len(), "script"),
        counted(fixed, "fault"),
        folder.display(),
        pack.declined.len(),
        folder.join("README.md").display(),
    )
}
