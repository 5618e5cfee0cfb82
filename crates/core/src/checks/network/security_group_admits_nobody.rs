//! No attached security group has an inbound rule.

use crate::analysis::security_groups;
use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "security-group-admits-nobody",
    aliases: &["sg-no-ingress"],
    title: "security groups admit nobody",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "No client can connect. Either it is out of order, or it is not needed any more and goes \
          on costing money.",
    logic: "Fails when the attached security groups together have no inbound rule at all. One rule \
            of one group is enough to pass. Does not apply without security group, nor to a Network \
            load balancer whose groups do not hold for PrivateLink, where this is how everything \
            else is kept out. Unknown while a group without which none has a rule is unread.",
    false_alarms: "Rules may be taken out for a time to cut clients off on purpose.",
    fix: "admit the clients on the listeners' ports, or delete the load balancer",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the group, Edit inbound rules, Add rule: the \
                  listener's port and the clients' range.",
        cli: r"
            aws ec2 authorize-security-group-ingress --group-id GROUP_ID --protocol TRANSPORT \
              --port PORT --cidr CLIENTS_RANGE",
        terraform: r#"
            resource "aws_vpc_security_group_ingress_rule" "https" {
              security_group_id = aws_security_group.lb.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
              cidr_ipv4         = "10.0.0.0/16"
            }"#,
        cloudformation: r"
            Ingress:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !Ref Group
                IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                CidrIp: 10.0.0.0/16",
    })
    .planned(Plan::By(plan::admit_clients)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
    ],
    examples: &[
        Example {
            title: "no inbound rule",
            given: || sample::with_region(&Kind::Application, empty),
            finds: &["fail security-group-admits-nobody web"],
        },
        Example {
            title: "no inbound rule, and PrivateLink does not ask",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    empty(region);
                    sample::only(region).private_link_rules = Some("off".to_owned());
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "the other group admits someone",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    sample::only(region).security_groups.push("sg-empty".to_owned());
                    if let Fact::Known(groups) = &mut region.security_groups {
                        groups.push(sample::open_group("sg-empty", &[]));
                    }
                })
            },
            finds: &[],
        },
        Example {
            title: "security groups unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let call = Call::Ec2DescribeSecurityGroups;
                    region.security_groups = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "unknown security-group-admits-nobody web",
                "unknown 7 others: ec2:DescribeSecurityGroups",
            ],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// Takes the inbound rules out of the sample's security group.
fn empty(region: &mut Region) {
    let group = sample::open_group("sg-web", &[]);
    region.security_groups = Fact::Known(vec![group, sample::target_group_door()]);
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.security_groups.is_empty() || lb.private_link_rules.as_deref() == Some("off") {
        return Ok(Verdict::NotApplicable);
    }
    let attached = security_groups::attached_to(context.index, lb);
    let evidence = Grounds::new().with("security_groups", lb.security_groups.clone());
    let rules = attached.ingress().count();
    if rules > 0 {
        return Ok(Verdict::Pass(evidence.with("rules", rules)));
    }
    attached.otherwise(Verdict::Fail(doors::bound(lb, evidence)))
}
