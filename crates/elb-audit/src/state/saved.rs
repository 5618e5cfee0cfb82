//! Saved reports: what `accept`, `diff`, `--baseline` and `--state` read.

use elb_audit_core::report::{Report, SCHEMA};
use elb_audit_core::vocab::escape::cut;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::json;

use crate::files::survey::{ShapeError, Survey, brief};

/// The schema of what lies where a run tells that is the first one: no report yet.
const CLAIM: &str = "elb-audit/telling/v1";

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
    #[error(transparent)]
    Shape(#[from] ShapeError),
    #[error("it is no JSON report ({})", brief(.0))]
    NotJson(serde_json::Error),
    #[error("it is no JSON report, or a part of one ({})", brief(.0))]
    CutOff(serde_json::Error),
    #[error("its schema is `{0}`, not `{SCHEMA}`")]
    Schema(String),
    #[error("it does not follow `{SCHEMA}` ({})", brief(.0))]
    Malformed(serde_json::Error),
}

/// What every version of a report has.
#[derive(Deserialize)]
struct Head {
    schema: String,
    #[serde(default)]
    telling: Option<Claim>,
}

/// That a run tells somebody of what it has found, and will keep its report then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Since when.
    pub(crate) since: Timestamp,
    /// What no other run is called.
    pub(crate) run: String,
}

/// What was saved in a place.
#[derive(Debug)]
pub(crate) struct Saved {
    /// The report; none where the first run has not kept its own yet.
    pub(crate) report: Option<Report>,
    /// The run that tells and has not kept its report yet.
    pub(crate) claim: Option<Claim>,
}

/// Refuses what cannot be a report, where nobody has looked at it while it was read.
pub(crate) fn check(name: &str, bytes: &[u8]) -> Result<(), ReportError> {
    Survey::check(bytes)
        .map_err(|error| ReportError { name: name.to_owned(), problem: error.into() })
}

/// Reads a report of the version that this program writes; `name` is what messages call it.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Saved, ReportError> {
    read(bytes).map_err(|problem| ReportError { name: name.to_owned(), problem })
}

fn read(bytes: &[u8]) -> Result<Saved, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Eof => Problem::CutOff(error),
        _ => Problem::NotJson(error),
    })?;
    let report = match head.schema.as_str() {
        CLAIM => None,
        SCHEMA => Some(serde_json::from_slice(bytes).map_err(Problem::Malformed)?),
        other => return Err(Problem::Schema(cut(other, 80))),
    };
    Ok(Saved { report, claim: head.telling })
}

/// The report as it is saved, with the run that tells and will replace it.
pub(crate) fn write(report: Option<&Report>, claim: Option<&Claim>) -> serde_json::Result<Vec<u8>> {
    let Some(report) = report else {
        return serde_json::to_vec(&json!({"schema": CLAIM, "telling": claim}));
    };
    let mut bytes = serde_json::to_vec(report)?;
    if let Some(claim) = claim {
        bytes.pop();
        bytes.extend(b",\"telling\":");
        serde_json::to_writer(&mut bytes, claim)?;
        bytes.push(b'}');
    }
    Ok(bytes)
}
