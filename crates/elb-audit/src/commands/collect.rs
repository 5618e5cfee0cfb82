//! `elb-audit collect`: reads accounts and saves what was read.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::report::{Exit, Gate};

use super::pipeline::cut_short;
use super::progress::ProgressLine;
use super::reading::{read, request, until_stopped};
use crate::aws::StopClock;
use crate::cli::Collect;
use crate::config;
use crate::error::Error;
use crate::log::say;
use crate::output::{self, OutputError};
use crate::signals::Signals;
use crate::source::file;

/// Does what the command line says.
pub(super) async fn collect(task: &Collect) -> Result<Exit, Error> {
    if task.output != std::path::Path::new("-") {
        output::check_writable(&task.output)
            .map_err(|error| OutputError::File(task.output.display().to_string(), error))?;
    }
    let shown = !task.quiet && !task.source.verbose;
    let progress = ProgressLine::new(shown);
    let plan = config::collection_plan(&task.checks)?;
    let (request, tuning) = (request(&task.source, plan, None)?, task.source.tuning(task.quiet));
    let signals = Signals::listen();
    let clock = StopClock::start(&tuning, signals.first());
    let session =
        Box::pin(until_stopped(&clock, crate::collect::open(&request, &tuning))).await??;
    let (inventory, stopped) = read(&session, &request, &tuning, &clock, progress).await?;
    file::write(&task.output, &inventory, task.output_mode).map_err(Error::Save)?;
    let report = audit(&inventory, &[], &Options::at(inventory.taken_at));
    let (exit, why) = report.exit(Gate { fail_on: None, strict: false, only_new: false });
    if exit == Exit::NothingAssessed {
        return Err(Error::NothingAssessed(why));
    }
    if let Some((exit, why)) = cut_short(&inventory, stopped) {
        return Err(Error::CutShort { exit, why });
    }
    if signals.came() {
        let (exit, why) = (Exit::Incomplete, "interrupted after everything was read");
        return Err(Error::CutShort { exit, why });
    }
    if !task.quiet {
        let (balancers, gaps) = (report.summary.load_balancers, report.gaps.len());
        say(format_args!("saved {balancers} load balancers; gaps: {gaps}"));
    }
    Ok(Exit::Clean)
}
