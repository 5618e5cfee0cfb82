//! All endpoints of a Gateway load balancer in a VPC are in one zone, or none works.

use crate::remedy::plan::{Plan, Why};
use std::collections::{BTreeMap, BTreeSet};

use crate::checks::prelude::*;
use crate::inventory::VpcEndpoint;

pub(crate) const CHECK: Check = Check {
    id: "gateway-endpoint-single-zone",
    aliases: &["gwlb-endpoint-health"],
    title: "gateway endpoints of a VPC in one zone",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Gateway],
    why: "Routes lead the traffic of the whole VPC through these endpoints. When their one zone \
          fails, or the one endpoint does, nothing gets in or out any more, however many zones the \
          inspection itself runs in.",
    logic: "Fails when the endpoints that a VPC of this account and region has to the load \
            balancer's endpoint services are all in one zone, counting the available ones, or when \
            none of them is available. Passes from two zones on. Does not apply where no endpoint \
            is known. Unknown while endpoint services, endpoints or the zone of a subnet that would \
            decide are unread.",
    false_alarms: "A VPC with workloads in one zone needs no second one.",
    fix: "create an endpoint in each zone, and lead each subnet's routes to the one in its zone",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Endpoints, Create endpoint: Endpoint services that use Gateway Load \
                  Balancers, the service, a subnet of the other zone.",
        cli: r#"
            aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=ENDPOINT_VPC_ID \
              Name=service-name,Values=ENDPOINT_SERVICE_NAME --output table \
              --query 'VpcEndpoints[].[VpcEndpointId,State,SubnetIds[0]]'
            endpoint=$(aws ec2 create-vpc-endpoint --vpc-endpoint-type GatewayLoadBalancer \
              --service-name ENDPOINT_SERVICE_NAME --vpc-id ENDPOINT_VPC_ID \
              --subnet-ids NEW_SUBNET_ID --query VpcEndpoint.VpcEndpointId --output text)
            # once it is available, in the route table of the subnets of its zone
            aws ec2 replace-route --route-table-id ROUTE_TABLE_ID \
              --destination-cidr-block 0.0.0.0/0 --vpc-endpoint-id "$endpoint""#,
        terraform: r#"
            resource "aws_vpc_endpoint" "inspection_b" {
              vpc_endpoint_type = "GatewayLoadBalancer"
              service_name      = aws_vpc_endpoint_service.inspection.service_name
              vpc_id            = aws_vpc.main.id
              subnet_ids        = [aws_subnet.inspection_b.id]
            }"#,
        cloudformation: r"
            Endpoint:
              Type: AWS::EC2::VPCEndpoint
              Properties:
                VpcEndpointType: GatewayLoadBalancer
                ServiceName: !Ref ServiceName
                VpcId: !Ref Vpc
                SubnetIds:
                  - !Ref InspectionB",
    })
    .planned(Plan::Never(Why::Elsewhere, "the endpoint is in the consumer's VPC")),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html",
    ],
    needs: &[
        Call::Ec2DescribeVpcEndpointServiceConfigurations,
        Call::Ec2DescribeVpcEndpoints,
        Call::Ec2DescribeSubnets,
    ],
    examples: &[
        Example {
            title: "one endpoint",
            given: || reached(&[("subnet-a", "available")]),
            finds: &["fail gateway-endpoint-single-zone web"],
        },
        Example {
            title: "the second one was never accepted",
            given: || reached(&[("subnet-a", "available"), ("subnet-b", "pendingAcceptance")]),
            finds: &["fail gateway-endpoint-single-zone web"],
        },
        Example {
            title: "none is available",
            given: || reached(&[("subnet-a", "rejected"), ("subnet-b", "failed")]),
            finds: &["fail gateway-endpoint-single-zone web"],
        },
        Example {
            title: "a subnet that is not among those that were read",
            given: || reached(&[("subnet-a", "available"), ("subnet-x", "available")]),
            finds: &["unknown gateway-endpoint-single-zone web"],
        },
        Example {
            title: "one of another service beside it",
            given: || {
                let mut inventory =
                    reached(&[("subnet-a", "available"), ("subnet-b", "available")]);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(endpoints) = &mut region.vpc_endpoints {
                    endpoints[1].service_name.push_str("-other");
                }
                inventory
            },
            finds: &["fail gateway-endpoint-single-zone web"],
        },
        Example {
            title: "one in each zone",
            given: || reached(&[("subnet-a", "available"), ("subnet-b", "Available")]),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Gateway account with endpoints in these subnets, in these states.
fn reached(endpoints: &[(&str, &str)]) -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        let service = sample::endpoint_service(&Kind::Gateway, &[]);
        let endpoint = |(place, (subnet, state)): (usize, &(&str, &str))| VpcEndpoint {
            id: format!("vpce-{place}"),
            service_name: service.name.clone().unwrap_or_default(),
            vpc_id: Some("vpc-1".to_owned()),
            state: Some((*state).to_owned()),
            subnets: vec![(*subnet).to_owned()],
        };
        let endpoints = endpoints.iter().enumerate().map(endpoint);
        region.vpc_endpoints = Fact::Known(endpoints.collect());
        region.endpoint_services = Fact::Known(vec![service]);
    })
}

fn judge(context: &Context) -> Judgement {
    let services = context.index.endpoint_services(&context.lb.arn)?;
    let names: BTreeSet<&str> = services.iter().filter_map(|one| one.name.as_deref()).collect();
    if names.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let mut by_vpc: BTreeMap<&str, Vec<&VpcEndpoint>> = BTreeMap::new();
    for endpoint in context.region.vpc_endpoints.get()? {
        if names.contains(endpoint.service_name.as_str()) {
            by_vpc
                .entry(endpoint.vpc_id.as_deref().unwrap_or_default())
                .or_default()
                .push(endpoint);
        }
    }
    if by_vpc.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let count = by_vpc.len();
    let narrow = Partial::whole(by_vpc).filter_map(|(vpc, endpoints)| {
        let zones = zones(context, &endpoints)?;
        let zone = zones.first().copied().unwrap_or("none available");
        let service = endpoints.first().map_or("", |endpoint| endpoint.service_name.as_str());
        Ok((zones.len() < 2).then(|| (vpc, format!("{vpc}: {zone}"), service)))
    });
    if narrow.found.is_empty() {
        let evidence = Grounds::new().with("vpcs", count).with("zones_of_each_at_least", 2);
        return narrow.otherwise(Verdict::Pass(evidence));
    }
    let all = |of: fn(&(&str, String, &str)) -> String| -> Vec<String> {
        narrow.found.iter().map(of).collect()
    };
    let grounds = Grounds::new().with("vpcs", all(|(_, words, _)| words.clone()));
    let grounds = grounds.bind("ENDPOINT_VPC_ID", all(|(vpc, ..)| (*vpc).to_owned()));
    Ok(Verdict::Fail(
        grounds.bind("ENDPOINT_SERVICE_NAME", all(|(.., service)| (*service).to_owned())),
    ))
}

/// The zones in which a VPC has an available endpoint: all, or two.
fn zones<'a>(context: &'a Context, endpoints: &[&VpcEndpoint]) -> Result<BTreeSet<&'a str>, Gap> {
    let mut zones = Partial::<BTreeSet<&str>>::default();
    for endpoint in endpoints {
        let state = endpoint.state.as_deref().unwrap_or_default();
        if !state.eq_ignore_ascii_case("available") {
            continue;
        }
        zones.extend(endpoint.subnets.iter().map(|subnet| {
            let subnet = context.index.subnet(subnet)?;
            let unexpected_value = || {
                Gap::new(Call::Ec2DescribeSubnets, Reason::Malformed)
                    .of(&subnet.id)
                    .saying("a subnet without zone")
            };
            subnet.zone.as_deref().ok_or_else(unexpected_value)
        }));
    }
    if zones.found.len() < 2 { zones.complete() } else { Ok(zones.found) }
}
