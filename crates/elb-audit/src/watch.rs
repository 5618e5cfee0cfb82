//! A watch over time: compares a report with the one before, tells whom it concerns, and keeps it for the
//! next run.
//!
//! The report is kept only when everybody has been told, so that what was not delivered is told again by
//! the next run. Whoever is overtaken by another run compares again with what that one has left.

use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::alert::AlertRules;
use elb_audit_core::audit::compare;
use elb_audit_core::report::Report;
use jiff::Timestamp;

use crate::cli::{Reporting, Watching};
use crate::notify::{self, DeliveryError, Destination, DestinationError};
use crate::state::{LocationError, StateError, StateLocation, Stored};

mod telling; // tell whom it concerns, keep the report
mod told; // what was told to whom

pub(crate) use telling::Told;

/// What a run is compared with, and who is told of it.
#[derive(Debug)]
pub(crate) struct Watch {
    compared_with: ComparedWith,
    destinations: Vec<Destination>,
    rules: AlertRules,
}

/// What a report is compared with.
#[derive(Debug)]
enum ComparedWith {
    /// Nothing.
    Nothing,
    /// A report that stays as it is.
    Baseline(StateLocation),
    /// The report of the run before, which this one replaces.
    State(StateLocation),
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
    /// Another run is at it, or has been.
    #[error("cannot write {0}: {1}")]
    Busy(String, String),
}

/// What a report is compared with, or why it cannot be had.
#[derive(Debug)]
pub(crate) struct Previous(Result<Stored, StateError>);

impl Watch {
    /// What the command line says.
    pub(crate) fn new(how: &Watching, report: &Reporting) -> Result<Self, WatchOptionError> {
        let location = |option, text: &Option<String>| {
            let location = text.as_deref().map(StateLocation::parse).transpose();
            location.map_err(|error| WatchOptionError::Location(option, error))
        };
        let baseline = location("--baseline", &report.comparing.baseline)?;
        let compared_with = match (location("--state", &how.state)?, baseline) {
            (Some(state), _) => {
                let located = state.check_writable();
                located.map_err(|error| WatchOptionError::Location("--state", error))?;
                ComparedWith::State(state)
            }
            (None, Some(baseline)) => ComparedWith::Baseline(baseline),
            (None, None) => ComparedWith::Nothing,
        };
        let topic = how.sns_topic.iter().map(|topic| format!("sns:{topic}"));
        let mut destinations = Vec::new();
        for text in how.notify.iter().cloned().chain(topic) {
            let destination = Destination::parse(&text)?;
            if !destinations.contains(&destination) {
                destinations.push(destination);
            }
        }
        let rules = AlertRules {
            on: how.notify_on,
            min_severity: how.notify_min_severity,
            heartbeat_days: how.heartbeat,
            watching: matches!(compared_with, ComparedWith::State(_)),
            label: how.environment.clone(),
            report: None,
            trouble: None,
        };
        Ok(Watch { compared_with, destinations, rules })
    }

    /// The IAM actions that telling takes in the accounts themselves.
    pub(crate) fn actions_in_accounts(&self) -> Vec<&'static str> {
        self.destinations.iter().filter_map(Destination::action_in_accounts).collect()
    }

    /// Where the whole report of a run lies; none where it is kept nowhere.
    pub(crate) fn report_url(how: &Watching, report: &Report) -> Option<String> {
        let mut destinations = how.notify.iter().filter_map(|text| Destination::parse(text).ok());
        let kept = destinations.find_map(|one| notify::report_url(&one, report));
        kept.or_else(|| how.state.clone())
    }

    /// What a saved account is compared with: nobody is told.
    pub(crate) fn for_saved(report: &Reporting) -> Result<Self, WatchOptionError> {
        Watch::new(&Watching::none(), report)
    }

    /// Whether AWS has to be asked for what it is compared with.
    pub(crate) fn is_remote(&self) -> bool {
        match &self.compared_with {
            ComparedWith::Nothing => false,
            ComparedWith::Baseline(location) | ComparedWith::State(location) => {
                location.is_remote()
            }
        }
    }

    /// Reads the report to compare with, within this time. A baseline that is not there is a mistake; without a
    /// state there is one soon.
    pub(crate) async fn read_previous(
        &self,
        config: Option<&SdkConfig>,
        longest: Duration,
    ) -> Result<Previous, StateError> {
        match &self.compared_with {
            ComparedWith::Nothing => Ok(Previous(Ok(Stored::default()))),
            ComparedWith::Baseline(location) => {
                let stored = location.read(config, longest).await?;
                if stored.report.is_none() {
                    return Err(StateError::Missing(location.name()));
                }
                Ok(Previous(Ok(stored)))
            }
            // What is wrong with it is told with the findings, which it must not hide.
            ComparedWith::State(location) => {
                let stored = location.read(config, longest).await;
                Ok(Previous(stored.and_then(|stored| not_of_the_future(location, stored))))
            }
        }
    }

    /// What there is where the run was stopped before it could be read.
    pub(crate) fn without_previous(&self) -> Result<Previous, StateError> {
        match &self.compared_with {
            ComparedWith::Nothing => Ok(Previous(Ok(Stored::default()))),
            ComparedWith::Baseline(location) => Err(StateError::Stopped(location.name())),
            ComparedWith::State(location) => {
                Ok(Previous(Err(StateError::Stopped(location.name()))))
            }
        }
    }

    /// Compares a report with the one before; nothing where there is none.
    pub(crate) fn compare(previous: &Previous, report: &mut Report) {
        if let Ok(Stored { report: Some(earlier), .. }) = &previous.0 {
            report.alerted_at = earlier.alerted_at;
            compare::compare(earlier, report);
        }
    }
}

/// No run can have left a report that is dated later than now.
fn not_of_the_future(location: &StateLocation, stored: Stored) -> Result<Stored, StateError> {
    match &stored.report {
        Some(report) if report.taken_at > Timestamp::now() => {
            Err(StateError::Future(location.name(), report.taken_at))
        }
        _ => Ok(stored),
    }
}
