//! The commands, one a file.

use std::io;

use elb_audit_core::report::Exit;

use crate::aws::{AccessError, Session, Tuning};
use crate::cli::{Cli, Task};
use crate::log::say;
use crate::source::SourceError;

mod accept;
mod check;
mod checks;
mod collect;
mod demo;
mod diff;
mod explain;
mod output;
mod permissions;
mod pipeline;
mod progress;
mod reading;
mod scan;

pub(crate) use pipeline::Judged;
pub(crate) use scan::{Judging, scanned};

/// Why a run ended before it had a report.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) exit: Exit,
    message: String,
}

fn usage(message: impl Into<String>) -> Failure {
    Failure { exit: Exit::Usage, message: message.into() }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let exit = match error {
            SourceError::Aws(AccessError::Unreachable(_)) => Exit::NothingAssessed,
            SourceError::Aws(AccessError::Usage(_)) | SourceError::File(_) => Exit::Usage,
        };
        Failure { exit, message: error.to_string() }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        SourceError::from(error).into()
    }
}

/// Does what the command line says; the exit code.
pub async fn run(cli: Cli) -> Exit {
    let done = match cli.task {
        Task::Scan(scan) => scan::scan(&scan).await,
        Task::Demo(report) => demo::demo(&report).await,
        Task::Collect(collect) => collect::collect(&collect).await,
        Task::Check(task) => check::check(&task).await,
        Task::Diff(task) => diff::diff(&task).await,
        Task::Checks(task) => checks::checks(&task),
        Task::Explain(task) => explain::explain(&task.check),
        Task::Permissions(task) => permissions::permissions(&task),
        Task::Accept(task) => accept::accept(&task),
    };
    done.unwrap_or_else(|failure| {
        say(format_args!("error: {}", failure.message));
        failure.exit
    })
}

/// Finds credentials for whatever is not a scan.
async fn open(profile: Option<&str>) -> Result<Session, AccessError> {
    Session::open(profile, None, &Tuning::default()).await
}

/// Writes a text to standard output.
fn print_text(text: &str) -> Result<Exit, Failure> {
    print(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output.
fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<Exit, Failure> {
    output::print(write).map(|()| Exit::Clean).map_err(|error| Failure {
        exit: Exit::DeliveryFailed,
        message: format!("cannot write to standard output: {error}"),
    })
}
