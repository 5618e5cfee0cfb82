//! What the account's owner means to be so, and the limits that judges measure by.

use crate::inventory::LoadBalancer;
use crate::vocab::fact::Gap;
use crate::vocab::glob;

/// Limits that checks compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Most seconds that a sign-in may last. Default 86,400 (a day).
    pub session_seconds: u64,
    /// Most seconds that an idle connection, or a client's keep-alive, may last. Default 3,600.
    pub idle_seconds: u64,
    /// Most CA certificates of a trust store. Default 50.
    pub trust_store_authorities: u32,
    /// Fewest healthy targets of a group. Default 2.
    pub healthy_targets: u32,
    /// Percent of a quota that is still fine. Default 80.
    pub quota_percent: u32,
    /// Fewest seconds of `max-age` in Strict-Transport-Security. Default 31,536,000 (a year).
    pub hsts_seconds: u64,
    /// How many times more healthy targets one zone may have than another. Default 2.
    pub zone_imbalance: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            session_seconds: 86_400,
            idle_seconds: 3_600,
            trust_store_authorities: 50,
            healthy_targets: 2,
            quota_percent: 80,
            hsts_seconds: 31_536_000,
            zone_imbalance: 2,
        }
    }
}

/// What the account's owner means to be so. Empty lists say nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// Load balancers that are meant to face the internet.
    pub public: Vec<Matcher>,
    /// Tags that every load balancer must have.
    pub required_tags: Vec<String>,
    /// Names, or patterns with `*` and `?`, of buckets that logs may go to.
    pub log_buckets: Vec<String>,
    /// Twelve-digit ids of accounts that are trusted beside the audited one.
    pub trusted_accounts: Vec<String>,
    /// Ports that may be open to the internet.
    pub public_ports: Vec<u16>,
    /// Paths that may be reached without authentication though the rest of their targets asks for it,
    /// with `*` and `?`.
    pub public_paths: Vec<String>,
}

impl Intent {
    /// Whether the user has said what this check is to hold them to. What nobody asked for is of
    /// interest to few; what someone has written down is worth acting on.
    pub(crate) fn speaks_of(&self, check: &str) -> bool {
        match check {
            "internet-facing" => !self.public.is_empty(),
            "tags-missing" => !self.required_tags.is_empty(),
            _ => false,
        }
    }

    /// Whether a load balancer is meant to face the internet. Tags are only looked at when its name and
    /// ARN do not settle it.
    pub fn means_public(&self, lb: &LoadBalancer) -> Result<bool, Gap> {
        let by_name = self.public.iter().any(|matcher| match matcher {
            Matcher::Name(pattern) => glob::matches(pattern, &lb.name),
            Matcher::Arn(pattern) => glob::matches(pattern, &lb.arn),
            Matcher::Tag(..) => false,
        });
        let tagged = |matcher: &Matcher| matches!(matcher, Matcher::Tag(..));
        if by_name || !self.public.iter().any(tagged) {
            return Ok(by_name);
        }
        let tags = lb.tags.get()?;
        Ok(self.public.iter().any(|matcher| match matcher {
            Matcher::Tag(key, value) => {
                tags.get(key).is_some_and(|found| glob::matches(value, found))
            }
            _ => false,
        }))
    }
}

/// What a load balancer is told by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// A pattern of its name.
    Name(String),
    /// A pattern of its ARN.
    Arn(String),
    /// A tag, and a pattern of its value.
    Tag(String, String),
}

impl From<&str> for Matcher {
    /// `arn:…` is an ARN, `key=value` a tag, anything else a name.
    fn from(text: &str) -> Self {
        match text.split_once('=') {
            _ if text.starts_with("arn:") => Matcher::Arn(text.to_owned()),
            Some((key, value)) => Matcher::Tag(key.to_owned(), value.to_owned()),
            None => Matcher::Name(text.to_owned()),
        }
    }
}
