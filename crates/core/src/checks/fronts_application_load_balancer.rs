//! A Network load balancer stands in front of an Application load balancer.

use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::{Kind, TargetType};
use crate::vocab::call::Call;
use crate::vocab::fact::Fact;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
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
    false_alarms: "",
    fix: "judge both together: the exposure of the one behind counts this way in",
    remedy: Remedy {
        console: "EC2 console, Target Groups, type Application Load Balancer: shows which one stands \
                  behind.",
        cli: "aws elbv2 describe-target-health --target-group-arn ARN",
        terraform: "resource \"aws_lb_target_group_attachment\" \"web\" {\n  target_group_arn = \
                    aws_lb_target_group.alb.arn\n  target_id        = aws_lb.web.arn\n  port             \
                    = 443\n}",
        cloudformation: "Type: AWS::ElasticLoadBalancingV2::TargetGroup\nProperties:\n  TargetType: \
                         alb\n  Protocol: TCP\n  Port: 443\n  Targets:\n    - Id: !Ref Web",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html",
    ],
    needs: &[],
    examples: &[
        Example {
            title: "an Application load balancer behind",
            given: || sample::front::fronted(|_| ()),
            finds: &[
                "fail internal-exposed-by-front web",
                "note subnet-route-mismatch web",
                "note tls-backend-legacy web",
                "note fronts-application-load-balancer front",
                "note internet-facing front",
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
                "note internet-facing web",
                "unknown 26 others: elbv2:DescribeTargetGroups",
            ],
        },
        Example {
            title: "instances behind",
            given: || sample::clean(&Kind::Network),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    let groups = context.index.groups_of(&context.lb.arn)?.iter();
    let holders = groups.filter(|group| group.target_type == Some(TargetType::Alb));
    let behind: Vec<String> = holders
        .map(|group| {
            let targets = group.targets.get().into_iter().flatten();
            let named = targets.map(|target| target.id.split('/').nth(2).unwrap_or(&target.id));
            let named: Vec<&str> = named.collect();
            format!("{} in {}", named.join(", "), group.name)
        })
        .collect();
    if behind.is_empty() {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::Note(Evidence::new().with("load_balancers", behind)))
}
