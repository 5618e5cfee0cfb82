//! Objects in S3 that the program itself keeps: reports, and what a watch remembers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::timeout::{TimeoutConfig, TimeoutConfigBuilder};
use aws_types::SdkConfig;
use elb_audit_core::digest::sha256;
use elb_audit_core::fact::Reason;

use super::ask::failure;
use super::query::{Client, Failed, Question};

/// Where a bucket is, which S3 says even to those that it refuses.
const REGION: &str = "x-amz-bucket-region";
const CHECKSUM: &str = "x-amz-checksum-sha256";
/// Where to ask first when no region is configured.
const ANYWHERE: &str = "us-east-1";

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
///
/// # Errors
/// In words, with the IAM action to allow.
pub async fn get(
    config: &SdkConfig,
    bucket: &str,
    key: &str,
) -> Result<Option<(Vec<u8>, Etag)>, String> {
    let object = Object::of(config, bucket, key).await?;
    // How much comes is not known before; S3 has to begin as soon as with anything else.
    let patient = patient(config, TimeoutConfig::builder().operation_attempt_timeout(LONGEST));
    match object.client(&patient).send(Question::get(&object.path())).await {
        Ok(reply) => {
            let etag = etag(&reply.headers);
            Ok(Some((reply.text.into_bytes(), etag)))
        }
        Err(error) => match (status(&error), code(&error)) {
            (404, Some("NoSuchKey")) => Ok(None),
            _ => Err(object.refused("read", &error)),
        },
    }
}

/// Writes an object if the condition holds.
///
/// # Errors
/// In words, with the IAM action to allow.
pub async fn put(
    config: &SdkConfig,
    bucket: &str,
    key: &str,
    bytes: Vec<u8>,
    condition: Condition,
) -> Result<Put, String> {
    let object = Object::of(config, bucket, key).await?;
    object.put(bytes, &condition, &[]).await
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
    config: &'a SdkConfig,
    bucket: &'a str,
    key: &'a str,
    /// Of the bucket.
    region: String,
}

/// Where a bucket of this endpoint was found before in this process; with a region, that it is there. A
/// run reads and writes many objects of one bucket.
fn known_region((endpoint, bucket): (&str, &str), found: Option<&str>) -> Option<String> {
    static KNOWN: Mutex<BTreeMap<(String, String), String>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let place = (endpoint.to_owned(), bucket.to_owned());
    match found {
        None => known.get(&place).cloned(),
        Some(region) => known.insert(place, region.to_owned()),
    }
}

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
    pub(crate) async fn of(
        config: &'a SdkConfig,
        bucket: &'a str,
        key: &'a str,
    ) -> Result<Self, String> {
        let region = config.region().map_or(ANYWHERE, |region| region.as_ref());
        let place = (config.endpoint_url().unwrap_or_default(), bucket);
        if let Some(known) = known_region(place, None) {
            return Ok(Object { config, bucket, key, region: known });
        }
        let object = Object { config, bucket, key, region: region.to_owned() };
        let (client, path) = Client::of_bucket(config, (&object.region, None), bucket);
        let headers = match client.head(Question::get(&path)).await {
            Ok(reply) => reply.headers,
            Err(error) if status(&error) == 404 => {
                return Err(format!("s3://{bucket}: there is no such bucket"));
            }
            Err(SdkError::ServiceError(error)) => error.raw().headers().clone(),
            Err(error) => return Err(object.refused("find", &error)),
        };
        let region = headers.get(REGION).map_or(region, |region| region).to_owned();
        known_region(place, Some(&region));
        Ok(Object { region, ..object })
    }

    fn client(&self, config: &SdkConfig) -> Client {
        Client::of_bucket(config, (&self.region, None), self.bucket).0
    }

    fn path(&self) -> Vec<&str> {
        let (_, mut path) = Client::of_bucket(self.config, (&self.region, None), self.bucket);
        path.extend(self.key.split('/'));
        path
    }

    /// What is known of it without reading it; none where it is not there.
    pub(crate) async fn head(&self) -> Result<Option<Head>, String> {
        let question = Question::get(&self.path()).header("x-amz-checksum-mode", "ENABLED");
        match self.client(self.config).head(question).await {
            Ok(reply) => Ok(Some(Head { etag: etag(&reply.headers), headers: reply.headers })),
            Err(error) if status(&error) == 404 => Ok(None),
            Err(error) => Err(self.refused("read", &error)),
        }
    }

    /// Writes it, with these headers, if the condition holds.
    ///
    /// The checksum is what a bucket with an object lock asks for; it also tells one's own writing from
    /// another's when the answer to it was lost and a second attempt finds the object changed.
    pub(crate) async fn put(
        &self,
        bytes: Vec<u8>,
        condition: &Condition,
        headers: &[(&'static str, &str)],
    ) -> Result<Put, String> {
        let checksum = aws_smithy_types::base64::encode(sha256(&bytes));
        let patient = patient(self.config, time_for(bytes.len()));
        let mut question = Question::put(&self.path(), bytes)
            .header("content-type", "application/json")
            .header(CHECKSUM, &checksum);
        for (name, value) in headers {
            question = question.header(name, value);
        }
        question = match condition {
            Condition::None => question,
            Condition::Absent => question.header("if-none-match", "*"),
            Condition::Matches(Etag(etag)) => question.header("if-match", etag),
        };
        let error = match self.client(&patient).send(question).await {
            Ok(reply) => return Ok(Put::Done(etag(&reply.headers))),
            Err(error) => error,
        };
        let gone = matches!(condition, Condition::Matches(_)) && code(&error) == Some("NoSuchKey");
        if !matches!(status(&error), 409 | 412) && !gone {
            return Err(self.refused("write", &error));
        }
        match self.head().await {
            Ok(Some(head)) if head.headers.get(CHECKSUM) == Some(&checksum) => {
                Ok(Put::Done(head.etag))
            }
            _ => Ok(Put::Conflict),
        }
    }

    fn refused(&self, what: &str, error: &Failed) -> String {
        let Object { bucket, key, .. } = self;
        // Without the second action S3 refuses what is not there as well.
        let action = match what {
            "write" => "s3:PutObject",
            _ => "s3:GetObject and s3:ListBucket",
        };
        let (reason, said) = failure(error);
        let remedy = match reason {
            Reason::AccessDenied => format!(": allow {action}"),
            _ => String::new(),
        };
        format!("cannot {what} s3://{bucket}/{key}: {said}{remedy}")
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
