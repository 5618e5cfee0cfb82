//! `elb-audit demo`: judges the account that ships with the program.

use elb_audit_core::fixtures::demo;
use elb_audit_core::report::Exit;

use super::check::judge_saved;
use crate::cli::Reporting;
use crate::error::Error;
use crate::output::Color;

/// Does what the command line says.
pub(super) async fn demo(report: &Reporting, color: Color) -> Result<Exit, Error> {
    let outputs = report.writing.outputs(color)?;
    let inventory = demo::inventory();
    let now = inventory.taken_at;
    judge_saved(inventory, now, report, &outputs).await
}
