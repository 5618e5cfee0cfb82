//! A login action lets users through who are not logged in.

use crate::analysis::routing::{self, End};
use crate::checks::prelude::*;
use crate::checks::shared::faulty_rules::FaultyRules;
use crate::checks::shared::passed::Passed;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};
use crate::vocab::evidence::Evidence;

pub(crate) const CHECK: Check = Check {
    id: "authentication-optional",
    aliases: &["auth-unauthenticated-allow"],
    title: "lets unauthenticated users through",
    severity: Severity::Medium,
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
    remedy: Remedy::rule_actions(
        "with OnUnauthenticatedRequest authenticate or deny",
        r#"
            resource "aws_lb_listener_rule" "login" {
              action {
                type = "authenticate-oidc"

                authenticate_oidc {
                  on_unauthenticated_request = "authenticate"
                }
              }
            }"#,
        r"
            LoginRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Actions:
                  - Type: authenticate-oidc
                    Order: 1
                    AuthenticateOidcConfig:
                      OnUnauthenticatedRequest: authenticate",
    )
    .console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener and the rule, \
         Edit rule, and set the action on unauthenticated requests to Authenticate or Deny.",
    )
    .planned(Plan::By(plan::require_login)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "allow",
            given: || given(login::oidc(), |own| answer(own, "allow")),
            finds: &["fail authentication-optional HTTPS:443"],
        },
        Example { title: "authenticate", given: || given(login::oidc(), |_| ()), finds: &[] },
        Example {
            title: "an action that was answered without its configuration",
            given: || given(login::cognito(), |action| action.authentication = None),
            finds: &[
                "unknown authentication-optional HTTPS:443",
                "unknown 6 others: elbv2:DescribeRules",
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
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
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
    matches!(action.kind, ActionKind::AuthenticateOidc | ActionKind::AuthenticateCognito)
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::rules(context.lb, listener)?.live;
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    let (mut rules, mut passed) = (FaultyRules::default(), Passed::default());
    for (place, route) in routes.iter().enumerate() {
        if let End::Unknown(gap) = &route.end {
            verdict.add_gap(gap.clone());
        }
        for action in route.before().filter(|action| logs_in(action)) {
            verdict.worsen(Verdict::Pass(Grounds::new()));
            let Some(authentication) = &action.authentication else {
                let said = format!("{} without its configuration", action.kind);
                let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Malformed);
                verdict.add_gap(gap.of(&listener.id).saying(said));
                continue;
            };
            match authentication.on_unauthenticated_request.as_deref() {
                own @ (None | Some("authenticate" | "deny")) => {
                    let own = own.unwrap_or("authenticate");
                    passed.add(&Evidence::new().with("on_unauthenticated_request", own));
                }
                Some("allow") if verdict.learn(route.sure(true)).is_none() => {}
                Some("allow") => {
                    let evidence = Grounds::new()
                        .with("rule", route.label.as_str())
                        .with("on_unauthenticated_request", "allow")
                        .with("authority", authentication.authority.clone())
                        .with("request", route.request(&routes[..place], context.lb, listener));
                    rules.add(route.arn);
                    verdict.worsen(Verdict::Fail(evidence));
                }
                Some(other) => {
                    let said = format!("OnUnauthenticatedRequest {other}");
                    let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Unrecognised);
                    verdict.add_gap(gap.of(&listener.id).saying(said));
                }
            }
        }
    }
    Ok(match verdict.judgement()? {
        Verdict::Pass(_) => Verdict::Pass(passed.together("logins")),
        verdict => verdict.with(|grounds| rules.bind(grounds, listener)),
    })
}
