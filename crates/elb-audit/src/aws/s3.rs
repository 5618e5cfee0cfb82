//! S3: where a bucket is, and the objects that the program itself keeps: reports, and what a watch remembers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::timeout::{TimeoutConfig, TimeoutConfigBuilder};
use aws_types::SdkConfig;
use elb_audit_core::vocab::digest::sha256;
use elb_audit_core::vocab::fact::Reason;

use super::api::failure;
use super::incoming;
use super::pace::Meter;
use super::query::{Answer, Client, Failed, RestRequest, undecodable};
use super::region::RegionName;
use super::session;

/// Where a bucket is, which S3 says even to those that it refuses.
const REGION: &str = "x-amz-bucket-region";
/// Who must own a bucket for S3 to answer about it.
pub(crate) const OWNER: &str = "x-amz-expected-bucket-owner";
const CHECKSUM: &str = "x-amz-checksum-sha256";

/// Whether a text can be the name of a bucket.
///
/// Source: Amazon S3 User Guide, rules for naming buckets.
pub(crate) fn is_bucket_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|c| plain(c) || c == '-' || c == '.')
        && name.starts_with(plain)
        && name.ends_with(plain)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
}

/// Bucket and key of `s3://BUCKET/KEY`, the key empty where there is none; none where it is no such address.
pub(crate) fn address(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// A bucket, asked in a region that it may not be in.
#[derive(Clone, Debug)]
pub(crate) struct Bucket<'a> {
    pub(crate) config: &'a SdkConfig,
    pub(crate) name: &'a str,
    pub(crate) region: RegionName,
    /// What counts and paces the requests of a scan.
    pub(crate) meter: Option<Meter>,
}

/// What S3 says when it is asked for the head of a bucket.
pub(crate) struct BucketHead {
    /// Where the bucket is, if S3 tells.
    pub(crate) region: Option<RegionName>,
    /// Whether it answers.
    pub(crate) answer: Answer<()>,
}

impl<'a> Bucket<'a> {
    /// The client that asks for it, and the first segments of its paths.
    pub(crate) fn client(&self) -> (Client, Vec<&'a str>) {
        self.client_with(self.config)
    }

    fn client_with(&self, config: &SdkConfig) -> (Client, Vec<&'a str>) {
        Client::for_bucket(config, &self.region, self.meter.clone(), self.name)
    }

    /// Asks for its head, as a bucket that this account must own if one is given.
    pub(crate) async fn head(&self, owner: Option<&str>) -> BucketHead {
        let (client, path) = self.client();
        let mut request = RestRequest::get(&path);
        if let Some(owner) = owner {
            request = request.header(OWNER, owner);
        }
        let (headers, answer) = match client.head(request).await {
            Ok(reply) => (Some(reply.headers), Ok(())),
            Err(error) => {
                let headers = match &error {
                    SdkError::ServiceError(error) => Some(error.raw().headers().clone()),
                    _ => None,
                };
                (headers, Err(error))
            }
        };
        let Some(named) = headers.as_ref().and_then(|headers| headers.get(REGION)) else {
            return BucketHead { region: None, answer };
        };
        let region = RegionName::in_partition(named, self.region.partition());
        let said = || format!("S3 says that the bucket is in `{named}`, which is no region");
        let answer = if region.is_none() { Err(undecodable(said())) } else { answer };
        BucketHead { region, answer }
    }
}

/// Why an object could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum S3Error {
    /// There is no such bucket.
    #[error("s3://{0}: there is no such bucket")]
    NoSuchBucket(String),
    /// S3 does not do it, or nobody answers.
    #[error("cannot {operation} s3://{bucket}/{key}: {said}{}", remedy(*.operation, *.reason))]
    Refused {
        /// What was tried.
        operation: Operation,
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
        /// What kind of failure it is.
        reason: Reason,
        /// AWS's words, or those of the layer that failed.
        said: String,
    },
}

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Its bucket is looked for.
    Find,
    /// It is read.
    Read,
    /// It is written.
    Write,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Find => "find",
            Operation::Read => "read",
            Operation::Write => "write",
        })
    }
}

/// The action to allow where that is the reason.
fn remedy(operation: Operation, reason: Reason) -> &'static str {
    match (reason, operation) {
        (Reason::AccessDenied, Operation::Write) => ": allow s3:PutObject",
        // Without the second action S3 refuses what is not there as well.
        (Reason::AccessDenied, _) => ": allow s3:GetObject and s3:ListBucket",
        (Reason::NoCredentials, _) => ": set AWS_PROFILE, or sign in with `aws sso login`",
        _ => "",
    }
}

/// One version of an object, as S3 names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

/// What must hold for an object to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    None,
    /// There is none yet.
    Absent,
    /// It still is this version.
    Matches(Etag),
}

/// What has become of an object that was to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is written, and is this version.
    Done(Etag),
    /// The condition does not hold: somebody else has written or removed it.
    Conflict,
}

/// What an object holds and which version that is; none where there is no such object.
pub async fn get(
    config: &SdkConfig,
    bucket: &str,
    key: &str,
) -> Result<Option<(Vec<u8>, Etag)>, S3Error> {
    get_within(config, bucket, key, LONGEST).await
}

/// The same, in so much time: an object may come drop by drop.
pub(crate) async fn get_within(
    config: &SdkConfig,
    bucket: &str,
    key: &str,
    longest: Duration,
) -> Result<Option<(Vec<u8>, Etag)>, S3Error> {
    let whole = async {
        let object = Object::locate(config, bucket, key).await?;
        object.get(config, longest).await
    };
    // Looking for the bucket and every attempt included.
    tokio::time::timeout(longest, whole).await.unwrap_or_else(|_| {
        let said = format!("it did not come to its end within {:.0} s", longest.as_secs_f64());
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Err(S3Error::Refused {
            operation: Operation::Read,
            bucket,
            key,
            reason: Reason::TimedOut,
            said,
        })
    })
}

/// Writes an object if the condition holds.
pub async fn put(
    config: &SdkConfig,
    bucket: &str,
    key: &str,
    bytes: Vec<u8>,
    condition: Condition,
) -> Result<Put, S3Error> {
    let object = Object::locate(config, bucket, key).await?;
    object.put(bytes, "application/json", &condition, &[]).await
}

/// The longest that an object may take to arrive.
const LONGEST: Duration = Duration::from_mins(10);

/// The same configuration with this much time for an attempt.
fn patient(config: &SdkConfig, attempt: TimeoutConfigBuilder) -> SdkConfig {
    let own = config.timeout_config().map(TimeoutConfig::to_builder).unwrap_or_default();
    config.to_builder().timeout_config(attempt.take_unset_from(own).build()).build()
}

/// Time for sending this much: at a megabyte a second it is through. An answer does not begin before.
fn time_for(bytes: usize) -> TimeoutConfigBuilder {
    const SMALL: usize = 8 << 20;
    let timeouts = TimeoutConfig::builder();
    if bytes <= SMALL {
        return timeouts;
    }
    // In a few steps: each time has connections of its own.
    let seconds = u64::try_from(bytes >> 20).unwrap_or(u64::MAX).checked_next_power_of_two();
    let time = seconds.map_or(LONGEST, Duration::from_secs);
    timeouts.read_timeout(time).operation_attempt_timeout(time)
}

/// An object, there or not yet.
pub(crate) struct Object<'a> {
    /// Asked where it is.
    bucket: Bucket<'a>,
    key: &'a str,
}

/// Where a bucket of this endpoint was found before in this process. A run reads and writes many objects
/// of one bucket.
static KNOWN_REGIONS: Mutex<BTreeMap<(String, String), RegionName>> = Mutex::new(BTreeMap::new());

/// What is known of an object without reading it.
pub(crate) struct Head {
    pub(crate) headers: Headers,
    pub(crate) etag: Etag,
}

impl<'a> Object<'a> {
    /// The object of this key, wherever its bucket is.
    ///
    /// S3 is asked for the region first: to a long body for a bucket of another region it only closes the
    /// connection. It tells the region also to those who may not look at the bucket.
    pub(crate) async fn locate(
        config: &'a SdkConfig,
        name: &'a str,
        key: &'a str,
    ) -> Result<Self, S3Error> {
        let regions = || KNOWN_REGIONS.lock().unwrap_or_else(PoisonError::into_inner);
        let known_as = (config.endpoint_url().unwrap_or_default().to_owned(), name.to_owned());
        let known = regions().get(&known_as).cloned();
        let is_known = known.is_some();
        let region = known.unwrap_or_else(|| session::region_or_home(config));
        let bucket = Bucket { config, name, region, meter: None };
        let mut object = Object { bucket, key };
        if is_known {
            return Ok(object);
        }
        let head = object.bucket.head(None).await;
        match &head.answer {
            Err(error) if is_not_there(error) => {
                return Err(S3Error::NoSuchBucket(name.to_owned()));
            }
            Ok(()) | Err(SdkError::ServiceError(_)) => {}
            Err(error) => return Err(object.refused(Operation::Find, error)),
        }
        let told = head.region.is_some();
        if let Some(region) = head.region {
            object.bucket.region = region;
        }
        if told || head.answer.is_ok() {
            regions().insert(known_as, object.bucket.region.clone());
        }
        Ok(object)
    }

    /// What asks as `config` says, and the object's path.
    fn client(&self, config: &SdkConfig) -> (Client, Vec<&'a str>) {
        let (client, mut path) = self.bucket.client_with(config);
        path.extend(self.key.split('/'));
        (client, path)
    }

    /// What it holds and which version that is; none where it is not there.
    async fn get(
        &self,
        config: &SdkConfig,
        longest: Duration,
    ) -> Result<Option<(Vec<u8>, Etag)>, S3Error> {
        // How much comes is not known before; S3 has to begin as soon as with anything else.
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(longest.min(LONGEST));
        let (client, path) = self.client(&patient(config, timeouts));
        match incoming::of_objects(client.send(RestRequest::get(&path))).await {
            Ok(reply) => {
                let etag = etag(&reply.headers);
                Ok(Some((reply.text.into_bytes(), etag)))
            }
            Err(error) => match (status(&error), code(&error)) {
                (404, Some("NoSuchKey")) => Ok(None),
                _ => Err(self.refused(Operation::Read, &error)),
            },
        }
    }

    /// What is known of it without reading it; none where it is not there.
    pub(crate) async fn head(&self) -> Result<Option<Head>, S3Error> {
        let (client, path) = self.client(self.bucket.config);
        let request = RestRequest::get(&path).header("x-amz-checksum-mode", "ENABLED");
        match client.head(request).await {
            Ok(reply) => Ok(Some(Head { etag: etag(&reply.headers), headers: reply.headers })),
            Err(error) if is_not_there(&error) => Ok(None),
            Err(error) => Err(self.refused(Operation::Read, &error)),
        }
    }

    /// Writes it, what it is on the web and other headers with it, if the condition holds.
    ///
    /// The checksum is what a bucket with an object lock asks for; it also tells one's own writing from
    /// another's when the answer to it was lost and a second attempt finds the object changed.
    pub(crate) async fn put(
        &self,
        bytes: Vec<u8>,
        media_type: &str,
        condition: &Condition,
        headers: &[(&'static str, &str)],
    ) -> Result<Put, S3Error> {
        let checksum = aws_smithy_types::base64::encode(sha256(&bytes));
        let patient = patient(self.bucket.config, time_for(bytes.len()));
        let (client, path) = self.client(&patient);
        let mut request = RestRequest::put(&path, bytes)
            .header("content-type", media_type)
            .header(CHECKSUM, &checksum);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request = match condition {
            Condition::None => request,
            Condition::Absent => request.header("if-none-match", "*"),
            Condition::Matches(Etag(etag)) => request.header("if-match", etag),
        };
        let error = match client.send(request).await {
            Ok(reply) => return Ok(Put::Done(etag(&reply.headers))),
            Err(error) => error,
        };
        let gone = matches!(condition, Condition::Matches(_)) && code(&error) == Some("NoSuchKey");
        if !matches!(status(&error), 409 | 412) && !gone {
            return Err(self.refused(Operation::Write, &error));
        }
        match self.head().await {
            Ok(Some(head)) if head.headers.get(CHECKSUM) == Some(&checksum) => {
                Ok(Put::Done(head.etag))
            }
            _ => Ok(Put::Conflict),
        }
    }

    fn refused(&self, operation: Operation, error: &Failed) -> S3Error {
        let (reason, said) = failure(error);
        // More follows.
        let said = said.trim_end_matches('.').to_owned();
        let (bucket, key) = (self.bucket.name.to_owned(), self.key.to_owned());
        S3Error::Refused { operation, bucket, key, reason, said }
    }
}

fn etag(headers: &Headers) -> Etag {
    Etag(headers.get("etag").unwrap_or_default().to_owned())
}

/// The HTTP status of an error; 0 where nobody answered.
fn status(error: &Failed) -> u16 {
    match error {
        SdkError::ServiceError(error) => error.raw().status().as_u16(),
        _ => 0,
    }
}

/// Whether S3 itself says that there is no such thing. An answer to a head has no body that tells; whoever else
/// stands between gives it no id.
pub(crate) fn is_not_there<E>(error: &SdkError<E, HttpResponse>) -> bool {
    let SdkError::ServiceError(error) = error else { return false };
    let headers = error.raw().headers();
    let has_id =
        ["x-amz-request-id", "x-amzn-requestid"].iter().any(|id| headers.get(*id).is_some());
    error.raw().status().as_u16() == 404 && has_id
}

fn code(error: &Failed) -> Option<&str> {
    use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
    match error {
        SdkError::ServiceError(error) => error.err().code(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets_are_told_from_other_words() {
        let long = "x".repeat(63);
        for name in ["abc", "my.reports-1", "0a0", &long] {
            assert!(is_bucket_name(name), "{name}");
        }
        let longer = "x".repeat(64);
        for name in ["ab", "Reports", "a..b", "10.0.0.1", "-ab", "ab.", "a_b", "", &longer] {
            assert!(!is_bucket_name(name), "{name}");
        }
    }

    #[test]
    fn long_objects_have_more_time() {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(15))
            .build();
        let config = SdkConfig::builder().timeout_config(timeouts.clone()).build();
        assert_eq!(patient(&config, time_for(8 << 20)).timeout_config(), Some(&timeouts));
        let long = Duration::from_secs(512);
        let patient = patient(&config, time_for(280 << 20));
        let timeouts = patient.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(long));
        assert_eq!(timeouts.read_timeout(), Some(long));
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(5)));
    }
}
