//! Rules of web ACLs and rule groups: each statement before those inside it, without secrets.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use elb_audit_core::inventory::secret;
use elb_audit_core::inventory::{WafComparison, WafRule, WafStatement, WebAcl};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::aws::strict::{self, Understood, Unexpected, each, filled, required};

/// A web ACL or a rule group, as WAF writes both.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AclJson {
    #[serde(rename = "ARN", deserialize_with = "strict::text")]
    pub(super) arn: String,
    #[serde(deserialize_with = "strict::text")]
    name: String,
    default_action: Option<Map<String, Value>>,
    rules: Vec<RuleJson>,
    #[serde(default)]
    pre_process_firewall_manager_rule_groups: Vec<RuleJson>,
    #[serde(default)]
    post_process_firewall_manager_rule_groups: Vec<RuleJson>,
    visibility_config: VisibilityJson,
    #[serde(rename = "OnSourceDDoSProtectionConfig")]
    on_source: Option<OnSourceJson>,
    association_config: Option<AssociationJson>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationJson {
    /// By type of resource.
    #[serde(default)]
    request_body: BTreeMap<String, LimitJson>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LimitJson {
    default_size_inspection_limit: Option<String>,
}

impl AssociationJson {
    /// What is said of Application load balancers.
    fn body_limit(mut self) -> Option<String> {
        self.request_body.remove("APPLICATION_LOAD_BALANCER")?.default_size_inspection_limit
    }
}

#[derive(Debug, Deserialize)]
struct VisibilityJson {
    #[serde(rename = "CloudWatchMetricsEnabled")]
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
    #[serde(deserialize_with = "strict::text")]
    name: String,
    priority: u32,
    action: Option<Map<String, Value>>,
    override_action: Option<Map<String, Value>>,
    #[serde(alias = "FirewallManagerStatement")]
    statement: Map<String, Value>,
    visibility_config: VisibilityJson,
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

/// Names of parts of a request, and ours for them.
const FIELDS: [(&str, &str); 10] = [
    ("AllQueryArguments", "all-query-arguments"),
    ("Body", "body"),
    ("Cookies", "cookies"),
    ("Headers", "headers"),
    ("JsonBody", "json-body"),
    ("Method", "method"),
    ("QueryString", "query-string"),
    ("SingleHeader", "single-header"),
    ("SingleQueryArgument", "single-query-argument"),
    ("UriPath", "uri-path"),
];

impl AclJson {
    /// The ACL with its rules in the order in which they are evaluated: Firewall Manager's first ones,
    /// its own, Firewall Manager's last ones.
    pub(super) fn into_acl(self) -> Understood<WebAcl> {
        let lists = [
            self.pre_process_firewall_manager_rule_groups,
            self.rules,
            self.post_process_firewall_manager_rule_groups,
        ];
        let rules = lists.into_iter().flat_map(|mut list| {
            list.sort_by_key(|rule| rule.priority);
            list
        });
        Ok(WebAcl {
            rules: each(rules, rule)?,
            arn: self.arn,
            name: self.name,
            default_action: self
                .default_action
                .as_ref()
                .map(|action| required("DefaultAction", word(action)))
                .transpose()?,
            metrics: self.visibility_config.metrics,
            body_limit: self.association_config.and_then(AssociationJson::body_limit),
            low_reputation_mode: self.on_source.and_then(|config| config.mode),
        })
    }
}

fn rule(json: RuleJson) -> Understood<WafRule> {
    let mut statements = Vec::new();
    flatten(&json.statement, &mut statements)?;
    let action = json.action.as_ref().or(json.override_action.as_ref());
    Ok(WafRule {
        name: json.name,
        priority: i64::from(json.priority),
        action: required("Action", action.and_then(word))?,
        metrics: json.visibility_config.metrics,
        statements,
    })
}

/// What is done is the only name in an action: `{"Block": {}}`.
fn word(action: &Map<String, Value>) -> Option<String> {
    only_member(action).map(|(name, _)| name.to_ascii_lowercase())
}

/// The one member of an object that holds one of several.
fn only_member(object: &Map<String, Value>) -> Option<(&String, &Value)> {
    let mut members = object.iter().filter(|(_, inner)| !inner.is_null());
    let (Some(one), None) = (members.next(), members.next()) else { return None };
    Some(one)
}

/// Adds a statement and every one inside it, each before those inside it.
fn flatten(statement: &Map<String, Value>, into: &mut Vec<WafStatement>) -> Understood<()> {
    let (name, content) = required("Statement", only_member(statement))?;
    let kind = KINDS.iter().find(|(theirs, _)| theirs == name).map_or(&**name, |row| row.1);
    let place = into.len();
    into.push(one(kind, content)?);
    let inner = ["Statement", "ScopeDownStatement"].into_iter();
    let inner = inner.filter_map(|name| content.get(name)).filter(|inner| !inner.is_null());
    let several = content.get("Statements").and_then(Value::as_array).into_iter().flatten();
    for child in inner.chain(several) {
        flatten(required("Statement", child.as_object())?, into)?;
        into[place].children += 1;
    }
    Ok(())
}

/// One statement, without what is inside it.
fn one(kind: &str, content: &Value) -> Understood<WafStatement> {
    let text = |name: &str| content.get(name).and_then(Value::as_str).map(str::to_owned);
    let field = content.get("FieldToMatch");
    let body = field.and_then(|field| field.get("Body").or(field.get("JsonBody")));
    let oversize = body.and_then(|body| body.get("OversizeHandling")).and_then(Value::as_str);
    let (counted, overridden) = overrides(content)?;
    Ok(WafStatement {
        kind: kind.to_owned(),
        vendor: match kind {
            "managed-rule-group" => Some(filled("VendorName", text("VendorName"))?),
            _ => None,
        },
        name: match kind {
            "managed-rule-group" => Some(filled("Name", text("Name"))?),
            "rule-group-reference" => Some(filled("ARN", text("ARN"))?),
            _ => None,
        },
        counted,
        overridden,
        body: body.is_some(),
        oversize: oversize.map(str::to_owned),
        scoped_down: content.get("ScopeDownStatement").is_some_and(|inner| !inner.is_null()),
        children: 0,
        keys: keys(kind, content),
        compares: field.and_then(Value::as_object).and_then(|field| comparison(field, content)),
    })
}

/// What a statement is about that is no part of the request.
fn keys(kind: &str, content: &Value) -> Vec<String> {
    let names: &[&str] = match kind {
        "ip-set-reference" | "regex-pattern-set-reference" => &["ARN"],
        "geo-match" => &["CountryCodes"],
        "asn-match" => &["AsnList"],
        "label-match" => &["Scope", "Key"],
        _ => return Vec::new(),
    };
    let forwarded = ["IPSetForwardedIPConfig", "ForwardedIPConfig"].into_iter();
    let header =
        forwarded.filter_map(|name| content.get(name)).find_map(|from| from.get("HeaderName"));
    let told = names.iter().filter_map(|name| content.get(name)).chain(header);
    told.flat_map(|value| match value {
        Value::Array(list) => list.iter().filter_map(word_of).collect(),
        one => Vec::from_iter(word_of(one)),
    })
    .collect()
}

fn word_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a statement compares. A field has one name alone; another number of them is not understood.
fn comparison(field: &Map<String, Value>, content: &Value) -> Option<WafComparison> {
    let (theirs, inner) = only_member(field)?;
    let text = |name: &str| content.get(name).and_then(Value::as_str).map(str::to_owned);
    let field = FIELDS.iter().find(|(name, _)| name == theirs).map_or(&**theirs, |row| row.1);
    let name = inner.get("Name").and_then(Value::as_str).map(str::to_owned);
    let part = name.as_deref().unwrap_or_default();
    let bytes = text("SearchString").and_then(|encoded| base64::decode(encoded).ok());
    let search = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(WafComparison {
        field: field.to_owned(),
        text: search.and_then(|text| kept(field, part, text)),
        position: text("PositionalConstraint"),
        regex: text("RegexString").and_then(|regex| kept_regex(field, part, regex)),
        operator: text("ComparisonOperator"),
        size: content.get("Size").and_then(Value::as_u64),
        transformations: transformations(content),
        name,
    })
}

/// What is kept of a text that is looked for.
fn kept(field: &str, name: &str, text: String) -> Option<String> {
    match field {
        "uri-path" | "method" => Some(text),
        "single-header" if name.eq_ignore_ascii_case("host") => Some(text),
        "single-header" => Some(secret::kept_of_header(name, text)),
        "query-string" | "all-query-arguments" | "single-query-argument" => {
            Some(secret::kept_of_parameter(text))
        }
        _ => None,
    }
}

/// The same of a regular expression.
fn kept_regex(field: &str, name: &str, regex: String) -> Option<String> {
    match field {
        "uri-path" | "method" => Some(regex),
        "single-header" if name.eq_ignore_ascii_case("host") => Some(regex),
        "single-header" => Some(secret::kept_of_header_regex(name, regex)),
        "query-string" | "all-query-arguments" | "single-query-argument" => {
            Some(secret::kept_of_parameter_regex(&regex))
        }
        _ => None,
    }
}

/// What becomes of a part of a request before it is compared, in order. One that is not understood is there
/// without name.
fn transformations(content: &Value) -> Vec<String> {
    // What is done to the whole query decides which arguments there are, so it must not pass for the same done
    // to one of them.
    let before = by_priority(content.get("PreParseTextTransformations")).into_iter();
    let before = before.filter(|name| name != "NONE").map(|name| format!("PRE_PARSE_{name}"));
    before.chain(by_priority(content.get("TextTransformations"))).collect()
}

/// The names in a list of transformations, in the order in which they are applied.
fn by_priority(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<(i64, String)> = list
        .map(|one| {
            let name = one.get("Type").and_then(Value::as_str).unwrap_or_default();
            let priority = one.get("Priority").and_then(Value::as_i64).unwrap_or_default();
            (priority, name.to_owned())
        })
        .collect();
    all.sort_by_key(|(priority, _)| *priority);
    all.into_iter().map(|(_, name)| name).collect()
}

/// Rules of a group that only count here, overridden so or excluded, which is the same; and those that do
/// something else than they say.
fn overrides(content: &Value) -> Understood<(Vec<String>, BTreeMap<String, String>)> {
    let list = |name: &str| content.get(name).and_then(Value::as_array).into_iter().flatten();
    let named = |one: &Value| filled("Name", one["Name"].as_str().map(str::to_owned));
    let (mut counted, mut overridden) = (Vec::new(), BTreeMap::new());
    for one in list("RuleActionOverrides") {
        let name = named(one)?;
        let action = one["ActionToUse"].as_object().and_then(word);
        match required("ActionToUse", action)?.as_str() {
            "count" => counted.push(name),
            action @ ("allow" | "block" | "captcha" | "challenge") => {
                overridden.insert(name, action.to_owned());
            }
            other => return Err(Unexpected::Value("ActionToUse", other.to_owned())),
        }
    }
    for one in list("ExcludedRules") {
        counted.push(named(one)?);
    }
    Ok((counted, overridden))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACL: &str = r#"{"ARN": "arn:aws:wafv2:x", "Name": "edge", "DefaultAction": {"Allow": {}},
        "VisibilityConfig": {"CloudWatchMetricsEnabled": true},
        "AssociationConfig": {"RequestBody": {
          "API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_64"},
          "APPLICATION_LOAD_BALANCER": {"DefaultSizeInspectionLimit": "KB_32"}}},
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
             "ExcludedRules": [{"Name": "c"}]}}, "VisibilityConfig": {"CloudWatchMetricsEnabled": true}},
          {"Name": "new", "Priority": 9, "Action": {"Captcha": {}}, "Statement": {"OrStatement":
            {"Statements": [{"TeaLeafStatement": {}}, {"XssMatchStatement": {"FieldToMatch":
              {"UriPath": {}}}}]}}, "VisibilityConfig": {"CloudWatchMetricsEnabled": true}}],
        "PreProcessFirewallManagerRuleGroups": [
          {"Name": "before-2", "Priority": 9, "OverrideAction": {"Count": {}},
           "FirewallManagerStatement": {"RuleGroupReferenceStatement": {"ARN": "arn:aws:wafv2:x"}},
           "VisibilityConfig": {"CloudWatchMetricsEnabled": true}},
          {"Name": "before-1", "Priority": 8, "OverrideAction": {"None": {}},
           "FirewallManagerStatement": {"ManagedRuleGroupStatement":
             {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
           "VisibilityConfig": {"CloudWatchMetricsEnabled": true}}],
        "PostProcessFirewallManagerRuleGroups": [
          {"Name": "after", "Priority": 0, "OverrideAction": {"None": {}}, "FirewallManagerStatement":
            {"RuleGroupReferenceStatement": {"ARN": "arn:aws:wafv2:group"}},
           "VisibilityConfig": {"CloudWatchMetricsEnabled": true}}]}"#;

    #[test]
    fn an_acl_is_flattened_without_what_it_looks_for() {
        let acl = serde_json::from_str::<AclJson>(ACL).unwrap().into_acl().unwrap();
        assert!(!format!("{acl:?}").contains("hunter2"));
        assert_eq!((acl.default_action.as_deref(), acl.metrics), (Some("allow"), true));
        assert_eq!(acl.low_reputation_mode.as_deref(), Some("ACTIVE_UNDER_DDOS"));
        assert_eq!(acl.body_limit.as_deref(), Some("KB_32"));
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
        let children = |place: usize| -> Vec<usize> {
            acl.rules[place].statements.iter().map(|one| one.children).collect()
        };
        assert_eq!((children(3), children(4)), (vec![1, 1, 0], vec![2, 0, 0]));
        assert_eq!(acl.rules[2].statements[0].overridden, [("b".into(), "block".into())].into());
    }

    #[test]
    fn a_statement_that_is_not_whole_is_none() {
        let flat = |statement: Value| flatten(statement.as_object().unwrap(), &mut Vec::new());
        let of = |inner: Value| flat(serde_json::json!({"AndStatement": {"Statements": inner}}));
        let geo = serde_json::json!({"GeoMatchStatement": {"CountryCodes": ["AT"]}});
        assert_eq!(of(serde_json::json!([geo, geo])), Ok(()));
        for odd in [serde_json::json!({}), Value::Null, "teapot".into()] {
            assert!(of(serde_json::json!([geo, odd])).is_err(), "{odd}");
        }
        assert!(flat(serde_json::json!({"A": {}, "B": {}})).is_err());
        let group = |member: &str, one: Value| {
            let group = serde_json::json!({"VendorName": "AWS", "Name": "a", member: [one]});
            flat(serde_json::json!({"ManagedRuleGroupStatement": group}))
        };
        let right = serde_json::json!({"Name": "a", "ActionToUse": {"Count": {}}});
        assert_eq!(group("RuleActionOverrides", right), Ok(()));
        for odd in [
            serde_json::json!({"Name": "a", "ActionToUse": {}}),
            serde_json::json!({"Name": "a"}),
            serde_json::json!({"ActionToUse": {"Count": {}}}),
            serde_json::json!({"Name": "a", "ActionToUse": {"Teapot": {}}}),
        ] {
            assert!(group("RuleActionOverrides", odd.clone()).is_err(), "{odd}");
        }
        assert!(group("ExcludedRules", serde_json::json!({"Name": ""})).is_err());
    }

    /// What is read of one statement.
    fn read(statement: &Value) -> WafStatement {
        let mut all = Vec::new();
        flatten(statement.as_object().unwrap(), &mut all).unwrap();
        all.remove(0)
    }

    /// A statement that looks for a text in a field.
    fn bytes(field: &Value, text: &str) -> WafComparison {
        let statement = serde_json::json!({"ByteMatchStatement": {
            "SearchString": base64::encode(text), "FieldToMatch": field,
            "PositionalConstraint": "STARTS_WITH",
            "TextTransformations": [{"Priority": 1, "Type": "LOWERCASE"},
                                    {"Priority": 0, "Type": "URL_DECODE"}]}});
        read(&statement).compares.expect("a comparison")
    }

    #[test]
    fn what_is_looked_for_is_kept_in_clear_where_it_is_no_secret() {
        use serde_json::json;

        let path = bytes(&json!({"UriPath": {}}), "/admin");
        assert_eq!((&*path.field, path.text.as_deref()), ("uri-path", Some("/admin")));
        assert_eq!(path.position.as_deref(), Some("STARTS_WITH"));
        assert_eq!(path.transformations, ["URL_DECODE", "LOWERCASE"]);
        let table = [
            (json!({"Method": {}}), "POST", Some("POST")),
            (json!({"SingleHeader": {"Name": "Host"}}), "a.example.com", Some("a.example.com")),
            (json!({"SingleHeader": {"Name": "user-agent"}}), "bot", Some("bot")),
            (
                json!({"SingleHeader": {"Name": "x-key"}}),
                "hunter2",
                Some("sha256:f52fbd32b2b3b86f"),
            ),
            (json!({"QueryString": {}}), "hunter2", Some("sha256:f52fbd32b2b3b86f")),
            (
                json!({"SingleQueryArgument": {"Name": "k"}}),
                "hunter2",
                Some("sha256:f52fbd32b2b3b86f"),
            ),
            (json!({"Body": {}}), "hunter2", None),
            (json!({"Cookies": {"MatchPattern": {"All": {}}}}), "hunter2", None),
            (json!({"TeaPot": {}}), "hunter2", None),
        ];
        for (field, text, expected) in table {
            assert_eq!(bytes(&field, text).text.as_deref(), expected, "{field}");
        }
        let before = json!({"FieldToMatch": {"AllQueryArguments": {}},
            "PreParseTextTransformations": [{"Priority": 1, "Type": "URL_DECODE"},
                                            {"Priority": 0, "Type": "NONE"}],
            "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]});
        let before = read(&json!({"ByteMatchStatement": before})).compares.unwrap();
        assert_eq!(before.transformations, ["PRE_PARSE_URL_DECODE", "LOWERCASE"]);
        let none = read(&json!({"ByteMatchStatement": {"FieldToMatch": {}}})).compares;
        assert_eq!(none, None, "no field");
        let two = json!({"UriPath": {}, "Method": {}});
        assert_eq!(read(&json!({"ByteMatchStatement": {"FieldToMatch": two}})).compares, None);
        let no_text = json!({"SearchString": "!", "FieldToMatch": {"UriPath": {}}});
        assert_eq!(read(&json!({"ByteMatchStatement": no_text})).compares.unwrap().text, None);
        let regex = json!({"RegexString": "^hunter2$", "FieldToMatch": {"SingleHeader": {"Name": "x-key"}}});
        let regex = read(&json!({"RegexMatchStatement": regex})).compares.unwrap().regex.unwrap();
        assert!(regex.starts_with("sha256*:"), "{regex}");
        let size = json!({"ComparisonOperator": "GT", "Size": 8192, "FieldToMatch": {"Body": {}}});
        let size = read(&json!({"SizeConstraintStatement": size})).compares.unwrap();
        assert_eq!((size.operator.as_deref(), size.size), (Some("GT"), Some(8192)));
    }

    #[test]
    fn what_is_no_part_of_a_request_is_named() {
        use serde_json::json;

        let table = [
            (json!({"GeoMatchStatement": {"CountryCodes": ["DE", "FR"]}}), vec!["DE", "FR"]),
            (json!({"AsnMatchStatement": {"AsnList": [64496]}}), vec!["64496"]),
            (
                json!({"LabelMatchStatement": {"Scope": "LABEL", "Key": "a:b"}}),
                vec!["LABEL", "a:b"],
            ),
            (
                json!({"IPSetReferenceStatement": {"ARN": "arn:set",
                    "IPSetForwardedIPConfig": {"HeaderName": "X-Forwarded-For"}}}),
                vec!["arn:set", "X-Forwarded-For"],
            ),
            (json!({"XssMatchStatement": {"FieldToMatch": {"UriPath": {}}}}), vec![]),
        ];
        for (statement, expected) in table {
            assert_eq!(read(&statement).keys, expected, "{statement}");
        }
    }
}
