//! Scenes around the buckets that the clean load balancers log to.

use super::{LOG_BUCKET, only, set, with_region};
use crate::inventory::{Inventory, Kind, LogBucket, Region};

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
