//! How the targets of one group, or the instances of a Classic load balancer, are doing.

use crate::call::Call;
use crate::check::{Context, Evidence, Targets};
use crate::fact::{Gap, Reason};
use crate::inventory::Target;
use crate::routing;

/// How many targets an evidence names.
const NAMED: usize = 10;

/// The targets that count, by how they are doing. Draining and unused ones do not count.
pub struct Tally<'a> {
    /// How many answer health checks.
    pub healthy: usize,
    /// How many are still being registered or checked for the first time.
    pub starting: usize,
    /// How many Classic instances are out of service for being new.
    pub registering: usize,
    /// Those that fail health checks.
    pub unhealthy: Vec<&'a Target>,
    unknown: Option<Gap>,
}

/// The targets of a subject; none where health says nothing: a group that no request reaches, or a
/// function without health checks.
pub fn tally<'a>(context: &Context, targets: &Targets<'a>) -> Result<Option<Tally<'a>>, Gap> {
    if let Targets::Group(group) = targets {
        let function = group.target_type.as_deref() == Some("lambda");
        if function && group.health_check_enabled != Some(true) {
            return Ok(None);
        }
        let (live, hidden) = routing::groups(context.lb);
        if !live.contains(group.arn.as_str()) {
            return hidden.map_or(Ok(None), Err);
        }
    }
    let mut tally =
        Tally { healthy: 0, starting: 0, registering: 0, unhealthy: Vec::new(), unknown: None };
    for target in targets.health().get()? {
        match (target.state.as_str(), target.reason.as_deref()) {
            ("healthy" | "InService", _) => tally.healthy += 1,
            ("initial", _) => tally.starting += 1,
            ("OutOfService", Some("ELB")) if is_registering(target) => tally.registering += 1,
            ("unhealthy" | "unhealthy.draining" | "OutOfService", _) => {
                tally.unhealthy.push(target);
            }
            ("draining" | "unused" | "unavailable", _) => {}
            (state, _) => {
                let said = format!("state {state} of {}", target.id);
                let (call, of) = match targets {
                    Targets::Group(group) => (Call::ElbV2DescribeTargetHealth, &group.arn),
                    Targets::Instances(_) => (Call::ElbDescribeInstanceHealth, &context.lb.arn),
                };
                let gap = Gap::new(call, Reason::Unrecognised).in_region(&context.region.name);
                tally.unknown = Some(gap.of(of).saying(said));
            }
        }
    }
    Ok(Some(tally))
}

/// Whether a Classic instance is out of service for being new: ELB itself is the reason, and says so
/// unless it says nothing.
fn is_registering(target: &Target) -> bool {
    let said = target.description.as_deref();
    said.is_none_or(|said| said.to_lowercase().contains("registration is still in progress"))
}

/// What a tally amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing that counts.
    Idle,
    /// No target fails.
    Well,
    /// Some fail, others answer or are about to.
    Partly,
    /// All fail.
    Down,
}

impl Tally<'_> {
    /// Whether some or all fail, as far as the states that are known say.
    #[must_use]
    pub fn health(&self) -> Health {
        match (self.unhealthy.is_empty(), self.healthy, self.starting) {
            (false, 0, 0) => Health::Down,
            (false, _, _) => Health::Partly,
            (true, 0, _) => Health::Idle,
            (true, _, _) => Health::Well,
        }
    }

    /// The gap of a state that is not known.
    pub fn complete(&self) -> Result<(), Gap> {
        self.unknown.clone().map_or(Ok(()), Err)
    }

    /// Numbers, and the first of those that fail.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let named = self.unhealthy.iter().take(NAMED).map(|target| {
            let port = target.port.map_or_else(String::new, |port| format!(":{port}"));
            let reason = target.reason.as_deref().map_or_else(String::new, |why| format!(" {why}"));
            format!("{}{port}{reason}", target.id)
        });
        Evidence::new()
            .with("healthy", self.healthy)
            .with("starting", self.starting)
            .with("unhealthy", self.unhealthy.len())
            .with("unhealthy_targets", named.collect::<Vec<_>>())
    }
}
