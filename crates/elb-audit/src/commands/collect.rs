//! `elb-audit collect`: reads accounts and saves what was read.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::report::{Exit, Gate};

use super::pipeline::cut_short;
use super::progress::ProgressLine;
use super::reading::{read, request};
use super::{Failure, output, usage};
use crate::cli::Collect;
use crate::config;
use crate::log::say;
use crate::source::file;

/// Does what the command line says.
pub(super) async fn collect(task: &Collect) -> Result<Exit, Failure> {
    if task.output != std::path::Path::new("-") {
        let name = task.output.display();
        output::writable(&task.output)
            .map_err(|error| usage(format!("cannot write {name}: {error}")))?;
    }
    let shown = !task.quiet && !task.source.verbose;
    let progress = ProgressLine::new(shown);
    let wanted = config::wanted(&task.checks).map_err(usage)?;
    let (request, tuning) = (request(&task.source, wanted)?, task.source.tuning());
    let session = crate::collect::open(&request, &tuning).await?;
    let (inventory, stopped) = read(&session, &request, &tuning, &progress).await?;
    if let Err(error) = file::write(&task.output, &inventory) {
        return Err(Failure { exit: Exit::DeliveryFailed, message: error.to_string() });
    }
    let report = audit(&inventory, &[], &Options::at(inventory.taken_at));
    let (exit, why) = report.exit(Gate { fail_on: None, strict: false, only_new: false });
    if exit == Exit::NothingAssessed {
        return Err(Failure { exit, message: why });
    }
    if let Some((exit, said)) = cut_short(&inventory, stopped) {
        return Err(Failure { exit, message: format!("{said}; what had been read is saved") });
    }
    if !task.quiet {
        let (balancers, gaps) = (report.summary.load_balancers, report.gaps.len());
        say(format_args!("saved {balancers} load balancers; gaps: {gaps}"));
    }
    Ok(Exit::Clean)
}
