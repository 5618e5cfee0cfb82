//! An endpoint service lets every AWS account connect.

use crate::checks::prelude::*;

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
    fix: "allow the consumers' accounts alone, or require acceptance",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Endpoint services, the service, Allow principals: remove `*` and \
                  add the accounts. Actions, Modify endpoint acceptance setting: required.",
        cli: r"
            aws ec2 modify-vpc-endpoint-service-permissions --service-id SERVICE \
              --remove-allowed-principals '*' --add-allowed-principals arn:aws:iam::ACCOUNT:root",
        terraform: r#"
            resource "aws_vpc_endpoint_service" "web" {
              acceptance_required        = true
              allowed_principals         = ["arn:aws:iam::444455556666:root"]
              network_load_balancer_arns = [aws_lb.web.arn]
            }"#,
        cloudformation: r"
            Type: AWS::EC2::VPCEndpointServicePermissions
            Properties:
              ServiceId: !Ref Service
              AllowedPrincipals:
                - arn:aws:iam::444455556666:root",
    }),
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
    for service in context.index.endpoint_services(&context.lb.arn)? {
        let mut principals = open.learn(service.principals.get()).into_iter().flatten();
        if principals.any(|principal| principal == "*") {
            // With consent it is a note at most.
            let list = if service.acceptance_required { &mut asking } else { &mut open.found };
            list.push(service.id.clone());
        }
    }
    let evidence = |services: Vec<String>, acceptance: bool| {
        Grounds::new()
            .with("endpoint_services", services)
            .with("principal", "*")
            .with("acceptance_required", acceptance)
    };
    if !open.found.is_empty() {
        return Ok(Verdict::Fail(evidence(open.found, false)));
    }
    open.complete()?;
    Ok(if asking.is_empty() {
        Verdict::Pass(Grounds::new())
    } else {
        Verdict::Note(evidence(asking, true))
    })
}
