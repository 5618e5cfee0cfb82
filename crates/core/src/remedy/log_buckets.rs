//! What a bucket's policy says, so that logs can be written to it.

use super::text::command;
use crate::inventory::Kind;

/// The policy for the logs of this kind of load balancer. It is read first: a bucket has one.
pub(super) fn policy(bucket: &str, kind: &Kind) -> String {
    let bucket = format!("--bucket {bucket}");
    let read = ["--query Policy".to_owned(), "--output text".to_owned()];
    let read = command(
        "aws s3api get-bucket-policy",
        &[std::slice::from_ref(&bucket), &read[..]].concat(),
    );
    let statements = match kind {
        Kind::Network => DELIVERY,
        _ => LOAD_BALANCING,
    };
    format!(
        "# the policy takes the place of the one that the bucket has: add that one's statements to it\n\
         {read}\naws s3api put-bucket-policy {bucket} --policy '{{\n  \"Version\": \"2012-10-17\",\n  \
         \"Statement\": [{statements}]\n}}'"
    )
}

/// Elastic Load Balancing writes the logs of Application and Classic load balancers.
const LOAD_BALANCING: &str = r#"{
    "Effect": "Allow",
    "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:PARTITION:s3:::LOG_BUCKET/AWSLogs/ACCOUNT_ID/*",
    "Condition": {"ArnLike": {
      "aws:SourceArn": "arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT_ID:loadbalancer/*"
    }}
  }"#;

/// The log delivery of `CloudWatch` writes those of Network load balancers.
const DELIVERY: &str = r#"{
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:GetBucketAcl",
    "Resource": "arn:PARTITION:s3:::LOG_BUCKET",
    "Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
  }, {
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:PARTITION:s3:::LOG_BUCKET/AWSLogs/ACCOUNT_ID/*",
    "Condition": {"StringEquals": {
      "aws:SourceAccount": "ACCOUNT_ID",
      "s3:x-amz-acl": "bucket-owner-full-control"
    }}
  }"#;
