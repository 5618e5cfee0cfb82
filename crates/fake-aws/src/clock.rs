//! The clock that rate limits are kept by: real, or moved by a test.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A clock that starts at nought with the fake.
pub(crate) struct Clock {
    start: Instant,
    frozen: Mutex<Option<Duration>>,
}

impl Clock {
    /// A running clock.
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), frozen: Mutex::new(None) }
    }

    /// Real time since the start, whether frozen or not.
    pub(crate) fn real(&self) -> Duration {
        self.start.elapsed()
    }

    /// The time that rate limits see.
    pub(crate) fn now(&self) -> Duration {
        let frozen = *self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        frozen.unwrap_or_else(|| self.real())
    }

    /// Stops the clock and moves it on.
    pub(crate) fn advance(&self, by: Duration) {
        let now = self.now();
        *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = Some(now + by);
    }
}
