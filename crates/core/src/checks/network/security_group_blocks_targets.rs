//! The load balancer's own security groups keep it from its targets.

use crate::remedy::plan::{self, Plan};
use std::collections::BTreeSet;

use crate::analysis::{security_groups, targets};
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, doors, seen};

pub(crate) const CHECK: Check = Check {
    id: "security-group-blocks-targets",
    aliases: &["sg-no-egress"],
    title: "security groups keep it from its targets",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Every request to these targets fails, and every health check does. The cause stands in \
          no log of the targets, because nothing ever reaches them.",
    logic: "Fails when a port of a registered target, or of a Classic listener towards its \
            instances, is in no outbound rule of any attached security group: rules of all groups \
            add up. Where a rule leads to is not asked. Does not apply without security group, nor \
            without targets that are reached by network: functions are not. Unknown while a group, \
            or a target's port, is unread.",
    fix: "let the load balancer out to the ports of its targets, health checks included",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the load balancer's group, Edit outbound rules, \
                  Add rule: the targets' port, to the targets' security group.",
        cli: r"
            aws ec2 authorize-security-group-egress --group-id GROUP_ID \
              --ip-permissions 'IpProtocol=TRANSPORT,FromPort=PORT,ToPort=PORT,UserIdGroupPairs=[{GroupId=TARGETS_GROUP_ID}]'",
        terraform: r#"
            resource "aws_vpc_security_group_egress_rule" "targets" {
              security_group_id            = aws_security_group.lb.id
              referenced_security_group_id = aws_security_group.targets.id
              ip_protocol                  = "tcp"
              from_port                    = 8443
              to_port                      = 8443
            }"#,
        cloudformation: r"
            Egress:
              Type: AWS::EC2::SecurityGroupEgress
              Properties:
                GroupId: !Ref Group
                DestinationSecurityGroupId: !Ref Targets
                IpProtocol: tcp
                FromPort: 8443
                ToPort: 8443",
    })
    .planned(Plan::By(plan::let_out_to_targets)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
    ],
    examples: &[
        Example {
            title: "no outbound rule",
            given: || sample::with_region(&Kind::Application, |region| let_out(region, None)),
            finds: &["fail security-group-blocks-targets web"],
        },
        Example {
            title: "out to another port",
            given: || sample::with_region(&Kind::Classic, |region| let_out(region, Some(80))),
            finds: &["fail security-group-blocks-targets web"],
        },
        Example {
            title: "functions are not reached by network",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let_out(region, None);
                    sample::regroup(region, "web", |group| {
                        (group.target_type, group.protocol, group.port) =
                            (Some("lambda".into()), None, None);
                    });
                })
            },
            finds: &[
                "does not apply",
                "fail lambda-duplicate-headers-lost web",
                "unknown lambda-policy-open web",
            ],
        },
        Example {
            title: "the targets' port and no other",
            given: || sample::with_region(&Kind::Network, |region| let_out(region, Some(8443))),
            finds: &[],
        },
        Example {
            title: "another group lets it out",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let_out(region, None);
                    sample::only(region).security_groups.push("sg-out".to_owned());
                    if let Fact::Known(groups) = &mut region.security_groups {
                        groups.push(sample::open_group("sg-out", &[]));
                    }
                })
            },
            finds: &[],
        },
        Example {
            title: "targets unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let_out(region, Some(8443));
                    sample::regroup(region, "web", |group| {
                        let call = Call::ElbV2DescribeTargetHealth;
                        group.targets = Fact::Unread(sample::denied(call));
                    });
                })
            },
            finds: &[
                "unknown security-group-blocks-targets web",
                "unknown 11 others: elbv2:DescribeTargetHealth",
            ],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// Lets the sample's load balancer out to one TCP port or none.
fn let_out(region: &mut Region, port: Option<i32>) {
    let out = |port| Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(port),
        to_port: Some(port),
        ..sample::everything_out()
    };
    if let Fact::Known(groups) = &mut region.security_groups {
        groups[0].egress = port.map(out).into_iter().collect();
    }
}

fn judge(context: &Context) -> Judgement {
    if context.lb.security_groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let ports = match context.lb.kind {
        Kind::Classic => Partial::whole(instance_ports(context.lb)?),
        _ => target_ports(context)?,
    };
    let attached = security_groups::attached_to(context.index, context.lb);
    let words = ports.found.iter().map(|(transport, port)| format!("{transport} {port}"));
    let words: Vec<String> = words.collect();
    let groups = context.lb.security_groups.clone();
    let shut = ports.filter_map(|(transport, port)| {
        let let_out = attached.lets_out(context.index, transport, port)?;
        Ok((!let_out).then_some((transport, port)))
    });
    if !shut.found.is_empty() {
        let attached = attached.complete()?;
        let words = shut.found.iter().map(|(transport, port)| format!("{transport} {port}"));
        let words: Vec<String> = words.collect();
        let out = format!("let {} out", words.join(", "));
        let grounds = Grounds::new().with("target_ports", words).with("security_groups", groups);
        let grounds = doors::bound_ports(&shut.found, doors::bound(context.lb, grounds));
        return Ok(Verdict::Fail(match attached[..] {
            [group] => grounds.cause(causes_network::open(group, out)),
            _ => grounds,
        }));
    }
    if words.is_empty() {
        return shut.otherwise(Verdict::NotApplicable);
    }
    let evidence = Grounds::new().with("target_ports", seen::few(&words));
    shut.otherwise(Verdict::Pass(evidence.with("security_groups", groups)))
}

type Ports = BTreeSet<(Transport, u16)>;

/// The ports of a Classic load balancer's instances: `HTTP:8080`.
fn instance_ports(lb: &LoadBalancer) -> Result<Ports, Gap> {
    let mut ports = Ports::new();
    for listener in lb.listeners.get()? {
        let side = listener.instance_side.as_deref().unwrap_or("missing");
        let port = side.rsplit(':').next().and_then(|port| port.parse().ok());
        let unexpected_value = || {
            Gap::new(Call::ElbDescribeLoadBalancers, Reason::Malformed)
                .of(&lb.arn)
                .saying(format!("instance side {side}"))
        };
        ports.insert((Transport::Tcp, port.ok_or_else(unexpected_value)?));
    }
    Ok(ports)
}

/// The ports of the registered targets.
fn target_ports(context: &Context) -> Result<Partial<Ports>, Gap> {
    let mut ports = Partial::<Ports>::default();
    for group in context.index.groups_of(&context.lb.arn)? {
        let found = transports(group).and_then(|transports| {
            let targets = group.targets.get()?;
            if transports.is_empty() {
                return Ok(());
            }
            for target in targets {
                let port = targets::port(group, target)?;
                ports.found.extend(transports.iter().map(|one| (*one, port)));
            }
            Ok(())
        });
        ports.learn(found);
    }
    Ok(ports)
}

/// How a group's targets are reached; not at all by network when they are functions.
fn transports(group: &TargetGroup) -> Result<&'static [Transport], Gap> {
    match group.target_type {
        Some(TargetType::Lambda) => Ok(&[]),
        _ => targets::transports(group),
    }
}
