//! What the clean load balancers log to, and scenes around it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{LOG_BUCKET, REGION, only, set, with_region};
use crate::fact::Fact;
use crate::inventory::{BucketState, Inventory, Kind, LogBucket, LogSource, Region};

/// The clean account of this kind after a change to what is known of its log bucket.
pub fn with_bucket(kind: &Kind, change: impl FnOnce(&mut LogBucket)) -> Inventory {
    with_region(kind, |region| change_bucket(region, LOG_BUCKET, change))
}

/// The clean account of this kind, all its logs going to a bucket of this name, after a change to what
/// is known of it.
pub fn logging_to(kind: &Kind, bucket: &str, change: impl FnOnce(&mut LogBucket)) -> Inventory {
    with_region(kind, |region| {
        let facts = region.log_buckets.remove(LOG_BUCKET);
        region.log_buckets.extend(facts.map(|facts| (bucket.to_owned(), facts)));
        change_bucket(region, bucket, change);
        let lb = only(region);
        set(lb, &[("access_logs.s3.bucket", bucket)]);
        if *kind == Kind::Application {
            set(
                lb,
                &[("connection_logs.s3.bucket", bucket), ("health_check_logs.s3.bucket", bucket)],
            );
        }
    })
}

fn change_bucket(region: &mut Region, name: &str, change: impl FnOnce(&mut LogBucket)) {
    if let Some(bucket) = region.log_buckets.get_mut(name) {
        change(bucket);
    }
}

/// A private bucket of this account and region, with a log of this load balancer written an hour ago.
#[must_use]
pub fn log_bucket(lb: &str) -> LogBucket {
    LogBucket {
        state: Fact::Known(BucketState::Own { region: Some(REGION.to_owned()) }),
        policy_is_public: Fact::Known(false),
        public_access_blocked: Fact::Known(true),
        newest: BTreeMap::from([(
            lb.to_owned(),
            Fact::Known(Some(Timestamp::constant(1_793_606_400, 0))),
        )]),
    }
}

/// The clean account of this kind without logs by attribute, but with a source of CloudWatch Logs.
#[must_use]
pub fn vended(kind: &Kind, log_type: &str, delivered: bool) -> Inventory {
    with_region(kind, |region| {
        let lb = only(region);
        set(lb, &[("access_logs.s3.enabled", "false")]);
        let source = LogSource {
            name: "web-logs".to_owned(),
            log_type: log_type.to_owned(),
            resource_arns: vec![lb.arn.clone()],
        };
        region.log_deliveries =
            Fact::Known(delivered.then(|| source.name.clone()).into_iter().collect());
        region.log_sources = Fact::Known(vec![source]);
    })
}
