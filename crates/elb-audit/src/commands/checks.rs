//! `elb-audit checks`: lists the checks.

use elb_audit_core::check::Check;
use elb_audit_core::report::Exit;
use elb_audit_core::{checks, docs};

use super::print_text;
use crate::cli::{Checks, ListFormat};
use crate::error::Error;
use crate::output::{self, Color};

/// Does what the command line says.
pub(super) fn checks(task: &Checks, color: Color) -> Result<Exit, Error> {
    let heard = |check: &&Check| task.persona.is_none_or(|persona| check.persona <= persona);
    let listed: Vec<&Check> = checks::ALL.iter().copied().filter(heard).collect();
    let text = if task.format == ListFormat::Json {
        docs::checks_json(&listed)
    } else {
        docs::checks_text(&listed, output::style(color))
    };
    print_text(&text)
}
