//! Nobody uses a load balancer.

use crate::analysis::{health, routing};
use crate::checks::prelude::*;

/// The time that traffic is counted over, in seconds: 14 days.
const WATCHED: i64 = 14 * 24 * 60 * 60;

pub(crate) const CHECK: Check = Check {
    id: "no-traffic",
    aliases: &["idle-lb", "orphan-public-lb"],
    title: "no traffic for 14 days",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "It costs money, and what nobody uses nobody watches: its certificates expire, and its \
          targets are not patched.",
    logic: "A note when CloudWatch counted no request (Application, Classic) or no new flow \
            (Network, Gateway) in the 14 days before the scan. Does not apply to a load balancer \
            younger than that, nor to an Application load balancer that has no target to send \
            requests to: AWS does not count those. The metrics cost money, so they are only read when this check is \
            selected.",
    false_alarms: "Meant where it stands by for a disaster or for a season.",
    fix: "delete it with the DNS records that point to it, or write down what it waits for",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Monitoring shows its traffic; Actions \
                  > Delete load balancer.",
        cli: r"
            # after the DNS records that point to it
            aws elbv2 delete-load-balancer --load-balancer-arn LOAD_BALANCER_ARN

            # after the DNS records that point to it
            aws elb delete-load-balancer --load-balancer-name CLASSIC_NAME",
        terraform: "Remove the resource.",
        cloudformation: "Remove the resource.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html",
    ],
    needs: &[Call::CloudWatchGetMetricData, Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "an Application load balancer whose instances are stopped",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::only(region).traffic = Fact::Known(0.0);
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["unused", "unused"]);
                    });
                })
            },
            finds: &["does not apply", "fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "none",
            given: || sample::with(&Kind::Network, |lb| lb.traffic = Fact::Known(0.0)),
            finds: &["note no-traffic web"],
        },
        Example { title: "plenty", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "made last week",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    lb.created = Some(sample::in_days(-7));
                    lb.traffic = Fact::Known(0.0);
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "metrics unread",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    lb.traffic = Fact::Unread(sample::denied(Call::CloudWatchGetMetricData));
                })
            },
            finds: &["unknown no-traffic web"],
        },
        Example {
            title: "nobody knows how old it is",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    lb.created = None;
                    lb.traffic = Fact::Known(0.0);
                })
            },
            finds: &["unknown no-traffic web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// Whether requests are counted at all: AWS leaves out those for which it finds no target.
///
/// Source: user guide for Application Load Balancers, CloudWatch metrics, `RequestCount`.
fn counts_requests(context: &Context) -> Result<bool, Gap> {
    let groups = routing::groups(context.lb);
    if health::any_served(context.site, groups.found.iter().copied())? {
        return Ok(true);
    }
    groups.otherwise(false)
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let age = lb.created.map(|created| context.now.as_second() - created.as_second());
    if age.is_some_and(|age| age < WATCHED) {
        return Ok(Verdict::NotApplicable);
    }
    let traffic = *lb.traffic.get()?;
    if traffic > 0.0 {
        return Ok(Verdict::Pass(Grounds::new().with("traffic_in_14_days", traffic)));
    }
    if lb.kind == Kind::Application && !counts_requests(context)? {
        return Ok(Verdict::NotApplicable);
    }
    let (metric, call) = match lb.kind {
        Kind::Classic => ("RequestCount", Call::ElbDescribeLoadBalancers),
        Kind::Application => ("RequestCount", Call::ElbV2DescribeLoadBalancers),
        _ => ("NewFlowCount", Call::ElbV2DescribeLoadBalancers),
    };
    match lb.created {
        Some(created) => {
            let evidence = Grounds::new().with(metric, 0).with("days", WATCHED / (24 * 60 * 60));
            Ok(Verdict::Note(evidence.with("created", created.to_string())))
        }
        None => Err(Gap::new(call, Reason::Malformed)
            .of(&lb.arn)
            .saying("a load balancer without time of creation")),
    }
}
