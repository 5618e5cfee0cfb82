//! The report of the run before: read to compare with, and replaced only by who has seen it.
//!
//! Two runs that overlap both read the same report. The second to write finds another one there, is told
//! so, and compares again with what the first has left.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use aws_types::SdkConfig;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::digest::sha256;
use jiff::Timestamp;

use crate::aws::s3::{self, Condition, Etag, Put, S3Error};
use crate::files::{self, Replaced, Rights};

pub(crate) mod saved;

use saved::ReportError;

/// Where a report is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StateLocation {
    /// A file.
    File(PathBuf),
    /// An object of Amazon S3.
    Object {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
}

/// Why a text names no place for a report, or one where none can be kept.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// It is of another kind.
    #[error("`{0}` is neither a file nor s3://BUCKET/KEY")]
    Unknown(String),
    /// No bucket has this name.
    #[error("`{0}` cannot be the name of a bucket")]
    BucketName(String),
    /// It is a bucket, or a folder in one.
    #[error("`{0}` names no object: s3://BUCKET/KEY is needed")]
    NoObject(String),
    /// What is written there cannot be read again.
    #[error("a report cannot be kept in standard output: name a file")]
    StandardOutput,
    /// It is a folder.
    #[error("{0} is a folder")]
    Folder(String),
    /// It would be in a folder that is not there.
    #[error("{0}: there is no folder {1}")]
    NoFolder(String, String),
}

/// Why a report cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, std::io::Error),
    /// There is none.
    #[error("cannot read {0}: there is no such report")]
    Missing(String),
    /// Its object can only be read with credentials.
    #[error("cannot read {0} without AWS")]
    ReadWithoutAws(String),
    /// The file cannot be written.
    #[error("cannot write {0}: {1}")]
    Write(String, std::io::Error),
    /// Its object can only be written with credentials.
    #[error("cannot write {0} without AWS")]
    WriteWithoutAws(String),
    /// No run can have left it.
    #[error("{0} is dated in the future ({1}): remove it")]
    Future(String, Timestamp),
    /// S3 says no.
    #[error(transparent)]
    S3(#[from] S3Error),
    /// It is no report.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// What tells one report from another in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StateVersion {
    /// The hash of a file.
    Hash([u8; 32]),
    /// What S3 calls it.
    Etag(Etag),
}

/// A report as it lay in its place.
#[derive(Debug)]
pub(crate) struct StoredReport {
    pub(crate) report: Report,
    pub(crate) version: StateVersion,
}

impl StateLocation {
    /// `s3://BUCKET/KEY`, or a file.
    pub(crate) fn parse(text: &str) -> Result<Self, LocationError> {
        let Some((bucket, key)) = s3::address(text) else {
            if text.is_empty() || text.contains("://") {
                return Err(LocationError::Unknown(text.to_owned()));
            }
            return Ok(StateLocation::File(PathBuf::from(text)));
        };
        if key.is_empty() || key.ends_with('/') {
            return Err(LocationError::NoObject(text.to_owned()));
        }
        if !s3::is_bucket_name(bucket) {
            return Err(LocationError::BucketName(bucket.to_owned()));
        }
        Ok(StateLocation::Object { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// Whether a report can be kept here, as far as that is seen without trying: better known before a
    /// scan than after it.
    pub(crate) fn check_writable(&self) -> Result<(), LocationError> {
        let StateLocation::File(file) = self else { return Ok(()) };
        let name = self.name();
        if file == Path::new("-") {
            return Err(LocationError::StandardOutput);
        }
        if file.is_dir() {
            return Err(LocationError::Folder(name));
        }
        match file.parent().filter(|folder| *folder != Path::new("")) {
            Some(folder) if !folder.is_dir() => {
                Err(LocationError::NoFolder(name, folder.display().to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Whether AWS has to be asked.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, StateLocation::Object { .. })
    }

    /// As the user wrote it.
    pub(crate) fn name(&self) -> String {
        match self {
            StateLocation::File(file) if file == Path::new("-") => "standard input".to_owned(),
            StateLocation::File(file) => file.display().to_string(),
            StateLocation::Object { bucket, key } => format!("s3://{bucket}/{key}"),
        }
    }

    /// The report that is kept here; none if there is nothing yet.
    pub(crate) async fn read(
        &self,
        config: Option<&SdkConfig>,
    ) -> Result<Option<StoredReport>, StateError> {
        let name = self.name();
        let (bytes, version) = match self {
            StateLocation::File(file) if file == Path::new("-") => {
                let mut bytes = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut bytes);
                read.map_err(|error| StateError::Read(name.clone(), error))?;
                let version = StateVersion::Hash(sha256(&bytes));
                (bytes, version)
            }
            StateLocation::File(file) => match fs::read(file) {
                Ok(bytes) => {
                    let version = StateVersion::Hash(sha256(&bytes));
                    (bytes, version)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(StateError::Read(name, error)),
            },
            StateLocation::Object { bucket, key } => {
                let config = config.ok_or_else(|| StateError::ReadWithoutAws(name.clone()))?;
                match s3::get(config, bucket, key).await? {
                    Some((bytes, etag)) => (bytes, StateVersion::Etag(etag)),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(StoredReport { report: saved::parse(&name, &bytes)?, version }))
    }

    /// The report that is kept here, which has to be there; `-` is standard input.
    pub(crate) async fn read_required(
        &self,
        config: Option<&SdkConfig>,
    ) -> Result<Report, StateError> {
        let kept = self.read(config).await?;
        kept.map(|kept| kept.report).ok_or_else(|| StateError::Missing(self.name()))
    }

    /// Keeps a report here, unless another one has come since `seen`.
    pub(crate) async fn replace(
        &self,
        config: Option<&SdkConfig>,
        seen: Option<&StateVersion>,
        report: &Report,
    ) -> Result<Replaced, StateError> {
        let name = self.name();
        let bytes = serde_json::to_vec(report)
            .map_err(|error| StateError::Write(name.clone(), error.into()))?;
        match self {
            StateLocation::File(file) => {
                let expected = |there: Option<&[u8]>| {
                    there.map(|bytes| StateVersion::Hash(sha256(bytes))).as_ref() == seen
                };
                files::replace(file, Rights::Private, expected, &bytes)
                    .map_err(|error| StateError::Write(name, error))
            }
            StateLocation::Object { bucket, key } => {
                let config = config.ok_or(StateError::WriteWithoutAws(name))?;
                let condition = match seen {
                    Some(StateVersion::Etag(etag)) => Condition::Matches(etag.clone()),
                    _ => Condition::Absent,
                };
                Ok(match s3::put(config, bucket, key, bytes, condition).await? {
                    Put::Done(_) => Replaced::Done,
                    Put::Conflict => Replaced::Overtaken,
                })
            }
        }
    }
}
