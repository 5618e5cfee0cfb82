//! A load balancer is of the first generation.

use crate::checks::prelude::*;
use crate::checks::shared::doors;

pub(crate) const CHECK: Check = Check {
    id: "classic-load-balancer",
    aliases: &["classic-lb-in-use"],
    title: "a Classic load balancer",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "The first generation has no TLS 1.3, no web ACL, no redirect to HTTPS, no mutual TLS, no \
          rules and no protection against deletion.",
    logic: "A note for every Classic load balancer; the other kinds pass.",
    false_alarms: "AWS goes on running them: this is about what they cannot do.",
    fix: "migrate to an Application or Network load balancer with AWS's wizard",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Migrate: launch the migration wizard, \
                  test the new one, then move the DNS records.",
        cli: r"
            aws elb describe-load-balancers --load-balancer-names LOAD_BALANCER_NAME
            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type ROUTED_TYPE \
              --scheme LOAD_BALANCER_SCHEME --subnets SUBNET_IDS --security-groups GROUP_IDS
            # then its target groups and listeners, the DNS records, and when nothing comes any more the old one",
        terraform: r#"
            resource "aws_lb" "web" {
              load_balancer_type = "application"
              subnets            = [aws_subnet.public_a.id, aws_subnet.public_b.id]
              security_groups    = [aws_security_group.web.id]
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Type: application
                Subnets:
                  - !Ref PublicA
                  - !Ref PublicB
                SecurityGroups:
                  - !Ref SecurityGroup",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/migrate-classic-load-balancer.html",
    ],
    examples: &[
        Example {
            title: "Classic",
            given: || sample::clean(&Kind::Classic),
            finds: &["note classic-load-balancer web"],
        },
        Example { title: "Application", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

#[expect(clippy::unnecessary_wraps, reason = "a judge may always find a gap")]
fn judge(context: &Context) -> Judgement {
    Ok(match &context.lb.kind {
        Kind::Classic => {
            let grounds = Grounds::new().with("kind", "classic");
            let grounds = doors::replaced(context.lb, grounds);
            Verdict::Note(grounds.bind("ROUTED_TYPE", doors::successor(context.lb)))
        }
        kind => Verdict::Pass(Grounds::new().with("kind", kind.to_string())),
    })
}
