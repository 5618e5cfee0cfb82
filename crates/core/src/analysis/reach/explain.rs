//! Why a listener is reachable, step by step, and what would close it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::acl::{self, Direction};
use super::firewall;
use super::fronting::{self, FrontingNlb};
use super::ingress::{Admission, Flow, Port, SecurityGroupIngress, Source};
use super::routes::{self, InternetRoutes, NO_GATEWAY};
use super::{Entry, Exposure, Reachability, Side};
use crate::analysis::capability;
use crate::analysis::index::Index;
use crate::analysis::route_table::Routing;
use crate::analysis::routing::group_name;
use crate::inventory::{IpAddressType, Kind, Listener, LoadBalancer, or_missing};
use crate::vocab::evidence::Step;
use crate::vocab::fact::Gap;
use crate::vocab::net::{Family, Level, Sources};

/// Rules of a security group or network ACL that are shown before the rest is only counted.
const RULES: usize = 8;

/// Evidence for an exposure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExposureTrace {
    /// From the outside in: what each thing on the way says.
    pub chain: Vec<Step>,
    /// What would close it, the smallest change first; nothing when it is not open.
    pub closes: Vec<String>,
}

impl Reachability<'_> {
    /// The evidence for the exposure of a listener. Not made unless someone asks.
    #[must_use]
    pub fn explain(&self, listener: &Listener, exposure: &Exposure) -> ExposureTrace {
        let mut chain = Chain::default();
        chain.add(&self.lb.arn, self.stands());
        let mut closes = Vec::new();
        if let (Ok(port), false) =
            (Port::of_listener(listener), matches!(self.side, Side::Unknown(_)))
        {
            let entries = self.entries(&port);
            let fronts = fronting::find(self.index, self.lb, &port);
            if let Side::Edge(routes) | Side::Outside(routes) = &self.side {
                chain.own(routes, &entries);
            }
            for fronting in &fronts {
                chain.through(self.index, self.lb, fronting);
            }
            if matches!(exposure, Exposure::Internet(_) | Exposure::Restricted(_)) {
                closes = self.closes(&entries, &fronts);
            }
        }
        if let Exposure::Unknown(gap) = exposure {
            chain.unread(gap);
        }
        ExposureTrace { chain: chain.steps, closes }
    }

    fn stands(&self) -> String {
        match (&self.side, &self.lb.kind) {
            (_, Kind::Gateway) => "reached through its endpoints alone".to_owned(),
            (Side::Inside, _) => "internal: its addresses are private".to_owned(),
            (Side::Edge(_), _) => {
                format!("internal, but {NO_GATEWAY} is not true: its IPv6 addresses are public")
            }
            (Side::Outside(_), _) => {
                let family = self.lb.ip_address_type.as_ref().unwrap_or(&IpAddressType::Ipv4);
                format!("internet-facing, {family}")
            }
            (Side::Unknown(_), _) => {
                format!("scheme {}", or_missing(self.lb.scheme.as_ref()))
            }
        }
    }

    /// What would close all ways, smallest change first.
    fn closes(&self, entries: &[Entry], fronts: &[FrontingNlb]) -> Vec<String> {
        let own: Vec<&Entry> =
            entries.iter().filter(|entry| is_open(entry.bounds.lower())).collect();
        let fronts: Vec<&FrontingNlb> =
            fronts.iter().filter(|fronting| is_open(fronting.bounds.lower())).collect();
        if self.lb.is_outside_vpc() {
            return vec!["recreate it in a VPC".to_owned()];
        }
        let mut closes = Vec::new();
        let mut rules = Removals::default();
        for entry in &own {
            rules.add(&entry.ingress, &entry.named, &[]);
        }
        for fronting in &fronts {
            let groups = fronting.nlb.map_or(&[][..], |nlb| &nlb.security_groups);
            rules.add(
                &SecurityGroupIngress::from_groups(
                    self.index,
                    &self.lb.security_groups,
                    fronting.flow,
                ),
                fronting.bounds.lower(),
                groups,
            );
        }
        let groupless = capability::lacks(self.index, self.lb, capability::SECURITY_GROUPS);
        match (rules.line(), &self.lb.kind) {
            (Some(line), _) => closes.push(line),
            (None, Kind::Network) => {} // one made without never gets one
            (None, _) => closes.push("give it a security group".to_owned()),
        }
        match (&self.side, own.as_slice(), fronts.as_slice()) {
            (Side::Edge(routes) | Side::Outside(routes), [_, ..], []) => {
                let is_v6 = own.iter().all(|entry| entry.bounds.lower().known.v4.is_empty());
                if is_v6 && self.lb.kind != Kind::Classic {
                    closes.insert(0, format!("set {NO_GATEWAY} to true"));
                }
                closes.extend(by_owner(routes, closing_road(routes, &own)));
                let is_bare = self.lb.security_groups.is_empty() && !groupless;
                if self.lb.kind == Kind::Network && is_bare {
                    closes.push("recreate it with a security group".to_owned());
                }
                if matches!(self.side, Side::Outside(_)) {
                    closes.push("recreate it as internal: a scheme cannot be changed".to_owned());
                }
                closes.extend(by_owner(routes, region_wide(routes).into_iter().collect()));
            }
            (_, [], [fronting]) => closes.extend(self.closing_front(fronting)),
            (_, own, fronts) => {
                let own = own.iter().take(1).map(|_| "its own addresses".to_owned());
                let names = fronts.iter().filter_map(|fronting| fronting.nlb);
                let mut ways: Vec<String> =
                    own.chain(names.map(|nlb| format!("through {}", nlb.name))).collect();
                ways.dedup();
                closes.push(format!("close each way by itself: {}", ways.join(", ")));
            }
        }
        closes
    }

    fn closing_front(&self, fronting: &FrontingNlb) -> Vec<String> {
        let (Some(nlb), Some(listener)) = (fronting.nlb, fronting.listener) else {
            return Vec::new();
        };
        let mut closes = Vec::new();
        if let Ok(port) = Port::of_listener(listener) {
            let mut rules = Removals::default();
            for entry in Reachability::new(self.index, nlb).entries(&port) {
                rules.add(&entry.ingress, fronting.bounds.lower(), &[]);
            }
            closes.extend(rules.line());
        }
        if let Some(group) = fronting.group {
            closes.push(format!("take it out of target group {}", group.name));
        }
        closes.push(format!("recreate {} as internal: a scheme cannot be changed", nlb.name));
        closes
    }
}

fn is_open(who: &Sources) -> bool {
    *who != Sources::none()
}

/// What to take out of security groups so that nobody gets in: sources by group and ports.
#[derive(Default)]
struct Removals(BTreeMap<(String, String), BTreeSet<String>>);

impl Removals {
    /// Adds what lets these in, or the members of these groups.
    fn add(&mut self, ingress: &SecurityGroupIngress, who: &Sources, groups: &[String]) {
        let is_internet = who.level() == Level::Internet;
        for admission in &ingress.admissions.found {
            let lets_in = match admission.source {
                // Members of a group are not the internet, unless they hand it on.
                Source::Group(id) if !groups.is_empty() => groups.iter().any(|group| group == id),
                Source::Group(_) => who.has_members() && !is_internet,
                source => source.is_among(who),
            };
            if lets_in {
                let place = (admission.group.to_owned(), admission.permission.label());
                self.0.entry(place).or_default().insert(admission.source.to_string());
            }
        }
    }

    fn line(&self) -> Option<String> {
        let rules = self.0.iter().map(|((group, ports), sources)| {
            let sources = few(sources.iter().cloned().collect(), ", ");
            format!("{sources} from {group}, {ports}")
        });
        let rules: Vec<String> = rules.collect();
        (!rules.is_empty()).then(|| format!("remove {}", few(rules, " and ")))
    }
}

/// The first few, and how many more there are.
fn few(mut what: Vec<String>, between: &str) -> String {
    let more = what.len().saturating_sub(RULES);
    what.truncate(RULES);
    let line = what.join(between);
    if more == 0 { line } else { format!("{line} and {more} more") }
}

/// Network ACLs, exclusions and routes, which are shared with others.
fn closing_road(routes: &InternetRoutes, own: &[&Entry]) -> Vec<String> {
    let InternetRoutes { index, lb, .. } = routes;
    let mut closes = Vec::new();
    let names: Vec<&str> = acl::of_subnets(index, lb).iter().map(|acl| acl.id.as_str()).collect();
    if !names.is_empty() {
        let flows: Vec<String> = own.iter().map(|entry| entry.flow.to_string()).collect();
        closes.push(format!("deny {} in {}", flows.join(" and "), names.join(" and ")));
    }
    let excluded = routes::exclusions(index, lb);
    if !excluded.is_empty() {
        let names: Vec<&str> = excluded.iter().map(|one| one.resource.as_str()).collect();
        closes.push(format!("end the exclusion of {}", names.join(" and ")));
    }
    let mut outward_routes = BTreeSet::new();
    for subnet in &lb.subnets {
        if let Ok(routing) = index.routing(subnet, lb.vpc_id.as_deref()) {
            let of = |route: &String| format!("{route} from {}", routing.table.id);
            outward_routes.extend(outward(routes, routing).iter().map(of));
        }
    }
    if !outward_routes.is_empty() {
        let routes: Vec<String> = outward_routes.into_iter().collect();
        closes.push(format!("remove the route {}", few(routes, " and ")));
    }
    closes
}

fn region_wide(routes: &InternetRoutes) -> Option<String> {
    let block = super::block(routes.index, routes.lb).ok()?;
    (block.mode == "off")
        .then(|| format!("turn on VPC Block Public Access in {}", routes.index.region().name))
}

/// What only the owner of a shared VPC can change.
fn by_owner(routes: &InternetRoutes, closes: Vec<String>) -> Vec<String> {
    match routes.index.foreign_owner(routes.lb.vpc_id.as_deref()) {
        Some(owner) => closes.into_iter().map(|line| format!("{line} (account {owner})")).collect(),
        None => closes,
    }
}

/// The routes of a table by which its public addresses are reached.
fn outward(routes: &InternetRoutes, routing: &Routing) -> Vec<String> {
    let is_own = |destination: &str| match destination.parse() {
        Ok(range) => Family::BOTH
            .into_iter()
            .any(|family| family.has(&range) && !routes.public.upper().part(family).is_empty()),
        Err(_) => true,
    };
    let led = routes::outward(routing).into_iter();
    led.filter(|route| is_own(&route.destination))
        .map(|route| {
            format!("{} → {}", route.destination, route.target.as_deref().unwrap_or_default())
        })
        .collect()
}

#[derive(Default)]
struct Chain {
    steps: Vec<Step>,
    /// The same, to find one.
    told: HashSet<Step>,
}

impl Chain {
    fn add(&mut self, resource: &str, says: impl Into<String>) {
        let step = Step { resource: resource.to_owned(), says: says.into() };
        if self.told.insert(step.clone()) {
            self.steps.push(step);
        }
    }

    fn unread(&mut self, gap: &Gap) {
        let place = gap.resource.as_deref().or(gap.region.as_deref());
        self.add(place.unwrap_or_default(), format!("{}: {gap}", gap.call));
    }

    /// The way to a load balancer's own addresses.
    fn own(&mut self, routes: &InternetRoutes, entries: &[Entry]) {
        let InternetRoutes { index, lb, .. } = routes;
        let vpc = lb.vpc_id.as_deref();
        if let (Some(vpc), Some(owner)) = (vpc, index.foreign_owner(vpc)) {
            self.add(vpc, format!("a VPC of account {owner}, whose block on public access counts"));
        }
        self.block(index, lb);
        for subnet in &lb.subnets {
            if let Some(firewall) = firewall::of_subnet(index, vpc, subnet) {
                self.add(subnet, firewall.words());
            }
            let Ok(routing) = index.routing(subnet, vpc) else { continue };
            let (table, routes) = (routing.table, outward(routes, routing));
            let says = if routes.is_empty() {
                format!("route table {}: no route to an internet gateway", table.id)
            } else {
                format!("route table {}: {}", table.id, routes.join(", "))
            };
            self.add(subnet, says);
        }
        let public = |family: &Family| !routes.public.upper().part(*family).is_empty();
        let families: Vec<Family> = Family::BOTH.into_iter().filter(public).collect();
        for entry in entries {
            self.filters(index, lb, entry.flow, &families);
        }
        for entry in entries {
            self.ingress(lb, &entry.ingress, entry.flow, &families);
        }
    }

    fn block(&mut self, index: &Index, lb: &LoadBalancer) {
        let Ok(block) = super::block(index, lb) else { return };
        let excluded = routes::exclusions(index, lb);
        let says = if excluded.is_empty() {
            block.mode.clone()
        } else {
            let names: Vec<&str> = excluded.iter().map(|one| one.resource.as_str()).collect();
            format!("{}, but not for {}", block.mode, names.join(", "))
        };
        self.add("block public access", says);
    }

    fn filters(&mut self, index: &Index, lb: &LoadBalancer, flow: Flow, families: &[Family]) {
        for acl in acl::of_subnets(index, lb) {
            let inbound = Direction::inbound(acl, flow);
            let outbound = Direction::outbound(acl, flow);
            for direction in [Some(inbound), outbound].into_iter().flatten() {
                self.direction(&acl.id, &direction, families);
            }
        }
    }

    fn direction(&mut self, acl: &str, direction: &Direction, families: &[Family]) {
        let deciding = direction.deciding(families);
        for entry in deciding.iter().take(RULES) {
            self.add(acl, acl::words(entry));
        }
        let side = if direction.egress { "out" } else { "in" };
        if deciding.is_empty() {
            self.add(acl, format!("no rule lets anything {side}"));
        } else if deciding.len() > RULES {
            self.add(acl, format!("and {} more rules {side}", deciding.len() - RULES));
        }
    }

    fn ingress(
        &mut self,
        lb: &LoadBalancer,
        ingress: &SecurityGroupIngress,
        flow: Flow,
        families: &[Family],
    ) {
        if ingress.is_missing() {
            return self.add(&lb.arn, "no security group");
        }
        let mut by_group: HashMap<&str, Vec<&Admission>> = HashMap::new();
        let admissions = ingress.admissions.found.iter();
        for admission in admissions.filter(|one| one.source.may_be_of(families)) {
            by_group.entry(admission.group).or_default().push(admission);
        }
        for group in ingress.groups {
            let own = by_group.get(group.as_str()).map_or(&[][..], Vec::as_slice);
            for admission in own.iter().take(RULES) {
                self.add(
                    group,
                    format!("{} from {}", admission.permission.label(), admission.source),
                );
            }
            if own.is_empty() && ingress.admissions.gap().is_none() {
                self.add(group, format!("no rule admits {flow}"));
            } else if own.len() > RULES {
                self.add(group, format!("and {} more sources", own.len() - RULES));
            }
        }
        if lb.private_link_rules.as_deref() == Some("off") {
            self.add(&lb.arn, "its security groups do not hold for what comes through PrivateLink");
        }
    }

    /// The way through another load balancer.
    fn through(&mut self, index: &Index, alb: &LoadBalancer, fronting: &FrontingNlb) {
        let (Some(nlb), Some(listener)) = (fronting.nlb, fronting.listener) else { return };
        let approach = Reachability::new(index, nlb);
        let target = fronting.group.map_or("", |group| group_name(&group.arn));
        let says = format!("{}; {} forwards to {target}", approach.stands(), listener.label());
        self.add(&nlb.arn, says);
        if let (Side::Edge(routes) | Side::Outside(routes), Ok(port)) =
            (&approach.side, Port::of_listener(listener))
        {
            self.own(routes, &approach.entries(&port));
        }
        if let Some(group) = fronting.group {
            self.add(&group.arn, format!("holds {}, and keeps the clients' addresses", alb.name));
        }
        if alb.subnets.iter().all(|subnet| !nlb.subnets.contains(subnet)) {
            self.filters(index, alb, fronting.flow, &Family::BOTH);
        }
        self.ingress(
            alb,
            &SecurityGroupIngress::from_groups(index, &alb.security_groups, fronting.flow),
            fronting.flow,
            &Family::BOTH,
        );
    }
}
