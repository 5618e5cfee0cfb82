//! A web ACL uses none of the rules that others keep up to date.

use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::WafRule;
use crate::remedy::cause::Verb;

pub(crate) const CHECK: Check = Check {
    id: "waf-managed-rules-missing",
    aliases: &["waf-no-managed-group"],
    title: "the web ACL has no managed rule group",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "Own rules stop what their author thought of. Managed groups hold the common attacks on \
          web applications, and someone adds the new ones.",
    logic: "Fails when no managed rule group, of AWS or another vendor, works in the web ACL; one \
            whose override is `count` does not, nor one behind a rule that lets every request \
            through, or with a scope-down statement that takes none, as far as that can be told. \
            Does not apply to a web ACL that stops nothing, \
            which is `waf-empty` or `waf-counts-only`, nor to one that blocks by default.",
    fix: "add AWSManagedRulesCommonRuleSet with override action none",
    remedy: Remedy::managed_rules("core", 1, "AWSManagedRulesCommonRuleSet").console(
        "WAF & Shield, Web ACLs, the web ACL, Rules, Add managed rule groups: AWS managed rule \
         groups, Core rule set.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "own rules alone",
            given: || sample::with_acl(|acl| acl.rules.truncate(2)),
            finds: &["fail waf-known-bad-inputs-missing web", "fail waf-managed-rules-missing web"],
        },
        Example {
            title: "managed groups that count",
            given: || sample::with_acl(|acl| sample::count(&mut acl.rules[2..])),
            finds: &["fail waf-known-bad-inputs-missing web", "fail waf-managed-rules-missing web"],
        },
        Example {
            title: "behind a rule that lets everything through",
            given: || {
                sample::with_acl(|acl| {
                    let all = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    acl.rules.insert(2, sample::waf_rule("all", 2, "allow", all));
                })
            },
            finds: &[
                "fail waf-rules-skipped web",
                "fail waf-known-bad-inputs-missing web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "managed groups",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if filter.stops(managed)? {
        let mut groups = filter.names(Effect::Stops, managed);
        groups.truncate(SHOWN);
        return Ok(Verdict::Pass(evidence.with("managed_groups", groups)));
    }
    let mut evidence = evidence.with("counting_groups", filter.names(Effect::Counts, managed));
    let skipped = filter.idle(managed);
    if !skipped.is_empty() {
        evidence = evidence.with("skipped_groups", skipped);
    }
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, "managed rule group");
    Ok(Verdict::Fail(evidence.cause(cause)))
}

fn managed(rule: &WafRule) -> bool {
    rule.has("managed-rule-group")
}
