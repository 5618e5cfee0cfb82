//! What comes through PrivateLink passes the security groups by.

use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::inventory::{ApiLink, EndpointService};
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "private-link-unfiltered",
    aliases: &["privatelink-sg-bypass"],
    title: "security groups do not hold for PrivateLink",
    severity: Severity::Medium,
    applies_to: &[Kind::Network],
    why: "Whoever has an endpoint to the service reaches every listener, whatever the security \
          groups say. Their rules look like protection and are none for just the clients that come \
          from other accounts.",
    logic: "Fails when a Network load balancer with security groups stands behind an endpoint \
            service of the account, and inbound rules are not enforced on what comes through \
            PrivateLink. Passes when they are, which is the default, or without endpoint service. \
            Does not apply without security group. Unknown while endpoint services are unread.",
    false_alarms: "Rules cannot tell consumers apart whose address ranges overlap: some services \
                   let the endpoint service's permissions decide alone.",
    fix: "enforce inbound rules on PrivateLink traffic, and admit the consumers' ranges",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers, the load balancer, Security tab, Edit: enforce \
                  inbound rules on PrivateLink traffic.",
        cli: r"
            aws ec2 describe-security-groups --group-ids GROUP_IDS \
              --query 'SecurityGroups[].[GroupId,IpPermissions]' --output json

            # consumers whose ranges no rule admits are cut off: admit them first
            aws ec2 authorize-security-group-ingress --group-id GROUP_ID --protocol TRANSPORT \
              --port PORT --cidr CLIENTS_RANGE

            aws elbv2 set-security-groups --load-balancer-arn LOAD_BALANCER_ARN \
              --security-groups GROUP_IDS \
              --enforce-security-group-inbound-rules-on-private-link-traffic on",
        terraform: r#"
            resource "aws_lb" "web" {
              enforce_security_group_inbound_rules_on_private_link_traffic = "on"
            }"#,
        cloudformation: r#"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "on""#,
    })
    .planned(Plan::By(plan::filter_private_link)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
    ],
    needs: &[Call::Ec2DescribeVpcEndpointServiceConfigurations, Call::ApiGatewayGetVpcLinks],
    examples: &[
        Example {
            title: "not enforced",
            given: || served("off", Fact::Known(vec![service()])),
            finds: &["fail private-link-unfiltered web"],
        },
        Example {
            title: "not enforced, but without endpoint service",
            given: || served("off", Fact::Known(Vec::new())),
            finds: &[],
        },
        Example {
            title: "a REST API comes through it",
            given: || linked(Fact::Known(vec![link()])),
            finds: &["does not apply"],
        },
        Example {
            title: "not known whether a REST API comes through it",
            given: || linked(Fact::Unread(sample::denied(Call::ApiGatewayGetVpcLinks))),
            finds: &["unknown private-link-unfiltered web"],
        },
        Example {
            title: "endpoint services unread",
            given: || {
                let call = Call::Ec2DescribeVpcEndpointServiceConfigurations;
                served("off", Fact::Unread(sample::denied(call)))
            },
            finds: &[
                "unknown endpoint-service-open web",
                "unknown private-link-unfiltered web",
                "unknown endpoint-service-foreign-principal web",
            ],
        },
        Example {
            title: "enforced",
            given: || served("on", Fact::Known(vec![service()])),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Network account with this setting and these endpoint services.
fn served(rules: &str, services: Fact<Vec<EndpointService>>) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        sample::only(region).private_link_rules = Some(rules.to_owned());
        region.endpoint_services = services;
    })
}

/// The same, not enforced, with these VPC links of REST APIs.
fn linked(links: Fact<Vec<ApiLink>>) -> Inventory {
    let mut inventory = served("off", Fact::Known(vec![service()]));
    inventory.accounts[0].regions[0].rest_links = links;
    inventory
}

fn link() -> ApiLink {
    ApiLink {
        kind: "rest".to_owned(),
        id: "abc123".to_owned(),
        name: Some("orders".to_owned()),
        targets: vec![sample::arn(&Kind::Network, "web")],
    }
}

fn service() -> EndpointService {
    sample::endpoint_service(&Kind::Network, &[])
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.security_groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    match lb.private_link_rules.as_deref() {
        // Source: Elastic Load Balancing API reference, SetSecurityGroups: the default is `on`.
        None | Some("on") => {
            return Ok(Verdict::Pass(Grounds::new().with("private_link_rules", "on")));
        }
        Some("off") => {}
        Some(other) => {
            return Err(Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Unrecognised)
                .of(&lb.arn)
                .saying(format!("PrivateLink rules {other}")));
        }
    }
    let services = context.index.endpoint_services(&lb.arn)?;
    if services.is_empty() {
        let evidence = Grounds::new().with("private_link_rules", "off");
        return Ok(Verdict::Pass(evidence.with("endpoint_services", 0)));
    }
    let names: Vec<String> = services.iter().map(|service| service.id.clone()).collect();
    let grounds = Grounds::new()
        .with("endpoint_services", names)
        .with("security_groups", lb.security_groups.clone());
    Ok(Verdict::Fail(doors::bound(lb, grounds)))
}
