//! A web ACL counts what it should stop.

use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::remedy::cause::Verb;

pub(crate) const CHECK: Check = Check {
    id: "waf-counts-only",
    aliases: &["waf-count-only"],
    title: "the web ACL stops nothing",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "Attacks are recognised, counted and let through. Whoever only sees that there is a web \
          ACL with rules believes to be protected.",
    logic: "Fails when an internet-facing Application load balancer has a web ACL with rules, \
            none of them blocks, challenges or asks for a CAPTCHA, and the default action is \
            `allow`. A rule group whose override is `count` counts, whatever its rules say, as do \
            rules of a group that are overridden one by one. A managed rule group that is not \
            overridden as a whole stops requests, even if single rules of it count. A rule stops \
            nothing behind one that lets every request through, nor where its statement takes \
            none, as far as that can be told. Does not apply to a web ACL without rules, which is \
            `waf-empty`.",
    false_alarms: "AWS recommends to count first when rules are new. The finding is right all the \
                   same, and goes when the trial ends.",
    fix: "look at what the rules have counted, then set the overrides to none and the actions to \
          block",
    remedy: Remedy::new(Change::WebAcl {
        rules: r#"
            WebACL.Rules[].merge(@,
              (OverrideAction.Count != `null`) && {OverrideAction: `{"None": {}}`} || `{}`,
              (Action.Count != `null`) && {Action: `{"Block": {}}`} || `{}`)"#,
        set: "",
        note: "see in its metrics what the rules would have blocked before they do",
        terraform: r#"
            resource "aws_wafv2_web_acl" "web" {
              rule {
                override_action {
                  none {}
                }
              }
            }"#,
        cloudformation: r"
            Type: AWS::WAFv2::WebACL
            Properties:
              Rules:
                - Name: core
                  OverrideAction:
                    None: {}",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Rules, Edit: take back \"Override rule group action \
         to Count\", and set own rules to Block.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html",
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "every rule counts",
            given: || sample::with_acl(|acl| sample::count(&mut acl.rules)),
            finds: &["fail waf-counts-only web"],
        },
        Example {
            title: "a group whose blocking rule is only counted",
            given: || {
                let statements = vec![sample::waf_statement("geo-match")];
                let rule = sample::waf_rule("no-entry", 0, "block", statements);
                sample::with_rule_group(vec![rule], "count")
            },
            finds: &["fail waf-counts-only web"],
        },
        Example {
            title: "a rule that lets everything through before those that block",
            given: || {
                sample::with_acl(|acl| {
                    let statements = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    acl.rules.insert(0, sample::waf_rule("all", 0, "allow", statements));
                })
            },
            finds: &["fail waf-counts-only web", "fail waf-rules-skipped web"],
        },
        Example {
            title: "a rule that blocks where its statement takes no request",
            given: || {
                sample::with_acl(|acl| {
                    let all = vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")];
                    acl.rules = vec![sample::waf_rule("never", 0, "block", sample::waf_not(all))];
                })
            },
            finds: &["fail waf-counts-only web"],
        },
        Example {
            title: "only those that are listed get in",
            given: || {
                sample::with_acl(|acl| {
                    let statements = vec![sample::waf_statement("ip-set-reference")];
                    acl.rules = vec![sample::waf_rule("friends", 0, "allow", statements)];
                    acl.default_action = Some("block".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "one of several rules counts",
            given: || sample::with_acl(|acl| sample::count(&mut acl.rules[2..3])),
            finds: &[],
        },
        Example {
            title: "an action that this version does not know",
            given: || {
                sample::with_acl(|acl| {
                    sample::count(&mut acl.rules);
                    acl.rules[1].action = "tarpit".into();
                })
            },
            finds: &["unknown waf-counts-only web", "unknown 6 others: wafv2:GetWebACL"],
        },
        Example {
            title: "rules that block",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::filter(context.site)? else { return Ok(Verdict::NotApplicable) };
    if filter.is_empty()? {
        return Ok(Verdict::NotApplicable);
    }
    let stops = filter.stops(|_| true);
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    if stops == Ok(true) || filter.stops_the_rest()? || stops? {
        let mut stopping = filter.names(Effect::Stops, |_| true);
        stopping.truncate(SHOWN);
        let evidence = evidence.with("stopping_rules", stopping);
        return Ok(Verdict::Pass(
            evidence.with("default_action", filter.acl.default_action.clone()),
        ));
    }
    let admitting = filter.names(Effect::Admits, |_| true);
    let mut evidence = evidence.with("counting_rules", filter.names(Effect::Counts, |_| true));
    if !admitting.is_empty() {
        evidence = evidence.with("allowing_rules", admitting);
    }
    let skipped = filter.idle(|_| true);
    if !skipped.is_empty() {
        evidence = evidence.with("skipped_rules", skipped);
    }
    let cause = causes::web_acl(Verb::Change, &filter.acl.arn, "block instead of count");
    Ok(Verdict::Fail(evidence.with("default_action", "allow").cause(cause)))
}
