//! Everything that needs to know a region's listeners: rules, certificates, policies, logs.

use std::collections::HashMap;

use elb_audit_core::call::Call;
use elb_audit_core::fact::Fact;
use elb_audit_core::inventory::{Certificate, Kind, Listener, LoadBalancer, LogSource, Region};
use futures::future::join_all;

use super::{Reader, presented, unique};
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
            self.certificates(&acm, &defaults, HashMap::new()),
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
        let by_sni: Vec<String> = presented(region, "acm")
            .into_iter()
            .filter(|arn| !certificates.contains_key(arn.as_str()))
            .collect();
        let known = self.certificates(&acm, &by_sni, certificates).await;
        let used = presented(region, "acm");
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

    /// These certificates, beside those already known: several in bulk, what that leaves one by one.
    async fn certificates(
        &self,
        client: &aws_sdk_acm::Client,
        arns: &[String],
        mut known: HashMap<String, Fact<Certificate>>,
    ) -> HashMap<String, Fact<Certificate>> {
        if !self.plan.wants(Call::AcmDescribeCertificate) {
            return known;
        }
        if known.is_empty() && arns.len() > 1 {
            let found = acm::in_use(&self.asker, client).await;
            known.extend(found.into_iter().map(|(arn, one)| (arn, Fact::Known(one))));
        }
        let open: Vec<&String> = arns.iter().filter(|arn| !known.contains_key(*arn)).collect();
        let described = open.iter().map(|arn| acm::describe(&self.asker, client, arn));
        let described = join_all(described).await;
        known.extend(open.into_iter().cloned().zip(described));
        known
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
