//! Invalid HTTP headers are passed on to targets.

use crate::checks::prelude::*;

const KEY: &str = "routing.http.drop_invalid_header_fields.enabled";
const MODE: &str = "routing.http.desync_mitigation_mode";

pub(crate) const CHECK: Check = Check {
    id: "invalid-headers-kept",
    aliases: &["alb-drop-invalid-headers"],
    title: "invalid headers are passed on",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Header names with odd characters are read differently by different servers. Attackers \
          use them to slip past filters and to smuggle requests.",
    logic: "Fails when the attribute `routing.http.drop_invalid_header_fields.enabled` is not \
            `true`, unless the desync mitigation mode is `strictest`, which refuses such requests.",
    false_alarms: "An application that needs header names with underscores loses them when this \
                   is on.",
    fix: "set routing.http.drop_invalid_header_fields.enabled to true",
    remedy: Remedy::attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    ],
    needs: &[Call::ElbV2DescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "kept",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail invalid-headers-kept web"],
        },
        Example {
            title: "kept, but the strictest mode refuses them",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::set(lb, &[(KEY, "false"), (MODE, "strictest")]);
                })
            },
            finds: &[],
        },
        Example { title: "dropped", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.switched_on(KEY)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "true")));
    }
    let mode = lb.attribute(MODE, "defensive")?;
    match mode.as_str() {
        "strictest" => Ok(Verdict::Pass(Grounds::new().with(KEY, "false").with(MODE, mode))),
        "defensive" | "monitor" => {
            Ok(Verdict::Fail(Grounds::new().with(KEY, "false").with(MODE, mode)))
        }
        other => Err(lb.unknown_attribute(MODE, other)),
    }
}
