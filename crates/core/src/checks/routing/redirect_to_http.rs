//! An HTTP listener redirects to HTTP.

use crate::analysis::routing;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;

pub(crate) const CHECK: Check = Check {
    id: "redirect-to-http",
    title: "redirects to HTTP",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "The redirect looks like the upgrade to HTTPS and is none: the client asks again in \
          cleartext, and an on-path attacker answers instead of the server.",
    logic: "Looks at HTTP listeners of Application load balancers. Fails when a rule that a \
            request can reach redirects to protocol `HTTP` or `#{protocol}`, which is also what an \
            absent protocol means. A redirect to HTTPS passes on any port.",
    false_alarms: "A redirect to another host that answers in cleartext alone, or one inside a private \
                   network, may be all there is.",
    fix: "set the protocol of the redirect to HTTPS and its port to that of the HTTPS listener",
    remedy: Remedy::redirect(&[("Protocol", "HTTPS"), ("Port", "HTTPS_PORT")]),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a redirect to another host keeps the protocol",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::listener("HTTP", 80, vec![sample::redirect(None, None)]),
                    ],
                )
            },
            finds: &["fail redirect-loop HTTP:80", "fail redirect-to-http HTTP:80"],
        },
        Example {
            title: "protocol spelled out as HTTP",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::listener(
                            "HTTP",
                            80,
                            vec![sample::redirect(Some("HTTP"), Some("8080"))],
                        ),
                    ],
                )
            },
            finds: &["fail redirect-port-unserved HTTP:80", "fail redirect-to-http HTTP:80"],
        },
        Example {
            title: "the redirect that AWS recommends",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
        Example {
            title: "a redirect to HTTP that no request reaches",
            given: || {
                let rule = |number, path, action| {
                    sample::rule(Some(number), vec![sample::path(&[path])], vec![action])
                };
                let rules = vec![
                    rule(1, "/app/*", sample::redirect_to_https()),
                    rule(2, "/app/old/*", sample::redirect(Some("HTTP"), Some("8080"))),
                ];
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
                            rules,
                        ),
                    ],
                )
            },
            finds: &["fail rule-shadowed HTTP:80"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Http])? {
        return Ok(Verdict::NotApplicable);
    }
    let judged = each_rule::judge_redirects(context, listener, |redirect| {
        let protocol = redirect.protocol.as_deref().unwrap_or("#{protocol}");
        let grounds = Grounds::new().with("redirect_protocol", protocol);
        let clear = routing::leads_to_cleartext(redirect, listener)?;
        Ok(if clear { Verdict::Fail(grounds) } else { Verdict::Pass(grounds) })
    })?;
    // A listener that redirects nothing sends nobody to HTTP.
    let none = || Verdict::Pass(Grounds::new().with("redirects", 0));
    Ok(if judged == Verdict::NotApplicable { none() } else { judged })
}
