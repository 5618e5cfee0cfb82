//! Whether a request reaches a target without what another way to that target asks for, and which one.

use std::collections::{BTreeSet, HashSet};
use std::mem;
use std::rc::Rc;

use super::administration::{has_word, telling};
use super::faulty_rules::FaultyRules;
use crate::analysis::reach;
use crate::analysis::requests::{Asked, Budget, Cell, asked, covers, unveil};
use crate::analysis::routing::condition::{self, A_LOOK};
use crate::analysis::routing::protected::{Endpoint, ProtectedRoute, ProtectedRoutes};
use crate::analysis::routing::requirements::{self, AuthKind};
use crate::analysis::routing::trial::{Trial, sources};
use crate::analysis::routing::{End, Route, group_name, rules};
use crate::check::Grounds;
use crate::check::{Context, Verdict};
use crate::inventory::{
    Condition, ConditionField, Kind, Listener, LoadBalancer, Protocol, Target, TargetGroup,
    TargetState, Transform, TransformKind,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::glob;
use crate::vocab::partial::Partial;
use crate::vocab::severity::Severity;

mod door;

use door::Door;

/// Paths that are public by custom, with or without a policy: health, what browsers and robots ask for,
/// and files that do not change.
pub(crate) const PUBLIC_PATHS: &[&str] = &[
    "/health",
    "/health/*",
    "/healthz",
    "/healthz/*",
    "/healthcheck",
    "/livez",
    "/readyz",
    "/ping",
    "/api/health",
    "/actuator/health",
    "/actuator/health/*",
    "/static/*",
    "/assets/*",
    "/favicon.ico",
    "/robots.txt",
    "/.well-known/*",
];

/// Patterns that people write for some of these. What else they let in is nobody's intent, and nothing that
/// is inside one of them is public for that.
const WRITTEN_FOR_THEM: &[&str] = &["/health*", "/healthz*", "/healthcheck*"];

/// What it may cost to compare all rules of a listener with those that ask for something, in steps of a machine.
const A_LISTENER: usize = 8_000_000;

/// What a listener's routes come to, beside those that ask for something: a failure for a request that gets
/// past, a note for one that gets past from inside alone, while what is protected is open to the internet,
/// and a pass where anything that it forwards to is protected somewhere.
pub(crate) type Survey = Partial<Verdict>;

/// Looks at every group that the listener forwards to: whether other rules, wherever they are, forward
/// to it behind such a requirement.
#[must_use]
pub(crate) fn of_groups(context: &Context, listener: &Listener, kind: AuthKind) -> Survey {
    let protected = context.protected().with(kind);
    if protected.is_empty() {
        return Survey::whole(Verdict::NotApplicable);
    }
    each_entry(context, listener, (kind, None), |entry, survey| {
        for group in &entry.groups {
            survey.add_gap(protected.gap_into(context.index, context.lb, group));
            let mut guarded = protected.into_group(group);
            entry.compare(context, &mut guarded, (group, Seen::AsAsked), survey);
        }
    })
}

/// Looks at every target that the listener forwards to: whether another group holds it too, and rules
/// forward to that one behind such a requirement.
#[must_use]
pub(crate) fn of_targets(context: &Context, listener: &Listener, kind: AuthKind) -> Survey {
    let protected = context.protected().with(kind);
    if protected.is_empty() || is_datagram(context.lb, listener) {
        return Survey::whole(Verdict::NotApplicable);
    }
    let unlisted = context.region.target_groups.gap().cloned();
    each_entry(context, listener, (kind, unlisted), |entry, survey| {
        let mut tried = HashSet::new();
        let mut open = None;
        let all = processes(context, entry, protected, survey);
        for (through, place) in &all {
            let others = survey.absorb(protected.to(&place.0, *through));
            let mut guarded =
                others.filter(|protected_route| tried.insert(std::ptr::from_ref(*protected_route)));
            let seen = (through.unwrap_or_default(), Seen::By(&place.1));
            let before = mem::discriminant(&survey.found);
            entry.compare(context, &mut guarded, seen, survey);
            if mem::discriminant(&survey.found) != before {
                open = Some(*through);
            }
            if survey.is_settled() {
                break;
            }
        }
        if let Some(group) = open {
            let found = mem::replace(&mut survey.found, Verdict::NotApplicable);
            let shared = all.iter().filter(|(through, place)| {
                *through == group && protected.to(&place.0, group).found.next().is_some()
            });
            let targets = shared.map(|(_, (endpoint, _))| endpoint);
            survey.found = found.with(|grounds| bind_targets(grounds, group, targets));
        }
    })
}

/// Looks at every rule that rewrites requests and asks for nothing: whether what the target gets to see is
/// what another rule has such a requirement before.
#[must_use]
pub(crate) fn of_rewrites(context: &Context, listener: &Listener, kind: AuthKind) -> Survey {
    let protected = context.protected().with(kind);
    if protected.is_empty() {
        return Survey::whole(Verdict::NotApplicable);
    }
    each_entry(context, listener, (kind, None), |entry, survey| {
        if entry.transforms.is_empty() {
            return;
        }
        for group in &entry.groups {
            survey.add_gap(protected.gap_into(context.index, context.lb, group));
            let mut guarded = protected.into_group(group);
            entry.compare(context, &mut guarded, (group, Seen::Rewritten), survey);
        }
    })
}

/// Looks at every rule that forwards, or at all that a Classic listener does, beside a gap. Commands are about
/// all rules that are as bad as the worst.
fn each_entry(
    context: &Context,
    listener: &Listener,
    (kind, gap): (AuthKind, Option<Gap>),
    look: impl Fn(&Entry, &mut Survey),
) -> Survey {
    let mut survey = Survey::whole(Verdict::NotApplicable);
    survey.add_gap(gap);
    let mut rules = FaultyRules::default();
    let entries = entries(context, listener, kind, &mut survey);
    for entry in &entries {
        let mut own = Survey::whole(Verdict::NotApplicable);
        look(entry, &mut own);
        let found = survey.absorb(own);
        if entry.label.is_some() {
            rules.weigh(entry.arn, &found, &survey.found);
        }
        survey.worsen(found);
    }
    survey.map(|found| match found {
        Verdict::Pass(grounds) => Verdict::Pass(grounds.with("rules", entries.len())),
        found => found.with(|grounds| rules.bind(grounds, listener)),
    })
}

/// Another service may listen on the same number where a listener speaks UDP alone.
fn is_datagram(lb: &LoadBalancer, listener: &Listener) -> bool {
    lb.kind == Kind::Network && listener.speaks(&[Protocol::Udp, Protocol::Quic])
}

/// What a target gets to see of a request.
#[derive(Clone, Copy)]
enum Seen<'a> {
    /// It, as the client asked.
    AsAsked,
    /// What the rule makes of it.
    Rewritten,
    /// It, as the client asked, by this target of another group.
    By(&'a str),
}

/// A rule of the listener that is judged, or all that a Classic one does.
struct Entry<'a> {
    /// Classic listeners have no rules.
    label: Option<String>,
    /// The ARN of a rule with a priority.
    arn: Option<&'a str>,
    conditions: &'a [Condition],
    transforms: &'a [Transform],
    asked: Rc<[Asked]>,
    earlier: Vec<Rc<[Asked]>>,
    groups: Vec<&'a str>,
    /// Why it is not known whether a request reaches it.
    doubt: Option<Gap>,
    /// What is asked elsewhere.
    kind: AuthKind,
    /// Whether it asks for nothing, and is not meant to.
    open: Result<bool, Gap>,
    listener: &'a Listener,
    /// What comparing the rules of the listener may still cost.
    budget: Rc<Budget>,
}

/// Every rule that forwards.
fn entries<'a>(
    context: &Context,
    listener: &'a Listener,
    kind: AuthKind,
    survey: &mut Survey,
) -> Vec<Entry<'a>> {
    if context.lb.kind == Kind::Classic {
        return vec![Entry {
            label: None,
            arn: None,
            conditions: &[],
            transforms: &[],
            asked: Rc::new([]),
            earlier: Vec::new(),
            groups: Vec::new(),
            doubt: None,
            kind,
            open: if kind == AuthKind::WebAcl { is_unfiltered(context) } else { Ok(true) },
            listener,
            budget: Rc::new(Budget::of(A_LISTENER)),
        }];
    }
    let routes = match rules(context.lb, listener) {
        Ok(rules) => rules.live,
        Err(gap) => {
            survey.add_gap(gap);
            return Vec::new();
        }
    };
    let mut all: Vec<Rc<[Asked]>> =
        routes.iter().map(|route| asked(route.conditions).into()).collect();
    unveil(&mut all);
    let budget = Rc::new(Budget::of(A_LISTENER));
    let mut found = Vec::new();
    for (place, route) in routes.iter().enumerate() {
        match &route.end {
            End::Forward(groups) => found.push(Entry {
                label: Some(route.label.clone()),
                arn: route.arn,
                conditions: route.conditions,
                transforms: route.transforms,
                asked: all[place].clone(),
                earlier: all[..place].to_vec(),
                groups: groups.clone(),
                doubt: route.doubt.clone(),
                kind,
                open: is_open(context, listener, route, kind),
                listener,
                budget: budget.clone(),
            }),
            End::Unknown(gap) => survey.add_gap(gap.clone()),
            End::Redirect(_) | End::Answer => {}
        }
    }
    found
}

/// Whether a rule asks for nothing, and is not meant to ask.
fn is_open(
    context: &Context,
    listener: &Listener,
    route: &Route,
    kind: AuthKind,
) -> Result<bool, Gap> {
    if is_public(context, route) {
        return Ok(false);
    }
    let is_open = requirements::of_route(route, listener).is_open();
    if kind == AuthKind::WebAcl { Ok(is_unfiltered(context)? && is_open?) } else { is_open }
}

/// Whether the internet reaches a load balancer without meeting a web ACL.
fn is_unfiltered(context: &Context) -> Result<bool, Gap> {
    let lb = context.lb;
    Ok(!reach::is_internal(lb)? && (lb.kind != Kind::Application || lb.web_acl.get()?.is_none()))
}

/// Whether a rule lets in only some addresses, or who may know a secret.
#[must_use]
pub(crate) fn is_narrow(lb: &LoadBalancer, route: &Route) -> bool {
    route.conditions.iter().any(|condition| narrows(lb, condition))
}

fn narrows(lb: &LoadBalancer, condition: &Condition) -> bool {
    condition::narrows_source(lb, condition) || condition::may_be_secret(condition)
}

/// Whether a rule, by its path, host or group, or its load balancer by its name, is for those who run a service.
fn is_for_administration(route: &ProtectedRoute, lb: Option<&LoadBalancer>) -> bool {
    let mut names = route.groups.iter().map(|arn| group_name(arn));
    route.conditions.iter().any(|condition| telling(condition).is_some())
        || names.any(has_word)
        || lb.is_some_and(|lb| has_word(&lb.name))
}

/// Whether a rule is one that nobody expects to ask for anything: public paths, or requests that browsers
/// send before those with a session.
#[must_use]
pub(crate) fn is_public(context: &Context, route: &Route) -> bool {
    let own = &context.intent.public_paths;
    let meant = |path: &str| {
        let covers = |public: &str| glob::covers(public, path);
        is_public_path(path) || own.iter().any(|public| covers(public))
    };
    let rewrites = rewrites_url(route.transforms);
    let method = condition::on(route.conditions, &ConditionField::HttpRequestMethod);
    let preflight = method.is_some_and(|method| {
        !method.values.is_empty() && method.values.iter().all(|value| value == "OPTIONS")
    });
    !rewrites && condition::only_paths(route.conditions, meant) || preflight
}

/// Whether all that a pattern takes is public by custom.
pub(crate) fn is_public_path(path: &str) -> bool {
    WRITTEN_FOR_THEM.contains(&path) || PUBLIC_PATHS.iter().any(|public| glob::covers(public, path))
}

pub(crate) fn rewrites_url(transforms: &[Transform]) -> bool {
    transforms.iter().any(|transform| transform.kind == TransformKind::UrlRewrite)
}

/// A process behind a rule: by the group that it is in, with its name.
type Process<'a> = (Option<&'a str>, (Endpoint, String));

/// The processes behind a rule. The gap that may hide some is added to the survey.
fn processes<'a>(
    context: &Context,
    entry: &Entry<'a>,
    protected: &ProtectedRoutes,
    survey: &mut Survey,
) -> Vec<Process<'a>> {
    let mut found = Vec::new();
    if context.lb.kind == Kind::Classic {
        survey.add_gap(protected.unread_in(context.lb.vpc_id.as_ref()).cloned());
        match instances(context.lb, entry.listener) {
            Ok(all) => found.extend(all.map(|(place, name)| (None, (place, name)))),
            Err(gap) => survey.add_gap(gap),
        }
        return found;
    }
    for arn in &entry.groups {
        match members(context, arn) {
            Ok((group, targets)) => {
                survey.add_gap(protected.unread_in(group.vpc_id.as_ref()).cloned());
                let live = targets.iter().filter(|target| target.state != TargetState::Draining);
                found.extend(live.map(|target| {
                    let place = Endpoint::from_target(group, target);
                    (Some(*arn), (place, named(&target.id, target.port)))
                }));
            }
            Err(gap) => survey.add_gap(gap),
        }
    }
    found
}

fn members<'a>(
    context: &Context<'a>,
    arn: &str,
) -> Result<(&'a TargetGroup, &'a Vec<Target>), Gap> {
    let group = context.index.target_group(arn)?;
    Ok((group, group.targets.get()?))
}

/// The instances behind a Classic listener, with the port that it sends to.
fn instances<'a>(
    lb: &'a LoadBalancer,
    listener: &Listener,
) -> Result<impl Iterator<Item = (Endpoint, String)> + use<'a>, Gap> {
    let side = listener.instance_side.as_deref();
    let port = side.and_then(|side| side.rsplit(':').next()?.parse::<u16>().ok());
    let port = port.ok_or_else(|| {
        Gap::new(Call::ElbDescribeLoadBalancers, Reason::Malformed)
            .of(&lb.arn)
            .saying(format!("{} without instance port", listener.label()))
    })?;
    let named =
        move |instance| (Endpoint::from_instance(instance, port), named(&instance.id, Some(port)));
    Ok(lb.instances.get()?.iter().map(named))
}

fn named(id: &str, port: Option<u16>) -> String {
    port.map_or_else(|| id.to_owned(), |port| format!("{id}:{port}"))
}

/// Names the targets that are protected elsewhere, in the group that leads past it, or of a Classic load
/// balancer.
fn bind_targets<'a>(
    grounds: Grounds,
    group: Option<&str>,
    targets: impl Iterator<Item = &'a Endpoint>,
) -> Grounds {
    if let Some(arn) = group {
        let targets = targets.map(Endpoint::argument).collect::<BTreeSet<_>>();
        let targets: Vec<String> = targets.into_iter().collect();
        grounds.bind("OPEN_GROUP_ARN", arn).bind("OPEN_TARGETS", targets)
    } else {
        let ids = targets.map(|endpoint| endpoint.id().to_owned()).collect::<BTreeSet<_>>();
        grounds.bind("OPEN_INSTANCE_IDS", ids.into_iter().collect::<Vec<_>>())
    }
}

/// Adds the route that asks for something, and what for.
fn protected_by(
    grounds: Grounds,
    (lb, protected_route): (Option<&LoadBalancer>, &ProtectedRoute),
) -> Grounds {
    let named = lb.map_or("", |lb| lb.name.as_str());
    let protected = format!("{named} {} {}", protected_route.listener, protected_route.rule);
    let credentials = protected_route.requirements.credentials.iter();
    let asked: Vec<&str> = credentials.map(|credential| credential.word()).collect();
    grounds.with("protected_by", protected).with("asks_for", asked)
}

impl Entry<'_> {
    /// Looks for a request that this rule takes and that one of the protected routes would have asked for more.
    fn compare(
        &self,
        context: &Context,
        guarded: &mut dyn Iterator<Item = &ProtectedRoute>,
        (group, seen): (&str, Seen),
        survey: &mut Survey,
    ) {
        for protected_route in guarded {
            if survey.found == Verdict::NotApplicable {
                let lb = protected_route.load_balancer(context.region);
                survey.found = Verdict::Pass(protected_by(Grounds::new(), (lb, protected_route)));
            }
            match &self.open {
                Ok(true) if !survey.is_settled() => {}
                Ok(_) => return,
                Err(gap) => return survey.add_gap(gap.clone()),
            }
            let lb = protected_route.load_balancer(context.region);
            let from_inside = !context.lb.is_internet_facing()
                && lb.is_some_and(LoadBalancer::is_internet_facing);
            let is_noted = matches!(survey.found, Verdict::Note(_));
            if self.is_set_apart(context, protected_route) || from_inside && is_noted {
                continue;
            }
            let door = self.door(context);
            let request = match seen {
                Seen::Rewritten => door.request_into(protected_route),
                Seen::AsAsked | Seen::By(_) => door.request_past(protected_route),
            };
            match request {
                Ok(Some(_)) if self.doubt.is_some() || protected_route.doubt.is_some() => {
                    survey.add_gap(self.doubt.clone().or(protected_route.doubt.clone()));
                }
                Ok(Some(request)) => {
                    let evidence = self.evidence(request, (protected_route, lb), (group, seen));
                    let verdict = if from_inside { Verdict::Note } else { Verdict::Fail };
                    survey.worsen(verdict(evidence));
                }
                Ok(None) => {}
                Err(gap) => survey.add_gap(gap),
            }
        }
    }

    fn evidence(
        &self,
        request: String,
        (protected_route, lb): (&ProtectedRoute, Option<&LoadBalancer>),
        (group, seen): (&str, Seen),
    ) -> Grounds {
        let mut evidence =
            protected_by(Grounds::new().with("request", request), (lb, protected_route));
        for (name, value) in [
            ("PROTECTED_RULE_ARN", &protected_route.rule_arn),
            ("TRUST_STORE_ARN", &protected_route.trust_store),
        ] {
            if let Some(value) = value {
                evidence = evidence.bind(name, value.as_str());
            }
        }
        if let Some(rule) = &self.label {
            evidence = evidence.with("rule", rule.as_str());
        }
        if self.kind == AuthKind::Source && is_for_administration(protected_route, lb) {
            evidence = evidence.at_least(Severity::High);
        }
        let acl = lb.and_then(|lb| lb.web_acl.get().ok()?.as_deref());
        if let Some(acl) = acl.filter(|_| self.kind == AuthKind::WebAcl) {
            evidence = evidence.bind("WEB_ACL_ARN", acl);
        }
        if let Seen::By(target) = seen {
            evidence = evidence.with("target", target);
        }
        if !group.is_empty() {
            evidence = evidence.with("target_group", group_name(group));
        }
        evidence
    }

    /// Whether this rule lets in only some addresses, or who may know a secret, where the protected route asks
    /// everybody.
    fn is_set_apart(&self, context: &Context, protected_route: &ProtectedRoute) -> bool {
        if self.kind == AuthKind::Source && self.is_other_way(context, protected_route) {
            return true;
        }
        let all = Cell::all(sources(context.lb));
        let is_asked = |own: &Asked| {
            let own = std::slice::from_ref(own);
            covers(&all, &protected_route.asked, own, &Budget::of(A_LOOK))
        };
        let own = self.conditions.iter().zip(&*self.asked);
        own.into_iter().any(|(condition, asked)| narrows(context.lb, condition) && !is_asked(asked))
    }

    /// Whether this rule is no way past a rule for some addresses: it is for some itself, or the other one leads
    /// to more than it, or is for what is public.
    fn is_other_way(&self, context: &Context, protected_route: &ProtectedRoute) -> bool {
        let narrows = |one: &Condition| condition::narrows_source(context.lb, one);
        let leads_to = |group: &String| self.groups.contains(&group.as_str());
        self.conditions.iter().any(narrows)
            || !self.groups.is_empty()
                && !protected_route.groups.iter().all(leads_to)
                && protected_route.groups.iter().any(leads_to)
            || condition::only_paths(&protected_route.conditions, is_public_path)
    }

    fn door<'a>(&'a self, context: &'a Context) -> Door<'a> {
        let Entry { conditions, asked, earlier, transforms, listener, budget, .. } = self;
        let trial = Trial { conditions, asked, earlier, lb: context.lb };
        Door { trial, transforms, listener, budget }
    }
}
