//! `elb-audit explain`: one check in full, or one finding of a report.

use elb_audit_core::docs;
use elb_audit_core::policy::selection;
use elb_audit_core::report::Exit;

use super::{finding, print_text};
use crate::cli::Explain;
use crate::error::{Error, FindingError};
use crate::output::{self, Color};

/// Does what the command line says. What is the name of a check means the check.
pub(super) async fn explain(task: &Explain, color: Color) -> Result<Exit, Error> {
    let style = output::style(color);
    let unknown = match selection::find(&task.what) {
        Ok(check) => return print_text(&docs::explain(check, style)),
        Err(unknown) => unknown,
    };
    if !is_hexadecimal(&task.what) {
        return Err(unknown.into());
    }
    let Some(report) = finding::report_of(&task.source).await? else {
        return Err(FindingError::OfNoReport(task.what.clone()).into());
    };
    let finding = finding::find(&report, &task.what)?;
    print_text(&docs::explain_finding(&report, &finding, style))
}

/// Whether it could be the beginning of a fingerprint.
fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
