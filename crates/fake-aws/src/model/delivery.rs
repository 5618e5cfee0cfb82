//! Log deliveries through `CloudWatch` Logs.

/// What logs come from.
#[derive(Clone, Debug, Default)]
pub struct DeliverySource {
    /// Unique in its region.
    pub name: String,
    /// Such as `ALB_ACCESS_LOGS` or `NLB_ACCESS_LOGS`.
    pub log_type: String,
    /// Names of load balancers, or ARNs of anything.
    pub resources: Vec<String>,
}

/// A delivery from a source to a destination.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// The source's name.
    pub source: String,
    /// The destination's name.
    pub destination: String,
    /// `S3`, `CWL` or `FH`.
    pub destination_type: String,
}

/// Where logs go.
#[derive(Clone, Debug, Default)]
pub struct DeliveryDestination {
    /// Unique in its region.
    pub name: String,
    /// `S3`, `CWL` or `FH`.
    pub kind: String,
    /// The ARN of the bucket, log group or stream.
    pub resource: String,
}

impl DeliverySource {
    /// Logs of `log_type` of one load balancer, by name or ARN.
    pub fn new(name: &str, log_type: &str, load_balancer: &str) -> Self {
        Self {
            name: name.to_owned(),
            log_type: log_type.to_owned(),
            resources: vec![load_balancer.to_owned()],
        }
    }
}

impl Delivery {
    /// A delivery to an S3 destination.
    pub fn new(source: &str, destination: &str) -> Self {
        Self {
            id: super::arn::id(&["delivery", source, destination]),
            source: source.to_owned(),
            destination: destination.to_owned(),
            destination_type: "S3".to_owned(),
        }
    }
}

impl DeliveryDestination {
    /// An S3 bucket.
    pub fn bucket(name: &str, bucket: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: "S3".to_owned(),
            resource: format!("arn:aws:s3:::{bucket}"),
        }
    }
}
