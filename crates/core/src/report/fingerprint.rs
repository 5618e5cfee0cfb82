//! Findings by the beginning of their fingerprints: how much of one to show, and which one is meant.

use std::collections::BTreeSet;

use super::{Finding, Report};

/// Fewest characters of a fingerprint that are shown or taken: fewer mean another finding too soon, as
/// findings come and go.
pub const SHORTEST: usize = 8;

/// How many characters of a fingerprint tell the findings of a report apart: one number for all of them,
/// [`SHORTEST`] at least.
#[must_use]
pub fn short_fingerprints(report: &Report) -> usize {
    let all: BTreeSet<&str> = report.findings.iter().map(|one| &*one.fingerprint).collect();
    let shared = |(one, next): (&&str, &&str)| {
        one.bytes().zip(next.bytes()).take_while(|(one, next)| one == next).count()
    };
    let longest = all.iter().zip(all.iter().skip(1)).map(shared).max();
    longest.map_or(SHORTEST, |shared| SHORTEST.max(shared + 1))
}

/// Why the beginning of a fingerprint names no finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNamed {
    /// There is too little of it.
    #[error("`{0}` is too short for a fingerprint: give at least {SHORTEST} characters")]
    TooShort(String),
    /// No finding's fingerprint begins so.
    #[error("no finding of the report has the fingerprint {0}")]
    Unknown(String),
    /// Those of several do.
    #[error("{0} begins several fingerprints: give more of it")]
    Ambiguous(String),
}

/// The finding whose fingerprint begins like this.
pub fn named<'a>(report: &'a Report, beginning: &str) -> Result<&'a Finding, NotNamed> {
    if beginning.chars().count() < SHORTEST {
        return Err(NotNamed::TooShort(beginning.to_owned()));
    }
    let begins = |one: &&Finding| one.fingerprint.starts_with(beginning);
    let mut named = report.findings.iter().filter(begins);
    let finding = named.next().ok_or_else(|| NotNamed::Unknown(beginning.to_owned()))?;
    if named.any(|other| other.fingerprint != finding.fingerprint) {
        return Err(NotNamed::Ambiguous(beginning.to_owned()));
    }
    Ok(finding)
}
