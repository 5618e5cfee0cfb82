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
use crate::files::read::Bounds;
use crate::output::{Color, Outputs};
use crate::signals::Signals;
use crate::source::Source;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn check(task: &CheckFile, color: Color) -> Result<Exit, Error> {
    let outputs = task.report.writing.outputs(color)?;
    for file in &task.files {
        outputs.spare(file, "the inventory")?;
    }
    let (inventory, _) = Source::Files(&task.files).read().await?;
    let now = task.now.unwrap_or(inventory.taken_at);
    judge_saved(inventory, now, &task.report, &outputs).await
}

/// Judges what was read before.
pub(super) async fn judge_saved(
    inventory: Inventory,
    now: Timestamp,
    report: &Reporting,
    outputs: &Outputs,
) -> Result<Exit, Error> {
    let how = RunConfig::new(report)?;
    if let Some(file) = how.file() {
        outputs.spare(file, "the configuration")?;
    }
    let watch = Watch::for_saved(report)?;
    let remote = watch.is_remote() || outputs.is_remote();
    let session = if remote { Some(open(None).await?) } else { None };
    let config = session.as_ref().map(Session::config);
    let previous = watch.read_previous(config, Bounds::DOCUMENT.longest).await?;
    let signals = Signals::ignored();
    let pipeline =
        Pipeline { inventory, now, config: how, stopped: Stop::No, signals, watch, previous };
    Ok(Box::pin(pipeline.focused()?.run(outputs, config, None)).await.log(report))
}
