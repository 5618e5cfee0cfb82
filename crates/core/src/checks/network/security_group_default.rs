//! A load balancer is in the default security group of its VPC.

use crate::analysis::security_groups;
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "security-group-default",
    aliases: &["default-sg-on-lb"],
    title: "in the VPC's default security group",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whatever is launched without a group of its own ends up in the default one. A rule made \
          for the load balancer opens all of that too, and as made by AWS its members reach each \
          other on every port.",
    logic: "Fails when an attached security group is named `default`, which only the one that AWS \
            makes with a VPC can be. Does not apply without security group. Unknown while a group \
            is unread and none that is known is a default one.",
    fix: "give the load balancer a security group of its own and take it out of the default one",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers, the load balancer, Security tab, Edit: choose a \
                  group of its own and remove `default`.",
        cli: r"
            aws elbv2 set-security-groups --load-balancer-arn LOAD_BALANCER_ARN \
              --security-groups NEW_GROUP_ID KEPT_GROUP_IDS

            aws elb apply-security-groups-to-load-balancer --load-balancer-name CLASSIC_NAME \
              --security-groups NEW_GROUP_ID KEPT_GROUP_IDS",
        terraform: r#"
            resource "aws_lb" "web" {
              security_groups = [aws_security_group.lb.id]
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                SecurityGroups:
                  - !Ref LoadBalancerGroup",
    })
    .planned(Plan::Never(
        Why::Decision,
        "whom a group of its own is to admit, only the owner knows",
    )),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
    ],
    examples: &[
        Example {
            title: "the default group",
            given: || sample::with_region(&Kind::Application, |region| rename(region, "default")),
            finds: &["fail security-group-default web"],
        },
        Example {
            title: "the default group beside one that is unread",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    rename(region, "default");
                    sample::only(region).security_groups.insert(0, "sg-gone".to_owned());
                })
            },
            finds: &["fail security-group-default web", "unknown security-group-unused-port web"],
        },
        Example {
            title: "security groups unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let call = Call::Ec2DescribeSecurityGroups;
                    region.security_groups = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "unknown security-group-default web",
                "unknown 5 others: ec2:DescribeSecurityGroups",
            ],
        },
        Example {
            title: "a name that only begins like it",
            given: || {
                sample::with_region(&Kind::Application, |region| rename(region, "default-web"))
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// Renames the sample's security group.
fn rename(region: &mut Region, name: &str) {
    if let Fact::Known(groups) = &mut region.security_groups {
        groups[0].name = Some(name.to_owned());
    }
}

fn judge(context: &Context) -> Judgement {
    if context.lb.security_groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let attached = security_groups::attached_to(context.index, context.lb);
    let is_default = |name: Option<&str>| name == Some("default");
    if let Some(group) = attached.found.iter().find(|group| is_default(group.name.as_deref())) {
        let others = context.lb.security_groups.iter().filter(|id| **id != group.id);
        let others: Vec<String> = others.cloned().collect();
        let grounds = Grounds::new().with("security_group", group.id.as_str());
        return Ok(Verdict::Fail(grounds.bind("KEPT_GROUP_IDS", others)));
    }
    if let Some(group) = attached.found.iter().find(|group| group.name.is_none()) {
        return Err(Gap::new(Call::Ec2DescribeSecurityGroups, Reason::Malformed)
            .of(&group.id)
            .saying("a security group without name"));
    }
    let names: Vec<&str> =
        attached.found.iter().filter_map(|group| group.name.as_deref()).collect();
    attached.otherwise(Verdict::Pass(Grounds::new().with("security_groups", names)))
}
