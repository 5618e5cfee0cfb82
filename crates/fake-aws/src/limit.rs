//! Token buckets, as AWS keeps them per account, region and API family.

use std::collections::HashMap;
use std::time::Duration;

use crate::call::Call;
use crate::fault::Pattern;

/// A rate limit on some calls; each account, region and family has a bucket of its own.
#[derive(Clone, Debug)]
pub struct RateLimit {
    pattern: Pattern,
    capacity: f64,
    refill: f64,
}

impl RateLimit {
    /// A bucket of `capacity` calls that gets `refill` calls back a second. `call` is as in
    /// [`crate::Fault`]: `elbv2:*`, `acm:DescribeCertificate`, `*`.
    pub fn new(call: &str, capacity: u32, refill: f64) -> Self {
        Self { pattern: Pattern::new(call), capacity: f64::from(capacity), refill }
    }
}

/// A limit with its buckets, as (calls left, when that was counted).
pub(crate) struct Limiter {
    limit: RateLimit,
    buckets: HashMap<String, (f64, Duration)>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: HashMap::new() }
    }

    /// Whether the call may pass; takes a token if it is one that the limit is about.
    pub(crate) fn admits(&mut self, call: &Call, account: &str, now: Duration) -> bool {
        if !self.limit.pattern.matches(call) {
            return true;
        }
        let key = format!("{account} {} {}", call.region, call.family.name());
        let (tokens, counted) = self.buckets.entry(key).or_insert((self.limit.capacity, now));
        let gained = now.saturating_sub(*counted).as_secs_f64() * self.limit.refill;
        *tokens = (*tokens + gained).min(self.limit.capacity);
        *counted = now;
        let admitted = *tokens >= 1.0;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }
}
