//! The security groups admit nobody to a listener.

use crate::analysis::{reach, security_groups};
use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "listener-port-closed",
    aliases: &["listener-outside-sg"],
    title: "no security group admits anyone to the listener",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The listener can be reached by nobody. It was forgotten, or the rule that it needs was; \
          the day some other rule opens its port, nobody thinks of it.",
    logic: "Fails when no inbound rule of any attached security group is about the listener's port \
            and transport, or none that is names anyone. Does not apply without security group, \
            where no group has any rule at all, nor to a Network load balancer whose groups do not \
            hold for PrivateLink. Unknown while a group that may admit someone is unread.",
    false_alarms: "A listener may be closed for a time on purpose.",
    fix: "admit the clients on its port, or delete the listener",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the group, Edit inbound rules, Add rule: the \
                  listener's port. Or Load Balancers, the load balancer, Listeners: delete it.",
        cli: r"
            # or, where nobody needs it, delete the listener instead
            aws ec2 authorize-security-group-ingress --group-id GROUP_ID --protocol TRANSPORT \
              --port PORT --cidr CLIENTS_RANGE",
        terraform: r#"
            # delete the aws_lb_listener, or admit its clients
            resource "aws_vpc_security_group_ingress_rule" "https" {
              security_group_id = aws_security_group.lb.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
              cidr_ipv4         = "10.0.0.0/16"
            }"#,
        cloudformation: r"
            # delete the AWS::ElasticLoadBalancingV2::Listener, or admit its clients
            Ingress:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !Ref Group
                IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                CidrIp: 10.0.0.0/16",
    })
    .planned(Plan::Never(
        Why::Decision,
        "whether anybody is meant to connect, only the owner knows",
    )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
    ],
    examples: &[
        Example {
            title: "another port is open",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.security_groups = Fact::Known(vec![
                        sample::open_group("sg-web", &[8443]),
                        sample::target_group_door(),
                    ]);
                })
            },
            finds: &["fail security-group-unused-port web", "fail listener-port-closed TLS:443"],
        },
        Example {
            title: "a group that may open it is unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.security_groups = Fact::Known(vec![
                        sample::open_group("sg-web", &[8443]),
                        sample::target_group_door(),
                    ]);
                    sample::only(region).security_groups.push("sg-gone".to_owned());
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown internet-facing web",
                "unknown security-group-default web",
                "unknown listener-port-closed TLS:443",
            ],
        },
        Example {
            title: "PrivateLink does not ask",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.security_groups = Fact::Known(vec![
                        sample::open_group("sg-web", &[8443]),
                        sample::target_group_door(),
                    ]);
                    sample::only(region).private_link_rules = Some("off".to_owned());
                })
            },
            finds: &["does not apply", "fail security-group-unused-port web"],
        },
        Example {
            title: "open to some",
            given: || sample::with_region(&Kind::Application, sample::inside),
            finds: &[],
        },
        Example {
            title: "security groups unread",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    let call = Call::Ec2DescribeSecurityGroups;
                    region.security_groups = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "unknown listener-port-closed HTTPS:443",
                "unknown 6 others: ec2:DescribeSecurityGroups",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let lb = context.lb;
    if lb.security_groups.is_empty() || lb.private_link_rules.as_deref() == Some("off") {
        return Ok(Verdict::NotApplicable);
    }
    let evidence = Grounds::new()
        .with("listener", listener.label())
        .with("security_groups", lb.security_groups.clone());
    if reach::is_admitted(context.index, lb, listener)? {
        return Ok(Verdict::Pass(evidence));
    }
    if security_groups::attached_to(context.index, lb).ingress().next().is_none() {
        return Ok(Verdict::NotApplicable);
    }
    Ok(Verdict::Fail(doors::bound_at(lb, listener, evidence)))
}
