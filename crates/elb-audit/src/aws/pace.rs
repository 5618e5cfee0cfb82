//! How fast a scan may ask: token buckets a region and API family, inside AWS's documented quotas.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use elb_audit_core::vocab::call::Call;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// What a bucket holds and how fast it fills, a second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quota {
    burst: f64,
    rate: f64,
}

const fn quota(burst: f64, rate: f64) -> Quota {
    Quota { burst, rate }
}

/// The bucket that a call draws from, and what AWS documents for it.
///
/// Sources: ELB API throttling (Describe* 200/50, trust stores 40/10, one bucket for each of the two
/// APIs); ACM, WAF, EC2, Lambda (`GetPolicy` 15), Organizations, STS (600, all calls together) and Route
/// 53 (5, all calls together) request quotas; S3 scales by the thousand. A service without published numbers gets a modest one.
fn budget(call: Call) -> (&'static str, Quota) {
    match call {
        Call::ElbV2DescribeTrustStores
        | Call::ElbV2DescribeTrustStoreRevocations
        | Call::ElbV2DescribeTrustStoreAssociations
        | Call::ElbV2GetResourcePolicy => ("trust-stores", quota(40.0, 10.0)),
        Call::AcmSearchCertificates
        | Call::Wafv2ListWebAcls
        | Call::Wafv2GetWebAcl
        | Call::Wafv2GetRuleGroup
        | Call::Wafv2ListLoggingConfigurations
        | Call::WafRegionalListWebAcls => (call.name(), quota(5.0, 5.0)),
        Call::AcmDescribeCertificate | Call::LambdaGetPolicy => (call.name(), quota(10.0, 10.0)),
        Call::Wafv2ListResourcesForWebAcl
        | Call::Wafv2GetWebAclForResource
        | Call::WafRegionalListResourcesForWebAcl => (call.name(), quota(1.0, 1.0)),
        Call::OrganizationsListAccounts => (call.name(), quota(12.0, 8.0)),
        Call::OrganizationsListRoots => (call.name(), quota(2.0, 1.0)),
        Call::OrganizationsDescribeOrganizationalUnit
        | Call::OrganizationsListParents
        | Call::OrganizationsListAccountsForParent
        | Call::OrganizationsListOrganizationalUnitsForParent => (call.name(), quota(8.0, 5.0)),
        _ => match call.family() {
            "sts" => ("sts", quota(100.0, 100.0)),
            "elb" => ("elb", quota(200.0, 50.0)),
            "elbv2" => ("elbv2", quota(200.0, 50.0)),
            "ec2" => (call.name(), quota(100.0, 20.0)),
            "s3" => ("s3", quota(100.0, 50.0)),
            "route53" => ("route53", quota(5.0, 5.0)),
            _ => (call.name(), quota(10.0, 5.0)),
        },
    }
}

/// Calls of an account under way at a time, those that wait for their retry among them.
const UNDER_WAY: usize = 200;
/// The fewest where accounts share them. An account that AWS slows down holds none but its own; all of them
/// together have twice as many as one alone, so that few wait in vain for a place on the wire.
const FEWEST: usize = 10;

/// The quota after AWS has refused once: what the same page still says for an account as a whole.
const CAREFUL: Quota = quota(40.0, 10.0);
/// How much a reduced rate regains, a second, while nothing is refused: over a minute back to 50.
const RECOVERY: f64 = 0.5;

/// A token bucket that lends: a caller takes its token at once and waits out the debt, so that the
/// order of asking is the order of going.
#[derive(Debug)]
struct Bucket {
    full: Quota,
    now: Quota,
    tokens: f64,
    /// Seconds since the pace began.
    seen: f64,
}

impl Bucket {
    fn new(full: Quota, seen: f64) -> Self {
        Bucket { full, now: full, tokens: full.burst, seen }
    }

    fn refill(&mut self, at: f64) {
        let elapsed = (at - self.seen).max(0.0);
        self.seen = at;
        self.now.rate = (self.now.rate + elapsed * RECOVERY).min(self.full.rate);
        if self.now.rate >= self.full.rate {
            self.now.burst = self.full.burst;
        }
        self.tokens = (self.tokens + elapsed * self.now.rate).min(self.now.burst);
    }

    /// Takes a token; the seconds to wait before using it.
    fn take(&mut self, at: f64) -> f64 {
        self.refill(at);
        self.tokens -= 1.0;
        (-self.tokens / self.now.rate).max(0.0)
    }

    /// AWS refused: what was saved up is gone, and the rate falls.
    fn refused(&mut self, at: f64) {
        self.refill(at);
        let rate = if self.now.rate > CAREFUL.rate { CAREFUL.rate } else { self.now.rate / 2.0 };
        self.now.rate = rate.max(1.0).min(self.full.rate);
        self.now.burst = CAREFUL.burst.min(self.full.burst);
        self.tokens = self.tokens.min(0.0);
    }
}

/// Every bucket of one account, and what AWS refused there.
#[derive(Debug)]
pub(crate) struct Pace {
    buckets: Mutex<HashMap<(String, &'static str), Bucket>>,
    under_way: Semaphore,
    refused: AtomicU64,
    shared: Arc<Shared>,
}

/// What all accounts of a process share.
#[derive(Debug)]
struct Shared {
    whole: Option<Mutex<Bucket>>,
    one_at_a_time: bool,
    sleep: SharedAsyncSleep,
    clock: SharedTimeSource,
    began: std::time::SystemTime,
    sent: AtomicU64,
    asked: AtomicU64,
    answered: AtomicU64,
    moved: Notify,
}

impl Pace {
    /// A pace that caps the whole process at `max_rps` requests a second, if given: one by one, without
    /// a burst.
    pub(crate) fn new(
        max_rps: Option<f64>,
        one_at_a_time: bool,
        sleep: SharedAsyncSleep,
        clock: SharedTimeSource,
    ) -> Arc<Self> {
        let began = clock.now();
        let whole = max_rps.map(|rate| Mutex::new(Bucket::new(quota(1.0, rate), 0.0)));
        let shared = Shared {
            whole,
            one_at_a_time,
            sleep,
            clock,
            began,
            sent: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            moved: Notify::new(),
        };
        Self::within(Arc::new(shared), UNDER_WAY)
    }

    /// The pace of one of so many accounts at a time: buckets of its own, under the same cap.
    pub(crate) fn for_account(&self, at_a_time: usize) -> Arc<Self> {
        let share = 2 * UNDER_WAY / at_a_time.max(1);
        Self::within(Arc::clone(&self.shared), share.clamp(FEWEST, UNDER_WAY))
    }

    fn within(shared: Arc<Shared>, under_way: usize) -> Arc<Self> {
        let under_way = if shared.one_at_a_time { 1 } else { under_way };
        Arc::new(Pace {
            buckets: Mutex::new(HashMap::new()),
            under_way: Semaphore::new(under_way),
            refused: AtomicU64::new(0),
            shared,
        })
    }

    /// Waits until this call may go. The permit is held while it is under way: it limits how many are,
    /// to one with `--no-parallel`.
    pub(crate) async fn turn(&self, call: Call, region: &str) -> Option<SemaphorePermit<'_>> {
        let wait = self.draw(call, region);
        if wait > 0.0 {
            let wait = Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX);
            self.shared.sleep.sleep(wait).await;
        }
        self.under_way.acquire().await.ok()
    }

    /// Takes a token from every bucket that the call draws from; the longest wait among them.
    fn draw(&self, call: Call, region: &str) -> f64 {
        let at = self.at();
        let own = self.bucket(call, region, |bucket| bucket.take(at));
        let whole = self
            .shared
            .whole
            .as_ref()
            .map_or(0.0, |whole| whole.lock().unwrap_or_else(PoisonError::into_inner).take(at));
        own.max(whole)
    }

    fn bucket<T>(&self, call: Call, region: &str, with: impl FnOnce(&mut Bucket) -> T) -> T {
        let (name, full) = budget(call);
        let at = self.at();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket =
            buckets.entry((region.to_owned(), name)).or_insert_with(|| Bucket::new(full, at));
        with(bucket)
    }

    /// Slows every bucket of a service in a region: which call was refused, the wire does not say.
    fn slow_down(&self, family: &str, region: &str) {
        let at = self.at();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for ((place, name), bucket) in buckets.iter_mut() {
            if place == region && name.split(':').next() == Some(family) {
                bucket.refused(at);
            }
        }
    }

    fn at(&self) -> f64 {
        let Shared { clock, began, .. } = &*self.shared;
        clock.now().duration_since(*began).map_or(0.0, |since| since.as_secs_f64())
    }

    /// Requests sent so far to whatever account, retries included.
    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// Counts a call as asked from now on, and as answered when what is returned is dropped.
    pub(crate) fn ask(&self) -> Asked<'_> {
        self.shared.asked.fetch_add(1, Ordering::Relaxed);
        self.shared.moved.notify_one();
        Asked(&self.shared)
    }

    /// Calls that were answered, for better or worse, and calls that were asked so far: those that wait for
    /// their turn among them.
    pub(crate) fn calls(&self) -> (u64, u64) {
        let answered = self.shared.answered.load(Ordering::Relaxed);
        (answered, self.shared.asked.load(Ordering::Relaxed))
    }

    /// Something else than a call has moved the scan on.
    pub(crate) fn move_on(&self) {
        self.shared.moved.notify_one();
    }

    /// Waits until the scan has moved on since this was waited for last.
    pub(crate) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Requests that AWS refused for their rate.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// A call that was asked and is not answered yet.
pub(crate) struct Asked<'a>(&'a Shared);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
        self.0.moved.notify_one();
    }
}

/// Watches every attempt of one service's client in one region: counts it, makes a retry pay its token,
/// and slows the bucket down when AWS refuses.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) pace: Arc<Pace>,
    pub(crate) account: String,
    pub(crate) region: String,
    /// Any call of the service: they share what a refusal says.
    pub(crate) call: Call,
}

/// How many attempts of the operation have gone out.
#[derive(Debug)]
struct Attempts(u32);

impl aws_smithy_types::config_bag::Storable for Attempts {
    type Storer = aws_smithy_types::config_bag::StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.pace.shared.sent.fetch_add(1, Ordering::Relaxed);
        let attempts = config.load::<Attempts>().map_or(0, |attempts| attempts.0);
        if attempts > 0 {
            // The SDK has already waited its backoff; the token is owed all the same.
            self.pace.draw(self.call, &self.region);
        }
        config.interceptor_state().store_put(Attempts(attempts + 1));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let refused = context.response().is_some_and(|response| {
            let body = response.body().bytes().unwrap_or_default();
            is_refusal(response.status().as_u16(), body)
        });
        if refused {
            self.pace.refused.fetch_add(1, Ordering::Relaxed);
            self.pace.slow_down(self.call.family(), &self.region);
        }
        Ok(())
    }
}

/// Whether an answer means "too fast". Read off the wire, because it comes before the answer is typed.
fn is_refusal(status: u16, body: &[u8]) -> bool {
    const CODES: [&[u8]; 4] =
        [b"Throttl", b"RequestLimitExceeded", b"TooManyRequests", b"DependencyThrottle"];
    let says = |code: &[u8]| body.windows(code.len()).any(|window| window == code);
    status == 429 || (status >= 400 && CODES.into_iter().any(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_then_the_rate_holds() {
        let mut bucket = Bucket::new(quota(200.0, 50.0), 0.0);
        assert!((0..200).all(|_| bucket.take(0.0) == 0.0));
        let waits: Vec<f64> = (0..50).map(|_| bucket.take(0.0)).collect();
        assert!((waits[0] - 0.02).abs() < 1e-9 && (waits[49] - 1.0).abs() < 1e-9, "{waits:?}");
    }

    #[test]
    fn a_refusal_slows_down_and_time_heals() {
        let mut bucket = Bucket::new(quota(200.0, 50.0), 0.0);
        bucket.refused(0.0);
        assert!((bucket.take(0.0) - 0.1).abs() < 1e-9, "10 a second, nothing saved up");
        bucket.refused(0.0);
        assert_eq!(bucket.now, quota(40.0, 5.0), "a second refusal halves");
        bucket.refill(30.0);
        assert!(bucket.now.rate > 19.0 && bucket.now.rate < 21.0, "{:?}", bucket.now);
        bucket.refill(200.0);
        assert_eq!(bucket.now, quota(200.0, 50.0));
    }

    #[test]
    fn a_small_quota_never_grows_by_a_refusal() {
        let mut bucket = Bucket::new(quota(1.0, 1.0), 0.0);
        bucket.refused(0.0);
        assert_eq!(bucket.now, quota(1.0, 1.0));
    }

    /// A clock that stands still.
    #[derive(Debug)]
    struct Still;

    impl aws_smithy_async::time::TimeSource for Still {
        fn now(&self) -> std::time::SystemTime {
            std::time::SystemTime::UNIX_EPOCH
        }
    }

    fn pace(max_rps: Option<f64>) -> Arc<Pace> {
        let sleep = SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new());
        Pace::new(max_rps, false, sleep, SharedTimeSource::new(Still))
    }

    #[test]
    fn regions_and_apis_have_buckets_of_their_own() {
        let pace = pace(None);
        let calls = [Call::ElbV2DescribeRules, Call::ElbV2DescribeListeners];
        let spent = (0..200).map(|n| pace.draw(calls[n % 2], "eu-west-1")).sum::<f64>();
        assert!(spent == 0.0 && pace.draw(Call::ElbV2DescribeRules, "eu-west-1") > 0.0);
        assert!(pace.draw(Call::ElbV2DescribeRules, "us-east-1") == 0.0);
        assert!(pace.draw(Call::ElbDescribeLoadBalancers, "eu-west-1") == 0.0);
        assert!(pace.draw(Call::Wafv2GetWebAclForResource, "eu-west-1") == 0.0);
        assert!(pace.draw(Call::Wafv2GetWebAclForResource, "eu-west-1") > 0.9);
    }

    #[test]
    fn a_refusal_slows_the_service_in_its_region_alone() {
        let pace = pace(None);
        let [groups, tables] = [Call::Ec2DescribeSecurityGroups, Call::Ec2DescribeRouteTables];
        for (call, region) in [(groups, "eu-west-1"), (tables, "eu-west-1"), (groups, "us-east-1")]
        {
            assert!(pace.draw(call, region) == 0.0);
        }
        pace.slow_down("ec2", "eu-west-1");
        assert!(pace.draw(groups, "eu-west-1") > 0.0 && pace.draw(tables, "eu-west-1") > 0.0);
        assert!(pace.draw(groups, "us-east-1") == 0.0);
    }

    #[test]
    fn one_cap_holds_over_all_of_them() {
        let pace = pace(Some(40.0));
        let regions = ["eu-west-1", "us-east-1", "us-west-2"];
        let waits: Vec<f64> = (0..80)
            .map(|n| pace.draw(Call::ElbV2DescribeRules, regions[n % regions.len()]))
            .collect();
        assert!(waits[0] == 0.0 && (waits[79] - 79.0 / 40.0).abs() < 1e-9, "{waits:?}");
    }

    #[test]
    fn accounts_have_buckets_of_their_own_under_the_one_cap() {
        let first = pace(None);
        let second = first.for_account(2);
        for _ in 0..200 {
            assert!(first.draw(Call::ElbV2DescribeRules, "eu-west-1") == 0.0);
        }
        first.slow_down("elbv2", "eu-west-1");
        assert!(first.draw(Call::ElbV2DescribeRules, "eu-west-1") > 0.0);
        assert!(second.draw(Call::ElbV2DescribeRules, "eu-west-1") == 0.0);
        let first = pace(Some(40.0));
        let accounts = [Arc::clone(&first), first.for_account(2)];
        let waits: Vec<f64> =
            (0..80).map(|n| accounts[n % 2].draw(Call::ElbV2DescribeRules, "eu-west-1")).collect();
        assert!((waits[79] - 79.0 / 40.0).abs() < 1e-9, "{waits:?}");
    }

    #[test]
    fn refusals_are_recognised_on_the_wire() {
        assert!(is_refusal(400, b"<Code>Throttling</Code>"));
        assert!(is_refusal(503, b"<Code>RequestLimitExceeded</Code>"));
        assert!(is_refusal(400, br#"{"__type":"ThrottlingException"}"#));
        assert!(is_refusal(429, b""));
        assert!(!is_refusal(403, b"<Code>AccessDenied</Code>"));
        assert!(!is_refusal(200, b"Throttling"));
    }
}
