//! What was asked, and what was answered.

use std::collections::BTreeMap;
use std::time::Duration;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The API family, by the name that AWS's tools have for it: `elbv2`, `ec2`, `waf-regional` …
    pub family: String,
    /// The operation's name, such as `DescribeRules`.
    pub operation: String,
    /// The IAM action, such as `elasticloadbalancing:DescribeRules`, or `s3:ListBucket` for `HeadBucket`.
    pub action: String,
    /// The region that the request was signed for.
    pub region: String,
    /// The account that the access key belongs to.
    pub account: String,
    /// The access key's id; empty when the request was not signed.
    pub access_key: String,
    /// Parameters by name; lists and structures as `Names.member.1`, `Filter.1.Name`, `Includes.keyTypes.1`.
    /// Of paths and headers the parts that the API's model names: `Bucket`, `ExpectedBucketOwner`. What is
    /// answered from a model has its names throughout: `Names.1`.
    pub parameters: BTreeMap<String, String>,
    /// What was sent, as it came.
    pub body: String,
    /// Real time from the start of the fake to the arrival of the request.
    pub started: Duration,
    /// The status that was answered; `None` when a fault kept the answer back.
    pub status: Option<u16>,
}

impl Entry {
    /// Family and operation, such as `elbv2:DescribeRules`.
    pub fn call(&self) -> String {
        format!("{}:{}", self.family, self.operation)
    }
}
