//! A change, made in memory.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::{
    Admission, Chosen, Edit, HealthCheck, ListenerId, ListenerSetting, Mutation, NewListener,
    Owner, RuleSetting, Value, Way,
};
use crate::inventory::{
    Action, ActionKind, ClassicPolicy, Listener, LoadBalancer, Permission, Protocol, Region, Rule,
    SecurityGroup, TargetGroup, WeightedGroup,
};
use crate::vocab::fact::Fact;

/// What a change is about, and the facts do not hold: it cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub String);

type Done = Result<(), Missing>;

impl Mutation {
    /// Makes the change in a region's facts, with what was chosen.
    ///
    /// # Errors
    /// When what it is about is not there or unread. The facts may be changed in part then.
    #[expect(clippy::too_many_lines, reason = "an arm for each change")]
    pub fn apply(&self, region: &mut Region, chosen: &Chosen) -> Done {
        match self {
            Mutation::SetAttributes { of, id, set } => {
                set_attributes(region, (*of, id), set, chosen)
            }
            Mutation::ModifyListener { listener, set } => {
                modify_listener(listener_in(region, listener)?, set, chosen);
                Ok(())
            }
            Mutation::ModifyRule { listener, rule, set } => {
                let rule = rules(listener_in(region, listener)?)?
                    .iter_mut()
                    .find(|own| own.arn == *rule && own.priority.is_some())
                    .ok_or_else(|| missing(rule))?;
                match set {
                    RuleSetting::Actions(edit) => rule.actions = edit.of(&rule.actions, chosen),
                    RuleSetting::Conditions(all) => rule.conditions.clone_from(all),
                }
                Ok(())
            }
            Mutation::SetRulePriorities { listener, order } => {
                reorder(rules(listener_in(region, listener)?)?, order)
            }
            Mutation::CreateListener { like, new } => create_listener(region, like, new, chosen),
            Mutation::DeleteListener { lb, port } => {
                let own = listeners(load_balancer(region, lb)?)?;
                own.retain(|listener| listener.port != Some(*port));
                Ok(())
            }
            Mutation::AddCertificate { listener, certificate } => {
                let all = known(&mut listener_in(region, listener)?.certificates, &listener.id)?;
                all.push(certificate.text(chosen));
                Ok(())
            }
            Mutation::RemoveCertificate { listener, certificate } => {
                let all = known(&mut listener_in(region, listener)?.certificates, &listener.id)?;
                let gone = certificate.text(chosen);
                all.retain(|own| *own != gone);
                Ok(())
            }
            Mutation::Authorize { group, way, admits } => {
                let rules = rules_of(security_group(region, group)?, *way);
                authorize(rules, admits.whole(chosen));
                Ok(())
            }
            Mutation::Revoke { group, way, admits } => {
                let gone = admits.whole(chosen);
                let rules = rules_of(security_group(region, group)?, *way);
                revoke(rules, &gone).ok_or_else(|| missing(group))?;
                if let Fact::Known(stale) = &mut region.stale_rules {
                    stale.retain(|one| one.group != *group || !gone.groups.contains(&one.names));
                }
                Ok(())
            }
            Mutation::SetSecurityGroups { lb, groups, private_link } => {
                let lb = load_balancer(region, lb)?;
                lb.security_groups.clone_from(groups);
                if private_link.is_some() {
                    lb.private_link_rules.clone_from(private_link);
                }
                Ok(())
            }
            Mutation::ModifyTargetGroup { group, set } => {
                modify_target_group(target_group(region, group)?, set);
                Ok(())
            }
            Mutation::DeregisterTargets { group, targets } => {
                let own = known(&mut target_group(region, group)?.targets, group)?;
                own.retain(|own| !targets.contains(&(own.id.clone(), own.port)));
                Ok(())
            }
            Mutation::RegisterTargets { group, targets } => {
                let own = known(&mut target_group(region, group)?.targets, group)?;
                own.extend(targets.iter().cloned());
                Ok(())
            }
            Mutation::ClassicPolicy { listener, name, attributes } => {
                classic_policy(region, listener, name, attributes)
            }
            Mutation::ClassicPolicies { listener, names, delete } => {
                listener_in(region, listener)?.policy_names.clone_from(names);
                let lb = load_balancer(region, &listener.lb)?;
                known(&mut lb.policies, &listener.lb)?
                    .retain(|policy| Some(&policy.name) != delete.as_ref());
                Ok(())
            }
            Mutation::AssociateWebAcl { lb, acl } => {
                load_balancer(region, lb)?.web_acl =
                    Fact::Known(acl.as_ref().map(|acl| acl.text(chosen)));
                Ok(())
            }
            // What a policy says is not among the facts; what came of it is, and that takes its time.
            Mutation::PutBucketPolicy { .. } => Ok(()),
        }
    }
}

fn missing(id: &str) -> Missing {
    Missing(id.to_owned())
}

fn known<'a, T>(fact: &'a mut Fact<T>, id: &str) -> Result<&'a mut T, Missing> {
    match fact {
        Fact::Known(value) => Ok(value),
        Fact::Unread(_) => Err(missing(id)),
    }
}

fn load_balancer<'a>(region: &'a mut Region, arn: &str) -> Result<&'a mut LoadBalancer, Missing> {
    let all = region.classic.items.iter_mut().chain(&mut region.v2.items);
    all.into_iter().find(|lb| lb.arn == arn).ok_or_else(|| missing(arn))
}

pub(super) fn load_balancer_of<'a>(
    region: &'a Region,
    arn: &str,
) -> Result<&'a LoadBalancer, Missing> {
    region.load_balancers().find(|lb| lb.arn == arn).ok_or_else(|| missing(arn))
}

pub(super) fn listener_of<'a>(
    region: &'a Region,
    id: &ListenerId,
) -> Result<&'a Listener, Missing> {
    let all = load_balancer_of(region, &id.lb)?.listeners.get().map_err(|_| missing(&id.lb))?;
    all.iter().find(|listener| listener.id == id.id).ok_or_else(|| missing(&id.id))
}

pub(super) fn security_group_of<'a>(
    region: &'a Region,
    id: &str,
) -> Result<&'a SecurityGroup, Missing> {
    let all = region.security_groups.get().map_err(|_| missing(id))?;
    all.iter().find(|group| group.id == id).ok_or_else(|| missing(id))
}

pub(super) fn target_group_of<'a>(
    region: &'a Region,
    arn: &str,
) -> Result<&'a TargetGroup, Missing> {
    let all = region.target_groups.get().map_err(|_| missing(arn))?;
    all.iter().find(|group| group.arn == arn).ok_or_else(|| missing(arn))
}

fn listeners(lb: &mut LoadBalancer) -> Result<&mut Vec<Listener>, Missing> {
    known(&mut lb.listeners, &lb.arn)
}

fn listener_in<'a>(region: &'a mut Region, id: &ListenerId) -> Result<&'a mut Listener, Missing> {
    let all = listeners(load_balancer(region, &id.lb)?)?;
    all.iter_mut().find(|listener| listener.id == id.id).ok_or_else(|| missing(&id.id))
}

fn rules(listener: &mut Listener) -> Result<&mut Vec<Rule>, Missing> {
    known(&mut listener.rules, &listener.id)
}

fn security_group<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut SecurityGroup, Missing> {
    let all = known(&mut region.security_groups, id)?;
    all.iter_mut().find(|group| group.id == id).ok_or_else(|| missing(id))
}

fn target_group<'a>(region: &'a mut Region, arn: &str) -> Result<&'a mut TargetGroup, Missing> {
    let all = known(&mut region.target_groups, arn)?;
    all.iter_mut().find(|group| group.arn == arn).ok_or_else(|| missing(arn))
}

fn modify_target_group(group: &mut TargetGroup, set: &HealthCheck) {
    let HealthCheck { enabled, protocol, port, path } = set.clone();
    group.health_check_enabled = enabled.or(group.health_check_enabled);
    if let Some(protocol) = protocol {
        group.health_check_protocol = Some(Protocol::from(protocol.as_str()));
    }
    group.health_check_port = port.or(group.health_check_port.take());
    group.health_check_path = path.or(group.health_check_path.take());
}

fn rules_of(group: &mut SecurityGroup, way: Way) -> &mut Vec<Permission> {
    match way {
        Way::Ingress => &mut group.ingress,
        Way::Egress => &mut group.egress,
    }
}

fn set_attributes(
    region: &mut Region,
    (of, id): (Owner, &str),
    set: &BTreeMap<String, Option<Value>>,
    chosen: &Chosen,
) -> Done {
    let attributes = match of {
        Owner::LoadBalancer => &mut load_balancer(region, id)?.attributes,
        Owner::TargetGroup => &mut target_group(region, id)?.attributes,
        Owner::Listener => {
            let all = region.v2.items.iter_mut().filter_map(|lb| listeners(lb).ok()).flatten();
            let mut own = all.filter(|listener| listener.id == id);
            &mut own.next().ok_or_else(|| missing(id))?.attributes
        }
    };
    let attributes = known(attributes, id)?;
    for (key, value) in set {
        match value {
            Some(value) => attributes.insert(key.clone(), value.text(chosen)),
            None => attributes.remove(key),
        };
    }
    Ok(())
}

fn modify_listener(listener: &mut Listener, set: &ListenerSetting, chosen: &Chosen) {
    match set {
        ListenerSetting::SslPolicy(policy) => listener.ssl_policy = Some(policy.clone()),
        ListenerSetting::Certificate(certificate) => {
            let new = certificate.text(chosen);
            let old = listener.default_certificate.replace(new.clone());
            if let Fact::Known(all) = &mut listener.certificates {
                match all.iter_mut().find(|own| old.as_ref() == Some(own)) {
                    Some(own) => *own = new,
                    None => all.insert(0, new),
                }
            }
        }
        ListenerSetting::MutualAuthentication(to, choice) => {
            listener.mutual_authentication.clone_from(to);
            if let (Some(mutual), Some(choice)) = (&mut listener.mutual_authentication, choice) {
                mutual.trust_store_arn = Some(chosen.of(choice));
            }
        }
        ListenerSetting::DefaultActions(edit) => by_default(listener, edit, chosen),
    }
}

/// What a listener does by default stands twice: beside its rules, and as the last of them.
fn by_default(listener: &mut Listener, edit: &Edit, chosen: &Chosen) {
    listener.default_actions = edit.of(&listener.default_actions, chosen);
    if let Fact::Known(rules) = &mut listener.rules {
        let last = rules.iter_mut().filter(|rule| rule.priority.is_none());
        last.for_each(|rule| rule.actions = edit.of(&rule.actions, chosen));
    }
}

fn reorder(rules: &mut [Rule], order: &BTreeMap<String, u32>) -> Done {
    for (arn, priority) in order {
        let rule = rules.iter_mut().find(|rule| rule.arn == *arn && rule.priority.is_some());
        rule.ok_or_else(|| missing(arn))?.priority = Some(*priority);
    }
    rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
    Ok(())
}

fn create_listener(
    region: &mut Region,
    like: &ListenerId,
    new: &NewListener,
    chosen: &Chosen,
) -> Done {
    let mut listener = listener_in(region, like)?.clone();
    let place = format!("{}/{}", like.id.rsplit_once('/').map_or("", |(place, _)| place), new.port);
    if let Some(group) = &new.serves {
        let arn = group.text(chosen);
        let target_groups = vec![WeightedGroup { arn, weight: None }];
        let forward = Action { kind: ActionKind::Forward, target_groups, ..Action::default() };
        listener.default_actions = vec![forward.clone()];
        let rules = known(&mut listener.rules, &like.id)?;
        rules.retain(|rule| rule.priority.is_none());
        for rule in rules.iter_mut() {
            rule.actions = vec![forward.clone()];
        }
    }
    for (rule, number) in known(&mut listener.rules, &like.id)?.iter_mut().zip(1..) {
        rule.arn = format!("{place}/{number}");
    }
    listener.id = place;
    listener.protocol = Some(Protocol::from(new.protocol.as_str()));
    listener.port = Some(new.port);
    listener.ssl_policy = Some(new.ssl_policy.clone());
    listener.default_certificate = Some(new.certificate.text(chosen));
    listener.certificates = Fact::Known(vec![new.certificate.text(chosen)]);
    let lb = load_balancer(region, &like.lb)?;
    listeners(lb)?.push(listener);
    Ok(())
}

/// Whether two permissions are about the same protocol and ports: AWS answers with one for both.
fn is_same(own: &Permission, other: &Permission) -> bool {
    (&own.protocol, own.from_port, own.to_port) == (&other.protocol, other.from_port, other.to_port)
}

/// Whether a permission lets all those through that another one does.
fn has(own: &Permission, other: &Permission) -> bool {
    is_same(own, other)
        && other.ranges.iter().all(|range| own.ranges.contains(range))
        && other.prefix_lists.iter().all(|list| own.prefix_lists.contains(list))
        && other.groups.iter().all(|id| own.groups.contains(id))
}

fn authorize(rules: &mut Vec<Permission>, new: Permission) {
    fn join<T: PartialEq>(own: &mut Vec<T>, new: Vec<T>) {
        for one in new {
            if !own.contains(&one) {
                own.push(one);
            }
        }
    }
    match rules.iter_mut().find(|own| is_same(own, &new)) {
        Some(own) => {
            join(&mut own.ranges, new.ranges);
            join(&mut own.prefix_lists, new.prefix_lists);
            join(&mut own.groups, new.groups);
        }
        None => rules.push(new),
    }
}

/// Takes a permission out, as AWS keeps it: whole, or as a part of one.
fn revoke(rules: &mut Vec<Permission>, gone: &Permission) -> Option<()> {
    let place = rules.iter().position(|own| has(own, gone))?;
    let own = &mut rules[place];
    own.ranges.retain(|range| !gone.ranges.contains(range));
    own.prefix_lists.retain(|list| !gone.prefix_lists.contains(list));
    own.groups.retain(|id| !gone.groups.contains(id));
    if own.others().next().is_none() {
        rules.remove(place);
    }
    Some(())
}

fn classic_policy(
    region: &mut Region,
    listener: &ListenerId,
    name: &str,
    attributes: &BTreeMap<String, String>,
) -> Done {
    const KIND: &str = "SSLNegotiationPolicyType";
    let lb = load_balancer(region, &listener.lb)?;
    let policies = known(&mut lb.policies, &listener.lb)?;
    if policies.iter().all(|policy| policy.name != name) {
        policies.push(ClassicPolicy {
            name: name.to_owned(),
            kind: KIND.to_owned(),
            attributes: attributes.clone(),
        });
    }
    let for_tls: Vec<String> = policies
        .iter()
        .filter(|policy| policy.kind == KIND)
        .map(|policy| policy.name.clone())
        .collect();
    let own = &mut listener_in(region, listener)?.policy_names;
    own.retain(|own| !for_tls.contains(own));
    own.insert(0, name.to_owned());
    Ok(())
}

impl Admission {
    /// The permission with what stands for the user's choice.
    #[must_use]
    pub fn whole(&self, chosen: &Chosen) -> Permission {
        let mut permission = self.permission.clone();
        let range = self.chosen.as_ref().map(|choice| chosen.of(choice));
        permission.ranges.extend(range.and_then(|range| range.parse::<IpNet>().ok()));
        permission
    }
}
