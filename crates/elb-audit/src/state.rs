//! The report of the run before: read to compare with, and replaced only by who has seen it.
//!
//! Two runs that overlap both read the same report. The second to write finds another one there, is told
//! so, and compares anew with what the first has left.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use aws_types::SdkConfig;
use elb_audit_core::digest::sha256;
use elb_audit_core::report::Report;

use crate::aws::s3::{self, Condition, Etag, Put};
use crate::files::{self, Replaced, Rights};

pub(crate) mod saved;

/// Where a report is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
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

/// What tells one report from another in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// The hash of a file.
    Hash([u8; 32]),
    /// What S3 calls it.
    Etag(Etag),
}

/// A report as it lay in its place.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) report: Report,
    pub(crate) version: Version,
}

impl Place {
    /// `s3://BUCKET/KEY`, or a file.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else {
            if text.is_empty() || text.contains("://") {
                return Err(format!("`{text}` is neither a file nor s3://BUCKET/KEY"));
            }
            return Ok(Place::File(PathBuf::from(text)));
        };
        match rest.split_once('/') {
            Some((bucket, key)) if !key.is_empty() && !key.ends_with('/') => {
                let plain =
                    |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
                if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(plain) {
                    return Err(format!("`{bucket}` cannot be the name of a bucket"));
                }
                Ok(Place::Object { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(format!("`{text}` names no object: s3://BUCKET/KEY is needed")),
        }
    }

    /// Whether a report can be kept here, as far as that is seen without trying: better known before a
    /// scan than after it.
    pub(crate) fn writable(&self) -> Result<(), String> {
        let Place::File(file) = self else { return Ok(()) };
        let name = self.name();
        if file == Path::new("-") {
            return Err("a report cannot be kept in standard output: name a file".to_owned());
        }
        if file.is_dir() {
            return Err(format!("{name} is a folder"));
        }
        match file.parent().filter(|folder| *folder != Path::new("")) {
            Some(folder) if !folder.is_dir() => {
                Err(format!("{name}: there is no folder {}", folder.display()))
            }
            _ => Ok(()),
        }
    }

    /// Whether AWS has to be asked.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Place::Object { .. })
    }

    /// As the user wrote it.
    pub(crate) fn name(&self) -> String {
        match self {
            Place::File(file) if file == Path::new("-") => "standard input".to_owned(),
            Place::File(file) => file.display().to_string(),
            Place::Object { bucket, key } => format!("s3://{bucket}/{key}"),
        }
    }

    /// The report that is kept here; none if there is nothing yet.
    pub(crate) async fn read(&self, config: Option<&SdkConfig>) -> Result<Option<Kept>, String> {
        let name = self.name();
        let (bytes, version) = match self {
            Place::File(file) if file == Path::new("-") => {
                let mut bytes = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut bytes);
                read.map_err(|error| format!("cannot read standard input: {error}"))?;
                let version = Version::Hash(sha256(&bytes));
                (bytes, version)
            }
            Place::File(file) => match fs::read(file) {
                Ok(bytes) => {
                    let version = Version::Hash(sha256(&bytes));
                    (bytes, version)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(format!("cannot read {name}: {error}")),
            },
            Place::Object { bucket, key } => {
                let config = config.ok_or_else(|| format!("cannot read {name} without AWS"))?;
                match s3::get(config, bucket, key).await? {
                    Some((bytes, etag)) => (bytes, Version::Etag(etag)),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Kept { report: saved::report(&name, &bytes)?, version }))
    }

    /// The report that is kept here, which has to be there; `-` is standard input.
    pub(crate) async fn needed(&self, config: Option<&SdkConfig>) -> Result<Report, String> {
        let kept = self.read(config).await?;
        kept.map(|kept| kept.report)
            .ok_or_else(|| format!("cannot read {}: there is no such report", self.name()))
    }

    /// Keeps a report here, unless another one has come since `seen`.
    pub(crate) async fn replace(
        &self,
        config: Option<&SdkConfig>,
        seen: Option<&Version>,
        report: &Report,
    ) -> Result<Replaced, String> {
        let name = self.name();
        let bytes =
            serde_json::to_vec(report).map_err(|error| format!("cannot write {name}: {error}"))?;
        match self {
            Place::File(file) => {
                let expected = |there: Option<&[u8]>| {
                    there.map(|bytes| Version::Hash(sha256(bytes))).as_ref() == seen
                };
                files::replace(file, Rights::Private, expected, &bytes)
                    .map_err(|error| format!("cannot write {name}: {error}"))
            }
            Place::Object { bucket, key } => {
                let config = config.ok_or_else(|| format!("cannot write {name} without AWS"))?;
                let condition = match seen {
                    Some(Version::Etag(etag)) => Condition::Matches(etag.clone()),
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
