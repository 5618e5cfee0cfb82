//! An endpoint service lets in accounts that nobody named as trusted.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "endpoint-service-foreign-principal",
    title: "endpoint service allows other accounts",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network, Kind::Gateway],
    why: "A consumer of an endpoint service comes in past every edge of the network. The list of \
          those who may is worth reading once in a while: contracts end, and permissions stay.",
    logic: "Notes an endpoint service in front of the load balancer that allows a principal of \
            another account which is not among the trusted accounts (`[intent]`, `trusted-accounts`), or one without \
            an account in it. `*` is another check's. Passes without such a one, and without \
            endpoint service. Unknown while endpoint services, or the principals of one, are \
            unread and none that is known is foreign.",
    fix: "remove the principals that nobody knows, and name the others' accounts in trusted-accounts",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Endpoint services, the service, Allow principals: delete those that \
                  are not consumers any more.",
        cli: r"
            aws ec2 describe-vpc-endpoint-connections \
              --filters Name=service-id,Values=ENDPOINT_SERVICE_ID --output table \
              --query 'VpcEndpointConnections[].[VpcEndpointOwner,VpcEndpointId,VpcEndpointState]'
            # if no endpoint of a consumer is among them; those that are there stay connected
            aws ec2 modify-vpc-endpoint-service-permissions --service-id ENDPOINT_SERVICE_ID \
              --remove-allowed-principals FOREIGN_CONSUMER",
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
    }),
    links: &["https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html"],
    needs: &[
        Call::Ec2DescribeVpcEndpointServiceConfigurations,
        Call::Ec2DescribeVpcEndpointServicePermissions,
    ],
    examples: &[
        Example {
            title: "another account",
            given: || served(&["arn:aws:iam::444455556666:root"]),
            finds: &["note endpoint-service-foreign-principal web"],
        },
        Example {
            title: "an organization",
            given: || served(&["arn:aws:organizations::444455556666:organization/o-example"]),
            finds: &["note endpoint-service-foreign-principal web"],
        },
        Example {
            title: "principals unread",
            given: || {
                let mut inventory = served(&[]);
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
            title: "a role of the account itself",
            given: || served(&["arn:aws:iam::111122223333:role/consumer"]),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Network account behind an endpoint service that allows these.
fn served(principals: &[&str]) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        let service = sample::endpoint_service(&Kind::Network, principals);
        region.endpoint_services = Fact::Known(vec![service]);
    })
}

fn judge(context: &Context) -> Judgement {
    let trusted = &context.intent.trusted_accounts;
    let is_foreign = |principal: &&String| {
        let account = principal.split(':').nth(4).unwrap_or_default();
        *principal != "*"
            && account != context.account.id
            && trusted.iter().all(|trusted| trusted != account)
    };
    let (mut foreign, mut allowed) = (Partial::whole(Vec::new()), 0);
    let services = context.index.endpoint_services(&context.lb.arn)?;
    for service in services {
        let principals = foreign.learn(service.principals.get()).into_iter().flatten();
        allowed += service.principals.get().map_or(0, Vec::len);
        let all = principals.filter(is_foreign);
        foreign.found.extend(all.map(|principal| (service.id.as_str(), principal.clone())));
    }
    if foreign.found.is_empty() {
        let evidence = Grounds::new().with("endpoint_services", services.len());
        return foreign.otherwise(Verdict::Pass(evidence.with("principals", allowed)));
    }
    let (ids, principals): (Vec<&str>, Vec<String>) = foreign.found.into_iter().unzip();
    let words = ids.iter().zip(&principals).map(|(id, principal)| format!("{id}: {principal}"));
    let evidence = Grounds::new().with("principals", words.collect::<Vec<_>>());
    let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    Ok(Verdict::Note(
        evidence.bind("ENDPOINT_SERVICE_ID", ids).bind("FOREIGN_CONSUMER", principals),
    ))
}
