//! Scheme and subnets of a load balancer disagree.

use crate::analysis::reach::{self};
use crate::checks::prelude::*;
use crate::vocab::net::Family;

pub(crate) const CHECK: Check = Check {
    id: "subnet-route-mismatch",
    aliases: &["scheme-subnet-mismatch"],
    title: "scheme and subnets disagree",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The nodes of a public load balancer in a subnet without a way to the internet answer \
          nobody, and clients that are given their addresses time out. An internal one in public \
          subnets is one change of address type away from the internet.",
    logic: "Notes an internet-facing load balancer with a subnet whose route table has no way to an \
            internet gateway, for IPv4, or for IPv6 where it has no public IPv4 addresses; and an \
            internal one with a subnet that has such a way. Unknown while the route table of a \
            subnet is unread and no other subnet disagrees.",
    false_alarms: "A region may have public subnets only, and a small VPC often does.",
    fix: "put an internet-facing load balancer into public subnets, an internal one into private \
          ones",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers, the load balancer, Network mapping, Edit subnets.",
        cli: r"
            aws elbv2 set-subnets --load-balancer-arn LOAD_BALANCER_ARN \
              --subnets OTHER_SUBNET_IDS KEPT_SUBNET_IDS

            aws elb attach-load-balancer-to-subnets --load-balancer-name CLASSIC_NAME \
              --subnets OTHER_SUBNET_IDS
            aws elb detach-load-balancer-from-subnets --load-balancer-name CLASSIC_NAME \
              --subnets WRONG_SUBNET_IDS",
        terraform: r#"
            resource "aws_lb" "web" {
              internal = false
              subnets  = [aws_subnet.public_a.id, aws_subnet.public_b.id]
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Scheme: internet-facing
                Subnets:
                  - !Ref PublicA
                  - !Ref PublicB",
    }),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html",
    ],
    needs: &[Call::Ec2DescribeRouteTables],
    examples: &[
        Example {
            title: "a public load balancer with one foot in a private subnet",
            given: || private_subnet(&["subnet-b"]),
            finds: &["note subnet-route-mismatch web"],
        },
        Example {
            title: "IPv6 addresses alone, and no IPv6 route",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.ip_address_type = Some("dualstack-without-public-ipv4".into());
                })
            },
            finds: &["note subnet-route-mismatch web"],
        },
        Example {
            title: "an internal one in public subnets",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::inside(region);
                    region.route_tables = Fact::Known(vec![sample::public_routes()]);
                })
            },
            finds: &["note subnet-route-mismatch web"],
        },
        Example {
            title: "route tables unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let call = Call::Ec2DescribeRouteTables;
                    region.route_tables = Fact::Unread(sample::denied(call));
                })
            },
            finds: &["unknown internet-facing web", "unknown subnet-route-mismatch web"],
        },
        Example {
            title: "an internal one in private subnets",
            given: || sample::with_region(&Kind::Classic, sample::inside),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Network account, these of its subnets without a way to the internet.
fn private_subnet(subnets: &[&str]) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        let mut private = sample::public_routes();
        "rtb-2".clone_into(&mut private.id);
        private.main = false;
        private.subnets = subnets.iter().map(|subnet| (*subnet).to_owned()).collect();
        private.routes.truncate(1);
        region.route_tables = Fact::Known(vec![sample::public_routes(), private]);
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let is_internal = reach::is_internal(lb)?;
    let family = match lb.ip_address_type {
        Some(IpAddressType::DualstackWithoutPublicIpv4) if !is_internal => Family::V6,
        _ => Family::V4,
    };
    let wrong = Partial::whole(&lb.subnets).filter_map(|subnet| {
        let is_public = reach::leads_out(context.index, lb, subnet, family)?;
        Ok((is_public == is_internal).then_some(subnet.as_str()))
    });
    let scheme = lb.scheme.as_ref().map(ToString::to_string).unwrap_or_default();
    let evidence = Grounds::new().with("scheme", scheme);
    if wrong.found.is_empty() {
        let subnets = if is_internal { "private_subnets" } else { "public_subnets" };
        return wrong.otherwise(Verdict::Pass(evidence.with(subnets, lb.subnets.clone())));
    }
    let subnets = if is_internal { "public_subnets" } else { "private_subnets" };
    let kept = lb.subnets.iter().filter(|subnet| !wrong.found.contains(&subnet.as_str()));
    let kept: Vec<String> = kept.cloned().collect();
    let moved: Vec<String> = wrong.found.iter().map(|subnet| (*subnet).to_owned()).collect();
    let evidence = evidence.with(subnets, wrong.found);
    Ok(Verdict::Note(evidence.bind("KEPT_SUBNET_IDS", kept).bind("WRONG_SUBNET_IDS", moved)))
}
