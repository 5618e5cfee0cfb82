//! A watch over time: compares a report with the one before, tells whom it concerns, and keeps it for the
//! next run.
//!
//! The report is kept only when everybody has been told, so that what was not delivered is told again by
//! the next run. Whoever is overtaken by another run compares anew with what that one has left.

use std::collections::HashSet;

use aws_types::SdkConfig;
use elb_audit_core::alert::{Alert, Terms};
use elb_audit_core::change::{self, ChangeKind};
use elb_audit_core::report::Report;

use crate::cli::{Reporting, Watching};
use crate::notify::{self, Delivery, Destination, Session};
use crate::progress::say;
use crate::state::{Kept, Place, Saved};

/// Most times that a run lets itself be overtaken.
const ROUNDS: usize = 5;

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

/// The report of the run before, or why it cannot be had.
#[derive(Debug)]
pub(crate) struct Before(Result<Option<Kept>, String>);

impl Watch {
    /// What the command line says; in words what is wrong with it.
    pub(crate) fn new(how: &Watching, report: &Reporting) -> Result<Self, String> {
        let place = |option: &str, text: &Option<String>| match text {
            Some(text) => Place::parse(text).map(Some).map_err(|said| format!("{option}: {said}")),
            None => Ok(None),
        };
        let baseline = place("--baseline", &report.comparing.baseline)?;
        let against = match (place("--state", &how.state)?, baseline) {
            (Some(state), _) => Against::State(state),
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
    pub(crate) fn of_saved(report: &Reporting) -> Result<Self, String> {
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
    pub(crate) async fn before(&self, config: Option<&SdkConfig>) -> Result<Before, String> {
        match &self.against {
            Against::Nothing => Ok(Before(Ok(None))),
            Against::Baseline(place) => match place.read(config).await? {
                Some(kept) => Ok(Before(Ok(Some(kept)))),
                None => Err(format!("cannot read {}: there is no such report", place.name())),
            },
            // What is wrong with it is told with the findings, which it must not hide.
            Against::State(place) => Ok(Before(place.read(config).await)),
        }
    }

    /// Compares a report with the one before; nothing where there is none.
    pub(crate) fn compare(before: &Before, report: &mut Report) {
        if let Ok(Some(kept)) = &before.0 {
            report.alerted_at = kept.report.alerted_at;
            change::compare(&kept.report, report);
        }
    }

    /// Tells whom it concerns and keeps the report; what went wrong, in words.
    pub(crate) async fn tell(
        &self,
        mut before: Before,
        report: &mut Report,
        session: Option<&Session>,
    ) -> Vec<String> {
        let mut told = Told::default();
        for round in 0..ROUNDS {
            let mut failures: Vec<String> = before.0.as_ref().err().cloned().into_iter().collect();
            failures.extend(self.deliver(report, session, &mut told).await);
            let Against::State(place) = &self.against else { return failures };
            if !failures.is_empty() {
                failures.push(format!(
                    "{} is left as it was, so that the next run tells again",
                    place.name()
                ));
                return failures;
            }
            if told.any {
                report.alerted_at = Some(report.taken_at);
            }
            let config = session.map(|session| &session.base);
            let kept = before.0.as_ref().ok().and_then(Option::as_ref);
            match place.replace(config, kept.map(|kept| &kept.version), report).await {
                Ok(Saved::Done) => return failures,
                Ok(Saved::Overtaken) if round + 1 < ROUNDS => {}
                Ok(Saved::Overtaken) => {
                    return vec![format!("{} changes all the time: not written", place.name())];
                }
                Err(error) => return vec![error],
            }
            before = Before(place.read(config).await);
            if let Ok(Some(kept)) = &before.0
                && kept.report.taken_at >= report.taken_at
            {
                say(format_args!("{} is of a later run, and stays", place.name()));
                return failures;
            }
            Watch::compare(&before, report);
        }
        Vec::new()
    }

    async fn deliver(
        &self,
        report: &Report,
        session: Option<&Session>,
        told: &mut Told,
    ) -> Vec<String> {
        let Some(session) = session.filter(|_| !self.destinations.is_empty()) else {
            return Vec::new();
        };
        let place = self.destinations.iter().find_map(|one| notify::report_place(one, report));
        let terms = Terms { report: place, ..self.terms.clone() };
        let mut alert = Alert::of(report, &terms);
        if told.any {
            alert = alert.and_then(|alert| told.without_known(alert));
        }
        let delivery = Delivery { report, alert: alert.as_ref(), label: &terms.label };
        let failures = notify::deliver(&self.destinations, &delivery, session).await;
        if let Some(alert) = &alert
            && failures.is_empty()
        {
            told.remember(alert);
        }
        failures
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
