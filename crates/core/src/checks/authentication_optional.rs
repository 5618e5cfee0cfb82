//! A login action lets users through who are not logged in.

use crate::analysis::routing::{self, End};
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample::{self, login};
use crate::inventory::{Action, Inventory, Kind, Listener};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "authentication-optional",
    aliases: &["auth-unauthenticated-allow"],
    title: "lets unauthenticated users through",
    severity: Severity::Medium,
    persona: Persona::Regular,
    applies_to: &[Kind::Application],
    why: "The rule looks protected and is not: a request without session is forwarded all the \
          same, and the application has to notice that the identity headers are missing.",
    logic: "Looks at the OIDC and Cognito actions of every rule that a request can reach. Fails \
            when one has OnUnauthenticatedRequest `allow`; passes on `authenticate`, which is the \
            default, and `deny`. Does not apply where no rule authenticates.",
    false_alarms: "Right where the application shows the same page to guests and to users, and \
                   itself looks for the identity headers on everything else.",
    fix: "set OnUnauthenticatedRequest to authenticate or deny, unless the application itself \
          turns such users away",
    remedy: Remedy {
        console: "EC2 console, Load Balancers: open the load balancer, choose the listener and the \
                  rule, Edit rule, and set the action on unauthenticated requests to Authenticate \
                  or Deny.",
        cli: "aws elbv2 modify-rule --rule-arn RULE_ARN --actions file://ACTIONS.json\n# \
              ACTIONS.json: all actions of the rule, with OnUnauthenticatedRequest authenticate \
              or deny\n# the default rule's actions: aws elbv2 modify-listener --default-actions",
        terraform: r#"resource "aws_lb_listener_rule" "login" {
  action {
    type = "authenticate-oidc"

    authenticate_oidc {
      on_unauthenticated_request = "authenticate"
    }
  }
}"#,
        cloudformation: "LoginRule:
  Type: AWS::ElasticLoadBalancingV2::ListenerRule
  Properties:
    Actions:
      - Type: authenticate-oidc
        Order: 1
        AuthenticateOidcConfig:
          OnUnauthenticatedRequest: authenticate",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "allow",
            given: || given(login::oidc(), |own| answer(own, "allow")),
            finds: &[
                "fail authentication-optional HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "authenticate",
            given: || given(login::oidc(), |_| ()),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
        Example {
            title: "an action that was answered without its configuration",
            given: || given(login::cognito(), |action| action.authentication = None),
            finds: &[
                "unknown authentication-optional HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
                "unknown 5 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "a value that this version does not know",
            given: || given(login::oidc(), |own| answer(own, "sometimes")),
            finds: &[
                "unknown authentication-bypass HTTPS:443",
                "unknown authentication-bypass-elsewhere HTTPS:443",
                "unknown authentication-target-reachable web",
                "unknown authentication-optional HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
};

/// A login with a change to it, then on to the targets.
fn given(mut action: Action, change: fn(&mut Action)) -> Inventory {
    change(&mut action);
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn answer(action: &mut Action, word: &str) {
    if let Some(own) = &mut action.authentication {
        own.on_unauthenticated_request = Some(word.to_owned());
    }
}

fn logs_in(action: &Action) -> bool {
    matches!(action.kind.as_str(), "authenticate-oidc" | "authenticate-cognito")
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    for (place, route) in routes.iter().enumerate() {
        if let End::Unknown(gap) = &route.end {
            verdict.add_gap(gap.clone());
        }
        for action in route.before().filter(|action| logs_in(action)) {
            verdict.found = Verdict::Pass;
            let Some(authentication) = &action.authentication else {
                let said = format!("{} without its configuration", action.kind);
                let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Malformed);
                verdict.add_gap(gap.of(&listener.id).saying(said));
                continue;
            };
            match authentication.on_unauthenticated_request.as_deref() {
                None | Some("authenticate" | "deny") => {}
                Some("allow") => {
                    let evidence = Evidence::new()
                        .with("rule", route.label.as_str())
                        .with("on_unauthenticated_request", "allow")
                        .with("authority", authentication.authority.clone())
                        .with("request", route.request(&routes[..place], context.lb, listener));
                    return Ok(Verdict::Fail(evidence));
                }
                Some(other) => {
                    let said = format!("OnUnauthenticatedRequest {other}");
                    let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Unrecognised);
                    verdict.add_gap(gap.of(&listener.id).saying(said));
                }
            }
        }
    }
    verdict.complete()
}
