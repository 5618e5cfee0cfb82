//! Requests go around the web ACL when AWS WAF does not answer.

use crate::analysis::waf;
use crate::checks::prelude::*;

const KEY: &str = "waf.fail_open.enabled";

pub(crate) const CHECK: Check = Check {
    id: "waf-fail-open",
    title: "requests pass when AWS WAF does not answer",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "When the load balancer cannot reach AWS WAF, or gets no answer in time, it sends the \
          request to its targets unfiltered. An attacker only has to wait, or to help.",
    logic: "Fails when an internet-facing Application load balancer has a web ACL and its \
            attribute `waf.fail_open.enabled` is `true`. Does not apply without web ACL.",
    false_alarms: "Where being reachable matters more than being filtered it is meant.",
    fix: "set waf.fail_open.enabled to false",
    remedy: Remedy::attribute(KEY, "false"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes",
    ],
    needs: waf::ASSOCIATION,
    examples: &[
        Example {
            title: "open",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "true")])),
            finds: &["fail waf-fail-open web"],
        },
        Example {
            title: "open, but nothing that could fail",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::set(lb, &[(KEY, "true")]);
                    lb.web_acl = Fact::Known(None);
                })
            },
            finds: &["does not apply", "fail waf-not-associated web"],
        },
        Example {
            title: "open, web ACL unread",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::set(lb, &[(KEY, "true")]);
                    lb.web_acl = Fact::Unread(sample::denied(Call::Wafv2GetWebAclForResource));
                })
            },
            finds: &["unknown waf-fail-open web", "unknown 12 others: wafv2:GetWebACLForResource"],
        },
        Example { title: "closed", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    if waf::arn(context.site)?.is_none() {
        return Ok(Verdict::NotApplicable);
    }
    Ok(if context.lb.switched_on(KEY)? {
        Verdict::Fail(Grounds::new().with(KEY, "true"))
    } else {
        Verdict::Pass(Grounds::new().with(KEY, "false"))
    })
}
