//! A load balancer listens on no port.

use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "no-listeners",
    title: "no listener",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "It serves nobody, costs money, and keeps a public name and addresses for whoever adds a \
          listener next.",
    logic: "Fails when the list of listeners was read and is empty. Does not apply while the load \
            balancer is being provisioned.",
    false_alarms: "One that is being set up, and one kept ready for a switch, have none yet.",
    fix: "add a listener, or delete the load balancer with the DNS records that point to it",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the load balancer: Listeners, Add listener; or Actions, \
                  Delete load balancer, after its DNS records.",
        cli: r"
            # after the DNS records that point to it; or keep it and add a listener
            aws elbv2 delete-load-balancer --load-balancer-arn LOAD_BALANCER_ARN

            # after the DNS records that point to it; or keep it and add a listener
            aws elb delete-load-balancer --load-balancer-name CLASSIC_NAME",
        terraform: r#"
            resource "aws_lb_listener" "https" {
              load_balancer_arn = aws_lb.web.arn
              port              = 443
              protocol          = "HTTPS"
              certificate_arn   = aws_acm_certificate.web.arn
              default_action {
                type             = "forward"
                target_group_arn = aws_lb_target_group.web.arn
              }
            }"#,
        cloudformation: r"
            Listener:
              Type: AWS::ElasticLoadBalancingV2::Listener
              Properties:
                LoadBalancerArn: !Ref LoadBalancer
                Port: 443
                Protocol: HTTPS
                Certificates:
                  - CertificateArn: !Ref Certificate
                DefaultActions:
                  - Type: forward
                    TargetGroupArn: !Ref TargetGroup",
    })
    .planned(Plan::Never(Why::Decision, "what it is meant to serve, only the owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-listener.html",
    ],
    examples: &[
        Example {
            title: "no listener",
            given: || sample::listening(&Kind::Network, Vec::new()),
            finds: &["fail no-listeners web"],
        },
        Example {
            title: "still being provisioned",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.listeners = Fact::Known(Vec::new());
                    lb.state = Some("provisioning".to_owned());
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "listeners unread",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    lb.listeners = Fact::Unread(sample::denied(Call::ElbV2DescribeListeners));
                })
            },
            finds: &["unknown no-listeners web", "unknown 7 others: elbv2:DescribeListeners"],
        },
        Example { title: "one listener", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if context.lb.state.as_deref() == Some("provisioning") {
        return Ok(Verdict::NotApplicable);
    }
    let count = context.lb.listeners.get()?.len();
    let evidence = Grounds::new().with("listeners", count);
    Ok(if count == 0 { Verdict::Fail(evidence) } else { Verdict::Pass(evidence) })
}
