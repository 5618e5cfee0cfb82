//! From a connection to an answer: read, look for a planted fault, answer, log.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::api::{self, Context, Kept};
use crate::call::Call;
use crate::clock::Clock;
use crate::fake_aws::held;
use crate::fault::{Fault, Kind, strike};
use crate::http::Connection;
use crate::limit::Limiter;
use crate::log::Entry;
use crate::model::account::Account;
use crate::model::arn::{self, Place};
use crate::model::certificate::FAR;
use crate::model::region::Region;
use crate::sending::{Outcome, Sending};
use crate::service::Answers;
use crate::session::SessionPolicy;

/// What the server and the handle share.
pub(crate) struct Shared {
    accounts: Mutex<Arc<Vec<Account>>>,
    /// Keys given by `AssumeRole`, with the number of the account that they are good for, and what they
    /// are good for there.
    keys: Mutex<HashMap<String, (String, Option<SessionPolicy>)>>,
    faults: Mutex<Vec<Fault>>,
    limits: Mutex<Vec<Limiter>>,
    requests: AtomicU64,
    pub(crate) clock: Clock,
    pub(crate) latency: Mutex<Duration>,
    /// When the credentials of roles run out, in seconds since 1970.
    pub(crate) roles_until: AtomicI64,
    pub(crate) largest_page: Mutex<Option<usize>>,
    pub(crate) log: Mutex<Vec<Entry>>,
    /// Objects that were written, by bucket and key.
    pub(crate) objects: Mutex<BTreeMap<(String, String), Kept>>,
    /// What operations answer that are answered from models.
    pub(crate) answers: Mutex<Answers>,
    /// What becomes of the bodies of answers before they leave.
    pub(crate) rewriter: Mutex<Option<Rewriter>>,
}

/// Changes the body of an answer, told what was asked.
pub(crate) type Rewriter = Box<dyn FnMut(&Entry, &mut Vec<u8>) + Send>;

impl Shared {
    pub(crate) fn new(accounts: Vec<Account>) -> Self {
        Self {
            accounts: Mutex::new(Arc::new(accounts)),
            keys: Mutex::default(),
            faults: Mutex::default(),
            limits: Mutex::default(),
            requests: AtomicU64::new(0),
            clock: Clock::new(),
            latency: Mutex::default(),
            roles_until: AtomicI64::new(FAR),
            largest_page: Mutex::new(Some(1)),
            log: Mutex::default(),
            objects: Mutex::default(),
            answers: Mutex::default(),
            rewriter: Mutex::default(),
        }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        held(self.faults.lock())
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Vec<Limiter>> {
        held(self.limits.lock())
    }

    pub(crate) fn replace(&self, account: Account) {
        let mut accounts = held(self.accounts.lock());
        let accounts = Arc::make_mut(&mut accounts);
        match accounts.iter_mut().find(|known| known.id == account.id) {
            Some(known) => *known = account,
            None => accounts.push(account),
        }
    }

    pub(crate) fn current(&self, id: &str) -> Option<Account> {
        held(self.accounts.lock()).iter().find(|known| known.id == id).cloned()
    }

    /// Makes `key` good for the account with number `id`, for what a policy allows at most.
    pub(crate) fn bind_key(&self, key: &str, id: &str, policy: Option<SessionPolicy>) {
        held(self.keys.lock()).insert(key.to_owned(), (id.to_owned(), policy));
    }

    /// What bounds the key that a call was signed with.
    pub(crate) fn session_policy(&self, key: &str) -> Option<SessionPolicy> {
        held(self.keys.lock()).get(key).and_then(|(_, policy)| policy.clone())
    }

    /// A number that no other request has.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    fn account<'a>(&self, accounts: &'a [Account], key: &str) -> Option<&'a Account> {
        let bound = held(self.keys.lock()).get(key).map(|(id, _)| id.clone());
        accounts
            .iter()
            .find(|account| match &bound {
                Some(id) => account.id == *id,
                None => account.access_keys.iter().any(|known| known == key),
            })
            .or(accounts.first())
    }

    /// Decides what happens to a call, and logs it.
    fn decide(&self, call: &Call, request_id: &str) -> Outcome {
        let started = self.clock.real();
        let accounts = Arc::clone(&held(self.accounts.lock()));
        let nobody = Account::default();
        let account = self.account(&accounts, &call.access_key).unwrap_or(&nobody);
        let fault = self
            .faults()
            .iter_mut()
            .find_map(|fault| fault.strikes(call, &account.id).then(|| fault.kind.clone()));
        let now = self.clock.now();
        let admitted = self.limits().iter_mut().all(|limit| limit.admits(call, &account.id, now));
        let nothing = Region::default();
        let context = Context {
            call,
            account,
            accounts: &accounts,
            region: account.regions.get(&call.region).unwrap_or(&nothing),
            place: Place::new(&account.id, &call.region),
            largest_page: *held(self.largest_page.lock()),
            shared: self,
            refuses_first: fault == Some(Kind::Partial),
        };
        let mut outcome = match fault {
            None if !admitted => strike(&Kind::Throttle, &context, request_id),
            None => Outcome::whole(api::answer(&context, request_id)),
            Some(kind) => strike(&kind, &context, request_id),
        };
        let entry = Self::entry(&context, started, &outcome);
        if let (Outcome::Sent(answer, _), Some(rewrite)) =
            (&mut outcome, &mut *held(self.rewriter.lock()))
        {
            rewrite(&entry, &mut answer.body);
        }
        held(self.log.lock()).push(entry);
        outcome
    }

    fn entry(context: &Context<'_>, started: Duration, outcome: &Outcome) -> Entry {
        let call = context.call;
        Entry {
            family: call.family.name().to_owned(),
            operation: call.action.clone(),
            action: call.iam_action(),
            region: call.region.clone(),
            account: context.account.id.clone(),
            access_key: call.access_key.clone(),
            parameters: call.parameters.clone(),
            body: String::from_utf8_lossy(&call.body).into_owned(),
            started,
            status: match outcome {
                Outcome::Sent(answer, _) => Some(answer.status),
                Outcome::Hang | Outcome::Reset => None,
            },
        }
    }
}

/// Accepts connections until told to stop.
pub(crate) async fn run(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    tokio::select! {
        _ = accept(listener, shared) => {}
        _ = stopped => {}
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        // A connection that broke before it was accepted is the client's matter.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    }
}

/// Serves one connection; its errors mean only that the client is gone.
async fn serve(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    while let Some(request) = connection.read().await? {
        let number = shared.next_request();
        let request_id = arn::uuid(&["request", &number.to_string()]);
        let mut outcome = shared.decide(&Call::read(&request), &request_id);
        if request.method == "HEAD" {
            outcome.without_body();
        }
        let latency = *held(shared.latency.lock());
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match outcome {
            Outcome::Sent(answer, Sending::Whole) => {
                connection.write(&answer, &request_id, usize::MAX).await?;
            }
            Outcome::Sent(answer, sending) => {
                return sending.send(&mut connection, &answer, &request_id).await;
            }
            Outcome::Hang => {
                connection.hang().await;
                return Ok(());
            }
            Outcome::Reset => {
                connection.reset();
                return Ok(());
            }
        }
        if request.closes() {
            return Ok(());
        }
    }
    Ok(())
}
