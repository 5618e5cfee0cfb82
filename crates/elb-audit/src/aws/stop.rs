//! When a scan stops before it is done.

use std::time::{Duration, Instant};

use aws_smithy_async::rt::sleep::AsyncSleep as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Tuning;

/// Why a scan stops before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It goes on.
    No,
    /// Its deadline has passed.
    Deadline,
    /// The user interrupted it.
    Interrupted,
}

/// Stops a scan at its deadline, or when it is interrupted. It runs for as long as it lives.
#[derive(Debug)]
pub struct StopClock {
    stop: watch::Receiver<Stop>,
    began: Instant,
    deadline: Duration,
    task: JoinHandle<()>,
}

impl StopClock {
    /// Starts it; `interrupted` is ready when the user has had enough.
    #[must_use]
    pub fn start(tuning: &Tuning, interrupted: impl Future<Output = ()> + Send + 'static) -> Self {
        let (sender, stop) = watch::channel(Stop::No);
        let (deadline, sleep) = (tuning.deadline, tuning.sleep.clone());
        let task = tokio::spawn(async move {
            let why = tokio::select! {
                () = sleep.sleep(deadline) => Stop::Deadline,
                () = interrupted => Stop::Interrupted,
            };
            sender.send_replace(why);
            sender.closed().await;
        });
        StopClock { stop, began: Instant::now(), deadline, task }
    }

    /// Whether it has gone off, and what is told when it does.
    #[must_use]
    pub fn signal(&self) -> watch::Receiver<Stop> {
        self.stop.clone()
    }

    /// Time that is left until the deadline.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.began.elapsed())
    }

    /// Waits until it goes off, or is no more.
    pub(crate) fn gone_off(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.clone();
        async move {
            let _ = stop.wait_for(|stop| *stop != Stop::No).await;
        }
    }
}

impl Drop for StopClock {
    fn drop(&mut self) {
        self.task.abort();
    }
}
