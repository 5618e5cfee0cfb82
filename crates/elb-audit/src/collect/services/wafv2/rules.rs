//! Rules of web ACLs and rule groups, flattened: what kind each statement is, not what it looks for.

use elb_audit_core::inventory::{WafRule, WafStatement, WebAcl};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A web ACL or a rule group, as WAF writes both.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AclJson {
    #[serde(rename = "ARN")]
    pub(super) arn: String,
    #[serde(default)]
    name: String,
    default_action: Option<Map<String, Value>>,
    #[serde(default)]
    rules: Vec<RuleJson>,
    #[serde(default)]
    pre_process_firewall_manager_rule_groups: Vec<RuleJson>,
    #[serde(default)]
    post_process_firewall_manager_rule_groups: Vec<RuleJson>,
    visibility_config: Option<VisibilityJson>,
    #[serde(rename = "OnSourceDDoSProtectionConfig")]
    on_source: Option<OnSourceJson>,
}

#[derive(Debug, Deserialize)]
struct VisibilityJson {
    #[serde(rename = "CloudWatchMetricsEnabled", default)]
    metrics: bool,
}

#[derive(Debug, Deserialize)]
struct OnSourceJson {
    #[serde(rename = "ALBLowReputationMode")]
    mode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleJson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    priority: i64,
    action: Option<Map<String, Value>>,
    override_action: Option<Map<String, Value>>,
    #[serde(alias = "FirewallManagerStatement")]
    statement: Option<Value>,
    visibility_config: Option<VisibilityJson>,
}

/// Names of WAF's statements, and ours for them.
const KINDS: [(&str, &str); 16] = [
    ("AndStatement", "and"),
    ("AsnMatchStatement", "asn-match"),
    ("ByteMatchStatement", "byte-match"),
    ("GeoMatchStatement", "geo-match"),
    ("IPSetReferenceStatement", "ip-set-reference"),
    ("LabelMatchStatement", "label-match"),
    ("ManagedRuleGroupStatement", "managed-rule-group"),
    ("NotStatement", "not"),
    ("OrStatement", "or"),
    ("RateBasedStatement", "rate-based"),
    ("RegexMatchStatement", "regex-match"),
    ("RegexPatternSetReferenceStatement", "regex-pattern-set-reference"),
    ("RuleGroupReferenceStatement", "rule-group-reference"),
    ("SizeConstraintStatement", "size-constraint"),
    ("SqliMatchStatement", "sqli-match"),
    ("XssMatchStatement", "xss-match"),
];

impl AclJson {
    /// The ACL with its rules in the order in which they are evaluated: Firewall Manager's first ones,
    /// its own, Firewall Manager's last ones.
    pub(super) fn into_acl(self) -> WebAcl {
        let lists = [
            self.pre_process_firewall_manager_rule_groups,
            self.rules,
            self.post_process_firewall_manager_rule_groups,
        ];
        let rules = lists.into_iter().flat_map(|mut list| {
            list.sort_by_key(|rule| rule.priority);
            list.into_iter().map(rule)
        });
        WebAcl {
            rules: rules.collect(),
            arn: self.arn,
            name: self.name,
            default_action: self.default_action.as_ref().and_then(word),
            metrics: self.visibility_config.is_some_and(|config| config.metrics),
            low_reputation_mode: self.on_source.and_then(|config| config.mode),
        }
    }
}

fn rule(json: RuleJson) -> WafRule {
    let mut statements = Vec::new();
    if let Some(statement) = &json.statement {
        flatten(statement, &mut statements);
    }
    let action = json.action.as_ref().or(json.override_action.as_ref());
    WafRule {
        name: json.name,
        priority: json.priority,
        action: action.and_then(word).unwrap_or_default(),
        metrics: json.visibility_config.is_some_and(|config| config.metrics),
        statements,
    }
}

/// What is done is the only name in an action: `{"Block": {}}`.
fn word(action: &Map<String, Value>) -> Option<String> {
    action.keys().next().map(|name| name.to_ascii_lowercase())
}

/// Adds a statement and every one inside it, outermost first.
fn flatten(statement: &Value, into: &mut Vec<WafStatement>) {
    for (name, content) in statement.as_object().into_iter().flatten() {
        if content.is_null() {
            continue;
        }
        let kind = KINDS.iter().find(|(theirs, _)| theirs == name).map_or(&**name, |row| row.1);
        into.push(one(kind, content));
        let inner = ["Statement", "ScopeDownStatement"].into_iter();
        let inner = inner.filter_map(|name| content.get(name));
        let several = content.get("Statements").and_then(Value::as_array).into_iter().flatten();
        for statement in inner.chain(several) {
            flatten(statement, into);
        }
    }
}

/// One statement, without what is inside it and without what it looks for.
fn one(kind: &str, content: &Value) -> WafStatement {
    let text = |name: &str| content.get(name).and_then(Value::as_str).map(str::to_owned);
    let field = content.get("FieldToMatch");
    let body = field.and_then(|field| field.get("Body").or(field.get("JsonBody")));
    let oversize = body.and_then(|body| body.get("OversizeHandling")).and_then(Value::as_str);
    WafStatement {
        kind: kind.to_owned(),
        vendor: text("VendorName"),
        name: match kind {
            "managed-rule-group" => text("Name"),
            "rule-group-reference" => text("ARN"),
            _ => None,
        },
        counted: counted(content),
        body: body.is_some(),
        oversize: oversize.map(str::to_owned),
        scoped_down: content.get("ScopeDownStatement").is_some_and(|inner| !inner.is_null()),
    }
}

/// Rules of a group that only count here: overridden so, or excluded, which is the same.
fn counted(content: &Value) -> Vec<String> {
    let list = |name: &str| content.get(name).and_then(Value::as_array).into_iter().flatten();
    let overridden = list("RuleActionOverrides")
        .filter(|one| one.get("ActionToUse").is_some_and(|action| action.get("Count").is_some()));
    let names = overridden.chain(list("ExcludedRules")).filter_map(|one| one.get("Name"));
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACL: &str = r#"{"ARN": "arn:aws:wafv2:x", "Name": "edge", "DefaultAction": {"Allow": {}},
        "VisibilityConfig": {"CloudWatchMetricsEnabled": true},
        "OnSourceDDoSProtectionConfig": {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"},
        "Rules": [
          {"Name": "last", "Priority": 7, "Action": {"Block": {}}, "Statement": {"RateBasedStatement":
            {"Limit": 100, "ScopeDownStatement": {"NotStatement": {"Statement": {"ByteMatchStatement":
              {"SearchString": "hunter2", "FieldToMatch": {"Body": {"OversizeHandling": "CONTINUE"}}}}}}}},
           "VisibilityConfig": {"CloudWatchMetricsEnabled": false}},
          {"Name": "first", "Priority": 1, "OverrideAction": {"Count": {}},
           "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "Common",
             "RuleActionOverrides": [{"Name": "a", "ActionToUse": {"Count": {}}},
                                     {"Name": "b", "ActionToUse": {"Block": {}}}],
             "ExcludedRules": [{"Name": "c"}]}}},
          {"Name": "new", "Priority": 9, "Action": {"Captcha": {}}, "Statement": {"OrStatement":
            {"Statements": [{"TeaLeafStatement": {}}, {"XssMatchStatement": {"FieldToMatch":
              {"UriPath": {}}}}]}}}],
        "PreProcessFirewallManagerRuleGroups": [
          {"Name": "before-2", "Priority": 9, "OverrideAction": {"Count": {}},
           "FirewallManagerStatement": {"RuleGroupReferenceStatement": {"ARN": "arn:aws:wafv2:x"}}},
          {"Name": "before-1", "Priority": 8, "OverrideAction": {"None": {}},
           "FirewallManagerStatement": {"ManagedRuleGroupStatement":
             {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}}],
        "PostProcessFirewallManagerRuleGroups": [
          {"Name": "after", "Priority": 0, "OverrideAction": {"None": {}}, "FirewallManagerStatement":
            {"RuleGroupReferenceStatement": {"ARN": "arn:aws:wafv2:group"}}}]}"#;

    #[test]
    fn an_acl_is_flattened_without_what_it_looks_for() {
        let acl = serde_json::from_str::<AclJson>(ACL).unwrap().into_acl();
        assert!(!format!("{acl:?}").contains("hunter2"));
        assert_eq!((acl.default_action.as_deref(), acl.metrics), (Some("allow"), true));
        assert_eq!(acl.low_reputation_mode.as_deref(), Some("ACTIVE_UNDER_DDOS"));
        let kinds: Vec<(&str, &str)> =
            acl.rules.iter().map(|rule| (rule.name.as_str(), rule.action.as_str())).collect();
        let own = [("first", "count"), ("last", "block"), ("new", "captcha")];
        let (before, after) = ([("before-1", "none"), ("before-2", "count")], ("after", "none"));
        assert_eq!((&kinds[..2], &kinds[2..5], kinds[5]), (&before[..], &own[..], after));
        let managed = &acl.rules[0].statements[0];
        assert_eq!(managed.name.as_deref(), Some("AWSManagedRulesCommonRuleSet"));
        let kinds = |place: usize| -> Vec<&str> {
            acl.rules[place].statements.iter().map(|one| one.kind.as_str()).collect()
        };
        assert_eq!(kinds(3), ["rate-based", "not", "byte-match"]);
        assert_eq!(kinds(4), ["or", "TeaLeafStatement", "xss-match"]);
        assert_eq!(acl.rules[2].statements[0].counted, ["a", "c"]);
        let [rate, _, bytes] = acl.rules[3].statements.as_slice() else { panic!() };
        assert!(rate.scoped_down && bytes.body && !rate.body);
        assert_eq!(bytes.oversize.as_deref(), Some("CONTINUE"));
        assert_eq!(acl.rules[5].statements[0].name.as_deref(), Some("arn:aws:wafv2:group"));
    }
}
