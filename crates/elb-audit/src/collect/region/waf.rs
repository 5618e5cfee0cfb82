//! The web ACLs of a region's Application load balancers, and what these do.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::inventory::{Kind, LoadBalancer, Region, WebAcl};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;

use super::Reader;
use crate::aws::{endpoint, query};
use crate::collect::services::wafv2::{Asked, Associations, Wafv2};
use crate::collect::services::{waf_regional, wafv2};

/// Web ACLs and rule groups by ARN.
type Acls = BTreeMap<String, Fact<WebAcl>>;

/// What WAF does for the load balancers.
pub(super) struct Waf {
    of: BTreeMap<String, Fact<Option<String>>>,
    acls: Acls,
    groups: Acls,
    logged: Fact<Vec<String>>,
    classic: Fact<Vec<String>>,
}

impl Waf {
    /// Puts what was read where the inventory has it.
    pub(super) fn into_region(self, region: &mut Region) {
        for lb in &mut region.v2.items {
            if let Some(acl) = self.of.get(&lb.arn) {
                lb.web_acl = acl.clone();
            }
        }
        region.web_acls = self.acls;
        region.rule_groups = self.groups;
        region.logged_web_acls = self.logged;
        region.classic_waf = self.classic;
    }
}

impl Reader {
    /// Which web ACL each Application load balancer that faces the internet has; then what those of the
    /// load balancers that are judged do, and whether they log. Only if there is a load balancer of that kind.
    pub(super) async fn waf(&self, all: &[LoadBalancer]) -> Waf {
        let application = all.iter().filter(|lb| lb.kind == Kind::Application);
        let asked = Asked {
            wanted: application
                .clone()
                .filter(|lb| lb.is_internet_facing())
                .map(|lb| lb.arn.clone())
                .collect(),
            all: application.map(|lb| lb.arn.clone()).collect(),
        };
        let judged: BTreeSet<&str> =
            all.iter().filter(|lb| self.plan.judges(lb)).map(|lb| lb.arn.as_str()).collect();
        let client = &self.query(&query::WAFV2, Call::Wafv2GetWebAclForResource);
        let waf = Wafv2 { api: &self.api, client, owner: self.owner() };
        let ((of, acls, groups, logged), classic) = tokio::join!(
            async {
                let Associations { of, read } = self.associations(waf, &asked).await;
                let own = of.iter().filter(|(arn, _)| judged.contains(arn.as_str()));
                let used = own.filter_map(|(_, fact)| fact.get().ok()?.clone()).collect();
                let (rules, logged) = tokio::join!(
                    self.rules(waf, &used, read),
                    self.if_of_use(
                        Call::Wafv2ListLoggingConfigurations,
                        !used.is_empty(),
                        wafv2::logged(waf)
                    ),
                );
                (of, rules.0, rules.1, logged)
            },
            self.classic_waf(!asked.all.is_empty()),
        );
        Waf { of, acls, groups, logged, classic }
    }

    async fn associations(&self, waf: Wafv2<'_>, asked: &Asked) -> Associations {
        if asked.wanted.is_empty() || !self.plan.wants(Call::Wafv2GetWebAclForResource) {
            return Associations::default();
        }
        wafv2::web_acls(waf, asked).await
    }

    /// These web ACLs, as far as they are not read yet, and the rule groups that their rules name.
    async fn rules(
        &self,
        waf: Wafv2<'_>,
        used: &BTreeSet<String>,
        mut read: BTreeMap<String, WebAcl>,
    ) -> (Acls, Acls) {
        if !self.plan.wants(Call::Wafv2GetWebAcl) {
            return (Acls::new(), Acls::new());
        }
        let known = used.iter().map(|arn| (arn, read.remove(arn)));
        let acls = join_all(known.map(|(arn, known)| async move {
            let acl = match known {
                Some(acl) => Fact::Known(acl),
                None => wafv2::web_acl(waf, arn).await,
            };
            (arn.clone(), acl)
        }));
        let acls: Acls = acls.await.into_iter().collect();
        if !self.plan.wants(Call::Wafv2GetRuleGroup) {
            return (acls, Acls::new());
        }
        let groups = named_groups(&acls).into_iter().map(|arn| async move {
            let group = wafv2::rule_group(waf, &arn).await;
            (arn, group)
        });
        let groups = join_all(groups).await.into_iter().collect();
        (acls, groups)
    }

    /// The load balancers that AWS WAF Classic holds an ACL for. A region that it never was in has none.
    async fn classic_waf(&self, of_use: bool) -> Fact<Vec<String>> {
        let call = Call::WafRegionalListWebAcls;
        let client = self.query(&query::WAF_REGIONAL, call);
        self.if_of_use(call, of_use, async {
            if !endpoint::had_waf_classic(&self.api.region) {
                return Fact::Known(Vec::new());
            }
            waf_regional::protected(&self.api, &client, self.owner()).await
        })
        .await
    }
}

/// ARNs of the rule groups that rules refer to.
fn named_groups(acls: &Acls) -> BTreeSet<String> {
    let rules = acls.values().filter_map(|acl| acl.get().ok()).flat_map(|acl| &acl.rules);
    let statements = rules.flat_map(|rule| &rule.statements);
    let named = statements.filter(|statement| statement.kind == "rule-group-reference");
    named.filter_map(|statement| statement.name.clone()).collect()
}
