//! What stands behind the first part of a body is not looked at.

use crate::analysis::waf::body::{self, CORE, DEFAULT_LIMIT};
use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::{WafRule, WafStatement};
use crate::remedy::cause::Verb;

const SIZE: &str = "SizeRestrictions_BODY";

pub(crate) const CHECK: Check = Check {
    id: "waf-large-body-passes",
    aliases: &["waf-body-size-bypass"],
    title: "large bodies get past the web ACL's rules",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "AWS WAF sees the first 8 KB of a body in front of an Application load balancer, or as much \
          as the web ACL asks for, up to 64 KB. Whoever puts that much filler before an attack gets \
          it past every rule that looks for it there.",
    logic: "Looks at rules that block, challenge or ask for a CAPTCHA. Fails when one looks into \
            the body and goes on with what it got of a large one (oversize handling `CONTINUE`, \
            which is the default), or is one of AWS's managed groups that do so, and none refuses \
            large bodies: no size constraint on the body, no rule that takes a large body for a \
            match, and no AWSManagedRulesCommonRuleSet whose rule SizeRestrictions_BODY is in \
            force. Large is what is longer than the web ACL's AssociationConfig has inspected: \
            DefaultSizeInspectionLimit of APPLICATION_LOAD_BALANCER, 8 KB by default; a limit that \
            this version does not know is unknown. A size constraint that refuses only bodies longer \
            still refuses too few. Rules behind one that lets every request through do not count, as far as that \
            can be told. Does not apply where no rule looks into bodies, nor to a web ACL that \
            blocks by default.",
    false_alarms: "An application that takes uploads has to let large bodies through, best on the \
                   paths for uploads alone.",
    fix: "block bodies over the limit, 8 KB by default, except on the paths that need them",
    remedy: Remedy::new(Change::BlockingRule {
        name: "large-body",
        statement: r#"
            {"SizeConstraintStatement": {
              "ComparisonOperator": "GT", "Size": INSPECTED_BYTES,
              "FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
              "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}"#,
        terraform: r#"
            size_constraint_statement {
              comparison_operator = "GT"
              size                = INSPECTED_BYTES

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
              Size: INSPECTED_BYTES
              FieldToMatch:
                Body:
                  OversizeHandling: MATCH
              TextTransformations:
                - Priority: 0
                  Type: NONE",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Rules: set SizeRestrictions_BODY of the core rule \
         set back to Block, or add a rule that blocks bodies greater than the limit, 8192 bytes by \
         default, oversize handling Match.",
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
            title: "the web ACL has 64 KB inspected, and nothing refuses more",
            given: || limited("KB_64", None),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-large-body-passes web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "the web ACL has 64 KB inspected, and refuses more",
            given: || limited("KB_64", Some(65_536)),
            finds: &["fail waf-known-bad-inputs-missing web", "fail waf-managed-rules-missing web"],
        },
        Example {
            title: "bodies that are refused only when they are four times as long as what is inspected",
            given: || limited("KB_16", Some(65_536)),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-large-body-passes web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "a size that takes more than is inspected for no match",
            given: || sized("GT", "NO_MATCH"),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-large-body-passes web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "short bodies are refused",
            given: || sized("LT", "CONTINUE"),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-large-body-passes web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "a limit that this version does not know",
            given: || limited("KB_128", Some(65_536)),
            finds: &[
                "fail waf-known-bad-inputs-missing web",
                "fail waf-managed-rules-missing web",
                "unknown waf-large-body-passes web",
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

/// A web ACL with one rule on the body that has this much of it inspected, and refuses what is longer than so
/// many bytes.
fn limited(limit: &str, refused: Option<u64>) -> crate::inventory::Inventory {
    sample::with_acl(|acl| {
        acl.body_limit = Some(limit.to_owned());
        let mut size = acl.rules.remove(0);
        acl.rules.truncate(1);
        let mut statement = sample::waf_statement("sqli-match");
        statement.body = true;
        acl.rules.push(sample::waf_rule("sql", 2, "block", vec![statement]));
        if let (Some(bytes), Some(compared)) = (refused, &mut size.statements[0].compares) {
            compared.size = Some(bytes);
            size.statements[0].oversize = Some("CONTINUE".to_owned());
            acl.rules.insert(0, size);
        }
    })
}

/// The web ACL whose first rule compares the body's size with what is inspected.
fn sized(operator: &str, oversize: &str) -> crate::inventory::Inventory {
    let mut inventory = limited("KB_16", Some(16_384));
    for acl in inventory.accounts[0].regions[0].web_acls.values_mut() {
        let Fact::Known(acl) = acl else { continue };
        let statement = &mut acl.rules[0].statements[0];
        statement.oversize = Some(oversize.to_owned());
        if let Some(compared) = &mut statement.compares {
            compared.operator = Some(operator.to_owned());
        }
    }
    inventory
}

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    let limit = filter.acl.inspected_bytes();
    // Whatever a limit that is not known may be, it is no less than the smallest.
    let least = limit.clone().unwrap_or(DEFAULT_LIMIT);
    let refuses = |rule: &WafRule| refuses_large(rule, least);
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if filter.stops(refuses)? {
        let mut refusing = filter.names(Effect::Stops, refuses);
        refusing.truncate(SHOWN);
        let evidence = evidence.with("rules_on_large_bodies", refusing);
        return Ok(Verdict::Pass(match &filter.acl.body_limit {
            Some(_) if limit.is_ok() => evidence.with("inspected_bytes", least),
            _ => evidence,
        }));
    }
    let readers = filter.names(Effect::Stops, reads_a_part);
    if readers.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let limit = limit?;
    let mut evidence = evidence.with("rules_on_bodies", readers).with("inspected_bytes", limit);
    let skipped = filter.idle(refuses);
    if !skipped.is_empty() {
        evidence = evidence.with("skipped_rules", skipped);
    }
    let change = format!("block bodies over {} KB", limit / 1024);
    let cause = causes::web_acl(Verb::Extend, &filter.acl.arn, &change);
    Ok(Verdict::Fail(evidence.cause(cause).bind("INSPECTED_BYTES", limit.to_string())))
}

/// Whether a rule that stops requests stops those with a body of more than this many bytes.
fn refuses_large(rule: &WafRule, inspected: u64) -> bool {
    rule.statements.iter().any(|statement| {
        let by_size =
            statement.kind == "size-constraint" && statement.body && takes(statement, inspected);
        let by_rest = statement.body && statement.oversize.as_deref() == Some("MATCH");
        let counted = statement.counted.iter().any(|name| name == SIZE);
        by_size || by_rest || rule.takes_over(CORE) && !counted && !statement.scoped_down
    })
}

/// Whether a size constraint takes the bodies that are little longer than what is inspected. One that takes no
/// more than is inspected for a match does not, and one for short bodies neither.
fn takes(statement: &WafStatement, inspected: u64) -> bool {
    let Some(compared) = &statement.compares else { return true };
    let from = match compared.operator.as_deref() {
        Some("LT" | "LE" | "EQ") => return false,
        Some("GT") => compared.size,
        Some("GE") => compared.size.map(|size| size.saturating_sub(1)),
        _ => None,
    };
    statement.oversize.as_deref() != Some("NO_MATCH") && from.is_none_or(|from| from <= inspected)
}

/// Whether a rule looks at the begin of a large body as if it were all.
fn reads_a_part(rule: &WafRule) -> bool {
    let own = rule.statements.iter().any(|statement| {
        statement.body && matches!(statement.oversize.as_deref(), None | Some("CONTINUE"))
    });
    own || body::is_managed_reader(rule)
}
