//! A watch over time: compares a report with the one before, tells whom it concerns, and keeps it for the
//! next run.
//!
//! The report is kept only when everybody has been told, so that what was not delivered is told again by
//! the next run. Whoever is overtaken by another run compares anew with what that one has left.

use std::collections::HashSet;
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::alert::{Alert, Terms};
use elb_audit_core::change::{self, ChangeKind};
use elb_audit_core::report::Report;
use jiff::Timestamp;

use crate::cli::{Reporting, Watching};
use crate::files::Replaced;
use crate::log::say;
use crate::notify::{self, Delivery, DeliveryError, Destination, DestinationError, Session};
use crate::state::{Kept, LocationError, Place, StateError};

/// Most times that a run lets itself be overtaken.
const ROUNDS: usize = 6;
/// How long it waits then, the first time; longer after that.
const PAUSE: Duration = Duration::from_millis(100);

/// What a run is compared with, and who is told of it.
#[derive(Debug)]
pub(crate) struct Watch {
    against: Against,
    destinations: Vec<Destination>,
    terms: Terms,
}

/// What a report is compared with.
#[derive(Debug)]
enum Against {
    /// Nothing.
    Nothing,
    /// A report that stays as it is.
    Baseline(Place),
    /// The report of the run before, which this one replaces.
    State(Place),
}

/// Why options of a watch cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WatchOptionError {
    /// An option names no place for a report.
    #[error("{0}: {1}")]
    Location(&'static str, LocationError),
    /// `--notify` names no destination.
    #[error(transparent)]
    Destination(#[from] DestinationError),
}

/// What went wrong after a report was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WatchError {
    /// Something was not delivered.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The report of the run before cannot be had, or this one not be kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// This one is not kept, because not everybody was told.
    #[error("{0} is left as it was, so that the next run tells again")]
    LeftAsItWas(String),
    /// Other runs are always faster.
    #[error("{0} changes all the time: not written")]
    Contended(String),
}

/// The report of the run before, or why it cannot be had.
#[derive(Debug)]
pub(crate) struct Before(Result<Option<Kept>, StateError>);

impl Watch {
    /// What the command line says.
    pub(crate) fn new(how: &Watching, report: &Reporting) -> Result<Self, WatchOptionError> {
        let place = |option, text: &Option<String>| {
            let place = text.as_deref().map(Place::parse).transpose();
            place.map_err(|error| WatchOptionError::Location(option, error))
        };
        let baseline = place("--baseline", &report.comparing.baseline)?;
        let against = match (place("--state", &how.state)?, baseline) {
            (Some(state), _) => {
                let located = state.check_writable();
                located.map_err(|error| WatchOptionError::Location("--state", error))?;
                Against::State(state)
            }
            (None, Some(baseline)) => Against::Baseline(baseline),
            (None, None) => Against::Nothing,
        };
        let topic = how.sns_topic.iter().map(|topic| format!("sns:{topic}"));
        let mut destinations = Vec::new();
        for text in how.notify.iter().cloned().chain(topic) {
            let destination = Destination::parse(&text)?;
            if !destinations.contains(&destination) {
                destinations.push(destination);
            }
        }
        let terms = Terms {
            on: how.notify_on,
            min_severity: how.notify_min_severity,
            heartbeat_days: how.heartbeat,
            watching: matches!(against, Against::State(_)),
            label: how.environment.clone(),
            report: None,
            trouble: None,
        };
        Ok(Watch { against, destinations, terms })
    }

    /// Whether somebody is told in the accounts themselves.
    pub(crate) fn acts_in_accounts(&self) -> bool {
        self.destinations.contains(&Destination::SecurityHub)
    }

    /// Where the whole report of a run lies; none where it is kept nowhere.
    pub(crate) fn report_place(how: &Watching, report: &Report) -> Option<String> {
        let mut destinations = how.notify.iter().filter_map(|text| Destination::parse(text).ok());
        let kept = destinations.find_map(|one| notify::report_place(&one, report));
        kept.or_else(|| how.state.clone())
    }

    /// What a saved account is compared with: nobody is told.
    pub(crate) fn of_saved(report: &Reporting) -> Result<Self, WatchOptionError> {
        Watch::new(&Watching::none(), report)
    }

    /// Whether AWS has to be asked for what it is compared with.
    pub(crate) fn is_remote(&self) -> bool {
        match &self.against {
            Against::Nothing => false,
            Against::Baseline(place) | Against::State(place) => place.is_remote(),
        }
    }

    /// Reads the report to compare with. A baseline that is not there is a mistake; without a state there
    /// is one soon.
    pub(crate) async fn before(&self, config: Option<&SdkConfig>) -> Result<Before, StateError> {
        match &self.against {
            Against::Nothing => Ok(Before(Ok(None))),
            Against::Baseline(place) => match place.read(config).await? {
                Some(kept) => Ok(Before(Ok(Some(kept)))),
                None => Err(StateError::Missing(place.name())),
            },
            // What is wrong with it is told with the findings, which it must not hide.
            Against::State(place) => Ok(Before(match place.read(config).await {
                Ok(Some(kept)) if kept.report.taken_at > Timestamp::now() => {
                    Err(StateError::Future(place.name(), kept.report.taken_at))
                }
                other => other,
            })),
        }
    }

    /// Compares a report with the one before; nothing where there is none.
    pub(crate) fn compare(before: &Before, report: &mut Report) {
        if let Ok(Some(kept)) = &before.0 {
            report.alerted_at = kept.report.alerted_at;
            change::compare(&kept.report, report);
        }
    }

    /// Tells whom it concerns and keeps the report; what went wrong.
    pub(crate) async fn tell(
        &self,
        mut before: Before,
        report: &mut Report,
        session: Option<&Session>,
    ) -> Vec<WatchError> {
        let mut told = Told::default();
        let mut others = Vec::new();
        for round in 0..ROUNDS {
            if let (Against::State(place), Ok(Some(kept))) = (&self.against, &before.0)
                && kept.report.taken_at > report.taken_at
            {
                say(format_args!("{} is of a later run, and stays", place.name()));
                return others;
            }
            let trouble = before.0.as_ref().err().map(ToString::to_string);
            let (owed, failed) = self.deliver(report, session, trouble, &mut told).await;
            others = failed;
            let Against::State(place) = &self.against else {
                return owed.into_iter().chain(others).collect();
            };
            if before.0.is_err() || !owed.is_empty() {
                let trouble = before.0.err().map(WatchError::State);
                let said = trouble.into_iter().chain(owed).chain(others);
                return said.chain([WatchError::LeftAsItWas(place.name())]).collect();
            }
            if told.any {
                report.alerted_at = Some(report.taken_at);
            }
            let config = session.map(|session| &session.base);
            let kept = before.0.as_ref().ok().and_then(Option::as_ref);
            match place.replace(config, kept.map(|kept| &kept.version), report).await {
                Ok(Replaced::Done) => return others,
                Ok(Replaced::Overtaken) if round + 1 < ROUNDS => {}
                Ok(Replaced::Overtaken) => {
                    others.push(WatchError::Contended(place.name()));
                    return others;
                }
                Err(error) => {
                    others.insert(0, error.into());
                    return others;
                }
            }
            // Whoever is at it needs a moment.
            tokio::time::sleep(PAUSE * u32::try_from(round + 1).unwrap_or(1)).await;
            before = Before(place.read(config).await);
            Watch::compare(&before, report);
        }
        others
    }

    /// Delivers what there is to tell; what failed of that which has to be told again, and of that which
    /// every run tells anew.
    async fn deliver(
        &self,
        report: &Report,
        session: Option<&Session>,
        trouble: Option<String>,
        told: &mut Told,
    ) -> (Vec<WatchError>, Vec<WatchError>) {
        let Some(session) = session.filter(|_| !self.destinations.is_empty()) else {
            return Default::default();
        };
        let place = self.destinations.iter().find_map(|one| notify::report_place(one, report));
        let terms = Terms { report: place, trouble, ..self.terms.clone() };
        let mut alert = Alert::of(report, &terms);
        if told.any {
            alert = alert.and_then(|alert| told.without_known(alert));
        }
        let delivery = Delivery { report, alert: alert.as_ref(), label: &terms.label };
        let (once, anew): (Vec<Destination>, Vec<Destination>) =
            self.destinations.iter().cloned().partition(|one| one.hears_once(report));
        let (owed, others) = tokio::join!(
            notify::deliver(&once, &delivery, session),
            notify::deliver(&anew, &delivery, session),
        );
        if let Some(alert) = &alert
            && owed.is_empty()
        {
            told.remember(alert);
        }
        let errors = |all: Vec<DeliveryError>| all.into_iter().map(WatchError::Delivery).collect();
        (errors(owed), errors(others))
    }
}

/// What this run has told already, should it be overtaken.
#[derive(Debug, Default)]
struct Told {
    any: bool,
    faults: HashSet<(String, ChangeKind)>,
}

impl Told {
    fn remember(&mut self, alert: &Alert) {
        self.any = true;
        let now = alert.new.iter().chain(&alert.worsened).copied();
        let past = alert.resolved.iter().chain(&alert.not_assessed).map(|past| &past.finding);
        for finding in now.chain(past) {
            if let Some(change) = &finding.change {
                self.faults.insert((finding.fingerprint.clone(), change.kind));
            }
        }
    }

    /// The alert without what was told; none when nothing is left.
    fn without_known<'a>(&self, mut alert: Alert<'a>) -> Option<Alert<'a>> {
        alert.forget(|finding| {
            finding.change.as_ref().is_some_and(|change| {
                self.faults.contains(&(finding.fingerprint.clone(), change.kind))
            })
        });
        alert.has_change().then_some(alert)
    }
}
