//! `elb-audit check`: judges a saved inventory.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;
use jiff::Timestamp;

use super::open;
use super::pipeline::Run;
use crate::aws::{Session as AwsSession, Stop};
use crate::cli::{CheckFile, Reporting};
use crate::config::Terms;
use crate::error::Error;
use crate::output;
use crate::source::Source;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn check(task: &CheckFile) -> Result<Exit, Error> {
    let (inventory, _) = Source::File(&task.file).read().await?;
    let now = task.now.unwrap_or(inventory.taken_at);
    judge_saved(inventory, now, &task.report).await
}

/// Judges what was read before.
pub(super) async fn judge_saved(
    inventory: Inventory,
    now: Timestamp,
    report: &Reporting,
) -> Result<Exit, Error> {
    let terms = Terms::new(report)?;
    let destinations = output::destinations(report.format, &report.output)?;
    let watch = Watch::of_saved(report)?;
    let session = if watch.is_remote() { Some(open(None).await?) } else { None };
    let before = watch.before(session.as_ref().map(AwsSession::config)).await?;
    let run = Run { inventory, now, terms, stopped: Stop::No, watch, before };
    Ok(run.judge(&destinations, None).await.told(report))
}
