//! A target group cuts the connections of a target that leaves.

use crate::analysis::targets;
use crate::checks::prelude::*;

const KEY: &str = "deregistration_delay.timeout_seconds";

pub(crate) const CHECK: Check = Check {
    id: "deregistration-delay-zero",
    title: "no time for open requests when a target leaves",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "A target that is taken out is cut off at once, and with it the requests that it was about \
          to answer.",
    logic: "Fails when `deregistration_delay.timeout_seconds` of a target group is `0`. Does not \
            apply to a group that has no such attribute, as one of a function.",
    false_alarms: "Meant where requests take milliseconds and deployments should be fast.",
    fix: "set the deregistration delay a little longer than the longest request",
    remedy: Remedy::target_group_attribute(KEY, "60"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html",
    ],
    needs: &[Call::ElbV2DescribeTargetGroupAttributes],
    examples: &[
        Example {
            title: "zero",
            given: || delayed("0"),
            finds: &["fail deregistration-delay-zero web"],
        },
        Example { title: "five minutes", given: || sample::clean(&Kind::Application), finds: &[] },
        Example {
            title: "a group without the attribute",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        sample::set_group(group, &[]);
                    });
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "no number",
            given: || delayed("soon"),
            finds: &["unknown deregistration-delay-zero web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn delayed(seconds: &'static str) -> crate::inventory::Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| sample::set_group(group, &[(KEY, seconds)]));
    })
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let Some(delay) = group.attributes.get()?.get(KEY) else {
        return Ok(Verdict::NotApplicable);
    };
    match delay.parse::<u32>() {
        Ok(0) => Ok(Verdict::Fail(Grounds::new().with(KEY, delay.as_str()))),
        Ok(_) => Ok(Verdict::Pass(Grounds::new().with(KEY, delay.as_str()))),
        Err(_) => Err(targets::unknown_attribute(group, KEY, delay)),
    }
}
