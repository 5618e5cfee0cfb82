//! Every request of a rule ends in 503: nobody behind it gets any.

use crate::analysis::health::{self, Service, Tally};
use crate::analysis::routing::{self, End, Route};
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "rule-unserved",
    aliases: &["rule-503"],
    title: "no target can serve a rule's requests",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "This is an outage: an Application load balancer answers every request that the rule takes \
          with 503, and behind a Network or Gateway load balancer no connection is made. Targets \
          that are `unused` are not `unhealthy`, so an alarm on unhealthy targets may stay silent.",
    logic: "Looks at every rule that some request reaches and that forwards. Fails when none of its \
            target groups has a target that AWS sends requests to: each is empty, holds only \
            draining targets, or targets that AWS reports as `unused`, stopped for instance, or in a \
            zone that is not enabled; or when it forwards to several groups, all of weight 0. Groups \
            of weight 0 get no requests; the finding names those that could serve. Where nothing at \
            all is registered behind the load balancer, `no-targets` says so, and where only the \
            default rule leads to an empty group, `default-group-missing`. Targets that fail their \
            health checks are reported by `targets-all-unhealthy`: where none is healthy, \
            Application and Network load balancers send requests to all of them. What AWS does with \
            a single group of weight 0 is not documented, and not judged.",
    false_alarms: "A service scaled to zero overnight has no targets on purpose. During a deployment, a \
                   rule may briefly lead to an empty group.",
    fix: "start the targets or register others, enable their zones on the load balancer, or shift the \
          weight to a group that can serve",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Target Groups > the group > Targets: read the reason beside each target. \
                  Start stopped instances, or Register targets. For a zone: EC2 > Load Balancers > \
                  the load balancer > Network mapping > Edit subnets. For weights: Listeners and \
                  rules > the rule > Actions > Edit rule.",
        cli: r"
            # the reason beside each target: stopped, in a zone that is not enabled, not registered
            aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN
            # start those that are stopped, or register others
            aws elbv2 register-targets --target-group-arn TARGET_GROUP_ARN \
              --targets Id=NEW_TARGET_ID",
        terraform: r#"
            resource "aws_lb_target_group_attachment" "this" {
              target_group_arn = aws_lb_target_group.this.arn
              target_id        = aws_instance.this.id
            }"#,
        cloudformation: r"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                Targets:
                  - Id: !Ref Instance",
    })
    .planned(Plan::Never(Why::Repair, "targets have to be started and registered")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "both instances are stopped",
            given: || unused("Target.InvalidState", "Target is in the stopped state"),
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "both are in a zone that is not enabled",
            given: || {
                let said = "Target is in an Availability Zone that is not enabled for the load \
                            balancer";
                unused(health::NOT_IN_USE, said)
            },
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "all weight on the empty group, none on the healthy one",
            given: || weighted(&[("blue", Some(100)), ("web", Some(0))], &[]),
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "nothing but zeros",
            given: || weighted(&[("blue", Some(0)), ("web", Some(0))], &["healthy"]),
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "one rule of two leads to nobody",
            given: || ruled("blue", &[]),
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "a Gateway load balancer whose appliances are stopped",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["unused", "unused"]);
                    });
                })
            },
            finds: &["fail rule-unserved all ports"],
        },
        Example {
            title: "stopped, and one that fails its health checks",
            given: || ruled("blue", &["unused", "unhealthy"]),
            finds: &["fail targets-all-unhealthy blue"],
        },
        Example {
            title: "all weight on the healthy group, none on the empty one",
            given: || weighted(&[("web", Some(100)), ("blue", Some(0))], &[]),
            finds: &[],
        },
        Example {
            title: "a canary that is stopped, beside a group that serves",
            given: || weighted(&[("web", Some(9)), ("blue", Some(1))], &["unused"]),
            finds: &["fail target-group-weight-dead HTTPS:443"],
        },
        Example {
            title: "nothing registered behind any rule",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["draining"]);
                    });
                })
            },
            finds: &["does not apply", "fail no-targets web"],
        },
        Example {
            title: "stopped, and one in a state that this version does not know",
            given: || ruled("blue", &["unused", "puzzled"]),
            finds: &[
                "unknown rule-unserved HTTPS:443",
                "unknown 5 others: elbv2:DescribeTargetHealth",
            ],
        },
        Example {
            title: "health unread",
            given: || {
                let mut inventory = ruled("blue", &[]);
                let gap = sample::denied(Call::ElbV2DescribeTargetHealth);
                sample::regroup(&mut inventory.accounts[0].regions[0], "blue", |group| {
                    group.targets = Fact::Unread(gap);
                });
                inventory
            },
            finds: &[
                "unknown rule-unserved HTTPS:443",
                "unknown 11 others: elbv2:DescribeTargetHealth",
            ],
        },
        Example {
            title: "two targets that answer",
            given: || sample::clean(&Kind::Network),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application account, its two targets unused for this reason.
fn unused(reason: &str, description: &str) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let target = |id| Target {
            reason: Some(reason.to_owned()),
            description: Some(description.to_owned()),
            ..sample::target(id, "unused")
        };
        sample::regroup(region, "web", |group| {
            group.targets = Fact::Known(vec![target("i-1"), target("i-2")]);
        });
    })
}

/// The clean Application account with a group `blue` of these states, and weights by default.
fn weighted(weights: &[(&str, Option<i32>)], states: &[&str]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::add_groups(region, &Kind::Application, &["blue"]);
        sample::regroup(region, "blue", |group| group.targets = sample::in_states(states));
        sample::listeners(sample::only(region))[0] =
            sample::https(vec![sample::forward_weighted(weights)]);
    })
}

/// The clean Application account with a group of these states, to which one path leads.
fn ruled(name: &str, states: &[&str]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::add_groups(region, &Kind::Application, &[name]);
        sample::regroup(region, name, |group| group.targets = sample::in_states(states));
        let rule =
            sample::rule(Some(10), vec![sample::path(&["/api/*"])], vec![sample::forward(name)]);
        sample::listeners(sample::only(region))[0] =
            sample::ruled(sample::https(vec![sample::forward("web")]), vec![rule]);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let (mut verdict, mut further) = (Partial::whole(Verdict::NotApplicable), Vec::new());
    let mut served = 0;
    for (place, route) in routes.iter().enumerate() {
        match of_route(context, route) {
            Ok(Some(_)) if verdict.is_settled() => further.push(route.label.clone()),
            Ok(Some(evidence)) => {
                let request = route.request(&routes[..place], context.lb, listener);
                let evidence = evidence.with("rule", route.label.as_str());
                verdict.found = Verdict::Fail(evidence.with("request", request));
            }
            Ok(None) => {
                served += 1;
                verdict.worsen(Verdict::Pass(Grounds::new().with("rules_served", served)));
                if let Verdict::Pass(seen) = &mut verdict.found {
                    *seen = Grounds::new().with("rules_served", served);
                }
            }
            Err(Skip::Unread(gap)) => verdict.add_gap(gap),
            Err(Skip::Elsewhere) => {}
        }
    }
    match verdict.judgement()? {
        Verdict::Fail(evidence) if !further.is_empty() => {
            Ok(Verdict::Fail(evidence.with("further_rules", further)))
        }
        verdict => Ok(verdict),
    }
}

/// Why a rule gets no answer here.
enum Skip {
    /// Something is not known.
    Unread(Gap),
    /// It forwards nothing, or another check says what is wrong.
    Elsewhere,
}

impl From<Gap> for Skip {
    fn from(gap: Gap) -> Self {
        Skip::Unread(gap)
    }
}

/// What shows that nobody serves the requests of a rule; none if somebody does.
fn of_route(context: &Context, route: &Route) -> Result<Option<Grounds>, Skip> {
    let weighted = match &route.end {
        End::Forward(weighted) => weighted,
        End::Unknown(gap) => return Err(gap.clone().into()),
        End::Redirect(_) | End::Answer => return Err(Skip::Elsewhere),
    };
    let Some(action) = route.actions.last() else { return Err(Skip::Elsewhere) };
    if weighted.is_empty() && action.target_groups.len() < 2 {
        return Err(Skip::Elsewhere); // a single group of weight 0
    }
    let mut tallies = Partial::whole(Vec::new());
    for arn in weighted {
        let tally = of_group(context, arn);
        match tally.and_then(|tally| Ok((tally.service()?, tally))) {
            Ok((Service::Served | Service::FailOpen, _)) => return Ok(None),
            Ok((Service::Unserved, tally)) => tallies.found.push((*arn, tally)),
            Err(gap) => tallies.add_gap(gap),
        }
    }
    let tallies = tallies.complete()?;
    if tallies.iter().any(|(_, tally)| !tally.unhealthy.is_empty()) {
        return Err(Skip::Elsewhere); // `targets-all-unhealthy`
    }
    let spare = spare(context, action);
    let is_empty = tallies.iter().all(|(_, tally)| tally.unused.is_empty());
    if is_empty && spare.is_empty() && is_said_elsewhere(context, route)? {
        return Err(Skip::Elsewhere);
    }
    let all: Vec<&str> = action.target_groups.iter().map(|group| &*group.arn).collect();
    let named = if weighted.is_empty() { &all } else { weighted };
    Ok(Some(bound(evidence(action, &tallies, spare), named)))
}

fn of_group<'a>(context: &Context<'a>, arn: &str) -> Result<Tally<'a>, Gap> {
    let group = context.index.target_group(arn)?;
    health::count(context.site, &Targets::Group(group))
}

/// The groups of weight 0 that could serve.
fn spare<'a>(context: &Context, action: &'a Action) -> Vec<&'a str> {
    let idle = action.target_groups.iter().filter(|group| group.weight == Some(0));
    let serves = |arn: &str| {
        let service = of_group(context, arn).and_then(|tally| tally.service());
        service == Ok(Service::Served)
    };
    idle.map(|group| &*group.arn).filter(|arn| serves(arn)).map(routing::group_name).collect()
}

/// Whether `no-targets` or `default-group-missing` says that nobody is registered: nowhere behind the load
/// balancer, or only where what no rule takes is sent.
fn is_said_elsewhere(context: &Context, route: &Route) -> Result<bool, Gap> {
    if !targets::any_registered(context.site, routing::named_groups(context.lb))? {
        return Ok(true);
    }
    let weighted = routing::groups(context.lb);
    Ok(route.is_default() && targets::any_registered(context.site, weighted)?)
}

/// The groups that commands name; a single one is the cause.
fn bound(grounds: Grounds, groups: &[&str]) -> Grounds {
    let arns: Vec<String> = groups.iter().map(|arn| (*arn).to_owned()).collect();
    let grounds = grounds.bind("TARGET_GROUP_ARN", arns);
    match groups {
        [only] => grounds.cause(causes_targets::repaired(only, routing::group_name(only))),
        _ => grounds,
    }
}

fn evidence(action: &Action, tallies: &[(&str, Tally)], spare: Vec<&str>) -> Grounds {
    let groups = tallies
        .iter()
        .map(|(arn, tally)| format!("{}: {}", routing::group_name(arn), tally.words()));
    let mut evidence = Grounds::new().with("target_groups", groups.collect::<Vec<_>>());
    let unused = || tallies.iter().flat_map(|(_, tally)| tally.unused.iter().copied());
    let (named, said) = (health::named(unused()), health::said(unused()));
    if !named.is_empty() {
        evidence = evidence.with("targets", named);
    }
    if !said.is_empty() {
        evidence = evidence.with("aws_says", said);
    }
    if action.target_groups.len() > 1 {
        let weights = action.target_groups.iter().map(|group| {
            format!("{}: {}", routing::group_name(&group.arn), group.weight.unwrap_or(1))
        });
        evidence = evidence.with("weights", weights.collect::<Vec<_>>());
    }
    if !spare.is_empty() {
        evidence = evidence.with("could_serve", spare);
    }
    evidence
}
