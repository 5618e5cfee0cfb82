//! What a certificate's dates say at a given time.

use jiff::Timestamp;

use super::Certificate;
use crate::call::Call;
use crate::check::Evidence;
use crate::fact::{Gap, Reason};

const DAY: i64 = 24 * 60 * 60;

impl Certificate {
    /// Whether IAM keeps it, not ACM.
    #[must_use]
    pub fn is_in_iam(&self) -> bool {
        self.arn.split(':').nth(2) == Some("iam")
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
            (None, _) => Err(self.odd(Reason::Malformed, "a certificate without end of validity")),
        }
    }

    /// The gap of an answer about this certificate that cannot be judged.
    #[must_use]
    pub fn odd(&self, reason: Reason, said: &str) -> Gap {
        let call = if self.is_in_iam() {
            Call::IamListServerCertificates
        } else {
            Call::AcmDescribeCertificate
        };
        Gap::new(call, reason).of(&self.arn).saying(said)
    }
}
