//! A Classic load balancer belongs to no VPC.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "classic-outside-vpc",
    aliases: &["classic-lb-vpcless"],
    title: "in no VPC",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Classic],
    why: "It is left from EC2-Classic, which AWS retired in 2022: no security group and no subnet \
          of its own guards it, and nothing can be behind it any more.",
    logic: "A note when a Classic load balancer has no VPC.",
    fix: "delete it with the DNS records that point to it",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Actions > Delete load balancer.",
        cli: r"
            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            # after the DNS records that point to it
            aws elb delete-load-balancer --load-balancer-name LOAD_BALANCER_NAME",
        terraform: "Remove the aws_elb resource; a new one needs subnets.",
        cloudformation: "Remove the AWS::ElasticLoadBalancing::LoadBalancer resource; a new one \
                         needs Subnets.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/migrate-classic-load-balancer.html",
    ],
    examples: &[
        Example {
            title: "no VPC",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.vpc_id = None;
                    lb.subnets.clear();
                    sample::internal(lb);
                })
            },
            finds: &["fail internal-open-to-any web", "note classic-outside-vpc web"],
        },
        Example { title: "a VPC", given: || sample::clean(&Kind::Classic), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

#[expect(clippy::unnecessary_wraps, reason = "a judge may always find a gap")]
fn judge(context: &Context) -> Judgement {
    Ok(match &context.lb.vpc_id {
        None => Verdict::Note(Grounds::new().with("vpc", "none")),
        Some(vpc) => Verdict::Pass(Grounds::new().with("vpc", vpc.as_str())),
    })
}
