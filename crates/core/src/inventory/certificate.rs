//! Where a certificate comes from, what it is for, and what its dates say at a given time.

use jiff::Timestamp;

use super::Certificate;
use crate::vocab::call::Call;
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::{Gap, Reason};

const DAY: i64 = 24 * 60 * 60;

/// Who made a certificate, and who keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// ACM, for the public.
    Amazon,
    /// ACM, by a private authority.
    Private,
    /// Somebody else; ACM keeps it.
    Imported,
    /// Somebody else; IAM keeps it.
    Iam,
}

impl Certificate {
    /// Fewer days than these are soon: whoever has to act should do so now.
    pub const SOON: i64 = 30;

    /// Whether IAM keeps it, not ACM.
    #[must_use]
    pub fn is_in_iam(&self) -> bool {
        self.arn.split(':').nth(2) == Some("iam")
    }

    /// Who made it, and who keeps it.
    pub fn provenance(&self) -> Result<Provenance, Gap> {
        match self.kind.as_deref() {
            _ if self.is_in_iam() => Ok(Provenance::Iam),
            Some("AMAZON_ISSUED") => Ok(Provenance::Amazon),
            Some("PRIVATE") => Ok(Provenance::Private),
            Some("IMPORTED") => Ok(Provenance::Imported),
            Some(other) => {
                Err(self.unexpected_value(Reason::Unrecognised, &format!("type {other}")))
            }
            None => {
                Err(self.unexpected_value(Reason::Malformed, "a certificate of ACM without type"))
            }
        }
    }

    /// The hosts that it is for. What IAM calls it is no host; the hosts of one kept there are written in
    /// the certificate itself, like its key.
    pub fn hosts(&self) -> Result<&[String], Gap> {
        let own = self.arn.rsplit('/').next();
        let is_label = |name: &String| Some(name.as_str()) == own && !name.contains('.');
        let labelled = self.is_in_iam() && self.names.iter().all(is_label);
        if self.names.is_empty() || labelled {
            self.key_algorithm.get()?;
            return Err(self.unexpected_value(Reason::Malformed, "a certificate without names"));
        }
        Ok(&self.names)
    }

    /// Whether ACM has begun to renew it and cannot go on by itself.
    pub fn renewal_is_stalled(&self) -> Result<bool, Gap> {
        match self.renewal_status.as_deref() {
            Some("PENDING_VALIDATION" | "FAILED") => Ok(true),
            None | Some("PENDING_AUTO_RENEWAL" | "SUCCESS") => Ok(false),
            Some(other) => {
                Err(self.unexpected_value(Reason::Unrecognised, &format!("renewal status {other}")))
            }
        }
    }

    /// Adds how its renewal stands and, as far as that was read, which proofs it waits for.
    #[must_use]
    pub fn renewal(&self, mut evidence: Evidence) -> Evidence {
        for (name, value) in [
            ("renewal_eligibility", &self.renewal_eligibility),
            ("renewal_status", &self.renewal_status),
        ] {
            if let Some(value) = value {
                evidence = evidence.with(name, value.as_str());
            }
        }
        let Ok(detail) = self.detail.get() else { return evidence };
        if let Some(failure) = &detail.failure {
            evidence = evidence.with("failure", failure.as_str());
        }
        let missing = || {
            let proven = |status: &Option<String>| status.as_deref() == Some("SUCCESS");
            detail.validations.iter().filter(move |validation| !proven(&validation.status))
        };
        let names: Vec<&str> = missing().map(|validation| validation.domain.as_str()).collect();
        let records: Vec<&str> =
            missing().filter_map(|validation| validation.record.as_deref()).collect();
        for (name, list) in [("unproven_names", names), ("missing_records", records)] {
            if !list.is_empty() {
                evidence = evidence.with(name, list);
            }
        }
        evidence
    }

    /// Whether it has expired: its time is over, or ACM says so.
    pub fn has_expired(&self, now: Timestamp) -> Result<bool, Gap> {
        if self.status.as_deref() == Some("EXPIRED") {
            return Ok(true);
        }
        Ok(self.seconds_left(now)?.is_some_and(|left| left <= 0))
    }

    /// Whole days until it expires, negative after that; none for one that was never issued.
    pub fn days_left(&self, now: Timestamp) -> Result<Option<i64>, Gap> {
        Ok(self.seconds_left(now)?.map(|left| left.div_euclid(DAY)))
    }

    /// Adds its end of validity and the days until then.
    #[must_use]
    pub fn validity(&self, evidence: Evidence, now: Timestamp) -> Evidence {
        let Some(end) = self.not_after else { return evidence };
        let left = (end.as_second() - now.as_second()).div_euclid(DAY);
        evidence.with("not_after", end.to_string()).with("days_left", left)
    }

    fn seconds_left(&self, now: Timestamp) -> Result<Option<i64>, Gap> {
        match (self.not_after, self.status.as_deref()) {
            (Some(end), _) => Ok(Some(end.as_second() - now.as_second())),
            (None, Some(status)) if status != "ISSUED" => Ok(None),
            (None, _) => {
                Err(self
                    .unexpected_value(Reason::Malformed, "a certificate without end of validity"))
            }
        }
    }

    /// The gap of an answer about this certificate that cannot be judged.
    #[must_use]
    pub fn unexpected_value(&self, reason: Reason, said: &str) -> Gap {
        let call = if self.is_in_iam() {
            Call::IamListServerCertificates
        } else {
            Call::AcmDescribeCertificate
        };
        Gap::new(call, reason).of(&self.arn).saying(said)
    }
}
