//! Why a connection fails for other reasons than the host that is asked: the proxy, or whom to trust.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::result::ConnectorError;

use super::api::innermost;
use super::proxy::{Proxy, ProxyVariableError};
use super::target::Target;

/// What a connection failed at, in one sentence that says what to do.
#[derive(Debug)]
pub(crate) enum ConnectionError {
    /// The variable that would name the proxy does not.
    Variable(ProxyVariableError),
    /// The proxy does not do what it is there for.
    Proxy { proxy: Arc<Proxy>, target: Target, failure: ProxyFailure },
    /// Nobody who is trusted here vouches for the host.
    Untrusted { target: Target, said: String },
}

/// What a proxy does instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyFailure {
    /// It cannot be reached.
    Unreachable(String),
    /// It, or the host behind it, says nothing.
    Silent,
    /// It wants to know who is asking.
    Unauthorized,
    /// It does not lead to the host, and may have said so with this status.
    Refused(Option<u16>),
    /// It closes the connection.
    Closed,
    /// It opens a tunnel through which no TLS comes about.
    NoTls(String),
    /// It answers something that no proxy does.
    Unknown,
}

impl ConnectionError {
    /// The one among the causes of an error, if there is one.
    pub(crate) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(own) = error.downcast_ref() {
                return Some(own);
            }
            cause = error.source();
        }
        None
    }

    /// What a connector says of an untrusted host; any other error as it is.
    pub(crate) fn untrusted(error: ConnectorError, target: &Target) -> ConnectorError {
        let said = innermost(&error).to_string();
        match said.strip_prefix("invalid peer certificate: ") {
            Some(said) => {
                let (target, said) = (target.clone(), said.to_owned());
                ConnectionError::Untrusted { target, said }.into_connector_error()
            }
            None => error,
        }
    }

    /// Whether another host would fare no better.
    pub(crate) fn concerns_every_host(&self) -> bool {
        let ConnectionError::Proxy { failure, .. } = self else { return true };
        match failure {
            ProxyFailure::Refused(status) => is_out_of_order(*status),
            ProxyFailure::NoTls(_) => false,
            ProxyFailure::Unreachable(_)
            | ProxyFailure::Silent
            | ProxyFailure::Unauthorized
            | ProxyFailure::Closed
            | ProxyFailure::Unknown => true,
        }
    }

    /// As connectors say it. What may be different a moment later is tried again: but not a proxy that has
    /// never answered, which is a wrong address.
    pub(crate) fn into_connector_error(self) -> ConnectorError {
        let passes = match &self {
            ConnectionError::Variable(_) | ConnectionError::Untrusted { .. } => false,
            ConnectionError::Proxy { proxy, failure, .. } => match failure {
                ProxyFailure::Closed | ProxyFailure::NoTls(_) => true,
                ProxyFailure::Refused(status) => is_out_of_order(*status),
                ProxyFailure::Unreachable(_) | ProxyFailure::Silent => proxy.has_worked(),
                ProxyFailure::Unauthorized | ProxyFailure::Unknown => false,
            },
        };
        if passes {
            ConnectorError::io(self.into())
        } else {
            ConnectorError::other(self.into(), None)
        }
    }
}

/// Whether a proxy with this status fails where it would not refuse.
fn is_out_of_order(status: Option<u16>) -> bool {
    status.is_some_and(|status| status == 429 || status >= 500)
}

/// What to do where nobody vouches for a certificate.
const AUTHORITY: &str =
    "if a proxy signs for it, name the file of the proxy's authority in AWS_CA_BUNDLE";
/// What to do where a proxy is no way.
const EXCEPTION: &str = "name it in NO_PROXY if it can be reached without a proxy";

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectionError::Variable(error) => write!(f, "{error}"),
            ConnectionError::Untrusted { target, said } => {
                write!(f, "the certificate of {target} is not trusted ({said})")?;
                advise(f, said)
            }
            ConnectionError::Proxy { proxy, target, failure } => failure.describe(f, proxy, target),
        }
    }
}

/// Adds what to do where the authority is what is wrong with a certificate.
fn advise(f: &mut fmt::Formatter<'_>, said: &str) -> fmt::Result {
    let is_stranger = ["UnknownIssuer", "BadSignature"].iter().any(|name| said.contains(name));
    if is_stranger { write!(f, ": {AUTHORITY}") } else { Ok(()) }
}

impl ProxyFailure {
    fn describe(&self, f: &mut fmt::Formatter<'_>, proxy: &Proxy, target: &Target) -> fmt::Result {
        let variable = proxy.variable();
        match self {
            ProxyFailure::Unreachable(said) => {
                write!(f, "cannot reach the proxy {proxy:?}: {said}: check {variable}")?;
                advise(f, said)
            }
            ProxyFailure::Silent => write!(
                f,
                "the proxy {proxy:?} opens no connection to {target} in time: check {variable}, or {EXCEPTION}"
            ),
            ProxyFailure::Unauthorized if proxy.has_credentials() => write!(
                f,
                "the proxy {proxy:?} does not take the user and password that {variable} holds (HTTP status \
                 407): correct them there, with characters such as @ and : as %40 and %3A"
            ),
            ProxyFailure::Unauthorized => write!(
                f,
                "the proxy {proxy:?} wants a user and password (HTTP status 407): set {variable} to \
                 http://USER:PASSWORD@{proxy}"
            ),
            ProxyFailure::Refused(status) => {
                let cannot = is_out_of_order(*status);
                let does = if cannot { "cannot reach" } else { "does not let through to" };
                write!(f, "the proxy {proxy:?} {does} {target}")?;
                if let Some(status) = status {
                    write!(f, " (HTTP status {status})")?;
                }
                write!(f, ": have whoever runs it allow the host, or {EXCEPTION}")
            }
            ProxyFailure::Closed => write!(
                f,
                "the proxy {proxy:?} closes the connection instead of leading to {target}: check \
                 {variable}, or ask whoever runs the proxy"
            ),
            ProxyFailure::NoTls(said) => write!(
                f,
                "through the proxy {proxy:?} there is no TLS with {target} ({said}): have whoever runs it \
                 allow the host, or {EXCEPTION}"
            ),
            ProxyFailure::Unknown => {
                write!(f, "{proxy:?} does not answer as a proxy does: check {variable}")
            }
        }
    }
}

impl Error for ConnectionError {}
