//! Health checks go over the network in cleartext.

use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "health-check-cleartext",
    title: "health checks in cleartext",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "Whoever listens in the network learns the path of the health check and what the target \
          says of itself, and can answer in its place.",
    logic: "Fails when a target group is checked by HTTP; passes by HTTPS, and by TCP, which \
            sends nothing. Does not apply where health checks are off, nor to functions. The \
            query of the path is not shown.",
    false_alarms: "A check that says nothing but that it is alive gives nothing away: within a VPC \
                   this matters to auditors alone.",
    fix: "check by HTTPS",
    remedy: Remedy::health_check(&[("Protocol", "HTTPS")]).console(
        "EC2 > Target Groups > the group > Health checks > Edit: set the protocol to HTTPS.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-21",
    ],
    examples: &[
        Example {
            title: "HTTP",
            given: || checked(&Kind::Network, "HTTP"),
            finds: &["fail health-check-cleartext web"],
        },
        Example { title: "HTTPS", given: || sample::clean(&Kind::Application), finds: &[] },
        Example { title: "TCP", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "a protocol that this version does not know",
            given: || checked(&Kind::Gateway, "SMOKE"),
            finds: &["unknown health-check-cleartext web"],
        },
        Example {
            title: "a function",
            given: || {
                sample::with_region(&Kind::Application, |region| sample::function(region, "web"))
            },
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn checked(kind: &Kind, protocol: &'static str) -> Inventory {
    sample::with_region(kind, |region| {
        sample::regroup(region, "web", |group| {
            group.health_check_protocol = Some(protocol.into());
        });
    })
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if group.health_check_enabled == Some(false) || targets::sort(group)? == Sort::Function {
        return Ok(Verdict::NotApplicable);
    }
    match &group.health_check_protocol {
        Some(protocol @ (Protocol::Https | Protocol::Tcp)) => {
            let protocol = protocol.to_string();
            Ok(Verdict::Pass(Grounds::new().with("health_check_protocol", protocol)))
        }
        Some(Protocol::Http) => {
            // What follows a `?` may be a secret that keeps others from asking.
            let path = group.health_check_path.as_deref().unwrap_or("/");
            let path = path.split('?').next().unwrap_or(path);
            let evidence = Grounds::new().with("health_check_protocol", "HTTP");
            Ok(Verdict::Fail(evidence.with("path", path)))
        }
        other => {
            let said = other.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let said = format!("health check by {said}");
            Err(targets::unexpected_value(group, Reason::Unrecognised, said))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};

    #[test]
    fn the_query_of_a_path_is_not_shown() {
        let mut inventory = checked(&Kind::Network, "HTTP");
        sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
            group.health_check_path = Some("/health?token=hunter2".to_owned());
        });
        let report = audit(&inventory, &[&CHECK], &Options::at(inventory.taken_at));
        assert_eq!(report.findings[0].evidence.0["path"], "/health");
    }
}
