//! `elb-audit permissions`: the IAM policy that a scan needs.

use elb_audit_core::check::plan;
use elb_audit_core::docs;
use elb_audit_core::report::Exit;

use super::print_text;
use crate::cli::Permissions;
use crate::config;
use crate::error::Error;

/// Does what the command line says.
pub(super) fn permissions(task: &Permissions) -> Result<Exit, Error> {
    let checks = config::selected(&task.checks, &task.config)?;
    print_text(&docs::permissions(&plan::calls(&checks), task.purpose))
}
