//! A load balancer has no security group.

use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "security-group-missing",
    aliases: &["sg-missing", "nlb-no-security-group"],
    title: "no security group",
    severity: Severity::Medium,
    applies_to: &[Kind::Network, Kind::Classic],
    why: "Nothing limits who connects: every port with a listener is open to whoever has a route, \
          and the targets see addresses that no rule of theirs was written for.",
    logic: "Fails when a Network or Classic load balancer has no security group. An Application \
            load balancer always has one.",
    false_alarms: "Made before August 2023, a Network load balancer could not have one. Security \
                   groups of the targets, with client addresses preserved, and network ACLs may \
                   do the work.",
    fix: "recreate the Network load balancer with a security group, since one created without can \
          never get one; give the Classic one a group",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, Create Network Load Balancer: choose security groups, move \
                  listeners and DNS records to it, then delete the old one. For a Classic one: \
                  Security, Edit.",
        cli: r"
            aws elbv2 describe-load-balancers --load-balancer-arns LOAD_BALANCER_ARN
            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type network \
              --scheme LOAD_BALANCER_SCHEME --subnets SUBNET_IDS --security-groups NEW_GROUP_ID
            # its listeners and DNS records move to the new one; then the old one goes

            aws elb apply-security-groups-to-load-balancer --load-balancer-name CLASSIC_NAME \
              --security-groups NEW_GROUP_ID",
        terraform: r#"
            resource "aws_lb" "web" {
              load_balancer_type = "network"
              security_groups    = [aws_security_group.web.id]
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Type: network
                SecurityGroups:
                  - !Ref SecurityGroup",
    })
    .planned(Plan::Never(
        Why::Recreate,
        "a Network load balancer that was created without a security group never gets one",
    )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-vpc-security-groups.html",
    ],
    examples: &[
        Example {
            title: "a Network load balancer without",
            given: || sample::with(&Kind::Network, |lb| lb.security_groups.clear()),
            finds: &["fail security-group-missing web"],
        },
        Example {
            title: "a Classic one without",
            given: || sample::with(&Kind::Classic, |lb| lb.security_groups.clear()),
            finds: &["fail security-group-missing web"],
        },
        Example {
            title: "a QUIC listener, which goes only with no group",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    lb.security_groups.clear();
                    let quic = sample::listener("TCP_QUIC", 8443, vec![sample::forward("web")]);
                    sample::listeners(lb).push(quic);
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "outside a VPC, where there are none",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    (lb.vpc_id, lb.subnets) = (None, Vec::new());
                    lb.security_groups.clear();
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "none, and the listeners unread",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    lb.security_groups.clear();
                    lb.listeners = Fact::Unread(sample::denied(Call::ElbV2DescribeListeners));
                })
            },
            finds: &[
                "unknown security-group-missing web",
                "unknown 62 others: elbv2:DescribeListeners",
            ],
        },
        Example { title: "one is enough", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every judge")]
fn judge(context: &Context) -> Judgement {
    let mut evidence = Grounds::new().with("security_groups", context.lb.security_groups.clone());
    if !context.lb.security_groups.is_empty() {
        return Ok(Verdict::Pass(evidence));
    }
    if let Ok(listeners) = context.lb.listeners.get() {
        let ports: Vec<String> = listeners.iter().map(Listener::label).collect();
        evidence = evidence.with("open_ports", ports);
    }
    Ok(Verdict::Fail(doors::replaced(context.lb, evidence)))
}
