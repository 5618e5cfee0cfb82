//! Changes of web ACLs, which AWS WAF takes as a whole.

use super::Ways;
use super::text::{block, dedented, indented, logical, resource};

/// What an update may carry beside what it must; what it is not given, it drops.
const OPTIONAL: [&str; 10] = [
    "Description",
    "CustomResponseBodies",
    "CaptchaConfig",
    "ChallengeConfig",
    "TokenDomains",
    "AssociationConfig",
    "DataProtectionConfig",
    "OnSourceDDoSProtectionConfig",
    "ApplicationConfig",
    "MonetizationConfig",
];

/// The rules as they are.
const RULES: &str = "WebACL.Rules";

/// The web ACL written again, everything but this as it is: rules and other members as expressions of
/// `JMESPath`; what is to be looked at in between; Terraform and `CloudFormation`.
pub(super) fn written(
    (rules, set): (&str, &str),
    note: &str,
    (terraform, cloudformation): (&str, &str),
) -> Ways {
    let rules = if rules.is_empty() { RULES.to_owned() } else { dedented(rules) };
    let kept: Vec<String> = OPTIONAL
        .iter()
        .map(|name| format!("  WebACL.{name} && {{{name}: WebACL.{name}}} || `{{}}`"))
        .collect();
    let set = if set.is_empty() { String::new() } else { format!(",\n  {}", dedented(set)) };
    let note = if note.is_empty() { String::new() } else { format!("# {note}\n") };
    let cli = format!(
        "aws wafv2 get-web-acl --name WEB_ACL_NAME --scope REGIONAL --id WEB_ACL_ID --output json \\\n  \
         --query 'merge({{\n    Name: WebACL.Name, Scope: `\"REGIONAL\"`, Id: WebACL.Id, LockToken: LockToken,\n    \
         DefaultAction: WebACL.DefaultAction, VisibilityConfig: WebACL.VisibilityConfig,\n    \
         Rules: {}\n  }},\n{}{set})' > web-acl.json\n{note}\
         aws wafv2 update-web-acl --cli-input-json file://web-acl.json",
        indented(&rules, 4).trim_start(),
        kept.join(",\n"),
    );
    Ways {
        console: String::new(),
        cli,
        terraform: dedented(terraform),
        cloudformation: dedented(cloudformation),
    }
}

/// A rule group of AWS takes the place of the same one that only counts.
pub(super) fn managed_rules(name: &str, priority: u8, group: &str) -> Ways {
    let block = block(
        "managed_rule_group_statement",
        &format!("vendor_name = \"AWS\"\nname        = \"{group}\""),
    );
    let cloudformation = format!("ManagedRuleGroupStatement:\n  VendorName: AWS\n  Name: {group}");
    let json = format!(
        "{{\"ManagedRuleGroupStatement\": {{\"VendorName\": \"AWS\", \"Name\": \"{group}\"}}}}"
    );
    let others = format!("{RULES}[?Statement.ManagedRuleGroupStatement.Name != `\"{group}\"`]");
    let action = Action {
        terraform: ("override_action", "none {}"),
        member: "OverrideAction",
        does: "None",
    };
    with_rule((name, priority), (&others, &json), &action, (&block, &cloudformation))
}

pub(super) fn blocking_rule(
    name: &str,
    statement: &str,
    (terraform, cloudformation): (&str, &str),
) -> Ways {
    let action = Action { terraform: ("action", "block {}"), member: "Action", does: "Block" };
    let templates = (&*dedented(terraform), &*dedented(cloudformation));
    with_rule((name, 0), (RULES, &dedented(statement)), &action, templates)
}

/// What a rule does, in Terraform and in the API.
struct Action {
    terraform: (&'static str, &'static str),
    member: &'static str,
    does: &'static str,
}

/// One rule more: its name and its priority, the others and its statement, what it does, and its statement in
/// the templates.
fn with_rule(
    (name, priority): (&str, u8),
    (others, statement): (&str, &str),
    Action { terraform: (kind, does), member, does: action }: &Action,
    (terraform, cloudformation): (&str, &str),
) -> Ways {
    let visible = format!(
        "cloudwatch_metrics_enabled = true\nmetric_name                = \"{name}\"\n\
         sampled_requests_enabled   = true"
    );
    let rule = [
        format!("name     = \"{name}\"\npriority = {priority}"),
        block(kind, does),
        block("statement", terraform),
        block("visibility_config", &visible),
    ];
    let rule = block("rule", &rule.join("\n\n"));
    let item = format!(
        "Name: {name}\nPriority: {priority}\n{member}:\n  {action}: {{}}\nStatement:\n{}\nVisibilityConfig:\n  \
         CloudWatchMetricsEnabled: true\n  MetricName: {name}\n  SampledRequestsEnabled: true",
        indented(cloudformation, 2)
    );
    let rules = format!("Rules:\n  - {}", indented(&item, 4).trim_start());
    let json = format!(
        "[{others}, `[{{\n  \"Name\": \"{name}\", \"Priority\": WEB_ACL_RULE_PRIORITY,\n  \
         \"{member}\": {{\"{action}\": {{}}}},\n  \"Statement\": {},\n  \
         \"VisibilityConfig\": {{\"SampledRequestsEnabled\": true, \"CloudWatchMetricsEnabled\": true,\n    \
         \"MetricName\": \"{name}\"}}\n}}]`][]",
        indented(statement, 2).trim_start()
    );
    written(
        (&json, ""),
        "",
        (
            &resource("aws_wafv2_web_acl", "this", &rule),
            &logical("WebAcl", "AWS::WAFv2::WebACL", &rules),
        ),
    )
}
