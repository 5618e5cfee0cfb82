//! S3: where a bucket is, and the objects that the program itself keeps: reports, and what a watch remembers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::timeout::{TimeoutConfig, TimeoutConfigBuilder};
use aws_types::SdkConfig;
use elb_audit_core::vocab::digest::sha256;
use elb_audit_core::vocab::fact::Reason;

use super::api::failure;
use super::endpoint::partition_of;
use super::incoming;
use super::pace::Meter;
use super::query::{Answer, Client, Failed, RestRequest};

/// Where a bucket is, which S3 says even to those that it refuses.
const REGION: &str = "x-amz-bucket-region";
/// Who must own a bucket for S3 to answer about it.
pub(crate) const OWNER: &str = "x-amz-expected-bucket-owner";
const CHECKSUM: &str = "x-amz-checksum-sha256";
/// Where to ask first when no region is configured.
const ANYWHERE: &str = "us-east-1";

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

/// Whether a bucket may be in a region though it was asked for in another: only AWS's own hosts of the same
/// partition are asked, whatever an answer says.
fn is_beside(asked: &str, region: &str) -> bool {
    let partition = |region| partition_of(region).map(|partition| partition.name);
    partition(region).is_some_and(|name| partition(asked).is_none_or(|asked| asked == name))
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
    pub(crate) region: Arc<str>,
    /// What counts and paces the requests of a scan.
    pub(crate) meter: Option<Meter>,
}

/// What S3 says when it is asked for the head of a bucket.
pub(crate) struct BucketHead {
    /// Where the bucket is, if S3 tells.
    pub(crate) region: Option<String>,
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
        let region = |headers: &Headers| {
            headers.get(REGION).filter(|region| is_beside(&self.region, region)).map(str::to_owned)
        };
        match client.head(request).await {
            Ok(reply) => BucketHead { region: region(&reply.headers), answer: Ok(()) },
            Err(error) => {
                let region_header = match &error {
                    SdkError::ServiceError(error) => region(error.raw().headers()),
                    _ => None,
                };
                BucketHead { region: region_header, answer: Err(error) }
            }
        }
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
    let object = Object::locate(config, bucket, key).await?;
    // How much comes is not known before; S3 has to begin as soon as with anything else.
    let patient = patient(config, TimeoutConfig::builder().operation_attempt_timeout(LONGEST));
    let (client, path) = object.client(&patient);
    match incoming::of_objects(client.send(RestRequest::get(&path))).await {
        Ok(reply) => {
            let etag = etag(&reply.headers);
            Ok(Some((reply.text.into_bytes(), etag)))
        }
        Err(error) => match (status(&error), code(&error)) {
            (404, Some("NoSuchKey")) => Ok(None),
            _ => Err(object.refused(Operation::Read, &error)),
        },
    }
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
    let time = Duration::from_secs(u64::try_from(bytes >> 20).unwrap_or(u64::MAX));
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
static KNOWN_REGIONS: Mutex<BTreeMap<(String, String), String>> = Mutex::new(BTreeMap::new());

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
        let region = match &known {
            Some(region) => region.as_str(),
            None => config.region().map_or(ANYWHERE, |region| region.as_ref()),
        };
        let bucket = Bucket { config, name, region: region.into(), meter: None };
        let mut object = Object { bucket, key };
        if known.is_some() {
            return Ok(object);
        }
        let head = object.bucket.head(None).await;
        match &head.answer {
            Err(error) if status(error) == 404 => {
                return Err(S3Error::NoSuchBucket(name.to_owned()));
            }
            Ok(()) | Err(SdkError::ServiceError(_)) => {}
            Err(error) => return Err(object.refused(Operation::Find, error)),
        }
        if let Some(region) = head.region {
            object.bucket.region = region.into();
        }
        regions().insert(known_as, object.bucket.region.to_string());
        Ok(object)
    }

    /// What asks as `config` says, and the object's path.
    fn client(&self, config: &SdkConfig) -> (Client, Vec<&'a str>) {
        let (client, mut path) = self.bucket.client_with(config);
        path.extend(self.key.split('/'));
        (client, path)
    }

    /// What is known of it without reading it; none where it is not there.
    pub(crate) async fn head(&self) -> Result<Option<Head>, S3Error> {
        let (client, path) = self.client(self.bucket.config);
        let request = RestRequest::get(&path).header("x-amz-checksum-mode", "ENABLED");
        match client.head(request).await {
            Ok(reply) => Ok(Some(Head { etag: etag(&reply.headers), headers: reply.headers })),
            Err(error) if status(&error) == 404 => Ok(None),
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
    fn an_answer_leads_to_no_host_but_those_of_aws() {
        for region in ["eu-west-1", "us-east-1", "ap-southeast-99"] {
            assert!(is_beside("eu-west-1", region), "{region}");
        }
        for region in
            ["", "cn-north-1", "eu-west-1.example.com/", "x@example.com", "EU-WEST-1", "eu-west-1#"]
        {
            assert!(!is_beside("eu-west-1", region), "{region}");
        }
        assert!(is_beside("cn-north-1", "cn-northwest-1"));
    }

    #[test]
    fn long_objects_have_more_time() {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(15))
            .build();
        let config = SdkConfig::builder().timeout_config(timeouts.clone()).build();
        assert_eq!(patient(&config, time_for(8 << 20)).timeout_config(), Some(&timeouts));
        let long = Duration::from_secs(280);
        let patient = patient(&config, time_for(280 << 20));
        let timeouts = patient.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(long));
        assert_eq!(timeouts.read_timeout(), Some(long));
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(5)));
    }
}
