//! Changes of web ACLs, which AWS WAF takes as a whole.

use super::Ways;
use super::text::{block, command, dedented, indented, logical, resource};

/// The web ACL written again: what `RULES.json` holds, a further option, Terraform and `CloudFormation`.
pub(super) fn written(
    rules: &str,
    option: &str,
    (terraform, cloudformation): (&str, &str),
) -> Ways {
    let mut options = [
        "--name NAME",
        "--id ID",
        "--scope REGIONAL",
        "--lock-token TOKEN",
        "--default-action Allow={}",
        "--rules file://RULES.json",
        "--visibility-config SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=NAME",
    ]
    .map(str::to_owned)
    .to_vec();
    if !option.is_empty() {
        options.push(option.to_owned());
    }
    let update = command("aws wafv2 update-web-acl", &options);
    Ways {
        console: String::new(),
        cli: format!(
            "aws wafv2 get-web-acl --name NAME --scope REGIONAL --id ID\n{update}\n\
             # RULES.json: {rules}; TOKEN is its LockToken\n\
             # give its custom response bodies and association configuration again, or they are dropped"
        ),
        terraform: dedented(terraform),
        cloudformation: dedented(cloudformation),
    }
}

pub(super) fn managed_rules(name: &str, priority: u8, group: &str) -> Ways {
    let statement = format!("vendor_name = \"AWS\"\nname        = \"{group}\"");
    let terraform = block("managed_rule_group_statement", &statement);
    let cloudformation = format!("ManagedRuleGroupStatement:\n  VendorName: AWS\n  Name: {group}");
    let action = ("override_action", "none {}", "OverrideAction:\n  None: {}");
    with_rule(name, (priority, group), action, (&terraform, &cloudformation))
}

pub(super) fn blocking_rule(
    name: &str,
    what: &str,
    (terraform, cloudformation): (&str, &str),
) -> Ways {
    let action = ("action", "block {}", "Action:\n  Block: {}");
    let statement = (&*dedented(terraform), &*dedented(cloudformation));
    with_rule(name, (0, what), action, statement)
}

/// One rule more: its name, its priority and what it is, what it does, and its statement.
fn with_rule(
    name: &str,
    (priority, what): (u8, &str),
    (kind, does, action): (&str, &str, &str),
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
        "Name: {name}\nPriority: {priority}\n{action}\nStatement:\n{}\nVisibilityConfig:\n  \
         CloudWatchMetricsEnabled: true\n  MetricName: {name}\n  SampledRequestsEnabled: true",
        indented(cloudformation, 2)
    );
    let rules = format!("Rules:\n  - {}", indented(&item, 4).trim_start());
    written(
        &format!("the rules of the answer and {what}"),
        "",
        (
            &resource("aws_wafv2_web_acl", "this", &rule),
            &logical("WebAcl", "AWS::WAFv2::WebACL", &rules),
        ),
    )
}
