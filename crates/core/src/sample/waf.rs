//! The web ACL of the clean Application load balancer, and scenes around it.

use super::{ACCOUNT, REGION, WEB_ACL, with_region};
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind, Region, WafRule, WafStatement, WebAcl};

/// The clean Application account after a change to its web ACL.
pub fn with_acl(change: impl FnOnce(&mut WebAcl)) -> Inventory {
    with_region(&Kind::Application, |region| change_acl(region, change))
}

/// Changes the web ACL of a clean region.
fn change_acl(region: &mut Region, change: impl FnOnce(&mut WebAcl)) {
    if let Some(Fact::Known(acl)) = region.web_acls.get_mut(WEB_ACL) {
        change(acl);
    }
}

/// Lets rules of a web ACL only count.
pub fn count(rules: &mut [WafRule]) {
    for rule in rules {
        rule.action = "count".into();
    }
}

/// ARN of the sample rule group.
#[must_use]
pub fn rule_group_arn() -> String {
    format!("arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/rulegroup/own/1a2b3c4d")
}

/// The clean Application account, its web ACL having one rule: a group with these rules, overridden
/// like this (`none` or `count`).
#[must_use]
pub fn with_rule_group(rules: Vec<WafRule>, action: &str) -> Inventory {
    let arn = rule_group_arn();
    with_region(&Kind::Application, |region| {
        let named =
            WafStatement { name: Some(arn.clone()), ..waf_statement("rule-group-reference") };
        change_acl(region, |acl| acl.rules = vec![waf_rule("own", 0, action, vec![named])]);
        let group = WebAcl { arn: arn.clone(), name: "own".to_owned(), rules, ..WebAcl::default() };
        region.rule_groups.insert(arn, Fact::Known(group));
    })
}

/// A web ACL with AWS's core and known-bad-input groups, a rate limit, and a limit on the body.
#[must_use]
pub fn web_acl() -> WebAcl {
    WebAcl {
        arn: WEB_ACL.to_owned(),
        name: "web".to_owned(),
        default_action: Some("allow".to_owned()),
        metrics: true,
        low_reputation_mode: Some("ACTIVE_UNDER_DDOS".to_owned()),
        rules: vec![
            waf_rule(
                "large-body",
                0,
                "block",
                vec![WafStatement {
                    body: true,
                    oversize: Some("MATCH".to_owned()),
                    ..waf_statement("size-constraint")
                }],
            ),
            waf_rule("rate", 1, "block", vec![waf_statement("rate-based")]),
            managed_rule(2, "AWSManagedRulesCommonRuleSet"),
            managed_rule(3, "AWSManagedRulesKnownBadInputsRuleSet"),
        ],
    }
}

/// A rule of a web ACL.
#[must_use]
pub fn waf_rule(name: &str, priority: i64, action: &str, statements: Vec<WafStatement>) -> WafRule {
    WafRule {
        name: name.to_owned(),
        priority,
        action: action.to_owned(),
        metrics: true,
        statements,
    }
}

/// A statement of this kind and nothing more.
#[must_use]
pub fn waf_statement(kind: &str) -> WafStatement {
    WafStatement { kind: kind.to_owned(), ..WafStatement::default() }
}

/// A rule that takes over a group of AWS's managed rules as it is.
#[must_use]
pub fn managed_rule(priority: i64, group: &str) -> WafRule {
    let statement = WafStatement {
        vendor: Some("AWS".to_owned()),
        name: Some(group.to_owned()),
        ..waf_statement("managed-rule-group")
    };
    waf_rule(group, priority, "none", vec![statement])
}
