//! The policy of a bucket, which logs are delivered by.

use serde_json::json;

use super::{Ground, Step};
use crate::fix::shell::{aws, kept, line, query, quoted, raw, told};
use crate::inventory::Kind;
use crate::mutation::Missing;

/// The name of the statement: of one load balancer, so that taking it out takes nothing from others.
fn sid(arn: &str) -> String {
    let place = arn.splitn(4, ':').nth(3).unwrap_or(arn);
    let plain = place.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    format!("ElbAuditLogs{plain}")
}

/// Whether a load balancer still writes logs of any kind to a bucket, as an expression of `JMESPath`.
fn still_logs(bucket: &str) -> String {
    let one = |what: &str| {
        let value = |key: &str| format!("Attributes[?Key=='{what}.s3.{key}'].Value | [0]");
        format!("(({}) == 'true' && ({}) == {})", value("enabled"), value("bucket"), raw(bucket))
    };
    ["access_logs", "connection_logs", "health_check_logs"].map(one).join(" || ")
}

/// Lets the logs of a load balancer be delivered to a bucket. What its policy says already stays.
pub(super) fn policy(ground: &Ground, arn: &str, bucket: &str) -> Result<Step, Missing> {
    let (kind, _) = ground.load_balancer(arn)?;
    let sid = sid(arn);
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
    // Another script may have come to need it since.
    let used = if *kind == Kind::Classic {
        String::new()
    } else {
        let read = "elbv2 describe-load-balancer-attributes";
        let now = query(read, &["--load-balancer-arn", arn], &still_logs(bucket));
        format!("unless_used {} -- ", line(&now))
    };
    Ok(Step {
        title: format!("bucket {} admits the logs of the load balancer", told(bucket)),
        now: ["statement_there", bucket, &sid].map(str::to_owned).to_vec(),
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
        back: vec![format!(
            "{}drop_statement {} {} {}",
            used,
            [&left, &old].map(|file| quoted(&kept(file))).join(" "),
            quoted(&added.join(",")),
            [quoted(&kept(&new)), quoted(bucket)].join(" ")
        )],
        also: "true".to_owned(),
    })
}
