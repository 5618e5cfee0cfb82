//! Responses say which load balancer gives them.

use crate::checks::prelude::*;

const KEY: &str = "routing.http.response.server.enabled";

pub(crate) const CHECK: Check = Check {
    id: "server-header-sent",
    aliases: &["server-header-exposed"],
    title: "responses carry the Server header",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "`Server: awselb/2.0` tells everyone who asks that this is an Application load balancer. It \
          saves an attacker a guess and serves nobody else.",
    logic: "Notes when the listener attribute `routing.http.response.server.enabled` is not \
            `false`; it is `true` by default. Never a fault.",
    fix: "set the listener attribute routing.http.response.server.enabled to false",
    remedy: Remedy::listener_attribute(KEY, "false").console(
        "EC2, Load Balancers, the load balancer, the listener, Attributes, Edit: turn off \"ALB \
         server response header\".",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    ],
    needs: &[Call::ElbV2DescribeListenerAttributes],
    examples: &[
        Example {
            title: "sent",
            given: || sample::https_with(&[(KEY, "true")]),
            finds: &["note server-header-sent HTTPS:443"],
        },
        Example {
            title: "a value that this version does not know",
            given: || sample::https_with(&[(KEY, "partly")]),
            finds: &["unknown server-header-sent HTTPS:443"],
        },
        Example { title: "kept back", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    match listener.attributes.get()?.get(KEY).map_or("true", String::as_str) {
        "false" => Ok(Verdict::Pass(Grounds::new().with(KEY, "false"))),
        "true" => Ok(Verdict::Note(Grounds::new().with(KEY, "true"))),
        other => Err(Gap::new(Call::ElbV2DescribeListenerAttributes, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("{KEY}={other}"))),
    }
}
