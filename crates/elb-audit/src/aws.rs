//! The client that AWS is asked with: credentials, endpoints, pace, and one small client for many services.

pub(crate) mod api;
mod authorities;
pub mod bounds;
pub(crate) mod connection_error;
mod connections;
pub(crate) mod document;
pub(crate) mod endpoint;
mod http_clients;
pub(crate) mod incoming;
mod lists;
mod markup;
pub(crate) mod pace;
pub(crate) mod profiles;
mod proxy;
pub(crate) mod query;
pub(crate) mod region;
pub(crate) mod role;
pub mod s3;
mod sdk_files;
pub(crate) mod session;
mod stop;
pub(crate) mod strict;
pub(crate) mod understood;
mod target;
pub(crate) mod verbatim;
mod waits;
pub(crate) mod whole;

use jiff::Timestamp;

pub use profiles::Profiles;
pub use region::RegionName;
pub use role::{Role, RoleArnError};
pub use session::{AccessError, Session, Tuning};
pub use stop::{Stop, StopClock};

/// AWS's time as ours; none if it lies outside of what a calendar has, or before there were clocks to tell it.
pub(crate) fn timestamp(time: &aws_smithy_types::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok().filter(|time| *time >= Timestamp::UNIX_EPOCH)
}
