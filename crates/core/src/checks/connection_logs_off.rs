//! Nobody writes down who connected, and how TLS went.

use crate::analysis::logs::{self, Log};
use crate::check::{Check, Context, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict};
use crate::fixtures::sample;
use crate::inventory::{Kind, Listener, MutualTlsMode};
use crate::vocab::call::Call;

const KEY: &str = "connection_logs.s3.enabled";

/// See [`Check`].
pub(super) const CHECK: Check = Check {
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
    false_alarms: "",
    fix: "set connection_logs.s3.enabled to true with a bucket, or deliver the logs through \
          CloudWatch Logs",
    remedy: Remedy {
        console: "EC2, Load Balancers, the load balancer, Attributes, Edit: turn on Connection logs \
                  and name a bucket.",
        cli: "aws elbv2 modify-load-balancer-attributes --load-balancer-arn LOAD_BALANCER_ARN \
              --attributes Key=connection_logs.s3.enabled,Value=true \
              Key=connection_logs.s3.bucket,Value=BUCKET",
        terraform: "resource \"aws_lb\" \"web\" {\n  connection_logs {\n    bucket  = \
                    aws_s3_bucket.logs.id\n    enabled = true\n  }\n}",
        cloudformation: "Type: AWS::ElasticLoadBalancingV2::LoadBalancer\nProperties:\n  \
                         LoadBalancerAttributes:\n    - Key: connection_logs.s3.enabled\n      Value: \
                         \"true\"\n    - Key: connection_logs.s3.bucket\n      Value: !Ref LogBucket",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html",
    ],
    needs: &[Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries],
    examples: &[
        Example {
            title: "off, and nothing delivered",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &[
                "fail connection-logs-off web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "delivered through CloudWatch Logs",
            given: || {
                let mut inventory = sample::vended(&Kind::Application, "ALB_CONNECTION_LOGS", true);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::set(lb, &[(KEY, "false"), ("access_logs.s3.enabled", "true")]);
                inventory
            },
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
        Example {
            title: "to a bucket",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    let Some(evidence) = logs::absence(context.site, Log::Connection)? else {
        return Ok(Verdict::Pass);
    };
    let listeners = context.lb.listeners.get().into_iter().flatten();
    let mutual = listeners.filter(|own| asks_for_certificates(own)).map(Listener::label);
    let mutual: Vec<String> = mutual.collect();
    if mutual.is_empty() {
        return Ok(Verdict::Fail(evidence));
    }
    Ok(Verdict::Fail(evidence.with("listeners_with_mutual_tls", mutual)))
}

fn asks_for_certificates(listener: &Listener) -> bool {
    let mode = listener.mutual_authentication.as_ref().and_then(|mutual| mutual.mode.as_ref());
    mode.is_some_and(|mode| *mode != MutualTlsMode::Off)
}
