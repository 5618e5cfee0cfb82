//! A redirect leads back to itself.

use crate::analysis::redirect_chain::Redirects;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "redirect-loop",
    title: "redirects in a loop",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "The client is sent round until it gives up: browsers show \"too many redirects\", and what \
          the rule is for cannot be reached. Every turn is a request that the load balancer counts.",
    logic: "Follows a request that the redirect takes, as a client would, through the rules of this \
            load balancer's listeners. Fails when it comes back to the rule, over other rules and \
            listeners too, or when path or query grow with every turn. Another host is followed only \
            if it is the load balancer's own name, or Route 53 records that this scan has read lead \
            there. What only leads into the loop of another rule passes. The client sends what the \
            rule asks for and is nobody special otherwise. Unknown where it cannot be told which rule \
            takes a request, or whether a host leads here.",
    fix: "put a rule for the redirect's own destination before it, or narrow its conditions to what \
          is to be redirected",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the listener, Rules, Add rule: conditions that the destination \
                  meets, a forward, and a lower number than that of the redirect.",
        cli: r"
            # where the redirect leads is served before the redirect takes it
            aws elbv2 create-rule --listener-arn LISTENER_ARN --priority NEW_PRIORITY \
              --conditions Field=path-pattern,Values=REDIRECT_PATH \
              --actions Type=forward,TargetGroupArn=SERVING_GROUP_ARN",
        terraform: r#"
            resource "aws_lb_listener_rule" "destination" {
              priority = 1
              condition {
                path_pattern { values = ["/home"] }
              }
            }"#,
        cloudformation: r"
            DestinationRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                ListenerArn: !Ref HttpsListener
                Priority: 1
                Conditions:
                  - Field: path-pattern
                    PathPatternConfig: { Values: [/home] }
                Actions:
                  - Type: forward
                    TargetGroupArn: !Ref TargetGroup",
    })
    .planned(Plan::Never(Why::Decision, "where requests are meant to go, only the owner of the rule knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[Call::ElbV2DescribeRules, Call::Route53ListHostedZones],
    examples: &[
        Example {
            title: "only the query changes",
            given: || {
                let to = url("#{host}", "/", "lang=en");
                https(vec![sample::rule(Some(1), vec![sample::path(&["/"])], vec![to])])
            },
            finds: &["fail redirect-loop HTTPS:443"],
        },
        Example {
            title: "one of its hosts is where it leads",
            given: || {
                let hosts = sample::host(&["example.com", "www.example.com"]);
                let to = url("www.example.com", "/#{path}", "#{query}");
                https(vec![sample::rule(Some(1), vec![hosts], vec![to])])
            },
            finds: &[
                "fail redirect-loop HTTPS:443",
                "fail certificate-host-uncovered HTTPS:443",
                "fail default-rule-forwards HTTPS:443",
            ],
        },
        Example {
            title: "a path that grows with every turn",
            given: || {
                let to = url("#{host}", "/app/#{path}", "#{query}");
                sample::listening(&Kind::Application, vec![sample::https(vec![to])])
            },
            finds: &["fail redirect-loop HTTPS:443"],
        },
        Example {
            title: "to another listener and back",
            given: || {
                let to = |port| sample::redirect(Some("HTTPS"), Some(port));
                let back = sample::login::on_port(sample::https(vec![to("443")]), 8443);
                sample::listening(&Kind::Application, vec![sample::https(vec![to("8443")]), back])
            },
            finds: &["fail redirect-loop HTTPS:443", "fail redirect-loop HTTPS:8443"],
        },
        Example {
            title: "to a host whose record leads here",
            given: || canonical(sample::named(&Kind::Application, false, sample::DNS_NAME)),
            finds: &["fail redirect-loop HTTPS:443", "fail security-group-unused-port web"],
        },
        Example {
            title: "to a host while records are unread",
            given: || {
                let mut unread = sample::clean(&Kind::Application);
                let denied = sample::denied(Call::Route53ListHostedZones);
                unread.accounts[0].dns_records = Fact::Unread(denied);
                canonical(unread)
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown redirect-loop HTTPS:443",
                "unknown dns-alias-dangling 111122223333",
                "unknown dns-internal-published 111122223333",
            ],
        },
        Example {
            title: "to one that no record leads here",
            given: || canonical(sample::clean(&Kind::Application)),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "a rule before it serves what it leads to",
            given: || {
                let served = sample::rule(
                    Some(1),
                    vec![sample::path(&["/home"])],
                    vec![sample::forward("web")],
                );
                let to = url("#{host}", "/home", "");
                https(vec![served, sample::rule(Some(2), Vec::new(), vec![to])])
            },
            finds: &[],
        },
        Example { title: "no redirect", given: || https(Vec::new()), finds: &["does not apply"] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let redirects = Redirects::new(context.site)?;
    each_rule::judge_redirecting_rules(context, listener, |rule, _| {
        let Some(found) = redirects.loop_at(listener, rule)? else {
            return Ok(Verdict::Pass(Grounds::new().with("loops", 0)));
        };
        let path = found.urls.first().map_or("/", |url| path(url)).to_owned();
        let evidence = Grounds::new().with("request", found.request).bind("REDIRECT_PATH", path);
        Ok(Verdict::Fail(evidence.with("leads_to", found.urls)))
    })
}

/// The path of a URL: what stands between its host and its query.
fn path(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = host.find('/').map_or("/", |slash| &host[slash..]);
    path.split('?').next().unwrap_or(path)
}

/// An HTTPS listener that forwards what its rules leave over.
fn https(rules: Vec<Rule>) -> Inventory {
    let listener = sample::ruled(sample::https(vec![sample::forward("web")]), rules);
    sample::listening(&Kind::Application, vec![listener])
}

/// The inventory with an HTTPS listener that redirects every request to `www.example.com`.
fn canonical(mut inventory: Inventory) -> Inventory {
    let to = url("www.example.com", "/#{path}", "#{query}");
    let region = &mut inventory.accounts[0].regions[0];
    *sample::listeners(sample::only(region)) = vec![sample::https(vec![to])];
    inventory
}

fn url(host: &str, path: &str, query: &str) -> Action {
    let mut action = sample::redirect_to_https();
    if let Some(redirect) = &mut action.redirect {
        redirect.host = Some(host.to_owned());
        redirect.path = Some(path.to_owned());
        redirect.query = Some(query.to_owned());
    }
    action
}
