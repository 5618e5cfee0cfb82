//! `elb-audit explain`: one check in full.

use elb_audit_core::docs;
use elb_audit_core::policy::selection::find;
use elb_audit_core::report::Exit;

use super::print_text;
use crate::error::Error;
use crate::output;

/// Does what the command line says.
pub(super) fn explain(name: &str) -> Result<Exit, Error> {
    print_text(&docs::explain(find(name)?, output::style()))
}
