//! A web ACL does without AWS's rules against known exploits.

use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::cause::Verb;

const GROUP: &str = "AWSManagedRulesKnownBadInputsRuleSet";

pub(crate) const CHECK: Check = Check {
    id: "waf-known-bad-inputs-missing",
    aliases: &["waf-no-known-bad-inputs"],
    title: "the web ACL lacks AWS's known-bad-inputs group",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "It holds the patterns of exploits that are tried everywhere, all day: Log4j, Java \
          deserialization, paths that only scanners ask for.",
    logic: "Fails when AWS's group AWSManagedRulesKnownBadInputsRuleSet does not work in the web \
            ACL; with override `count` it does not, nor behind a rule that lets every request \
            through, nor with a scope-down statement that takes none, as far as that can be told. \
            Single rules of it that count are not looked at. Does not apply to a web ACL that \
            stops nothing, which is `waf-empty` or `waf-counts-only`, nor to one that blocks by \
            default.",
    false_alarms: "Groups of other vendors may know the same exploits.",
    fix: "add AWSManagedRulesKnownBadInputsRuleSet with override action none",
    remedy: Remedy::managed_rules("known-bad-inputs", 2, "AWSManagedRulesKnownBadInputsRuleSet")
        .console(
            "WAF & Shield, Web ACLs, the web ACL, Rules, Add managed rule groups: AWS managed rule \
             groups, Known bad inputs.",
        ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "without it",
            given: || sample::with_acl(|acl| acl.rules.truncate(3)),
            finds: &["fail waf-known-bad-inputs-missing web"],
        },
        Example {
            title: "with it, counting",
            given: || sample::with_acl(|acl| sample::count(&mut acl.rules[3..])),
            finds: &["fail waf-known-bad-inputs-missing web"],
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
            title: "with a scope-down statement that takes no request",
            given: || {
                sample::with_acl(|acl| {
                    let all = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    let group = &mut acl.rules[3].statements;
                    (group[0].scoped_down, group[0].children) = (true, 1);
                    group.extend(sample::waf_not(all));
                })
            },
            finds: &["fail waf-known-bad-inputs-missing web"],
        },
        Example {
            title: "the web ACL could not be read",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let denied = Fact::Unread(sample::denied(Call::Wafv2GetWebAcl));
                    region.web_acls.insert(sample::WEB_ACL.to_owned(), denied);
                })
            },
            finds: &[
                "unknown waf-known-bad-inputs-missing web",
                "unknown 8 others: wafv2:GetWebACL",
            ],
        },
        Example { title: "with it", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if filter.stops(|rule| rule.takes_over(GROUP))? {
        return Ok(Verdict::Pass(evidence.with(GROUP, "working")));
    }
    let counted = !filter.names(Effect::Counts, |rule| rule.takes_over(GROUP)).is_empty();
    let skipped = !filter.idle(|rule| rule.takes_over(GROUP)).is_empty();
    let state = match (counted, skipped) {
        (true, _) => "counting",
        (false, true) => "skipped",
        (false, false) => "missing",
    };
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, GROUP);
    Ok(Verdict::Fail(evidence.with(GROUP, state).cause(cause)))
}
