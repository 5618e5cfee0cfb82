//! A report that is named, and one finding of it by the beginning of its fingerprint.

use std::io::IsTerminal as _;

use elb_audit_core::report::fingerprint::named;
use elb_audit_core::report::{Finding, Report};

use super::open;
use crate::cli::FindingSource;
use crate::error::{Error, FindingError};
use crate::state::StateLocation;

/// The report that the options name; none where they name none.
pub(super) async fn report_of(source: &FindingSource) -> Result<Option<Report>, Error> {
    let (option, place) = match (&source.report, &source.state) {
        (Some(report), _) => ("--report", report),
        (None, Some(state)) => ("--state", state),
        (None, None) => return Ok(None),
    };
    read(option, place, source.profile.as_deref()).await.map(Some)
}

/// Reads the report that lies here: a file, an object of S3, or `-` for standard input.
pub(super) async fn read(
    option: &'static str,
    place: &str,
    profile: Option<&str>,
) -> Result<Report, Error> {
    let location =
        StateLocation::parse(place).map_err(|error| FindingError::Location(option, error))?;
    if place == "-" && std::io::stdin().is_terminal() {
        return Err(FindingError::NoInput(option).into());
    }
    let session = if location.is_remote() { Some(open(profile).await?) } else { None };
    let config = session.as_ref().map(crate::aws::Session::config);
    Ok(location.read_required(config).await.map_err(FindingError::State)?)
}

/// The finding that is meant.
pub(super) fn find(report: &Report, fingerprint: &str) -> Result<Finding, FindingError> {
    Ok(named(report, fingerprint)?.clone())
}
