//! An internal load balancer is reached from the internet through something in front of it.

use crate::remedy::plan::{Plan, Why};
use std::collections::BTreeMap;

use crate::analysis::entrypoints::{self, Entrypoint, Place};
use crate::analysis::reach::{self, Reachability};
use crate::checks::prelude::*;
use crate::inventory::{Accelerator, AcceleratorEndpoint, ApiLink, VpcOrigin};

pub(crate) const CHECK: Check = Check {
    id: "internal-exposed-by-front",
    aliases: &["internal-lb-exposed-via-chain"],
    title: "internal load balancer reached from the internet",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Its scheme says that only the inside reaches it, and rules, certificates and \
          authentication are often as loose as that promises. What stands in front hands the \
          internet on to it.",
    logic: "Fails when a load balancer with scheme `internal` is open, to the internet or to some \
            of its addresses, through a Network load balancer in front: routes, network ACLs and \
            security groups of both let someone through. Notes other ways in: an accelerator of \
            Global Accelerator, a VPC origin of CloudFront, an integration of API Gateway, an \
            internet-facing Network load balancer with one of its addresses as a target. Does not \
            apply to others. Unknown while a Network load balancer that may be in front is \
            unread, or what else may stand there and no such way is known.",
    false_alarms: "Each of these is a documented way to build an edge: then it is enough to judge \
                   the load balancer as a public one.",
    fix: "judge it like a public load balancer, or take it out of what stands in front",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Target Groups, type Application Load Balancer, Targets: deregister \
                  it. For the others, remove it from the accelerator, origin or integration.",
        cli: r#"
            # clients that come through the load balancer in front are cut off
            aws elbv2 describe-target-health --target-group-arn HOLDING_GROUP_ARN
            aws elbv2 deregister-targets --target-group-arn HOLDING_GROUP_ARN \
              --targets Id=HELD_TARGET_ID

            # Global Accelerator answers in us-west-2 only
            listener=$(aws globalaccelerator list-listeners --region us-west-2 \
              --accelerator-arn ACCELERATOR_ARN --query 'Listeners[0].ListenerArn' --output text)
            group=$(aws globalaccelerator list-endpoint-groups --region us-west-2 \
              --listener-arn "$listener" --query 'EndpointGroups[0].EndpointGroupArn' --output text)
            aws globalaccelerator remove-endpoints --region us-west-2 \
              --endpoint-group-arn "$group" --endpoint-identifiers EndpointId=LOAD_BALANCER_ARN

            # first take the VPC origin out of the distributions: one in use is not deleted
            etag=$(aws cloudfront get-vpc-origin --id VPC_ORIGIN_ID --query ETag --output text)
            aws cloudfront delete-vpc-origin --id VPC_ORIGIN_ID --if-match "$etag"

            # first take the link out of the APIs
            aws apigateway delete-vpc-link --vpc-link-id VPC_LINK_ID

            # the integration without the routes that use it is not deleted
            integration=$(aws apigatewayv2 get-integrations --api-id HTTP_API_ID --output text \
              --query 'Items[?ConnectionType==`"VPC_LINK"`].IntegrationId | [0]')
            aws apigatewayv2 delete-integration --api-id HTTP_API_ID --integration-id "$integration""#,
        terraform: r#"
            resource "aws_lb" "front" {
              load_balancer_type = "network"
              internal           = true
            }"#,
        cloudformation: r"
            FrontLoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Type: network
                Scheme: internal",
    })
    .planned(Plan::Never(Why::Decision, "whether it is meant to be public through what stands in front, only its owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html",
        "https://docs.aws.amazon.com/global-accelerator/latest/dg/secure-vpc-connections.html",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::Ec2DescribeSubnets,
        Call::Ec2DescribeNetworkInterfaces,
        Call::GlobalAcceleratorListAccelerators,
        Call::GlobalAcceleratorListListeners,
        Call::GlobalAcceleratorListEndpointGroups,
        Call::CloudFrontListVpcOrigins,
        Call::ApiGatewayGetVpcLinks,
        Call::ApiGatewayV2GetApis,
        Call::ApiGatewayV2GetIntegrations,
    ],
    examples: &[
        Example {
            title: "a public Network load balancer in front",
            given: || sample::front::fronted(|_| ()),
            finds: &["fail internal-exposed-by-front web"],
        },
        Example {
            title: "one in front, but the security group behind keeps its clients out",
            given: || {
                sample::front::fronted(|region| {
                    if let Fact::Known(groups) = &mut region.security_groups {
                        groups[0] = sample::open_group("sg-web", &[]);
                    }
                })
            },
            finds: &["fail security-group-admits-nobody web"],
        },
        Example {
            title: "an accelerator",
            given: || accelerated(true, &sample::arn(&Kind::Application, "web")),
            finds: &["note internal-exposed-by-front web"],
        },
        Example {
            title: "an accelerator that is switched off",
            given: || accelerated(false, &sample::arn(&Kind::Application, "web")),
            finds: &[],
        },
        Example {
            title: "an accelerator of another load balancer",
            given: || accelerated(true, &sample::arn(&Kind::Application, "other")),
            finds: &[],
        },
        Example {
            title: "a VPC origin of CloudFront",
            given: || origin("web"),
            finds: &["note internal-exposed-by-front web"],
        },
        Example {
            title: "a VPC origin of another load balancer",
            given: || origin("other"),
            finds: &[],
        },
        Example {
            title: "an integration of API Gateway",
            given: || linked("web/50dc6c495c0c9188/1bb"),
            finds: &["note internal-exposed-by-front web"],
        },
        Example {
            title: "an integration with another load balancer",
            given: || linked("web/50dc6c495c0c9188f/1bb"),
            finds: &[],
        },
        Example {
            title: "its address among another's targets",
            given: || fronted_by_address(|_| ()),
            finds: &[
                "fail internal-open-to-any web",
                "note internal-exposed-by-front web",
                "fail targets-uneven alb",
            ],
        },
        Example {
            title: "its address among the targets of an internal one",
            given: || fronted_by_address(|region| sample::internal(sample::front::of(region))),
            finds: &[
                "fail internal-open-to-any web",
                "fail internal-open-to-any front",
                "fail targets-uneven alb",
            ],
        },
        Example {
            title: "another's targets unread",
            given: || {
                fronted_by_address(|region| {
                    let call = Call::ElbV2DescribeTargetHealth;
                    sample::regroup(region, "alb", |group| {
                        group.targets = Fact::Unread(sample::denied(call));
                    });
                })
            },
            finds: &[
                "fail internal-open-to-any web",
                "unknown internal-exposed-by-front web",
                "unknown 14 others: elbv2:DescribeTargetHealth",
            ],
        },
        Example {
            title: "accelerators unread",
            given: || {
                let mut inventory = sample::with_region(&Kind::Network, sample::inside);
                let call = Call::GlobalAcceleratorListAccelerators;
                inventory.accounts[0].accelerators = Fact::Unread(sample::denied(call));
                inventory
            },
            finds: &["unknown internal-exposed-by-front web"],
        },
        Example {
            title: "a Classic one, to which API Gateway cannot lead: its links are not asked for",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    sample::inside(region);
                    region.rest_links = Fact::not_collected(Call::ApiGatewayGetVpcLinks);
                    region.http_links = Fact::not_collected(Call::ApiGatewayV2GetApis);
                })
            },
            finds: &[],
        },
        Example {
            title: "nothing in front",
            given: || sample::with_region(&Kind::Application, sample::inside),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// An internal load balancer, and an accelerator that leads to this one.
fn accelerated(enabled: bool, to: &str) -> Inventory {
    let mut inventory = sample::with_region(&Kind::Application, sample::inside);
    inventory.accounts[0].accelerators = Fact::Known(vec![Accelerator {
        arn: format!("arn:aws:globalaccelerator::{}:accelerator/edge", sample::ACCOUNT),
        name: Some("edge".to_owned()),
        enabled,
        endpoints: Fact::Known(vec![AcceleratorEndpoint {
            id: to.to_owned(),
            ports: vec![(443, 443)],
            protocol: Some("TCP".to_owned()),
        }]),
    }]);
    inventory
}

/// An internal load balancer, and a VPC origin that leads to the one of this name.
fn origin(name: &str) -> Inventory {
    let mut inventory = sample::with_region(&Kind::Network, sample::inside);
    inventory.accounts[0].vpc_origins = Fact::Known(vec![VpcOrigin {
        id: "vo_1".to_owned(),
        endpoint: sample::arn(&Kind::Network, name),
        status: Some("Deployed".to_owned()),
    }]);
    inventory
}

/// An internal load balancer, and an HTTP API that leads to a listener with this end of an ARN.
fn linked(listener: &str) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::inside(region);
        let (region_name, account) = (sample::REGION, sample::ACCOUNT);
        region.http_links = Fact::Known(vec![ApiLink {
            kind: "http".to_owned(),
            id: "api1".to_owned(),
            name: Some("orders".to_owned()),
            targets: vec![format!(
                "arn:aws:elasticloadbalancing:{region_name}:{account}:listener/app/{listener}"
            )],
        }]);
    })
}

/// An internal load balancer, one of whose addresses is a target of a public Network load balancer,
/// after a change.
fn fronted_by_address(change: impl FnOnce(&mut Region)) -> Inventory {
    sample::front::fronted(|region| {
        let address = "10.0.1.20";
        let mut interface = sample::interface("eni-9", None, address);
        interface.description = Some("ELB app/web/50dc6c495c0c9188".to_owned());
        interface.groups = vec!["sg-web".to_owned()];
        if let Fact::Known(interfaces) = &mut region.network_interfaces {
            interfaces.push(interface);
        }
        sample::regroup(region, "alb", |group| {
            let target = |address| sample::target(address, "healthy");
            group.target_type = Some("ip".into());
            group.targets = Fact::Known(vec![target(address), target("10.0.2.20")]);
        });
        change(region);
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if !reach::is_internal(lb)? {
        return Ok(Verdict::NotApplicable);
    }
    match Reachability::new(context.index, lb).by_fronts() {
        Exposure::Unknown(gap) => return Err(gap),
        Exposure::Internet(sources) | Exposure::Restricted(sources) => {
            let grounds = Grounds::new().with("reachable_from", sources);
            return Ok(Verdict::Fail(held(context, grounds)));
        }
        Exposure::Internal | Exposure::Blocked(_) => {}
    }
    let entrypoints = entrypoints::accelerators(context.account, lb)
        .and(entrypoints::vpc_origins(context.account, lb))
        .and(entrypoints::api_links(context.region, lb))
        .and(entrypoints::by_address(context.index, lb));
    if entrypoints.found.is_empty() {
        let evidence = Grounds::new().with("scheme", "internal").with("through", 0);
        return entrypoints.otherwise(Verdict::Pass(evidence));
    }
    let grounds = Grounds::new().with("through", entrypoints::words(&entrypoints.found));
    Ok(Verdict::Note(bound(grounds, &entrypoints.found)))
}

/// Names the target groups that hold the load balancer.
fn held(context: &Context, grounds: Grounds) -> Grounds {
    let groups = context.index.groups_with(&context.lb.arn).unwrap_or_default();
    let arns: Vec<String> = groups.iter().map(|group| group.arn.clone()).collect();
    let target = context.lb.arn.as_str();
    grounds.bind("HOLDING_GROUP_ARN", arns).bind("HELD_TARGET_ID", target)
}

/// Names what leads to it.
fn bound(grounds: Grounds, entrypoints: &[Entrypoint]) -> Grounds {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut add = |name, value: &String| all.entry(name).or_default().push(value.clone());
    for entrypoint in entrypoints {
        match &entrypoint.place {
            Place::Accelerator(arn) => add("ACCELERATOR_ARN", arn),
            Place::VpcOrigin(id) => add("VPC_ORIGIN_ID", id),
            Place::RestLink(id) => add("VPC_LINK_ID", id),
            Place::HttpApi(id) => add("HTTP_API_ID", id),
            Place::Target(group, target) => {
                add("HOLDING_GROUP_ARN", group);
                add("HELD_TARGET_ID", target);
            }
        }
    }
    all.into_iter().fold(grounds, |grounds, (name, values)| grounds.bind(name, values))
}
