//! A path or host that looks like one for administrators needs no login.

use crate::analysis::routing::{self, End, requirements};
use crate::checks::prelude::*;
use crate::checks::shared::administration::telling;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;

pub(crate) const CHECK: Check = Check {
    id: "authentication-missing-on-admin-path",
    aliases: &["auth-missing-admin-path"],
    title: "a path for administrators needs no login",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Consoles, metrics and debuggers are what scanners ask for first, and many of them have \
          no login, a weak one, or the one they came with.",
    logic: "Looks at rules that forward and whose path, or the first label of whose host, has one \
            of these words: actuator, admin, administrator, console, debug, grafana, internal, \
            jenkins, kibana, metrics, phpmyadmin, swagger. Notes one that asks for no login, \
            token or verified client certificate, takes requests of any address, and needs no \
            secret header. Passes when all of them ask. Does not apply where no rule has such a \
            word.",
    false_alarms: "A word says nothing about what answers: the application may ask by itself.",
    fix: "ask for a login before the rule forwards, or let only some addresses in",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: add Authenticate users to the \
                  rule, or a Source IP condition.",
        cli: r#"
            # AWS answers with the values of a condition twice, and takes them once
            aws elbv2 describe-rules --rule-arns RULE_ARN --output json \
              --query '[Rules[0].Conditions[].merge({Field: Field},
                HostHeaderConfig && {HostHeaderConfig: HostHeaderConfig} || `{}`,
                PathPatternConfig && {PathPatternConfig: PathPatternConfig} || `{}`,
                HttpHeaderConfig && {HttpHeaderConfig: HttpHeaderConfig} || `{}`,
                QueryStringConfig && {QueryStringConfig: QueryStringConfig} || `{}`,
                HttpRequestMethodConfig && {HttpRequestMethodConfig: HttpRequestMethodConfig} || `{}`,
                SourceIpConfig && {SourceIpConfig: SourceIpConfig} || `{}`), [{
                  Field: `"source-ip"`, SourceIpConfig: {Values: [`"ADMINISTRATORS_RANGE"`]}
                }]][]' > conditions.json
            aws elbv2 modify-rule --rule-arn RULE_ARN --conditions file://conditions.json"#,
        terraform: r#"
            resource "aws_lb_listener_rule" "admin" {
              condition {
                path_pattern {
                  values = ["/admin/*"]
                }
              }

              condition {
                source_ip {
                  values = ["ADMINISTRATORS_RANGE"]
                }
              }
            }"#,
        cloudformation: r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Conditions:
                  - Field: path-pattern
                    PathPatternConfig:
                      Values: [/admin/*]
                  - Field: source-ip
                    SourceIpConfig:
                      Values: [ADMINISTRATORS_RANGE]",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a path with the word",
            given: || given(vec![sample::path(&["/wp-admin/*"])], false),
            finds: &["note authentication-missing-on-admin-path HTTPS:443"],
        },
        Example {
            title: "a host with the word",
            given: || given(vec![sample::host(&["grafana.example.com"])], false),
            finds: &[
                "fail certificate-host-uncovered HTTPS:443",
                "note authentication-missing-on-admin-path HTTPS:443",
            ],
        },
        Example {
            title: "a login before it",
            given: || given(vec![sample::path(&["/wp-admin/*"])], true),
            finds: &[],
        },
        Example {
            title: "some addresses alone",
            given: || {
                given(
                    vec![
                        sample::path(&["/actuator/*"]),
                        sample::condition("source-ip", &["10.0.0.0/8"]),
                    ],
                    false,
                )
            },
            finds: &[],
        },
        Example {
            title: "part of a word, and a domain of this name",
            given: || {
                given(vec![sample::path(&["/adminton"]), sample::host(&["shop.internal"])], false)
            },
            finds: &["does not apply", "fail certificate-host-uncovered HTTPS:443"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(conditions: Vec<Condition>, asks: bool) -> Inventory {
    let actions = if asks { login::required("web") } else { vec![sample::forward("web")] };
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("404")]),
        vec![sample::rule(Some(1), conditions, actions)],
    );
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    let mut rules = 0;
    for (place, route) in routes.iter().enumerate() {
        let Some(value) = route.conditions.iter().find_map(telling) else { continue };
        match &route.end {
            End::Forward(groups) if !groups.is_empty() => {
                rules += 1;
                verdict.found = Verdict::Pass(Grounds::new().with("rules", rules));
            }
            End::Unknown(gap) => {
                verdict.add_gap(gap.clone());
                continue;
            }
            End::Forward(_) | End::Redirect(_) | End::Answer => continue,
        }
        let is_open = verdict.learn(requirements::of_route(route, listener).is_open());
        if is_open == Some(true)
            && !(bypass::is_public(context, route) || bypass::is_narrow(context.lb, route))
        {
            let evidence = Grounds::new()
                .with("rule", route.label.as_str())
                .with("value", value)
                .with("request", route.request(&routes[..place], context.lb, listener));
            return Ok(Verdict::Note(match route.arn {
                Some(arn) => evidence.bind("RULE_ARN", arn),
                None => evidence,
            }));
        }
    }
    verdict.complete()
}
