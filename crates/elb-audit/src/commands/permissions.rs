//! `elb-audit permissions`: the IAM policy that a scan needs.

use elb_audit_core::docs;
use elb_audit_core::report::Exit;

use super::{Failure, print_text, usage};
use crate::cli::Permissions;
use crate::config;

/// Does what the command line says.
pub(super) fn permissions(task: &Permissions) -> Result<Exit, Failure> {
    let checks = config::selected(&task.checks, &task.config).map_err(usage)?;
    print_text(&docs::permissions(&docs::calls(&checks), task.purpose))
}
