//! A rule leads to a target group without the login that others ask for.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "authentication-bypass",
    aliases: &["auth-bypass-rule"],
    title: "a request gets past the login",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "The login stands in front of some rules and not of others that lead to the same targets. \
          Whoever asks the other way is let in without a session, and the application, which \
          relies on the load balancer, does not ask again.",
    logic: "Looks at every rule that forwards to a target group which some rule of the region, on \
            any listener, forwards to only after a login (OIDC, Cognito) or a token \
            (jwt-validation). Fails when a rule that asks for no login, token or verified client \
            certificate takes a request which, by path and method, is one that the other rule \
            asks to log in. Of both rules only their own requests count, which no earlier rule \
            of their listener takes; the two are compared as sets, wildcards and regular \
            expressions included. The host tells two requests apart only where the open rule \
            asks for a host of its own: a target gets to see whatever Host a client sends. \
            Unknown where it cannot be told whether there is such a request. Left out are rules for public paths \
            alone (`[intent]`, `public-paths`, and what is public by custom: health and readiness \
            probes, /static/*, /assets/*, /favicon.ico, /robots.txt, /.well-known/*), for \
            OPTIONS alone, for some \
            source addresses alone, or for a header or query whose value is kept as a hash; \
            and logins that let others through, which are the question of \
            `authentication-optional`. A rule of an internal load balancer is a note where the \
            login is on an internet-facing one. Does not apply where no group is behind a login.",
    false_alarms: "A path that carries its own authentication, such as an API with tokens of its \
                   own: name it in `public-paths` of `[intent]`. Paths that no rule with a login \
                   asks for may share its targets, and pass.",
    fix: "put the login before the forward action of that rule too, or send it to other targets",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and add \
                  Authenticate users before Forward to; or forward to a group with other targets.",
        cli: r#"
            # the first action is the login that the other way asks for
            aws elbv2 describe-rules --rule-arns PROTECTED_RULE_ARN --output json \
              --query "Rules[0].Actions"

            aws elbv2 describe-rules --rule-arns RULE_ARN --output json \
              --query "Rules[0].Actions" > actions.json
            # actions.json: put that login first and give each action its Order, from 1; authenticate-oidc
            # needs its ClientSecret, which no answer holds
            aws elbv2 modify-rule --rule-arn RULE_ARN --actions file://actions.json

            aws elbv2 describe-listeners --listener-arns DEFAULT_LISTENER_ARN --output json \
              --query "Listeners[0].DefaultActions" > actions.json
            # actions.json: put that login first and give each action its Order, from 1; authenticate-oidc
            # needs its ClientSecret, which no answer holds
            aws elbv2 modify-listener --listener-arn DEFAULT_LISTENER_ARN \
              --default-actions file://actions.json"#,
        terraform: r#"
            resource "aws_lb_listener_rule" "app" {
              action {
                type  = "authenticate-cognito"
                order = 1

                authenticate_cognito {
                  user_pool_arn       = aws_cognito_user_pool.users.arn
                  user_pool_client_id = aws_cognito_user_pool_client.users.id
                  user_pool_domain    = aws_cognito_user_pool_domain.users.domain
                }
              }

              action {
                type             = "forward"
                order            = 2
                target_group_arn = aws_lb_target_group.app.arn
              }
            }"#,
        cloudformation: r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Actions:
                  - Type: authenticate-cognito
                    Order: 1
                    AuthenticateCognitoConfig:
                      UserPoolArn: !GetAtt UserPool.Arn
                      UserPoolClientId: !Ref UserPoolClient
                      UserPoolDomain: !Ref UserPoolDomain
                  - Type: forward
                    Order: 2
                    TargetGroupArn: !Ref TargetGroup",
    })
    .planned(Plan::By(plan::login_first)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another port forwards to the same group",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(login::required("web")),
                        login::on_port(sample::https(vec![sample::forward("web")]), 8443),
                    ],
                )
            },
            finds: &["fail authentication-bypass HTTPS:8443"],
        },
        Example {
            title: "a path is let through, the rest logs in",
            given: || before_login(vec![sample::path(&["/api/*"])]),
            finds: &["fail authentication-bypass HTTPS:443"],
        },
        Example {
            title: "a header that any client can send",
            given: || {
                before_login(vec![Condition {
                    header: Some("User-Agent".to_owned()),
                    ..sample::condition("http-header", &["*bot*"])
                }])
            },
            finds: &["fail authentication-bypass HTTPS:443"],
        },
        Example {
            title: "any other host is let through",
            given: || {
                with_rules(
                    vec![sample::forward("web")],
                    vec![sample::rule(
                        Some(1),
                        vec![sample::host(&["app.example.com"])],
                        login::required("web"),
                    )],
                )
            },
            finds: &[
                "fail authentication-bypass HTTPS:443",
                "fail certificate-host-uncovered HTTPS:443",
                "fail default-rule-forwards HTTPS:443",
            ],
        },
        Example {
            title: "an internal load balancer leads there without login",
            given: || {
                login::listening(vec![sample::https(login::required("web"))], |region| {
                    let open = vec![sample::https(vec![sample::forward("web")])];
                    login::add(region, &Kind::Application, "inner", open);
                    sample::internal(login::named(region, "inner"));
                    let arn = sample::arn(&Kind::Application, "inner");
                    sample::regroup(region, "web", |group| group.load_balancer_arns.push(arn));
                })
            },
            finds: &[
                "fail certificate-shared www.example.com",
                "fail security-group-unused-port web",
                "fail certificate-shared www.example.com",
                "fail internal-open-to-any inner",
                "fail security-group-unused-port inner",
                "unknown log-delivery-stopped inner",
                "note authentication-bypass HTTPS:443",
            ],
        },
        Example {
            title: "every way asks for a login or a token",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(login::required("web")),
                        login::on_port(
                            sample::https(login::then_forward(login::token(), "web")),
                            8443,
                        ),
                    ],
                )
            },
            finds: &[],
        },
        Example {
            title: "public paths, preflights, own addresses and a secret header",
            given: || {
                let rule = |number, condition| {
                    sample::rule(Some(number), vec![condition], vec![sample::forward("web")])
                };
                with_rules(
                    login::required("web"),
                    vec![
                        rule(1, sample::path(&["/health", "/static/*"])),
                        rule(2, sample::condition("http-request-method", &["OPTIONS"])),
                        rule(3, sample::condition("source-ip", &["198.51.100.0/24"])),
                        rule(
                            4,
                            Condition {
                                header: Some("X-Job-Token".to_owned()),
                                ..sample::condition("http-header", &["sha256:8d969eef6ecad3c2"])
                            },
                        ),
                    ],
                )
            },
            finds: &[],
        },
        Example {
            title: "what only begins like a health check is let through",
            given: || before_login(vec![sample::path(&["/healthcheck", "/healthcare/*"])]),
            finds: &["fail authentication-bypass HTTPS:443"],
        },
        Example {
            title: "a health check is let through, as people write it",
            given: || before_login(vec![sample::path(&["/health*", "/livez"])]),
            finds: &[],
        },
        Example {
            title: "wildcards that overlap on two ports",
            given: || {
                let listener = |path, actions| {
                    let rule = sample::rule(Some(1), vec![sample::path(&[path])], actions);
                    sample::ruled(sample::https(vec![sample::fixed_response("404")]), vec![rule])
                };
                let open = listener("/api/*", vec![sample::forward("web")]);
                sample::listening(
                    &Kind::Application,
                    vec![
                        listener("/api/*/admin", login::required("web")),
                        login::on_port(open, 8443),
                    ],
                )
            },
            finds: &["fail authentication-bypass HTTPS:8443"],
        },
        Example {
            title: "one path logs in, and no other rule takes it",
            given: || {
                with_rules(
                    vec![sample::forward("web")],
                    vec![sample::rule(
                        Some(1),
                        vec![sample::path(&["/admin/*"])],
                        login::required("web"),
                    )],
                )
            },
            finds: &[],
        },
        Example {
            title: "the rules of another port are unread",
            given: || {
                let mut unread = sample::https(login::required("web"));
                unread.rules = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                let open = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
                sample::listening(&Kind::Application, vec![unread, open])
            },
            finds: &[
                "unknown authentication-bypass HTTPS:443",
                "unknown authentication-bypass HTTPS:8443",
                "unknown 41 others: elbv2:DescribeRules",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn before_login(conditions: Vec<Condition>) -> Inventory {
    let rule = sample::rule(Some(10), conditions, vec![sample::forward("web")]);
    with_rules(login::required("web"), vec![rule])
}

fn with_rules(default: Vec<Action>, rules: Vec<Rule>) -> Inventory {
    let listener = sample::ruled(sample::https(default), rules);
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    bypass::of_groups(context, listener, AuthKind::Login).judgement()
}
