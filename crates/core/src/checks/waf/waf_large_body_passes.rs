//! What stands behind the first 8 KB of a body is not looked at.

use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::WafRule;
use crate::remedy::cause::Verb;

/// AWS's managed groups that look into bodies. They take as much of one as they get.
///
/// Source: AWS WAF developer guide, baseline and use-case specific rule groups.
const READERS: &[&str] = &[
    CORE,
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesPHPRuleSet",
];
/// The one of them that refuses large bodies, by a rule that many have to turn off.
const CORE: &str = "AWSManagedRulesCommonRuleSet";
const SIZE: &str = "SizeRestrictions_BODY";

pub(crate) const CHECK: Check = Check {
    id: "waf-large-body-passes",
    aliases: &["waf-body-size-bypass"],
    title: "large bodies get past the web ACL's rules",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "AWS WAF sees the first 8 KB of a body in front of an Application load balancer, and \
          nobody can raise that. Whoever puts 8 KB of filler before an attack gets it past every \
          rule that looks for it there.",
    logic: "Looks at rules that block, challenge or ask for a CAPTCHA. Fails when one looks into \
            the body and goes on with what it got of a large one (oversize handling `CONTINUE`, \
            which is the default), or is one of AWS's managed groups that do so, and none refuses \
            large bodies: no size constraint on the body, no rule that takes a large body for a \
            match, and no AWSManagedRulesCommonRuleSet whose rule SizeRestrictions_BODY is in \
            force. Rules behind one that lets every request through do not count, as far as that \
            can be told. Does not apply where no rule looks into bodies, nor to a web ACL that \
            blocks by default.",
    false_alarms: "An application that takes uploads has to let large bodies through, best on the \
                   paths for uploads alone.",
    fix: "block bodies over 8 KB, except on the paths that need them",
    remedy: Remedy::new(Change::BlockingRule {
        name: "large-body",
        statement: r#"
            {"SizeConstraintStatement": {
              "ComparisonOperator": "GT", "Size": 8192,
              "FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
              "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}"#,
        terraform: r#"
            size_constraint_statement {
              comparison_operator = "GT"
              size                = 8192

              field_to_match {
                body {
                  oversize_handling = "MATCH"
                }
              }

              text_transformation {
                priority = 0
                type     = "NONE"
              }
            }"#,
        cloudformation: r"
            SizeConstraintStatement:
              ComparisonOperator: GT
              Size: 8192
              FieldToMatch:
                Body:
                  OversizeHandling: MATCH
              TextTransformations:
                - Priority: 0
                  Type: NONE",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Rules: set SizeRestrictions_BODY of the core rule \
         set back to Block, or add a rule that blocks bodies greater than 8192 bytes, oversize \
         handling Match.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html",
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "a rule of one's own, and nothing refuses large bodies",
            given: || looking(None),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-large-body-passes web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "the core rule set without its limit",
            given: || {
                sample::with_acl(|acl| {
                    acl.rules.remove(0);
                    acl.rules[1].statements[0].counted = vec![SIZE.to_owned()];
                })
            },
            finds: &["fail waf-large-body-passes web"],
        },
        Example {
            title: "the core rule set with its limit",
            given: || sample::with_acl(|acl| drop(acl.rules.remove(0))),
            finds: &[],
        },
        Example {
            title: "a rule that takes a large body for a match",
            given: || looking(Some("MATCH")),
            finds: &["fail waf-known-bad-inputs-missing web", "fail waf-managed-rules-missing web"],
        },
        Example {
            title: "a size constraint behind a rule that lets everything through",
            given: || {
                sample::with_acl(|acl| {
                    let all = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    acl.rules.rotate_left(3);
                    acl.rules.insert(1, sample::waf_rule("all", 1, "allow", all));
                })
            },
            finds: &[
                "fail waf-rate-limit-missing web",
                "fail waf-rules-skipped web",
                "fail waf-large-body-passes web",
            ],
        },
        Example {
            title: "nobody looks into bodies",
            given: || sample::with_acl(|acl| acl.rules.retain(|rule| rule.has("rate-based"))),
            finds: &[
                "does not apply",
                "fail waf-known-bad-inputs-missing web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "a size constraint",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// A web ACL with one rule on the body beside a rate limit.
fn looking(oversize: Option<&str>) -> crate::inventory::Inventory {
    sample::with_acl(|acl| {
        let mut statement = sample::waf_statement("sqli-match");
        statement.body = true;
        statement.oversize = oversize.map(str::to_owned);
        acl.rules.truncate(2);
        acl.rules[0] = sample::waf_rule("sql", 0, "block", vec![statement]);
    })
}

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if filter.stops(refuses_large)? {
        let mut refusing = filter.names(Effect::Stops, refuses_large);
        refusing.truncate(SHOWN);
        return Ok(Verdict::Pass(evidence.with("rules_on_large_bodies", refusing)));
    }
    let readers = filter.names(Effect::Stops, reads_a_part);
    if readers.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let mut evidence = evidence.with("rules_on_bodies", readers).with("inspected_bytes", 8192);
    let skipped = filter.idle(refuses_large);
    if !skipped.is_empty() {
        evidence = evidence.with("skipped_rules", skipped);
    }
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, "block bodies over 8 KB");
    Ok(Verdict::Fail(evidence.cause(cause)))
}

/// Whether a rule that stops requests stops those with a large body.
fn refuses_large(rule: &WafRule) -> bool {
    rule.statements.iter().any(|statement| {
        let by_size = statement.kind == "size-constraint" && statement.body;
        let by_rest = statement.body && statement.oversize.as_deref() == Some("MATCH");
        let counted = statement.counted.iter().any(|name| name == SIZE);
        by_size || by_rest || rule.takes_over(CORE) && !counted && !statement.scoped_down
    })
}

/// Whether a rule looks at the begin of a large body as if it were all.
fn reads_a_part(rule: &WafRule) -> bool {
    let own = rule.statements.iter().any(|statement| {
        statement.body && matches!(statement.oversize.as_deref(), None | Some("CONTINUE"))
    });
    own || READERS.iter().any(|group| rule.takes_over(group))
}
