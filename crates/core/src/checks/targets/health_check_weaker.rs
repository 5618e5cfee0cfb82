//! A health check asks in cleartext what is served by TLS.

use crate::analysis::targets;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "health-check-weaker",
    aliases: &["healthcheck-protocol-mismatch"],
    title: "health check weaker than what it checks",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "The check passes while TLS on the target is broken: users see errors from a target that \
          counts as healthy.",
    logic: "Fails when a target group speaks HTTPS and is checked by HTTP, and when a Classic load \
            balancer speaks HTTPS or SSL to its instances on every listener and checks them by HTTP \
            or TCP. There is no health check by TLS alone, so groups of Network load balancers are \
            left out.",
    false_alarms: "Meant where the service answers health checks on a port of its own.",
    fix: "check by HTTPS, on the port that serves",
    remedy: Remedy::health_check(&[("Protocol", "HTTPS")]).console(
        "EC2 > Target Groups > the group > Health checks > Edit: set the protocol to HTTPS.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html",
    ],
    examples: &[
        Example {
            title: "an HTTPS group checked by HTTP",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.health_check_protocol = Some("HTTP".into());
                    });
                })
            },
            finds: &["fail health-check-cleartext web", "fail health-check-weaker web"],
        },
        Example {
            title: "HTTPS instances checked by TCP",
            given: || classic_checked(Some("TCP:8443")),
            finds: &["fail health-check-weaker web"],
        },
        Example {
            title: "a Classic load balancer that also speaks HTTP to its instances",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.health_check = Some("HTTP:8080/health".to_owned());
                    let mut clear = sample::classic_listener("HTTPS", 8443);
                    clear.instance_side = Some("HTTP:8080".to_owned());
                    sample::listeners(lb).push(clear);
                })
            },
            finds: &[
                "does not apply",
                "fail classic-backend-cleartext HTTPS:8443",
                "fail listener-port-closed HTTPS:8443",
            ],
        },
        Example { title: "HTTPS both", given: || sample::clean(&Kind::Application), finds: &[] },
        Example {
            title: "no check told",
            given: || classic_checked(None),
            finds: &["unknown health-check-weaker web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn classic_checked(check: Option<&'static str>) -> Inventory {
    sample::with(&Kind::Classic, |lb| lb.health_check = check.map(str::to_owned))
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    match targets {
        Targets::Group(group) => of_group(group),
        Targets::Instances(_) => of_instances(context.lb),
    }
}

fn of_group(group: &TargetGroup) -> Judgement {
    match (&group.protocol, &group.health_check_protocol) {
        (Some(Protocol::Https), Some(Protocol::Http)) => {
            let evidence = Grounds::new().with("protocol", "HTTPS");
            Ok(Verdict::Fail(evidence.with("health_check_protocol", "HTTP")))
        }
        (Some(Protocol::Https), Some(Protocol::Https)) => {
            Ok(Verdict::Pass(Grounds::new().with("health_check_protocol", "HTTPS")))
        }
        (Some(Protocol::Https), other) => {
            let said = other.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let said = format!("health check by {said}");
            Err(targets::unexpected_value(group, Reason::Unrecognised, said))
        }
        _ => Ok(Verdict::NotApplicable),
    }
}

fn of_instances(lb: &LoadBalancer) -> Judgement {
    let sides = lb.listeners.get()?.iter().map(targets::instance_side);
    let sides = sides.collect::<Result<Vec<_>, Gap>>()?;
    let is_tls = |protocol: &Protocol| matches!(protocol, Protocol::Https | Protocol::Ssl);
    if sides.is_empty() || sides.iter().any(|(protocol, _)| !is_tls(protocol)) {
        return Ok(Verdict::NotApplicable);
    }
    let gap = |reason, said: String| {
        Err(Gap::new(Call::ElbDescribeLoadBalancers, reason).of(&lb.arn).saying(said))
    };
    let Some(check) = lb.health_check.as_deref() else {
        return gap(Reason::Malformed, "a load balancer without health check".to_owned());
    };
    match check.split(':').next().map(Protocol::from) {
        Some(Protocol::Https | Protocol::Ssl) => {
            Ok(Verdict::Pass(Grounds::new().with("health_check", check)))
        }
        Some(Protocol::Http | Protocol::Tcp) => {
            Ok(Verdict::Fail(Grounds::new().with("health_check", check)))
        }
        _ => gap(Reason::Unrecognised, format!("health check {check}")),
    }
}
