//! Everything that needs to know a region's listeners: rules, certificates, policies, logs.

use std::collections::{BTreeMap, HashMap};

use elb_audit_core::inventory::{
    ActionKind, Certificate, CertificateDetail, IpAddressType, Kind, Listener, LoadBalancer,
    Protocol, Region, TrustStore, UserPool,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::future::join_all;

use super::{Reader, presented, unique};
use crate::aws::api::ApiClient;
use crate::aws::query;
use crate::aws::region::RegionName;
use crate::collect::services::{acm, cognito, elbv2};

impl Reader {
    /// Everything that needs to know the listeners.
    pub(super) async fn behind_listeners(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        region: &mut Region,
    ) {
        let policies =
            unique(listeners(&region.v2.items).filter_map(|listener| listener.ssl_policy.clone()));
        let defaults = presented(&self.plan, region, "acm");
        let acm = self.acm();
        let trusted = unique(listeners(&region.v2.items).filter_map(|listener| {
            listener.mutual_authentication.as_ref()?.trust_store_arn.clone()
        }));
        let mut modern = std::mem::take(&mut region.v2.items);
        let ((), policies, certificates, stores) = tokio::join!(
            self.listener_details(client, &mut modern),
            async {
                let call = Call::ElbV2DescribeSslPolicies;
                if policies.is_empty() {
                    return Fact::Known(Vec::new());
                }
                self.if_wanted(call, elbv2::ssl_policies(&self.api, client, &policies)).await
            },
            self.certificates(&acm, &defaults, Certificates::default()),
            self.trust_stores(client, &trusted),
        );
        region.v2.items = modern;
        region.ssl_policies = policies;
        region.trust_stores = stores;
        let used = presented(&self.plan, region, "acm");
        let (known, pools) = tokio::join!(
            self.certificates(&acm, &used, certificates),
            self.user_pools(&region.v2.items),
        );
        let known = known.by_arn.into_iter();
        region.certificates = known.filter(|(arn, _)| used.contains(arn)).collect();
        region.user_pools = pools;
    }

    /// The region's trust stores; more of those that listeners name.
    async fn trust_stores(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        used: &[String],
    ) -> Fact<Vec<TrustStore>> {
        let call = Call::ElbV2DescribeTrustStores;
        if used.is_empty() {
            return Fact::Known(Vec::new());
        }
        let api = &self.api;
        let stores = self.if_wanted(call, elbv2::trust_stores(api, client)).await;
        let mut stores = match stores {
            Fact::Known(stores) => stores,
            unread @ Fact::Unread(_) => return unread,
        };
        let named = stores.iter_mut().filter(|store| used.contains(&store.arn));
        join_all(named.map(|store| async move {
            // A store that revokes certificates has a list of them.
            let may_lack_lists = store.revoked_entries.is_none_or(|entries| entries == 0);
            (store.revocation_lists, store.shared_with, store.users) = tokio::join!(
                self.if_of_use(
                    Call::ElbV2DescribeTrustStoreRevocations,
                    may_lack_lists,
                    elbv2::revocation_lists(api, client, &store.arn)
                ),
                self.if_wanted(
                    Call::ElbV2GetResourcePolicy,
                    elbv2::shared_with(api, client, &store.arn)
                ),
                self.if_wanted(
                    Call::ElbV2DescribeTrustStoreAssociations,
                    elbv2::users(api, client, &store.arn)
                ),
            );
        }))
        .await;
        Fact::Known(stores)
    }

    /// The user pools that rules let in, each asked for in its own region.
    async fn user_pools(&self, all: &[LoadBalancer]) -> BTreeMap<String, Fact<UserPool>> {
        let call = Call::CognitoDescribeUserPool;
        if !self.plan.wants(call) {
            return BTreeMap::new();
        }
        let rules = listeners(all).filter_map(|listener| listener.rules.get().ok()).flatten();
        let actions = rules.flat_map(|rule| &rule.actions);
        let actions = actions.chain(listeners(all).flat_map(|listener| &listener.default_actions));
        let cognito = actions.filter(|action| action.kind == ActionKind::AuthenticateCognito);
        let arns = unique(cognito.filter_map(|action| {
            let authority = action.authentication.as_ref()?.authority.clone();
            authority.filter(|arn| arn.starts_with("arn:"))
        }));
        let pools = arns.into_iter().map(|arn| async move {
            let pool = self.user_pool(&arn).await;
            (arn, pool)
        });
        join_all(pools).await.into_iter().collect()
    }

    async fn user_pool(&self, arn: &str) -> Fact<UserPool> {
        let call = Call::CognitoDescribeUserPool;
        let named = arn.split(':').nth(3).unwrap_or_default();
        let Some(region) = RegionName::in_partition(named, self.api.region.partition()) else {
            let gap = Gap::new(call, Reason::Malformed).saying("its ARN names no region");
            return Fact::Unread(self.api.located(gap, Some(arn)));
        };
        let api = ApiClient { region, ..self.api.clone() };
        let client = query::Client::new(&query::COGNITO, &self.config, &api, call);
        cognito::user_pool(&api, &client, arn).await
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
            let call = Call::ElbV2DescribeListenerAttributes;
            let tuned = self.plan.concerns(call, &kind) && self.plan.matters(call, lb);
            let listeners = match &mut lb.listeners {
                Fact::Known(listeners) => listeners.as_mut_slice(),
                Fact::Unread(_) => &mut [],
            };
            listeners.iter_mut().map(move |listener| (kind.clone(), (routes, tuned), listener))
        });
        join_all(all.map(move |(kind, (routes, tuned), listener)| async move {
            let encrypts = listener.speaks(&[Protocol::Https, Protocol::Tls]);
            let (rules, certificates, attributes) = tokio::join!(
                async {
                    let call = Call::ElbV2DescribeRules;
                    if !routes {
                        return listener.rules.clone();
                    }
                    self.if_wanted(call, elbv2::rules(&self.api, client, &kind, listener)).await
                },
                async {
                    let call = Call::ElbV2DescribeListenerCertificates;
                    if !encrypts {
                        return Fact::Known(Vec::new());
                    }
                    self.if_wanted(call, elbv2::certificates(&self.api, client, listener)).await
                },
                self.if_of_use(
                    Call::ElbV2DescribeListenerAttributes,
                    tuned,
                    elbv2::listener_attributes(&self.api, client, &listener.id)
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
            found.search(&self.api, client).await;
        }
        let open = found.open(arns);
        for (arn, one) in self.described(client, open).await {
            if let Fact::Unread(gap) = &one {
                found.refused.insert(arn.clone(), gap.clone());
            }
            found.by_arn.insert(arn, one);
        }
        let unread = arns.iter().any(|arn| {
            let gap = found.by_arn.get(arn).and_then(Fact::gap);
            gap.is_some_and(|gap| gap.reason != Reason::NotFound)
        });
        if unread {
            found.search(&self.api, client).await;
        }
        let described = self.described(client, found.without_detail(arns)).await;
        for (arn, one) in described {
            found.add_detail(&arn, one.map(|one| one.detail));
        }
        found
    }

    /// These certificates, asked for one by one.
    async fn described(
        &self,
        client: &aws_sdk_acm::Client,
        arns: Vec<String>,
    ) -> Vec<(String, Fact<Certificate>)> {
        let answers = arns.into_iter().map(|arn| async move {
            let certificate = acm::describe(&self.api, client, &arn).await;
            (arn, certificate)
        });
        join_all(answers).await
    }
}

/// Certificates of ACM as they become known.
#[derive(Default)]
struct Certificates {
    by_arn: HashMap<String, Fact<Certificate>>,
    /// Whether the bulk call has been made: it is made once.
    searched: bool,
    /// Those that were asked for one by one, in vain.
    refused: HashMap<String, Gap>,
}

impl Certificates {
    /// Those that nothing is known of yet.
    fn open(&self, arns: &[String]) -> Vec<String> {
        arns.iter().filter(|arn| !self.by_arn.contains_key(*arn)).cloned().collect()
    }

    /// Those that need a second look and have not had it: imported ones, whose signature ACM did not
    /// make, and those whose renewal is not in order. One that was refused has its gap from then on.
    fn without_detail(&mut self, arns: &[String]) -> Vec<String> {
        let mut open = Vec::new();
        for arn in arns {
            let Some(Fact::Known(one)) = self.by_arn.get_mut(arn) else { continue };
            let unread = one.detail.gap().is_some_and(|gap| gap.reason == Reason::NotCollected);
            if !unread || !is_worth_a_look(one) {
                continue;
            }
            match self.refused.get(arn) {
                Some(gap) => one.detail = Fact::Unread(gap.clone()),
                None => open.push(arn.clone()),
            }
        }
        open
    }

    fn add_detail(&mut self, arn: &str, detail: Fact<Fact<CertificateDetail>>) {
        if let Some(Fact::Known(one)) = self.by_arn.get_mut(arn) {
            one.detail = match detail {
                Fact::Known(detail) => detail,
                Fact::Unread(gap) => Fact::Unread(gap),
            };
        }
    }

    /// Adds whatever the bulk call tells of certificates that are not known, in place of gaps too.
    async fn search(&mut self, api: &ApiClient, client: &aws_sdk_acm::Client) {
        if !std::mem::replace(&mut self.searched, true) {
            for (arn, one) in acm::in_use(api, client).await {
                if !matches!(self.by_arn.get(&arn), Some(Fact::Known(_))) {
                    self.by_arn.insert(arn, Fact::Known(one));
                }
            }
        }
    }
}

/// Whether only [`Call::AcmDescribeCertificate`] tells what there is to say about a certificate.
fn is_worth_a_look(one: &Certificate) -> bool {
    let kind = one.kind.as_deref();
    let stuck = matches!(one.renewal_status.as_deref(), Some("PENDING_VALIDATION" | "FAILED"));
    let given_up =
        kind == Some("AMAZON_ISSUED") && one.renewal_eligibility.as_deref() == Some("INELIGIBLE");
    kind == Some("IMPORTED") || stuck || given_up
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
        Kind::Network => {
            lb.ip_address_type.as_ref().is_some_and(|kind| *kind != IpAddressType::Ipv4)
        }
        _ => false,
    }
}
