//! Each zone serves what reaches it with its own targets alone.

use crate::analysis::targets;
use crate::checks::prelude::*;

const KEY: &str = "load_balancing.cross_zone.enabled";

pub(crate) const CHECK: Check = Check {
    id: "cross-zone-off",
    aliases: &["cross-zone-disabled"],
    title: "cross-zone load balancing off",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network, Kind::Gateway, Kind::Classic],
    why: "A zone with few targets is overloaded while others idle, and a zone whose last target \
          fails answers nobody.",
    logic: "Looks at the load balancer's attribute. Off is a failure for a Classic load balancer. \
            For a Network or Gateway load balancer, where off is the default, it is a note. There \
            a target group's own setting goes before the load balancer's: passes when all groups \
            balance across zones, is a note when one does not. Application load balancers, which \
            balance across zones unless a group says otherwise, are left out.",
    false_alarms: "Off is meant where zones are to fail one by one, or where traffic between zones \
                   is not to be paid for: AWS recommends it for that.",
    fix: "switch cross-zone load balancing on, or keep enough targets in every zone",
    remedy: Remedy::attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#cross-zone-load-balancing",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/enable-disable-crosszone-lb.html",
    ],
    needs: &[
        Call::ElbV2DescribeLoadBalancerAttributes,
        Call::ElbDescribeLoadBalancerAttributes,
        Call::ElbV2DescribeTargetGroupAttributes,
    ],
    examples: &[
        Example {
            title: "off on a Classic load balancer",
            given: || sample::with(&Kind::Classic, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail cross-zone-off web"],
        },
        Example {
            title: "off on a Network load balancer, as by default",
            given: || sample::with(&Kind::Network, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["note cross-zone-off web"],
        },
        Example {
            title: "off, but its only group has it on",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::set(sample::only(region), &[(KEY, "false")]);
                    sample::regroup(region, "web", |group| {
                        sample::set_group(group, &[(KEY, "true")]);
                    });
                })
            },
            finds: &[],
        },
        Example {
            title: "on, but its only group has it off",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::set(sample::only(region), &[(KEY, "true")]);
                    sample::regroup(region, "web", |group| {
                        sample::set_group(group, &[(KEY, "false")]);
                    });
                })
            },
            finds: &["note cross-zone-off web"],
        },
        Example { title: "on", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "off, attributes of the group unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::set(sample::only(region), &[(KEY, "false")]);
                    let gap = sample::denied(Call::ElbV2DescribeTargetGroupAttributes);
                    sample::regroup(region, "web", |group| group.attributes = Fact::Unread(gap));
                })
            },
            finds: &[
                "unknown proxy-protocol-spoofable web",
                "unknown client-address-lost web",
                "unknown cross-zone-off web",
                "unknown deregistration-delay-zero web",
            ],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let on = context.lb.switched_on(KEY)?;
    let evidence = Grounds::new().with(KEY, if on { "true" } else { "false" });
    if context.lb.kind == Kind::Classic {
        return Ok(if on { Verdict::Pass(evidence) } else { Verdict::Fail(evidence) });
    }
    let groups = context.index.groups_of(&context.lb.arn)?;
    let off = Partial::whole(groups)
        .filter_map(|group| Ok((!balances(group, on)?).then_some(group.name.as_str())));
    if !off.found.is_empty() {
        return Ok(Verdict::Note(evidence.with("target_groups", off.found)));
    }
    let is_bare = groups.is_empty() && !on;
    if is_bare {
        return off.otherwise(Verdict::Note(evidence));
    }
    off.otherwise(Verdict::Pass(evidence.with("target_groups_across_zones", groups.len())))
}

/// Whether a group gets requests from every zone: its own setting goes before the load balancer's.
// Source: ElasticLoadBalancingV2 API reference, TargetGroupAttribute.
fn balances(group: &TargetGroup, on: bool) -> Result<bool, Gap> {
    match group.attributes.get()?.get(KEY).map(String::as_str) {
        None | Some("use_load_balancer_configuration") => Ok(on),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(targets::unknown_attribute(group, KEY, other)),
    }
}
