//! One region, in as few round trips as the data depends on.
//!
//! First the two lists of load balancers; then, at once, everything that only needs a load balancer
//! (listeners, attributes, target groups, the network around it, its web ACL, a Classic one's policies
//! and instances); then everything that needs a listener or a group (rules, SNI certificates, targets,
//! security policies, certificates, log deliveries); last, the few certificates still unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_types::SdkConfig;
use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Reason};
use elb_audit_core::inventory::{Kind, LoadBalancer, Region, TargetGroup};
use futures::future::join_all;

use super::ask::Asker;
use super::query::{self, Service};
use super::{elb, elbv2, session, wafv2};

mod listeners;
mod network;

/// What to read, and as whom.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The calls that may be made.
    pub(crate) calls: BTreeSet<Call>,
    /// Twelve digits; none when AWS would not tell.
    pub(crate) account: Option<String>,
    pub(crate) partition: &'static str,
}

impl Plan {
    fn wants(&self, call: Call) -> bool {
        self.calls.contains(&call)
    }
}

/// One region being read.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) plan: Arc<Plan>,
    pub(crate) asker: Asker,
    pub(crate) config: SdkConfig,
}

impl Reader {
    fn query(&self, service: &Service, call: Call) -> query::Client {
        query::Client::new(service, &self.config, &self.asker, call)
    }

    fn elb(&self) -> aws_sdk_elasticloadbalancing::Client {
        let call = Call::ElbDescribeLoadBalancers;
        let config = aws_sdk_elasticloadbalancing::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "elb"))
            .interceptor(self.asker.meter(call));
        aws_sdk_elasticloadbalancing::Client::from_conf(config.build())
    }

    fn elbv2(&self) -> aws_sdk_elasticloadbalancingv2::Client {
        let call = Call::ElbV2DescribeLoadBalancers;
        let config = aws_sdk_elasticloadbalancingv2::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "elbv2"))
            .interceptor(self.asker.meter(call));
        aws_sdk_elasticloadbalancingv2::Client::from_conf(config.build())
    }

    fn acm(&self) -> aws_sdk_acm::Client {
        let call = Call::AcmDescribeCertificate;
        let config = aws_sdk_acm::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "acm"))
            .interceptor(self.asker.meter(call));
        aws_sdk_acm::Client::from_conf(config.build())
    }

    fn classic_arn(&self, name: &str, owner: Option<&str>) -> String {
        let (partition, region) = (self.plan.partition, &self.asker.region);
        let account = self.plan.account.as_deref().or(owner).unwrap_or_default();
        format!("arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{name}")
    }

    /// Reads the region.
    pub(crate) async fn read(self) -> Region {
        let mut region = Region::new(&self.asker.region);
        let (v1, v2) = (self.elb(), self.elbv2());
        (region.classic, region.v2) = tokio::join!(
            elb::list(&self.asker, &v1, |name, owner| self.classic_arn(name, owner)),
            elbv2::list(&self.asker, &v2),
        );
        if region.load_balancers().next().is_none() {
            return region;
        }
        let classic = std::mem::take(&mut region.classic.items);
        let modern = std::mem::take(&mut region.v2.items);
        let all: Vec<LoadBalancer> = classic.iter().chain(&modern).cloned().collect();
        let balancers = async {
            (region.classic.items, region.v2.items) = tokio::join!(
                join_all(classic.into_iter().map(|lb| self.classic(&v1, lb))),
                join_all(modern.into_iter().map(|lb| self.modern(&v2, lb))),
            );
            drop_deleted(&mut region);
            self.behind_listeners(&v2, &mut region).await;
        };
        let ((), groups, network, acls) = tokio::join!(
            balancers,
            self.target_groups(&v2, &all),
            self.network(&all),
            self.web_acls(&all),
        );
        region.target_groups = groups;
        if let Some(network) = network {
            network.into_region(&mut region);
        }
        for lb in &mut region.v2.items {
            if let Some(acl) = acls.get(&lb.arn) {
                lb.web_acl = acl.clone();
            }
        }
        self.tags(&v1, &v2, &mut region).await;
        region
    }

    /// What has to be asked about each Classic load balancer.
    async fn classic(
        &self,
        client: &aws_sdk_elasticloadbalancing::Client,
        mut lb: LoadBalancer,
    ) -> LoadBalancer {
        let encrypts = lb.listeners.get().is_ok_and(|listeners| {
            listeners.iter().any(|listener| listener.speaks(&["HTTPS", "SSL"]))
        });
        let attributes = async {
            let call = Call::ElbDescribeLoadBalancerAttributes;
            self.if_wanted(call, elb::attributes(&self.asker, client, &lb)).await
        };
        let policies = async {
            let call = Call::ElbDescribeLoadBalancerPolicies;
            if encrypts {
                self.if_wanted(call, elb::policies(&self.asker, client, &lb)).await
            } else {
                Fact::Known(Vec::new())
            }
        };
        let instances = async {
            let call = Call::ElbDescribeInstanceHealth;
            self.if_wanted(call, elb::instances(&self.asker, client, &lb)).await
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
        let (listeners, attributes) = tokio::join!(
            self.if_wanted(
                Call::ElbV2DescribeListeners,
                elbv2::listeners(&self.asker, client, &lb)
            ),
            self.if_wanted(
                Call::ElbV2DescribeLoadBalancerAttributes,
                elbv2::attributes(&self.asker, client, &lb.arn)
            ),
        );
        (lb.listeners, lb.attributes) = (listeners, attributes);
        lb
    }

    /// The answer of a call that something needs; otherwise it is not made.
    async fn if_wanted<T>(&self, call: Call, answer: impl Future<Output = Fact<T>>) -> Fact<T> {
        if self.plan.wants(call) { answer.await } else { Fact::not_collected(call) }
    }

    /// All target groups of the region, and the health of those behind a load balancer.
    async fn target_groups(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        all: &[LoadBalancer],
    ) -> Fact<Vec<TargetGroup>> {
        if all.iter().all(|lb| lb.kind == Kind::Classic) {
            return Fact::Known(Vec::new());
        }
        let call = Call::ElbV2DescribeTargetGroups;
        let groups = self.if_wanted(call, elbv2::target_groups(&self.asker, client)).await;
        let mut groups = match groups {
            Fact::Known(groups) => groups,
            unread @ Fact::Unread(_) => return unread,
        };
        let used = groups.iter_mut().filter(|group| !group.load_balancer_arns.is_empty());
        join_all(used.map(move |group| async move {
            let (targets, attributes) = tokio::join!(
                self.if_wanted(
                    Call::ElbV2DescribeTargetHealth,
                    elbv2::targets(&self.asker, client, &group.arn)
                ),
                self.if_wanted(
                    Call::ElbV2DescribeTargetGroupAttributes,
                    elbv2::group_attributes(&self.asker, client, &group.arn)
                ),
            );
            (group.targets, group.attributes) = (targets, attributes);
        }))
        .await;
        Fact::Known(groups)
    }

    /// The web ACL of each Application load balancer that faces the internet.
    async fn web_acls(&self, all: &[LoadBalancer]) -> BTreeMap<String, Fact<Option<String>>> {
        let public =
            all.iter().filter(|lb| lb.kind == Kind::Application && lb.is_internet_facing());
        let arns: Vec<String> = public.map(|lb| lb.arn.clone()).collect();
        if arns.is_empty() || !self.plan.wants(Call::Wafv2GetWebAclForResource) {
            return BTreeMap::new();
        }
        let client = self.query(&query::WAFV2, Call::Wafv2GetWebAclForResource);
        wafv2::web_acls(&self.asker, &client, &arns).await
    }

    /// Tags of every load balancer.
    async fn tags(
        &self,
        v1: &aws_sdk_elasticloadbalancing::Client,
        v2: &aws_sdk_elasticloadbalancingv2::Client,
        region: &mut Region,
    ) {
        if self.plan.wants(Call::ElbDescribeTags) {
            let names: Vec<String> =
                region.classic.items.iter().map(|lb| lb.name.clone()).collect();
            let mut tags = elb::tags(&self.asker, v1, &names).await;
            for lb in &mut region.classic.items {
                lb.tags = tags.remove(&lb.name).unwrap_or(Fact::Known(BTreeMap::new()));
            }
        }
        if self.plan.wants(Call::ElbV2DescribeTags) {
            let arns: Vec<String> = region.v2.items.iter().map(|lb| lb.arn.clone()).collect();
            let mut tags = elbv2::tags(&self.asker, v2, &arns).await;
            for lb in &mut region.v2.items {
                lb.tags = tags.remove(&lb.arn).unwrap_or(Fact::Known(BTreeMap::new()));
            }
        }
    }
}

/// ARNs of the certificates of `service`, `acm` or `iam`, that listeners are known to present.
pub(super) fn presented(region: &Region, service: &str) -> Vec<String> {
    let all = region.load_balancers().filter_map(|lb| lb.listeners.get().ok()).flatten();
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

/// A load balancer that was deleted while it was read is no load balancer any more: a note says so.
fn drop_deleted(region: &mut Region) {
    let mut deleted = Vec::new();
    for list in [&mut region.classic.items, &mut region.v2.items] {
        list.retain(|lb| {
            let facts = [lb.listeners.gap(), lb.attributes.gap(), lb.instances.gap()];
            let gone = |gap: &&elb_audit_core::fact::Gap| {
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
