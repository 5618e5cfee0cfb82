//! Every route of a region that asks a request for something: by the target group it leads to, and by the
//! targets behind it.
//!
//! Most load balancers ask for nothing and leave nothing here, so that a region of many thousands costs one
//! look at each rule.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::condition;
use super::requirements::{self, AuthKind, AuthRequirements, Credential};
use super::trial::sources;
use super::{End, Route, rules};
use crate::analysis::index::Index;
use crate::analysis::requests::{Addresses, Asked, asked, unveil};
use crate::inventory::{
    Action, ActionKind, Condition, ConditionField, Kind, Listener, LoadBalancer, Region, Rule,
    Scheme, Target, TargetGroup, TargetType, Transform,
};
use crate::vocab::fact::{Fact, Gap};
use crate::vocab::partial::Partial;

/// The protected routes of a region, by what they ask for.
#[derive(Debug)]
pub struct ProtectedBy {
    logins: ProtectedRoutes,
    certificates: ProtectedRoutes,
    sources: ProtectedRoutes,
    web_acls: ProtectedRoutes,
}

/// A rule that asks for something, on its listener.
#[derive(Clone, Debug)]
pub struct ProtectedRoute {
    /// Which of the region's load balancers it is on.
    place: usize,
    /// The listener's label: `HTTPS:443`.
    pub listener: String,
    /// The rule's label: `rule 10`.
    pub rule: String,
    /// The rule's ARN; none where only the listener tells its default action.
    pub rule_arn: Option<String>,
    /// The trust store that its listener verifies client certificates by.
    pub trust_store: Option<String>,
    /// What it asks for.
    pub requirements: AuthRequirements,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) transforms: Vec<Transform>,
    /// What it takes.
    pub(crate) asked: Rc<[Asked]>,
    /// The groups that it leads to.
    pub(crate) groups: Vec<String>,
    /// All rules of its listener, and its place among them.
    all: Rc<[Neighbour]>,
    at: usize,
    /// From where its load balancer can be asked.
    pub(crate) sources: Addresses,
    /// Why it is not known whether a request reaches it.
    pub(crate) doubt: Option<Gap>,
}

impl ProtectedRoute {
    /// What the rules before it take, so that it never sees it. One that lets in to the same group without
    /// asking for anything is a way past it, and takes nothing from it.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = &[Asked]> {
        let own = &self.all[self.at];
        let asks_whence = self.requirements.has(AuthKind::Source);
        let is_way_past = move |one: &&Neighbour| {
            one.is_open
                && !(asks_whence && one.is_narrow)
                && one.groups.iter().any(|group| own.groups.contains(group))
        };
        let earlier = self.all[..self.at].iter().filter(move |one| !is_way_past(one));
        earlier.map(|one| &*one.asked)
    }

    /// Its load balancer.
    #[must_use]
    pub fn load_balancer<'a>(&self, region: &'a Region) -> Option<&'a LoadBalancer> {
        region.v2.items.get(self.place)
    }
}

/// A rule beside one that asks for something.
#[derive(Clone, Debug)]
struct Neighbour {
    asked: Rc<[Asked]>,
    groups: Vec<String>,
    /// Whether it certainly asks for nothing.
    is_open: bool,
    /// Whether it is for some addresses alone.
    is_narrow: bool,
}

impl Neighbour {
    fn new(asked: Rc<[Asked]>, route: &Route, (lb, listener): (&LoadBalancer, &Listener)) -> Self {
        Neighbour {
            is_narrow: route.conditions.iter().any(|one| condition::narrows_source(lb, one)),
            asked,
            groups: route.weighted().iter().map(|arn| (*arn).to_owned()).collect(),
            is_open: requirements::of_route(route, listener).is_open() == Ok(true),
        }
    }
}

/// One process: an instance, address or function, and its port. An address is one of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Endpoint {
    vpc: Option<String>,
    id: String,
    port: Option<u16>,
}

impl Endpoint {
    /// Where a target group sends to.
    pub(crate) fn from_target(group: &TargetGroup, target: &Target) -> Self {
        let by_address = group.target_type == Some(TargetType::Ip);
        let port = if group.target_type == Some(TargetType::Lambda) { None } else { group.port };
        Endpoint {
            vpc: group.vpc_id.clone().filter(|_| by_address),
            id: target.id.clone(),
            port: target.port.or(port),
        }
    }

    /// Where a Classic listener sends to.
    pub(crate) fn from_instance(instance: &Target, port: u16) -> Self {
        Endpoint { vpc: None, id: instance.id.clone(), port: Some(port) }
    }

    /// The id of the instance or function, or the address.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What a command that registers or deregisters it takes: `Id=i-1,Port=8443`.
    pub(crate) fn argument(&self) -> String {
        match self.port {
            Some(port) => format!("Id={},Port={port}", self.id),
            None => format!("Id={}", self.id),
        }
    }
}

/// The routes of a region with one kind of requirement, and the gaps that may hide others.
#[derive(Debug, Default)]
pub struct ProtectedRoutes {
    all: Vec<ProtectedRoute>,
    by_group: HashMap<String, Vec<usize>>,
    /// Groups with such routes, by what is registered with them.
    by_target: HashMap<Endpoint, Vec<String>>,
    /// By load balancer: why a route of it may have the requirement too.
    maybe_protected: HashMap<String, Gap>,
    /// The load balancers that were listed, when others were not.
    listed: Option<(HashSet<String>, Gap)>,
    /// Targets of groups that may have such routes.
    maybe_protected_targets: HashMap<Endpoint, Gap>,
    /// By VPC: a group with such routes, or that may have some, whose targets are not known.
    unread: HashMap<Option<String>, Gap>,
}

impl ProtectedBy {
    /// Looks at every rule of the region once.
    #[must_use]
    pub fn find(index: &Index) -> Self {
        let region = index.region();
        let mut protected = ProtectedBy {
            logins: ProtectedRoutes::in_region(region),
            certificates: ProtectedRoutes::in_region(region),
            sources: ProtectedRoutes::in_region(region),
            web_acls: ProtectedRoutes::in_region(region),
        };
        for (place, lb) in region.v2.items.iter().enumerate() {
            // The other kinds ask for nothing, and a Network load balancer for certificates alone.
            if matches!(lb.kind, Kind::Application | Kind::Network) {
                protected.add(place, lb);
            }
        }
        for locked in protected.all() {
            if !locked.is_empty() {
                region.target_groups.get().into_iter().flatten().for_each(|group| {
                    locked.add_targets(group);
                });
            }
        }
        protected
    }

    /// Those with one kind of requirement.
    #[must_use]
    pub fn with(&self, kind: AuthKind) -> &ProtectedRoutes {
        match kind {
            AuthKind::Login => &self.logins,
            AuthKind::Certificate => &self.certificates,
            AuthKind::Source => &self.sources,
            AuthKind::WebAcl => &self.web_acls,
        }
    }

    fn all(&mut self) -> [&mut ProtectedRoutes; 4] {
        [&mut self.logins, &mut self.certificates, &mut self.sources, &mut self.web_acls]
    }

    fn add(&mut self, place: usize, lb: &LoadBalancer) {
        let listeners = match &lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => {
                self.certificates.add_gap(lb, gap);
                if lb.kind == Kind::Application {
                    self.logins.add_gap(lb, gap);
                    self.sources.add_gap(lb, gap);
                }
                if may_filter(lb) {
                    self.web_acls.add_gap(lb, gap);
                }
                return;
            }
        };
        if let Some(gap) = lb.web_acl.gap().filter(|_| may_filter(lb)) {
            self.web_acls.add_gap(lb, gap);
        }
        for listener in listeners.iter().filter(|listener| !asks_nothing(lb, listener)) {
            match rules(lb, listener).map(|rules| rules.live) {
                Err(gap) => self.add_gap(lb, listener, &gap),
                Ok(routes) => {
                    let sets = routes.iter().map(|route| asked(route.conditions).into());
                    let mut sets: Vec<Rc<[Asked]>> = sets.collect();
                    unveil(&mut sets);
                    let all = routes.iter().zip(sets);
                    let all =
                        all.map(|(route, asked)| Neighbour::new(asked, route, (lb, listener)));
                    let all: Rc<[Neighbour]> = all.collect();
                    for (at, route) in routes.iter().enumerate() {
                        self.add_route((place, lb, listener), route, (&all, at));
                    }
                }
            }
        }
    }

    fn add_route(
        &mut self,
        (place, lb, listener): (usize, &LoadBalancer, &Listener),
        route: &Route,
        (all, at): (&Rc<[Neighbour]>, usize),
    ) {
        let groups = match &route.end {
            End::Forward(groups) => groups,
            End::Unknown(gap) => return self.add_gap(lb, listener, gap),
            End::Redirect(_) | End::Answer => return,
        };
        let requirements = requirements::of_route(route, listener);
        let from_some = lb.kind == Kind::Application
            && route.conditions.iter().any(|one| condition::narrows_source(lb, one));
        let protected_route = ProtectedRoute {
            place,
            listener: listener.label(),
            rule: route.label.clone(),
            rule_arn: route.rule.map(|rule| rule.arn.clone()),
            trust_store: listener.trust_store().ok().flatten().map(str::to_owned),
            requirements: requirements.clone(),
            conditions: route.conditions.to_vec(),
            transforms: route.transforms.to_vec(),
            asked: all[at].asked.clone(),
            groups: all[at].groups.clone(),
            all: all.clone(),
            at,
            sources: sources(lb),
            doubt: route.doubt.clone(),
        };
        for (kind, locked) in
            [(AuthKind::Login, &mut self.logins), (AuthKind::Certificate, &mut self.certificates)]
        {
            if let Some(gap) = requirements.gap(kind) {
                locked.add_gap(lb, gap);
            }
            if requirements.has(kind) {
                locked.add(protected_route.clone(), groups);
            }
        }
        let has_web_acl = may_filter(lb) && lb.web_acl.get().is_ok();
        for (asks, credential, locked) in [
            (from_some, Credential::Source, &mut self.sources),
            (has_web_acl, Credential::WebAcl, &mut self.web_acls),
        ] {
            if asks {
                let requirements = AuthRequirements::only(credential);
                locked.add(ProtectedRoute { requirements, ..protected_route.clone() }, groups);
            }
        }
    }

    /// What the listener's rules may ask for is not known.
    fn add_gap(&mut self, lb: &LoadBalancer, listener: &Listener, gap: &Gap) {
        if requirements::may_verify(listener) {
            self.certificates.add_gap(lb, gap);
        }
        if lb.kind == Kind::Application {
            if requirements::may_log_in(listener) {
                self.logins.add_gap(lb, gap);
            }
            self.sources.add_gap(lb, gap);
        }
        if may_filter(lb) {
            self.web_acls.add_gap(lb, gap);
        }
    }
}

impl ProtectedRoutes {
    fn in_region(region: &Region) -> Self {
        let all = || region.v2.items.iter().map(|lb| lb.arn.clone()).collect();
        let listed = region.v2.rest.gap().map(|gap| (all(), gap.clone()));
        ProtectedRoutes { listed, ..ProtectedRoutes::default() }
    }

    fn add(&mut self, protected_route: ProtectedRoute, groups: &[&str]) {
        for group in groups {
            self.by_group.entry((*group).to_owned()).or_default().push(self.all.len());
        }
        self.all.push(protected_route);
    }

    fn add_gap(&mut self, lb: &LoadBalancer, gap: &Gap) {
        self.maybe_protected.entry(lb.arn.clone()).or_insert_with(|| gap.clone());
    }

    fn add_targets(&mut self, group: &TargetGroup) {
        let guarded = self.by_group.contains_key(&group.arn);
        let gap = self.gap_at(group).cloned();
        if !guarded && gap.is_none() {
            return;
        }
        let targets = match &group.targets {
            Fact::Known(targets) => targets,
            Fact::Unread(gap) => {
                self.unread.entry(group.vpc_id.clone()).or_insert_with(|| gap.clone());
                return;
            }
        };
        for target in targets {
            let place = Endpoint::from_target(group, target);
            if let Some(gap) = &gap {
                self.maybe_protected_targets.entry(place.clone()).or_insert_with(|| gap.clone());
            }
            if guarded {
                let groups = self.by_target.entry(place).or_default();
                if groups.last() != Some(&group.arn) {
                    groups.push(group.arn.clone());
                }
            }
        }
    }

    /// Whether there is no such route, and no gap that may hide one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.maybe_protected.is_empty() && self.listed.is_none()
    }

    /// The routes into a target group.
    pub fn into_group<'a>(&'a self, arn: &str) -> impl Iterator<Item = &'a ProtectedRoute> {
        let places = self.by_group.get(arn).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| &self.all[*place])
    }

    /// The gap that may hide a route from this load balancer, or any other one, into this target group.
    #[must_use]
    pub fn gap_into(&self, index: &Index, lb: &LoadBalancer, arn: &str) -> Option<Gap> {
        let anywhere = || {
            let unlisted = self.listed.as_ref().map(|(_, gap)| gap);
            self.maybe_protected.values().min().or(unlisted)
        };
        let others = match index.target_group(arn) {
            Ok(group) => self.gap_at(group),
            Err(_) => anywhere(),
        };
        self.gap_on(lb).or(others).cloned()
    }

    /// The gap that may hide a route of this load balancer.
    #[must_use]
    pub fn gap_on(&self, lb: &LoadBalancer) -> Option<&Gap> {
        self.maybe_protected.get(&lb.arn)
    }

    fn gap_at(&self, group: &TargetGroup) -> Option<&Gap> {
        let unlisted = |arn: &String| match &self.listed {
            Some((listed, gap)) if !listed.contains(arn) => Some(gap),
            _ => None,
        };
        let mut all = group.load_balancer_arns.iter();
        all.find_map(|arn| self.maybe_protected.get(arn).or_else(|| unlisted(arn)))
    }

    /// The routes to a process through other groups than this one.
    pub(crate) fn to<'a>(
        &'a self,
        place: &Endpoint,
        through: Option<&'a str>,
    ) -> Partial<impl Iterator<Item = &'a ProtectedRoute>> {
        let groups = self.by_target.get(place).map_or(&[][..], Vec::as_slice);
        let others = groups.iter().filter(move |group| Some(group.as_str()) != through);
        let mut routes = Partial::whole(others.flat_map(|group| self.into_group(group)));
        routes.add_gap(self.maybe_protected_targets.get(place).cloned());
        routes
    }

    /// Why it is not known which targets are protected in a VPC.
    pub(crate) fn unread_in(&self, vpc: Option<&String>) -> Option<&Gap> {
        self.unread.get(&vpc.cloned())
    }
}

/// Whether a web ACL stands before a load balancer that faces the internet, or may. Of an internal one it is
/// not asked.
fn may_filter(lb: &LoadBalancer) -> bool {
    lb.kind == Kind::Application
        && lb.scheme != Some(Scheme::Internal)
        && !matches!(lb.web_acl, Fact::Known(None))
}

/// Whether a listener plainly asks for nothing: a look at its rules is enough.
fn asks_nothing(lb: &LoadBalancer, listener: &Listener) -> bool {
    use ActionKind::{FixedResponse, Forward, Redirect};
    let plain = |action: &Action| matches!(action.kind, Forward | Redirect | FixedResponse);
    let Fact::Known(rules) = &listener.rules else { return false };
    let mut actions = rules.iter().flat_map(|rule| &rule.actions).chain(&listener.default_actions);
    let from_all = |rule: &Rule| {
        lb.kind != Kind::Application
            || rule.conditions.iter().all(|one| one.field != ConditionField::SourceIp)
    };
    !requirements::may_verify(listener)
        && !may_filter(lb)
        && actions.all(plain)
        && rules.iter().all(from_all)
}
