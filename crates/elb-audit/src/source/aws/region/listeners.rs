//! Everything that needs to know a region's listeners: rules, certificates, policies, logs.

use std::collections::HashMap;

use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Reason};
use elb_audit_core::inventory::{Certificate, Kind, Listener, LoadBalancer, LogSource, Region};
use futures::future::join_all;

use super::{Reader, presented, unique};
use crate::source::aws::ask::Asker;
use crate::source::aws::{acm, elbv2, logs, query};

impl Reader {
    /// Everything that needs to know the listeners.
    pub(super) async fn behind_listeners(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        region: &mut Region,
    ) {
        let policies =
            unique(listeners(&region.v2.items).filter_map(|listener| listener.ssl_policy.clone()));
        let defaults = presented(region, "acm");
        let acm = self.acm();
        let unlogged = region.v2.items.iter().any(may_log_otherwise);
        let trusts = listeners(&region.v2.items).any(|listener| {
            let mutual = listener.mutual_authentication.as_ref();
            mutual.is_some_and(|mutual| mutual.trust_store_arn.is_some())
        });
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
        let used = presented(region, "acm");
        let known = self.certificates(&acm, &used, certificates).await.by_arn;
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
    async fn logs(&self, unlogged: bool) -> (Fact<Vec<LogSource>>, Fact<Vec<String>>) {
        let (sources, deliveries) =
            (Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries);
        if !unlogged || !self.plan.wants(sources) {
            return (Fact::not_collected(sources), Fact::not_collected(deliveries));
        }
        let client = self.query(&query::LOGS, sources);
        tokio::join!(logs::sources(&self.asker, &client), logs::deliveries(&self.asker, &client),)
    }
}

/// Certificates of ACM as they become known.
#[derive(Default)]
struct Certificates {
    by_arn: HashMap<String, Fact<Certificate>>,
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

fn listeners(all: &[LoadBalancer]) -> impl Iterator<Item = &Listener> {
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
