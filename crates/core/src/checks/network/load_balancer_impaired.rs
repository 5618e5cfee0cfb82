//! AWS itself says that a load balancer does not work as it should.

use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "load-balancer-impaired",
    aliases: &["lb-state-failed"],
    title: "impaired or failed",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "An impaired load balancer serves, but cannot grow with its traffic; one that failed was \
          never set up.",
    logic: "Fails when the state is `active_impaired` or `failed`; passes on `active`. Does not \
            apply while it is being provisioned, nor to Classic load balancers, which have no \
            state. Another state is unknown.",
    fix: "read AWS's reason: usually the subnets have run out of free addresses",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Details shows the state. VPC > \
                  Subnets shows how many addresses are free; AWS asks for 8 in each subnet.",
        cli: r"
            aws elbv2 describe-load-balancers --load-balancer-arns LOAD_BALANCER_ARN \
              --query 'LoadBalancers[].State'
            aws ec2 describe-subnets --subnet-ids SUBNET_IDS --output table \
              --query 'Subnets[].[SubnetId,AvailabilityZone,AvailableIpAddressCount]'
            # where fewer than 8 addresses are free: subnets of the same zones that have more
            aws elbv2 set-subnets --load-balancer-arn LOAD_BALANCER_ARN --subnets OTHER_SUBNET_IDS",
        terraform: "A state is no setting. Give the load balancer larger subnets if the reason is \
                    a lack of addresses.",
        cloudformation: "A state is no setting. Give the load balancer larger subnets if the \
                         reason is a lack of addresses.",
    })
    .planned(Plan::Never(Why::Repair, "AWS says what keeps it from working")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-state",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer",
    ],
    examples: &[
        Example {
            title: "impaired",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.state = Some("active_impaired".to_owned());
                    lb.state_reason = Some("Not enough free addresses in subnet-a".to_owned());
                })
            },
            finds: &["fail load-balancer-impaired web"],
        },
        Example { title: "active", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "being provisioned",
            given: || sample::with(&Kind::Network, |lb| lb.state = Some("provisioning".to_owned())),
            finds: &["does not apply"],
        },
        Example {
            title: "a state that this version does not know",
            given: || sample::with(&Kind::Network, |lb| lb.state = Some("asleep".to_owned())),
            finds: &["unknown load-balancer-impaired web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let gap = |reason, said: String| {
        Err(Gap::new(Call::ElbV2DescribeLoadBalancers, reason).of(&lb.arn).saying(said))
    };
    match lb.state.as_deref() {
        Some("active") => Ok(Verdict::Pass(Grounds::new().with("state", "active"))),
        Some("provisioning") => Ok(Verdict::NotApplicable),
        Some(state @ ("active_impaired" | "failed")) => {
            let evidence = Grounds::new().with("state", state);
            let evidence = evidence.bind("SUBNET_IDS", lb.subnets.clone());
            Ok(Verdict::Fail(match lb.state_reason.as_deref() {
                Some(reason) => evidence.with("reason", reason),
                None => evidence,
            }))
        }
        Some(other) => gap(Reason::Unrecognised, format!("state {other}")),
        None => gap(Reason::Malformed, "a load balancer without state".to_owned()),
    }
}
