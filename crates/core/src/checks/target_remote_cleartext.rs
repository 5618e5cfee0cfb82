//! Requests leave the VPC in clear on their way to a target.

use crate::analysis::targets;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Targets,
    Verdict,
};
use crate::fixtures::sample;
use crate::inventory::Kind;
use crate::vocab::call::Call;
use crate::vocab::fact::Fact;

/// How many targets an evidence names.
const NAMED: usize = 10;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "target-remote-cleartext",
    aliases: &["target-outside-vpc-cleartext"],
    title: "in clear to targets outside the VPC",
    severity: Severity::Medium,
    persona: Persona::Regular,
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
    remedy: Remedy {
        console: "EC2 > Target Groups > Create target group with protocol HTTPS or TLS, register the \
                  addresses, then change the listener's rules to it: a group keeps its protocol.",
        cli: "aws elbv2 create-target-group --name NAME --protocol HTTPS --port 443 --vpc-id VPC \
              --target-type ip\naws elbv2 register-targets --target-group-arn NEW_GROUP_ARN \
              --targets Id=TARGET\naws elbv2 modify-rule --rule-arn RULE_ARN --actions \
              Type=forward,TargetGroupArn=NEW_GROUP_ARN\n# the default rule's actions: aws elbv2 \
              modify-listener --default-actions",
        terraform: "resource \"aws_lb_target_group\" \"NAME\" {\n  \
                    target_type = \"ip\"\n  \
                    protocol    = \"HTTPS\"\n  \
                    port        = 443\n}",
        cloudformation: "Type: AWS::ElasticLoadBalancingV2::TargetGroup\nProperties:\n  TargetType: \
                         ip\n  Protocol: HTTPS\n  Port: 443",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type",
    ],
    needs: &[Call::ElbV2DescribeRules, Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "HTTP to a data centre",
            given: || sample::addressed(&Kind::Application, "HTTP", &["10.0.1.10", "192.168.7.9"]),
            finds: &[
                "fail target-remote-cleartext web",
                "fail target-group-cleartext web",
                "note internet-facing web",
                "note target-remote web",
            ],
        },
        Example {
            title: "TLS taken off on the way to a data centre",
            given: || sample::addressed(&Kind::Network, "TCP", &["192.168.7.9", "192.168.7.10"]),
            finds: &[
                "fail target-remote-cleartext web",
                "fail target-group-cleartext web",
                "note internet-facing web",
                "note target-remote web",
            ],
        },
        Example {
            title: "HTTPS to a data centre",
            given: || sample::addressed(&Kind::Application, "HTTPS", &["192.168.7.9", "10.0.1.10"]),
            finds: &[
                "note internet-facing web",
                "note target-remote web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "HTTP within the VPC",
            given: || sample::addressed(&Kind::Application, "HTTP", &["10.0.1.10", "10.0.2.10"]),
            finds: &["fail target-group-cleartext web", "note internet-facing web"],
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
                "note internet-facing web",
            ],
        },
    ],
    judge: Judge::Targets(judge),
    since: "0.1.0",
};

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let remote = targets::remote(context.index, group)?;
    if remote.found.is_empty() {
        return remote.otherwise(Verdict::NotApplicable);
    }
    let mut remote = remote.found;
    if !targets::hop(context.lb, group)?.is_clear() {
        return Ok(Verdict::Pass);
    }
    let evidence =
        Evidence::new().with("protocol", group.protocol.clone()).with("outside_vpc", remote.len());
    remote.truncate(NAMED);
    Ok(Verdict::Fail(evidence.with("addresses", remote)))
}
