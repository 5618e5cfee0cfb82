//! Where `--output` writes to: a file, a folder of files, an object of S3 or a prefix of objects, or standard
//! output.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::aws::s3;

/// Why a text names no place for a report.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// There is nothing behind the `=`.
    #[error(
        "a place is needed: a file, a folder that ends in `/`, s3://BUCKET/KEY, or - for standard output"
    )]
    Empty,
    /// It looks like a URL.
    #[error("`{0}` is no place for a report: write a file, or s3://BUCKET/KEY")]
    Unknown(String),
    /// No bucket of S3 has such a name.
    #[error("`{0}` cannot be the name of a bucket")]
    Bucket(String),
}

/// A place for one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output.
    Standard,
    /// A file.
    File(PathBuf),
    /// An object of S3.
    Object {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Standard => f.write_str("-"),
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

/// What the user names: a place, or one that holds many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A place for one report.
    One(Place),
    /// A folder: it is there, or its name ends in a slash.
    Folder(PathBuf),
    /// The same in S3: what keys begin with; empty, or a slash at its end.
    Prefix {
        /// The bucket.
        bucket: String,
        /// What the keys begin with.
        prefix: String,
    },
}

impl Target {
    /// What a text names.
    pub(super) fn parse(text: &str) -> Result<Self, PlaceError> {
        if let Some((bucket, key)) = s3::address(text) {
            if !s3::is_bucket_name(bucket) {
                return Err(PlaceError::Bucket(bucket.to_owned()));
            }
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            return Ok(if key.is_empty() || key.ends_with('/') {
                Target::Prefix { bucket, prefix: key }
            } else {
                Target::One(Place::Object { bucket, key })
            });
        }
        let path = Path::new(text);
        match text {
            "" => Err(PlaceError::Empty),
            "-" => Ok(Target::One(Place::Standard)),
            _ if text.contains("://") => Err(PlaceError::Unknown(text.to_owned())),
            _ if text.ends_with('/') || path.is_dir() => Ok(Target::Folder(path.to_owned())),
            _ => Ok(Target::One(Place::File(path.to_owned()))),
        }
    }

    /// The place for a file of this name; the place itself where it is for one report.
    pub(super) fn place(&self, file: &str) -> Place {
        match self {
            Target::One(place) => place.clone(),
            Target::Folder(folder) => Place::File(folder.join(file)),
            Target::Prefix { bucket, prefix } => {
                Place::Object { bucket: bucket.clone(), key: format!("{prefix}{file}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_a_folder_or_in_s3() {
        for (text, expected) in [
            ("a.json", "a.json"),
            ("a/b.json", "a/b.json"),
            ("-", "-"),
            ("./-", "./-"),
            ("/", "/x.csv"),
            ("no/such/folder/", "no/such/folder/x.csv"),
            (".", "./x.csv"),
            ("s3://reports/a.json", "s3://reports/a.json"),
            ("s3://reports/daily/", "s3://reports/daily/x.csv"),
            ("s3://reports/", "s3://reports/x.csv"),
            ("s3://reports", "s3://reports/x.csv"),
        ] {
            assert_eq!(Target::parse(text).unwrap().place("x.csv").to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for text in ["", "https://example.com/a.json", "file:///a", "s3://", "s3://A/b", "s3:///b"]
        {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }
}
