//! The fault script: which calls fail, how, and how often.

use crate::call::Call;

/// A planted fault. Calls are named `family:Operation` (`elbv2:DescribeRules`), or by IAM action
/// (`elasticloadbalancing:DescribeRules`, which is both generations'), with `*` for any part.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) pattern: Pattern,
    pub(crate) region: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) skip: u32,
    pub(crate) times: Option<u32>,
    pub(crate) kind: Kind,
}

/// How a call fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller lacks the permission.
    Deny,
    /// The caller asks too much.
    Throttle,
    /// The request is read and never answered.
    Hang,
    /// Status 200 with a body that nothing can decode.
    Garbage,
    /// The connection ends in the middle of the true answer's body.
    Truncated,
    /// The true answer, spoilt, as if that were all of it.
    Spoilt(Spoil),
    /// The request's signature is refused, in a message that quotes the request: its credentials too.
    Quote,
    /// The connection is reset before any answer.
    Reset,
    /// The call is done, and the connection reset before the answer.
    Lost,
    /// The first of the things that the call brings is refused, the others are taken.
    Partial,
    /// An error of the service, in the shape of its family.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
}

/// What becomes of an answer's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// It ends before the last time that this stands in it.
    CutBefore(&'static str),
    /// This is put before the last time that the other stands in it.
    Put(&'static str, &'static str),
    /// Every time that the first stands in it, the other does instead.
    Replace(&'static str, &'static str),
}

impl Spoil {
    pub(crate) fn spoil(&self, body: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(body).into_owned();
        let spoilt = match self {
            Self::CutBefore(what) => text.rfind(what).map_or("", |at| &text[..at]).to_owned(),
            Self::Put(what, before) => text
                .rfind(before)
                .map_or_else(|| text.clone(), |at| format!("{}{what}{}", &text[..at], &text[at..])),
            Self::Replace(what, by) => text.replace(what, by),
        };
        *body = spoilt.into_bytes();
    }
}

impl Fault {
    /// Any kind of fault, on every matching call until told otherwise.
    pub fn new(call: &str, kind: Kind) -> Self {
        Self {
            pattern: Pattern::new(call),
            region: None,
            account: None,
            resource: None,
            skip: 0,
            times: None,
            kind,
        }
    }

    /// The caller lacks the permission.
    pub fn deny(call: &str) -> Self {
        Self::new(call, Kind::Deny)
    }

    /// The caller asks too much.
    pub fn throttle(call: &str) -> Self {
        Self::new(call, Kind::Throttle)
    }

    /// No answer ever.
    pub fn hang(call: &str) -> Self {
        Self::new(call, Kind::Hang)
    }

    /// An answer that cannot be decoded.
    pub fn garbage(call: &str) -> Self {
        Self::new(call, Kind::Garbage)
    }

    /// Half an answer.
    pub fn truncated(call: &str) -> Self {
        Self::new(call, Kind::Truncated)
    }

    /// The true answer, spoilt in a way that a client may take for the whole.
    pub fn spoilt(call: &str, spoil: Spoil) -> Self {
        Self::new(call, Kind::Spoilt(spoil))
    }

    /// A refusal that quotes the request.
    pub fn quote(call: &str) -> Self {
        Self::new(call, Kind::Quote)
    }

    /// A reset connection.
    pub fn reset(call: &str) -> Self {
        Self::new(call, Kind::Reset)
    }

    /// An answer that never arrives to a call that is done.
    pub fn lost(call: &str) -> Self {
        Self::new(call, Kind::Lost)
    }

    /// The first of several things refused: a finding of Security Hub's, an entry of `EventBridge`'s.
    pub fn partial(call: &str) -> Self {
        Self::new(call, Kind::Partial)
    }

    /// Status 503, as when a service is down.
    pub fn server_error(call: &str) -> Self {
        Self::error(
            call,
            503,
            "ServiceUnavailable",
            "The service is unavailable. Please try again.",
        )
    }

    /// Any error of the service: `ExpiredToken`, `OptInRequired`, `LoadBalancerNotFound` …
    pub fn error(call: &str, status: u16, code: &str, message: &str) -> Self {
        let (code, message) = (code.to_owned(), message.to_owned());
        Self::new(call, Kind::Error { status, code, message })
    }

    /// Only in one region.
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Only for the caller's account with this number.
    pub fn in_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Only when some parameter contains `part`, such as a load balancer's name.
    pub fn about(mut self, part: &str) -> Self {
        self.resource = Some(part.to_owned());
        self
    }

    /// Only the first `times` matching calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets `calls` matching calls pass first, as when the second page fails.
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Whether it strikes this call; counts down what it was limited to.
    pub(crate) fn strikes(&mut self, call: &Call, account: &str) -> bool {
        let matches = self.pattern.matches(call)
            && self.region.as_ref().is_none_or(|region| *region == call.region)
            && self.account.as_ref().is_none_or(|number| number == account)
            && self.resource.as_ref().is_none_or(|part| {
                call.parameters.values().any(|value| value.contains(part.as_str()))
            });
        if !matches || self.times == Some(0) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        true
    }
}

/// Which calls are meant.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    service: String,
    operation: String,
}

impl Pattern {
    /// From `service:Operation`; a lone word is an operation of any service.
    pub(crate) fn new(call: &str) -> Self {
        let (service, operation) = call.split_once(':').unwrap_or(("*", call));
        Self { service: service.to_owned(), operation: operation.to_owned() }
    }

    pub(crate) fn matches(&self, call: &Call) -> bool {
        self.names(call.family.name(), &call.action, &call.iam_action())
    }

    /// Whether a call is meant that goes by this family and operation, and by this IAM action.
    pub(crate) fn names(&self, family: &str, operation: &str, action: &str) -> bool {
        let (prefix, permission) = action.split_once(':').unwrap_or_default();
        let is = |pattern: &str, name: &str| pattern == "*" || pattern == name;
        (is(&self.operation, operation) && is(&self.service, family))
            || (is(&self.operation, permission) && self.service == prefix)
    }
}
