//! From the load balancer to its targets everything goes in cleartext.

use crate::analysis::targets::{self, Hop};
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;

pub(crate) const CHECK: Check = Check {
    id: "target-group-cleartext",
    title: "in cleartext between load balancer and targets",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network],
    why: "TLS ends at the load balancer. Whoever gets into the network behind it reads what clients \
          sent encrypted: passwords, cookies, personal data.",
    logic: "Fails when the target group of an Application load balancer speaks HTTP, and when a TLS \
            listener of a Network load balancer forwards to a TCP group. Passes on HTTPS, TLS and \
            QUIC. Does not apply to what a Network load balancer hands on without looking into it, \
            nor to functions, Application load balancers and appliances as targets. Targets outside \
            the VPC are the question of `target-remote-cleartext`.",
    false_alarms: "AWS separates the traffic of VPCs from one another, and many rest on that.",
    fix: "serve TLS on the targets, a self-signed certificate will do, and change the group to HTTPS \
          or TLS",
    remedy: Remedy::encrypted_targets(""),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "HTTP behind an Application load balancer",
            given: || sample::speaking(&Kind::Application, "HTTP"),
            finds: &["fail target-group-cleartext web"],
        },
        Example {
            title: "TLS taken off by a Network load balancer",
            given: || sample::speaking(&Kind::Network, "TCP"),
            finds: &["fail target-group-cleartext web"],
        },
        Example {
            title: "a Network load balancer that passes TCP through",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.protocol = Some("TCP".into());
                    });
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
                })
            },
            finds: &["does not apply"],
        },
        Example { title: "HTTPS", given: || sample::clean(&Kind::Application), finds: &[] },
        Example {
            title: "a function",
            given: || {
                sample::with_region(&Kind::Application, |region| sample::function(region, "web"))
            },
            finds: &["does not apply"],
        },
        Example {
            title: "TCP, rules of the TLS listener unread",
            given: || {
                let mut inventory = sample::speaking(&Kind::Network, "TCP");
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::listeners(lb)[0].rules =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                inventory
            },
            finds: &[
                "unknown target-group-cleartext web",
                "unknown 11 others: elbv2:DescribeRules",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let evidence =
        || Grounds::new().with("protocol", group.protocol.as_ref().map(ToString::to_string));
    let cause = || causes_targets::encrypted(&group.arn, &group.name);
    match targets::hop(context.lb, group)? {
        Hop::Encrypted => Ok(Verdict::Pass(evidence())),
        Hop::Clear => Ok(Verdict::Fail(evidence().cause(cause()))),
        Hop::Stripped(listener) => {
            Ok(Verdict::Fail(evidence().with("tls_ends_at", listener.label()).cause(cause())))
        }
        Hop::Opaque | Hop::Inside => Ok(Verdict::NotApplicable),
    }
}
