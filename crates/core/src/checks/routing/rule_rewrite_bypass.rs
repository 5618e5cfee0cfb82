//! A rule without login rewrites requests into what another rule asks to log in.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::inventory::Transform;

pub(crate) const CHECK: Check = Check {
    id: "rule-rewrite-bypass",
    aliases: &["rule-transform-path-confusion"],
    title: "a rewrite leads to what is behind a login",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Rules look at the path and host that the client asked for, the target at what the rewrite \
          makes of them. A prefix that is cut off turns a public path into one that others have \
          to log in for.",
    logic: "Looks at rules with a url-rewrite or host-header-rewrite that forward without login, \
            token or verified client certificate, to a group that other rules forward to only \
            after a login or a token. Notes one that takes a request of which the target gets to \
            see a path, or a host, that one of those other rules asks for. Rewrites that cannot \
            be evaluated are unknown; a rule with a login that rewrites itself is not compared. \
            Does not apply where no such rule rewrites.",
    false_alarms: "An application that checks for itself who may see the path.",
    fix: "narrow the expression so that it cannot produce the protected path, or ask for the login \
          here too",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and change its \
                  transform, or add Authenticate users before Forward to.",
        cli: r"
            aws elbv2 modify-rule --rule-arn RULE_ARN \
              --transforms Type=url-rewrite,UrlRewriteConfig='{Rewrites=[{Regex=NEW_REGEX,Replace=NEW_REPLACEMENT}]}'",
        terraform: r#"
            resource "aws_lb_listener_rule" "public" {
              transform {
                type = "url-rewrite"
                url_rewrite_config {
                  rewrite {
                    regex   = "^/public/(.*)$"
                    replace = "/$1"
                  }
                }
              }
            }"#,
        cloudformation: r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Transforms:
                  - Type: url-rewrite
                    UrlRewriteConfig:
                      Rewrites:
                        - Regex: ^/public/(.*)$
                          Replace: /$1",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a prefix that is cut off",
            given: || given(&[("^/public/(.*)$", "/$1")]),
            finds: &["note rule-rewrite-bypass HTTPS:443"],
        },
        Example {
            title: "a prefix that is exchanged",
            given: || given(&[("^/public/(.*)$", "/open/$1")]),
            finds: &[],
        },
        Example {
            title: "an expression that is not understood",
            given: || given(&[("^/public/(?=x)(.*)$", "/$1")]),
            finds: &["unknown rule-rewrite-bypass HTTPS:443"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// `/admin/*` logs in, `/public/*` is rewritten.
fn given(rewrites: &[(&str, &str)]) -> Inventory {
    let owned = |(regex, text): &(&str, &str)| ((*regex).to_owned(), (*text).to_owned());
    let transform =
        Transform { kind: "url-rewrite".into(), rewrites: rewrites.iter().map(owned).collect() };
    let open =
        sample::rule(Some(2), vec![sample::path(&["/public/*"])], vec![sample::forward("web")]);
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("404")]),
        vec![
            sample::rule(Some(1), vec![sample::path(&["/admin/*"])], login::required("web")),
            Rule { transforms: vec![transform], ..open },
        ],
    );
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let survey = bypass::of_rewrites(context, listener, AuthKind::Login);
    survey.judgement().map(|verdict| match verdict {
        Verdict::Fail(evidence) => Verdict::Note(evidence),
        other => other,
    })
}
