//! Where an inventory comes from: AWS, or a file.

pub mod file;

use std::path::PathBuf;

use elb_audit_core::inventory::Inventory;

use crate::aws::{AccessError, Session, Stop, StopClock, Tuning};
use crate::collect::{self, OnProgress, Request};
use file::FileError;

/// Where an inventory comes from.
pub(crate) enum Source<'a> {
    /// The accounts that a session leads into.
    Aws {
        /// Credentials.
        session: &'a Session,
        /// What to read.
        request: &'a Request,
        /// How long to wait for AWS.
        tuning: &'a Tuning,
        /// When to stop.
        clock: &'a StopClock,
        /// Told how far it is.
        progress: &'a OnProgress<'a>,
    },
    /// Files that `elb-audit collect` has saved; `-` is standard input.
    Files(&'a [PathBuf]),
}

/// Why there is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// AWS gives nothing.
    #[error(transparent)]
    Aws(#[from] AccessError),
    /// A saved inventory cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Source<'_> {
    /// The inventory, and whether reading it was stopped.
    pub(crate) async fn read(self) -> Result<(Inventory, Stop), SourceError> {
        match self {
            Source::Aws { session, request, tuning, clock, progress } => {
                let signal = clock.signal();
                let reading = collect::collect(session, request, tuning, signal.clone(), progress);
                let inventory = Box::pin(reading).await?;
                let stopped = *signal.borrow();
                Ok((inventory, stopped))
            }
            Source::Files(paths) => Ok((file::read_all(paths)?, Stop::No)),
        }
    }
}
