//! Scenes around the clean Application load balancer's web ACL.

use super::{ACCOUNT, REGION, WEB_ACL, waf_rule, waf_statement, with_region};
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
