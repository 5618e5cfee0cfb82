//! S3: the buckets that load balancers log to. No object is ever read.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::SdkConfig;
use elb_audit_core::inventory::{BucketState, LogBucket};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::aws::api::ApiClient;
use crate::aws::query::RestRequest;
use crate::aws::strict::Unexpected;
use crate::aws::{RegionName, s3};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A bucket that load balancers of a region log to.
#[derive(Clone, Debug)]
pub(crate) struct Bucket<'a> {
    pub(crate) name: &'a str,
    /// The account whose load balancers log to it.
    pub(crate) account: &'a str,
    /// Its region as far as known, and how fast to ask there.
    api: ApiClient,
    config: &'a SdkConfig,
}

/// What the head of a bucket says.
enum Head {
    /// It answers, and is here.
    Here(RegionName),
    /// It is in another region.
    Elsewhere(RegionName),
    /// There is none.
    Missing,
}

impl<'a> Bucket<'a> {
    /// A bucket of this name, which is in the client's region as far as anyone knows.
    pub(crate) fn new(
        name: &'a str,
        account: &'a str,
        api: &ApiClient,
        config: &'a SdkConfig,
    ) -> Self {
        Bucket { name, account, api: api.clone(), config }
    }

    /// Whether it is there, and whose it is; from then on it is asked in its own region.
    ///
    /// S3 refuses alike whom it does not know and whom the bucket's owner does not let in. Only an answer
    /// without the owner in the request tells that the owner was what was wrong with it: where S3
    /// refuses both, nothing is known.
    pub(crate) async fn state(&mut self) -> Fact<BucketState> {
        let call = Call::S3HeadBucket;
        if self.account.is_empty() {
            let said = "the account's number is unknown, so the owner cannot be told";
            let gap = Gap::new(call, Reason::Failed).saying(said);
            return Fact::Unread(self.api.located(gap, Some(self.name)));
        }
        // The second round is for a bucket in another region.
        for _ in 0..2 {
            let refused = match self.head(true).await {
                Fact::Known(Head::Here(region)) => {
                    let region = Some(region.to_string());
                    return Fact::Known(BucketState::Own { region });
                }
                Fact::Known(Head::Missing) => return Fact::Known(BucketState::Missing),
                Fact::Known(Head::Elsewhere(region)) => {
                    self.api.region = region;
                    continue;
                }
                Fact::Unread(gap) if gap.reason == Reason::AccessDenied => gap,
                Fact::Unread(gap) => return Fact::Unread(gap),
            };
            match self.head(false).await {
                Fact::Known(Head::Here(region)) => {
                    let region = Some(region.to_string());
                    return Fact::Known(BucketState::Foreign { region });
                }
                Fact::Known(Head::Missing) => return Fact::Known(BucketState::Missing),
                Fact::Known(Head::Elsewhere(region)) => self.api.region = region,
                Fact::Unread(gap) if gap.reason == Reason::AccessDenied => {
                    let said = refused.detail.clone().unwrap_or_default();
                    let said = format!("{said}: no permission, or another account's bucket");
                    return Fact::Unread(refused.saying(said));
                }
                Fact::Unread(gap) => return Fact::Unread(gap),
            }
        }
        let gap = Gap::new(call, Reason::Malformed).saying("S3 points from region to region");
        Fact::Unread(self.api.located(gap, Some(self.name)))
    }

    fn bucket(&self) -> s3::Bucket<'a> {
        let meter = Some(self.api.meter(Call::S3HeadBucket));
        let region = self.api.region.clone();
        s3::Bucket { config: self.config, name: self.name, region, meter }
    }

    async fn head(&self, as_owner: bool) -> Fact<Head> {
        let answer = async {
            let head = self.bucket().head(as_owner.then_some(self.account)).await;
            let error = match (head.answer, head.region) {
                (Ok(()), region) => {
                    return Ok(Head::Here(region.unwrap_or_else(|| self.api.region.clone())));
                }
                (Err(error), _) if s3::is_not_there(&error) => return Ok(Head::Missing),
                (Err(SdkError::ServiceError(error)), region) => {
                    match (error.raw().status().as_u16(), region) {
                        // A request that is signed for another region is a bad one to some regions.
                        (301 | 307 | 400, Some(region)) => return Ok(Head::Elsewhere(region)),
                        _ => SdkError::ServiceError(error),
                    }
                }
                (Err(error), _) => error,
            };
            Err(error)
        };
        self.api.call(Call::S3HeadBucket, Some(self.name), answer).await
    }

    /// Whether its policy makes it public. Without a policy it is not.
    pub(crate) async fn policy_is_public(&self) -> Fact<bool> {
        let answer = self.call::<PolicyXml>(Call::S3GetBucketPolicyStatus, "policyStatus").await;
        match answer {
            Fact::Unread(gap) if says(&gap, "NoSuchBucketPolicy") => Fact::Known(false),
            answer => answer.map(|status| status.public),
        }
    }

    /// Whether all four switches of its block on public access are on. Without one none is.
    pub(crate) async fn public_access_blocked(&self) -> Fact<bool> {
        let call = Call::S3GetPublicAccessBlock;
        match self.call::<BlockXml>(call, "publicAccessBlock").await {
            Fact::Unread(gap) if says(&gap, "NoSuchPublicAccessBlockConfiguration") => {
                Fact::Known(false)
            }
            answer => answer.map(|block| {
                block.block_public_acls
                    && block.ignore_public_acls
                    && block.block_public_policy
                    && block.restrict_public_buckets
            }),
        }
    }

    async fn call<T: DeserializeOwned + Send>(&self, call: Call, what: &str) -> Fact<T> {
        let (client, path) = self.bucket().client();
        let request = RestRequest::get(&path).with(what, "").header(s3::OWNER, self.account);
        self.api.call(call, Some(self.name), client.xml_at::<T>(request)).await
    }

    /// When the newest of the logs whose names begin so was written: of those of this day, or else of
    /// the day before.
    pub(crate) async fn newest(&self, log: &Log<'_>, now: Timestamp) -> Fact<Option<Timestamp>> {
        for day in [now, now - DAY] {
            match self.newest_of(&log.prefix(day)).await {
                Fact::Known(None) => {}
                answer => return answer,
            }
        }
        Fact::Known(None)
    }

    async fn newest_of(&self, prefix: &str) -> Fact<Option<Timestamp>> {
        let call = Call::S3ListObjectsV2;
        let (client, path) = &self.bucket().client();
        let page = move |marker: Option<String>| async move {
            let request = RestRequest::get(path)
                .with("list-type", "2")
                .with("prefix", prefix)
                .with_some("continuation-token", marker.as_deref());
            let answer = client.xml_at::<ObjectsXml>(request);
            self.api.call(call, Some(self.name), answer).await.and_then(|page| {
                let (about, marker) = (Some(self.name), page.next_continuation_token);
                if page.key_count.is_some_and(|count| count != page.contents.len()) {
                    let said = Unexpected::Missing("Contents");
                    return Err(self.api.unexpected(call, about, &said));
                }
                let next = self.api.next_marker(call, about, page.is_truncated, marker)?;
                Ok((Some(page.contents), next))
            })
        };
        let all = self.api.all_pages(call, page).await;
        all.map(|objects| objects.into_iter().map(|object| object.last_modified).max())
    }
}

/// Whether S3 answered with this code.
fn says(gap: &Gap, code: &str) -> bool {
    gap.detail.as_deref().is_some_and(|said| said.split(':').next() == Some(code))
}

/// The access log of a load balancer, by the names that its files have.
///
/// Source: access logs in the guides of Application, Network and Classic load balancers.
#[derive(Clone, Debug)]
pub(crate) struct Log<'a> {
    /// ARN of the load balancer.
    pub(crate) arn: &'a str,
    /// What the user wants the names to begin with.
    pub(crate) under: &'a str,
}

impl Log<'_> {
    /// What the names of the files of a day begin with.
    fn prefix(&self, day: Timestamp) -> String {
        let mut parts = self.arn.split(':').skip(3);
        let region = parts.next().unwrap_or_default();
        let account = parts.next().unwrap_or_default();
        // `loadbalancer/app/web/50dc6c495c0c9188`, or `loadbalancer/web` for a Classic one.
        let id = parts.next().and_then(|rest| rest.strip_prefix("loadbalancer/"));
        let id = id.unwrap_or_default().replace('/', ".");
        let day = day.to_zoned(TimeZone::UTC).strftime("%Y/%m/%d").to_string();
        let under = self.under.trim_matches('/');
        let slash = if under.is_empty() { "" } else { "/" };
        format!(
            "{under}{slash}AWSLogs/{account}/elasticloadbalancing/{region}/{day}/\
             {account}_elasticloadbalancing_{region}_{id}_"
        )
    }
}

/// A bucket of which nothing is known but this.
pub(crate) fn unasked(state: Fact<BucketState>) -> LogBucket {
    LogBucket {
        state,
        policy_is_public: Fact::not_collected(Call::S3GetBucketPolicyStatus),
        public_access_blocked: Fact::not_collected(Call::S3GetPublicAccessBlock),
        newest: std::collections::BTreeMap::new(),
    }
}

#[derive(Debug, Deserialize)]
struct PolicyXml {
    #[serde(rename = "IsPublic")]
    public: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(clippy::struct_excessive_bools, reason = "S3 has these four switches")]
struct BlockXml {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ObjectsXml {
    is_truncated: bool,
    /// How many objects the page lists: without any the list is left out.
    key_count: Option<usize>,
    next_continuation_token: Option<String>,
    #[serde(default)]
    contents: Vec<ObjectXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ObjectXml {
    last_modified: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_looked_for_by_the_names_that_they_get() {
        let day: Timestamp = "2026-11-02T23:59:00Z".parse().unwrap();
        let arn =
            |rest: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:111122223333:{rest}");
        let web = arn("loadbalancer/app/web/50dc6c495c0c9188");
        assert_eq!(
            Log { arn: &web, under: "prod/elb" }.prefix(day),
            "prod/elb/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/02/\
             111122223333_elasticloadbalancing_eu-west-1_app.web.50dc6c495c0c9188_"
        );
        assert_eq!(
            Log { arn: &arn("loadbalancer/old"), under: "" }.prefix(day),
            "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/02/\
             111122223333_elasticloadbalancing_eu-west-1_old_"
        );
    }
}
