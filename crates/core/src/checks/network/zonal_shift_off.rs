//! Traffic cannot be moved out of a zone that is in trouble.

use crate::checks::prelude::*;

const KEY: &str = "zonal_shift.config.enabled";

pub(crate) const CHECK: Check = Check {
    id: "zonal-shift-off",
    title: "zonal shift off",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "A zone can be sick without failing its health checks. With zonal shift, one command takes \
          it out of service; without it there is only deregistering targets by hand.",
    logic: "Fails when the attribute `zonal_shift.config.enabled` is `false`, its default. Does not \
            apply to a load balancer in one zone.",
    fix: "set zonal_shift.config.enabled to true, and see that the other zones can carry the load",
    remedy: Remedy::attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/zonal-shift.html",
    ],
    needs: &[Call::ElbV2DescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "off",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail zonal-shift-off web"],
        },
        Example {
            title: "off, on an Outpost",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.outposts = vec!["op-0e32example1".to_owned()];
                    sample::set(lb, &[(KEY, "false")]);
                })
            },
            finds: &["does not apply"],
        },
        Example { title: "on", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "one zone has nowhere to shift to",
            given: || {
                let mut inventory =
                    sample::scaling(&Kind::Network, |group| group.zones.truncate(1));
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.zones.truncate(1);
                sample::set(lb, &[(KEY, "false")]);
                inventory
            },
            finds: &["does not apply", "fail single-zone web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if context.lb.zones.len() == 1 {
        return Ok(Verdict::NotApplicable);
    }
    if context.lb.switched_on(KEY)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "true")));
    }
    Ok(Verdict::Fail(Grounds::new().with(KEY, "false")))
}
