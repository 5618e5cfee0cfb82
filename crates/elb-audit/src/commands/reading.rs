//! Reads accounts until they are read, the time is up or the user has had enough.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::policy::focus::Focus;

use super::progress::ProgressLine;
use crate::aws::{Session, Stop, StopClock, Tuning};
use crate::cli::Reading;
use crate::collect::{CollectionPlan, Request};
use crate::config::accounts;
use crate::error::Error;
use crate::source::Source;

/// Reads what is asked for until it is read, the time is up or the user has had enough. The line of progress
/// is gone by then.
pub(super) async fn read(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    clock: &StopClock,
    progress: ProgressLine,
) -> Result<(Inventory, Stop), Error> {
    let progress = move |how_far| progress.show(how_far);
    let source = Source::Aws { session, request, tuning, clock, progress: &progress };
    Ok(source.read().await?)
}

/// Waits for something before anything is read, until the time is up or the user has had enough.
pub(super) async fn until_stopped<T>(
    clock: &StopClock,
    ready: impl Future<Output = T>,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        ready = ready => Ok(ready),
        () = clock.gone_off() => Err(Error::StoppedEarly(match *clock.signal().borrow() {
            Stop::Interrupted => "interrupted before anything was read",
            Stop::Deadline | Stop::No => "the time was up (--timeout) before anything was read",
        })),
    }
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
