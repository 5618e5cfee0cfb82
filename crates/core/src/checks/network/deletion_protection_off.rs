//! Deletion protection is off.

use crate::checks::prelude::*;

const KEY: &str = "deletion_protection.enabled";

pub(crate) const CHECK: Check = Check {
    id: "deletion-protection-off",
    aliases: &["deletion-protection-disabled"],
    title: "deletion protection is off",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "One mistaken call or one careless stack update deletes the load balancer, and with it the \
          address that DNS points to.",
    logic: "Fails when the attribute `deletion_protection.enabled` is not `true`. A Classic load \
            balancer has no such attribute.",
    false_alarms: "Load balancers that come and go by design, in tests or made by a controller \
                   for each branch, are better without it.",
    fix: "set the load-balancer attribute deletion_protection.enabled to true",
    remedy: Remedy::attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#deletion-protection",
    ],
    needs: &[Call::ElbV2DescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "protection switched off",
            given: || sample::with(&Kind::Gateway, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail deletion-protection-off web"],
        },
        Example { title: "protection on", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if context.lb.switched_on(KEY)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "true")));
    }
    Ok(Verdict::Fail(Grounds::new().with(KEY, "false")))
}
