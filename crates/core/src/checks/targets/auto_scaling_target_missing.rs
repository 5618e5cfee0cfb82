//! An Auto Scaling group registers its instances with something that is gone.

use crate::checks::prelude::*;
use crate::inventory::AutoScalingGroup;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "auto-scaling-target-missing",
    aliases: &["asg-lb-mismatch"],
    title: "Auto Scaling registers with what is gone",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "New instances are not registered anywhere: they cost money and serve nobody, and scaling \
          out under load helps nothing.",
    logic: "Fails when an Auto Scaling group names a Classic load balancer or a target group that \
            the region does not have. Unknown while those lists are not read to their end.",
    fix: "detach what is gone from the Auto Scaling group, and attach what has taken its place",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Auto Scaling Groups > the group > Integrations > Load balancing > Edit: \
                  remove what is gone.",
        cli: r"
            aws autoscaling detach-load-balancer-target-groups \
              --auto-scaling-group-name AUTO_SCALING_GROUP \
              --target-group-arns GONE_TARGET_GROUP_ARNS

            aws autoscaling detach-load-balancers --auto-scaling-group-name AUTO_SCALING_GROUP \
              --load-balancer-names GONE_NAMES",
        terraform: r#"
            resource "aws_autoscaling_attachment" "this" {
              autoscaling_group_name = aws_autoscaling_group.this.name
              lb_target_group_arn    = aws_lb_target_group.this.arn
            }"#,
        cloudformation: r"
            AutoScalingGroup:
              Type: AWS::AutoScaling::AutoScalingGroup
              Properties:
                TargetGroupARNs:
                  - !Ref TargetGroup",
    })
    .planned(Plan::Never(Why::Elsewhere, "it is a setting of the Auto Scaling group")),
    links: &["https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html"],
    needs: &[Call::AutoScalingDescribeGroups],
    examples: &[
        Example {
            title: "a target group that is gone",
            given: || {
                sample::scaling(&Kind::Application, |group| {
                    group.target_groups.push(sample::group_arn("gone"));
                })
            },
            finds: &["fail auto-scaling-target-missing web"],
        },
        Example {
            title: "a Classic load balancer that is gone",
            given: classic_gone,
            finds: &["fail auto-scaling-target-missing web"],
        },
        Example { title: "all there", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "not there, but the list ends early",
            given: || {
                let mut inventory = classic_gone();
                let region = &mut inventory.accounts[0].regions[0];
                let gap = sample::denied(Call::ElbDescribeLoadBalancers);
                region.classic.rest = Fact::Unread(gap);
                inventory
            },
            finds: &[
                "unknown certificate-shared www.example.com",
                "unknown auto-scaling-target-missing web",
                "unknown auto-scaling-zones-differ web",
            ],
        },
    ],
    ..Check::new(Judge::AutoScalingGroup(judge))
};

fn classic_gone() -> Inventory {
    sample::scaling(&Kind::Classic, |group| group.load_balancers = vec!["old".to_owned()])
}

fn judge(around: &RegionScope, group: &AutoScalingGroup) -> Judgement {
    if group.load_balancers.is_empty() && group.target_groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let classic = group.load_balancers.iter().map(|name| (name, has_classic(around.region, name)));
    let groups = group.target_groups.iter().map(|arn| (arn, around.index.has_target_group(arn)));
    let gone = Partial::whole(classic.chain(groups))
        .filter_map(|(name, there)| Ok((!there?).then_some(name.as_str())));
    if gone.found.is_empty() {
        let attached = group.load_balancers.len() + group.target_groups.len();
        return gone.otherwise(Verdict::Pass(Grounds::new().with("attached", attached)));
    }
    let (groups, names): (Vec<&str>, Vec<&str>) =
        gone.found.iter().partition(|name| name.starts_with("arn:"));
    let mut grounds = Grounds::new().with("gone", gone.found);
    for (placeholder, all) in [("GONE_TARGET_GROUP_ARNS", groups), ("GONE_NAMES", names)] {
        if !all.is_empty() {
            let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
            grounds = grounds.bind(placeholder, all);
        }
    }
    Ok(Verdict::Fail(grounds))
}

fn has_classic(region: &Region, name: &str) -> Result<bool, Gap> {
    let there = region.classic.items.iter().any(|lb| lb.name == name);
    if !there {
        region.classic.rest.get()?;
    }
    Ok(there)
}
