//! One region, in as few round trips as the data depends on.
//!
//! First the two lists of load balancers; then, at once, everything that only needs a load balancer
//! (listeners, attributes, target groups, the network around it, its web ACL, a Classic one's policies
//! and instances); then everything that needs a listener or a group (rules, SNI certificates, targets,
//! security policies, certificates, log deliveries); last, the few certificates still unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aws_types::SdkConfig;
use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Reason};
use elb_audit_core::inventory::{Kind, LoadBalancer, Region, TargetGroup};
use futures::future::join_all;

use super::ask::Asker;
use super::pace::Meter;
use super::query::{self, Service};
use super::{acm, ec2, elb, elbv2, logs, session, wafv2};

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
    fn meter(&self, call: Call) -> Meter {
        let region = self.asker.region.to_string();
        Meter { pace: Arc::clone(&self.asker.pace), region, call }
    }

    fn query(&self, service: &Service, call: Call) -> query::Client {
        query::Client::new(service, &self.config, &self.asker.region, self.meter(call))
    }

    fn elb(&self) -> aws_sdk_elasticloadbalancing::Client {
        let call = Call::ElbDescribeLoadBalancers;
        let config = aws_sdk_elasticloadbalancing::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "elb"))
            .interceptor(self.meter(call));
        aws_sdk_elasticloadbalancing::Client::from_conf(config.build())
    }

    fn elbv2(&self) -> aws_sdk_elasticloadbalancingv2::Client {
        let call = Call::ElbV2DescribeLoadBalancers;
        let config = aws_sdk_elasticloadbalancingv2::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "elbv2"))
            .interceptor(self.meter(call));
        aws_sdk_elasticloadbalancingv2::Client::from_conf(config.build())
    }

    fn acm(&self) -> aws_sdk_acm::Client {
        let call = Call::AcmDescribeCertificate;
        let config = aws_sdk_acm::config::Builder::from(&self.config)
            .retry_partition(session::retry_partition(&self.asker.region, "acm"))
            .interceptor(self.meter(call));
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
        let (classic, modern, groups, (), acls) = tokio::join!(
            join_all(classic.into_iter().map(|lb| self.classic(&v1, lb))),
            join_all(modern.into_iter().map(|lb| self.modern(&v2, lb))),
            self.target_groups(&v2, &all),
            self.network(&mut region, &all),
            self.web_acls(&all),
        );
        region.classic.items = classic;
        region.v2.items = modern;
        region.target_groups = groups;
        for lb in &mut region.v2.items {
            if let Some(acl) = acls.get(&lb.arn) {
                lb.web_acl = acl.clone();
            }
        }
        drop_deleted(&mut region);
        self.behind_listeners(&v2, &mut region).await;
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

    /// What stands between the internet and the load balancers with public addresses. Private ones
    /// need none of it.
    async fn network(&self, region: &mut Region, all: &[LoadBalancer]) {
        let public = || all.iter().filter(|lb| lb.is_internet_facing());
        if public().next().is_none() {
            return;
        }
        let ec2 = &self.query(&query::EC2, Call::Ec2DescribeSecurityGroups);
        let vpcs = unique(public().filter_map(|lb| lb.vpc_id.clone()));
        let groups = unique(public().flat_map(|lb| lb.security_groups.clone()));
        let subnets = unique(public().flat_map(|lb| lb.subnets.clone()));
        let filters = async {
            let call = Call::Ec2DescribeSecurityGroups;
            let found = self.if_wanted(call, ec2::security_groups(&self.asker, ec2, &groups)).await;
            let named = found.get().into_iter().flatten().flat_map(|group| &group.ingress);
            let lists = unique(named.flat_map(|permission| permission.prefix_lists.clone()));
            let call = Call::Ec2GetManagedPrefixListEntries;
            let entries = lists.into_iter().map(move |id| async move {
                let entries = ec2::prefix_list(&self.asker, ec2, &id);
                let entries = self.if_wanted(call, entries).await;
                (id, entries)
            });
            (found, join_all(entries).await)
        };
        let (filters, tables, block, subnets) = tokio::join!(
            filters,
            self.if_wanted(
                Call::Ec2DescribeRouteTables,
                ec2::route_tables(&self.asker, ec2, &vpcs)
            ),
            self.if_wanted(
                Call::Ec2DescribeVpcBlockPublicAccessOptions,
                ec2::block_public_access(&self.asker, ec2)
            ),
            self.if_wanted(Call::Ec2DescribeSubnets, ec2::subnets(&self.asker, ec2, &subnets)),
        );
        region.security_groups = filters.0;
        region.prefix_lists = filters.1.into_iter().collect();
        region.route_tables = tables;
        region.block_public_access = block;
        region.subnets = subnets;
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

    /// Everything that needs to know the listeners.
    async fn behind_listeners(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        region: &mut Region,
    ) {
        let policies =
            unique(listeners(&region.v2.items).filter_map(|listener| listener.ssl_policy.clone()));
        let defaults = self.acm_arns(region);
        let acm = self.acm();
        let unlogged = region.v2.items.iter().any(may_log_otherwise);
        let trusts =
            listeners(&region.v2.items).any(|listener| listener.mutual_authentication.is_some());
        let mut modern = std::mem::take(&mut region.v2.items);
        let ((), policies, certificates, logs, stores) = tokio::join!(
            self.listener_details(client, &mut modern),
            async {
                let call = Call::ElbV2DescribeSslPolicies;
                if policies.is_empty() {
                    return Fact::Known(Vec::new());
                }
                self.if_wanted(call, elbv2::ssl_policies(&self.asker, client, &policies)).await
            },
            self.certificates(&acm, &defaults, Certificates::default()),
            self.logs(unlogged),
            async {
                let call = Call::ElbV2DescribeTrustStores;
                if !trusts {
                    return Fact::Known(Vec::new());
                }
                self.if_wanted(call, elbv2::trust_stores(&self.asker, client)).await
            },
        );
        region.v2.items = modern;
        region.ssl_policies = policies;
        (region.log_sources, region.log_deliveries) = logs;
        region.trust_stores = stores;
        let by_sni = self.acm_arns(region);
        let known = self.certificates(&acm, &by_sni, certificates).await.by_arn;
        let used = self.acm_arns(region);
        region.certificates = known.into_iter().filter(|(arn, _)| used.contains(arn)).collect();
    }

    /// Rules, SNI certificates and attributes of every listener.
    async fn listener_details(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        modern: &mut [LoadBalancer],
    ) {
        let all = modern.iter_mut().flat_map(|lb| {
            let routes = routes_by_rule(lb);
            let kind = lb.kind.clone();
            let listeners = match &mut lb.listeners {
                Fact::Known(listeners) => listeners.as_mut_slice(),
                Fact::Unread(_) => &mut [],
            };
            listeners.iter_mut().map(move |listener| (kind.clone(), routes, listener))
        });
        join_all(all.map(move |(kind, routes, listener)| async move {
            let encrypts = listener.speaks(&["HTTPS", "TLS"]);
            let (rules, certificates, attributes) = tokio::join!(
                async {
                    let call = Call::ElbV2DescribeRules;
                    if !routes {
                        return listener.rules.clone();
                    }
                    self.if_wanted(call, elbv2::rules(&self.asker, client, (&kind, listener))).await
                },
                async {
                    let call = Call::ElbV2DescribeListenerCertificates;
                    if !encrypts {
                        return Fact::Known(Vec::new());
                    }
                    self.if_wanted(call, elbv2::certificates(&self.asker, client, listener)).await
                },
                self.if_wanted(
                    Call::ElbV2DescribeListenerAttributes,
                    elbv2::listener_attributes(&self.asker, client, &listener.id)
                ),
            );
            (listener.rules, listener.certificates) = (rules, certificates);
            listener.attributes = attributes;
        }))
        .await;
    }

    /// ARNs of the ACM certificates that listeners are known to present.
    #[expect(clippy::unused_self, reason = "reads beside its callers")]
    fn acm_arns(&self, region: &Region) -> Vec<String> {
        let all = region.load_balancers().filter_map(|lb| lb.listeners.get().ok()).flatten();
        let arns = all.flat_map(|listener| {
            let all = listener.certificates.get().ok().into_iter().flatten();
            all.chain(&listener.default_certificate).cloned().collect::<Vec<_>>()
        });
        unique(arns.filter(|arn| arn.split(':').nth(2) == Some("acm")))
    }

    /// Finds these certificates: several in bulk, what that leaves one by one. What one route cannot
    /// tell, the other is asked for before it is a gap.
    async fn certificates(
        &self,
        client: &aws_sdk_acm::Client,
        arns: &[String],
        mut found: Certificates,
    ) -> Certificates {
        if !self.plan.wants(Call::AcmDescribeCertificate) {
            return found;
        }
        if found.open(arns).len() > 1 {
            found.search(&self.asker, client).await;
        }
        let open = found.open(arns);
        let described = open.iter().map(|arn| acm::describe(&self.asker, client, arn));
        let described = join_all(described).await;
        found.by_arn.extend(open.into_iter().zip(described));
        let unread = arns.iter().any(|arn| {
            let gap = found.by_arn.get(arn).and_then(Fact::gap);
            gap.is_some_and(|gap| gap.reason != Reason::NotFound)
        });
        if unread {
            found.search(&self.asker, client).await;
        }
        found
    }

    /// Vended deliveries, when some load balancer does not log to S3 by its attribute.
    async fn logs(
        &self,
        unlogged: bool,
    ) -> (Fact<Vec<elb_audit_core::inventory::LogSource>>, Fact<Vec<String>>) {
        let (sources, deliveries) =
            (Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries);
        if !unlogged || !self.plan.wants(sources) {
            return (Fact::not_collected(sources), Fact::not_collected(deliveries));
        }
        let client = self.query(&query::LOGS, sources);
        tokio::join!(logs::sources(&self.asker, &client), logs::deliveries(&self.asker, &client),)
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

/// Certificates of ACM as they become known.
#[derive(Default)]
struct Certificates {
    by_arn: HashMap<String, Fact<elb_audit_core::inventory::Certificate>>,
    /// Whether the bulk call has been made: it is made once.
    searched: bool,
}

impl Certificates {
    /// Those that nothing is known of yet.
    fn open(&self, arns: &[String]) -> Vec<String> {
        arns.iter().filter(|arn| !self.by_arn.contains_key(*arn)).cloned().collect()
    }

    /// Adds whatever the bulk call tells, in place of gaps too.
    async fn search(&mut self, asker: &Asker, client: &aws_sdk_acm::Client) {
        if !std::mem::replace(&mut self.searched, true) {
            let found = acm::in_use(asker, client).await;
            self.by_arn.extend(found.into_iter().map(|(arn, one)| (arn, Fact::Known(one))));
        }
    }
}

/// Each once, in order.
fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

fn listeners(all: &[LoadBalancer]) -> impl Iterator<Item = &elb_audit_core::inventory::Listener> {
    all.iter().filter_map(|lb| lb.listeners.get().ok()).flatten()
}

/// Whether the listeners have rules beside the default one: Application, and dual-stack Network.
///
/// Source: `CreateRule` of the ELB API since 2026-07.
fn routes_by_rule(lb: &LoadBalancer) -> bool {
    match lb.kind {
        Kind::Application => true,
        Kind::Network => lb.ip_address_type.as_deref().is_some_and(|kind| kind != "ipv4"),
        _ => false,
    }
}

/// Whether a load balancer that can log is not known to log by its attribute.
fn may_log_otherwise(lb: &LoadBalancer) -> bool {
    let can = match lb.kind {
        Kind::Application => true,
        Kind::Network => lb
            .listeners
            .get()
            .is_ok_and(|listeners| listeners.iter().any(|listener| listener.speaks(&["TLS"]))),
        _ => false,
    };
    can && !lb.switched_on("access_logs.s3.enabled").unwrap_or(false)
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
