//! The fault script: which calls fail, how, and how often.

mod alter;
mod body;
mod first_page;
mod json;
mod kind;
mod pattern;
mod strike;
mod tree;
mod xml;

pub use alter::{Alter, Number};
pub use kind::{Kind, Markers, Spoil};
pub(crate) use pattern::Pattern;
pub(crate) use strike::strike;

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
    /// Whether every call fails after the first one that it strikes.
    pub(crate) spreads: bool,
    pub(crate) kind: Kind,
}

impl Fault {
    /// Any kind of fault, on every matching call by default.
    pub fn new(call: &str, kind: Kind) -> Self {
        Self {
            pattern: Pattern::new(call),
            region: None,
            account: None,
            resource: None,
            skip: 0,
            times: None,
            spreads: false,
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

    /// The true answer, altered in a way that a client may take for true.
    pub fn altered(call: &str, alter: Alter) -> Self {
        Self::new(call, Kind::Altered(alter))
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

    /// From the first call that it strikes on, every other one fails as well, as when credentials run out.
    pub fn and_all_after(mut self) -> Self {
        self.spreads = true;
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
        if self.spreads {
            let (kind, account) = (self.kind.clone(), self.account.clone());
            *self = Self { account, ..Self::new("*", kind) };
        }
        true
    }
}
