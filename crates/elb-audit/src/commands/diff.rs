//! `elb-audit diff`: says what has changed from one report to another.

use elb_audit_core::audit::compare;
use elb_audit_core::policy::config::FailOn;
use elb_audit_core::render::{Filter, Style};
use elb_audit_core::report::Exit;
use elb_audit_core::vocab::severity::Severity;

use super::{open, print};
use crate::aws::Session;
use crate::cli::Diff;
use crate::error::Error;
use crate::log::say;
use crate::output::{self, Color};
use crate::state::StateLocation;

/// Does what the command line says.
pub(super) async fn diff(task: &Diff, color: Color) -> Result<Exit, Error> {
    let locations = [&task.before, &task.after].map(|text| StateLocation::parse(text));
    let [before, after] = locations;
    let (before, after) = (before?, after?);
    let remote = before.is_remote() || after.is_remote();
    let session = if remote { Some(open(task.profile.as_deref()).await?) } else { None };
    let config = session.as_ref().map(Session::config);
    let before = before.read_required(config).await?;
    let mut after = after.read_required(config).await?;
    if before.taken_at > after.taken_at {
        say(format_args!("note: the first report is the later one"));
    }
    compare::compare(&before, &mut after);
    let lost = after.comparison.as_ref().is_some_and(|comparison| {
        !comparison.not_assessed.is_empty() || !comparison.lost.is_empty()
    });
    let news = after.news();
    let filter = Filter { min_severity: task.min_severity, only_new: false };
    let style = Style { filter, ..output::style(color) };
    print(|out| task.format.render_changes(&mut after, style, out))?;
    let floor = match task.fail_on {
        FailOn::From(severity) => Some(severity),
        FailOn::Never => None,
    };
    let worse = Severity::WORST_FIRST
        .into_iter()
        .any(|severity| floor.is_some_and(|floor| severity >= floor) && news.count(severity) > 0);
    Ok(match (task.strict && lost, worse) {
        (true, _) => Exit::Incomplete,
        (_, true) => Exit::Findings,
        _ => Exit::Clean,
    })
}
