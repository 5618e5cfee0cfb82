//! A rule of a web ACL lets requests through before others would have stopped them.

use crate::analysis::waf::skip::{self, Target};
use crate::analysis::waf::{self, Effect};
use crate::checks::prelude::*;
use crate::checks::shared::bypass::{PUBLIC_PATHS, is_public_path};
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::{WafRule, WafStatement};
use crate::remedy::cause::Verb;
use crate::vocab::glob;

pub(crate) const CHECK: Check = Check {
    id: "waf-rules-skipped",
    title: "requests skip rules of the web ACL",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Rules work by priority, and one that allows a request is the last that sees it. What was \
          meant to spare a path some false alarms takes it out of all later rules: whoever attacks \
          there is neither stopped nor counted.",
    logic: "Looks at rules whose action is `allow`, in the web ACL or in a rule group that it \
            refers to. Fails when one stands before rules that block, ask for a CAPTCHA or a \
            challenge, or before managed rule groups, and lets a request through that anybody can \
            send, no earlier rule ends, and a later one may stop; the request is shown. Passes for \
            rules that need an address of a set, a country, a network, a label or a secret header \
            or parameter; for those behind every rule that stops requests; for preflight requests \
            (OPTIONS), and for paths that are public by custom or by configuration \
            (`public-paths`). Unknown where that depends on what is not understood of a rule, or on \
            what a test makes of a header or parameter that is there twice. Does not apply to a web ACL that stops nothing, which is \
            `waf-empty` or `waf-counts-only`.",
    false_alarms: "A path whose requests the rules would stop wrongly may be meant. A scope-down \
                   statement, or an exception to the one rule that is wrong, leaves the others in \
                   force.",
    fix: "move the rule behind those that stop requests, or narrow it; exempt a path from the one \
          rule that is wrong there by a scope-down statement or a label",
    remedy: Remedy::new(Change::WebAcl {
        rules: r#"
            WebACL.Rules[].merge(@,
              (Name == `"WEB_ACL_RULE"`) && {Priority: `WEB_ACL_RULE_PRIORITY`} || `{}`)"#,
        set: "",
        note: "the rule comes last then: see in its metrics and samples what it let through",
        terraform: r#"
            resource "aws_wafv2_web_acl" "web" {
              rule {
                name     = "WEB_ACL_RULE"
                priority = WEB_ACL_RULE_PRIORITY # behind the rules that stop requests
              }
            }"#,
        cloudformation: r"
            Type: AWS::WAFv2::WebACL
            Properties:
              Rules:
                - Name: WEB_ACL_RULE
                  Priority: WEB_ACL_RULE_PRIORITY",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Rules: move the rule behind those that stop \
         requests, or edit it to take fewer.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing-order.html",
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-scope-down-statements.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "a path is let through before the managed rules",
            given: || first(vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/upload")]),
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "everything is let through first",
            given: || first(vec![sample::waf_bytes("uri-path", "STARTS_WITH", "/")]),
            finds: &["fail waf-counts-only web", "fail waf-rules-skipped web"],
        },
        Example {
            title: "a method is let through first",
            given: || first(vec![sample::waf_bytes("method", "EXACTLY", "POST")]),
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "all but some paths are let through first",
            given: || first(sample::waf_not(vec![path("STARTS_WITH", "/admin")])),
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "a path in lower case, while a rule before it blocks it as it is written",
            given: || {
                sample::with_acl(|acl| {
                    let mut allowed = path("EXACTLY", "/debug");
                    if let Some(compared) = &mut allowed.compares {
                        compared.transformations = vec!["LOWERCASE".to_owned()];
                    }
                    acl.rules.insert(0, rule("no-debug", "block", vec![path("EXACTLY", "/debug")]));
                    acl.rules.insert(1, rule("debug", "allow", vec![allowed]));
                })
            },
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "a path that contains what is public by custom",
            given: || first(vec![path("CONTAINS", "/health")]),
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "inside a rule group",
            given: || {
                let allow = rule("upload", "allow", vec![path("STARTS_WITH", "/upload")]);
                grouped(allow, "none")
            },
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "inside a rule group that is only counted",
            given: || {
                let allow = rule("upload", "allow", vec![path("STARTS_WITH", "/upload")]);
                grouped(allow, "count")
            },
            finds: &[],
        },
        Example {
            title: "from countries outside of which all is blocked",
            given: || {
                sample::with_acl(|acl| {
                    let abroad = sample::waf_not(vec![sample::waf_statement("geo-match")]);
                    acl.rules.insert(0, rule("abroad", "block", abroad));
                    acl.rules.insert(1, rule("api", "allow", vec![path("STARTS_WITH", "/api/")]));
                })
            },
            finds: &["fail waf-rules-skipped web"],
        },
        Example {
            title: "addresses of a set are let through first",
            given: || first(vec![sample::waf_statement("ip-set-reference")]),
            finds: &[],
        },
        Example {
            title: "everything else is let through for a label or a secret",
            given: || {
                let mut secret =
                    sample::waf_bytes("single-header", "EXACTLY", "sha256:8d969eef6ecad3c2");
                if let Some(compared) = &mut secret.compares {
                    compared.name = Some("x-origin-verify".to_owned());
                }
                let label = vec![sample::waf_statement("label-match")];
                first(sample::waf_statements("or", &[label, vec![secret]]))
            },
            finds: &[],
        },
        Example {
            title: "a path, but behind the rules",
            given: || {
                sample::with_acl(|acl| {
                    acl.rules.push(rule("upload", "allow", vec![path("STARTS_WITH", "/upload")]));
                })
            },
            finds: &[],
        },
        Example {
            title: "health checks and proofs for certificates",
            given: || {
                let challenge = path("STARTS_WITH", "/.well-known/acme-challenge/");
                let health = vec![path("EXACTLY", "/health")];
                first(sample::waf_statements("or", &[health, vec![challenge]]))
            },
            finds: &[],
        },
        Example {
            title: "preflight requests",
            given: || first(vec![sample::waf_bytes("method", "EXACTLY", "OPTIONS")]),
            finds: &[],
        },
        Example {
            title: "a path that the only rule behind does not look at",
            given: || {
                sample::with_acl(|acl| {
                    acl.rules = vec![
                        rule("shop", "allow", vec![path("STARTS_WITH", "/shop/")]),
                        rule("no-admin", "block", vec![path("STARTS_WITH", "/admin/")]),
                    ];
                })
            },
            finds: &[
                "fail waf-rate-limit-missing web",
                "fail waf-known-bad-inputs-missing web",
                "fail waf-managed-rules-missing web",
            ],
        },
        Example {
            title: "a path that a rule before has blocked",
            given: || {
                sample::with_acl(|acl| {
                    acl.rules
                        .insert(0, rule("no-admin", "block", vec![path("STARTS_WITH", "/admin")]));
                    acl.rules
                        .insert(1, rule("debug", "allow", vec![path("EXACTLY", "/admin/debug")]));
                })
            },
            finds: &[],
        },
        Example {
            title: "a statement that is not understood",
            given: || first(vec![sample::waf_statement("TeaLeafStatement")]),
            finds: &["unknown waf-rules-skipped web"],
        },
        Example {
            title: "patterns of a set, which are not read",
            given: || first(vec![sample::waf_statement("regex-pattern-set-reference")]),
            finds: &["unknown waf-rules-skipped web"],
        },
        Example {
            title: "a rule of a managed group lets through what it finds",
            given: || {
                sample::with_acl(|acl| {
                    let overridden = &mut acl.rules[2].statements[0].overridden;
                    overridden.insert("GenericLFI_URIPATH".to_owned(), "allow".to_owned());
                })
            },
            finds: &["unknown waf-rules-skipped web"],
        },
        Example {
            title: "no rule lets requests through",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
        Example {
            title: "nothing stops requests",
            given: || sample::with_acl(|acl| acl.rules.clear()),
            finds: &["does not apply", "fail waf-empty web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean web ACL behind a rule that lets these requests through.
fn first(statements: Vec<WafStatement>) -> Inventory {
    sample::with_acl(|acl| acl.rules.insert(0, rule("let-in", "allow", statements)))
}

/// The clean web ACL behind a rule group of one rule, overridden like this.
fn grouped(inner: WafRule, action: &str) -> Inventory {
    let mut inventory = sample::with_rule_group(vec![inner], action);
    if let Some(Fact::Known(acl)) =
        inventory.accounts[0].regions[0].web_acls.get_mut(sample::WEB_ACL)
    {
        acl.rules.extend(sample::web_acl().rules);
    }
    inventory
}

fn rule(name: &str, action: &str, statements: Vec<WafStatement>) -> WafRule {
    sample::waf_rule(name, 0, action, statements)
}

fn path(position: &str, text: &str) -> WafStatement {
    sample::waf_bytes("uri-path", position, text)
}

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::filter(context.site)? else { return Ok(Verdict::NotApplicable) };
    let stopping = [filter.names(Effect::Stops, |_| true), filter.idle(|_| true)].concat();
    if stopping.is_empty() {
        return filter.rules.otherwise(Verdict::NotApplicable);
    }
    let meant = &context.intent.public_paths;
    let is_public =
        |path: &str| is_public_path(path) || meant.iter().any(|public| glob::covers(public, path));
    let host = context.lb.dns_name.as_deref().unwrap_or(&context.lb.name);
    let public = PUBLIC_PATHS.iter().map(|path| (*path).to_owned()).chain(meant.iter().cloned());
    let scheme = scheme(context.lb);
    let target = Target { scheme, host, public: public.collect(), is_public: &is_public };
    let skips = skip::skips(&filter, &target);
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    let Some((first, others)) = skips.found.split_first() else {
        let allowing = filter.names(Effect::Admits, |_| true);
        return skips.otherwise(Verdict::Pass(evidence.with("allowing_rules", allowing)));
    };
    let shown: Vec<&str> = first.skipped.iter().copied().take(SHOWN).collect();
    let mut evidence = evidence
        .with("rule", first.rule)
        .with("skips", shown)
        .with("request", first.request.as_str());
    if !others.is_empty() {
        let others: Vec<&str> = others.iter().map(|skip| skip.rule).take(SHOWN).collect();
        evidence = evidence.with("other_rules", others);
    }
    let cause = causes::web_acl(Verb::Change, &filter.acl.arn, "let nothing past its rules");
    Ok(Verdict::Fail(evidence.bind("WEB_ACL_RULE", first.place).cause(cause)))
}

/// The scheme that clients ask the load balancer by: the encrypted one, unless there is none.
fn scheme(lb: &LoadBalancer) -> &'static str {
    let speaks = |listener: &Listener| listener.speaks(&[Protocol::Https]);
    let listeners = lb.listeners.get().map(Vec::as_slice).unwrap_or_default();
    if listeners.is_empty() || listeners.iter().any(speaks) { "https" } else { "http" }
}
