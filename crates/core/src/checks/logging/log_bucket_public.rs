//! Everyone may get at the bucket with the logs.

use crate::analysis::logs::{self, Answer};
use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::inventory::{BucketState, LogBucket};
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "log-bucket-public",
    title: "the bucket with the logs is public",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Logs tell who comes when and asks for what; queries hold tokens and names. Whoever may \
          write there can bury the traces of an attack, too.",
    logic: "Looks at the buckets of access, connection and health-check logs that the load balancer \
            itself writes. Fails when S3 calls the policy of one public and not all four switches \
            of the bucket's own block on public access are on. Access control lists are not looked \
            at. Buckets of other accounts and missing ones have checks of their own. Does not \
            apply where nothing is written to a bucket of this account.",
    false_alarms: "A block on public access for the whole account holds for the bucket too and is not \
                   seen here. The policy says the wrong thing all the same.",
    fix: "turn on all four switches of the bucket's block on public access, and narrow its policy",
    remedy: Remedy::steps(Steps {
        console: "S3, the bucket, Permissions, Block public access, Edit: Block all public access.",
        cli: r#"
            aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text > policy.json
            # in policy.json, take out the statements that allow everyone: Principal "*"
            aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json
            aws s3api put-public-access-block --bucket BUCKET \
              --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"#,
        terraform: r#"
            resource "aws_s3_bucket_public_access_block" "logs" {
              bucket                  = aws_s3_bucket.logs.id
              block_public_acls       = true
              block_public_policy     = true
              ignore_public_acls      = true
              restrict_public_buckets = true
            }"#,
        cloudformation: r"
            LogBucket:
              Type: AWS::S3::Bucket
              Properties:
                PublicAccessBlockConfiguration:
                  BlockPublicAcls: true
                  BlockPublicPolicy: true
                  IgnorePublicAcls: true
                  RestrictPublicBuckets: true",
    })
    .planned(Plan::Never(Why::Elsewhere, "the block on public access and the policy are the bucket's, and others may depend on them")),
    links: &[
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ],
    needs: &[
        Call::ElbDescribeLoadBalancerAttributes,
        Call::S3HeadBucket,
        Call::S3GetBucketPolicyStatus,
        Call::S3GetPublicAccessBlock,
    ],
    examples: &[
        Example {
            title: "a public policy, nothing blocked",
            given: || {
                sample::with_bucket(&Kind::Application, |bucket| {
                    bucket.policy_is_public = Fact::Known(true);
                    bucket.public_access_blocked = Fact::Known(false);
                })
            },
            finds: &["fail log-bucket-public web"],
        },
        Example {
            title: "a public policy, public access blocked",
            given: || {
                sample::with_bucket(&Kind::Application, |bucket| {
                    bucket.policy_is_public = Fact::Known(true);
                })
            },
            finds: &[],
        },
        Example {
            title: "a private policy, nothing blocked",
            given: || {
                sample::with_bucket(&Kind::Classic, |bucket| {
                    bucket.public_access_blocked = Fact::Known(false);
                })
            },
            finds: &[],
        },
        Example {
            title: "a public policy, the block unread",
            given: || {
                sample::with_bucket(&Kind::Network, |bucket| {
                    let denied = sample::denied(Call::S3GetPublicAccessBlock);
                    bucket.policy_is_public = Fact::Known(true);
                    bucket.public_access_blocked = Fact::Unread(denied);
                })
            },
            finds: &["unknown log-bucket-public web"],
        },
        Example {
            title: "a bucket of another account",
            given: || {
                sample::with_bucket(&Kind::Network, |bucket| {
                    let denied = sample::denied(Call::S3GetBucketPolicyStatus);
                    let region = Some(sample::REGION.to_owned());
                    bucket.state = Fact::Known(BucketState::Foreign { region });
                    bucket.policy_is_public = Fact::Unread(denied);
                })
            },
            finds: &["does not apply", "unknown log-bucket-foreign web"],
        },
        Example { title: "private", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let ask = |_: &str, bucket: &LogBucket| {
        if !matches!(bucket.state.get()?, BucketState::Own { .. }) {
            return Ok(Answer::Beside);
        }
        let (public, blocked) = (&bucket.policy_is_public, &bucket.public_access_blocked);
        let safe = *public == Fact::Known(false) || *blocked == Fact::Known(true);
        if safe || !*public.get()? || *blocked.get()? {
            return Ok(Answer::Fine);
        }
        Ok(Answer::Wrong("public policy, public access not blocked".to_owned()))
    };
    let Some(asked) = logs::ask_buckets(context.site, ask)? else {
        return Ok(Verdict::NotApplicable);
    };
    if asked.wrong.is_empty() {
        return Ok(Verdict::Pass(Grounds::new().with("buckets", asked.fine)));
    }
    let grounds = Grounds::new().with("buckets", asked.reasons());
    let grounds = grounds.bind("BUCKET", asked.wrong_names());
    Ok(Verdict::Fail(match asked.only_wrong() {
        Some(name) => grounds.cause(causes_network::close_bucket(name)),
        None => grounds,
    }))
}
