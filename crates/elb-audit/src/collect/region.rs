//! One region, in as few round trips as the data depends on.
//!
//! First the two lists of load balancers; then, at once, everything that only needs a load balancer
//! (listeners, attributes, target groups, the network around it, its web ACL, a Classic one's policies
//! and instances, what else leads to it); then everything that needs one of these (rules, SNI
//! certificates, targets, security policies, log buckets, rules of web ACLs); then what
//! needs those (certificates still unknown, interfaces of targets, user pools); last, the security groups
//! of the interfaces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_types::SdkConfig;
use elb_audit_core::check::plan;
use elb_audit_core::inventory::{Kind, LoadBalancer, Protocol, Region};
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};
use futures::FutureExt as _;
use futures::future::join_all;
use jiff::Timestamp;

use crate::aws::api::ApiClient;
use crate::aws::query::{self, Service};
use crate::aws::strict::Owner;
use crate::aws::whole::{RetryIncomplete, WholeAnswer};
use crate::collect::CollectionPlan;
use crate::collect::services::{elb, elbv2};

mod around;
mod buckets;
mod listeners;
mod network;
mod targets;
mod waf;

/// What to read, and as whom.
#[derive(Debug)]
pub(crate) struct AccountPlan {
    pub(crate) collection: CollectionPlan,
    /// The load balancers that are judged; none: all.
    pub(crate) focus: Option<Focus>,
    /// Twelve digits; none when AWS would not tell.
    pub(crate) account: Option<String>,
    pub(crate) partition: &'static str,
    /// When the scan began.
    pub(crate) taken_at: Timestamp,
}

impl AccountPlan {
    /// Whether a call may be made.
    pub(crate) fn wants(&self, call: Call) -> bool {
        self.collection.calls.contains(&call)
    }

    /// Whether a check names the call itself.
    pub(crate) fn names(&self, call: Call) -> bool {
        self.collection.named.contains(&call)
    }

    /// Whether a load balancer is judged, and not only read for what it says about others.
    pub(crate) fn judges(&self, lb: &LoadBalancer) -> bool {
        self.focus.as_ref().is_none_or(|focus| focus.means(&lb.arn, &lb.name))
    }

    /// Whether a call has anything to say about what is judged when it is made for this load balancer.
    pub(crate) fn matters(&self, call: Call, lb: &LoadBalancer) -> bool {
        self.judges(lb) || plan::decides_about_others(call, &lb.kind)
    }

    /// Those of some load balancers for which a call has anything to say.
    fn of_those(&self, call: Call, all: &[LoadBalancer]) -> Vec<LoadBalancer> {
        all.iter().filter(|lb| self.matters(call, lb)).cloned().collect()
    }

    /// Whether it is of use for a load balancer of this kind.
    pub(crate) fn concerns(&self, call: Call, kind: &Kind) -> bool {
        self.collection.applies_to(call, kind)
    }
}

/// One region being read.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) plan: Arc<AccountPlan>,
    pub(crate) api: ApiClient,
    pub(crate) config: SdkConfig,
}

/// The clients of both load-balancer APIs.
struct Clients {
    v1: query::Client,
    v2: aws_sdk_elasticloadbalancingv2::Client,
}

/// Tags of Classic load balancers by name, and of the others by ARN.
type Tags = [BTreeMap<String, Fact<BTreeMap<String, String>>>; 2];

impl Reader {
    fn query(&self, service: &Service, call: Call) -> query::Client {
        query::Client::new(service, &self.config, &self.api, call)
    }

    fn clients(&self) -> Clients {
        let partition = |service| self.api.retry_partition(service);
        let v2 = aws_sdk_elasticloadbalancingv2::config::Builder::from(&self.config)
            .retry_partition(partition("elbv2"))
            .retry_classifier(RetryIncomplete)
            .interceptor(WholeAnswer::Xml)
            .interceptor(self.api.meter(Call::ElbV2DescribeLoadBalancers));
        Clients {
            v1: self.query(&query::ELB, Call::ElbDescribeLoadBalancers),
            v2: aws_sdk_elasticloadbalancingv2::Client::from_conf(v2.build()),
        }
    }

    fn acm(&self) -> aws_sdk_acm::Client {
        let call = Call::AcmDescribeCertificate;
        let config = aws_sdk_acm::config::Builder::from(&self.config)
            .retry_partition(self.api.retry_partition("acm"))
            .retry_classifier(RetryIncomplete)
            .interceptor(WholeAnswer::Json)
            .interceptor(self.api.meter(call));
        aws_sdk_acm::Client::from_conf(config.build())
    }

    fn classic_arn(&self, name: &str, owner: Option<&str>) -> String {
        let (partition, region) = (self.plan.partition, &self.api.region);
        let account = self.plan.account.as_deref().or(owner).unwrap_or_default();
        format!("arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{name}")
    }

    /// Whose load balancers are read.
    fn owner(&self) -> Owner<'_> {
        Owner { account: self.plan.account.as_deref(), region: &self.api.region }
    }

    /// Reads the region.
    pub(crate) async fn read(self) -> Region {
        let mut region = Box::pin(self.read_facts()).await;
        region.notes.extend(self.api.notes.take());
        region
    }

    async fn read_facts(&self) -> Region {
        let mut region = Region::new(&self.api.region);
        let clients = self.clients();
        (region.classic, region.v2) = tokio::join!(
            elb::list(&self.api, &clients.v1, |name, owner| self.classic_arn(name, owner)),
            elbv2::list(&self.api, &clients.v2, self.owner()),
        );
        // The lists are read whole even if only one load balancer is judged: what stands in front of it or
        // shares something with it decides about it. They take no more calls than to ask for one by name.
        if !region.load_balancers().any(|lb| self.plan.judges(lb)) {
            return region;
        }
        let all: Vec<LoadBalancer> = region.load_balancers().cloned().collect();
        let associated = self.plan.of_those(Call::Wafv2GetWebAclForResource, &all);
        let measured = self.plan.of_those(Call::CloudWatchGetMetricData, &all);
        // Both the listeners' side and the targets' side wait for the Classic ones.
        let classic = region.classic.items.clone().into_iter();
        let classic = join_all(classic.map(|lb| self.classic(&clients.v1, lb))).boxed().shared();
        let ((), behind, network, waf, around, traffic) = tokio::join!(
            self.balancers(&clients, classic.clone(), &mut region),
            self.behind(&clients.v2, classic),
            self.network(&all),
            self.waf(&associated),
            self.around(&clients.v2, &all),
            self.traffic(&measured),
        );
        behind.into_region(&mut region);
        network.into_region(&mut region);
        waf.into_region(&mut region);
        around.into_region(&mut region);
        for lb in region.classic.items.iter_mut().chain(&mut region.v2.items) {
            if let Some(traffic) = traffic.get(&lb.arn) {
                lb.traffic = traffic.clone();
            }
        }
        self.groups_of_targets(&mut region).await;
        if self.plan.collection.owners {
            region.tags = self.owners(&clients.v2, &region).await;
        }
        region
    }

    /// Tags of the target groups and listeners of what is judged: they tell who keeps these as they are.
    async fn owners(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        region: &Region,
    ) -> BTreeMap<String, Fact<BTreeMap<String, String>>> {
        let judged: Vec<_> = region.v2.items.iter().filter(|lb| self.plan.judges(lb)).collect();
        let listeners = judged.iter().filter_map(|lb| lb.listeners.get().ok()).flatten();
        let groups = region.target_groups.get().into_iter().flatten();
        let groups = groups.filter(|group| {
            judged.iter().any(|lb| group.load_balancer_arns.contains(&lb.arn))
                || group.load_balancer_arns.is_empty()
        });
        let arns = listeners.map(|own| own.id.clone()).chain(groups.map(|own| own.arn.clone()));
        elbv2::tags(&self.api, client, &unique(arns)).await
    }

    /// The load balancers themselves, and everything that needs to know their listeners or attributes.
    async fn balancers(
        &self,
        clients: &Clients,
        classic: impl Future<Output = Vec<LoadBalancer>>,
        region: &mut Region,
    ) {
        let modern = std::mem::take(&mut region.v2.items).into_iter();
        (region.classic.items, region.v2.items) =
            tokio::join!(classic, join_all(modern.map(|lb| self.modern(&clients.v2, lb))),);
        drop_deleted(region);
        let all: Vec<LoadBalancer> = region.load_balancers().cloned().collect();
        let logging = self.plan.of_those(Call::S3HeadBucket, &all);
        let ((), buckets, [classic, modern]) = tokio::join!(
            self.behind_listeners(&clients.v2, region),
            self.log_buckets(&logging),
            self.tags(clients, &all),
        );
        region.log_buckets = buckets;
        if self.plan.wants(Call::ElbDescribeTags) {
            for lb in &mut region.classic.items {
                lb.tags = classic.get(&lb.name).cloned().unwrap_or(Fact::Known(BTreeMap::new()));
            }
        }
        if self.plan.wants(Call::ElbV2DescribeTags) {
            for lb in &mut region.v2.items {
                lb.tags = modern.get(&lb.arn).cloned().unwrap_or(Fact::Known(BTreeMap::new()));
            }
        }
    }

    /// What has to be asked about each Classic load balancer.
    async fn classic(&self, client: &query::Client, mut lb: LoadBalancer) -> LoadBalancer {
        let encrypts = lb.listeners.get().is_ok_and(|listeners| {
            listeners.iter().any(|listener| listener.speaks(&[Protocol::Https, Protocol::Ssl]))
        });
        // Policies towards the instances say how these prove themselves.
        let has_policies = encrypts || !lb.backend_policies.is_empty();
        let attributes = async {
            let call = Call::ElbDescribeLoadBalancerAttributes;
            self.if_it_matters(call, &lb, elb::attributes(&self.api, client, &lb)).await
        };
        let policies = async {
            let call = Call::ElbDescribeLoadBalancerPolicies;
            if has_policies {
                self.if_it_matters(call, &lb, elb::policies(&self.api, client, &lb)).await
            } else {
                Fact::Known(Vec::new())
            }
        };
        let instances = async {
            let call = Call::ElbDescribeInstanceHealth;
            self.if_it_matters(call, &lb, elb::instances(&self.api, client, &lb)).await
        };
        let (attributes, policies, instances) = tokio::join!(attributes, policies, instances);
        (lb.attributes, lb.policies, lb.instances) = (attributes, policies, instances);
        lb
    }

    /// What has to be asked about each of the other load balancers.
    async fn modern(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        mut lb: LoadBalancer,
    ) -> LoadBalancer {
        let (listeners, attributes, capacity) = tokio::join!(
            self.if_wanted(Call::ElbV2DescribeListeners, elbv2::listeners(&self.api, client, &lb)),
            self.if_it_matters(
                Call::ElbV2DescribeLoadBalancerAttributes,
                &lb,
                elbv2::attributes(&self.api, client, &lb.arn)
            ),
            self.if_of_use(
                Call::ElbV2DescribeCapacityReservation,
                self.plan.concerns(Call::ElbV2DescribeCapacityReservation, &lb.kind)
                    && self.plan.matters(Call::ElbV2DescribeCapacityReservation, &lb),
                elbv2::reserved_capacity(&self.api, client, &lb.arn)
            ),
        );
        (lb.listeners, lb.attributes, lb.reserved_capacity) = (listeners, attributes, capacity);
        lb
    }

    /// The answer of a call that something needs; otherwise it is not made.
    async fn if_wanted<T>(&self, call: Call, answer: impl Future<Output = Fact<T>>) -> Fact<T> {
        self.if_of_use(call, true, answer).await
    }

    /// The same, if it has anything to say about what is judged.
    async fn if_it_matters<T>(
        &self,
        call: Call,
        lb: &LoadBalancer,
        answer: impl Future<Output = Fact<T>>,
    ) -> Fact<T> {
        self.if_of_use(call, self.plan.matters(call, lb), answer).await
    }

    /// The same, if there is anything to ask about.
    async fn if_of_use<T>(
        &self,
        call: Call,
        of_use: bool,
        answer: impl Future<Output = Fact<T>>,
    ) -> Fact<T> {
        if of_use && self.plan.wants(call) { answer.await } else { Fact::not_collected(call) }
    }

    /// Tags of every load balancer.
    async fn tags(&self, clients: &Clients, all: &[LoadBalancer]) -> Tags {
        let names = all.iter().filter(|lb| lb.kind == Kind::Classic).map(|lb| lb.name.clone());
        let names: Vec<String> = names.filter(|_| self.plan.wants(Call::ElbDescribeTags)).collect();
        let arns = all.iter().filter(|lb| lb.kind != Kind::Classic).map(|lb| lb.arn.clone());
        let arns: Vec<String> = arns.filter(|_| self.plan.wants(Call::ElbV2DescribeTags)).collect();
        let (classic, modern) = tokio::join!(
            elb::tags(&self.api, &clients.v1, &names),
            elbv2::tags(&self.api, &clients.v2, &arns),
        );
        [classic, modern]
    }
}

/// ARNs of the certificates of `service`, `acm` or `iam`, that listeners of what is judged are known to
/// present.
pub(super) fn presented(plan: &AccountPlan, region: &Region, service: &str) -> Vec<String> {
    let judged = region.load_balancers().filter(|lb| plan.judges(lb));
    let all = judged.filter_map(|lb| lb.listeners.get().ok()).flatten();
    let arns = all.flat_map(|listener| {
        let all = listener.certificates.get().ok().into_iter().flatten();
        all.chain(&listener.default_certificate).cloned().collect::<Vec<_>>()
    });
    unique(arns.filter(|arn| arn.split(':').nth(2) == Some(service)))
}

/// Each once, in order.
fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Several lists as one; one that is unread hides what it would have held, so the whole is unread.
fn joined<T>(lists: impl IntoIterator<Item = Fact<Vec<T>>>) -> Fact<Vec<T>> {
    let mut all = Vec::new();
    for list in lists {
        match list {
            Fact::Known(list) => all.extend(list),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(all)
}

/// A load balancer that was deleted while it was read is no load balancer any more: a note says so.
fn drop_deleted(region: &mut Region) {
    let mut deleted = Vec::new();
    for list in [&mut region.classic.items, &mut region.v2.items] {
        list.retain(|lb| {
            let facts = [lb.listeners.gap(), lb.attributes.gap(), lb.instances.gap()];
            let gone = |gap: &&elb_audit_core::vocab::fact::Gap| {
                gap.reason == Reason::NotFound && gap.resource.as_deref() == Some(lb.arn.as_str())
            };
            let gone = facts.into_iter().flatten().any(|gap| gone(&gap));
            if gone {
                deleted.push(format!("load balancer {} was deleted during the scan", lb.name));
            }
            !gone
        });
    }
    region.notes.extend(deleted);
}
