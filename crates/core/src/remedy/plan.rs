//! From a fault to the changes that fix it.

use std::collections::BTreeMap;

use super::binding::{Binding, Bindings};
use super::{Change, Pair, Remedy, attributes as table};
use crate::analysis::logs;
use crate::analysis::site::Site;
use crate::inventory::{Action, BucketState, Condition, Kind, Listener, Rule};
use crate::mutation::{
    Choice, Edit, HealthCheck, ListenerId, ListenerSetting, Mutation, Owner, RuleSetting, Value,
};

mod listeners;
mod network;
mod rules;

pub use listeners::{cover_hosts, other_certificate, other_trust_store, verify_too};
pub use network::{
    admit_clients, close_unused, drop_stale, filter_private_link, let_out, let_out_to_targets,
};
pub use rules::{
    audience, https_endpoints, login_first, narrow_sources, own_keys, reorder, require_login,
    same_gate, shorten_session,
};

/// How a remedy comes to changes.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    /// By what it changes, as data.
    Change,
    /// By a function of its check.
    By(fn(&Ask) -> Planned),
    /// Never, and why.
    Never(Why, &'static str),
}

/// The changes that fix a fault, in the order in which they are made, or why there are none.
pub type Planned = Result<Vec<Mutation>, Declined>;

/// Why no changes fix a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// In kind.
    pub why: Why,
    /// In words: the end of "no script, because …".
    pub words: String,
}

/// Why no changes fix a fault, in kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// What is wrong cannot be changed once it is created.
    Recreate,
    /// It is a thing of another service, which takes it as a whole, or of somebody else.
    Elsewhere,
    /// Nothing that is set is wrong: something has to be repaired.
    Repair,
    /// What is meant is for its owner to decide, and no value of a variable says it.
    Decision,
    /// What the changes need to know was not read.
    Unread,
}

/// A fault that is to be fixed.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The load balancer, and what is around it.
    pub site: Site<'a>,
    /// Id or ARN of the subject.
    pub subject: &'a str,
    /// What the placeholders of the remedy stand for.
    pub bindings: &'a Bindings,
}

impl Declined {
    /// For this reason.
    #[must_use]
    pub fn new(why: Why, words: impl Into<String>) -> Self {
        Declined { why, words: words.into() }
    }

    fn unread(what: &str) -> Self {
        Declined::new(Why::Unread, format!("{what} was not read"))
    }
}

/// A rule of a listener: with its ARN, or the default one.
#[derive(Clone, Debug)]
pub struct Place {
    listener: ListenerId,
    rule: Option<String>,
}

impl Place {
    /// The change of its actions.
    #[must_use]
    pub fn edit(&self, edit: Edit) -> Mutation {
        let listener = self.listener.clone();
        if let Some(rule) = self.rule.clone() {
            return Mutation::ModifyRule { listener, rule, set: RuleSetting::Actions(edit) };
        }
        Mutation::ModifyListener { listener, set: ListenerSetting::DefaultActions(edit) }
    }
}

impl Place {
    fn rule_of<'a>(&self, ask: &Ask<'a>) -> Option<&'a Rule> {
        let listener = ask.listeners().ok()?.iter().find(|own| own.id == self.listener.id)?;
        listener.rules.get().ok()?.iter().find(|own| Some(&own.arn) == self.rule.as_ref())
    }

    /// What it does.
    fn actions(&self, ask: &Ask) -> Option<Vec<Action>> {
        let listener = ask.listeners().ok()?.iter().find(|own| own.id == self.listener.id)?;
        match self.rule {
            Some(_) => Some(self.rule_of(ask)?.actions.clone()),
            None => Some(listener.default_actions.clone()),
        }
    }

    /// What it asks of a request; none of the default action.
    fn conditions(&self, ask: &Ask) -> Option<Vec<Condition>> {
        Some(self.rule_of(ask)?.conditions.clone())
    }
}

impl<'a> Ask<'a> {
    /// All values of a placeholder.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&'a str> {
        match self.bindings.get(name) {
            None => Vec::new(),
            Some(Binding::One(value)) => vec![value],
            Some(Binding::Many(values)) => values.iter().map(String::as_str).collect(),
        }
    }

    fn listeners(&self) -> Result<&'a [Listener], Declined> {
        let all = self.site.lb.listeners.get();
        Ok(all.map_err(|gap| Declined::unread(gap.call.name()))?)
    }

    /// The listener that the fault is about.
    pub fn listener(&self) -> Result<&'a Listener, Declined> {
        let own = self.listeners()?.iter().find(|own| own.id == self.subject);
        own.ok_or_else(|| Declined::unread("the listener"))
    }

    fn listener_id(&self) -> Result<ListenerId, Declined> {
        Ok(ListenerId::of(&self.site.lb.arn, self.listener()?))
    }

    /// The rules that the fault is about, as the check names them.
    pub fn places(&self) -> Result<Vec<Place>, Declined> {
        let mut places = Vec::new();
        for listener in self.listeners()? {
            let id = ListenerId::of(&self.site.lb.arn, listener);
            let named = self.all("RULE_ARN");
            let rules = listener.rules.get().into_iter().flatten();
            let rules = rules.filter(|rule| named.contains(&&*rule.arn));
            places.extend(
                rules.map(|rule| Place { listener: id.clone(), rule: Some(rule.arn.clone()) }),
            );
            if self.all("DEFAULT_LISTENER_ARN").contains(&&*listener.id) {
                places.push(Place { listener: id, rule: None });
            }
        }
        if places.is_empty() {
            return Err(Declined::unread("which rule it is"));
        }
        Ok(places)
    }

    /// The same change of every rule that the fault is about.
    pub fn edit(&self, edit: &Edit) -> Planned {
        Ok(self.places()?.iter().map(|place| place.edit(edit.clone())).collect())
    }

    /// Attributes of the load balancer.
    #[must_use]
    pub fn attributes(&self, set: &[Pair]) -> Vec<Mutation> {
        set_attributes(Owner::LoadBalancer, &self.site.lb.arn, set)
    }
}

/// What a value of a remedy stands for: some of them only the user knows.
fn value(text: &str) -> Value {
    match text {
        "LOG_BUCKET" => Value::Of(Choice::LogBucket),
        "https://www.example.com" => Value::Of(Choice::Origin),
        other => Value::Is(other.to_owned()),
    }
}

fn set_attributes(of: Owner, id: &str, set: &[Pair]) -> Vec<Mutation> {
    let set = set.iter().filter(|(key, _)| !key.is_empty());
    let set: BTreeMap<_, _> =
        set.map(|(key, text)| ((*key).to_owned(), Some(value(text)))).collect();
    vec![Mutation::SetAttributes { of, id: id.to_owned(), set }]
}

impl Remedy {
    /// The changes that fix a fault, in the order in which they are made.
    ///
    /// # Errors
    /// With the reason where no changes fix it.
    pub fn mutations(&self, ask: &Ask) -> Planned {
        match self.plan {
            Plan::By(plan) => plan(ask),
            Plan::Never(why, words) => Err(Declined::new(why, words)),
            Plan::Change => by_change(&self.change, ask),
        }
    }
}

fn by_change(change: &Change, ask: &Ask) -> Planned {
    match *change {
        Change::Attributes { of, set } => Ok(attributes(of, &set, ask)),
        Change::SslPolicy { policy } => listeners::ssl_policy(policy, ask),
        Change::MutualAuthentication { set, trust_store } => {
            listeners::mutual(set, trust_store, ask)
        }
        Change::Certificate { names, .. } => listeners::certificate(names, ask),
        Change::RedirectToHttps => rules::redirect_to_https(ask),
        Change::Redirect { to } => rules::redirect(to, ask),
        Change::RefuseByDefault { before: None } => ask.edit(&rules::refuse()),
        Change::Ingress { protocol, admit } => network::ingress(protocol, admit, ask),
        Change::HealthCheck { set } => health_check(set, ask),
        Change::ManagedRules { .. } | Change::BlockingRule { .. } | Change::WebAcl { .. } => {
            Err(Declined::new(Why::Elsewhere, "AWS WAF takes a web ACL as a whole"))
        }
        Change::EncryptedTargets { .. } => {
            let words = "a target group keeps its protocol: another one has to take its place";
            Err(Declined::new(Why::Recreate, words))
        }
        Change::TlsListener(_)
        | Change::RuleActions { .. }
        | Change::RefuseByDefault { before: Some(_) }
        | Change::Subnets
        | Change::AutoScaling { .. }
        | Change::Steps(_) => Err(Declined::new(Why::Decision, "its steps are for a person")),
    }
}

fn attributes(of: Owner, set: &[Pair], ask: &Ask) -> Vec<Mutation> {
    let lb = &ask.site.lb;
    let mut plan = Vec::new();
    if set.iter().any(|(_, text)| *text == "LOG_BUCKET") {
        let (lb, bucket) = (lb.arn.clone(), Value::Of(Choice::LogBucket));
        plan.push(Mutation::PutBucketPolicy { lb, bucket });
    }
    let id = match of {
        Owner::LoadBalancer => &lb.arn,
        Owner::TargetGroup | Owner::Listener => ask.subject,
    };
    let classic = of == Owner::LoadBalancer && lb.kind == Kind::Classic;
    let key = |key: &'static str| if classic { table::classic_key(key) } else { key };
    let set: Vec<Pair> = set.iter().map(|(name, text)| (key(name), *text)).collect();
    plan.extend(set_attributes(of, id, &set));
    plan
}

fn health_check(set: &[Pair], ask: &Ask) -> Planned {
    let mut to = HealthCheck::default();
    for (name, text) in set {
        match *name {
            "Enabled" => to.enabled = Some(*text == "true"),
            "Protocol" => to.protocol = Some((*text).to_owned()),
            "Port" => to.port = Some((*text).to_owned()),
            // The path that targets answer only when they can serve is theirs to tell.
            _ => {}
        }
    }
    if to == HealthCheck::default() || ask.site.lb.kind == Kind::Classic {
        return Err(Declined::new(Why::Repair, "what targets answer decides, and no setting does"));
    }
    Ok(vec![Mutation::ModifyTargetGroup { group: ask.subject.to_owned(), set: to }])
}

/// Logs go to another bucket, which the user chooses: those that go to a bucket that is not this account's in
/// this region, or else all.
pub fn other_bucket(ask: &Ask) -> Planned {
    let Site { lb, region, .. } = ask.site;
    let buckets = logs::buckets(lb).map_err(|gap| Declined::unread(gap.call.name()))?;
    let is_sound = |name: &String| {
        let state = region.log_buckets.get(name).and_then(|bucket| bucket.state.get().ok());
        matches!(state, Some(BucketState::Own { region: Some(own) }) if *own == region.name)
    };
    let wrong: Vec<&String> = buckets.keys().filter(|name| !is_sound(name)).collect();
    let mut set = BTreeMap::new();
    for name in if wrong.is_empty() { buckets.keys().collect() } else { wrong } {
        let keys = logs::attributes(lb, name).map_err(|gap| Declined::unread(gap.call.name()))?;
        set.extend(keys.into_iter().map(|key| (key, Some(Value::Of(Choice::LogBucket)))));
    }
    let bucket = Value::Of(Choice::LogBucket);
    let (of, id) = (Owner::LoadBalancer, lb.arn.clone());
    Ok(vec![
        Mutation::PutBucketPolicy { lb: lb.arn.clone(), bucket },
        Mutation::SetAttributes { of, id, set },
    ])
}

/// A web ACL, which the user chooses, filters what comes to the load balancer.
pub fn associate_web_acl(ask: &Ask) -> Planned {
    let (lb, acl) = (ask.site.lb.arn.clone(), Some(Value::Of(Choice::WebAcl)));
    Ok(vec![Mutation::AssociateWebAcl { lb, acl }])
}

/// The same web ACL filters what comes to this load balancer too.
pub fn same_web_acl(ask: &Ask) -> Planned {
    let ([lb], [acl]) = (&ask.all("OPEN_LOAD_BALANCER_ARN")[..], &ask.all("WEB_ACL_ARN")[..])
    else {
        let words = "AWS WAF filters Application load balancers alone: targets would have to leave this one";
        return Err(Declined::new(Why::Decision, words));
    };
    let (lb, acl) = ((*lb).to_owned(), Some(Value::Is((*acl).to_owned())));
    Ok(vec![Mutation::AssociateWebAcl { lb, acl }])
}

/// Targets that are gone leave their group.
pub fn deregister_stale(ask: &Ask) -> Planned {
    let target = |text: &str| {
        let (id, port) = text
            .strip_prefix("Id=")?
            .split_once(",Port=")
            .map_or((text.strip_prefix("Id=")?, None), |(id, port)| (id, port.parse().ok()));
        Some((id.to_owned(), port))
    };
    let targets: Option<Vec<_>> = ask.all("STALE_TARGETS").into_iter().map(target).collect();
    let targets = targets.filter(|all| !all.is_empty());
    let targets = targets.ok_or_else(|| Declined::unread("which targets they are"))?;
    Ok(vec![Mutation::DeregisterTargets { group: ask.subject.to_owned(), targets }])
}
