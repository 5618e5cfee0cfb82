//! The policy of a bucket, which logs are delivered by.

use serde_json::json;

use super::{Ground, Step};
use crate::fix::shell::{aws, kept, line, quoted, told};
use crate::inventory::Kind;
use crate::mutation::Missing;

/// The name of the statement: there is one for each kind of load balancer.
fn sid(kind: &Kind) -> &'static str {
    match kind {
        Kind::Network => "ElbAuditNetworkLoadBalancerLogs",
        _ => "ElbAuditLoadBalancerLogs",
    }
}

/// Lets the logs of a load balancer be delivered to a bucket. What its policy says already stays.
pub(super) fn policy(ground: &Ground, arn: &str, bucket: &str) -> Result<Step, Missing> {
    let (kind, _) = ground.load_balancer(arn)?;
    let sid = sid(kind);
    let Ground { partition, account, .. } = ground;
    let objects = format!("arn:{partition}:s3:::{bucket}/AWSLogs/{account}/*");
    let statements = match kind {
        Kind::Network => vec![
            json!({
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": objects,
                "Condition": {"StringEquals": {
                    "aws:SourceAccount": account,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                }},
            }),
            json!({
                "Sid": format!("{sid}Acl"),
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:{partition}:s3:::{bucket}"),
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }),
        ],
        _ => vec![json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": objects,
            "Condition": {"ArnLike": {"aws:SourceArn": format!(
                "arn:{partition}:elasticloadbalancing:{}:{account}:loadbalancer/*",
                ground.before.name,
            )}},
        })],
    };
    let added: Vec<String> = statements.iter().map(ToString::to_string).collect();
    let place = ["--bucket", bucket];
    let old = format!("{}-policy.json", ground.number);
    let new = format!("{}-new-policy.json", ground.number);
    let left = format!("{}-left-policy.json", ground.number);
    let put = |name: &str| {
        let url = format!("file://{}", kept(name));
        format!(
            "run {}",
            line(&aws("s3api put-bucket-policy", &["--bucket", bucket, "--policy", &url]))
        )
    };
    let delete = line(&aws("s3api delete-bucket-policy", &place));
    Ok(Step {
        title: format!("bucket {} admits the logs of the load balancer", told(bucket)),
        now: ["statement_there", bucket, sid].map(str::to_owned).to_vec(),
        before: "false".to_owned(),
        after: "true".to_owned(),
        keeps: vec![(old.clone(), ["policy_of", bucket].map(str::to_owned).to_vec())],
        change: vec![
            format!(
                "add_statement {} {} {}",
                quoted(&kept(&old)),
                quoted(&added.join(",")),
                quoted(&kept(&new))
            ),
            put(&new),
            format!("keep_policy {} {}", quoted(&kept(&left)), quoted(bucket)),
        ],
        back: vec![
            format!("as_kept {} {}", quoted(&kept(&left)), quoted(bucket)),
            format!("if_empty {} run {delete} -- {}", quoted(&kept(&old)), put(&old)),
        ],
    })
}
