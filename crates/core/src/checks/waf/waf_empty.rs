//! A web ACL without rules lets everything through.

use crate::analysis::waf;
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::cause::Verb;

pub(crate) const CHECK: Check = Check {
    id: "waf-empty",
    aliases: &["waf-acl-empty"],
    title: "the web ACL has no rule",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "The load balancer counts as protected everywhere, and nothing is filtered: every exploit \
          and every flood goes through as if there were no web ACL.",
    logic: "Fails when the web ACL of an internet-facing Application load balancer has no rule, or \
            only names rule groups without rules, and its default action is `allow`. Passes with a \
            rule, and with the default action `block`, which lets nothing through. Does not apply \
            to an internal load balancer, nor without web ACL.",
    false_alarms: "Rules that AWS Firewall Manager puts before or after those of the web ACL count \
                   as its rules.",
    fix: "add rules to the web ACL, at least AWS's managed core rule set and a rate limit",
    remedy: Remedy::managed_rules("core", 1, "AWSManagedRulesCommonRuleSet").console(
        "WAF & Shield, Web ACLs, the web ACL, Rules: add managed rule groups, then a rate-based \
         rule.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "no rule, everything allowed",
            given: || sample::with_acl(|acl| acl.rules.clear()),
            finds: &["fail waf-empty web"],
        },
        Example {
            title: "a rule group without rules",
            given: || sample::with_rule_group(Vec::new(), "none"),
            finds: &["fail waf-empty web"],
        },
        Example {
            title: "no rule, everything blocked",
            given: || {
                sample::with_acl(|acl| {
                    acl.rules.clear();
                    acl.default_action = Some("block".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "a rule group that could not be read",
            given: || {
                let mut inventory = sample::with_rule_group(Vec::new(), "none");
                let groups = &mut inventory.accounts[0].regions[0].rule_groups;
                let denied = Fact::Unread(sample::denied(Call::Wafv2GetRuleGroup));
                groups.insert(sample::rule_group_arn(), denied);
                inventory
            },
            finds: &["unknown waf-empty web", "unknown 7 others: wafv2:GetRuleGroup"],
        },
        Example { title: "rules", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::filter(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new()
        .with("web_acl", filter.acl.name.as_str())
        .with("rules", filter.rules.found.len())
        .with("default_action", filter.acl.default_action.clone());
    if !filter.is_empty()? || filter.stops_the_rest()? {
        return Ok(Verdict::Pass(evidence));
    }
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, "rules");
    Ok(Verdict::Fail(evidence.cause(cause)))
}
