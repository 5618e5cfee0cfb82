//! Telling whom a report concerns, and keeping it, in the order that loses nothing and tells nothing twice: first
//! the right to replace what is kept, then whom to tell, then the report.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::alert::{Alert, AlertRules};
use elb_audit_core::report::Report;
use futures::future::join_all;

use super::told::ToldTo;
use super::{ComparedWith, Previous, Watch, WatchError};
use crate::log::say;
use crate::notify::{self, Delivery, DeliveryError, DeliverySession, Destination};
use crate::signals::Signals;
use crate::state::{Held, Hold, StateLocation, Stored};

/// Most times that a run lets itself be overtaken.
const ROUNDS: u32 = 6;
/// How long it waits then, the first time; longer after that, up to a second.
const PAUSE: Duration = Duration::from_millis(100);
/// How long what another run has left may take to arrive.
const REREADING: Duration = Duration::from_mins(1);

/// Who was told of a report, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The destinations as they may be shown.
    pub(crate) to: Vec<String>,
    /// What went wrong.
    pub(crate) failed: Vec<WatchError>,
}

/// What failed.
#[derive(Debug, Default)]
struct Failures {
    /// Of that which the next run has to tell again.
    owed: Vec<WatchError>,
    /// Of that which every run tells again.
    others: Vec<WatchError>,
}

impl Failures {
    fn all(self) -> Vec<WatchError> {
        self.owed.into_iter().chain(self.others).collect()
    }
}

/// What came of waiting for the right to replace what is kept.
enum Turn {
    /// It is this run's.
    Mine(Hold),
    /// It cannot be had, and why.
    Never(WatchError),
    /// What is kept is of a later run.
    TooLate,
}

/// A report under way to those whom it concerns.
struct Telling<'a> {
    watch: &'a Watch,
    report: &'a mut Report,
    session: Option<&'a DeliverySession>,
    signals: &'a Signals,
    told: ToldTo,
    /// The destinations of which nothing failed.
    reached: Vec<Destination>,
    rounds: u32,
}

impl Watch {
    /// Tells whom it concerns and keeps the report.
    pub(crate) async fn tell(
        &self,
        previous: Previous,
        report: &mut Report,
        session: Option<&DeliverySession>,
        signals: &Signals,
    ) -> Told {
        let (told, reached) = (ToldTo::default(), Vec::new());
        let mut telling =
            Telling { watch: self, report, session, signals, told, reached, rounds: 0 };
        let failed = match &self.compared_with {
            ComparedWith::State(location) => telling.with_state(location, previous).await,
            ComparedWith::Nothing | ComparedWith::Baseline(_) => {
                telling.deliver(None, None).await.all()
            }
        };
        let to = self.destinations.iter().filter(|one| telling.reached.contains(one));
        Told { to: to.map(ToString::to_string).collect(), failed }
    }
}

impl Telling<'_> {
    fn config(&self) -> Option<&SdkConfig> {
        self.session.map(|session| &session.base)
    }

    async fn with_state(
        &mut self,
        location: &StateLocation,
        previous: Previous,
    ) -> Vec<WatchError> {
        let mut stored = match previous.0 {
            Ok(stored) => stored,
            Err(error) => return self.without_state(location, error.into()).await,
        };
        let mut others = Vec::new();
        while self.rounds < ROUNDS {
            let mut hold = match self.turn(location, &mut stored).await {
                Turn::Mine(hold) => hold,
                Turn::TooLate => return others,
                Turn::Never(error) => {
                    // Whoever is to be told must not depend on where the report is kept.
                    let failed = self.deliver(None, None).await;
                    return std::iter::once(error).chain(failed.all()).chain(others).collect();
                }
            };
            self.told.learn(hold.left());
            let failed = self.deliver(None, Some(&mut hold)).await;
            if !failed.owed.is_empty() {
                location.give_up(hold, self.config(), &stored).await;
                let left = WatchError::LeftAsItWas(location.name());
                return failed.all().into_iter().chain([left]).collect();
            }
            others = failed.others;
            if self.told.is_anybody() {
                self.report.alerted_at = Some(self.report.taken_at);
            }
            match location.keep(hold, self.config(), self.report).await {
                Ok(true) => return others,
                Ok(false) => self.rounds += 1,
                Err(error) => {
                    others.insert(0, error.into());
                    return others;
                }
            }
            if let Err(error) = self.read_again(location, &mut stored).await {
                others.insert(0, error);
                return others;
            }
        }
        others.push(WatchError::Contended(location.name()));
        others
    }

    /// Tells all of it where what is kept is of no use, and leaves that alone.
    async fn without_state(
        &mut self,
        location: &StateLocation,
        error: WatchError,
    ) -> Vec<WatchError> {
        let failed = self.deliver(Some(error.to_string()), None).await;
        let left = WatchError::LeftAsItWas(location.name());
        std::iter::once(error).chain(failed.all()).chain([left]).collect()
    }

    /// Waits until this run may replace what is kept, and compares again whenever another one has.
    async fn turn(&mut self, location: &StateLocation, stored: &mut Stored) -> Turn {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(kept) = &stored.report
                && kept.taken_at > self.report.taken_at
            {
                say(format_args!("{} is of a later run, and stays", location.name()));
                return Turn::TooLate;
            }
            let (tells, mut is_overtaken) = (self.tells_somebody(), false);
            match location.hold(self.config(), stored, tells).await {
                Ok(Held::Mine(hold)) => return Turn::Mine(hold),
                // Who is told to end tells what there is, rather than wait.
                Ok(Held::Busy { said, patience }) if waited >= patience || self.signals.came() => {
                    return Turn::Never(WatchError::Busy(location.name(), said));
                }
                Ok(Held::Busy { .. }) => {}
                Ok(Held::Overtaken) => {
                    self.rounds += 1;
                    is_overtaken = true;
                }
                Err(error) => return Turn::Never(error.into()),
            }
            if self.rounds >= ROUNDS {
                return Turn::Never(WatchError::Contended(location.name()));
            }
            // Whoever is at it needs a moment.
            let pause = (waited / 2).clamp(PAUSE, PAUSE * 10);
            tokio::time::sleep(pause).await;
            waited += pause;
            // A lock says itself when it is free; a claim stands in what is kept.
            let is_told = matches!(location, StateLocation::File(_)) && !is_overtaken;
            if !is_told && let Err(error) = self.read_again(location, stored).await {
                return Turn::Never(error);
            }
        }
    }

    /// Reads what another run may have left, and compares with that.
    async fn read_again(
        &mut self,
        location: &StateLocation,
        stored: &mut Stored,
    ) -> Result<(), WatchError> {
        *stored = location.read(self.config(), REREADING).await?;
        let previous = Previous(Ok(std::mem::take(stored)));
        Watch::compare(&previous, self.report);
        *stored = previous.0.unwrap_or_default();
        Ok(())
    }

    /// Whether a destination is told something that it has not heard.
    fn tells_somebody(&self) -> bool {
        let rules = self.rules(None);
        let Some(alert) = Alert::from_report(self.report, &rules) else { return false };
        let mut messages = self.watch.destinations.iter().filter(|one| one.needs_alert());
        self.session.is_some() && messages.any(|one| self.told.left_of(&alert, one).is_some())
    }

    fn rules(&self, trouble: Option<String>) -> AlertRules {
        let mut kept = self.watch.destinations.iter();
        let report = kept.find_map(|one| notify::report_url(one, self.report));
        AlertRules { report, trouble, ..self.watch.rules.clone() }
    }

    /// Delivers what there is to tell, and notes it.
    async fn deliver(&mut self, trouble: Option<String>, hold: Option<&mut Hold>) -> Failures {
        let Some(session) = self.session.filter(|_| !self.watch.destinations.is_empty()) else {
            return Failures::default();
        };
        let rules = self.rules(trouble);
        let report = &*self.report;
        let alert = Alert::from_report(report, &rules);
        let left: Vec<(&Destination, Option<Alert<'_>>)> = self
            .watch
            .destinations
            .iter()
            // Metrics are added up.
            .filter(|one| {
                !matches!(one, Destination::CloudWatch { .. }) || !self.reached.contains(one)
            })
            .map(|one| (one, alert.as_ref().and_then(|alert| self.told.left_of(alert, one))))
            .collect();
        let noted = Mutex::new((&mut self.told, hold));
        let each = left.iter().map(async |(one, alert)| {
            let delivery = Delivery { report, alert: alert.as_ref(), label: &rules.label };
            let failed = notify::deliver_to(one, &delivery, session).await;
            if let Some(alert) = alert.as_ref().filter(|_| failed.is_empty() && one.needs_alert()) {
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                let line = noted.0.note(alert, one);
                if let (Some(hold), Some(line)) = (&mut noted.1, line) {
                    hold.note(&line);
                }
            }
            failed
        });
        let outcomes: Vec<Vec<DeliveryError>> = join_all(each).await;
        let mut failures = Failures::default();
        for ((one, alert), failed) in left.iter().zip(outcomes) {
            if failed.is_empty() && (alert.is_some() || !one.needs_alert()) {
                self.reached.push((*one).clone());
            }
            let failed = failed.into_iter().map(WatchError::Delivery);
            // Whoever is told nothing is owed nothing.
            if one.must_redeliver(report) && (alert.is_some() || !one.needs_alert()) {
                failures.owed.extend(failed);
            } else {
                failures.others.extend(failed);
            }
        }
        failures
    }
}
