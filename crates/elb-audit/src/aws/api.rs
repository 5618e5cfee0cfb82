//! One call: its turn, its deadline, and what a failure means.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::bounds::{self, Taken};
use super::connection_error::ConnectionError;
use super::pace::{Meter, Pace};
use super::region::RegionName;
use super::understood::Notes;
use super::{Stop, incoming, session};
use crate::secrets;

/// One page of a list: its items, none when the answer has no such list at all, and the marker of the
/// next page.
pub(crate) type Page<T> = Fact<(Option<Vec<T>>, Option<String>)>;

/// What a client answers.
pub(crate) type Answer<T, E> = Result<T, SdkError<E, HttpResponse>>;

/// Asks in one region, at the account's pace, until told to stop.
#[derive(Clone)]
pub(crate) struct ApiClient {
    /// Id of the account that is asked; empty where there is one alone.
    pub(crate) account: Arc<str>,
    pub(crate) region: RegionName,
    pub(crate) pace: Arc<Pace>,
    /// What came in answer about the account.
    pub(crate) taken: Arc<Taken>,
    pub(crate) stop: watch::Receiver<Stop>,
    /// Shared by the clients of a region.
    pub(crate) notes: Notes,
    pub(crate) verbose: bool,
}

impl ApiClient {
    /// The answer to a call about `resource`, or the gap it leaves.
    ///
    /// The SDK's futures are some 25 KB each: boxed here, thousands can be under way.
    pub(crate) fn call<'a, T, E>(
        &'a self,
        call: Call,
        resource: Option<&'a str>,
        answer: impl Future<Output = Answer<T, E>> + Send + 'a,
    ) -> BoxFuture<'a, Fact<T>>
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
    {
        let mut stop = self.stop.clone();
        Box::pin(async move {
            if self.taken.too_much() {
                let gap = Gap::new(call, Reason::Malformed).saying(bounds::TOO_MUCH);
                return Fact::Unread(self.located(gap, resource));
            }
            let _asked = self.pace.ask();
            let turn = async {
                let _permit = self.pace.turn(call, &self.region).await;
                let (answer, bytes) = incoming::received(answer).await;
                self.taken.add(bytes);
                answer
            };
            let gap = tokio::select! {
                biased;
                why = stopped(&mut stop) => {
                    let reason = match why {
                        Stop::Interrupted => Reason::Interrupted,
                        Stop::Deadline | Stop::No => Reason::DeadlinePassed,
                    };
                    Gap::new(call, reason)
                }
                answer = turn => match answer {
                    Ok(value) => {
                        self.log(call, resource, None);
                        return Fact::Known(value);
                    }
                    Err(error) => gap(call, &error),
                },
            };
            let gap = self.located(gap, resource);
            self.log(call, resource, Some(&gap));
            Fact::Unread(gap)
        })
    }

    /// What counts and paces the attempts of the client that makes this call, and of its others.
    pub(crate) fn meter(&self, call: Call) -> Meter {
        let (account, region) = (self.account.to_string(), self.region.to_string());
        Meter { pace: Arc::clone(&self.pace), account, region, call }
    }

    /// The bucket that a service's retries draw on.
    pub(crate) fn retry_partition(&self, service: &str) -> RetryPartition {
        session::retry_partition(&self.account, &self.region, service)
    }

    /// The gap with this client's region and the resource it is about.
    pub(crate) fn located(&self, mut gap: Gap, resource: Option<&str>) -> Gap {
        if !gap.call.is_global() {
            gap.region = Some(self.region.to_string());
        }
        gap.resource = resource.map(str::to_owned);
        gap.detail = gap.detail.map(|detail| secrets::redact_line(&detail));
        gap
    }

    fn log(&self, call: Call, resource: Option<&str>, gap: Option<&Gap>) {
        if self.verbose {
            let what = resource.unwrap_or("-");
            let came = gap.map_or_else(|| "ok".to_owned(), ToString::to_string);
            let account = &self.account;
            let of = if account.is_empty() { String::new() } else { format!("{account} ") };
            crate::log::say(format_args!("{of}{} {call} {what}: {came}", self.region));
        }
    }

    /// The gap of an answer that lacks what it should hold. AWS sends its lists even when they are empty.
    pub(crate) fn missing_list(&self, call: Call, resource: Option<&str>) -> Gap {
        let gap = Gap::new(call, Reason::Malformed).saying("the answer lacks its list");
        self.located(gap, resource)
    }

    /// The list that an answer should hold.
    pub(crate) fn required_list<T>(
        &self,
        call: Call,
        resource: &str,
        list: Fact<Option<Vec<T>>>,
    ) -> Fact<Vec<T>> {
        match list {
            Fact::Known(Some(list)) => Fact::Known(list),
            Fact::Known(None) => Fact::Unread(self.missing_list(call, Some(resource))),
            Fact::Unread(gap) => Fact::Unread(gap),
        }
    }

    /// Attributes by their key. One without key or value may be any, and one with two values has neither:
    /// none is known then.
    pub(crate) fn pairs(
        &self,
        call: Call,
        resource: &str,
        found: impl Iterator<Item = (Option<String>, Option<String>)>,
    ) -> Result<BTreeMap<String, String>, Gap> {
        let mut pairs = BTreeMap::new();
        for (key, value) in found {
            let pair = key.filter(|key| !key.is_empty()).zip(value);
            let said = match pair.map(|(key, value)| (pairs.insert(key, value.clone()), value)) {
                Some((Some(other), value)) if other != value => "an attribute with two values",
                Some(_) => continue,
                None => "an attribute without key or value",
            };
            let gap = Gap::new(call, Reason::Malformed).saying(said);
            return Err(self.located(gap, Some(resource)));
        }
        Ok(pairs)
    }
}

/// Waits until the scan has to stop. When nobody is left to say so, it never has to.
async fn stopped(stop: &mut watch::Receiver<Stop>) -> Stop {
    let why = stop.wait_for(|stop| *stop != Stop::No).await.ok().map(|why| *why);
    match why {
        Some(why) => why,
        None => std::future::pending().await,
    }
}

/// What a failed call leaves open, and why.
pub(crate) fn gap<E>(call: Call, error: &SdkError<E, HttpResponse>) -> Gap
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (reason, said) = failure(error);
    Gap::new(call, reason).saying(said)
}

/// Why a call failed, and what was said about it.
///
/// AWS and whoever stands between may quote the request in it: it comes without secrets, and cut.
pub(crate) fn failure<E>(error: &SdkError<E, HttpResponse>) -> (Reason, String)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (reason, said) = plain_failure(error);
    (reason, secrets::redact_line(&said))
}

fn plain_failure<E>(error: &SdkError<E, HttpResponse>) -> (Reason, String)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(cause) = ConnectionError::of(error) {
        return (Reason::Failed, cause.to_string());
    }
    if let Some(cause) = credentials_error(error) {
        let bottom = innermost(cause);
        let answered = bottom.downcast_ref::<ErrorMetadata>();
        let said = answered
            .and_then(|error| Some(format!("{}: {}", error.code()?, error.message()?)))
            .unwrap_or_else(|| what_is_wrong(&bottom.to_string()).to_owned());
        return (Reason::NoCredentials, said);
    }
    (reason(error), said(error))
}

fn reason<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Reason {
    match error {
        SdkError::TimeoutError(_) => Reason::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Reason::TimedOut,
        SdkError::ResponseError(_) => Reason::Malformed,
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            match service.err().code() {
                Some(code) => reason_for_code(code),
                None if status == 429 => Reason::Throttled,
                // Whoever stands between, a proxy for instance, refuses in its own form.
                None if status == 403 => Reason::AccessDenied,
                None if status < 400 => Reason::Malformed,
                None => Reason::Failed,
            }
        }
        _ => Reason::Failed,
    }
}

/// What one of AWS's error codes means for a scan.
///
/// Sources: the services' lists of common errors; ELB's `DependencyThrottle` and `…NotFound`.
pub(crate) fn reason_for_code(code: &str) -> Reason {
    match code {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "UnauthorizedAccess"
        | "NotAuthorized"
        | "NotAuthorizedException"
        | "ForbiddenException" => Reason::AccessDenied,
        "OptInRequired"
        | "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidAction"
        | "UnknownOperationException"
        | "UnsupportedOperation"
        | "UnknownOperation"
        | "SubscriptionRequiredException" => Reason::Unavailable,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Reason::NoCredentials,
        "RequestLimitExceeded"
        | "DependencyThrottle"
        | "TooManyRequestsException"
        | "EC2ThrottledException"
        | "SlowDown"
        | "PriorRequestNotComplete" => Reason::Throttled,
        "RequestTimeout" | "RequestTimeoutException" => Reason::TimedOut,
        _ if code.contains("Throttl") => Reason::Throttled,
        _ if code.contains("NotFound")
            || code.starts_with("NoSuch")
            || code == "WAFNonexistentItemException" =>
        {
            Reason::NotFound
        }
        _ => Reason::Failed,
    }
}

/// AWS's own words, or those of the layer that failed.
fn said<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            match (service.err().code(), service.err().message()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(code), None) => code.to_owned(),
                (None, _) => format!("HTTP status {status}"),
            }
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            "no answer in time".to_owned()
        }
        other => innermost(other).to_string(),
    }
}

/// The provider's own error, when the call failed because there are no credentials to sign it with.
fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<aws_credential_types::provider::error::CredentialsError>() {
            return Some(error);
        }
        cause = error.source();
    }
    None
}

/// What matters of an error of the chain, which lists every place where it looked: what is wrong with the
/// profile, if something is, or else the first sentence.
fn what_is_wrong(said: &str) -> &str {
    let profile = said.lines().find_map(|line| {
        line.trim().strip_prefix("Profile: the credential provider was not enabled: ")
    });
    profile.or(said.split(". Attempted:").next()).unwrap_or_default()
}

/// The cause at the bottom: the layers above it only say that something failed.
pub(crate) fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient").field("region", &self.region).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};

    use super::*;
    use crate::aws::query::ServiceError;

    pub(in crate::aws) fn client() -> ApiClient {
        let (sleep, clock) = (TokioSleep::new(), SystemTimeSource::new());
        let (sleep, clock) = (SharedAsyncSleep::new(sleep), SharedTimeSource::new(clock));
        ApiClient {
            account: Arc::from(""),
            region: RegionName::parse("eu-west-1").unwrap(),
            pace: Pace::new(None, false, sleep, clock),
            taken: Arc::default(),
            stop: watch::channel(Stop::No).1,
            notes: Notes::default(),
            verbose: false,
        }
    }

    #[tokio::test]
    async fn an_account_of_which_there_is_too_much_is_asked_no_more() {
        let (api, call) = (client(), Call::Ec2DescribeVpcs);
        let ask = || api.call::<u8, ServiceError>(call, None, async { Ok(1) });
        assert_eq!(ask().await, Fact::Known(1));
        let page = |_| async { Fact::Known((Some(vec![1; 100]), None)) };
        let load_balancers = Call::ElbV2DescribeLoadBalancers;
        for _ in 0..bounds::ACCOUNT / bounds::weight(load_balancers, 100) {
            assert_eq!(api.pages(load_balancers, page).await.1, None);
            assert_eq!(ask().await, Fact::Known(1));
        }
        assert_eq!(api.pages(load_balancers, page).await.1, None);
        let asked = api.call::<u8, ServiceError>(call, None, async { unreachable!("it is asked") });
        let gap = Gap::new(call, Reason::Malformed).saying(bounds::TOO_MUCH).in_region("eu-west-1");
        assert_eq!(asked.await, Fact::Unread(gap));
    }
}
