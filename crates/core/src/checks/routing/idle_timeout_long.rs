//! Idle connections are kept for long.

use crate::checks::prelude::*;

const IDLE: &str = "idle_timeout.timeout_seconds";
const KEEP_ALIVE: &str = "client_keep_alive.seconds";

pub(crate) const CHECK: Check = Check {
    id: "idle-timeout-long",
    aliases: &["client-keepalive-long"],
    title: "idle connections are kept for long",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "A client that says nothing holds a connection all that time, and thousands of them cost it \
          little. A long keep-alive also keeps clients on a load balancer that traffic was meant to \
          leave.",
    logic: "Notes when `idle_timeout.timeout_seconds`, 60 by default, or for an Application load \
            balancer `client_keep_alive.seconds`, 3,600 by default, is above 3,600 seconds, an \
            hour, unless the policy says otherwise. Another value than a number is unknown. Never a \
            fault.",
    false_alarms: "Long polling, WebSocket and slow reports need a long idle timeout.",
    fix: "set the timeouts to what the application needs",
    remedy: Remedy::attribute(IDLE, "60").and(KEEP_ALIVE, "3600"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-timeout.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "a keep-alive of a day",
            given: || {
                sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEEP_ALIVE, "86400")]))
            },
            finds: &["note idle-timeout-long web"],
        },
        Example {
            title: "an idle timeout of over an hour",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(IDLE, "4000")])),
            finds: &["note idle-timeout-long web"],
        },
        Example {
            title: "a timeout that is no number",
            given: || sample::with(&Kind::Classic, |lb| sample::set(lb, &[(IDLE, "long")])),
            finds: &["unknown idle-timeout-long web"],
        },
        Example { title: "a minute", given: || sample::clean(&Kind::Classic), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let (lb, most) = (context.lb, context.thresholds.idle_seconds);
    let application = lb.kind == Kind::Application;
    let timeouts = [(IDLE, "60"), (KEEP_ALIVE, "3600")].into_iter();
    let (mut grounds, mut gap, mut seen) = (Grounds::new(), None, Grounds::new());
    for (key, default) in timeouts.take(if application { 2 } else { 1 }) {
        let value = lb.attribute(key, default)?;
        match value.parse::<u64>() {
            Ok(seconds) if seconds > most => grounds = grounds.with(key, seconds),
            Ok(seconds) => seen = seen.with(key, seconds),
            Err(_) => gap = Some(lb.unknown_attribute(key, &value)),
        }
    }
    match gap {
        _ if !grounds.evidence.0.is_empty() => {
            Ok(Verdict::Note(grounds.with("most_seconds", most)))
        }
        Some(gap) => Err(gap),
        None => Ok(Verdict::Pass(seen.with("most_seconds", most))),
    }
}
