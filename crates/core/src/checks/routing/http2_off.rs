//! HTTP/2 is off.

use crate::checks::prelude::*;

const KEY: &str = "routing.http2.enabled";
const DROP: &str = "routing.http.drop_invalid_header_fields.enabled";

pub(crate) const CHECK: Check = Check {
    id: "http2-off",
    aliases: &["http2-disabled"],
    title: "HTTP/2 is off",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "HTTP/2 says exactly where a request ends. With HTTP/1.1 alone every client speaks the \
          version in which headers can be read in two ways, and pages load more slowly.",
    logic: "Looks at load balancers with an HTTPS listener. Notes when the attribute \
            `routing.http2.enabled` is `false`; it is `true` by default. Never a fault.",
    false_alarms: "Some clients, and some gRPC or WebSocket set-ups of old, need it off.",
    fix: "set routing.http2.enabled to true",
    remedy: Remedy::attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes",
    ],
    examples: &[
        Example {
            title: "off",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["note http2-off web"],
        },
        Example {
            title: "off, and nothing that could speak it",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::set(lb, &[(KEY, "false")]);
                    drop(sample::listeners(lb).remove(0));
                })
            },
            finds: &[
                "does not apply",
                "fail redirect-port-unserved HTTP:80",
                "fail security-group-unused-port web",
            ],
        },
        Example { title: "on", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if !lb.serves_any(&[Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    match lb.attribute(KEY, "true")?.as_str() {
        "true" => Ok(Verdict::Pass(Grounds::new())),
        "false" => {
            let evidence = Grounds::new().with(KEY, "false");
            Ok(Verdict::Note(evidence.with(DROP, lb.attribute(DROP, "false")?)))
        }
        other => Err(lb.unknown_attribute(KEY, other)),
    }
}
