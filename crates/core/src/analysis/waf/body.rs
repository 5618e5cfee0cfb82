//! How much of a request's body a web ACL gets to see, and which rules look into it.

use crate::inventory::{WafRule, WebAcl};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// AWS's managed groups that look into bodies. They take as much of one as they get.
///
/// Source: AWS WAF developer guide, baseline and use-case specific rule groups; the WAF API since 2026-10 for AI
/// security, which looks for what is asked of a model.
const READERS: &[&str] = &[
    CORE,
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesPHPRuleSet",
    "AWSManagedRulesAISecurityRuleSet",
];
/// The one of them that refuses large bodies, by a rule that many have to turn off.
pub const CORE: &str = "AWSManagedRulesCommonRuleSet";
/// What an Application load balancer sends where the web ACL does not ask for more, in bytes.
pub const DEFAULT_LIMIT: u64 = 8192;

/// Whether a rule is one of AWS's managed groups that look into bodies.
#[must_use]
pub fn is_managed_reader(rule: &WafRule) -> bool {
    READERS.iter().any(|group| rule.takes_over(group))
}

/// Whether a rule looks into bodies.
#[must_use]
pub fn looks_into_body(rule: &WafRule) -> bool {
    rule.statements.iter().any(|statement| statement.body) || is_managed_reader(rule)
}

impl WebAcl {
    /// How many bytes of a body an Application load balancer sends to AWS WAF.
    ///
    /// Source: `RequestBodyAssociatedResourceTypeConfig` of the WAF API; 8 KB is the default of this kind of
    /// resource alone.
    pub fn inspected_bytes(&self) -> Result<u64, Gap> {
        match self.body_limit.as_deref() {
            None => Ok(DEFAULT_LIMIT),
            Some("KB_8") => Ok(8 * 1024),
            Some("KB_16") => Ok(16 * 1024),
            Some("KB_32") => Ok(32 * 1024),
            Some("KB_48") => Ok(48 * 1024),
            Some("KB_64") => Ok(64 * 1024),
            Some(other) => Err(Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised)
                .of(&self.arn)
                .saying(format!("limit {other} of inspected bodies"))),
        }
    }
}
