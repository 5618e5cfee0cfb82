//! `elb-audit explain`: one check in full.

use elb_audit_core::docs;
use elb_audit_core::report::Exit;
use elb_audit_core::selection::find;

use super::{Failure, output, printed, usage};

/// Does what the command line says.
pub(super) fn explain(name: &str) -> Result<Exit, Failure> {
    printed(&docs::explain(find(name).map_err(usage)?, output::style()))
}
