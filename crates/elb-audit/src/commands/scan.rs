//! `elb-audit scan`: reads accounts, judges them, and tells whom it concerns.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Exit;

use super::pipeline::{Judged, Run};
use super::progress::ProgressLine;
use super::reading::{read, request};
use crate::aws::{Session as AwsSession, Stop};
use crate::cli::Scan;
use crate::collect::{self, Request, Wanted};
use crate::config::Terms;
use crate::error::Error;
use crate::notify::Session;
use crate::output;
use crate::watch::Watch;

/// Does what the command line says.
pub(super) async fn scan(task: &Scan) -> Result<Exit, Error> {
    let shown = !task.report.quiet && !task.source.verbose;
    let destinations = output::destinations(task.report.format, &task.report.output)?;
    let judged = scanned(task, &destinations, shown).await?;
    Ok(judged.told(&task.report))
}

/// Reads and judges an account as the command line says, writes the report to these destinations, tells
/// whom it concerns, and keeps it.
pub(crate) async fn scanned(
    task: &Scan,
    destinations: &[output::Destination],
    shown: bool,
) -> Result<Judged, Error> {
    let judging = Judging::new(task)?;
    let progress = ProgressLine::new(shown);
    let (request, tuning) = (&judging.request, task.source.tuning());
    let session = collect::open(request, &tuning).await?;
    let before = judging.watch.before(Some(session.config())).await?;
    let (inventory, stopped) = read(&session, request, &tuning, &progress).await?;
    let now = inventory.taken_at;
    let Judging { terms, watch, .. } = judging;
    let run = Run { inventory, now, terms, stopped, watch, before };
    Ok(run.judge(destinations, Some(&acting(&session))).await)
}

/// What the command line of a scan says: what to read, what to judge by, and whom to tell.
pub(crate) struct Judging {
    pub(crate) request: Request,
    terms: Terms,
    watch: Watch,
}

impl Judging {
    /// What the options say, as far as that is known without AWS.
    pub(crate) fn new(task: &Scan) -> Result<Self, Error> {
        let terms = Terms::new(&task.report)?;
        let watch = Watch::new(&task.watch, &task.report)?;
        let request = request(&task.source, Wanted::by(&terms.checks))?;
        Ok(Judging { request, terms, watch })
    }

    /// Whether whom it tells is in the accounts themselves.
    pub(crate) fn acts_in_accounts(&self) -> bool {
        self.watch.acts_in_accounts()
    }

    /// Judges what others have read, tells whom it concerns, and keeps the report.
    pub(crate) async fn judged(
        self,
        inventory: Inventory,
        session: &AwsSession,
    ) -> Result<Judged, Error> {
        let Judging { terms, watch, .. } = self;
        let before = watch.before(Some(session.config())).await?;
        let now = inventory.taken_at;
        let run = Run { inventory, now, terms, stopped: Stop::No, watch, before };
        Ok(run.judge(&[], Some(&acting(session))).await)
    }
}

/// What tells others acts as the scan does.
fn acting(session: &AwsSession) -> Session {
    Session { base: session.config().clone(), accounts: session.entered() }
}
