//! Reads accounts until they are read, the time is up or the user has had enough.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;
use tokio::sync::watch;

use super::progress::Progress;
use super::{Failure, usage};
use crate::aws::{Session, Stop, Tuning};
use crate::cli::Reading;
use crate::collect::{self, Request, Wanted};
use crate::log::say;

/// Reads what is asked for until it is read, the time is up or the user has had enough.
pub(super) async fn read(
    session: &Session,
    request: &Request,
    (tuning, progress): (&Tuning, &Progress),
) -> Result<(Inventory, Stop), Failure> {
    let (stop, stopped) = watch::channel(Stop::No);
    let (deadline, clock) = (tuning.deadline, tuning.sleep.clone());
    let watcher = tokio::spawn(async move {
        use aws_smithy_async::rt::sleep::AsyncSleep as _;
        tokio::select! {
            () = clock.sleep(deadline) => { stop.send_replace(Stop::Deadline); }
            signal = tokio::signal::ctrl_c() => if signal.is_ok() {
                say(format_args!("stopping: what has been read is reported; once more to quit at once"));
                stop.send_replace(Stop::Interrupted);
            }
        }
        quit_at_ctrl_c().await;
    });
    let done = |region: &_, counts| progress.done(region, counts);
    let how = (tuning, stopped.clone());
    let inventory = Box::pin(collect::collect(session, request, how, &done)).await;
    watcher.abort();
    // From here on nothing is learned any more: the first Ctrl-C ends the program.
    tokio::spawn(quit_at_ctrl_c());
    let stopped = *stopped.borrow();
    Ok((inventory?, stopped))
}

/// What to read, and how.
pub(super) fn request(source: &Reading, wanted: Wanted) -> Result<Request, Failure> {
    let accounts = source.accounts.wanted().map_err(usage)?;
    Ok(Request {
        profile: source.profile.clone(),
        regions: source.regions(),
        accounts,
        wanted,
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
