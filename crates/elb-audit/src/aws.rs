//! The client that AWS is asked with: credentials, endpoints, pace, and one small client for many services.

pub(crate) mod api;
pub mod bounds;
mod connections;
pub(crate) mod document;
pub(crate) mod endpoint;
pub(crate) mod incoming;
mod lists;
mod markup;
pub(crate) mod pace;
pub(crate) mod profiles;
pub(crate) mod query;
pub(crate) mod role;
pub mod s3;
pub(crate) mod session;
mod stop;
pub(crate) mod verbatim;
pub(crate) mod whole;

use jiff::Timestamp;

pub use profiles::Profiles;
pub use role::{Role, RoleArnError};
pub use session::{AccessError, Session, Tuning};
pub use stop::{Stop, StopClock};

/// AWS's time as ours; none if it lies outside of what a calendar has.
pub(crate) fn timestamp(time: &aws_smithy_types::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}
