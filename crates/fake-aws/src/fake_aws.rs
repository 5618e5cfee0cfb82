//! The fake itself: a server on a thread of its own, and the handle that tests hold.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::fault::{Fault, Pattern};
use crate::limit::{Limiter, RateLimit};
use crate::log::Entry;
use crate::model::account::Account;
use crate::serve::{self, Shared};
use crate::service::{self, Asked, ServiceError};

/// A running fake; it ends when this is dropped.
pub struct FakeAws {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeAws {
    /// Serves one account, to whatever key asks, on a free local port.
    ///
    /// # Panics
    /// When no local port can be opened.
    pub fn start(account: Account) -> Self {
        Self::start_all(vec![account])
    }

    /// Serves several accounts: each to its own access keys and to those that `AssumeRole` gives for
    /// its roles, the first one to any other key.
    ///
    /// # Panics
    /// When no local port can be opened.
    pub fn start_all(accounts: Vec<Account>) -> Self {
        match Self::bind(0, accounts) {
            Ok(fake) => fake,
            Err(error) => panic!("no local port: {error}"),
        }
    }

    /// As [`Self::start_all`], on a given local port, 0 for a free one.
    ///
    /// # Errors
    /// When the port cannot be opened, or the server's thread not be started.
    pub fn bind(port: u16, accounts: Vec<Account>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(accounts));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let server = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("fake-aws".to_owned()).spawn(move || {
            runtime.block_on(serve::run(listener, server, stopped));
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, as an SDK's endpoint URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plants a fault; of several that match a call, the one planted first strikes.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults().push(fault);
    }

    /// Has every answer pass through this, which may change its body.
    pub fn rewrite(&self, by: impl FnMut(&Entry, &mut Vec<u8>) + Send + 'static) {
        *held(self.shared.rewriter.lock()) = Some(Box::new(by));
    }

    /// Takes all faults and rate limits away.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
        self.shared.limits().clear();
    }

    /// Plants a rate limit.
    pub fn rate_limit(&self, limit: RateLimit) {
        self.shared.limits().push(Limiter::new(limit));
    }

    /// Stops the clock that rate limits go by, and moves it on by `time`.
    pub fn advance(&self, time: Duration) {
        self.shared.clock.advance(time);
    }

    /// Keeps every answer back for `time`.
    pub fn latency(&self, time: Duration) {
        *held(self.shared.latency.lock()) = time;
    }

    /// Lets the credentials of roles that are taken on from now run out at this time, in seconds since
    /// 1970.
    pub fn roles_until(&self, time: i64) {
        self.shared.roles_until.store(time, Ordering::Relaxed);
    }

    /// How many items a page has at most: one from the start, `None` for AWS's own limits.
    pub fn page_size(&self, size: Option<usize>) {
        *held(self.shared.largest_page.lock()) = size;
    }

    /// Lets an operation that is answered from its model answer `value`, in every account and region. Members
    /// have the names that botocore has for them; a time is seconds since 1970 or ISO 8601, a blob is in
    /// base 64. Lists that the operation pages are given whole, and cut as they are asked for.
    ///
    /// Without it an operation answers with empty lists, if it is one that lists, and else fails.
    ///
    /// # Panics
    /// When the operation is in no table (see `scripts/service_tables.py`), or cannot answer so.
    #[track_caller]
    pub fn answers(&self, service: &str, operation: &str, value: Value) {
        let operation = service::operation(service, operation);
        service::expect_possible(operation, &value);
        held(self.shared.answers.lock()).plant(operation, move |_| Ok(value.clone()));
    }

    /// As [`Self::answers`], by what is asked: whose account, which region, what input. What it gives that
    /// AWS cannot say is refused, and said in a panic when the fake is dropped.
    ///
    /// # Panics
    /// When the operation is in no table.
    #[track_caller]
    pub fn answers_with(
        &self,
        service: &str,
        operation: &str,
        reply: impl FnMut(&Asked<'_>) -> Result<Value, ServiceError> + Send + 'static,
    ) {
        let operation = service::operation(service, operation);
        held(self.shared.answers.lock()).plant(operation, reply);
    }

    /// Puts `account` in the place of the one with the same number, as when things change mid-scan.
    pub fn replace(&self, account: Account) {
        self.shared.replace(account);
    }

    /// What the account with this number holds now, changes by calls and all.
    pub fn account(&self, id: &str) -> Option<Account> {
        self.shared.current(id)
    }

    /// What was written to S3 under this key, if anything was.
    pub fn object(&self, bucket: &str, key: &str) -> Option<String> {
        let objects = held(self.shared.objects.lock());
        let written = objects.get(&(bucket.to_owned(), key.to_owned()))?;
        Some(String::from_utf8_lossy(&written.body).into_owned())
    }

    /// What was asked so far, in order of arrival.
    pub fn log(&self) -> Vec<Entry> {
        held(self.shared.log.lock()).clone()
    }

    /// Forgets what was asked.
    pub fn clear_log(&self) {
        held(self.shared.log.lock()).clear();
    }

    /// How often `call` was asked, named as in [`Fault`].
    pub fn count(&self, call: &str) -> usize {
        let pattern = Pattern::new(call);
        held(self.shared.log.lock())
            .iter()
            .filter(|entry| pattern.names(&entry.family, &entry.operation, &entry.action))
            .count()
    }
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already.
            let _ = thread.join();
        }
        let complaints = std::mem::take(&mut held(self.shared.answers.lock()).complaints);
        if !std::thread::panicking() {
            assert!(complaints.is_empty(), "AWS cannot answer so: {}", complaints.join("; "));
        }
    }
}

/// What a lock guards, also after a panic of another holder.
pub(crate) fn held<'a, T>(
    lock: Result<MutexGuard<'a, T>, PoisonError<MutexGuard<'a, T>>>,
) -> MutexGuard<'a, T> {
    lock.unwrap_or_else(PoisonError::into_inner)
}
