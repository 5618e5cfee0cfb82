//! What the user means: thresholds, intent, severities of their own, and risks that they accept.

/// What judges measure by, and what the account's owner intends. The default is what the documentation
/// of each check says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Limits that checks compare with.
    pub thresholds: Thresholds,
    /// What is meant to be so.
    pub intent: Intent,
}

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

/// Whether a text matches a pattern with `*` for any characters and `?` for one.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    crate::routing::wildcard(pattern, text)
}
