//! Flow logs of VPCs, subnets and network interfaces.

use super::arn::id;
use super::region::{Region, Resource};

/// A flow log.
#[derive(Clone, Debug, Default)]
pub struct FlowLog {
    /// `fl-…`.
    pub id: String,
    /// The id of a VPC, subnet or network interface.
    pub resource: String,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic: String,
    /// `ACTIVE`.
    pub status: String,
    /// `SUCCESS` or `FAILED`.
    pub delivery: String,
    /// What went wrong: `Rate limited`, `Access error`, `Unknown error`.
    pub error: Option<String>,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub destination_type: String,
    /// The ARN of the bucket, log group or stream.
    pub destination: String,
}

impl FlowLog {
    /// A log of all traffic of a VPC, subnet or network interface to an S3 bucket.
    pub fn new(resource: &str) -> Self {
        Self {
            id: format!("fl-{}", id(&["flow-log", resource])),
            resource: resource.to_owned(),
            traffic: "ALL".to_owned(),
            status: "ACTIVE".to_owned(),
            delivery: "SUCCESS".to_owned(),
            error: None,
            destination_type: "s3".to_owned(),
            destination: "arn:aws:s3:::flow-logs".to_owned(),
        }
    }

    /// Logs `ACCEPT`, `REJECT` or `ALL` traffic.
    pub fn traffic(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.traffic);
        self
    }

    /// Makes its delivery fail, with AWS's word for why.
    pub fn failing(mut self, error: &str) -> Self {
        "FAILED".clone_into(&mut self.delivery);
        self.error = Some(error.to_owned());
        self
    }
}

impl Resource for FlowLog {
    fn place(self, region: &mut Region) {
        region.flow_logs.push(self);
    }
}
