//! Logs are meant to be delivered and are not.

use crate::checks::prelude::*;
use crate::checks::shared::seen;
use crate::inventory::LogSource;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "log-delivery-broken",
    title: "a log source has no delivery",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Someone set up logging and half of it is missing: the source stands in CloudWatch Logs, \
          and nothing it says arrives anywhere.",
    logic: "Fails when a source of CloudWatch Logs' vended deliveries names this load balancer and \
            no delivery starts from it, nor from another source of the same type. Does not apply \
            to a load balancer that no source names; whether it should have logs is the question \
            of `access-logs-disabled`.",
    fix: "create a delivery from the source to a destination, or delete the source",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the load balancer, Integrations, log deliveries: add a \
                  delivery for the type of log.",
        cli: r"
            aws logs create-delivery --delivery-source-name LOG_SOURCE \
              --delivery-destination-arn LOG_DESTINATION_ARN",
        terraform: r#"
            resource "aws_cloudwatch_log_delivery" "web" {
              delivery_source_name     = aws_cloudwatch_log_delivery_source.web.name
              delivery_destination_arn = aws_cloudwatch_log_delivery_destination.logs.arn
            }"#,
        cloudformation: r"
            Delivery:
              Type: AWS::Logs::Delivery
              Properties:
                DeliverySourceName: !Ref DeliverySource
                DeliveryDestinationArn: !GetAtt DeliveryDestination.Arn",
    })
    .planned(Plan::Never(Why::Elsewhere, "the delivery is set up in CloudWatch Logs")),
    links: &[
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html",
    ],
    needs: &[Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries],
    examples: &[
        Example {
            title: "a source without delivery",
            given: || sample::vended(&Kind::Application, "ALB_ACCESS_LOGS", false),
            finds: &["fail access-logs-disabled web", "fail log-delivery-broken web"],
        },
        Example {
            title: "two sources of one type, one of them delivered",
            given: || {
                let mut inventory = sample::vended(&Kind::Network, "NLB_ACCESS_LOGS", true);
                if let Fact::Known(sources) = &mut inventory.accounts[0].regions[0].log_sources {
                    sources.push(LogSource { name: "old".to_owned(), ..sources[0].clone() });
                }
                inventory
            },
            finds: &[],
        },
        Example {
            title: "deliveries unread",
            given: || {
                let mut inventory = sample::vended(&Kind::Network, "NLB_ACCESS_LOGS", false);
                let denied = sample::denied(Call::LogsDescribeDeliveries);
                inventory.accounts[0].regions[0].log_deliveries = Fact::Unread(denied);
                inventory
            },
            finds: &["unknown access-logs-disabled web", "unknown log-delivery-broken web"],
        },
        Example {
            title: "no source",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
        Example {
            title: "a source with a delivery",
            given: || sample::vended(&Kind::Application, "ALB_ACCESS_LOGS", true),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let sources = context.index.log_sources(&context.lb.arn)?;
    if sources.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let deliveries = context.region.log_deliveries.get()?;
    let delivered = |source: &LogSource| deliveries.contains(&source.name);
    let arrives = |kind: &str| sources.iter().any(|own| own.log_type == kind && delivered(own));
    let label = |source: &&LogSource| format!("{} ({})", source.name, source.log_type);
    let broken: Vec<&LogSource> =
        sources.iter().filter(|source| !arrives(&source.log_type)).copied().collect();
    if broken.is_empty() {
        let delivered = sources.iter().filter(|source| delivered(source));
        let delivered: Vec<String> = delivered.map(label).collect();
        return Ok(Verdict::Pass(Grounds::new().with("delivered_sources", seen::few(&delivered))));
    }
    let names: Vec<String> = broken.iter().map(|source| source.name.clone()).collect();
    let broken: Vec<String> = broken.iter().map(label).collect();
    let grounds = Grounds::new().with("sources_without_delivery", broken);
    Ok(Verdict::Fail(grounds.bind("LOG_SOURCE", names)))
}
