//! AWS as a source: one account, its regions read side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use aws_types::SdkConfig;
use elb_audit_core::call::Call;
use elb_audit_core::check::{Check, Judge};
use elb_audit_core::docs;
use elb_audit_core::fact::{Fact, Gap, Listing, Reason};
use elb_audit_core::inventory::{Account, Cost, Inventory, Kind, Region, SCHEMA};
use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

mod acm;
mod apigateway;
pub(crate) mod ask;
mod autoscaling;
mod cloudfront;
mod cloudwatch;
mod cognito;
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
mod pace;
pub(crate) mod query;
mod region;
mod route53;
mod s3;
mod scope;
mod session;
mod shield;
mod waf_regional;
mod wafv2;

pub use ask::Stop;
pub use scope::Regions;
pub use session::Tuning;

use ask::Asker;
use pace::Pace;
use region::{Plan, Reader};

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// A profile of the AWS configuration; none: the standard chain decides.
    pub profile: Option<String>,
    /// Which regions.
    pub regions: Regions,
    /// What of the account.
    pub wanted: Wanted,
    /// Regions read at the same time.
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
            calls: Call::all().collect(),
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
            calls: docs::calls(checks).into_iter().collect(),
            unused_groups: checks.iter().any(|check| matches!(check.judge, Judge::Unused(_))),
            records: checks.iter().any(|check| matches!(check.judge, Judge::Record(_))),
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
/// The region; then how many are done, of how many, and how many requests that took.
pub type Done<'a> = dyn Fn(&Region, (usize, usize, u64)) + Send + Sync + 'a;

/// Credentials and configuration, from the standard chain or a profile.
#[derive(Clone, Debug)]
pub struct Session {
    config: SdkConfig,
}

impl Session {
    /// What AWS is asked with.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }
}

/// Finds credentials as the request says.
pub async fn open(request: &Request, tuning: &Tuning) -> Result<Session, SourceError> {
    Ok(Session { config: session::load(request, tuning).await? })
}

/// Finds credentials for whatever is not a scan.
pub async fn open_any(profile: Option<&str>) -> Result<Session, SourceError> {
    let request = Request {
        profile: profile.map(str::to_owned),
        regions: Regions::default(),
        wanted: Wanted::by(&[]),
        max_workers: 1,
        max_rps: None,
        one_at_a_time: false,
        verbose: false,
    };
    open(&request, &Tuning::default()).await
}

/// Reads an account.
pub async fn collect(
    session: &Session,
    request: &Request,
    (tuning, mut stop): (&Tuning, watch::Receiver<Stop>),
    done: &Done<'_>,
) -> Result<Inventory, SourceError> {
    let began = Instant::now();
    let taken_at = now();
    let config = &session.config;
    let clock = aws_smithy_async::time::SharedTimeSource::new(
        aws_smithy_async::time::SystemTimeSource::new(),
    );
    let pace = Pace::new(request.max_rps, request.one_at_a_time, tuning.sleep.clone(), clock);
    stop.mark_unchanged();
    let asker =
        Asker { region: Arc::from(""), pace: Arc::clone(&pace), stop, verbose: request.verbose };
    let scope = scope::find(config, &asker, &request.regions).await?;
    let plan = Arc::new(Plan {
        wanted: request.wanted.clone(),
        account: scope.account.clone(),
        partition: scope.partition.name,
        taken_at,
    });
    let edge = global::Reader { plan: &plan, partition: scope.partition, asker: &asker, config };
    let (mut regions, edge) =
        tokio::join!(read_regions(&scope, (&plan, &asker, config), request, done), edge.read(),);
    let iam = server_certificates(&scope.home, &asker, (config, &plan), &regions).await;
    regions.extend(scope.skipped);
    regions.sort_by(|a, b| a.name.cmp(&b.name));
    let id = scope.account.or_else(|| account_in(&regions)).unwrap_or_default();
    let mut account = Account {
        caller: scope.caller,
        region_list: scope.region_list,
        regions,
        server_certificates: iam,
        notes: scope.notes,
        ..Account::new(&id, scope.partition.name)
    };
    edge.into_account(&mut account);
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut inventory = Inventory {
        schema: SCHEMA.to_owned(),
        taken_at,
        cost: Cost { api_calls: pace.sent(), milliseconds },
        accounts: vec![account],
    };
    if pace.refused() > 0 {
        let said =
            format!("AWS refused {} requests for their rate; the scan slowed down", pace.refused());
        inventory.accounts[0].notes.push(said);
    }
    Ok(inventory)
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

/// Reads every region of the scope, so many at a time.
async fn read_regions(
    scope: &scope::Scope,
    (plan, asker, config): (&Arc<Plan>, &Asker, &SdkConfig),
    request: &Request,
    done: &Done<'_>,
) -> Vec<Region> {
    let gate = Arc::new(Semaphore::new(request.max_workers.clamp(1, Semaphore::MAX_PERMITS)));
    let mut tasks = JoinSet::new();
    let mut names = BTreeMap::new();
    for name in &scope.regions {
        let reader = Reader {
            plan: Arc::clone(plan),
            asker: Asker { region: Arc::from(name.as_str()), ..asker.clone() },
            config: session::in_region(config, name),
        };
        let gate = Arc::clone(&gate);
        let task = tasks.spawn(async move {
            let _place = gate.acquire().await;
            Box::pin(reader.read()).await
        });
        names.insert(task.id(), name.clone());
    }
    let mut regions = Vec::with_capacity(names.len());
    while let Some(finished) = tasks.join_next_with_id().await {
        let region = match finished {
            Ok((_, region)) => region,
            Err(error) => broken(names.get(&error.id()).map_or("", String::as_str)),
        };
        done(&region, (regions.len() + 1, names.len(), asker.pace.sent()));
        regions.push(region);
    }
    regions
}

/// A region whose reader panicked: unread, and the others stand.
fn broken(name: &str) -> Region {
    let mut region = Region::new(name);
    let gap = |call| {
        let said = "internal error while reading this region: please report it";
        Gap::new(call, Reason::Malformed).in_region(name).saying(said)
    };
    region.classic = Listing::unread(gap(Call::ElbDescribeLoadBalancers));
    region.v2 = Listing::unread(gap(Call::ElbV2DescribeLoadBalancers));
    region
}

/// The certificates of IAM that listeners present. Without one in use nothing is asked.
async fn server_certificates(
    home: &str,
    asker: &Asker,
    (config, plan): (&SdkConfig, &Plan),
    regions: &[Region],
) -> Fact<Vec<elb_audit_core::inventory::Certificate>> {
    let used: BTreeSet<String> =
        regions.iter().flat_map(|region| region::presented(region, "iam")).collect();
    let used: Vec<String> = used.into_iter().collect();
    if used.is_empty() {
        return Fact::Known(Vec::new());
    }
    let call = Call::IamListServerCertificates;
    if !plan.wants(call) {
        return Fact::not_collected(call);
    }
    let asker = Asker { region: Arc::from(home), ..asker.clone() };
    let client = query::Client::new(&query::IAM, config, &asker, call);
    let with_content = plan.wants(Call::IamGetServerCertificate);
    iam::server_certificates(&asker, &client, (&used, with_content)).await
}

/// The account that the load balancers' own ARNs name, when AWS would not say who is asking.
fn account_in(regions: &[Region]) -> Option<String> {
    let arns = regions.iter().flat_map(Region::load_balancers).map(|lb| &lb.arn);
    arns.filter_map(|arn| arn.split(':').nth(4)).find(|id| !id.is_empty()).map(str::to_owned)
}
