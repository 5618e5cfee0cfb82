//! What an account holds: accounts, and the regions of each, read side by side into an inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_types::SdkConfig;
use elb_audit_core::check::{Check, Judge, plan};
use elb_audit_core::inventory::{Account, Cost, Inventory, Kind, Region, SCHEMA};
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::vocab::call::Call;
use futures::future::{Either, select};
use jiff::Timestamp;
use tokio::sync::watch;

mod account;
mod accounts;
mod authority;
mod global;
mod organization;
mod owners;
mod profiles;
mod region;
mod scope;
mod services;
mod shard;

pub use accounts::{AccountSelection, Member, Organization};
pub use scope::Regions;
pub use shard::{GLOBAL, Shard, collect_shard, enter_accounts, list_shards, missing_shard};

use account::{AccountAccess, AccountReader};

use crate::aws::api::ApiClient;
use crate::aws::pace::Pace;
use crate::aws::region::{RegionName, unknown_region};
use crate::aws::understood::Notes;
use crate::aws::{AccessError, Profiles, Session, Stop, Tuning, session};

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which profiles of the AWS configuration it starts from.
    pub profiles: Profiles,
    /// Which accounts.
    pub accounts: AccountSelection,
    /// Which regions of each.
    pub regions: Regions,
    /// What of an account.
    pub plan: CollectionPlan,
    /// The IAM actions that whoever is told of it needs in the accounts, beside reading them.
    pub acts: Vec<&'static str>,
    /// The load balancers that are judged; none: all.
    pub focus: Option<Focus>,
    /// Regions of an account read at the same time.
    pub max_workers: usize,
    /// Requests a second, for the whole process.
    pub max_rps: Option<f64>,
    /// One call at a time.
    pub one_at_a_time: bool,
    /// Say every call on standard error.
    pub verbose: bool,
}

/// What is wanted of an account.
#[derive(Clone, Debug)]
pub struct CollectionPlan {
    /// The calls that may be made.
    pub calls: BTreeSet<Call>,
    /// Whether the targets of groups that no load balancer uses are of interest.
    pub unused_groups: bool,
    /// Whether DNS records are of interest by themselves, not only where CloudFront leads to one.
    pub records: bool,
    /// Whether it is of interest who keeps target groups and listeners as they are, as their tags tell.
    pub owners: bool,
    /// Of calls that are made for each load balancer or listener: the kinds of load balancer that they
    /// are made for. A call that is not in here is made for every kind.
    kinds: BTreeMap<Call, Vec<Kind>>,
    /// Calls that a check names itself. What leads in from the internet is asked about internal load
    /// balancers only if the call is in here.
    named: BTreeSet<Call>,
}

/// Calls of which each check that needs one asks about its own kinds of load balancer and no others.
const BY_KIND: [Call; 2] =
    [Call::ElbV2DescribeListenerAttributes, Call::ElbV2DescribeCapacityReservation];

impl CollectionPlan {
    /// Everything there is to know.
    #[must_use]
    pub fn everything() -> Self {
        CollectionPlan {
            calls: Call::all().filter(|call| !call.leads_to_accounts()).collect(),
            unused_groups: true,
            records: true,
            owners: false,
            kinds: BTreeMap::new(),
            named: Call::all().collect(),
        }
    }

    /// Everything, and who keeps it as it is.
    #[must_use]
    pub fn for_fixes() -> Self {
        CollectionPlan { owners: true, ..CollectionPlan::everything() }
    }

    /// What these checks ask about.
    #[must_use]
    pub fn for_checks(checks: &[&Check]) -> Self {
        let kinds = |call: Call| {
            let asking = checks.iter().filter(|check| check.needs.contains(&call));
            asking.flat_map(|check| check.applies_to).cloned().collect()
        };
        CollectionPlan {
            calls: plan::calls(checks).into_iter().collect(),
            unused_groups: checks
                .iter()
                .any(|check| matches!(check.judge, Judge::UnusedTargetGroup(_))),
            records: checks.iter().any(|check| matches!(check.judge, Judge::DnsRecord(_))),
            owners: false,
            kinds: BY_KIND.map(|call| (call, kinds(call))).into(),
            named: checks.iter().flat_map(|check| check.needs).copied().collect(),
        }
    }

    /// Whether a call is to be made for a load balancer of this kind.
    fn applies_to(&self, call: Call, kind: &Kind) -> bool {
        self.kinds.get(&call).is_none_or(|kinds| kinds.contains(kind))
    }
}

/// How far a scan is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Regions that are done.
    pub regions_done: usize,
    /// Regions that are known to be wanted so far.
    pub regions: usize,
    /// Load balancers in the regions that are done.
    pub load_balancers: usize,
    /// Calls that were answered, for better or worse.
    pub calls_done: u64,
    /// Calls that are known to be wanted so far.
    pub calls: u64,
}

/// How long a scan goes without telling how far it is, though it has not moved on.
const TICK: Duration = Duration::from_millis(100);

/// Told at the beginning, whenever a call is asked or answered or a region done, and between them so that a
/// clock goes on.
pub type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// A scan under way: how to ask, whatever the account.
pub(crate) struct Collection<'a> {
    session: &'a Session,
    request: &'a Request,
    /// The caller's own.
    config: SdkConfig,
    /// Asks as the caller.
    api: ApiClient,
    taken_at: Timestamp,
    on_progress: &'a OnProgress<'a>,
    regions_done: AtomicUsize,
    regions: AtomicUsize,
    load_balancers: AtomicUsize,
}

impl<'a> Collection<'a> {
    fn new(
        session: &'a Session,
        request: &'a Request,
        tuning: &Tuning,
        mut stop: watch::Receiver<Stop>,
        on_progress: &'a OnProgress<'a>,
    ) -> Self {
        let taken_at = now();
        let config = session.config().clone();
        let clock = aws_smithy_async::time::SharedTimeSource::new(
            aws_smithy_async::time::SystemTimeSource::new(),
        );
        let pace = Pace::new(request.max_rps, request.one_at_a_time, tuning.sleep.clone(), clock);
        stop.mark_unchanged();
        // Whoever asks says where.
        let region = session::region_or_home(&config);
        let verbose = request.verbose;
        let api = ApiClient {
            account: Arc::from(""),
            region,
            pace,
            taken: Arc::default(),
            stop,
            notes: Notes::default(),
            verbose,
        };
        Collection {
            session,
            request,
            config,
            api,
            taken_at,
            on_progress,
            regions_done: AtomicUsize::new(0),
            regions: AtomicUsize::new(0),
            load_balancers: AtomicUsize::new(0),
        }
    }

    /// So many regions more are wanted.
    fn expects(&self, regions: usize) {
        self.regions.fetch_add(regions, Ordering::Relaxed);
        self.api.pace.move_on();
    }

    /// A region is done.
    fn done(&self, region: &Region) {
        self.load_balancers.fetch_add(region.load_balancers().count(), Ordering::Relaxed);
        self.regions_done.fetch_add(1, Ordering::Relaxed);
        self.api.pace.move_on();
    }

    /// Tells how far it is.
    fn tell(&self) {
        let (calls_done, calls) = self.api.pace.calls();
        (self.on_progress)(Progress {
            regions_done: self.regions_done.load(Ordering::Relaxed),
            regions: self.regions.load(Ordering::Relaxed),
            load_balancers: self.load_balancers.load(Ordering::Relaxed),
            calls_done,
            calls,
        });
    }

    /// What reading comes to; until then it is told how far that is.
    async fn telling<T>(&self, reading: impl Future<Output = T>) -> T {
        self.tell();
        let telling = async {
            loop {
                // Whether it has moved or a moment has passed: both are told.
                let _ = tokio::time::timeout(TICK, self.api.pace.moved()).await;
                self.tell();
            }
        };
        match select(pin!(reading), pin!(telling)).await {
            Either::Left((done, _)) => {
                self.tell();
                done
            }
            Either::Right((never, _)) => never,
        }
    }

    fn accounts_at_a_time(&self) -> usize {
        if self.request.one_at_a_time { 1 } else { self.request.accounts.concurrency.max(1) }
    }

    /// What was read since then, and what it cost.
    fn inventory(&self, accounts: Vec<Account>, began: Instant) -> Inventory {
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let cost = Cost { api_calls: self.api.pace.sent(), milliseconds };
        Inventory { schema: SCHEMA.to_owned(), taken_at: self.taken_at, cost, accounts }
    }
}

/// Finds credentials as the request says.
pub async fn open(request: &Request, tuning: &Tuning) -> Result<Session, AccessError> {
    // Credentials may be asked for there, before any region is.
    let first = request.regions.only.first();
    let parse = |name: &String| {
        RegionName::parse(name).ok_or_else(|| AccessError::Usage(unknown_region(name)))
    };
    let region = first.map(parse).transpose()?;
    Session::open_profiles(&request.profiles, region.as_ref(), tuning).await
}

/// Reads the accounts that are asked for.
pub async fn collect(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    stop: watch::Receiver<Stop>,
    on_progress: &OnProgress<'_>,
) -> Result<Inventory, AccessError> {
    let began = Instant::now();
    let run = Collection::new(session, request, tuning, stop, on_progress);
    let accounts = run.telling(Box::pin(read(&run))).await?;
    Ok(run.inventory(accounts, began))
}

async fn read(run: &Collection<'_>) -> Result<Vec<Account>, AccessError> {
    let request = run.request;
    if request.profiles.several() || request.accounts.several() {
        let mut accounts = if request.profiles.several() {
            profiles::read(run).await?
        } else {
            accounts::read(run).await?
        };
        owners::ask(run, &mut accounts).await;
        return Ok(accounts);
    }
    let (known, scope) = scope::find(&run.config, &run.api, &request.regions).await?;
    let access = AccountAccess { config: run.config.clone(), api: run.api.clone(), known };
    let mut account = AccountReader::new(run, &access).read(scope).await;
    account.name = request.profiles.only().map(str::to_owned);
    Ok(vec![account])
}

/// Now, in whole seconds: nothing is judged more finely.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
