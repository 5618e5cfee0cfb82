//! `elb-audit check`: judges a saved inventory.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;
use jiff::Timestamp;

use super::open;
use super::pipeline::Pipeline;
use crate::aws::{Session, Stop};
use crate::cli::{CheckFile, Reporting};
use crate::config::RunConfig;
use crate::error::Error;
use crate::output::{Color, Outputs};
use crate::source::Source;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn check(task: &CheckFile, color: Color) -> Result<Exit, Error> {
    let (inventory, _) = Source::Files(&task.files).read().await?;
    let now = task.now.unwrap_or(inventory.taken_at);
    judge_saved(inventory, now, &task.report, color).await
}

/// Judges what was read before.
pub(super) async fn judge_saved(
    inventory: Inventory,
    now: Timestamp,
    report: &Reporting,
    color: Color,
) -> Result<Exit, Error> {
    let config = RunConfig::new(report)?;
    let writing = &report.writing;
    let outputs = Outputs::new(color, writing.standard(), &writing.output, writing.details())?;
    let watch = Watch::for_saved(report)?;
    let session = if watch.is_remote() { Some(open(None).await?) } else { None };
    let previous = watch.read_previous(session.as_ref().map(Session::config)).await?;
    let pipeline = Pipeline { inventory, now, config, stopped: Stop::No, watch, previous };
    Ok(pipeline.focused()?.run(&outputs, None).await.log(report))
}
