//! Signals that end a run: Ctrl-C, `SIGTERM` and `SIGHUP` alike. After the first one nothing more is read, and
//! what has been read is reported, told and kept; the second ends the program at once.

use elb_audit_core::report::Exit;
use tokio::sync::watch;

use crate::files::underway;
use crate::log::say;

/// Whether a run was told to end.
#[derive(Clone, Debug)]
pub(crate) struct Signals(watch::Receiver<bool>);

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let mut all = system::Listener::new();
        tokio::spawn(async move {
            all.next().await;
            say(format_args!(
                "stopping: what has been read is reported; once more to quit at once"
            ));
            sender.send_replace(true);
            all.next().await;
            // Nothing is dropped on this way out.
            underway::abandon();
            std::process::exit(i32::from(Exit::Incomplete.code()));
        });
        Signals(receiver)
    }

    /// Never hears of any: the default action is right.
    pub(crate) fn ignored() -> Self {
        Signals(watch::channel(false).1)
    }

    /// Whether there was one.
    pub(crate) fn came(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the first.
    pub(crate) fn first(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut came = self.0.clone();
        async move {
            if came.wait_for(|came| *came).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

pub(crate) use system::survive_limits;

#[cfg(unix)]
mod system {
    use std::fs;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// `SIGXFSZ`: a file has grown beyond what `ulimit -f` allows. Its number on Linux, macOS and the BSDs.
    const FILE_SIZE: i32 = 25;

    /// Has a write that a limit forbids fail with an error, as one to a full disk does, instead of ending the
    /// program. That it is listened to is enough.
    pub(crate) fn survive_limits() {
        if !is_ignored(FILE_SIZE) {
            let _ = signal(SignalKind::from_raw(FILE_SIZE));
        }
    }

    /// All signals that end a run.
    pub(super) struct Listener(Vec<Signal>);

    impl Listener {
        /// One that was ignored before, as `nohup` and the shell do for what runs in the background, stays so.
        pub(super) fn new() -> Self {
            let all = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
            let heard = all.into_iter().filter(|kind| !is_ignored(kind.as_raw_value()));
            Listener(heard.filter_map(|kind| signal(kind).ok()).collect())
        }

        /// Waits for one of them.
        pub(super) async fn next(&mut self) {
            std::future::poll_fn(|context| {
                if self.0.iter_mut().any(|one| one.poll_recv(context).is_ready()) {
                    return std::task::Poll::Ready(());
                }
                std::task::Poll::Pending
            })
            .await;
        }
    }

    /// Whether the process has ignored a signal from its start, where the system tells: a mask in hexadecimal.
    fn is_ignored(signal: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let bit = u32::try_from(signal - 1).ok().and_then(|place| 1_u64.checked_shl(place));
        mask.zip(bit).is_some_and(|(mask, bit)| mask & bit != 0)
    }
}

#[cfg(not(unix))]
mod system {
    /// There are no such limits.
    pub(crate) fn survive_limits() {}

    /// Ctrl-C.
    pub(super) struct Listener;

    impl Listener {
        pub(super) fn new() -> Self {
            Listener
        }

        pub(super) async fn next(&mut self) {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
