//! What the user means: thresholds, intent, severities of their own, the edition that counts, and risks
//! that they accept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::digest;
use crate::edition::{HISTORY, History, Pin};
use crate::exposure::Exposure;
use crate::fact::Gap;
use crate::inventory::LoadBalancer;
use crate::report::Finding;
use crate::vocab::glob;
use crate::vocab::severity::{Persona, Severity};

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
        let base = self.edition.map_or(check.severity, |pin| pin.severity(check));
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
        self.history().of(check)
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
    pub fn informs(&self, check: &Check) -> bool {
        self.edition.is_some_and(|pin| pin.is_before(check))
    }
}

/// Limits that checks compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Most seconds that a sign-in may last. Default 86,400 (a day).
    pub session_seconds: u64,
    /// Most seconds that an idle connection, or a client's keep-alive, may last. Default 3,600.
    pub idle_seconds: u64,
    /// Most CA certificates of a trust store. Default 50.
    pub trust_store_authorities: u32,
    /// Fewest healthy targets of a group. Default 2.
    pub healthy_targets: u32,
    /// Percent of a quota that is still fine. Default 80.
    pub quota_percent: u32,
    /// Fewest seconds of `max-age` in Strict-Transport-Security. Default 31,536,000 (a year).
    pub hsts_seconds: u64,
    /// How many times more healthy targets one zone may have than another. Default 2.
    pub zone_imbalance: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            session_seconds: 86_400,
            idle_seconds: 3_600,
            trust_store_authorities: 50,
            healthy_targets: 2,
            quota_percent: 80,
            hsts_seconds: 31_536_000,
            zone_imbalance: 2,
        }
    }
}

/// What the account's owner means to be so. Empty lists say nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// Load balancers that are meant to face the internet.
    pub public: Vec<Matcher>,
    /// Tags that every load balancer must have.
    pub required_tags: Vec<String>,
    /// Names, or patterns with `*` and `?`, of buckets that logs may go to.
    pub log_buckets: Vec<String>,
    /// Twelve-digit ids of accounts that are trusted beside the audited one.
    pub trusted_accounts: Vec<String>,
    /// Ports that may be open to the internet.
    pub public_ports: Vec<u16>,
    /// Paths that may be reached without authentication though the rest of their targets asks for it,
    /// with `*` and `?`.
    pub public_paths: Vec<String>,
}

impl Intent {
    /// Whether the user has said what this check is to hold them to. What nobody asked for is of
    /// interest to few; what someone has written down is worth acting on.
    fn speaks_of(&self, check: &str) -> bool {
        match check {
            "internet-facing" => !self.public.is_empty(),
            "tags-missing" => !self.required_tags.is_empty(),
            _ => false,
        }
    }

    /// Whether a load balancer is meant to face the internet. Tags are only looked at when its name and
    /// ARN do not settle it.
    pub fn means_public(&self, lb: &LoadBalancer) -> Result<bool, Gap> {
        let by_name = self.public.iter().any(|matcher| match matcher {
            Matcher::Name(pattern) => glob::matches(pattern, &lb.name),
            Matcher::Arn(pattern) => glob::matches(pattern, &lb.arn),
            Matcher::Tag(..) => false,
        });
        let tagged = |matcher: &Matcher| matches!(matcher, Matcher::Tag(..));
        if by_name || !self.public.iter().any(tagged) {
            return Ok(by_name);
        }
        let tags = lb.tags.get()?;
        Ok(self.public.iter().any(|matcher| match matcher {
            Matcher::Tag(key, value) => {
                tags.get(key).is_some_and(|found| glob::matches(value, found))
            }
            _ => false,
        }))
    }
}

/// What a load balancer is told by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// A pattern of its name.
    Name(String),
    /// A pattern of its ARN.
    Arn(String),
    /// A tag, and a pattern of its value.
    Tag(String, String),
}

impl From<&str> for Matcher {
    /// `arn:…` is an ARN, `key=value` a tag, anything else a name.
    fn from(text: &str) -> Self {
        match text.split_once('=') {
            _ if text.starts_with("arn:") => Matcher::Arn(text.to_owned()),
            Some((key, value)) => Matcher::Tag(key.to_owned(), value.to_owned()),
            None => Matcher::Name(text.to_owned()),
        }
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

    /// Whether a finding is one that it is about, as far as its resource goes.
    #[must_use]
    pub fn names(&self, finding: &Finding) -> bool {
        let named = |text: &str| glob::matches(&self.resource, text);
        let lb = finding.load_balancer.as_ref();
        self.check == finding.check
            && (lb.is_some_and(|lb| named(&lb.arn) || named(&lb.name))
                || named(&finding.subject.id))
    }

    /// Whether a finding is the one that is meant, where a single one is.
    #[must_use]
    pub fn means(&self, finding: &Finding) -> bool {
        self.names(finding)
            && self.fingerprint.as_ref().is_none_or(|meant| *meant == finding.fingerprint)
    }

    /// Whether a finding is as it was when it was accepted.
    #[must_use]
    pub fn is_as_accepted(&self, finding: &Finding) -> bool {
        let former =
            || digest::former_configuration(&finding.check, finding.outcome, &finding.evidence);
        self.configuration
            .as_ref()
            .is_none_or(|was| *was == finding.configuration || *was == former())
    }
}
