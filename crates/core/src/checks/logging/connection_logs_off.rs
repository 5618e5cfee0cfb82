//! Nobody writes down who connected, and how TLS went.

use crate::analysis::logs::{self, Kept, Log};
use crate::checks::prelude::*;

const KEY: &str = "connection_logs.s3.enabled";

pub(crate) const CHECK: Check = Check {
    id: "connection-logs-off",
    aliases: &["connection-logs-disabled"],
    title: "no connection logs",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "A handshake that fails reaches no access log. Which clients still speak an old TLS \
          version, and whose client certificate was refused and why, stands in the connection log \
          alone.",
    logic: "Passes when the attribute `connection_logs.s3.enabled` is `true`, or when CloudWatch \
            Logs delivers a source of type ALB_CONNECTION_LOGS of this load balancer. A source \
            without delivery does not count. With the attribute off and deliveries unread it is \
            unknown.",
    fix: "set connection_logs.s3.enabled to true with a bucket, or deliver the logs through \
          CloudWatch Logs",
    remedy: Remedy::attribute(KEY, "true").and("connection_logs.s3.bucket", "LOG_BUCKET"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html",
    ],
    needs: &[Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries],
    examples: &[
        Example {
            title: "off, and nothing delivered",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail connection-logs-off web"],
        },
        Example {
            title: "delivered through CloudWatch Logs",
            given: || {
                let mut inventory = sample::vended(&Kind::Application, "ALB_CONNECTION_LOGS", true);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::set(lb, &[(KEY, "false"), ("access_logs.s3.enabled", "true")]);
                inventory
            },
            finds: &[],
        },
        Example { title: "to a bucket", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let grounds = match logs::kept(context.site, Log::Connection)? {
        Kept::Somewhere(seen) => return Ok(Verdict::Pass(seen.into())),
        Kept::Nowhere(seen) => Grounds::from(seen),
    };
    let listeners = context.lb.listeners.get().into_iter().flatten();
    let mutual = listeners.filter(|own| asks_for_certificates(own)).map(Listener::label);
    let mutual: Vec<String> = mutual.collect();
    if mutual.is_empty() {
        return Ok(Verdict::Fail(grounds));
    }
    Ok(Verdict::Fail(grounds.with("listeners_with_mutual_tls", mutual)))
}

fn asks_for_certificates(listener: &Listener) -> bool {
    let mode = listener.mutual_authentication.as_ref().and_then(|mutual| mutual.mode.as_ref());
    mode.is_some_and(|mode| *mode != MutualTlsMode::Off)
}
