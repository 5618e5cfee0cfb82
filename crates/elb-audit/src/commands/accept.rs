//! `elb-audit accept`: writes down who answers for a finding.

use std::path::{Path, PathBuf};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::policy::config::{Config, FILE, block};
use elb_audit_core::policy::{AcceptedRisk, Policy};
use elb_audit_core::report::{Exit, Finding, Outcome, Report};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{finding, print_text};
use crate::cli::Accept;
use crate::config;
use crate::error::{AcceptError, Error, FindingError};
use crate::files::lock::LONGEST;
use crate::files::{self, Mode, Replaced, Rights};
use crate::log::say;
use crate::source::file;

/// Does what the command line says.
pub(super) async fn accept(task: &Accept) -> Result<Exit, Error> {
    print_text(&add(task, Timestamp::now()).await?)
}

/// Adds the entry to the file; what was written.
async fn add(task: &Accept, now: Timestamp) -> Result<String, Error> {
    check_words(task, now)?;
    let path = task.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let text = config::read(&path)?.unwrap_or_default();
    let before = config::parsed(&path, &text)?;
    let finding = found(task, &before).await?;
    let risk = AcceptedRisk {
        check: finding.check.clone(),
        resource: resource(&finding),
        reason: task.reason.clone(),
        owner: task.owner.clone(),
        expires: Some(task.expires),
        fingerprint: Some(finding.fingerprint.clone()),
        configuration: Some(finding.configuration.clone()),
    };
    let older = older(&before.policy.accepted, &finding, now)?;
    let entry = block(&risk);
    let whole = appended(&text, &entry);
    let after = config::parsed(&path, &whole).map_err(AcceptError::Spoilt)?;
    if after.policy.accepted.last() != Some(&risk) {
        return Err(AcceptError::Misread(path).into());
    }
    write(&path, &text, &whole)
        .map_err(|error| AcceptError::Write { path: path.clone(), error })?;
    say(format_args!("written to {}", path.display()));
    if older > 0 {
        say(format_args!("entries for the same finding that are no longer in force: {older}"));
    }
    Ok(entry)
}

/// Refuses words that say nothing, and a day that is over.
fn check_words(task: &Accept, now: Timestamp) -> Result<(), AcceptError> {
    for (name, text) in [("--reason", &task.reason), ("--owner", &task.owner)] {
        if text.trim().is_empty() {
            return Err(AcceptError::Empty(name));
        }
    }
    let today = now.to_zoned(TimeZone::UTC).date();
    if task.expires < today { Err(AcceptError::Expired(task.expires)) } else { Ok(()) }
}

/// Replaces the file, unless another process has written it since it was read.
fn write(path: &Path, before: &str, after: &str) -> std::io::Result<()> {
    let expected = |there: Option<&[u8]>| there.unwrap_or_default() == before.as_bytes();
    let rights = Rights::Kept(Mode::PRIVATE);
    match files::replace(path, rights, expected, after.as_bytes())? {
        Replaced::Done => Ok(()),
        Replaced::Overtaken => {
            Err(std::io::Error::other("something else is writing it: try again"))
        }
        Replaced::Locked(lock) => Err(std::io::Error::other(format!(
            "{} exists: something else is writing it, or was killed; remove it or wait {} minutes",
            lock.display(),
            LONGEST.as_secs() / 60
        ))),
    }
}

/// The finding that is meant.
async fn found(task: &Accept, config: &Config) -> Result<Finding, Error> {
    let report = match &task.inventory {
        Some(path) => audited(path, config)?,
        None => match finding::report_of(&task.source).await? {
            Some(report) => report,
            None => finding::read("--report", "-", None).await?,
        },
    };
    let finding = finding::find(&report, &task.fingerprint)?;
    let (check, subject) = (finding.check.clone(), finding.subject.label.clone());
    match finding.outcome {
        Outcome::Fail | Outcome::Note => Ok(finding),
        Outcome::Unknown => Err(AcceptError::Unknown { check, subject }.into()),
        Outcome::Pass => Err(AcceptError::Passes { check, subject }.into()),
    }
}

fn audited(path: &Path, config: &Config) -> Result<Report, FindingError> {
    let inventory = file::read(path)?;
    let policy = Policy { accepted: Vec::new(), ..config.policy.clone() };
    let options = Options { policy, ..Options::at(inventory.taken_at) };
    Ok(audit(&inventory, checks::ALL, &options))
}

/// The pattern for a finding's resource. What no pattern may hold stands for any character.
fn resource(finding: &Finding) -> String {
    let id = finding.load_balancer.as_ref().map_or(&finding.subject.id, |lb| &lb.arn);
    id.replace(['[', ']', '{', '}'], "?")
}

/// How many entries for the same finding are no longer in force; one that is makes another one needless.
fn older(
    accepted: &[AcceptedRisk],
    finding: &Finding,
    now: Timestamp,
) -> Result<usize, AcceptError> {
    let about: Vec<_> = accepted.iter().filter(|risk| risk.means(finding)).collect();
    let in_force = about.iter().find(|risk| !risk.has_expired(now) && risk.is_as_accepted(finding));
    in_force.map_or(Ok(about.len()), |risk| {
        let (owner, reason) = (risk.owner.clone(), risk.reason.clone());
        Err(AcceptError::Already { owner, until: risk.expires, reason })
    })
}

/// The text with the entry at its end.
fn appended(text: &str, entry: &str) -> String {
    let gap = match text {
        "" => "",
        text if text.ends_with("\n\n") => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{entry}")
}
