//! A watch over time: compares a report with the one before, tells whom it concerns, and keeps it for the
//! next run.
//!
//! The report is kept only when everybody has been told, so that what was not delivered is told again by
//! the next run. Whoever is overtaken by another run compares again with what that one has left.

use std::collections::HashSet;
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::alert::{Alert, AlertRules};
use elb_audit_core::audit::compare;
use elb_audit_core::report::Report;
use elb_audit_core::report::comparison::ChangeKind;
use jiff::Timestamp;

use crate::cli::{Reporting, Watching};
use crate::files::Replaced;
use crate::log::say;
use crate::notify::{
    self, Delivery, DeliveryError, DeliverySession, Destination, DestinationError,
};
use crate::state::{LocationError, StateError, StateLocation, StoredReport};

/// Most times that a run lets itself be overtaken.
const ROUNDS: usize = 6;
/// How long it waits then, the first time; longer after that.
const PAUSE: Duration = Duration::from_millis(100);

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
}

/// Who was told of a report, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The destinations as they may be shown.
    pub(crate) to: Vec<String>,
    /// What went wrong.
    pub(crate) failed: Vec<WatchError>,
}

/// The report of the run before, or why it cannot be had.
#[derive(Debug)]
pub(crate) struct Previous(Result<Option<StoredReport>, StateError>);

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

    /// Reads the report to compare with. A baseline that is not there is a mistake; without a state there
    /// is one soon.
    pub(crate) async fn read_previous(
        &self,
        config: Option<&SdkConfig>,
    ) -> Result<Previous, StateError> {
        match &self.compared_with {
            ComparedWith::Nothing => Ok(Previous(Ok(None))),
            ComparedWith::Baseline(location) => match location.read(config).await? {
                Some(kept) => Ok(Previous(Ok(Some(kept)))),
                None => Err(StateError::Missing(location.name())),
            },
            // What is wrong with it is told with the findings, which it must not hide.
            ComparedWith::State(location) => Ok(Previous(match location.read(config).await {
                Ok(Some(kept)) if kept.report.taken_at > Timestamp::now() => {
                    Err(StateError::Future(location.name(), kept.report.taken_at))
                }
                other => other,
            })),
        }
    }

    /// Compares a report with the one before; nothing where there is none.
    pub(crate) fn compare(previous: &Previous, report: &mut Report) {
        if let Ok(Some(kept)) = &previous.0 {
            report.alerted_at = kept.report.alerted_at;
            compare::compare(&kept.report, report);
        }
    }

    /// Tells whom it concerns and keeps the report.
    pub(crate) async fn tell(
        &self,
        previous: Previous,
        report: &mut Report,
        session: Option<&DeliverySession>,
    ) -> Told {
        let mut delivered = Delivered::default();
        let failed = self.tell_in_turn(previous, report, session, &mut delivered).await;
        let to = self.destinations.iter().filter(|one| delivered.to.contains(one));
        Told { to: to.map(ToString::to_string).collect(), failed }
    }

    /// The same until no other run is faster; what went wrong.
    async fn tell_in_turn(
        &self,
        mut previous: Previous,
        report: &mut Report,
        session: Option<&DeliverySession>,
        delivered: &mut Delivered,
    ) -> Vec<WatchError> {
        let mut others = Vec::new();
        for round in 0..ROUNDS {
            if let (ComparedWith::State(location), Ok(Some(kept))) =
                (&self.compared_with, &previous.0)
                && kept.report.taken_at > report.taken_at
            {
                say(format_args!("{} is of a later run, and stays", location.name()));
                return others;
            }
            let trouble = previous.0.as_ref().err().map(ToString::to_string);
            let (owed, failed) = self.deliver(report, session, trouble, delivered).await;
            others = failed;
            let ComparedWith::State(location) = &self.compared_with else {
                return owed.into_iter().chain(others).collect();
            };
            if previous.0.is_err() || !owed.is_empty() {
                let trouble = previous.0.err().map(WatchError::State);
                let said = trouble.into_iter().chain(owed).chain(others);
                return said.chain([WatchError::LeftAsItWas(location.name())]).collect();
            }
            if delivered.any {
                report.alerted_at = Some(report.taken_at);
            }
            let config = session.map(|session| &session.base);
            let kept = previous.0.as_ref().ok().and_then(Option::as_ref);
            match location.replace(config, kept.map(|kept| &kept.version), report).await {
                Ok(Replaced::Done) => return others,
                Ok(Replaced::Overtaken) if round + 1 < ROUNDS => {}
                Ok(Replaced::Overtaken) => {
                    others.push(WatchError::Contended(location.name()));
                    return others;
                }
                Err(error) => {
                    others.insert(0, error.into());
                    return others;
                }
            }
            // Whoever is at it needs a moment.
            tokio::time::sleep(PAUSE * u32::try_from(round + 1).unwrap_or(1)).await;
            previous = Previous(location.read(config).await);
            Watch::compare(&previous, report);
        }
        others
    }

    /// Delivers what there is to tell; what failed of that which has to be told again, and of that which
    /// every run tells again.
    async fn deliver(
        &self,
        report: &Report,
        session: Option<&DeliverySession>,
        trouble: Option<String>,
        delivered: &mut Delivered,
    ) -> (Vec<WatchError>, Vec<WatchError>) {
        let Some(session) = session.filter(|_| !self.destinations.is_empty()) else {
            return Default::default();
        };
        let location = self.destinations.iter().find_map(|one| notify::report_url(one, report));
        let rules = AlertRules { report: location, trouble, ..self.rules.clone() };
        let mut alert = Alert::from_report(report, &rules);
        if delivered.any {
            alert = alert.and_then(|alert| delivered.without_known(alert));
        }
        let delivery = Delivery { report, alert: alert.as_ref(), label: &rules.label };
        let (once, always): (Vec<Destination>, Vec<Destination>) =
            self.destinations.iter().cloned().partition(|one| {
                // Whoever is told nothing is owed nothing, whatever is wrong with it.
                one.must_redeliver(report) && (alert.is_some() || !one.needs_alert())
            });
        let (owed, others) = tokio::join!(
            notify::deliver_each(&once, &delivery, session),
            notify::deliver_each(&always, &delivery, session),
        );
        let each = once.iter().zip(&owed).chain(always.iter().zip(&others));
        delivered.note(each.filter(|(one, _)| alert.is_some() || !one.needs_alert()));
        let errors = |all: Vec<Vec<DeliveryError>>| -> Vec<WatchError> {
            all.into_iter().flatten().map(WatchError::Delivery).collect()
        };
        let (owed, others) = (errors(owed), errors(others));
        if let Some(alert) = &alert
            && owed.is_empty()
        {
            delivered.remember(alert);
        }
        (owed, others)
    }
}

/// What this run has told already, should it be overtaken.
#[derive(Debug, Default)]
struct Delivered {
    any: bool,
    /// The destinations of which nothing failed.
    to: Vec<Destination>,
    faults: HashSet<(String, ChangeKind)>,
}

impl Delivered {
    /// Notes those of which nothing failed.
    fn note<'a>(&mut self, each: impl Iterator<Item = (&'a Destination, &'a Vec<DeliveryError>)>) {
        for (destination, _) in each.filter(|(_, failed)| failed.is_empty()) {
            self.to.push(destination.clone());
        }
    }

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
