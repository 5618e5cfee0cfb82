//! A load balancer lives in the default VPC.

use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "default-vpc",
    aliases: &["lb-in-default-vpc"],
    title: "in the default VPC",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "Every subnet of a default VPC is a public one, and whatever is launched in a hurry lands \
          beside the load balancer. Nothing there was planned, its address range least of all.",
    logic: "Fails when the VPC of the load balancer is the one that AWS made with the account. \
            Does not apply to a Classic one of no VPC. Unknown while VPCs are unread.",
    fix: "create a VPC with private subnets for the targets, and recreate the load balancer in it",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Create VPC, VPC and more: public and private subnets. Then recreate \
                  the load balancer there, since it cannot be moved.",
        cli: r"
            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type ROUTED_TYPE \
              --scheme LOAD_BALANCER_SCHEME --subnets OTHER_SUBNET_IDS --security-groups NEW_GROUP_ID
            # its listeners, target groups and DNS records move to the new one; then the old one goes

            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type UNROUTED_TYPE \
              --subnets OTHER_SUBNET_IDS
            # its listeners, target groups and endpoint services move to the new one; then the old one goes",
        terraform: r#"
            resource "aws_lb" "web" {
              subnets = [aws_subnet.public_a.id, aws_subnet.public_b.id]
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Subnets:
                  - !Ref PublicA
                  - !Ref PublicB",
    })
    .planned(Plan::Never(Why::Recreate, "a load balancer stays in its VPC")),
    links: &["https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"],
    needs: &[Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "the VPC that came with the account",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    if let Fact::Known(vpcs) = &mut region.vpcs {
                        vpcs[0].is_default = true;
                    }
                })
            },
            finds: &["fail default-vpc web"],
        },
        Example {
            title: "a VPC that is not among those that were read",
            given: || {
                sample::with_region(&Kind::Gateway, |region| region.vpcs = Fact::Known(Vec::new()))
            },
            finds: &["unknown default-vpc web"],
        },
        Example { title: "a VPC of its own", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(vpc) = context.lb.vpc()? else { return Ok(Verdict::NotApplicable) };
    let vpc = context.index.vpc(vpc)?;
    let evidence = Grounds::new().with("vpc", vpc.id.as_str());
    if !vpc.is_default {
        return Ok(Verdict::Pass(evidence));
    }
    let evidence = doors::replaced(context.lb, evidence);
    Ok(Verdict::Fail(match doors::successor(context.lb) {
        "gateway" => evidence.bind("UNROUTED_TYPE", "gateway"),
        kind => evidence.bind("ROUTED_TYPE", kind),
    }))
}
