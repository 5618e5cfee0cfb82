//! `elb-audit version`: the same as `--version`.

use elb_audit_core::report::Exit;

use super::print_text;
use crate::cli;
use crate::error::Error;

/// Prints it.
pub(super) fn version() -> Result<Exit, Error> {
    print_text(&cli::command().render_version())
}
