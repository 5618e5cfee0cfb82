//! Logs are written to somebody else's bucket.

use crate::analysis::logs::{self, Answer};
use crate::checks::prelude::*;
use crate::inventory::{BucketState, LogBucket};
use crate::vocab::glob;

pub(crate) const CHECK: Check = Check {
    id: "log-bucket-foreign",
    title: "logs go to another account's bucket",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whoever owns the bucket reads every address, path and query. It happens without anybody's \
          intent: someone deletes a bucket, and a stranger makes one of the same name.",
    logic: "Looks at the buckets of access, connection and health-check logs that the load balancer \
            itself writes. Fails when one belongs to another account. S3 does not tell which: with \
            trusted accounts in the policy it is a note, since the bucket may be one of theirs. \
            Passes for a bucket that the policy's list of log buckets allows. Unknown while S3 \
            could not be asked. Does not apply where nothing is written to a bucket.",
    false_alarms: "An account of the organization that keeps the logs of all others is what AWS \
                   recommends: name its bucket in the policy's list of log buckets, or the account \
                   among the trusted ones.",
    fix: "write the logs to a bucket of this account, or say in the policy that this one is meant",
    remedy: Remedy::attribute("access_logs.s3.enabled", "true")
        .and("access_logs.s3.bucket", "LOG_BUCKET")
        .console(
            "EC2, Load Balancers, the load balancer, Attributes, Edit: under Access logs choose a \
             bucket of this account.",
        ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerAttributes, Call::S3HeadBucket],
    examples: &[
        Example {
            title: "a bucket of another account",
            given: || foreign("somebodys-logs"),
            finds: &["fail log-bucket-foreign web", "fail access-logs-bucket-unapproved web"],
        },
        Example {
            title: "a bucket of another account that the policy names",
            given: || foreign(sample::LOG_BUCKET),
            finds: &[],
        },
        Example {
            title: "a bucket of this account",
            given: || sample::clean(&Kind::Classic),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn foreign(name: &str) -> Inventory {
    sample::logging_to(&Kind::Network, name, |bucket| {
        let region = Some(sample::REGION.to_owned());
        bucket.state = Fact::Known(BucketState::Foreign { region });
    })
}

fn judge(context: &Context) -> Judgement {
    let intent = context.intent;
    let ask = |name: &str, bucket: &LogBucket| {
        let meant = intent.log_buckets.iter().any(|pattern| glob::matches(pattern, name));
        if !meant && matches!(bucket.state.get()?, BucketState::Foreign { .. }) {
            return Ok(Answer::Wrong("owned by another account".to_owned()));
        }
        Ok(Answer::Fine)
    };
    let Some(asked) = logs::ask_buckets(context.site, ask)? else {
        return Ok(Verdict::NotApplicable);
    };
    let evidence = Grounds::new().with("buckets", asked.reasons());
    match (asked.wrong.is_empty(), intent.trusted_accounts.is_empty()) {
        (true, _) => Ok(Verdict::Pass(Grounds::new().with("buckets", asked.fine))),
        (false, true) => Ok(Verdict::Fail(evidence)),
        (false, false) => {
            let trusted = intent.trusted_accounts.clone();
            Ok(Verdict::Note(evidence.with("trusted_accounts", trusted)))
        }
    }
}
