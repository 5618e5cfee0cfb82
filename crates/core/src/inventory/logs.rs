//! Where a load balancer's traffic is written down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::vocab::fact::Fact;

/// A source of logs that CloudWatch Logs may deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSource {
    /// Its name, which deliveries refer to.
    pub name: String,
    /// `ALB_ACCESS_LOGS`, `ALB_CONNECTION_LOGS`, `NLB_ACCESS_LOGS` …
    pub log_type: String,
    /// The load balancers it is about.
    pub resource_arns: Vec<String>,
}

/// A bucket that load balancers write their logs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogBucket {
    /// Whether it is there, and whose it is.
    pub state: Fact<BucketState>,
    /// Whether its policy makes it public (`GetBucketPolicyStatus`).
    pub policy_is_public: Fact<bool>,
    /// Whether all four switches of its block on public access are on.
    pub public_access_blocked: Fact<bool>,
    /// When each load balancer's newest log was written, by its ARN; none: no log within the last day.
    /// Asked for only where a check needs it.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub newest: std::collections::BTreeMap<String, Fact<Option<Timestamp>>>,
}

/// What S3 says of a bucket's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum BucketState {
    /// It is this account's.
    Own {
        /// Where it lives.
        region: Option<String>,
    },
    /// It is there, and another account's.
    Foreign {
        /// Where it lives.
        region: Option<String>,
    },
    /// Nobody has a bucket of this name.
    Missing,
}

/// A flow log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLog {
    /// `fl-…`.
    pub id: String,
    /// The VPC, subnet or interface that it watches.
    pub resource: String,
    /// `ACTIVE` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `ACCEPT`, `REJECT`, `ALL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<String>,
    /// `SUCCESS` or `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
}
