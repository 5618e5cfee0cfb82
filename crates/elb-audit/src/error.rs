//! Why a command ends without its result, and the exit code that says so.

use std::path::PathBuf;

use elb_audit_core::policy::selection::UnknownCheck;
use elb_audit_core::report::Exit;
use elb_audit_core::report::fingerprint::NotNamed;
use elb_audit_core::vocab::fact::Reason;
use jiff::civil::Date;

use crate::aws::AccessError;
use crate::aws::s3::S3Error;
use crate::config::ConfigError;
use crate::config::accounts::AccountsError;
use crate::output::OutputError;
use crate::source::SourceError;
use crate::source::file::FileError;
use crate::state::{LocationError, StateError};
use crate::watch::WatchOptionError;

/// Why a command ends without its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration cannot be used, or leaves nothing to do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The accounts that are named cannot be chosen.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// What to compare with, or whom to tell, is not understood.
    #[error(transparent)]
    WatchOption(#[from] WatchOptionError),
    /// A report to compare is nowhere.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// A report to compare with cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// No check has this name.
    #[error(transparent)]
    Check(#[from] UnknownCheck),
    /// A finding, or the report that should have it, cannot be had.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// A finding cannot be accepted.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// What is to be fixed cannot be.
    #[error(transparent)]
    Fix(#[from] FixError),
    /// A report cannot be written where it should be.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// There is no inventory.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The inventory cannot be saved.
    #[error(transparent)]
    Save(FileError),
    /// None of the load balancers that are asked for is there.
    #[error("{0}")]
    NoLoadBalancer(String),
    /// What was saved holds nothing that could be assessed.
    #[error("{0}")]
    NothingAssessed(String),
    /// It was stopped before there was anything to report.
    #[error("{0}")]
    StoppedEarly(&'static str),
    /// Reading ended early; the exit code says how.
    #[error("{why}; what had been read is saved")]
    CutShort {
        /// The exit code.
        exit: Exit,
        /// Why.
        why: &'static str,
    },
}

impl From<AccessError> for Error {
    fn from(error: AccessError) -> Self {
        Error::Source(SourceError::Aws(error))
    }
}

impl Error {
    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Error::Config(_)
            | Error::Accounts(_)
            | Error::WatchOption(_)
            | Error::Location(_)
            | Error::Check(_)
            | Error::Source(SourceError::Aws(AccessError::Usage(_)) | SourceError::File(_)) => {
                Exit::Usage
            }
            Error::Source(SourceError::Aws(AccessError::Unreachable(_)))
            | Error::NoLoadBalancer(_)
            | Error::StoppedEarly(_)
            | Error::NothingAssessed(_) => Exit::NothingAssessed,
            Error::State(error) | Error::Finding(FindingError::State(error)) => of_report(error),
            Error::Accept(AcceptError::Write { error, .. }) if has_no_room(error) => {
                Exit::DeliveryFailed
            }
            Error::Accept(_) | Error::Finding(_) | Error::Fix(_) => Exit::Usage,
            Error::Save(_) => Exit::DeliveryFailed,
            Error::Output(error) => match error {
                OutputError::StandardOutput(_)
                | OutputError::S3(_)
                | OutputError::WithoutAws(_) => Exit::DeliveryFailed,
                OutputError::Format { .. }
                | OutputError::Place(..)
                | OutputError::OneFile(_)
                | OutputError::OtherOnStandard { .. }
                | OutputError::Overwrites(..)
                | OutputError::Named { .. }
                | OutputError::Contradicts { .. }
                | OutputError::Ambiguous { .. }
                | OutputError::Twice(_)
                | OutputError::Option(..)
                | OutputError::File(..) => Exit::Usage,
            },
            Error::CutShort { exit, .. } => *exit,
        }
    }
}

/// Whether nothing is wrong with a file but that there is no more room.
fn has_no_room(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// The exit code where a report cannot be read: nothing is wrong with the command line where nobody has
/// signed in.
fn of_report(error: &StateError) -> Exit {
    match error {
        StateError::S3(S3Error::Refused { reason: Reason::NoCredentials, .. }) => {
            Exit::NothingAssessed
        }
        _ => Exit::Usage,
    }
}

/// Why a finding, or the report that should have it, cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FindingError {
    /// An option names no place for a report.
    #[error("{0}: {1}")]
    Location(&'static str, LocationError),
    /// Nobody writes to standard input.
    #[error("give the report: {0} FILE")]
    NoInput(&'static str),
    /// A fingerprint means nothing without a report.
    #[error(
        "`{0}` is no check; for a finding with this fingerprint give its report: --report FILE"
    )]
    OfNoReport(String),
    /// The report cannot be read.
    #[error(transparent)]
    State(StateError),
    /// The saved inventory cannot be used.
    #[error(transparent)]
    Inventory(#[from] FileError),
    /// No finding is meant, or several are.
    #[error(transparent)]
    NotNamed(#[from] NotNamed),
}

/// Why nothing can be fixed as the command line says.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// Only faults are fixed.
    #[error("{0} is no fault: it is a note, unknown or accepted")]
    NoFault(String),
    /// A state of Terraform that cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, crate::files::read::ReadError),
    /// A file that is no state of Terraform.
    #[error("cannot use {0}: it {1}")]
    State(String, elb_audit_core::fix::StateError),
    /// Load balancers that are named and not there.
    #[error("--load-balancer {0}: no load balancer that was read is named so")]
    NoLoadBalancer(String),
    /// Scripts of the folder have run, and can still be taken back by what lies beside them.
    #[error(
        "{0} holds what scripts that ran have captured: take them back, or name another folder with -o"
    )]
    Captured(String),
    /// A variable without a value.
    #[error("--set {0}: NAME=VALUE is needed")]
    NoPair(String),
    /// A variable that no script has, or a value that no such thing can have.
    #[error("--set {0}: no script has such a variable, or it cannot have this value")]
    NoChoice(String),
}

/// Why a finding cannot be accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// An option says nothing.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// The last day has passed.
    #[error("--expires {0}: that day is over")]
    Expired(Date),
    /// The configuration cannot be used as it is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It is not known whether there is a fault.
    #[error("{check} is unknown for {subject}: there is nothing to accept before it is known")]
    Unknown {
        /// Id of the check.
        check: String,
        /// What it was about.
        subject: String,
    },
    /// There is no fault.
    #[error("{check} passes for {subject}")]
    Passes {
        /// Id of the check.
        check: String,
        /// What it was about.
        subject: String,
    },
    /// Somebody else answers for it.
    #[error(
        "already accepted by {owner}{}: {reason}",
        .until.map(|last| format!(" until {last}")).unwrap_or_default()
    )]
    Already {
        /// Who.
        owner: String,
        /// Until when, if it ends.
        until: Option<Date>,
        /// Why.
        reason: String,
    },
    /// The file would be wrong with the entry at its end.
    #[error("the entry cannot be added at the end: {0}")]
    Spoilt(ConfigError),
    /// The file would say something else with the entry at its end.
    #[error("the entry cannot be added at the end of {}", .0.display())]
    Misread(PathBuf),
    /// The configuration cannot be written.
    #[error("cannot write {}: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}
