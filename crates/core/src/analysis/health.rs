//! How the targets of one group, or the instances of a Classic load balancer, are doing, and whether a
//! request that reaches them can be served.

use crate::analysis::routing;
use crate::analysis::site::Site;
use crate::analysis::targets::{self, Sort, Targets};
use crate::inventory::{Kind, Target, TargetState};
use crate::vocab::call::Call;
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

/// How many targets an evidence names.
const NAMED: usize = 10;

/// Why a target is `unused` that lies in a zone which its load balancer does not serve.
///
/// Source: Elastic Load Balancing API reference, `TargetHealth`.
pub const NOT_IN_USE: &str = "Target.NotInUse";

/// The targets, by how they are doing.
pub struct Tally<'a> {
    /// How many answer health checks.
    pub healthy: usize,
    /// How many are still being registered or checked for the first time.
    pub starting: usize,
    /// How many Classic instances are out of service for being new.
    pub registering: usize,
    /// How many get requests unchecked: those of a group whose health checks are off.
    pub unchecked: usize,
    /// How many are about to leave: they get no new requests.
    pub leaving: usize,
    /// Those that fail health checks.
    pub unhealthy: Vec<&'a Target>,
    /// Those that AWS sends nothing to: stopped, or in a zone that is not enabled.
    pub unused: Vec<&'a Target>,
    fails_open: bool,
    /// Why a state is not known; of several the last.
    gap: Option<Gap>,
}

/// Whether a request that reaches a group can be served. That it is not known is a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// By a target that is healthy, or about to be checked.
    Served,
    /// By a target that fails its health checks: where none is healthy, all of them get requests.
    ///
    /// Sources: user guides for Application and Network Load Balancers, health checks.
    FailOpen,
    /// By nobody: a client gets 503, or no connection.
    ///
    /// Source: user guide for Application Load Balancers, troubleshooting, HTTP 503.
    Unserved,
}

/// The targets of a subject; none where health says nothing: a group that no request reaches, or a
/// function without health checks.
pub fn tally<'a>(site: Site, targets: &Targets<'a>) -> Result<Option<Tally<'a>>, Gap> {
    if is_unchecked(targets)? {
        return Ok(None);
    }
    if let Targets::Group(group) = targets {
        let live = routing::groups(site.lb);
        if !live.found.contains(group.arn.as_str()) {
            return live.otherwise(None);
        }
    }
    count(site, targets).map(Some)
}

/// Whether it is a function without health checks, whose health says nothing.
fn is_unchecked(targets: &Targets) -> Result<bool, Gap> {
    let Targets::Group(group) = targets else { return Ok(false) };
    Ok(group.health_check_enabled != Some(true) && targets::sort(group)? == Sort::Function)
}

/// The targets of a subject, whatever leads there.
pub fn count<'a>(site: Site, targets: &Targets<'a>) -> Result<Tally<'a>, Gap> {
    let is_unchecked = is_unchecked(targets)?;
    let mut tally = Tally {
        healthy: 0,
        starting: 0,
        registering: 0,
        unchecked: 0,
        leaving: 0,
        unhealthy: Vec::new(),
        unused: Vec::new(),
        fails_open: matches!(site.lb.kind, Kind::Application | Kind::Network),
        gap: None,
    };
    for target in targets.health().get()? {
        match (&target.state, target.reason.as_deref()) {
            (TargetState::Draining, _) => tally.leaving += 1,
            (TargetState::Unused, _) => tally.unused.push(target),
            _ if is_unchecked => tally.unchecked += 1,
            (TargetState::Healthy | TargetState::InService, _) => tally.healthy += 1,
            (TargetState::Initial, _) => tally.starting += 1,
            (TargetState::OutOfService, Some("ELB")) if is_registering(target) => {
                tally.registering += 1;
            }
            (
                TargetState::Unhealthy | TargetState::UnhealthyDraining | TargetState::OutOfService,
                _,
            ) => tally.unhealthy.push(target),
            (TargetState::Unavailable, None | Some("Target.HealthCheckDisabled")) => {
                tally.unchecked += 1;
            }
            (TargetState::Other(text), _) if text.is_empty() => {
                let said = format!("{} without a state", target.id);
                tally.gap = Some(state_gap(site, targets, (Reason::Malformed, said)));
            }
            (state, reason) => {
                let is_new = matches!(state, TargetState::Other(_));
                let why = if is_new { Reason::Unrecognised } else { Reason::Undetermined };
                let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
                let said = format!("state {state}{reason} of {}", target.id);
                tally.gap = Some(state_gap(site, targets, (why, said)));
            }
        }
    }
    Ok(tally)
}

/// The gap of a state that is not known.
fn state_gap(site: Site, targets: &Targets, (why, said): (Reason, String)) -> Gap {
    let (call, of) = match targets {
        Targets::Group(group) => (Call::ElbV2DescribeTargetHealth, &group.arn),
        Targets::Instances(_) => (Call::ElbDescribeInstanceHealth, &site.lb.arn),
    };
    Gap::new(call, why).in_region(&site.region.name).of(of).saying(said)
}

/// The healthy ones; a gap where a target is in a state that this version does not know.
pub fn healthy<'a>(site: Site, targets: &Targets<'a>) -> Result<Vec<&'a Target>, Gap> {
    let all = targets.health().get()?;
    let unknown = all.iter().find(|one| matches!(one.state, TargetState::Other(_)));
    if let Some(target) = unknown {
        let said = format!("state {} of {}", target.state, target.id);
        return Err(state_gap(site, targets, (Reason::Unrecognised, said)));
    }
    let healthy =
        |one: &&Target| matches!(one.state, TargetState::Healthy | TargetState::InService);
    Ok(all.iter().filter(healthy).collect())
}

/// Whether any of these groups can serve a request, by a target that is in order or by one that is not.
pub fn any_served<'a>(site: Site, groups: impl IntoIterator<Item = &'a str>) -> Result<bool, Gap> {
    Partial::whole(groups).any(|arn| {
        let group = Targets::Group(site.index.target_group(arn)?);
        Ok(count(site, &group)?.service()? != Service::Unserved)
    })
}

/// Whether a Classic instance is out of service for being new: ELB itself is the reason, and says so
/// unless it says nothing.
fn is_registering(target: &Target) -> bool {
    let said = target.description.as_deref();
    said.is_none_or(|said| said.to_lowercase().contains("registration is still in progress"))
}

impl<'a> Tally<'a> {
    /// Whether any target gets requests because it is healthy, or is not checked yet or at all.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.healthy + self.starting + self.unchecked > 0
    }

    /// Whether a request that reaches them can be served.
    pub fn service(&self) -> Result<Service, Gap> {
        if self.is_up() {
            return Ok(Service::Served);
        }
        self.complete()?;
        if self.fails_open && !self.unhealthy.is_empty() {
            return Ok(Service::FailOpen);
        }
        Ok(Service::Unserved)
    }

    /// The gap of a state that is not known.
    pub fn complete(&self) -> Result<(), Gap> {
        self.gap.clone().map_or(Ok(()), Err)
    }

    /// Those that are unused for the zone that they lie in.
    pub fn in_other_zones(&self) -> impl Iterator<Item = &'a Target> + '_ {
        self.unused.iter().copied().filter(|target| target.reason.as_deref() == Some(NOT_IN_USE))
    }

    /// Numbers, and the first of those that fail.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence::new()
            .with("healthy", self.healthy)
            .with("starting", self.starting)
            .with("unhealthy", self.unhealthy.len())
            .with("unhealthy_targets", named(self.unhealthy.iter().copied()))
    }

    /// In a few words: `empty`, `2 unused`, `1 healthy, 1 unused`.
    #[must_use]
    pub fn words(&self) -> String {
        let counts = [
            (self.healthy, "healthy"),
            (self.starting, "starting"),
            (self.unchecked, "unchecked"),
            (self.unhealthy.len(), "unhealthy"),
            (self.unused.len(), "unused"),
            (self.leaving, "draining"),
        ];
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let some: Vec<String> = some.map(|(count, word)| format!("{count} {word}")).collect();
        if some.is_empty() { "empty".to_owned() } else { some.join(", ") }
    }
}

/// The first few targets, each with AWS's reason: `i-1:443 Target.InvalidState`.
pub fn named<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<String> {
    let named = targets.take(NAMED).map(|target| {
        let port = target.port.map_or_else(String::new, |port| format!(":{port}"));
        let reason = target.reason.as_deref().map_or_else(String::new, |why| format!(" {why}"));
        format!("{}{port}{reason}", target.id)
    });
    named.collect()
}

/// What AWS says of targets, each sentence once.
pub fn said<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for words in targets.filter_map(|target| target.description.as_ref()) {
        if all.len() < NAMED && !all.contains(words) {
            all.push(words.clone());
        }
    }
    all
}
