//! Requests reach a target in cleartext.

use crate::analysis::routing::{self, End};
use crate::checks::prelude::*;
use crate::checks::shared::rules_at_fault;

pub(crate) const CHECK: Check = Check {
    id: "listener-cleartext",
    aliases: &[
        "listener-cleartext-public",
        "listener-cleartext-internal",
        "rule-cleartext-forward",
    ],
    title: "requests reach a target in cleartext",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "An on-path attacker reads and changes everything: passwords, cookies, tokens, \
          content. One rule that forwards is enough, even when the default action redirects to \
          HTTPS: a client that asks for that path first is never redirected.",
    logic: "Looks at HTTP listeners. Walks all rules by priority, leaves out those that no request \
            reaches since earlier ones, one or several together, take all that they ask for, and \
            fails when one forwards to a target group with a weight above 0, authenticated or \
            not, whether the group has targets or not. Unknown where it cannot be told whether a \
            request reaches one that does. Redirects and fixed responses reach no target and pass; where a redirect to \
            HTTP leads is the question of `redirect-to-http`. A rule whose only path is \
            `/.well-known/acme-challenge/*` is exempt, with or without a host, unless it \
            rewrites the path. A Classic HTTP listener always forwards. One finding a listener.",
    false_alarms: "Behind CloudFront or another proxy that ends TLS, the last part of the way may \
                   be in cleartext on purpose: it still crosses the internet unless the load balancer \
                   is internal. A Classic load balancer cannot redirect, so that instances which \
                   do so are reported all the same.",
    fix: "serve the hosts over HTTPS and let every rule of the HTTP listener redirect to it \
          (HTTP_301, protocol HTTPS)",
    remedy: Remedy::redirect_to_https(),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-https-load-balancers.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the default action forwards",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![sample::listener("HTTP", 80, vec![sample::forward("web")])],
                )
            },
            finds: &["fail listener-cleartext HTTP:80"],
        },
        Example {
            title: "the default action redirects, one rule forwards",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
                            vec![sample::rule(
                                Some(10),
                                vec![sample::path(&["/api/*"])],
                                vec![sample::forward("web")],
                            )],
                        ),
                    ],
                )
            },
            finds: &["fail listener-cleartext HTTP:80"],
        },
        Example {
            title: "every rule redirects",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
        Example {
            title: "a rule that forwards, behind redirects for both halves of all addresses",
            given: || {
                let redirect = |number, half| {
                    let from = vec![sample::condition("source-ip", &[half])];
                    sample::rule(Some(number), from, vec![sample::redirect_to_https()])
                };
                let path = vec![sample::path(&["/api/*"])];
                let dead = sample::rule(Some(3), path, vec![sample::forward("web")]);
                let rules = vec![redirect(1, "0.0.0.0/1"), redirect(2, "128.0.0.0/1"), dead];
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
                            rules,
                        ),
                    ],
                )
            },
            finds: &["fail rule-shadowed HTTP:80"],
        },
        Example {
            title: "a redirect to a port that nobody serves",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::listener(
                            "HTTP",
                            80,
                            vec![sample::redirect(Some("HTTPS"), Some("8443"))],
                        ),
                    ],
                )
            },
            finds: &["fail redirect-port-unserved HTTP:80"],
        },
        Example {
            title: "only the proofs of a certificate authority go through",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
                            vec![sample::rule(
                                Some(1),
                                vec![
                                    sample::path(&["/.well-known/acme-challenge/*"]),
                                    sample::host(&["www.example.com"]),
                                ],
                                vec![sample::forward("web")],
                            )],
                        ),
                    ],
                )
            },
            finds: &[],
        },
        Example {
            title: "a rule behind one that takes everything is dead",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::forward("web")]),
                            vec![sample::rule(
                                Some(1),
                                vec![sample::path(&["/*"])],
                                vec![sample::redirect_to_https()],
                            )],
                        ),
                    ],
                )
            },
            finds: &[],
        },
        Example {
            title: "a group of weight 0 gets no request",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::listener(
                            "HTTP",
                            80,
                            vec![sample::forward_weighted(&[("web", Some(0))])],
                        ),
                    ],
                )
            },
            finds: &[],
        },
        Example {
            title: "a group without targets",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    *sample::listeners(sample::only(region)) = vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::listener("HTTP", 80, vec![sample::forward("new")]),
                    ];
                    sample::add_groups(region, &Kind::Application, &["new"]);
                    sample::regroup(region, "new", |group| {
                        group.targets = Fact::Known(Vec::new());
                    });
                })
            },
            finds: &["fail listener-cleartext HTTP:80", "fail default-group-missing HTTP:80"],
        },
        Example {
            title: "an action that this version does not know",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![
                        sample::https(vec![sample::forward("web")]),
                        sample::ruled(
                            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
                            vec![sample::rule(
                                Some(1),
                                vec![sample::path(&["/new"])],
                                vec![Action { kind: "teleport".into(), ..Action::default() }],
                            )],
                        ),
                    ],
                )
            },
            finds: &[
                "unknown listener-cleartext HTTP:80",
                "unknown 23 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "rules unread, though the default action is known",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::listeners(lb)[1].rules =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                })
            },
            finds: &[
                "unknown listener-cleartext HTTP:80",
                "unknown 30 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "a listener without protocol",
            given: || {
                sample::with(&Kind::Application, |lb| sample::listeners(lb)[1].protocol = None)
            },
            finds: &[
                "unknown listener-cleartext port 80",
                "unknown 30 others: elbv2:DescribeListeners",
            ],
        },
        Example {
            title: "a Classic HTTP listener",
            given: || sample::listening(&Kind::Classic, vec![sample::classic_listener("HTTP", 80)]),
            finds: &["fail listener-cleartext HTTP:80"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Http])? {
        return Ok(Verdict::NotApplicable);
    }
    if context.lb.kind == Kind::Classic {
        let request = routing::plain_request(context.lb, listener);
        let instances = listener.instance_side.clone();
        let evidence = Grounds::new().with("request", request).with("instances", instances);
        return Ok(Verdict::Fail(evidence));
    }
    let routes = routing::rules(context.lb, listener)?.live;
    let mut open = Partial::whole(Vec::new());
    for (place, route) in routes.iter().enumerate() {
        match &route.end {
            _ if route.is_acme_only() => {}
            End::Forward(groups) if open.learn(route.sure(!groups.is_empty())) == Some(true) => {
                open.found.push((place, route, groups));
            }
            End::Unknown(gap) => open.add_gap(gap.clone()),
            End::Forward(_) | End::Redirect(_) | End::Answer => {}
        }
    }
    let Some(((place, first, groups), others)) = open.found.split_first() else {
        let grounds = Grounds::new().with("rules", routes.len()).with("forwarding_rules", 0);
        return open.otherwise(Verdict::Pass(grounds));
    };
    let names: Vec<&str> = groups.iter().map(|arn| routing::group_name(arn)).collect();
    let mut evidence = Grounds::new()
        .with("rule", first.label.as_str())
        .with("request", first.request(&routes[..*place], context.lb, listener))
        .with("target_groups", names);
    if !others.is_empty() {
        let others = others.iter().map(|(_, route, _)| route.label.clone());
        evidence = evidence.with("further_rules", others.collect::<Vec<_>>());
    }
    let open = open.found.iter().map(|(_, route, _)| *route);
    Ok(Verdict::Fail(rules_at_fault::bind(evidence, open, listener)))
}
