//! Reads accounts until they are read, the time is up or the user has had enough.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::report::Exit;

use super::progress::ProgressLine;
use crate::aws::{Session, Stop, StopClock, Tuning};
use crate::cli::Reading;
use crate::collect::{CollectionPlan, Request};
use crate::config::accounts;
use crate::error::Error;
use crate::log::say;
use crate::source::Source;

/// Reads what is asked for until it is read, the time is up or the user has had enough. The line of progress
/// is gone by then.
pub(super) async fn read(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    progress: ProgressLine,
) -> Result<(Inventory, Stop), Error> {
    let clock = StopClock::start(tuning, interrupted());
    let gone_off = clock.gone_off();
    // From then on nothing is learned any more: the next Ctrl-C ends the program.
    tokio::spawn(async move {
        gone_off.await;
        quit_at_ctrl_c().await;
    });
    let progress = move |how_far| progress.show(how_far);
    let source = Source::Aws { session, request, tuning, clock: &clock, progress: &progress };
    Ok(source.read().await?)
}

/// Waits for the first Ctrl-C.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    say(format_args!("stopping: what has been read is reported; once more to quit at once"));
}

/// What to read, and how; of these load balancers, if it is not all.
pub(super) fn request(
    source: &Reading,
    plan: CollectionPlan,
    focus: Option<Focus>,
) -> Result<Request, Error> {
    let accounts = accounts::select(&source.accounts)?;
    let mut regions = source.regions();
    let anywhere = regions.only.is_empty() && !source.all_regions;
    if let Some(own) = focus.as_ref().and_then(Focus::regions).filter(|_| anywhere) {
        regions.only = own.into_iter().map(str::to_owned).collect();
    }
    Ok(Request {
        focus,
        profiles: source.profiles.chosen(),
        regions,
        accounts,
        plan,
        acts: Vec::new(),
        max_workers: source.max_workers,
        max_rps: source.max_rps,
        one_at_a_time: source.no_parallel,
        verbose: source.verbose,
    })
}

/// Ends the program at the next Ctrl-C.
async fn quit_at_ctrl_c() {
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(i32::from(Exit::Incomplete.code()));
    }
}
