//! A Classic load balancer cuts the connections of an instance that leaves.

use crate::checks::prelude::*;
use crate::remedy::plan::Plan;

const KEY: &str = "connection_draining.enabled";

pub(crate) const CHECK: Check = Check {
    id: "connection-draining-off",
    aliases: &["connection-draining-disabled"],
    title: "connections are cut when an instance leaves",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Classic],
    why: "Every deployment and every step of Auto Scaling breaks the requests that are under way: \
          users see errors, and a payment may be made and not confirmed.",
    logic: "Fails when connection draining of a Classic load balancer is off. The other kinds wait \
            by the attributes of their target groups.",
    false_alarms: "Meant where every request is answered within milliseconds and clients try again.",
    fix: "switch connection draining on, with a timeout a little longer than the longest request",
    remedy: Remedy::attribute(KEY, "true")
        .and("connection_draining.timeout", "300")
        .planned(Plan::By(|ask| Ok(ask.attributes(&[(KEY, "true")])))),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "off",
            given: || sample::with(&Kind::Classic, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail connection-draining-off web"],
        },
        Example { title: "on", given: || sample::clean(&Kind::Classic), finds: &[] },
        Example {
            title: "attributes unread",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let gap = sample::denied(Call::ElbDescribeLoadBalancerAttributes);
                    lb.attributes = Fact::Unread(gap);
                })
            },
            finds: &[
                "unknown connection-draining-off web",
                "unknown 9 others: elb:DescribeLoadBalancerAttributes",
            ],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if context.lb.switched_on(KEY)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "true")));
    }
    Ok(Verdict::Fail(Grounds::new().with(KEY, "false")))
}
