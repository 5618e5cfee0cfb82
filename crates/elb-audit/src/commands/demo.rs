//! `elb-audit demo`: judges the account that ships with the program.

use elb_audit_core::demo;
use elb_audit_core::report::Exit;

use super::Failure;
use super::check::judge_saved;
use crate::cli::Reporting;

/// Does what the command line says.
pub(super) async fn demo(report: &Reporting) -> Result<Exit, Failure> {
    let inventory = demo::inventory();
    let now = inventory.taken_at;
    judge_saved(inventory, now, report).await
}
