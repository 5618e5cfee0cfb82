//! `elb-audit check`: judges a saved inventory.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;
use jiff::Timestamp;

use super::pipeline::Run;
use super::{Failure, open, output, usage};
use crate::aws::{Session as AwsSession, Stop};
use crate::cli::{CheckFile, Reporting};
use crate::config::Terms;
use crate::source::Source;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn check(task: &CheckFile) -> Result<Exit, Failure> {
    let (inventory, _) = Source::File(&task.file).read().await?;
    let now = task.now.unwrap_or(inventory.taken_at);
    judge_saved(inventory, now, &task.report).await
}

/// Judges what was read before.
pub(super) async fn judge_saved(
    inventory: Inventory,
    now: Timestamp,
    report: &Reporting,
) -> Result<Exit, Failure> {
    let terms = Terms::new(report).map_err(usage)?;
    let destinations = output::destinations(&report.format, &report.output).map_err(usage)?;
    let watch = Watch::of_saved(report).map_err(usage)?;
    let session = if watch.is_remote() { Some(open(None).await?) } else { None };
    let before = watch.before(session.as_ref().map(AwsSession::config)).await.map_err(usage)?;
    let run = Run { inventory, now, terms, stopped: Stop::No, watch, before };
    Ok(run.judge(&destinations, None).await.told(report))
}
