//! Web ACLs: what AWS WAF does with a request before it reaches a load balancer.

use std::collections::BTreeMap;

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
    /// `KB_8`, `KB_16` … `KB_64`: how much of a body an Application load balancer sends; none where the ACL leaves
    /// that to the default, 8 KB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_limit: Option<String>,
    /// `ACTIVE_UNDER_DDOS`, `ALWAYS_ON`; none where the ACL leaves that to the default, the first.
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
    /// Its statement and every statement inside it: each before those inside it, which
    /// [`WafStatement::children`] counts.
    pub statements: Vec<WafStatement>,
}

/// One statement, without what is inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// `managed-rule-group`, `rule-group-reference`: rules of it that do something else here than they say
    /// and than count, with what they do: `allow`, `block` …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overridden: BTreeMap<String, String>,
    /// Whether it looks into the body (body, JSON body).
    #[serde(default)]
    pub body: bool,
    /// With [`WafStatement::body`]: `CONTINUE`, `MATCH`, `NO_MATCH` for a body above the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oversize: Option<String>,
    /// Whether a scope-down statement keeps it from some requests.
    #[serde(default)]
    pub scoped_down: bool,
    /// How many statements are directly inside it, a scope-down statement included: they follow it, each with
    /// those inside it. 0 as well in a file that was saved before this was kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub children: usize,
    /// What it is about that is no part of the request: the ARN of a set of addresses or patterns, countries,
    /// numbers of networks, a label; and the header that an address is taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// What it compares; none where it compares nothing, and in a file that was saved before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compares: Option<WafComparison>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A part of the request, and what it is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WafComparison {
    /// `uri-path`, `query-string`, `all-query-arguments`, `single-query-argument`, `single-header`, `method`,
    /// `body`, `json-body`, `headers`, `cookies`, or AWS's own name for another.
    pub field: String,
    /// `single-header`, `single-query-argument`: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `byte-match`: the text. What may be a secret is hashed, as in conditions of listeners' rules. None where
    /// none is kept: of bodies, cookies and all headers, and where it is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `byte-match`: `EXACTLY`, `STARTS_WITH`, `ENDS_WITH`, `CONTAINS`, `CONTAINS_WORD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// `regex-match`: the regular expression, kept like a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// `size-constraint`: `EQ`, `NE`, `LE`, `LT`, `GE`, `GT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// `size-constraint`: bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What becomes of the part first, in this order: `NONE`, `LOWERCASE`, `URL_DECODE` …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transformations: Vec<String>,
}
