//! Nobody asks whether targets are alive.

use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "health-check-disabled",
    aliases: &["target-group-no-healthcheck"],
    title: "health checks off",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "A target that has died goes on getting its share of the requests, and they fail.",
    logic: "Fails when a target group's health checks are off. Does not apply to a function, whose \
            checks are off by default because each one is an invocation.",
    fix: "switch health checks on",
    remedy: Remedy::health_check(&[("Enabled", "true"), ("Path", "/HEALTH_PATH")]),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    ],
    examples: &[
        Example {
            title: "off",
            given: || enabled(Some(false)),
            finds: &["fail health-check-disabled web"],
        },
        Example { title: "on", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "a function",
            given: || {
                sample::with_region(&Kind::Application, |region| sample::function(region, "web"))
            },
            finds: &["does not apply"],
        },
        Example {
            title: "not told",
            given: || enabled(None),
            finds: &["unknown health-check-disabled web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn enabled(value: Option<bool>) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| group.health_check_enabled = value);
    })
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if targets::sort(group)? == Sort::Function {
        return Ok(Verdict::NotApplicable);
    }
    match group.health_check_enabled {
        Some(true) => Ok(Verdict::Pass(Grounds::new())),
        Some(false) => Ok(Verdict::Fail(Grounds::new().with("health_check_enabled", false))),
        None => {
            let said = "a group without HealthCheckEnabled".to_owned();
            Err(targets::unexpected_value(group, Reason::Malformed, said))
        }
    }
}
