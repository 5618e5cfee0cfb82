//! Requests come in, and no log of them does.

use crate::analysis::logs::{self, Log};
use crate::checks::prelude::*;
use crate::inventory::BucketState;

pub(crate) const CHECK: Check = Check {
    id: "log-delivery-stopped",
    title: "access logs have stopped coming",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Logging is on, so nobody looks. When a bucket policy or a key changes, delivery fails \
          without a word, and the gap is found on the day the logs are needed.",
    logic: "Looks at load balancers that write access logs to a bucket. Notes when the newest log \
            is more than a day old, or there is none, though the load balancer has had traffic in \
            the last 14 days. Passes with a log of the last day. Does not apply without traffic, \
            to a Network load balancer without TLS listener, or where the bucket is missing. Never \
            a fault.",
    false_alarms: "Traffic of last week and none since yesterday leaves no log of today. A Network \
                   load balancer logs TLS connections alone.",
    fix: "see whether the bucket's policy still lets Elastic Load Balancing write, and which \
          encryption it asks for",
    remedy: Remedy::steps(Steps {
        console: "S3, the bucket, Permissions: compare the policy with the one in the guide below, \
                  and look at the default encryption under Properties.",
        cli: r#"
            # where the key is your own, only Network load balancers can write
            aws s3api get-bucket-encryption --bucket BUCKET

            aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text
            # this policy takes the place of that one: add its other statements
            aws s3api put-bucket-policy --bucket BUCKET --policy '{
              "Version": "2012-10-17",
              "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:PARTITION:s3:::BUCKET/*",
                "Condition": {"ArnLike": {
                  "aws:SourceArn": "arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT_ID:loadbalancer/*"
                }}
              }, {
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": ["s3:GetBucketAcl", "s3:PutObject"],
                "Resource": ["arn:PARTITION:s3:::BUCKET", "arn:PARTITION:s3:::BUCKET/*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
              }]
            }'"#,
        terraform: r#"
            resource "aws_s3_bucket_policy" "logs" {
              bucket = aws_s3_bucket.logs.id
              policy = jsonencode({
                Version = "2012-10-17"
                Statement = [{
                  Effect    = "Allow"
                  Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
                  Action    = "s3:PutObject"
                  Resource  = "${aws_s3_bucket.logs.arn}/*"
                }]
              })
            }"#,
        cloudformation: r#"
            LogBucketPolicy:
              Type: AWS::S3::BucketPolicy
              Properties:
                Bucket: !Ref LogBucket
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Principal:
                        Service: logdelivery.elasticloadbalancing.amazonaws.com
                      Action: s3:PutObject
                      Resource: !Sub "${LogBucket.Arn}/*""#,
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    ],
    needs: &[
        Call::ElbDescribeLoadBalancerAttributes,
        Call::S3HeadBucket,
        Call::S3ListObjectsV2,
        Call::CloudWatchGetMetricData,
    ],
    examples: &[
        Example {
            title: "traffic, and no log within a day",
            given: || silent(&Kind::Application, Fact::Known(120_000.0)),
            finds: &["note log-delivery-stopped web"],
        },
        Example {
            title: "no log, and no traffic",
            given: || silent(&Kind::Application, Fact::Known(0.0)),
            finds: &["does not apply"],
        },
        Example {
            title: "no log, traffic unread",
            given: || {
                let denied = sample::denied(Call::CloudWatchGetMetricData);
                silent(&Kind::Classic, Fact::Unread(denied))
            },
            finds: &["unknown log-delivery-stopped web", "unknown no-traffic web"],
        },
        Example {
            title: "no log of a Network load balancer without TLS",
            given: || {
                let mut inventory = silent(&Kind::Network, Fact::Known(120_000.0));
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                *sample::listeners(lb) =
                    vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
                inventory
            },
            finds: &["does not apply"],
        },
        Example { title: "logs come in", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean account of this kind without a log of the last day, and with so much traffic.
fn silent(kind: &Kind, traffic: Fact<f64>) -> crate::inventory::Inventory {
    let mut inventory = sample::with_bucket(kind, |bucket| {
        bucket.newest.values_mut().for_each(|newest| *newest = Fact::Known(None));
    });
    sample::only(&mut inventory.accounts[0].regions[0]).traffic = traffic;
    inventory
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.kind == Kind::Network && !lb.serves_any(&[Protocol::Tls])? {
        return Ok(Verdict::NotApplicable);
    }
    let Some(name) = logs::bucket(lb, Log::Access)? else { return Ok(Verdict::NotApplicable) };
    let bucket = logs::facts(context.site, &name)?;
    if *bucket.state.get()? == BucketState::Missing {
        return Ok(Verdict::NotApplicable);
    }
    let gap = || {
        let gap = Gap::new(Call::S3ListObjectsV2, Reason::NotCollected);
        gap.in_region(&context.region.name).of(&name)
    };
    let newest = bucket.newest.get(&lb.arn).ok_or_else(gap)?.get()?;
    if let Some(newest) = newest {
        let age = (context.now.as_second() - newest.as_second()) / (60 * 60);
        let evidence = Grounds::new().with("bucket", name).with("newest_log_age_hours", age);
        return Ok(Verdict::Pass(evidence));
    }
    let traffic = *lb.traffic.get()?;
    if traffic > 0.0 {
        let grounds = Grounds::new().bind("BUCKET", name.as_str());
        let grounds = grounds.with("bucket", name).with("newest_log", "none in a day");
        return Ok(Verdict::Note(grounds.with("traffic_in_14_days", traffic)));
    }
    Ok(Verdict::NotApplicable)
}
