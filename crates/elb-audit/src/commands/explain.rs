//! `elb-audit explain`: one check in full.

use elb_audit_core::docs;
use elb_audit_core::report::Exit;
use elb_audit_core::selection::find;

use super::{Failure, output, print_text, usage};

/// Does what the command line says.
pub(super) fn explain(name: &str) -> Result<Exit, Failure> {
    print_text(&docs::explain(find(name).map_err(usage)?, output::style()))
}
