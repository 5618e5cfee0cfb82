//! A fact is known or it is unread; an unread fact says which call would have told it.

use serde::{Deserialize, Serialize};

use crate::vocab::call::Call;
use crate::vocab::escape::cut;

/// Something AWS was asked: its answer, or why there is none.
///
/// An unread fact is never "off" and never "empty": a judge that needs it answers with its [`Gap`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fact<T> {
    /// AWS answered.
    Known(T),
    /// AWS did not answer, or nobody asked.
    Unread(Gap),
}

impl<T> Fact<T> {
    /// The value, or the gap to answer with: `fact.get()?` turns an unread fact into outcome unknown.
    pub fn get(&self) -> Result<&T, Gap> {
        match self {
            Fact::Known(value) => Ok(value),
            Fact::Unread(gap) => Err(gap.clone()),
        }
    }

    /// A fact that no selected check needs, so that its call was not made.
    #[must_use]
    pub fn not_collected(call: Call) -> Self {
        Fact::Unread(Gap::new(call, Reason::NotCollected))
    }

    /// The gap of an unread fact.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Fact::Known(_) => None,
            Fact::Unread(gap) => Some(gap),
        }
    }

    /// The same fact about something derived from it that may not be known itself.
    pub fn and_then<U>(self, derive: impl FnOnce(T) -> Result<U, Gap>) -> Fact<U> {
        match self {
            Fact::Known(value) => derive(value).map_or_else(Fact::Unread, Fact::Known),
            Fact::Unread(gap) => Fact::Unread(gap),
        }
    }

    /// The same fact about something derived from it.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Known(value) => Fact::Known(derive(value)),
            Fact::Unread(gap) => Fact::Unread(gap),
        }
    }
}

/// A list whose pages may have stopped early: what was read stays, and `rest` says whether that is all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Known when `items` is everything; otherwise why the rest is missing.
    pub rest: Fact<()>,
}

impl<T> Listing<T> {
    /// A list that was read to its end.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Listing { items, rest: Fact::Known(()) }
    }

    /// A list of which nothing could be read.
    #[must_use]
    pub fn unread(gap: Gap) -> Self {
        Listing { items: Vec::new(), rest: Fact::Unread(gap) }
    }
}

/// One thing that is not known: the call that would have told it, about what, and why it did not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The call whose answer is missing.
    pub call: Call,
    /// The region that was asked; none for a global service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The ARN, name or id that was asked about; none for a list of everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Why there is no answer.
    pub reason: Reason,
    /// AWS's own words, or the value that was not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl std::fmt::Display for Gap {
    /// Its reason in words, with AWS's own where there are any.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.reason.words())?;
        if let (Reason::OtherAccount, Some(account)) = (self.reason, &self.detail) {
            return write!(f, " {account}");
        }
        self.detail.iter().try_for_each(|detail| write!(f, ": {detail}"))
    }
}

impl Gap {
    /// Characters of a detail. What AWS answers, and what a saved file holds, may be of any length.
    pub const LONGEST: usize = 500;

    /// A gap without place or words; add them with the `in_`, `of` and `saying` methods.
    #[must_use]
    pub fn new(call: Call, reason: Reason) -> Self {
        Gap { call, region: None, resource: None, reason, detail: None }
    }

    /// Names the region that was asked.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Names the resource that was asked about.
    #[must_use]
    pub fn of(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// Adds AWS's words, or the value that was not understood.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(cut(&detail.into(), Gap::LONGEST));
        self
    }
}

/// Why a fact is unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No selected check needs it, so the call was not made. Not a fault of the scan.
    NotCollected,
    /// There are no credentials, or they have expired.
    NoCredentials,
    /// IAM, a service control policy or a VPC endpoint policy refused the call.
    AccessDenied,
    /// AWS still refused for its rate after the last retry.
    Throttled,
    /// No answer within the time allowed for the call.
    TimedOut,
    /// The whole scan's deadline passed before the call could be made.
    DeadlinePassed,
    /// The scan was interrupted before the call was answered.
    Interrupted,
    /// The resource belongs to another account, which alone can tell. The detail is that account.
    OtherAccount,
    /// The resource was gone when it was asked about.
    NotFound,
    /// The service or the region is not there for this account.
    Unavailable,
    /// The answer could not be decoded, or lacked a field that decides.
    Malformed,
    /// The answer held a value that this version does not know.
    Unrecognised,
    /// AWS answered that it does not know itself.
    Undetermined,
    /// All was read, and leaves it open: an expression that can be read in two ways, values of which only the
    /// hash is kept, or more than is compared.
    Undecided,
    /// The connection failed, or AWS answered with an error of its own.
    Failed,
}

impl Reason {
    /// The reason in words, as reports print it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::NotCollected => "not collected",
            Reason::NoCredentials => "no valid credentials",
            Reason::AccessDenied => "access denied",
            Reason::Throttled => "throttled",
            Reason::TimedOut => "timed out",
            Reason::DeadlinePassed => "scan deadline passed",
            Reason::Interrupted => "interrupted",
            Reason::OtherAccount => "belongs to account",
            Reason::NotFound => "not found",
            Reason::Unavailable => "not available here",
            Reason::Malformed => "answer not understood",
            Reason::Unrecognised => "unknown value",
            Reason::Undetermined => "not known to AWS",
            Reason::Undecided => "left open",
            Reason::Failed => "failed",
        }
    }
}
