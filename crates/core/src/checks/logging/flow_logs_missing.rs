//! Nothing at all is written down about who connects.

use crate::remedy::plan::{Plan, Why};
use std::collections::BTreeSet;

use crate::analysis::routing;
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, seen};
use crate::inventory::FlowLog;

pub(crate) const CHECK: Check = Check {
    id: "flow-logs-missing",
    title: "no flow logs where access logs cannot be",
    severity: Severity::Medium,
    applies_to: &[Kind::Network, Kind::Gateway],
    why: "AWS writes access logs of TLS listeners alone. For everything else flow logs are the only \
          record of who connected, when, and how much was carried away.",
    logic: "Looks at Gateway load balancers, and at Network load balancers with a listener that is \
            no TLS one; a listener whose targets are Application load balancers is left to their \
            access logs. Passes when a flow log watches the VPC, or one each of the load \
            balancer's subnets, that is active, records what is accepted and does not fail to \
            deliver. Fails otherwise; where a flow log watches single interfaces it is a note, \
            since these may be the load balancer's.",
    false_alarms: "In a VPC that another account shares, its owner keeps the flow logs and they are \
                   not seen from here.",
    fix: "create a flow log of the VPC or of the load balancer's subnets",
    remedy: Remedy::steps(Steps {
        console: "VPC, Your VPCs, the VPC, Flow logs, Create flow log: filter All, destination S3 \
                  or CloudWatch Logs.",
        cli: r"
            aws ec2 describe-flow-logs --filter Name=resource-id,Values=VPC_ID
            # one that fails to deliver or records only what is refused stays: delete it afterwards
            aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC_ID --traffic-type ALL \
              --log-destination-type s3 --log-destination arn:PARTITION:s3:::LOG_BUCKET",
        terraform: r#"
            resource "aws_flow_log" "vpc" {
              vpc_id               = aws_vpc.main.id
              traffic_type         = "ALL"
              log_destination_type = "s3"
              log_destination      = aws_s3_bucket.logs.arn
            }"#,
        cloudformation: r"
            FlowLog:
              Type: AWS::EC2::FlowLog
              Properties:
                ResourceType: VPC
                ResourceId: !Ref Vpc
                TrafficType: ALL
                LogDestinationType: s3
                LogDestination: !GetAtt LogBucket.Arn",
    })
    .planned(Plan::Never(
        Why::Elsewhere,
        "flow logs are set up for the VPC, not for the load balancer",
    )),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-monitoring.html",
    ],
    needs: &[Call::Ec2DescribeFlowLogs, Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a TCP listener, nothing watched",
            given: || watched(&Kind::Network, Vec::new()),
            finds: &["fail flow-logs-missing web"],
        },
        Example {
            title: "a Gateway load balancer, one of two subnets watched",
            given: || watched(&Kind::Gateway, vec![flow("subnet-a")]),
            finds: &["fail flow-logs-missing web"],
        },
        Example {
            title: "only what was refused is recorded",
            given: || {
                let refused = Some("REJECT".to_owned());
                watched(&Kind::Network, vec![FlowLog { traffic: refused, ..flow("vpc-1") }])
            },
            finds: &["fail flow-logs-missing web"],
        },
        Example {
            title: "delivery fails",
            given: || {
                let failed = Some("FAILED".to_owned());
                watched(&Kind::Network, vec![FlowLog { delivery: failed, ..flow("vpc-1") }])
            },
            finds: &["fail flow-logs-missing web"],
        },
        Example {
            title: "interfaces watched, maybe those of the load balancer",
            given: || watched(&Kind::Network, vec![flow("eni-9")]),
            finds: &["note flow-logs-missing web"],
        },
        Example {
            title: "both subnets watched",
            given: || watched(&Kind::Network, vec![flow("subnet-a"), flow("subnet-b")]),
            finds: &[],
        },
        Example {
            title: "a filter that this version does not know",
            given: || {
                let unexpected_value = Some("SAMPLED".to_owned());
                watched(
                    &Kind::Gateway,
                    vec![FlowLog { traffic: unexpected_value, ..flow("vpc-1") }],
                )
            },
            finds: &["unknown flow-logs-missing web"],
        },
        Example {
            title: "flow logs unread",
            given: || {
                let mut inventory = watched(&Kind::Gateway, Vec::new());
                let denied = Fact::Unread(sample::denied(Call::Ec2DescribeFlowLogs));
                inventory.accounts[0].regions[0].flow_logs = denied;
                inventory
            },
            finds: &["unknown flow-logs-missing web"],
        },
        Example {
            title: "TLS listeners alone",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.flow_logs = Fact::Known(Vec::new());
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "in front of an Application load balancer",
            given: || {
                let mut inventory = watched(&Kind::Network, Vec::new());
                sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
                    group.target_type = Some("alb".into());
                    group.protocol = Some("TCP".into());
                });
                inventory
            },
            finds: &["does not apply"],
        },
        Example { title: "the VPC watched", given: || sample::clean(&Kind::Gateway), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean account of this kind with these flow logs; a Network load balancer listens to TCP.
fn watched(kind: &Kind, flows: Vec<FlowLog>) -> Inventory {
    sample::with_region(kind, |region| {
        if *kind == Kind::Network {
            let tcp = sample::listener("TCP", 443, vec![sample::forward("web")]);
            *sample::listeners(sample::only(region)) = vec![tcp];
        }
        region.flow_logs = Fact::Known(flows);
    })
}

fn flow(resource: &str) -> FlowLog {
    FlowLog {
        id: "fl-1".to_owned(),
        resource: resource.to_owned(),
        status: Some("ACTIVE".to_owned()),
        traffic: Some("ALL".to_owned()),
        delivery: Some("SUCCESS".to_owned()),
    }
}

fn judge(context: &Context) -> Judgement {
    if !has_unlogged(context)? {
        return Ok(Verdict::NotApplicable);
    }
    let lb = context.lb;
    let Some(vpc) = lb.vpc_id.as_deref() else {
        let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Malformed).of(&lb.arn);
        return Err(gap.saying("a load balancer without VPC"));
    };
    let (mut watched, mut gap) = (BTreeSet::new(), None);
    for flow in context
        .index
        .of_owner((Some(vpc), ""), Call::Ec2DescribeFlowLogs, |region| &region.flow_logs)?
    {
        match records(flow) {
            Ok(true) => drop(watched.insert(flow.resource.as_str())),
            Err(own) if is_about(flow, lb) => gap = Some(own),
            Ok(false) | Err(_) => {}
        }
    }
    let open: Vec<&str> =
        lb.subnets.iter().map(String::as_str).filter(|id| !watched.contains(id)).collect();
    let evidence = Grounds::new().with("vpc", vpc);
    if watched.contains(vpc) {
        return Ok(Verdict::Pass(evidence.with("flow_logs_of", vec![vpc])));
    }
    if open.is_empty() && !lb.subnets.is_empty() {
        return Ok(Verdict::Pass(evidence.with("flow_logs_of", seen::few(&lb.subnets))));
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    let evidence = evidence.with("subnets_without_flow_log", open);
    let interfaces: Vec<&str> = watched.into_iter().filter(|id| id.starts_with("eni-")).collect();
    if interfaces.is_empty() {
        return Ok(Verdict::Fail(evidence.cause(causes_network::log_flows(vpc))));
    }
    Ok(Verdict::Note(evidence.with("interfaces_with_flow_log", interfaces)))
}

/// Whether some connection to the load balancer can be in no access log.
fn has_unlogged(context: &Context) -> Result<bool, Gap> {
    let lb = context.lb;
    if lb.kind == Kind::Gateway {
        return Ok(true);
    }
    Partial::whole(lb.listeners.get()?).any(|listener| {
        Ok(!lb.serves(listener, &[Protocol::Tls])?
            && !routing::fronts_application(context.index, lb, listener)?)
    })
}

/// Whether a flow log records connections that were let in, as far as it is delivered.
fn records(flow: &FlowLog) -> Result<bool, Gap> {
    let unexpected_value = |what: &str, value: &Option<String>| {
        let gap = Gap::new(Call::Ec2DescribeFlowLogs, Reason::Unrecognised).of(&flow.id);
        Err(gap.saying(format!("{what} {}", value.as_deref().unwrap_or("missing"))))
    };
    if flow.delivery.as_deref() == Some("FAILED") {
        return Ok(false);
    }
    match (flow.status.as_deref(), flow.traffic.as_deref()) {
        (_, Some("REJECT")) => Ok(false),
        (Some("ACTIVE"), Some("ALL" | "ACCEPT")) => Ok(true),
        (Some("ACTIVE"), _) => unexpected_value("traffic", &flow.traffic),
        _ => unexpected_value("status", &flow.status),
    }
}

fn is_about(flow: &FlowLog, lb: &LoadBalancer) -> bool {
    lb.vpc_id.as_ref() == Some(&flow.resource)
        || lb.subnets.contains(&flow.resource)
        || flow.resource.starts_with("eni-")
}
