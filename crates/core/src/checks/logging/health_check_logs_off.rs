//! Nobody writes down how health checks went.

use crate::analysis::logs::{self, Kept, Log};
use crate::checks::prelude::*;

const KEY: &str = "health_check_logs.s3.enabled";

pub(crate) const CHECK: Check = Check {
    id: "health-check-logs-off",
    aliases: &["health-check-logs"],
    title: "no health-check logs",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "When targets came and went, and for what reason, can be told afterwards from these logs \
          alone: the API only knows how things are now.",
    logic: "Passes when the attribute `health_check_logs.s3.enabled` is `true`, or when CloudWatch \
            Logs delivers a source of type ALB_HEALTH_CHECK_LOGS of this load balancer; otherwise \
            it notes that there are none. With the attribute off and deliveries unread it is \
            unknown. Never a fault.",
    fix: "set health_check_logs.s3.enabled to true with a bucket, or deliver the logs through \
          CloudWatch Logs",
    remedy: Remedy::attribute(KEY, "true").and("health_check_logs.s3.bucket", "LOG_BUCKET"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html",
    ],
    needs: &[Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries],
    examples: &[
        Example {
            title: "off, and nothing delivered",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["note health-check-logs-off web"],
        },
        Example {
            title: "delivered through CloudWatch Logs",
            given: || {
                let kind = Kind::Application;
                let mut inventory = sample::vended(&kind, "ALB_HEALTH_CHECK_LOGS", true);
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
    Ok(match logs::kept(context.site, Log::HealthCheck)? {
        Kept::Somewhere(seen) => Verdict::Pass(seen.into()),
        Kept::Nowhere(seen) => Verdict::Note(seen.into()),
    })
}
