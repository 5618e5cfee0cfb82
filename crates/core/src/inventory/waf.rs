//! Web ACLs: what AWS WAF does with a request before it reaches a load balancer.

use serde::{Deserialize, Serialize};

/// A web ACL, or the rules of a rule group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebAcl {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `allow` or `block`: what happens to a request that no rule decides. A rule group has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_action: Option<String>,
    /// Whether the ACL itself sends metrics.
    #[serde(default)]
    pub metrics: bool,
    /// `ACTIVE_UNDER_DDOS`, `ALWAYS_ON`; none when resource-level protection is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_reputation_mode: Option<String>,
    /// Its rules by priority.
    pub rules: Vec<WafRule>,
}

/// A rule of a web ACL or rule group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WafRule {
    /// Its name.
    pub name: String,
    /// Lowest first.
    pub priority: i64,
    /// What it does to a request that it matches: `allow`, `block`, `count`, `captcha`, `challenge`;
    /// for a rule that refers to a group `none` (the group's own actions hold) or `count`.
    pub action: String,
    /// Whether it sends metrics.
    #[serde(default)]
    pub metrics: bool,
    /// Its statement and every statement inside it, outermost first.
    pub statements: Vec<WafStatement>,
}

/// One statement, without what is inside it. What it looks for is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WafStatement {
    /// `managed-rule-group`, `rule-group-reference`, `rate-based`, `byte-match`, `regex-match`,
    /// `regex-pattern-set-reference`, `size-constraint`, `sqli-match`, `xss-match`, `geo-match`,
    /// `ip-set-reference`, `label-match`, `asn-match`, `and`, `or`, `not`, or AWS's own name for another.
    pub kind: String,
    /// `managed-rule-group`: `AWS` or another vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// `managed-rule-group`: its name; `rule-group-reference`: the group's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `managed-rule-group`: rules of it that are turned to count (or excluded, which is the same).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<String>,
    /// Whether it looks into the body (body, JSON body).
    #[serde(default)]
    pub body: bool,
    /// With [`WafStatement::body`]: `CONTINUE`, `MATCH`, `NO_MATCH` for a body above the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oversize: Option<String>,
    /// Whether a scope-down statement keeps it from some requests.
    #[serde(default)]
    pub scoped_down: bool,
}
