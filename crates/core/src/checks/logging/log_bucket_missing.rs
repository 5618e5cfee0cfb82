//! Logs are written to a bucket that is not there.

use crate::analysis::logs::{self, Answer};
use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::inventory::{BucketState, LogBucket};
use crate::remedy::plan::{self, Plan};

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
    fix: "create the bucket, in the load balancer's region and with a policy for log delivery, or \
          name another one",
    remedy: Remedy::steps(Steps {
        console: "S3, Create bucket, in the load balancer's region, with the policy that the log \
                  delivery needs; or EC2, Load Balancers, the load balancer, Attributes, Edit: \
                  choose another bucket.",
        cli: r#"
            # in us-east-1 without --create-bucket-configuration
            aws s3api create-bucket --bucket MISSING_BUCKET --region REGION \
              --create-bucket-configuration LocationConstraint=REGION
            aws s3api put-public-access-block --bucket MISSING_BUCKET \
              --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
            aws s3api put-bucket-policy --bucket MISSING_BUCKET --policy '{
              "Version": "2012-10-17",
              "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:PARTITION:s3:::MISSING_BUCKET/*",
                "Condition": {"ArnLike": {
                  "aws:SourceArn": "arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT_ID:loadbalancer/*"
                }}
              }, {
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": ["s3:GetBucketAcl", "s3:PutObject"],
                "Resource": ["arn:PARTITION:s3:::MISSING_BUCKET", "arn:PARTITION:s3:::MISSING_BUCKET/*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
              }]
            }'

            # a bucket in the region of the load balancer instead, whose policy lets the logs in
            aws elbv2 modify-load-balancer-attributes --load-balancer-arn LOAD_BALANCER_ARN \
              --attributes Key=LOG_ATTRIBUTE,Value=LOG_BUCKET

            # another LOG_ATTRIBUTE: a bucket in the region of the load balancer, whose policy lets the logs in
            aws elb modify-load-balancer-attributes --load-balancer-name CLASSIC_NAME \
              --load-balancer-attributes '{"AccessLog":{"Enabled":true,"S3BucketName":"LOG_BUCKET"}}'"#,
        terraform: r#"
            resource "aws_s3_bucket" "logs" {
              bucket = "example-logs"
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
    })
    .planned(Plan::By(plan::other_bucket)),
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
    let Some(asked) = logs::ask_buckets(context.site, ask)? else {
        return Ok(Verdict::NotApplicable);
    };
    if asked.wrong.is_empty() {
        let evidence = Grounds::new().with("buckets", asked.fine);
        return Ok(Verdict::Pass(evidence.with("load_balancer_region", own)));
    }
    let grounds = Grounds::new().with("buckets", asked.reasons()).with("load_balancer_region", own);
    let (missing, elsewhere): (Vec<String>, Vec<String>) =
        asked.wrong_names().into_iter().partition(|name| is_missing(context, name));
    let grounds = match (&missing[..], &elsewhere[..]) {
        ([name], []) => grounds.cause(causes_network::create_bucket(name)),
        _ => grounds,
    };
    let attributes = elsewhere.iter().map(|name| logs::attributes(context.lb, name));
    let attributes: Vec<String> = attributes.collect::<Result<Vec<_>, _>>()?.concat();
    let all = [("MISSING_BUCKET", missing), ("LOG_ATTRIBUTE", attributes)];
    let named = all.into_iter().filter(|(_, values)| !values.is_empty());
    Ok(Verdict::Fail(named.fold(grounds, |grounds, (name, values)| grounds.bind(name, values))))
}

fn is_missing(context: &Context, bucket: &str) -> bool {
    let facts = logs::facts(context.site, bucket);
    facts.is_ok_and(|facts| facts.state == Fact::Known(BucketState::Missing))
}
