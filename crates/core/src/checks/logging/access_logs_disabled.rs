//! Nobody writes down who asked for what.

use crate::analysis::logs::{self, Kept, Log};
use crate::checks::prelude::*;
use crate::inventory::LogSource;

const KEY: &str = "access_logs.s3.enabled";

pub(crate) const CHECK: Check = Check {
    id: "access-logs-disabled",
    title: "no access logs",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "After a break-in there is no record of which requests came from where: neither the way \
          in nor what was taken can be told.",
    logic: "Passes when the attribute `access_logs.s3.enabled` is `true`, or when CloudWatch Logs \
            delivers a source of type ALB_ACCESS_LOGS or NLB_ACCESS_LOGS of this load balancer. A \
            source without delivery, and one of another type, does not count. With the attribute \
            off and deliveries unread it is unknown. Does not apply to a Network load balancer \
            without TLS listener, for which AWS writes no logs. Classic has the attribute alone.",
    false_alarms: "Logs that CloudWatch Logs delivers leave the attribute off and count all the \
                   same. Where only CloudFront gets in, its own log may do.",
    fix: "set access_logs.s3.enabled to true with a bucket, or deliver the logs through CloudWatch \
          Logs",
    remedy: Remedy::attribute(KEY, "true").and("access_logs.s3.bucket", "LOG_BUCKET").console(
        "EC2, Load Balancers, the load balancer, Attributes, Edit: turn on Access logs and name a \
         bucket in the same region, whose policy lets Elastic Load Balancing write.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
    ],
    needs: &[
        Call::ElbV2DescribeLoadBalancerAttributes,
        Call::ElbDescribeLoadBalancerAttributes,
        Call::LogsDescribeDeliverySources,
        Call::LogsDescribeDeliveries,
    ],
    examples: &[
        Example {
            title: "off, and nothing delivered",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail access-logs-disabled web"],
        },
        Example {
            title: "off on a Classic load balancer",
            given: || sample::with(&Kind::Classic, |lb| sample::set(lb, &[(KEY, "false")])),
            finds: &["fail access-logs-disabled web"],
        },
        Example {
            title: "delivered through CloudWatch Logs",
            given: || sample::vended(&Kind::Application, "ALB_ACCESS_LOGS", true),
            finds: &[],
        },
        Example {
            title: "a source without delivery",
            given: || sample::vended(&Kind::Application, "ALB_ACCESS_LOGS", false),
            finds: &["fail access-logs-disabled web", "fail log-delivery-broken web"],
        },
        Example {
            title: "connection logs are no access logs",
            given: || sample::vended(&Kind::Application, "ALB_CONNECTION_LOGS", true),
            finds: &["fail access-logs-disabled web"],
        },
        Example {
            title: "off, deliveries unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let lb = sample::only(region);
                    sample::set(lb, &[(KEY, "false")]);
                    let arn = lb.arn.clone();
                    region.log_sources = Fact::Known(vec![LogSource {
                        name: "web-logs".to_owned(),
                        log_type: "NLB_ACCESS_LOGS".to_owned(),
                        resource_arns: vec![arn],
                    }]);
                    region.log_deliveries =
                        Fact::Unread(sample::denied(Call::LogsDescribeDeliveries));
                })
            },
            finds: &["unknown access-logs-disabled web", "unknown log-delivery-broken web"],
        },
        Example {
            title: "on, deliveries unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.log_sources =
                        Fact::Unread(sample::denied(Call::LogsDescribeDeliverySources));
                })
            },
            finds: &["unknown log-delivery-broken web"],
        },
        Example {
            title: "a listener of unknown protocol may be a TLS one",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    sample::set(lb, &[(KEY, "false")]);
                    sample::listeners(lb)[0].protocol = Some("TLS_NEXT".into());
                })
            },
            finds: &[
                "unknown access-logs-disabled web",
                "unknown 17 others: elbv2:DescribeListeners",
            ],
        },
        Example {
            title: "a Network load balancer without TLS",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    sample::set(lb, &[(KEY, "false")]);
                    *sample::listeners(lb) =
                        vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
                })
            },
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.kind == Kind::Network && !lb.serves_any(&[Protocol::Tls])? {
        return Ok(Verdict::NotApplicable);
    }
    Ok(match logs::kept(context.site, Log::Access)? {
        Kept::Somewhere(seen) => Verdict::Pass(seen.into()),
        Kept::Nowhere(seen) => Verdict::Fail(seen.into()),
    })
}
