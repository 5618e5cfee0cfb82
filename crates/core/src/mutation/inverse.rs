//! What takes a change back.

use std::collections::BTreeMap;

use super::apply::{listener_of, load_balancer_of, security_group_of, target_group_of};
use super::{Edit, HealthCheck, ListenerSetting, Missing, Mutation, Owner, RuleSetting, Value};
use crate::inventory::{Listener, Region};
use crate::vocab::fact::Fact;

impl Mutation {
    /// What takes this change back, once it is made in these facts.
    ///
    /// # Errors
    /// When what it is about is not there or unread.
    #[expect(clippy::too_many_lines, reason = "an arm for each change")]
    pub fn inverse(&self, before: &Region) -> Result<Mutation, Missing> {
        Ok(match self {
            Mutation::SetAttributes { of, id, set } => {
                let own = attributes(before, *of, id)?;
                let old = |key: &String| {
                    (key.clone(), own.get(key).map(|value| Value::Is(value.clone())))
                };
                Mutation::SetAttributes {
                    of: *of,
                    id: id.clone(),
                    set: set.keys().map(old).collect(),
                }
            }
            Mutation::ModifyListener { listener, set } => {
                let own = listener_of(before, listener)?;
                Mutation::ModifyListener { listener: listener.clone(), set: setting(own, set)? }
            }
            Mutation::ModifyRule { listener, rule, set } => {
                let own = rules(listener_of(before, listener)?)?.iter();
                let own = own.clone().find(|own| own.arn == *rule);
                let own = own.ok_or_else(|| Missing(rule.clone()))?;
                let set = match set {
                    RuleSetting::Actions(_) => {
                        RuleSetting::Actions(Edit::Whole(own.actions.clone()))
                    }
                    RuleSetting::Conditions(_) => RuleSetting::Conditions(own.conditions.clone()),
                };
                Mutation::ModifyRule { listener: listener.clone(), rule: rule.clone(), set }
            }
            Mutation::SetRulePriorities { listener, order } => {
                let own = rules(listener_of(before, listener)?)?.iter();
                let old = own.filter_map(|rule| Some((rule.arn.clone(), rule.priority?)));
                let order = old.filter(|(arn, _)| order.contains_key(arn)).collect();
                Mutation::SetRulePriorities { listener: listener.clone(), order }
            }
            Mutation::CreateListener { like, new } => {
                Mutation::DeleteListener { lb: like.lb.clone(), port: new.port }
            }
            Mutation::AddCertificate { listener, certificate } => Mutation::RemoveCertificate {
                listener: listener.clone(),
                certificate: certificate.clone(),
            },
            Mutation::RemoveCertificate { listener, certificate } => Mutation::AddCertificate {
                listener: listener.clone(),
                certificate: certificate.clone(),
            },
            Mutation::Authorize { group, way, admits } => {
                Mutation::Revoke { group: group.clone(), way: *way, admits: admits.clone() }
            }
            Mutation::Revoke { group, way, admits } => {
                security_group_of(before, group)?;
                Mutation::Authorize { group: group.clone(), way: *way, admits: admits.clone() }
            }
            Mutation::SetSecurityGroups { lb, private_link, .. } => {
                let own = load_balancer_of(before, lb)?;
                Mutation::SetSecurityGroups {
                    lb: lb.clone(),
                    groups: own.security_groups.clone(),
                    private_link: private_link.as_ref().and(own.private_link_rules.clone()),
                }
            }
            Mutation::ModifyTargetGroup { group, .. } => {
                let own = target_group_of(before, group)?;
                let set = HealthCheck {
                    enabled: own.health_check_enabled,
                    protocol: own.health_check_protocol.as_ref().map(ToString::to_string),
                    port: own.health_check_port.clone(),
                    path: own.health_check_path.clone(),
                };
                Mutation::ModifyTargetGroup { group: group.clone(), set }
            }
            Mutation::DeregisterTargets { group, targets } => {
                let own = target_group_of(before, group)?.targets.get();
                let own = own.map_err(|_| Missing(group.clone()))?.iter();
                let own = own.filter(|own| targets.contains(&(own.id.clone(), own.port)));
                let targets = own.cloned().collect();
                Mutation::RegisterTargets { group: group.clone(), targets }
            }
            Mutation::RegisterTargets { group, targets } => {
                let targets = targets.iter().map(|own| (own.id.clone(), own.port)).collect();
                Mutation::DeregisterTargets { group: group.clone(), targets }
            }
            Mutation::ClassicPolicy { listener, name, .. } => {
                let policies = &load_balancer_of(before, &listener.lb)?.policies;
                let is_new = |policies: &Vec<_>| {
                    policies
                        .iter()
                        .all(|policy: &crate::inventory::ClassicPolicy| policy.name != *name)
                };
                let is_new = policies.get().is_ok_and(is_new);
                Mutation::ClassicPolicies {
                    listener: listener.clone(),
                    names: listener_of(before, listener)?.policy_names.clone(),
                    delete: is_new.then(|| name.clone()),
                }
            }
            Mutation::AssociateWebAcl { lb, .. } => {
                let own = load_balancer_of(before, lb)?.web_acl.get();
                let acl = own.map_err(|_| Missing(lb.clone()))?.clone().map(Value::Is);
                Mutation::AssociateWebAcl { lb: lb.clone(), acl }
            }
            Mutation::DeleteListener { .. }
            | Mutation::ClassicPolicies { .. }
            | Mutation::PutBucketPolicy { .. } => self.clone(),
        })
    }
}

fn rules(listener: &Listener) -> Result<&Vec<crate::inventory::Rule>, Missing> {
    listener.rules.get().map_err(|_| Missing(listener.id.clone()))
}

fn attributes<'a>(
    region: &'a Region,
    of: Owner,
    id: &str,
) -> Result<&'a BTreeMap<String, String>, Missing> {
    let missing = || Missing(id.to_owned());
    let own = match of {
        Owner::LoadBalancer => &load_balancer_of(region, id)?.attributes,
        Owner::TargetGroup => &target_group_of(region, id)?.attributes,
        Owner::Listener => {
            let all = region.v2.items.iter().filter_map(|lb| lb.listeners.get().ok()).flatten();
            &all.clone().find(|listener| listener.id == id).ok_or_else(missing)?.attributes
        }
    };
    match own {
        Fact::Known(own) => Ok(own),
        Fact::Unread(_) => Err(missing()),
    }
}

fn setting(own: &Listener, set: &ListenerSetting) -> Result<ListenerSetting, Missing> {
    let missing = || Missing(own.id.clone());
    Ok(match set {
        ListenerSetting::SslPolicy(_) => {
            ListenerSetting::SslPolicy(own.ssl_policy.clone().ok_or_else(missing)?)
        }
        ListenerSetting::Certificate(_) => {
            let old = own.default_certificate.clone().ok_or_else(missing)?;
            ListenerSetting::Certificate(Value::Is(old))
        }
        ListenerSetting::MutualAuthentication(..) => {
            ListenerSetting::MutualAuthentication(own.mutual_authentication.clone(), None)
        }
        ListenerSetting::DefaultActions(_) => {
            ListenerSetting::DefaultActions(Edit::Whole(own.default_actions.clone()))
        }
    })
}
