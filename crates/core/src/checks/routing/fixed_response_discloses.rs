//! An answer of the load balancer's own tells of the inside.

use crate::analysis::routing::{self, End};
use crate::checks::prelude::*;
use crate::checks::shared::faulty_rules::FaultyRules;
use crate::inventory::FixedResponse;

pub(crate) const CHECK: Check = Check {
    id: "fixed-response-discloses",
    aliases: &["rule-fixed-response-leak"],
    title: "a fixed response tells of the inside",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Private addresses, host names, ARNs, versions and stack traces tell an attacker where to \
          go on; a key needs no further steps. Everybody who asks gets the text.",
    logic: "Looks at the fixed responses of rules that a request can reach, and notes one whose \
            body has a private IPv4 address, an internal host name, a stack trace, an ARN, an \
            access key's id, a private key, or a product with its version. The body itself is \
            not kept. Does not apply where no rule answers by itself.",
    fix: "answer with a short text that says nothing about what is behind the load balancer",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and its response \
                  body.",
        cli: r"
            # the same status code, without a body
            aws elbv2 modify-rule --rule-arn RULE_ARN \
              --actions 'Type=fixed-response,FixedResponseConfig={StatusCode=STATUS_CODE}'

            aws elbv2 modify-listener --listener-arn DEFAULT_LISTENER_ARN \
              --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=STATUS_CODE}'",
        terraform: r#"
            fixed_response {
              content_type = "text/plain"
              message_body = "not found"
              status_code  = "404"
            }"#,
        cloudformation: r#"
            FixedResponseConfig:
              ContentType: text/plain
              MessageBody: not found
              StatusCode: "404""#,
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#fixed-response-actions",
        "https://cwe.mitre.org/data/definitions/200.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a private address and a version",
            given: || given("nginx/1.18.0 at 10.0.3.17 does not answer"),
            finds: &["note fixed-response-discloses HTTPS:443"],
        },
        Example { title: "a plain text", given: || given("not found"), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(body: &str) -> Inventory {
    let mut answer = sample::fixed_response("503");
    if let Some(response) = &mut answer.fixed_response {
        response.discloses = FixedResponse::disclosures(body);
    }
    sample::listening(&Kind::Application, vec![sample::https(vec![answer])])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    let routes = routing::live(context.lb, listener)?;
    let mut answers = 0;
    for (place, route) in routes.iter().enumerate() {
        match &route.end {
            End::Answer => {
                answers += 1;
                verdict.found = Verdict::Pass(Grounds::new().with("fixed_responses", answers));
            }
            End::Unknown(gap) => verdict.add_gap(gap.clone()),
            End::Forward(_) | End::Redirect(_) => {}
        }
        let responses = route.actions.iter().filter_map(|action| action.fixed_response.as_ref());
        if let Some(found) = responses.into_iter().find(|response| !response.discloses.is_empty()) {
            if let Some(doubt) = &route.doubt {
                verdict.add_gap(doubt.clone());
                continue;
            }
            let evidence = Grounds::new()
                .with("rule", route.label.as_str())
                .with("status", found.status.clone())
                .with("discloses", found.discloses.clone())
                .with("request", route.request(&routes[..place], context.lb, listener));
            let mut rules = FaultyRules::default();
            rules.add(route.arn);
            let status = found.status.clone().unwrap_or_else(|| "404".to_owned());
            return Ok(Verdict::Note(rules.bind(evidence, listener).bind("STATUS_CODE", status)));
        }
    }
    verdict.complete()
}
