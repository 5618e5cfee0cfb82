//! The report of the run before: read to compare with, and replaced only by who has seen it.
//!
//! Two runs that overlap both read the same report. The second to write finds another one there, is told
//! so, and compares anew with what the first has left.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_types::SdkConfig;
use elb_audit_core::report::Report;
use sha2::{Digest, Sha256};

use crate::aws::s3::{self, Condition, Etag, Put};

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
    Hash(Vec<u8>),
    /// What S3 calls it.
    Etag(Etag),
}

/// A report as it lay in its place.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) report: Report,
    pub(crate) version: Version,
}

/// What came of replacing a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It is there.
    Done,
    /// Another run has written its own since this one has read.
    Overtaken,
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
                (bytes, Version::Hash(Vec::new()))
            }
            Place::File(file) => match fs::read(file) {
                Ok(bytes) => {
                    let version = Version::Hash(hash(&bytes));
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
    ) -> Result<Saved, String> {
        let name = self.name();
        let bytes =
            serde_json::to_vec(report).map_err(|error| format!("cannot write {name}: {error}"))?;
        match self {
            Place::File(file) => replace_file(file, seen, &bytes)
                .map_err(|error| format!("cannot write {name}: {error}")),
            Place::Object { bucket, key } => {
                let config = config.ok_or_else(|| format!("cannot write {name} without AWS"))?;
                let condition = match seen {
                    Some(Version::Etag(etag)) => Condition::Matches(etag.clone()),
                    _ => Condition::Absent,
                };
                Ok(match s3::put(config, bucket, key, bytes, condition).await? {
                    Put::Done(_) => Saved::Done,
                    Put::Conflict => Saved::Overtaken,
                })
            }
        }
    }
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// A run that writes takes this long at most: what is older was left by one that was ended.
const LONGEST_WRITE: Duration = Duration::from_mins(5);

/// Writes beside the file and moves it there: whoever reads sees the old one or the new one. Of two runs
/// only one can make the file beside it, so that not both find the first as it was.
fn replace_file(file: &Path, seen: Option<&Version>, bytes: &[u8]) -> std::io::Result<Saved> {
    // A link stays one, and leads to the new report.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.new"));
    let mut new = match private(&beside) {
        Ok(new) => new,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let age = fs::symlink_metadata(&beside)?.modified()?.elapsed().unwrap_or_default();
            if age < LONGEST_WRITE {
                return Ok(Saved::Overtaken);
            }
            fs::remove_file(&beside)?;
            private(&beside)?
        }
        Err(error) => return Err(error),
    };
    let there = match fs::read(&file) {
        Ok(bytes) => Ok(Some(Version::Hash(hash(&bytes)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let written = there.and_then(|there| {
        if there.as_ref() != seen {
            return Ok(Saved::Overtaken);
        }
        new.write_all(bytes).and_then(|()| new.sync_all())?;
        fs::rename(&beside, &file).map(|()| Saved::Done)
    });
    if !matches!(written, Ok(Saved::Done)) {
        // What was begun is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file that is not there yet, and that its owner alone can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
