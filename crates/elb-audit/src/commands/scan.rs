//! `elb-audit scan`: reads accounts, judges them, and tells whom it concerns.

use std::path::Path;
use std::time::Duration;

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;

use super::pipeline::{Pipeline, RunOutcome};
use super::progress::ProgressLine;
use super::reading::{read, request, until_stopped};
use crate::aws::{Session, Stop, StopClock};
use crate::cli::Scan;
use crate::collect::{self, CollectionPlan, Request};
use crate::config::RunConfig;
use crate::error::Error;
use crate::notify::DeliverySession;
use crate::output::{Color, Outputs};
use crate::signals::Signals;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn scan(task: &Scan, color: Color) -> Result<Exit, Error> {
    let shown = !task.report.quiet && !task.source.verbose;
    let outputs = task.report.writing.outputs(color)?;
    if let Some(state) = &task.watch.state {
        outputs.spare(Path::new(state), "what --state keeps")?;
    }
    let judged = Box::pin(run_scan(task, &outputs, Signals::listen, shown)).await?;
    Ok(judged.log(&task.report))
}

/// Reads and judges an account as the command line says, writes the report to these outputs, tells
/// whom it concerns, and keeps it.
pub(crate) async fn run_scan(
    task: &Scan,
    outputs: &Outputs,
    signals: fn() -> Signals,
    shown: bool,
) -> Result<RunOutcome, Error> {
    let prepared = PreparedScan::new(task)?;
    if let Some(file) = prepared.config.file() {
        outputs.spare(file, "the configuration")?;
    }
    let signals = signals();
    // Getting hold of credentials may take its time already.
    let progress = ProgressLine::new(shown);
    let (request, tuning) = (&prepared.request, task.source.tuning(task.report.quiet));
    let clock = StopClock::start(&tuning, signals.first());
    let session = Box::pin(until_stopped(&clock, collect::open(request, &tuning))).await??;
    let (watch, aws) = (&prepared.watch, session.config());
    let previous = async {
        tokio::select! {
            biased;
            previous = watch.read_previous(Some(aws), clock.left()) => previous,
            () = clock.gone_off() => watch.without_previous(),
        }
    };
    let read = read(&session, request, &tuning, &clock, progress);
    let (previous, (inventory, stopped)) = if watch.is_remote() {
        // An object may come drop by drop, which must not keep anybody from reading.
        tokio::try_join!(async { Ok::<_, Error>(previous.await?) }, read)?
    } else {
        // A baseline that is not there should be known before anything is read.
        (previous.await?, read.await?)
    };
    drop(clock);
    let now = inventory.taken_at;
    let PreparedScan { config, watch, .. } = prepared;
    let pipeline = Pipeline { inventory, now, config, stopped, signals, watch, previous };
    let pipeline = pipeline.focused()?;
    Ok(pipeline.run(outputs, Some(session.config()), Some(&delivery_session(&session))).await)
}

/// What the command line of a scan says: what to read, what to judge by, and whom to tell.
pub(crate) struct PreparedScan {
    pub(crate) request: Request,
    config: RunConfig,
    watch: Watch,
}

impl PreparedScan {
    /// What the options say, as far as that is known without AWS.
    pub(crate) fn new(task: &Scan) -> Result<Self, Error> {
        let config = RunConfig::new(&task.report)?;
        let watch = Watch::new(&task.watch, &task.report)?;
        let plan = CollectionPlan::for_checks(&config.checks);
        let mut request = request(&task.source, plan, config.focus.clone())?;
        request.acts = watch.actions_in_accounts();
        Ok(PreparedScan { request, config, watch })
    }

    /// Whether whom it tells is in the accounts themselves.
    pub(crate) fn acts_in_accounts(&self) -> bool {
        !self.request.acts.is_empty()
    }

    /// Judges what others have read, tells whom it concerns, and keeps the report. What it is compared with is
    /// waited for so long.
    pub(crate) async fn run_with(
        self,
        inventory: Inventory,
        session: &Session,
        longest: Duration,
    ) -> Result<RunOutcome, Error> {
        let PreparedScan { config, watch, .. } = self;
        let previous = watch.read_previous(Some(session.config()), longest).await?;
        let (now, signals) = (inventory.taken_at, Signals::ignored());
        let pipeline =
            Pipeline { inventory, now, config, stopped: Stop::No, signals, watch, previous };
        Ok(pipeline.focused()?.run(&Outputs::NONE, None, Some(&delivery_session(session))).await)
    }
}

/// What tells others acts as the scan does.
fn delivery_session(session: &Session) -> DeliverySession {
    DeliverySession { base: session.config().clone(), accounts: session.entered() }
}
