//! A web ACL limits nobody's rate.

use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::WafRule;
use crate::remedy::cause::Verb;

/// AWS's managed group against floods of requests.
const AGAINST_FLOODS: &str = "AWSManagedRulesAntiDDoSRuleSet";

pub(crate) const CHECK: Check = Check {
    id: "waf-rate-limit-missing",
    aliases: &["waf-no-rate-rule"],
    title: "the web ACL limits nobody's rate",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "One client can ask as often as it likes: try passwords, copy the catalogue, or keep the \
          targets busy until nobody else is served.",
    logic: "Fails when no rule of the web ACL that blocks, challenges or asks for a CAPTCHA has a \
            rate-based statement, its rule groups included. AWS's managed group against DDoS \
            attacks counts as a limit. A rate-based rule that only counts does not, nor one behind \
            a rule that lets every request through, as far as that can be told. Does not apply \
            to a web ACL that stops nothing, which is `waf-empty` or `waf-counts-only`, nor to one \
            that blocks by default.",
    false_alarms: "What managed groups of other vendors hold is not known. Limits in the \
                   application, or at CloudFront in front of a load balancer that only CloudFront \
                   reaches, are not seen.",
    fix: "add a rate-based rule that blocks",
    remedy: Remedy::new(Change::BlockingRule {
        name: "rate",
        statement: r#"{"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}}"#,
        terraform: r#"
            rate_based_statement {
              limit              = 2000
              aggregate_key_type = "IP"
            }"#,
        cloudformation: r"
            RateBasedStatement:
              Limit: 2000
              AggregateKeyType: IP",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Rules, Add rules, Rule builder: type \"Rate-based \
         rule\", action Block.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-anti-ddos.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "none",
            given: || sample::with_acl(|acl| acl.rules.retain(|rule| !rule.has("rate-based"))),
            finds: &["fail waf-rate-limit-missing web"],
        },
        Example {
            title: "one that counts",
            given: || sample::with_acl(|acl| sample::count(&mut acl.rules[1..2])),
            finds: &["fail waf-rate-limit-missing web"],
        },
        Example {
            title: "behind a rule that lets everything through",
            given: || {
                sample::with_acl(|acl| {
                    let all = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    acl.rules.insert(1, sample::waf_rule("all", 1, "allow", all));
                })
            },
            finds: &[
                "fail waf-rate-limit-missing web",
                "fail waf-rules-skipped web",
                "fail waf-known-bad-inputs-missing web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "AWS's group against DDoS attacks instead",
            given: || {
                sample::with_acl(|acl| acl.rules[1] = sample::managed_rule(1, AGAINST_FLOODS))
            },
            finds: &[],
        },
        Example {
            title: "one that blocks",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if filter.stops(limits)? {
        let mut working = filter.names(Effect::Stops, limits);
        working.truncate(SHOWN);
        return Ok(Verdict::Pass(evidence.with("limits", working)));
    }
    let mut evidence = evidence.with("counting_limits", filter.names(Effect::Counts, limits));
    let skipped = filter.idle(limits);
    if !skipped.is_empty() {
        evidence = evidence.with("skipped_limits", skipped);
    }
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, "rate limit");
    Ok(Verdict::Fail(evidence.cause(cause)))
}

fn limits(rule: &WafRule) -> bool {
    rule.has("rate-based") || rule.takes_over(AGAINST_FLOODS)
}
