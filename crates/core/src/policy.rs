//! What the user means: thresholds, intent, severities of their own, the edition that counts, and risks
//! that they accept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::analysis::reach::Exposure;
use crate::check::Check;
use crate::check::intent::{Intent, Thresholds};
use crate::policy::edition::{HISTORY, History, Pin};
use crate::vocab::severity::{Persona, Severity};

pub mod config; // the configuration file
pub mod edition; // which checks count, and how much
pub mod focus; // which load balancers are judged
pub mod selection; // which checks run
pub mod settings; // settings that differ from the defaults

/// What judges measure by, and what the account's owner intends. The default is what the documentation
/// of each check says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Limits that checks compare with.
    pub thresholds: Thresholds,
    /// What is meant to be so.
    pub intent: Intent,
    /// Severities of the user's own, by id of the check. They hold whatever the exposure.
    pub severities: BTreeMap<String, Severity>,
    /// The edition whose checks and severities count; none: those of this release.
    pub edition: Option<Pin>,
    /// Risks that someone answers for.
    pub accepted: Vec<AcceptedRisk>,
}

impl Policy {
    /// The severity of a fault: the check's own as the pinned edition has it, lowered where the internet
    /// cannot reach the subject freely, unless the user has set one.
    #[must_use]
    pub fn severity(&self, check: &Check, exposure: Option<&Exposure>) -> Severity {
        if let Some(own) = self.severities.get(check.id) {
            return *own;
        }
        self.severity_of(check, None, exposure)
    }

    /// The same of a fault that says itself how bad it is. What the account's owner says comes first.
    #[must_use]
    pub fn severity_of(
        &self,
        check: &Check,
        raised: Option<Severity>,
        exposure: Option<&Exposure>,
    ) -> Severity {
        if let Some(own) = self.severities.get(check.id) {
            return *own;
        }
        let base = self.edition.map_or(check.severity, |pin| pin.severity(check));
        let base = raised.map_or(base, |raised| base.max(raised));
        exposure.map_or(base, |exposure| base.at(exposure.class()))
    }

    /// Who hears of a check: whoever its author had in mind, and everyone where the user has said what
    /// is meant.
    #[must_use]
    pub fn persona(&self, check: &Check) -> Persona {
        if self.intent.speaks_of(check.id) {
            return Persona::Regular;
        }
        self.edition.map_or(check.persona, |pin| pin.persona(check))
    }

    /// The name of the edition that a check came with; none while no edition has it.
    #[must_use]
    pub fn edition_of(&self, check: &Check) -> Option<&'static str> {
        self.history().edition_of(check)
    }

    /// The edition whose checks and severities count.
    #[must_use]
    pub fn edition_name(&self) -> &'static str {
        let newest = || self.history().newest().map_or("", |edition| edition.name);
        self.edition.map_or_else(newest, Pin::name)
    }

    fn history(&self) -> History {
        self.edition.map_or(HISTORY, Pin::history)
    }

    /// Whether a check is newer than the pinned edition: what it finds informs and does not count.
    #[must_use]
    pub fn advisory(&self, check: &Check) -> bool {
        self.edition.is_some_and(|pin| pin.is_before(check))
    }
}

/// A fault that someone has decided to live with, and answers for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRisk {
    /// Id of the check.
    pub check: String,
    /// Pattern, with `*` and `?`, of the load balancer's ARN or name, or of the subject's id.
    pub resource: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day, in UTC, on which it is; none: for good.
    pub expires: Option<Date>,
    /// The one finding that is meant; none: all that the resource has.
    pub fingerprint: Option<String>,
    /// What the finding said when it was accepted; another configuration is not accepted.
    pub configuration: Option<String>,
}

impl AcceptedRisk {
    /// Whether its last day is over.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        self.expires.is_some_and(|last| last < today)
    }
}
