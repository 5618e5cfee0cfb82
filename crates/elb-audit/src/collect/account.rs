//! One account: its regions side by side, what it has in no region, and certificates kept in IAM.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aws_types::SdkConfig;
use elb_audit_core::inventory::{Account, Certificate, Region};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing, Reason};
use futures::FutureExt as _;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::aws::api::ApiClient;
use crate::aws::role::account_of;
use crate::aws::understood::Notes;
use crate::aws::{RegionName, query, session};
use crate::collect::region::{AccountPlan, Reader};
use crate::collect::scope::{CallerIdentity, RegionScope};
use crate::collect::services::iam;
use crate::collect::{Collection, global, region};

/// A way into an account.
pub(crate) struct AccountAccess {
    pub(crate) config: SdkConfig,
    pub(crate) api: ApiClient,
    pub(crate) known: CallerIdentity,
}

/// An account being read.
pub(crate) struct AccountReader<'a> {
    collection: &'a Collection<'a>,
    access: &'a AccountAccess,
    plan: Arc<AccountPlan>,
}

impl<'a> AccountReader<'a> {
    pub(crate) fn new(collection: &'a Collection<'a>, access: &'a AccountAccess) -> Self {
        let plan = Arc::new(AccountPlan {
            collection: collection.request.plan.clone(),
            focus: collection.request.focus.clone(),
            account: access.known.account.clone(),
            partition: access.known.partition.name,
            taken_at: collection.taken_at,
        });
        AccountReader { collection, access, plan }
    }

    /// Reads the whole account.
    pub(crate) async fn read(&self, scope: RegionScope) -> Account {
        let (mut regions, edge) = tokio::join!(self.regions(&scope.regions), self.edge());
        let server_certificates = self.server_certificates(&regions).await;
        regions.extend(scope.left_out);
        regions.sort_by(|a, b| a.name.cmp(&b.name));
        let known = &self.access.known;
        let id = known.account.clone().or_else(|| account_in(&regions)).unwrap_or_default();
        let mut account = Account {
            caller: known.caller.clone(),
            region_list: scope.region_list,
            regions,
            server_certificates,
            notes: scope.notes,
            ..Account::new(&id, known.partition.name)
        };
        edge.into_account(&mut account);
        account.notes.extend(self.slowed_down());
        account
    }

    /// What there is to say about AWS's rate limits.
    pub(crate) fn slowed_down(&self) -> Option<String> {
        let refused = self.access.api.pace.refused();
        (refused > 0)
            .then(|| format!("AWS refused {refused} requests for their rate; the scan slowed down"))
    }

    /// Reads what the account has in no region.
    pub(crate) async fn edge(&self) -> global::Global {
        let AccountAccess { config, api, known } = self.access;
        let (plan, partition) = (&*self.plan, known.partition);
        global::Reader { plan, partition, api, config }.read().await
    }

    /// Reads these regions, so many at a time.
    pub(crate) async fn regions(&self, wanted: &BTreeSet<RegionName>) -> Vec<Region> {
        let AccountAccess { config, api, .. } = self.access;
        let at_a_time = self.collection.request.max_workers.clamp(1, Semaphore::MAX_PERMITS);
        let gate = Arc::new(Semaphore::new(at_a_time));
        let mut tasks = JoinSet::new();
        let mut names = BTreeMap::new();
        self.collection.expects(wanted.len());
        for name in wanted {
            let reader = Reader {
                plan: Arc::clone(&self.plan),
                api: ApiClient { region: name.clone(), notes: Notes::default(), ..api.clone() },
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
                Err(error) => {
                    panicked_region(names.get(&error.id()).map_or("", |name: &RegionName| name))
                }
            };
            self.collection.done(&region);
            regions.push(region);
        }
        regions
    }

    /// The certificates of IAM that listeners present. Without one in use nothing is asked.
    pub(crate) async fn server_certificates(&self, regions: &[Region]) -> Fact<Vec<Certificate>> {
        let used = regions.iter().flat_map(|region| region::presented(&self.plan, region, "iam"));
        let used: BTreeSet<String> = used.collect();
        let used: Vec<String> = used.into_iter().collect();
        if used.is_empty() {
            return Fact::Known(Vec::new());
        }
        let call = Call::IamListServerCertificates;
        if !self.plan.wants(call) {
            return Fact::not_collected(call);
        }
        let AccountAccess { config, api, known } = self.access;
        let api = ApiClient { region: known.home.clone(), ..api.clone() };
        let client = query::Client::new(&query::IAM, config, &api, call);
        let with_content = self.plan.wants(Call::IamGetServerCertificate);
        iam::server_certificates(&api, &client, &used, with_content).await
    }
}

/// What came of reading an account; none when its reader panicked, so that the others stand.
pub(crate) async fn catch_panic<T>(reading: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(reading).catch_unwind().await.ok()
}

/// A region whose reader panicked: unread, and the others stand.
fn panicked_region(name: &str) -> Region {
    unlisted(name, Reason::Malformed, "internal error while reading this region: please report it")
}

/// A region of which not even the load balancers could be listed.
pub(crate) fn unlisted(name: &str, reason: Reason, said: &str) -> Region {
    let mut region = Region::new(name);
    let gap = |call| Gap::new(call, reason).in_region(name).saying(said);
    region.classic = Listing::unread(gap(Call::ElbDescribeLoadBalancers));
    region.v2 = Listing::unread(gap(Call::ElbV2DescribeLoadBalancers));
    region
}

/// The account that the load balancers' own ARNs name, when AWS would not say who is asking.
fn account_in(regions: &[Region]) -> Option<String> {
    let mut arns = regions.iter().flat_map(Region::load_balancers).map(|lb| &lb.arn);
    arns.find_map(|arn| account_of(arn)).map(str::to_owned)
}
