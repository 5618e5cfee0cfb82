//! Logs go to a bucket that nobody has approved.

use crate::analysis::logs;
use crate::checks::prelude::*;
use crate::checks::shared::seen;
use crate::remedy::plan::{self, Plan};
use crate::vocab::glob;

pub(crate) const CHECK: Check = Check {
    id: "access-logs-bucket-unapproved",
    title: "logs go to a bucket that is not on the list",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Logs hold addresses, paths, and sometimes tokens in queries. A bucket outside the list may \
          be read by others, keep them too long, or be deleted with a project.",
    logic: "Looks at the buckets of access, connection and health-check logs that the load balancer \
            itself writes. Fails when one matches no name or pattern of `log-buckets` in \
            `[intent]`. Does not apply without such a list, and where nothing is written to a bucket. \
            What CloudWatch Logs delivers is not looked at. The examples are judged with a list \
            that allows `example-*`.",
    fix: "let the logs go to a bucket of the list, or put the bucket on it",
    remedy: Remedy::attribute("access_logs.s3.enabled", "true")
        .and("access_logs.s3.bucket", "LOG_BUCKET")
        .console(
            "EC2, Load Balancers, the load balancer, Attributes, Edit: under Access logs choose an \
             approved bucket.",
        )
        .planned(Plan::By(plan::other_bucket)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/elb-logging-enabled.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "a bucket that is not on the list",
            given: || sample::logging_to(&Kind::Application, "somebodys-logs", |_| {}),
            finds: &["fail access-logs-bucket-unapproved web"],
        },
        Example {
            title: "the same of a Classic load balancer",
            given: || sample::logging_to(&Kind::Classic, "somebodys-logs", |_| {}),
            finds: &["fail access-logs-bucket-unapproved web"],
        },
        Example {
            title: "a bucket that is on the list",
            given: || sample::clean(&Kind::Network),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let allowed = &context.intent.log_buckets;
    if allowed.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let buckets = logs::buckets(context.lb)?;
    if buckets.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let fine = |bucket: &str| allowed.iter().any(|pattern| glob::matches(pattern, bucket));
    let mut grounds = Grounds::new();
    for (bucket, key) in buckets.iter().filter(|(bucket, _)| !fine(bucket)) {
        grounds = grounds.with(key, bucket.as_str());
    }
    if grounds.evidence.0.is_empty() {
        for (bucket, key) in &buckets {
            grounds = grounds.with(key, bucket.as_str());
        }
        return Ok(Verdict::Pass(grounds.with("approved", seen::few(allowed))));
    }
    Ok(Verdict::Fail(grounds.with("approved", allowed.clone())))
}
