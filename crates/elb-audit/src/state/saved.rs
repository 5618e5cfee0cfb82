//! Saved reports: what `accept`, `diff`, `--baseline` and `--state` read.

use elb_audit_core::report::{Report, SCHEMA};
use elb_audit_core::vocab::escape::cut;
use serde::Deserialize;
use serde_json::error::Category;

/// Why a saved report cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {name}: {problem}")]
pub struct ReportError {
    name: String,
    problem: Problem,
}

/// What is wrong with a report.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("it is no JSON report ({0})")]
    NotJson(serde_json::Error),
    #[error("it is no JSON report, or a part of one ({0})")]
    CutOff(serde_json::Error),
    #[error("its schema is `{0}`, not `{SCHEMA}`")]
    Schema(String),
    #[error("it does not follow `{SCHEMA}` ({0})")]
    Malformed(serde_json::Error),
}

/// What every version of a report has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// Reads a report of the version that this program writes; `name` is what messages call it.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Report, ReportError> {
    read(bytes).map_err(|problem| ReportError { name: name.to_owned(), problem })
}

fn read(bytes: &[u8]) -> Result<Report, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Eof => Problem::CutOff(error),
        _ => Problem::NotJson(error),
    })?;
    if head.schema != SCHEMA {
        return Err(Problem::Schema(cut(&head.schema, 80)));
    }
    serde_json::from_slice(bytes).map_err(Problem::Malformed)
}
