//! A Network load balancer stands in front of an Application load balancer.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "fronts-application-load-balancer",
    aliases: &["alb-target-of-nlb"],
    title: "stands in front of an Application load balancer",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network],
    why: "The two are one door: who gets through depends on the security groups of both, and the \
          web ACL, certificates and rules are those of the one behind. Whoever looks at either \
          alone sees half.",
    logic: "Notes a Network load balancer with a target group that holds an Application load \
            balancer. Unknown while target groups are unread.",
    fix: "judge both together: the exposure of the one behind counts this way in",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Target Groups, type Application Load Balancer: shows which one \
                  stands behind.",
        cli: "aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN",
        terraform: r#"
            resource "aws_lb_target_group_attachment" "web" {
              target_group_arn = aws_lb_target_group.alb.arn
              target_id        = aws_lb.web.arn
              port             = 443
            }"#,
        cloudformation: r"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                TargetType: alb
                Protocol: TCP
                Port: 443
                Targets:
                  - Id: !Ref Web",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html",
    ],
    examples: &[
        Example {
            title: "an Application load balancer behind",
            given: || sample::front::fronted(|_| ()),
            finds: &[
                "fail internal-exposed-by-front web",
                "note fronts-application-load-balancer front",
            ],
        },
        Example {
            title: "target groups unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let call = Call::ElbV2DescribeTargetGroups;
                    region.target_groups = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "unknown fronts-application-load-balancer web",
                "unknown 26 others: elbv2:DescribeTargetGroups",
            ],
        },
        Example { title: "instances behind", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let groups = context.index.groups_of(&context.lb.arn)?;
    let holders = groups.iter().filter(|group| group.target_type == Some(TargetType::Alb));
    let holders: Vec<&TargetGroup> = holders.copied().collect();
    let behind: Vec<String> = holders
        .iter()
        .map(|group| {
            let targets = group.targets.get().into_iter().flatten();
            let named = targets.map(|target| target.id.split('/').nth(2).unwrap_or(&target.id));
            let named: Vec<&str> = named.collect();
            format!("{} in {}", named.join(", "), group.name)
        })
        .collect();
    if behind.is_empty() {
        let evidence = Grounds::new().with("target_groups", groups.len());
        return Ok(Verdict::Pass(evidence.with("load_balancers", 0)));
    }
    let arns: Vec<String> = holders.iter().map(|group| group.arn.clone()).collect();
    let grounds = Grounds::new().with("load_balancers", behind);
    Ok(Verdict::Note(grounds.bind("TARGET_GROUP_ARN", arns)))
}
