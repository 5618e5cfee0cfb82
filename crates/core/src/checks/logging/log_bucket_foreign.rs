//! Logs are written to somebody else's bucket.

use crate::analysis::logs::{self, Answer};
use crate::checks::prelude::*;
use crate::inventory::{BucketState, LogBucket};
use crate::remedy::plan::{self, Plan};
use crate::vocab::glob;

pub(crate) const CHECK: Check = Check {
    id: "log-bucket-foreign",
    title: "logs go to another account's bucket",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whoever owns the bucket reads every address, path and query. It happens without anybody's \
          intent: someone deletes a bucket, and a stranger makes one of the same name.",
    logic: "Looks at the buckets of access, connection and health-check logs that the load balancer \
            itself writes. One of another account is a note: AWS's own landing zone keeps the logs of all \
            accounts in one. It fails when it is known to be public, when the policy has a list of log \
            buckets and this one is not on it, or when its name tells that it is in the namespace of an \
            account (`…-ACCOUNT-REGION-an`) that is none of the policy's trusted ones. S3 does not tell whose \
            any other is, nor whether it is public; an account of the same scan that logs to it as its own does. Passes for a bucket that the list allows, and for one in a \
            trusted account's namespace. Unknown while S3 could not be asked. Does not apply where nothing is \
            written to a bucket. The examples are judged with a list that allows `example-*`.",
    false_alarms: "None, and that has a price: without a list of log buckets in the policy, a bucket that a \
                   stranger made under a name that was given up is no more than a note, as is one whose \
                   owner lets everyone read it. The list makes the difference.",
    fix: "write the logs to a bucket of this account, or say in the policy that this one is meant",
    remedy: Remedy::attribute("access_logs.s3.enabled", "true")
        .and("access_logs.s3.bucket", "LOG_BUCKET")
        .console(
            "EC2, Load Balancers, the load balancer, Attributes, Edit: under Access logs choose a \
             bucket of this account.",
        )
        .planned(Plan::By(plan::other_bucket)),
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
            title: "a public bucket of another account",
            given: || {
                sample::logging_to(&Kind::Application, "somebodys-logs", |bucket| {
                    make_foreign(bucket);
                    bucket.policy_is_public = Fact::Known(true);
                    bucket.public_access_blocked = Fact::Known(false);
                })
            },
            finds: &["fail log-bucket-foreign web", "fail access-logs-bucket-unapproved web"],
        },
        Example {
            title: "a bucket that S3 did not tell about",
            given: || {
                sample::logging_to(&Kind::Network, "somebodys-logs", |bucket| {
                    bucket.state = Fact::Unread(sample::denied(Call::S3HeadBucket));
                })
            },
            finds: &[
                "fail access-logs-bucket-unapproved web",
                "unknown log-bucket-foreign web",
                "unknown log-bucket-missing web",
                "unknown log-bucket-public web",
                "unknown log-delivery-stopped web",
            ],
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
    sample::logging_to(&Kind::Network, name, make_foreign)
}

/// Of others' buckets no more is asked than whether they are there.
fn make_foreign(bucket: &mut LogBucket) {
    bucket.state = Fact::Known(BucketState::Foreign { region: Some(sample::REGION.to_owned()) });
    let unasked = |call| Fact::Unread(Gap::new(call, Reason::NotCollected));
    bucket.policy_is_public = unasked(Call::S3GetBucketPolicyStatus);
    bucket.public_access_blocked = unasked(Call::S3GetPublicAccessBlock);
}

/// What is known against a bucket of another account.
enum Against {
    /// It is allowed, or a trusted account's.
    Nothing,
    /// Only that it is another account's.
    Owner,
    /// This, which makes it a fault.
    Fault(&'static str),
}

fn against(context: &Context, name: &str, bucket: &LogBucket) -> Result<Against, Gap> {
    let intent = context.intent;
    let is_listed = intent.log_buckets.iter().any(|pattern| glob::matches(pattern, name));
    match &bucket.state {
        Fact::Known(BucketState::Foreign { .. }) => {}
        Fact::Unread(gap) if !is_listed || is_public(bucket) != Ok(false) => {
            return Err(gap.clone());
        }
        _ => return Ok(Against::Nothing),
    }
    let told = logs::owner(context.site, name);
    if is_public(bucket)? || told.is_some_and(|(_, own)| is_public(own) == Ok(true)) {
        return Ok(Against::Fault("owned by another account, and public"));
    }
    if is_listed {
        return Ok(Against::Nothing);
    }
    let trusted = &intent.trusted_accounts;
    let owner = told.map(|(owner, _)| owner).or_else(|| namespace(name));
    let owner = owner.filter(|_| !trusted.is_empty());
    Ok(match owner.map(|owner| trusted.iter().any(|account| account == owner)) {
        Some(true) => Against::Nothing,
        Some(false) => Against::Fault("owned by an account that is not a trusted one"),
        None if intent.log_buckets.is_empty() => Against::Owner,
        None => Against::Fault("owned by another account, and not on the list of log buckets"),
    })
}

/// Whether another account's bucket is known to be public; that is not asked of S3, which tells its owner.
fn is_public(bucket: &LogBucket) -> Result<bool, Gap> {
    let told = |fact: &Fact<bool>| match fact {
        Fact::Unread(gap) if gap.reason == Reason::NotCollected => Ok(None),
        fact => fact.get().map(|value| Some(*value)),
    };
    let public = told(&bucket.policy_is_public)? == Some(true);
    Ok(public && told(&bucket.public_access_blocked)? == Some(false))
}

/// The account in whose regional namespace a bucket is: nobody else can make one of such a name.
///
/// Source: Amazon S3 user guide, "Namespaces for general purpose buckets".
fn namespace(name: &str) -> Option<&str> {
    let before = name.strip_suffix("-an")?;
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // `eu-west-1`, or `us-gov-west-1`.
    let parts: Vec<&str> = before.rsplitn(6, '-').take(5).collect();
    let number = |part: &&&str| part.len() == 12 && is_number(part);
    let account = parts.iter().skip(3).find(number)?;
    parts.first().is_some_and(|part| is_number(part)).then_some(*account)
}

fn judge(context: &Context) -> Judgement {
    let faults = logs::ask_buckets(context.site, |name, bucket| {
        Ok(match against(context, name, bucket)? {
            Against::Fault(reason) => Answer::Wrong(reason.to_owned()),
            Against::Owner | Against::Nothing => Answer::Fine,
        })
    })?;
    let Some(faults) = faults else { return Ok(Verdict::NotApplicable) };
    if !faults.wrong.is_empty() {
        return Ok(Verdict::Fail(Grounds::new().with("buckets", faults.reasons())));
    }
    let others = faults.fine.iter().filter(|name| {
        let bucket = logs::facts(context.site, name);
        matches!(bucket.and_then(|bucket| against(context, name, bucket)), Ok(Against::Owner))
    });
    let others: Vec<String> =
        others.map(|name| format!("{name}: owned by another account")).collect();
    if others.is_empty() {
        return Ok(Verdict::Pass(Grounds::new().with("buckets", faults.fine)));
    }
    let evidence = Grounds::new().with("buckets", others);
    let trusted = context.intent.trusted_accounts.clone();
    Ok(Verdict::Note(match &trusted[..] {
        [] => evidence,
        _ => evidence.with("trusted_accounts", trusted),
    }))
}
