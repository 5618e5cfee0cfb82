//! Requests that two servers may read differently are let through.

use crate::checks::prelude::*;

const KEY: &str = "routing.http.desync_mitigation_mode";
const CLASSIC_KEY: &str = "elb.http.desyncmitigationmode";

pub(crate) const CHECK: Check = Check {
    id: "desync-monitor",
    aliases: &["alb-desync-mode", "clb-desync-mode"],
    title: "request smuggling is only watched, not stopped",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "The load balancer and the target can disagree where a request ends. What one of them \
          takes for a body the other takes for the next request: an attacker slips requests past \
          the load balancer's rules and reads the answers of others.",
    logic: "Fails when the desync mitigation mode is `monitor`; passes in `defensive`, which is \
            the default, and `strictest`. Any other value is unknown. Does not apply to a Classic \
            load balancer without HTTP or HTTPS listener.",
    false_alarms: "Old clients that send odd requests may be why someone chose it; the metric \
                   DesyncMitigationMode_NonCompliant_Request_Count tells whether there are any.",
    fix: "set the desync mitigation mode to defensive or strictest",
    remedy: Remedy::attribute(KEY, "defensive").console(
        "EC2, Load Balancers, the load balancer, Attributes, Edit: set the desync mitigation mode \
         to Defensive or Strictest.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#desync-mitigation-mode",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-desync-mitigation-mode.html",
    ],
    needs: &[Call::ElbV2DescribeLoadBalancerAttributes, Call::ElbDescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "watched on an Application load balancer",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "monitor")])),
            finds: &["fail desync-monitor web"],
        },
        Example {
            title: "watched on a Classic load balancer",
            given: || {
                sample::with(&Kind::Classic, |lb| sample::set(lb, &[(CLASSIC_KEY, "monitor")]))
            },
            finds: &["fail desync-monitor web"],
        },
        Example {
            title: "a Classic load balancer without HTTP",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    sample::set(lb, &[(CLASSIC_KEY, "monitor")]);
                    *sample::listeners(lb) = vec![sample::classic_listener("SSL", 443)];
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "relaxed")])),
            finds: &["unknown desync-monitor web"],
        },
        Example { title: "defensive", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let key = if lb.kind == Kind::Classic { CLASSIC_KEY } else { KEY };
    if lb.kind == Kind::Classic && !lb.serves_any(&[Protocol::Http, Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    match lb.attribute(key, "defensive")?.as_str() {
        "monitor" => Ok(Verdict::Fail(Grounds::new().with(key, "monitor"))),
        mode @ ("defensive" | "strictest") => Ok(Verdict::Pass(Grounds::new().with(key, mode))),
        other => Err(lb.unknown_attribute(key, other)),
    }
}
