//! A header or a parameter that any client can send decides who gets to a target.

use crate::analysis::routing::{self, End, requirements};
use crate::checks::prelude::*;
use crate::checks::shared::faulty_rules::FaultyRules;

pub(crate) const CHECK: Check = Check {
    id: "rule-header-gate",
    aliases: &["rule-spoofable-header-gate"],
    title: "a header decides who gets to a target",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "A client writes its headers and its query itself. What the rule takes for a proof is a \
          password at best, one that stands readable in the rule for whoever may call \
          DescribeRules, and at worst a name like X-Internal that anyone can guess.",
    logic: "Looks at rules that forward without login, token or verified client certificate. Notes \
            one with a condition on a header or the query when the same request without it would \
            be redirected, answered by the load balancer or asked to log in. A rule that merely \
            chooses between targets passes. Values are never shown. Does not apply where no rule \
            that forwards has such a condition.",
    false_alarms: "A secret header that CloudFront adds, so that nobody goes around it, is what \
                   AWS recommends: then see that the secret is long, rotated and the listener \
                   encrypted.",
    fix: "prove who asks with a login, a token or a client certificate; keep a secret header as a \
          second lock only",
    remedy: Remedy::rule_actions(
        "with jwt-validation or a login before forward",
        r#"
            resource "aws_lb_listener_rule" "api" {
              action {
                type  = "jwt-validation"
                order = 1
                jwt_validation {
                  issuer        = "https://login.example.com"
                  jwks_endpoint = "https://login.example.com/keys"
                }
              }
            }"#,
        r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Actions:
                  - Type: jwt-validation
                    Order: 1
                    JwtValidationConfig:
                      Issuer: https://login.example.com
                      JwksEndpoint: https://login.example.com/keys",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: add Authenticate users or Validate token \
         to the rule.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a name that anyone can guess",
            given: || given(header("X-Internal", "1"), sample::fixed_response("403")),
            finds: &["note rule-header-gate HTTPS:443"],
        },
        Example {
            title: "a secret, kept as a hash",
            given: || {
                let secret = header("X-Origin-Verify", "sha256:8d969eef6ecad3c2");
                given(secret, sample::fixed_response("403"))
            },
            finds: &["note rule-header-gate HTTPS:443"],
        },
        Example {
            title: "a parameter of the query",
            given: || {
                let query = sample::condition("query-string", &["preview=sha256:6b86b273ff34fce1"]);
                given(query, sample::fixed_response("404"))
            },
            finds: &["note rule-header-gate HTTPS:443"],
        },
        Example {
            title: "a choice between targets",
            given: || given(header("Accept-Language", "de*"), sample::forward("web")),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn header(name: &str, value: &str) -> Condition {
    Condition { header: Some(name.to_owned()), ..sample::condition("http-header", &[value]) }
}

fn given(condition: Condition, default: Action) -> Inventory {
    let listener = sample::ruled(
        sample::https(vec![default]),
        vec![sample::rule(
            Some(1),
            vec![sample::path(&["/api/*"]), condition],
            vec![sample::forward("web")],
        )],
    );
    sample::listening(&Kind::Application, vec![listener])
}

/// What a client writes itself.
fn is_written(condition: &Condition) -> bool {
    matches!(condition.field, ConditionField::HttpHeader | ConditionField::QueryString)
}

/// `header X-Internal`, `query preview`: never a value.
fn named(condition: &Condition) -> String {
    if let Some(header) = &condition.header {
        return format!("header {header}");
    }
    let names = condition.values.iter().filter_map(|value| Some(value.split_once('=')?.0));
    let names: Vec<&str> = names.collect();
    format!("query {}", names.join(" or ")).trim_end().to_owned()
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let (mut verdict, mut gates) = (Partial::whole(Verdict::NotApplicable), 0);
    for (place, route) in routes.iter().enumerate() {
        match &route.end {
            End::Forward(groups) if !groups.is_empty() => {}
            End::Unknown(gap) => {
                verdict.add_gap(gap.clone());
                continue;
            }
            End::Forward(_) | End::Redirect(_) | End::Answer => continue,
        }
        let (written, rest): (Vec<&Condition>, Vec<&Condition>) =
            route.conditions.iter().partition(|condition| is_written(condition));
        if written.is_empty() {
            continue;
        }
        gates += 1;
        verdict.found = Verdict::Pass(Grounds::new().with("rules_by_header", gates));
        let gate = requirements::of_route(route, listener).is_open().and_then(|open| {
            let rest: Vec<Condition> = rest.into_iter().cloned().collect();
            Ok(open && routing::turns_away(context.lb, &routes[place + 1..], &rest, listener)?)
        });
        if verdict.learn(gate) == Some(true) {
            let evidence = Grounds::new()
                .with("rule", route.label.as_str())
                .with("decided_by", written.into_iter().map(named).collect::<Vec<_>>())
                .with("request", route.request(&routes[..place], context.lb, listener));
            let mut rules = FaultyRules::default();
            rules.add(route.arn);
            return Ok(Verdict::Note(rules.bind(evidence, listener)));
        }
    }
    verdict.complete()
}
