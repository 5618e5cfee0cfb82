//! From an inventory to a report, its bytes, its messages and the exit code.

use aws_types::SdkConfig;
use elb_audit_core::audit::audit;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{Exit, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Reason;
use jiff::Timestamp;

use super::missing;
use crate::aws::Stop;
use crate::cli::Reporting;
use crate::config::RunConfig;
use crate::error::Error;
use crate::log::say;
use crate::notify::DeliverySession;
use crate::output::{OutputError, Outputs};
use crate::signals::Signals;
use crate::watch::{Previous, Told, Watch, WatchError};

/// Facts, what to judge them by, and what to compare the judgement with.
pub(super) struct Pipeline {
    pub(super) inventory: Inventory,
    pub(super) now: Timestamp,
    pub(super) config: RunConfig,
    pub(super) stopped: Stop,
    pub(super) signals: Signals,
    pub(super) watch: Watch,
    pub(super) previous: Previous,
}

impl Pipeline {
    /// Refuses to judge when none of the load balancers that are asked for is there.
    pub(super) fn focused(self) -> Result<Self, Error> {
        if let Some(focus) = &self.config.focus {
            missing::check(focus, &self.inventory)?;
        }
        Ok(self)
    }

    /// Judges, writes the report, and tells whom it concerns. Reports are written to S3 with this
    /// configuration.
    pub(super) async fn run(
        self,
        outputs: &Outputs,
        config: Option<&SdkConfig>,
        session: Option<&DeliverySession>,
    ) -> RunOutcome {
        let Pipeline { inventory, now, config: how, stopped, signals, watch, previous } = self;
        let (checks, gate, filter) = (how.checks.clone(), how.gate, how.filter);
        let lacking = how.focus.as_ref().and_then(|focus| missing::some(focus, &inventory));
        let mut report = audit(&inventory, &checks, &how.options(now));
        let mut cut = cut_short(&inventory, stopped);
        // The report of a very large account needs the room.
        drop(inventory);
        Watch::compare(&previous, &mut report);
        let written = outputs.deliver(&report, filter, config).await;
        let mut failures: Vec<Undelivered> = written.into_iter().map(Into::into).collect();
        let (mut exit, mut why) = report.exit(gate);
        // What is awaited in there is too deep for the compiler otherwise.
        let telling = Box::pin(watch.tell(previous, &mut report, session, &signals));
        let Told { to: told, failed } = telling.await;
        failures.extend(failed.into_iter().map(Undelivered::from));
        if cut.is_none() && signals.came() {
            cut = Some((Exit::Incomplete, "interrupted after everything was read"));
        }
        if let Some((cut, said)) = cut
            && exit != Exit::NothingAssessed
        {
            (exit, why) = (cut, format!("{said}; {}", report.counted(gate)));
        }
        if let Some(lacking) = lacking
            && matches!(exit, Exit::Clean | Exit::Findings)
        {
            (exit, why) = (Exit::Incomplete, format!("{lacking}; {why}"));
        }
        if !failures.is_empty() && matches!(exit, Exit::Clean | Exit::Findings) {
            (exit, why) = (Exit::DeliveryFailed, format!("not everything was delivered; {why}"));
        }
        RunOutcome { report, exit, why, told, failures }
    }
}

/// What did not get to where it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undelivered {
    /// A report.
    #[error(transparent)]
    Report(#[from] OutputError),
    /// An alert, or what is kept for the next run.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

/// What came of a run.
pub(crate) struct RunOutcome {
    pub(crate) report: Report,
    pub(crate) exit: Exit,
    /// Why the exit code is what it is, in one line.
    pub(crate) why: String,
    /// Who was told of it.
    pub(crate) told: Vec<String>,
    /// What could not be delivered.
    pub(crate) failures: Vec<Undelivered>,
}

impl RunOutcome {
    /// Says what went wrong, and why the exit code is what it is.
    pub(super) fn log(&self, how: &Reporting) -> Exit {
        for failure in &self.failures {
            say(format_args!("error: {failure}"));
        }
        if !how.quiet {
            say(format_args!("{}", self.closing_line()));
        }
        self.exit
    }

    /// The exit code, why it is that, and who was told.
    pub(crate) fn closing_line(&self) -> String {
        let told = match &self.told[..] {
            [] => String::new(),
            to => format!("; told: {}", to.join(", ")),
        };
        format!("exit {}: {}{told}", self.exit.code(), self.why)
    }
}

/// The exit code of a scan that did not come to its end, and why it did not.
pub(super) fn cut_short(inventory: &Inventory, stopped: Stop) -> Option<(Exit, &'static str)> {
    if expired(inventory) {
        let said = "the credentials expired during the scan: sign in again";
        return Some((Exit::NothingAssessed, said));
    }
    match stopped {
        Stop::No => None,
        Stop::Deadline => Some((Exit::Incomplete, "the scan ran out of time (--timeout)")),
        Stop::Interrupted => Some((Exit::Incomplete, "the scan was interrupted")),
    }
}

/// Whether the caller's credentials ran out. A role that could not be assumed again is the account's own
/// trouble, and a gap there; so is one profile of several.
fn expired(inventory: &Inventory) -> bool {
    let (mut own, mut without, mut refused) = (0, 0, false);
    for account in inventory.accounts.iter().filter(|account| account.skipped.is_none()) {
        let (is_own, mut any) = (account.role.is_none(), false);
        account.visit_gaps(&mut |gap| {
            let no_credentials = gap.reason == Reason::NoCredentials;
            any |= no_credentials;
            refused |= no_credentials && gap.call == Call::StsAssumeRole;
        });
        own += usize::from(is_own);
        without += usize::from(is_own && any);
    }
    refused || (own > 0 && own == without)
}
