//! Requests leave the VPC in cleartext on their way to a target.

use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;

/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "target-remote-cleartext",
    aliases: &["target-outside-vpc-cleartext"],
    title: "in cleartext to targets outside the VPC",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Beyond the VPC the way leads through networks, links and routers of others. Whoever has \
          one of them reads and changes what clients sent encrypted.",
    logic: "Looks at targets registered by address outside the VPC of their group: those of zone \
            `all`, or without zone and outside the VPC's ranges. Fails when an Application load \
            balancer sends to them by HTTP, or a Network load balancer by TCP what came to a TLS \
            listener. Does not apply to groups without such targets.",
    false_alarms: "A link that is encrypted itself, as a VPN or MACsec on Direct Connect, protects \
                   the way as far as it goes.",
    fix: "serve TLS on these targets and use an HTTPS or TLS group for them",
    remedy: Remedy::encrypted_targets("ip"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type",
    ],
    needs: &[Call::ElbV2DescribeRules, Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "HTTP to a data centre",
            given: || sample::addressed(&Kind::Application, "HTTP", &["10.0.1.10", "192.168.7.9"]),
            finds: &["fail target-remote-cleartext web", "fail target-group-cleartext web"],
        },
        Example {
            title: "TLS taken off on the way to a data centre",
            given: || sample::addressed(&Kind::Network, "TCP", &["192.168.7.9", "192.168.7.10"]),
            finds: &["fail target-remote-cleartext web", "fail target-group-cleartext web"],
        },
        Example {
            title: "HTTPS to a data centre",
            given: || sample::addressed(&Kind::Application, "HTTPS", &["192.168.7.9", "10.0.1.10"]),
            finds: &[],
        },
        Example {
            title: "HTTP within the VPC",
            given: || sample::addressed(&Kind::Application, "HTTP", &["10.0.1.10", "10.0.2.10"]),
            finds: &["does not apply", "fail target-group-cleartext web"],
        },
        Example {
            title: "no zone told, VPCs unread",
            given: || {
                let mut inventory =
                    sample::addressed(&Kind::Application, "HTTP", &["10.0.1.10", "192.168.7.9"]);
                let region = &mut inventory.accounts[0].regions[0];
                region.vpcs = Fact::Unread(sample::denied(Call::Ec2DescribeVpcs));
                sample::regroup(region, "web", |group| {
                    if let Fact::Known(targets) = &mut group.targets {
                        targets[1].zone = None;
                    }
                });
                inventory
            },
            finds: &[
                "fail target-group-cleartext web",
                "unknown target-remote-cleartext web",
                "unknown default-vpc web",
                "unknown target-remote web",
                "unknown targets-uneven web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let remote = targets::remote(context.index, group)?;
    if remote.found.is_empty() {
        return remote.otherwise(Verdict::NotApplicable);
    }
    let mut remote = remote.found;
    let evidence = Grounds::new()
        .with("protocol", group.protocol.as_ref().map(ToString::to_string))
        .with("outside_vpc", remote.len());
    if !targets::hop(context.lb, group)?.is_clear() {
        return Ok(Verdict::Pass(evidence));
    }
    remote.truncate(NAMED);
    let cause = causes_targets::encrypted(&group.arn, &group.name);
    Ok(Verdict::Fail(evidence.with("addresses", remote).cause(cause)))
}
