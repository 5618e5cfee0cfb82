//! Logs are written to a bucket that is not there.

use crate::analysis::logs::{self, Answer};
use crate::checks::prelude::*;
use crate::inventory::{BucketState, LogBucket};

pub(crate) const CHECK: Check = Check {
    id: "log-bucket-missing",
    title: "the bucket for the logs is missing",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Logging is on and every log is lost. Worse, a name that nobody has is free: whoever makes \
          a bucket of it gets the logs, in another account.",
    logic: "Looks at the buckets of access, connection and health-check logs that the load balancer \
            itself writes. Fails when S3 knows no bucket of the name, or it lives in another region \
            than the load balancer, where Elastic Load Balancing does not write. Unknown while S3 \
            could not be asked. Does not apply where nothing is written to a bucket.",
    fix: "make the bucket, in the load balancer's region and with a policy for log delivery, or name \
          another one",
    remedy: Remedy::steps(Steps {
        console: "S3, Create bucket, in the load balancer's region, with the policy that the log \
                  delivery needs; or EC2, Load Balancers, the load balancer, Attributes, Edit: \
                  choose another bucket.",
        cli: r"
            aws s3api create-bucket --bucket BUCKET --region REGION \
              --create-bucket-configuration LocationConstraint=REGION",
        terraform: r#"
            resource "aws_s3_bucket" "logs" {
              bucket = "BUCKET"
            }

            resource "aws_lb" "web" {
              access_logs {
                bucket  = aws_s3_bucket.logs.id
                enabled = true
              }
            }"#,
        cloudformation: r"
            LogBucket:
              Type: AWS::S3::Bucket
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                LoadBalancerAttributes:
                  - Key: access_logs.s3.bucket
                    Value: !Ref LogBucket",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/enable-access-logs.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerAttributes, Call::S3HeadBucket],
    examples: &[
        Example {
            title: "no bucket of the name",
            given: || {
                sample::with_bucket(&Kind::Application, |bucket| {
                    bucket.state = Fact::Known(BucketState::Missing);
                })
            },
            finds: &["fail log-bucket-missing web"],
        },
        Example {
            title: "in another region",
            given: || in_region(Some("us-east-1")),
            finds: &["fail log-bucket-missing web"],
        },
        Example {
            title: "S3 does not say where",
            given: || in_region(None),
            finds: &["unknown log-bucket-missing web"],
        },
        Example {
            title: "S3 could not be asked",
            given: || {
                sample::with_bucket(&Kind::Network, |bucket| {
                    bucket.state = Fact::Unread(sample::denied(Call::S3HeadBucket));
                })
            },
            finds: &[
                "unknown log-bucket-missing web",
                "unknown log-bucket-public web",
                "unknown log-delivery-stopped web",
            ],
        },
        Example { title: "there", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn in_region(region: Option<&str>) -> crate::inventory::Inventory {
    sample::with_bucket(&Kind::Classic, |bucket| {
        bucket.state = Fact::Known(BucketState::Own { region: region.map(str::to_owned) });
    })
}

fn judge(context: &Context) -> Judgement {
    let own = context.region.name.as_str();
    let ask = |name: &str, bucket: &LogBucket| match bucket.state.get()? {
        BucketState::Missing => Ok(Answer::Wrong("missing".to_owned())),
        BucketState::Own { region } | BucketState::Foreign { region } => match region.as_deref() {
            None => Err(Gap::new(Call::S3HeadBucket, Reason::Malformed)
                .of(name)
                .saying("a bucket without region")),
            Some(region) if region == own => Ok(Answer::Fine),
            Some(other) => Ok(Answer::Wrong(format!("in {other}"))),
        },
    };
    let Some(wrong) = logs::wrong_buckets(context.site, ask)? else {
        return Ok(Verdict::NotApplicable);
    };
    if wrong.is_empty() {
        return Ok(Verdict::Pass(Grounds::new()));
    }
    Ok(Verdict::Fail(Grounds::new().with("buckets", wrong).with("load_balancer_region", own)))
}
