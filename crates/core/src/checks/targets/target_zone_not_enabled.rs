//! Some targets get no requests, since their zone is not one of the load balancer's.

use crate::analysis::health;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "target-zone-not-enabled",
    title: "targets in a zone that is not enabled get no requests",
    severity: Severity::Info,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "They cost money and do not help: if the other targets fail, these do not take over.",
    logic: "A note when a target group that some request reaches has a healthy target, and others \
            that AWS reports as `unused` with the reason `Target.NotInUse`: their zone is not enabled \
            for the load balancer. Where no target gets requests, `rule-unserved` says so. Other \
            reasons for `unused`, such as a stopped instance, are left out.",
    false_alarms: "An Auto Scaling group that still spans a zone which was taken off the load balancer \
                   on purpose.",
    fix: "enable their zone on the load balancer, or run the targets in the zones that it has",
    remedy: Remedy::subnets(),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "one in an enabled zone, one beside",
            given: || beside(&Kind::Application, &["healthy"], health::NOT_IN_USE),
            finds: &["fail targets-too-few web", "note target-zone-not-enabled web"],
        },
        Example {
            title: "the other one is stopped",
            given: || beside(&Kind::Network, &["healthy"], "Target.InvalidState"),
            finds: &["fail targets-too-few web"],
        },
        Example {
            title: "nobody else is healthy",
            given: || beside(&Kind::Application, &[], health::NOT_IN_USE),
            finds: &["does not apply", "fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "all in enabled zones",
            given: || sample::clean(&Kind::Gateway),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean account of this kind, with targets of these states and one that is unused for a reason.
fn beside(kind: &Kind, states: &[&str], reason: &str) -> Inventory {
    sample::with_region(kind, |region| {
        let other = Target {
            zone: Some("eu-west-1c".to_owned()),
            reason: Some(reason.to_owned()),
            ..sample::target("i-3", "unused")
        };
        sample::regroup(region, "web", |group| {
            group.targets = sample::in_states(states);
            if let Fact::Known(targets) = &mut group.targets {
                targets.push(other);
            }
        });
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Some(tally) = health::tally(context.site, targets)? else {
        return Ok(Verdict::NotApplicable);
    };
    if tally.healthy == 0 {
        tally.complete()?;
        return Ok(Verdict::NotApplicable);
    }
    if tally.in_other_zones().next().is_none() {
        return tally.complete().map(|()| {
            Verdict::Pass(Grounds::new().with("healthy", tally.healthy).with("in_other_zones", 0))
        });
    }
    let zones = tally.in_other_zones().filter_map(|target| target.zone.as_deref());
    let zones: std::collections::BTreeSet<&str> = zones.collect();
    let evidence = Grounds::new()
        .with("healthy", tally.healthy)
        .with("targets", health::named(tally.in_other_zones()));
    if zones.is_empty() {
        return Ok(Verdict::Note(evidence));
    }
    Ok(Verdict::Note(evidence.with("zones", zones.into_iter().collect::<Vec<_>>())))
}
