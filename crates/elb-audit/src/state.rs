//! The report of the run before: read to compare with, and replaced only by who has seen it.
//!
//! Two runs that overlap both read the same report. Only one of them gets the right to replace it, before it tells
//! anybody; the other one waits, and compares again with what the first has left.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::digest::sha256;
use jiff::Timestamp;

use crate::aws::s3::{self, Etag, S3Error};
use crate::files::aside::Target;
use crate::files::read::{self, Bounds, ReadError};

mod hold;
pub(crate) mod saved;

pub(crate) use hold::{Held, Hold};
use saved::{Claim, ReportError, Saved};

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
    /// It is a pipe, a device or a socket, or what is open already.
    #[error("{0} is not a regular file: a report cannot be kept there")]
    NotAFile(String),
    /// It would be in a folder that is not there.
    #[error("{0}: there is no folder {1}")]
    NoFolder(String, String),
}

/// Why a report cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, ReadError),
    /// The run was stopped, or its time was up.
    #[error("cannot read {0}: it had not come to its end when the run was stopped")]
    Stopped(String),
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

/// What lies in a place.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// The report of the run before; none where there is none yet.
    pub(crate) report: Option<Report>,
    /// Which version this is; none where nothing is there.
    pub(crate) version: Option<StateVersion>,
    /// The run that tells and has not kept its own report yet.
    claim: Option<Claim>,
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
        let there = file.metadata().ok();
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(LocationError::Folder(name));
        }
        if Target::of(file).is_open || there.is_some_and(|there| !there.is_file()) {
            return Err(LocationError::NotAFile(name));
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

    /// What is kept here, read within this time.
    pub(crate) async fn read(
        &self,
        config: Option<&SdkConfig>,
        longest: Duration,
    ) -> Result<Stored, StateError> {
        let name = self.name();
        let bounds = Bounds::DOCUMENT.within(longest);
        let failed = |error| StateError::Read(self.name(), error);
        let (bytes, version) = match self {
            StateLocation::File(file) if file == Path::new("-") => {
                let bytes = read::document_from_input(bounds).map_err(failed)?;
                let version = StateVersion::Hash(sha256(&bytes));
                (bytes, version)
            }
            StateLocation::File(file) => {
                match read::if_there(read::document(file, bounds)).map_err(failed)? {
                    Some(bytes) => {
                        let version = StateVersion::Hash(sha256(&bytes));
                        (bytes, version)
                    }
                    None => return Ok(Stored::default()),
                }
            }
            StateLocation::Object { bucket, key } => {
                let config = config.ok_or_else(|| StateError::ReadWithoutAws(name.clone()))?;
                match s3::get_within(config, bucket, key, longest).await? {
                    Some((bytes, etag)) => {
                        saved::check(&name, &bytes)?;
                        (bytes, StateVersion::Etag(etag))
                    }
                    None => return Ok(Stored::default()),
                }
            }
        };
        let Saved { report, claim } = saved::parse(&name, &bytes)?;
        Ok(Stored { report, version: Some(version), claim })
    }

    /// The report that is kept here, which has to be there; `-` is standard input.
    pub(crate) async fn read_required(
        &self,
        config: Option<&SdkConfig>,
    ) -> Result<Report, StateError> {
        let stored = self.read(config, Bounds::DOCUMENT.longest).await?;
        stored.report.ok_or_else(|| StateError::Missing(self.name()))
    }
}
