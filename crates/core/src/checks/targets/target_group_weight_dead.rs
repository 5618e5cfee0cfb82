//! A share of the requests goes where nobody answers.

use crate::analysis::health::{self, Service};
use crate::analysis::routing::{self, Route};
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::checks::shared::faulty_rules::FaultyRules;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "target-group-weight-dead",
    aliases: &["weighted-tg-zero-or-dead"],
    title: "a share of the requests goes to nobody",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Weights hold whether a group can answer or not: every so many requests fail, and the \
          average looks fine.",
    logic: "Looks at rules that forward to several groups. Fails when a group with a weight above 0 \
            is empty, holds only draining targets, or has targets that are all unhealthy or \
            `unused`, while another group of the rule can answer. Where none can, `rule-unserved`, \
            `no-targets` and `targets-all-unhealthy` say so.",
    fix: "set the weight of the dead group to 0, or bring its targets up",
    remedy: Remedy::rule_actions(
        "with the weight 0 for the dead group",
        r#"
            resource "aws_lb_listener_rule" "this" {
              action {
                type = "forward"
                forward {
                  target_group {
                    arn    = aws_lb_target_group.dead.arn
                    weight = 0
                  }
                }
              }
            }"#,
        r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Actions:
                  - Type: forward
                    ForwardConfig:
                      TargetGroups:
                        - TargetGroupArn: !Ref DeadTargetGroup
                          Weight: 0",
    )
    .console(
        "EC2 > Load Balancers > the load balancer > Listeners and rules > the rule > Actions > Edit \
         rule: change the weights.",
    )
    .planned(Plan::Never(Why::Decision, "whether the group is about to serve, only its owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "an empty canary",
            given: || weighted([Some(9), Some(1)], &[]),
            finds: &["fail target-group-weight-dead HTTPS:443"],
        },
        Example {
            title: "a canary that is down",
            given: || weighted([Some(9), None], &["unhealthy"]),
            finds: &[
                "fail targets-all-unhealthy canary",
                "fail target-group-weight-dead HTTPS:443",
            ],
        },
        Example {
            title: "nothing but zeros",
            given: || weighted([Some(0), Some(0)], &["healthy", "healthy"]),
            finds: &["does not apply", "fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "an empty canary of weight 0",
            given: || weighted([Some(9), Some(0)], &[]),
            finds: &[],
        },
        Example {
            title: "both answer",
            given: || weighted([Some(9), Some(1)], &["healthy", "initial"]),
            finds: &[],
        },
        Example {
            title: "health of the canary unread",
            given: || {
                let mut inventory = weighted([Some(9), Some(1)], &[]);
                let gap = sample::denied(Call::ElbV2DescribeTargetHealth);
                sample::regroup(&mut inventory.accounts[0].regions[0], "canary", |group| {
                    group.targets = Fact::Unread(gap);
                });
                inventory
            },
            finds: &["unknown target-group-weight-dead HTTPS:443", "unknown 11 others: elbv2:DescribeTargetHealth"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application account with a second group, the weights of both, and the states of the second.
fn weighted(weights: [Option<i32>; 2], states: &[&str]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::add_groups(region, &Kind::Application, &["canary"]);
        sample::regroup(region, "canary", |group| group.targets = sample::in_states(states));
        let both = sample::forward_weighted(&[("web", weights[0]), ("canary", weights[1])]);
        sample::listeners(sample::only(region))[0] = sample::https(vec![both]);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut worst = Partial::whole(Verdict::NotApplicable);
    for route in routing::live(context.lb, listener)? {
        if let Some(verdict) = worst.learn(of_route(context, listener, &route)) {
            worst.worsen(verdict);
        }
    }
    worst.judgement()
}

fn of_route(context: &Context, listener: &Listener, route: &Route) -> Judgement {
    route.known()?;
    let several = route.actions.last().filter(|action| action.target_groups.len() > 1);
    let Some(action) = several.filter(|action| action.kind == ActionKind::Forward) else {
        return Ok(Verdict::NotApplicable);
    };
    let weighted: Vec<&str> = routing::weighted(action).collect();
    let evidence = Grounds::new().with("rule", route.label.as_str());
    let number = weighted.len();
    let (mut dead, mut answers) = (Partial::whole(Vec::new()), false);
    for arn in weighted {
        match is_dead(context, arn) {
            Ok(true) => dead.found.push(arn),
            Ok(false) => answers = true,
            Err(gap) => dead.add_gap(gap),
        }
    }
    if answers && !dead.found.is_empty() {
        let names: Vec<&str> = dead.found.iter().map(|arn| routing::group_name(arn)).collect();
        let grounds = evidence.with("target_groups", names);
        // Of several dead ones each has its own cause.
        let grounds = match dead.found[..] {
            [only] => grounds.cause(causes_targets::repaired(only, routing::group_name(only))),
            _ => grounds,
        };
        let mut rules = FaultyRules::default();
        rules.add(route.arn);
        return Ok(Verdict::Fail(rules.bind(grounds, listener)));
    }
    let seen = || Verdict::Pass(evidence.with("weighted_groups", number));
    dead.otherwise(if answers { seen() } else { Verdict::NotApplicable })
}

/// Whether nobody in a group can answer: AWS sends nothing there, or only to targets that fail.
fn is_dead(context: &Context, arn: &str) -> Result<bool, Gap> {
    let group = Targets::Group(context.index.target_group(arn)?);
    Ok(health::count(context.site, &group)?.service()? != Service::Served)
}
