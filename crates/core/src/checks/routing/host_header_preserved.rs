//! Targets get the Host header as the client wrote it, whatever it says.

use crate::analysis::routing::{self, End, Route};
use crate::checks::prelude::*;

const KEY: &str = "routing.http.preserve_host_header.enabled";

pub(crate) const CHECK: Check = Check {
    id: "host-header-preserved",
    aliases: &["preserve-host-header"],
    title: "any Host header reaches targets unchanged",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Applications build links, redirects and mails for new passwords from the Host header. An \
          invented one sends users elsewhere, or spoils what a cache keeps for all.",
    logic: "Notes when the attribute `routing.http.preserve_host_header.enabled` is `true` and some \
            rule that a request can reach forwards without asking for a host. Passes when it is \
            `false`, the default, and when every rule that forwards names its hosts. Never a fault.",
    false_alarms: "Applications that need the port in the Host header want it so, and many compare \
                   the host with a list of their own.",
    fix: "let rules forward the hosts that are meant, and the default rule answer 404",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the load balancer, the listener: add rules with a host \
                  header condition, and let the default rule return a fixed response.",
        cli: r"
            # the hosts that are meant first, so that nobody is turned away between the two
            aws elbv2 create-rule --listener-arn LISTENER_ARN --priority NEW_PRIORITY \
              --conditions Field=host-header,Values=SERVED_HOST \
              --actions Type=forward,TargetGroupArn=TARGET_GROUP_ARN
            aws elbv2 modify-listener --listener-arn LISTENER_ARN \
              --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404}'",
        terraform: r#"
            resource "aws_lb_listener" "https" {
              default_action {
                type = "fixed-response"
                fixed_response {
                  content_type = "text/plain"
                  status_code  = "404"
                }
              }
            }

            resource "aws_lb_listener_rule" "host" {
              condition {
                host_header {
                  values = ["www.example.com"]
                }
              }
            }"#,
        cloudformation: r#"
            HttpsListener:
              Type: AWS::ElasticLoadBalancingV2::Listener
              Properties:
                DefaultActions:
                  - Type: fixed-response
                    FixedResponseConfig:
                      StatusCode: "404"

            HostRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                ListenerArn: !Ref HttpsListener
                Priority: 10
                Conditions:
                  - Field: host-header
                    HostHeaderConfig:
                      Values:
                        - www.example.com
                Actions:
                  - Type: forward
                    TargetGroupArn: !Ref TargetGroup"#,
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "preserved, and the default rule forwards",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "true")])),
            finds: &["note host-header-preserved web"],
        },
        Example {
            title: "preserved, and every rule names its host",
            given: || by_host(),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "preserved, rules unread",
            given: || {
                let mut inventory = by_host();
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                let denied = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                sample::listeners(lb)[0].rules = denied;
                inventory
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown host-header-preserved web",
                "unknown 40 others: elbv2:DescribeRules",
            ],
        },
        Example { title: "not preserved", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean account, the Host header preserved, and only one host forwarded.
fn by_host() -> Inventory {
    let rule = sample::rule(
        Some(10),
        vec![sample::host(&["www.example.com"])],
        vec![sample::forward("web")],
    );
    let https = sample::ruled(sample::https(vec![sample::fixed_response("404")]), vec![rule]);
    sample::with(&Kind::Application, |lb| {
        sample::set(lb, &[(KEY, "true")]);
        *sample::listeners(lb) = vec![https];
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if !lb.switched_on(KEY)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "false")));
    }
    let (mut open, mut places) = (Partial::whole(Vec::new()), Vec::new());
    for listener in lb.listeners.get()? {
        for route in open.learn(routing::live(lb, listener)).into_iter().flatten() {
            if let End::Unknown(gap) = &route.end {
                open.add_gap(gap.clone());
            } else if takes_any_host(&route) {
                open.found.push(format!("{} {}", listener.label(), route.label));
                places.push((listener.id.clone(), route.actions.last().copied().and_then(group)));
            }
        }
    }
    if open.found.is_empty() {
        let seen = Grounds::new().with(KEY, "true").with("open_rules", 0);
        return open.otherwise(Verdict::Pass(seen));
    }
    let (listeners, groups): (Vec<String>, Vec<Option<String>>) = places.into_iter().unzip();
    let groups: Vec<String> = groups.into_iter().flatten().collect();
    let grounds = Grounds::new().with(KEY, "true").with("open_rules", open.found);
    Ok(Verdict::Note(grounds.bind("LISTENER_ARN", listeners).bind("TARGET_GROUP_ARN", groups)))
}

/// The first group that an action forwards to.
fn group(action: &Action) -> Option<String> {
    action.target_groups.first().map(|group| group.arn.clone())
}

fn takes_any_host(route: &Route) -> bool {
    let forwards = matches!(&route.end, End::Forward(groups) if !groups.is_empty());
    let any = |value: &String| value.bytes().all(|byte| byte == b'*');
    forwards
        && !route.conditions.iter().any(|condition| {
            condition.field == ConditionField::HostHeader && !condition.values.iter().any(any)
        })
}
