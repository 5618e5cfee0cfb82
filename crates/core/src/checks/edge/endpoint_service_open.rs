//! An endpoint service lets every AWS account connect.

use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, seen};
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "endpoint-service-open",
    aliases: &["endpoint-service-principals", "endpoint-service-auto-accept"],
    title: "endpoint service accepts every AWS account",
    severity: Severity::High,
    applies_to: &[Kind::Network, Kind::Gateway],
    why: "Anyone with an AWS account and the service's name makes an endpoint to it and is inside: \
          no one is asked, and the load balancer sees a private address of its own instead of the \
          caller's.",
    logic: "Fails when an endpoint service in front of the load balancer allows principal `*` and \
            does not require acceptance. Notes `*` where each connection waits for consent. Passes \
            otherwise, and without endpoint service. Unknown while endpoint services, or the \
            principals of one, are unread and none that is known is open.",
    false_alarms: "A service that is sold to everyone authenticates its callers itself.",
    fix: "allow only the consumers' accounts, or require acceptance",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Endpoint services, the service, Allow principals: remove `*` and \
                  add the accounts. Actions, Modify endpoint acceptance setting: required.",
        cli: r"
            aws ec2 describe-vpc-endpoint-connections \
              --filters Name=service-id,Values=ENDPOINT_SERVICE_ID --output table \
              --query 'VpcEndpointConnections[].[VpcEndpointOwner,VpcEndpointId,VpcEndpointState]'
            aws ec2 modify-vpc-endpoint-service-configuration --service-id ENDPOINT_SERVICE_ID \
              --acceptance-required
            # the accounts that may connect first, one by one, then nobody else
            aws ec2 modify-vpc-endpoint-service-permissions --service-id ENDPOINT_SERVICE_ID \
              --add-allowed-principals arn:PARTITION:iam::CONSUMER_ACCOUNT_ID:root
            aws ec2 modify-vpc-endpoint-service-permissions --service-id ENDPOINT_SERVICE_ID \
              --remove-allowed-principals '*'",
        terraform: r#"
            resource "aws_vpc_endpoint_service" "web" {
              acceptance_required        = true
              allowed_principals         = ["arn:aws:iam::444455556666:root"]
              network_load_balancer_arns = [aws_lb.web.arn]
            }"#,
        cloudformation: r"
            ServicePermissions:
              Type: AWS::EC2::VPCEndpointServicePermissions
              Properties:
                ServiceId: !Ref Service
                AllowedPrincipals:
                  - arn:aws:iam::444455556666:root",
    })
    .planned(Plan::Never(Why::Elsewhere, "the permissions are those of the endpoint service")),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html",
    ],
    needs: &[
        Call::Ec2DescribeVpcEndpointServiceConfigurations,
        Call::Ec2DescribeVpcEndpointServicePermissions,
    ],
    examples: &[
        Example {
            title: "everyone, without consent",
            given: || served(&["*"], false),
            finds: &["fail endpoint-service-open web"],
        },
        Example {
            title: "everyone, with consent",
            given: || served(&["*"], true),
            finds: &["note endpoint-service-open web"],
        },
        Example {
            title: "principals unread",
            given: || {
                let mut inventory = served(&[], false);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(services) = &mut region.endpoint_services {
                    let call = Call::Ec2DescribeVpcEndpointServicePermissions;
                    services[0].principals = Fact::Unread(sample::denied(call));
                }
                inventory
            },
            finds: &[
                "unknown endpoint-service-open web",
                "unknown endpoint-service-foreign-principal web",
            ],
        },
        Example {
            title: "one account",
            given: || served(&["arn:aws:iam::111122223333:root"], false),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Gateway account behind an endpoint service that allows these.
fn served(principals: &[&str], acceptance: bool) -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        let mut service = sample::endpoint_service(&Kind::Gateway, principals);
        service.acceptance_required = acceptance;
        region.endpoint_services = Fact::Known(vec![service]);
    })
}

fn judge(context: &Context) -> Judgement {
    let (mut open, mut asking) = (Partial::whole(Vec::new()), Vec::new());
    let services = context.index.endpoint_services(&context.lb.arn)?;
    for service in services {
        let mut principals = open.learn(service.principals.get()).into_iter().flatten();
        if principals.any(|principal| principal == "*") {
            // With consent it is a note at most.
            let list = if service.acceptance_required { &mut asking } else { &mut open.found };
            list.push(service.id.clone());
        }
    }
    let evidence = |services: Vec<String>, acceptance: bool| {
        Grounds::new()
            .bind("ENDPOINT_SERVICE_ID", services.clone())
            .with("endpoint_services", services)
            .with("principal", "*")
            .with("acceptance_required", acceptance)
    };
    match &open.found[..] {
        [] => {}
        [id] => {
            let cause = causes_network::name_consumers(id);
            return Ok(Verdict::Fail(evidence(open.found, false).cause(cause)));
        }
        _ => return Ok(Verdict::Fail(evidence(open.found, false))),
    }
    open.complete()?;
    if !asking.is_empty() {
        return Ok(Verdict::Note(evidence(asking, true)));
    }
    let names: Vec<&str> = services.iter().map(|service| service.id.as_str()).collect();
    Ok(Verdict::Pass(Grounds::new().with("endpoint_services", seen::few(&names))))
}
