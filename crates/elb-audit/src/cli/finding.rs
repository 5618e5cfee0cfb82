//! The options of the commands about one finding, and which report it is looked for in.

use std::path::PathBuf;

use clap::Args;
use elb_audit_core::policy::selection;
use jiff::civil::Date;

use super::{Conflict, date, first_wins};

/// Which report a finding is looked for in.
#[derive(Debug, Default, Args)]
pub struct FindingSource {
    /// The JSON report that has the finding: a file, `s3://BUCKET/KEY`, or `-` for standard input
    #[arg(long, value_name = "REPORT")]
    pub report: Option<String>,
    /// The report that `scan --state` keeps here: a file, or `s3://BUCKET/KEY`
    #[arg(long, value_name = "PLACE")]
    pub state: Option<String>,
    /// Profile of the AWS configuration, where the report lies in S3
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// `elb-audit explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Id of the check or one of its aliases; with --report or --state a finding's fingerprint, or the first
    /// 8 characters of it or more
    #[arg(value_name = "CHECK|FINGERPRINT")]
    pub what: String,
    /// Where the finding is.
    #[command(flatten)]
    pub source: FindingSource,
}

/// `elb-audit accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// The finding's fingerprint, or the first 8 characters of it or more
    #[arg(value_name = "FINGERPRINT")]
    pub fingerprint: String,
    /// Why the risk is accepted
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// Last day on which it is accepted, such as 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub expires: Date,
    /// The file to write to; default: elb-audit.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the finding is; default: standard input.
    #[command(flatten)]
    pub source: FindingSource,
    /// The saved inventory that has it, to be judged by every check
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
}

impl Accept {
    /// Leaves one place to look in.
    pub(super) fn resolve(&mut self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        let FindingSource { report, state, .. } = &mut self.source;
        let inventory = ("inventory", &mut self.inventory);
        keep_one(typed, "--report and --inventory", ("report", report), inventory)?;
        let inventory = ("inventory", &mut self.inventory);
        keep_one(typed, "--state and --inventory", ("state", state), inventory)?;
        self.source.resolve(typed)
    }
}

impl Explain {
    /// Leaves one place to look in, and none for a check: a report has nothing to say of that.
    pub(super) fn resolve(&mut self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        if selection::find(&self.what).is_ok() {
            let misplaced = ["report", "state"].into_iter().find(|name| typed(name));
            if let Some(name) = misplaced {
                return Err(Conflict::NotOfCheck(format!("--{name}"), self.what.clone()));
            }
        }
        self.source.resolve(typed)
    }
}

impl FindingSource {
    /// Leaves one place to look in.
    fn resolve(&mut self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        let places = (("report", &mut self.report), ("state", &mut self.state));
        keep_one(typed, "--report and --state", places.0, places.1)
    }
}

/// Of two options that exclude each other leaves the one that counts.
fn keep_one<A, B>(
    typed: &impl Fn(&str) -> bool,
    both: &'static str,
    (first, one): (&str, &mut Option<A>),
    (second, other): (&str, &mut Option<B>),
) -> Result<(), Conflict> {
    if one.is_none() || other.is_none() {
        return Ok(());
    }
    if first_wins(typed, first, second, both)? {
        *other = None;
    } else {
        *one = None;
    }
    Ok(())
}
