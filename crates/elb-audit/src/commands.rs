//! The commands, one a file.

use std::io;

use elb_audit_core::report::Exit;

use crate::aws::{AccessError, Session, Tuning};
use crate::cli::{Cli, Task, environment};
use crate::error::Error;
use crate::log::say;
use crate::output::{self, OutputError};
use crate::signals;

mod accept;
mod check;
mod checks;
mod collect;
mod demo;
mod diff;
mod explain;
mod finding;
mod fix;
mod missing;
mod permissions;
mod pipeline;
mod progress;
mod reading;
mod scan;
mod version;

pub(crate) use pipeline::RunOutcome;
pub(crate) use scan::{PreparedScan, run_scan};

/// Does what the command line says; the exit code.
pub async fn run(cli: Cli) -> Exit {
    if let Some(warning) = environment::warning(std::env::vars_os()).filter(|_| !cli.is_quiet()) {
        say(format_args!("{warning}"));
    }
    signals::survive_limits();
    let color = cli.color;
    let done = match cli.task {
        Task::Scan(scan) => scan::scan(&scan, color).await,
        Task::Demo(report) => demo::demo(&report, color).await,
        Task::Collect(collect) => collect::collect(&collect).await,
        Task::Check(task) => check::check(&task, color).await,
        Task::Diff(task) => diff::diff(&task, color).await,
        Task::Checks(task) => checks::checks(&task, color),
        Task::Explain(task) => explain::explain(&task, color).await,
        Task::Permissions(task) => permissions::permissions(&task).await,
        Task::Accept(task) => accept::accept(&task).await,
        Task::Fix(task) => fix::fix(&task).await,
        Task::Version => version::version(),
    };
    done.unwrap_or_else(|error| {
        say(format_args!("error: {error}"));
        error.exit()
    })
}

/// Finds credentials for whatever is not a scan.
async fn open(profile: Option<&str>) -> Result<Session, AccessError> {
    Session::open(profile, None, &Tuning::default()).await
}

/// Writes a text to standard output.
fn print_text(text: &str) -> Result<Exit, Error> {
    print(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output.
fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<Exit, Error> {
    output::print(write).map_err(OutputError::StandardOutput)?;
    Ok(Exit::Clean)
}
