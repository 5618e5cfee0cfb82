//! The right to replace what is kept. A run has it before it tells anybody, so that of two runs only one tells.
//!
//! In a file it is a lock. In S3, which has none, it is the report itself, written once more with the time in it:
//! only who has seen the version before can do that.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::digest::sha256;
use jiff::{SignedDuration, Timestamp};

use super::saved::Claim;
use super::{StateError, StateLocation, StateVersion, Stored, saved};
use crate::aws::s3::{self, Condition, Put};
use crate::files::aside::{self, Target};
use crate::files::lock::{self, Lock, Taken};
use crate::files::read::{self, Bounds};
use crate::files::{Rights, unique};

/// How long another run may tell before it is taken for gone. In S3 nothing says that it lives.
const CLAIM: Duration = Duration::from_mins(2);
/// How long one is waited for then: telling takes seconds.
const TELLING: Duration = Duration::from_secs(10);
/// How long a lock is waited for that nobody is known to hold.
const WRITING: Duration = Duration::from_millis(1_500);

/// What no other run is called.
static RUN: LazyLock<String> = LazyLock::new(unique);

/// The right to replace what is kept.
#[derive(Debug)]
pub(crate) enum Hold {
    /// Of a file.
    File(Lock),
    /// Of an object.
    Object {
        /// What has to hold when it is written.
        condition: Condition,
        /// Whether it was written with the time in it.
        is_claimed: bool,
    },
}

/// What came of trying to get it.
#[derive(Debug)]
pub(crate) enum Held {
    /// This run has it.
    Mine(Hold),
    /// Another run has written since this one read.
    Overtaken,
    /// Another run has it.
    Busy {
        /// What is in the way, and what to do.
        said: String,
        /// How long it is worth waiting for.
        patience: Duration,
    },
}

impl Hold {
    /// What a run has noted that had it before, and was killed.
    pub(crate) fn left(&self) -> &[u8] {
        match self {
            Hold::File(lock) => lock.left(),
            Hold::Object { .. } => &[],
        }
    }

    /// Notes a line for the next run, should this one be killed. Where that fails, the next run tells more than it has to.
    pub(crate) fn note(&mut self, line: &str) {
        if let Hold::File(lock) = self {
            let _ = lock.note(line);
        }
    }
}

/// `PATH exists: another run …`.
fn busy(what: &str, remedy: &str, after: Duration) -> String {
    let minutes = after.as_secs() / 60;
    format!("{what}: another run is writing, or was killed; {remedy}wait {minutes} minutes")
}

impl StateLocation {
    /// Tries to get the right to replace what was read. `tells` says whether somebody is told before.
    pub(crate) async fn hold(
        &self,
        config: Option<&SdkConfig>,
        stored: &Stored,
        tells: bool,
    ) -> Result<Held, StateError> {
        let (bucket, key) = match self {
            StateLocation::File(file) => return self.hold_file(file, stored),
            StateLocation::Object { bucket, key } => (bucket, key),
        };
        let now = Timestamp::now();
        if let Some(Claim { since, run }) = &stored.claim
            && *run != *RUN
            && now.duration_since(*since).abs()
                < SignedDuration::try_from(CLAIM).unwrap_or_default()
        {
            let what = format!("{} is claimed since {since}", self.name());
            let said = busy(&what, "", CLAIM);
            return Ok(Held::Busy { said, patience: TELLING });
        }
        let condition = match &stored.version {
            Some(StateVersion::Etag(etag)) => Condition::Matches(etag.clone()),
            _ => Condition::Absent,
        };
        if !tells {
            return Ok(Held::Mine(Hold::Object { condition, is_claimed: false }));
        }
        let config = config.ok_or_else(|| StateError::WriteWithoutAws(self.name()))?;
        let claim = Claim { since: now, run: RUN.clone() };
        let bytes = self.written(stored.report.as_ref(), Some(&claim))?;
        Ok(match s3::put(config, bucket, key, bytes, condition).await? {
            Put::Done(etag) => {
                let condition = Condition::Matches(etag);
                Held::Mine(Hold::Object { condition, is_claimed: true })
            }
            Put::Conflict => Held::Overtaken,
        })
    }

    fn hold_file(&self, file: &Path, stored: &Stored) -> Result<Held, StateError> {
        let failed = |error| StateError::Write(self.name(), error);
        let path = Target::of(file).path;
        let lock = match lock::take(&path).map_err(failed)? {
            Taken::Mine(lock) => lock,
            Taken::Held { by, is_alive } => {
                let by = by.display();
                let remedy = format!("remove {by} or ");
                let said = busy(&format!("{by} exists"), &remedy, lock::LONGEST);
                let patience = if is_alive { lock::LONGEST } else { WRITING };
                return Ok(Held::Busy { said, patience });
            }
        };
        let there = read::if_there(read::bytes(&path, Bounds::DOCUMENT));
        let there = there.map_err(|error| StateError::Read(self.name(), error))?;
        let version = there.map(|bytes| StateVersion::Hash(sha256(&bytes)));
        Ok(if version == stored.version { Held::Mine(Hold::File(lock)) } else { Held::Overtaken })
    }

    /// Keeps a report here; whether no other run was faster.
    pub(crate) async fn keep(
        &self,
        hold: Hold,
        config: Option<&SdkConfig>,
        report: &Report,
    ) -> Result<bool, StateError> {
        let bytes = self.written(Some(report), None)?;
        match (self, hold) {
            (StateLocation::File(file), _lock) => {
                aside::write(file, Rights::Private, |out| out.write_all(&bytes))
                    .map_err(|error| StateError::Write(self.name(), error))?;
                Ok(true)
            }
            (StateLocation::Object { bucket, key }, hold) => {
                let config = config.ok_or_else(|| StateError::WriteWithoutAws(self.name()))?;
                let condition = match hold {
                    Hold::Object { condition, .. } => condition,
                    Hold::File(_) => Condition::Absent,
                };
                let put = s3::put(config, bucket, key, bytes, condition).await?;
                Ok(matches!(put, Put::Done(_)))
            }
        }
    }

    /// Leaves what is kept as it was. Where that fails, the time that is in it runs out.
    pub(crate) async fn give_up(&self, hold: Hold, config: Option<&SdkConfig>, stored: &Stored) {
        let (StateLocation::Object { bucket, key }, Some(config)) = (self, config) else { return };
        let Hold::Object { condition, is_claimed: true } = hold else { return };
        if let Ok(bytes) = self.written(stored.report.as_ref(), None) {
            let _ = s3::put(config, bucket, key, bytes, condition).await;
        }
    }

    fn written(
        &self,
        report: Option<&Report>,
        claim: Option<&Claim>,
    ) -> Result<Vec<u8>, StateError> {
        saved::write(report, claim).map_err(|error| StateError::Write(self.name(), error.into()))
    }
}
