//! A public load balancer starts every surge with what it happens to have.

use crate::analysis::reach;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "capacity-unreserved",
    title: "no capacity reserved",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "A load balancer grows with its traffic, but not within seconds. In a sudden surge, wanted \
          or not, the first requests are lost.",
    logic: "A note when an internet-facing load balancer has no capacity units reserved. Does not \
            apply to an internal one.",
    false_alarms: "A reservation is paid for whether it is used or not: most load balancers do \
                   without.",
    fix: "reserve capacity ahead of launches and sales, or all the time where a flood must be borne",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Capacity > Edit LCU Reservation.",
        cli: r"
            aws elbv2 modify-capacity-reservation --load-balancer-arn LOAD_BALANCER_ARN \
              --minimum-load-balancer-capacity CapacityUnits=CAPACITY_UNITS",
        terraform: r#"
            resource "aws_lb" "web" {
              minimum_load_balancer_capacity {
                capacity_units = 500
              }
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                MinimumLoadBalancerCapacity:
                  CapacityUnits: 500",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/capacity-unit-reservation.html",
    ],
    needs: &[Call::ElbV2DescribeCapacityReservation],
    examples: &[
        Example {
            title: "none",
            given: || sample::with(&Kind::Application, |lb| lb.reserved_capacity = Fact::Known(0)),
            finds: &["note capacity-unreserved web"],
        },
        Example { title: "some", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "none, internal",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::internal(lb);
                    lb.reserved_capacity = Fact::Known(0);
                })
            },
            finds: &["does not apply", "fail internal-open-to-any web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if reach::is_internal(context.lb)? {
        return Ok(Verdict::NotApplicable);
    }
    match *context.lb.reserved_capacity.get()? {
        0 => Ok(Verdict::Note(Grounds::new().with("capacity_units", 0))),
        units => Ok(Verdict::Pass(Grounds::new().with("capacity_units", units))),
    }
}
