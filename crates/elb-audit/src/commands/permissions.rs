//! `elb-audit permissions`: the IAM policy that a scan needs, or what one was denied.

use elb_audit_core::check::plan;
use elb_audit_core::docs;
use elb_audit_core::report::Exit;

use super::{finding, print_text};
use crate::cli::Permissions;
use crate::config;
use crate::error::Error;
use crate::log::say;

/// Does what the command line says.
pub(super) async fn permissions(task: &Permissions) -> Result<Exit, Error> {
    if let Some(place) = &task.missing {
        return missing(place).await;
    }
    let checks = config::selected(&task.checks, &task.config)?;
    if task.purpose == docs::Purpose::Fix {
        return print_text(&docs::permissions_to_fix(&checks));
    }
    print_text(&docs::permissions(&plan::calls(&checks), task.purpose))
}

/// Prints what a report's scan was denied; nothing where that is nothing.
async fn missing(place: &str) -> Result<Exit, Error> {
    let report = finding::read("--missing", place, None).await?;
    let docs::Missing { policy, denied_explicitly } = docs::missing_permissions(&report);
    for action in denied_explicitly {
        say(format_args!("note: {action} is denied explicitly: it has to be allowed there, too"));
    }
    let Some(policy) = policy else {
        say(format_args!("nothing is missing: the scan was denied no action"));
        return Ok(Exit::Clean);
    };
    print_text(&policy)
}
