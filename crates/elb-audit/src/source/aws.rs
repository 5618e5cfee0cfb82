//! AWS as a source: accounts, and the regions of each, read side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use aws_types::SdkConfig;
use elb_audit_core::check::{Check, Judge, plan};
use elb_audit_core::inventory::{Account, Cost, Inventory, Kind, Region, SCHEMA};
use elb_audit_core::vocab::call::Call;
use jiff::Timestamp;
use tokio::sync::watch;

mod account;
mod accounts;
mod acm;
mod apigateway;
pub(crate) mod ask;
mod autoscaling;
mod cloudfront;
mod cloudwatch;
mod cognito;
mod connections;
mod document;
mod ec2;
mod elb;
mod elbv2;
pub(crate) mod endpoint;
mod global;
mod globalaccelerator;
mod iam;
mod lambda;
mod logs;
mod organization;
mod pace;
pub(crate) mod query;
mod region;
mod role;
mod route53;
mod s3;
mod scope;
mod session;
mod shard;
mod shield;
mod waf_regional;
mod wafv2;
mod whole;

pub use accounts::{Accounts, Member, Organization};
pub use ask::Stop;
pub use role::Role;
pub use scope::Regions;
pub use session::Tuning;
pub use shard::{GLOBAL, Shard, collect_shard, enter, list, missing};

use account::{Entry, Visit};
use ask::Asker;
use pace::Pace;

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// A profile of the AWS configuration; none: the standard chain decides.
    pub profile: Option<String>,
    /// Which accounts.
    pub accounts: Accounts,
    /// Which regions of each.
    pub regions: Regions,
    /// What of an account.
    pub wanted: Wanted,
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
pub struct Wanted {
    /// The calls that may be made.
    pub calls: BTreeSet<Call>,
    /// Whether the targets of groups that no load balancer uses are of interest.
    pub unused_groups: bool,
    /// Whether DNS records are of interest by themselves, not only where CloudFront leads to one.
    pub records: bool,
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

impl Wanted {
    /// Everything there is to know.
    #[must_use]
    pub fn everything() -> Self {
        Wanted {
            calls: Call::all().filter(|call| !call.leads_to_accounts()).collect(),
            unused_groups: true,
            records: true,
            kinds: BTreeMap::new(),
            named: Call::all().collect(),
        }
    }

    /// What these checks ask about.
    #[must_use]
    pub fn by(checks: &[&Check]) -> Self {
        let kinds = |call: Call| {
            let asking = checks.iter().filter(|check| check.needs.contains(&call));
            asking.flat_map(|check| check.applies_to).cloned().collect()
        };
        Wanted {
            calls: plan::calls(checks).into_iter().collect(),
            unused_groups: checks
                .iter()
                .any(|check| matches!(check.judge, Judge::UnusedTargetGroup(_))),
            records: checks.iter().any(|check| matches!(check.judge, Judge::DnsRecord(_))),
            kinds: BY_KIND.map(|call| (call, kinds(call))).into(),
            named: checks.iter().flat_map(|check| check.needs).copied().collect(),
        }
    }

    /// Whether a call is to be made for a load balancer of this kind.
    fn of(&self, call: Call, kind: &Kind) -> bool {
        self.kinds.get(&call).is_none_or(|kinds| kinds.contains(kind))
    }
}

/// Why nothing at all could be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The request itself cannot be carried out.
    #[error("{0}")]
    Usage(String),
    /// There are no credentials, or AWS does not take them, or it cannot be reached.
    #[error("{0}")]
    Unreachable(String),
}

/// Told as each region is done.
///
/// The region; then how many are done, of how many that are known so far, and how many requests that took.
pub type Done<'a> = dyn Fn(&Region, (usize, usize, u64)) + Send + Sync + 'a;

/// A scan under way: how to ask, whatever the account.
pub(crate) struct Run<'a> {
    session: &'a Session,
    request: &'a Request,
    /// The caller's own.
    config: SdkConfig,
    /// Asks as the caller.
    asker: Asker,
    taken_at: Timestamp,
    told: &'a Done<'a>,
    /// Regions that are done, and those that are known to be wanted.
    regions: (AtomicUsize, AtomicUsize),
}

impl<'a> Run<'a> {
    fn new(
        session: &'a Session,
        request: &'a Request,
        (tuning, mut stop): (&Tuning, watch::Receiver<Stop>),
        told: &'a Done<'a>,
    ) -> Self {
        let taken_at = now();
        let config = session.config.clone();
        let clock = aws_smithy_async::time::SharedTimeSource::new(
            aws_smithy_async::time::SystemTimeSource::new(),
        );
        let pace = Pace::new(request.max_rps, request.one_at_a_time, tuning.sleep.clone(), clock);
        stop.mark_unchanged();
        let nowhere = || Arc::from("");
        let verbose = request.verbose;
        let asker = Asker { account: nowhere(), region: nowhere(), pace, stop, verbose };
        Run { session, request, config, asker, taken_at, told, regions: Default::default() }
    }

    /// So many regions more are wanted.
    fn expects(&self, regions: usize) {
        self.regions.1.fetch_add(regions, Ordering::Relaxed);
    }

    /// Tells that a region is done.
    fn done(&self, region: &Region) {
        let done = self.regions.0.fetch_add(1, Ordering::Relaxed) + 1;
        let wanted = self.regions.1.load(Ordering::Relaxed);
        (self.told)(region, (done, wanted, self.asker.pace.sent()));
    }

    fn accounts_at_a_time(&self) -> usize {
        if self.request.one_at_a_time { 1 } else { self.request.accounts.concurrency.max(1) }
    }

    /// What was read since then, and what it cost.
    fn inventory(&self, accounts: Vec<Account>, began: Instant) -> Inventory {
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let cost = Cost { api_calls: self.asker.pace.sent(), milliseconds };
        Inventory { schema: SCHEMA.to_owned(), taken_at: self.taken_at, cost, accounts }
    }
}

/// Credentials and configuration, from the standard chain or a profile; and those of the accounts that
/// were entered with them.
#[derive(Clone, Debug)]
pub struct Session {
    config: SdkConfig,
    entered: Arc<Mutex<BTreeMap<String, SdkConfig>>>,
}

impl Session {
    /// What AWS is asked with.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// What it is asked with in other accounts, by their id.
    #[must_use]
    pub fn entered(&self) -> BTreeMap<String, SdkConfig> {
        self.entered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, account: &str, config: &SdkConfig) {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        entered.insert(account.to_owned(), config.clone());
    }
}

/// Finds credentials as the request says.
pub async fn open(request: &Request, tuning: &Tuning) -> Result<Session, SourceError> {
    Ok(Session { config: session::load(request, tuning).await?, entered: Arc::default() })
}

/// Finds credentials for whatever is not a scan.
pub async fn open_any(profile: Option<&str>) -> Result<Session, SourceError> {
    let request = Request {
        profile: profile.map(str::to_owned),
        accounts: Accounts::default(),
        regions: Regions::default(),
        wanted: Wanted::by(&[]),
        max_workers: 1,
        max_rps: None,
        one_at_a_time: false,
        verbose: false,
    };
    open(&request, &Tuning::default()).await
}

/// Reads the accounts that are asked for.
pub async fn collect(
    session: &Session,
    request: &Request,
    tuning: (&Tuning, watch::Receiver<Stop>),
    done: &Done<'_>,
) -> Result<Inventory, SourceError> {
    let began = Instant::now();
    let run = Run::new(session, request, tuning, done);
    if request.accounts.several() {
        let accounts = accounts::read(&run).await?;
        return Ok(run.inventory(accounts, began));
    }
    let (known, scope) = scope::find(&run.config, &run.asker, &request.regions).await?;
    let entry = Entry { config: run.config.clone(), asker: run.asker.clone(), known };
    let account = Visit::new(&run, &entry).read(scope).await;
    Ok(run.inventory(vec![account], began))
}

/// AWS's time as ours; none if it lies outside of what a calendar has.
fn timestamp(time: &aws_smithy_types::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}

/// Now, in whole seconds: nothing is judged more finely.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
