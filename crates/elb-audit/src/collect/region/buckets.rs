//! The buckets that load balancers of a region log to.

use std::collections::BTreeMap;

use elb_audit_core::inventory::{BucketState, LoadBalancer, LogBucket};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;

use super::Reader;
use crate::collect::services::s3::{self, Bucket, Log};

/// The logs that a load balancer can write to a bucket by itself, the access log first.
const LOGS: [&str; 3] = ["access_logs.s3", "connection_logs.s3", "health_check_logs.s3"];

/// What load balancers want of a bucket.
#[derive(Default)]
struct Use<'a> {
    account: &'a str,
    access_logs: Vec<Log<'a>>,
}

impl Reader {
    /// Every bucket that one of these load balancers logs to, by name.
    pub(super) async fn log_buckets(&self, all: &[LoadBalancer]) -> BTreeMap<String, LogBucket> {
        if !self.plan.wants(Call::S3HeadBucket) {
            return BTreeMap::new();
        }
        let buckets = used(all).into_iter().map(|(name, used)| async move {
            (name.to_owned(), self.log_bucket(name, &used).await)
        });
        join_all(buckets).await.into_iter().collect()
    }

    /// One bucket; the state first, because it says where to ask and whether there is anything to ask.
    async fn log_bucket(&self, name: &str, used: &Use<'_>) -> LogBucket {
        let mut bucket = Bucket::new(name, used.account, &self.api, &self.config);
        let state = bucket.state().await;
        let (own, readable) = match &state {
            Fact::Known(BucketState::Own { .. }) => (true, true),
            Fact::Known(BucketState::Foreign { .. }) => (false, true),
            Fact::Known(BucketState::Missing) | Fact::Unread(_) => (false, false),
        };
        let logs = readable && self.plan.wants(Call::S3ListObjectsV2);
        let bucket = &bucket;
        let newest = used.access_logs.iter().filter(|_| logs).map(|log| async move {
            (log.arn.to_owned(), bucket.newest(log, self.plan.taken_at).await)
        });
        let (policy_is_public, public_access_blocked, newest) = tokio::join!(
            self.if_of_use(Call::S3GetBucketPolicyStatus, own, bucket.policy_is_public()),
            self.if_of_use(Call::S3GetPublicAccessBlock, own, bucket.public_access_blocked()),
            join_all(newest),
        );
        let newest = newest.into_iter().collect();
        LogBucket { policy_is_public, public_access_blocked, newest, ..s3::unasked(state) }
    }
}

/// The buckets that these load balancers log to.
fn used(all: &[LoadBalancer]) -> BTreeMap<&str, Use<'_>> {
    let mut buckets: BTreeMap<&str, Use> = BTreeMap::new();
    for lb in all {
        let Ok(attributes) = lb.attributes.get() else { continue };
        let of = |key: String| attributes.get(&key).map_or("", String::as_str);
        for log in LOGS {
            let name = of(format!("{log}.bucket"));
            if of(format!("{log}.enabled")) != "true" || name.is_empty() {
                continue;
            }
            let bucket = buckets.entry(name).or_default();
            bucket.account = lb.arn.split(':').nth(4).unwrap_or_default();
            if log == LOGS[0] {
                let under = of(format!("{log}.prefix"));
                bucket.access_logs.push(Log { arn: &lb.arn, under });
            }
        }
    }
    buckets
}
