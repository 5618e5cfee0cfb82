//! Editions: which checks count, and how much, for whoever does not want a new release to fail a pipeline.

use crate::check::Check;
use crate::vocab::severity::{Persona, Severity};

/// A set of checks under a name that stays.
#[derive(Debug, PartialEq, Eq)]
pub struct Edition {
    /// Year and month: `2026-11`.
    pub name: &'static str,
    /// The release that it came with. A check belongs to the first edition whose release has it.
    pub release: &'static str,
}

/// Every edition, oldest first.
pub const EDITIONS: &[Edition] = &[Edition { name: "2026-11", release: "0.1.0" }];

/// What an edition changed about a check that was there before.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// Id of the check.
    pub check: &'static str,
    /// Name of the edition since which it is as it is now.
    pub edition: &'static str,
    /// What it was before.
    pub before: Before,
}

/// What a check was before an edition changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It had this severity.
    Severity(Severity),
    /// It was for these people.
    Persona(Persona),
}

/// Every change, oldest first.
pub const CHANGES: &[Change] = &[];

/// Checks that are new, or judge differently, since reports tell how each check judges: an earlier report
/// does not say so itself.
pub const CHANGED_SINCE_UNTOLD: &[&str] = &[
    "address-family-closed",
    "authentication-endpoint-unreachable",
    "authentication-target-reachable",
    "certificate-client-only",
    "certificate-untrusted",
    "default-group-missing",
    "encryption-not-enforced",
    "flow-logs-missing",
    "gateway-single-appliance",
    "internal-exposed-by-front",
    "jwt-keys-foreign",
    "log-bucket-foreign",
    "mtls-authorities-advertised",
    "mtls-bypass",
    "mtls-expired-accepted",
    "mtls-identity-filter-open",
    "mtls-many-authorities",
    "mtls-passthrough",
    "mtls-revocation-missing",
    "mtls-trust-store-removed",
    "no-targets",
    "private-link-unfiltered",
    "public-access-blocked",
    "redirect-foreign-host",
    "redirect-loop",
    "redirect-port-unserved",
    "rule-unserved",
    "security-group-missing",
    "source-gate-bypass",
    "target-group-weight-dead",
    "target-public",
    "target-remote",
    "target-security-group-open",
    "target-stale",
    "target-unhealthy",
    "target-zone-not-enabled",
    "targets-all-unhealthy",
    "targets-too-few",
    "targets-uneven",
    "tls-policy-not-fips",
    "tls-weak-cipher",
    "trust-store-shared",
    "waf-bypass",
    "waf-counts-only",
    "waf-ddos-protection-off",
    "waf-http2-body-passes",
    "waf-known-bad-inputs-missing",
    "waf-large-body-passes",
    "waf-managed-rules-missing",
    "waf-not-associated",
    "waf-rate-limit-missing",
    "waf-rules-skipped",
    "zonal-shift-off",
];

/// A name that no edition of this release has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown edition `{name}`: this release knows {}", .known.join(", "))]
pub struct UnknownEdition {
    name: String,
    known: Vec<&'static str>,
}

/// Editions, and what they changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// Oldest first.
    pub editions: &'static [Edition],
    /// Oldest first.
    pub changes: &'static [Change],
}

/// The history of this release.
pub const HISTORY: History = History { editions: EDITIONS, changes: CHANGES };

impl History {
    /// The edition with this name, to be held to.
    pub fn pin(self, name: &str) -> Result<Pin, UnknownEdition> {
        let place = self.editions.iter().position(|edition| edition.name == name);
        place.map(|place| Pin { history: self, place }).ok_or_else(|| {
            let known = self.editions.iter().map(|edition| edition.name).collect();
            UnknownEdition { name: name.to_owned(), known }
        })
    }

    /// The newest edition.
    #[must_use]
    pub fn newest(self) -> Option<&'static Edition> {
        self.editions.last()
    }

    /// The place of a check's edition among all; behind the last one if no edition has it yet.
    fn place_of(self, check: &Check) -> usize {
        let since = numbers(check.since);
        let has = |edition: &Edition| numbers(edition.release) >= since;
        self.editions.iter().position(has).unwrap_or(self.editions.len())
    }

    /// The name of the edition that a check came with; none while no edition has it.
    #[must_use]
    pub fn edition_of(self, check: &Check) -> Option<&'static str> {
        self.editions.get(self.place_of(check)).map(|edition| edition.name)
    }
}

/// The edition that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    history: History,
    place: usize,
}

impl Pin {
    /// `2026-11`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.history.editions[self.place].name
    }

    /// The editions that this is one of.
    #[must_use]
    pub fn history(self) -> History {
        self.history
    }

    /// Whether a check is newer than this edition.
    #[must_use]
    pub fn is_before(self, check: &Check) -> bool {
        self.history.place_of(check) > self.place
    }

    /// The severity that a check had in this edition.
    #[must_use]
    pub fn severity(self, check: &Check) -> Severity {
        let severity = |before| if let Before::Severity(old) = before { Some(old) } else { None };
        self.later(check).find_map(severity).unwrap_or(check.severity)
    }

    /// Who was meant to hear of a check in this edition.
    #[must_use]
    pub fn persona(self, check: &Check) -> Persona {
        let persona = |before| if let Before::Persona(old) = before { Some(old) } else { None };
        self.later(check).find_map(persona).unwrap_or(check.persona)
    }

    /// What later editions changed about a check, oldest change first: what it was before the first of
    /// them is what it was in this edition.
    fn later(self, check: &Check) -> impl Iterator<Item = Before> {
        let newer = &self.history.editions[self.place + 1..];
        let id = check.id;
        let changes = self.history.changes.iter();
        changes
            .filter(move |change| {
                change.check == id && newer.iter().any(|edition| edition.name == change.edition)
            })
            .map(|change| change.before)
    }
}

/// A release in numbers, to be compared; what is no number counts as the first.
fn numbers(release: &str) -> Vec<u64> {
    release.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}
