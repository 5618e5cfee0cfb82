//! What may never end: opening a pipe whose other end nobody holds, a read from it.
//!
//! Nothing ends a system call that waits. It is made by a thread of its own, which is left alone when the time is up.

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What comes of it in this time; none if it takes longer.
pub(super) fn within<T: Send + 'static>(
    longest: Duration,
    act: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let (ended, end) = mpsc::channel();
    thread::Builder::new().name("files".to_owned()).spawn(move || {
        // Nobody waits any longer: the time is up.
        let _ = ended.send(act());
    })?;
    Ok(end.recv_timeout(longest).ok())
}
