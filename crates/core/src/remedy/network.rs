//! Changes of security groups, subnets and Auto Scaling groups.

use super::text::{arguments, command, hcl, logical, lower, resource, yaml};
use super::{Pair, Source, Ways};
use crate::inventory::Kind;

pub(super) fn ingress(protocol: &str, revoke: Source, admit: Source) -> Ways {
    let rule = |action: &str, source: Source| {
        let mut options = vec!["--group-id GROUP_ID".to_owned()];
        options.extend(match source {
            Source::Ipv4(range) => rule(protocol, &format!("--cidr {range}")),
            Source::Group(id) => rule(protocol, &format!("--source-group {id}")),
            Source::Ipv6(range) => vec![format!(
                "--ip-permissions 'IpProtocol={protocol},FromPort=PORT,ToPort=PORT,\
                 Ipv6Ranges=[{{CidrIpv6={range}}}]'"
            )],
        });
        command(&format!("aws ec2 {action}-security-group-ingress"), &options)
    };
    let (argument, property, value) = match admit {
        Source::Ipv4(range) => ("cidr_ipv4", "CidrIp", range),
        Source::Ipv6(range) => ("cidr_ipv6", "CidrIpv6", range),
        Source::Group(id) => ("referenced_security_group_id", "SourceSecurityGroupId", id),
    };
    let body = arguments(&[
        ("security_group_id", hcl("GROUP_ID")),
        (argument, hcl(value)),
        ("ip_protocol", hcl(protocol)),
        ("from_port", hcl("PORT")),
        ("to_port", hcl("PORT")),
    ]);
    let properties = format!(
        "GroupId: GROUP_ID\n{property}: {value}\nIpProtocol: {protocol}\nFromPort: PORT\nToPort: PORT"
    );
    Ways {
        console: String::new(),
        // The new source first, so that nobody who may is kept out between the two.
        cli: format!("{}\n{}", rule("authorize", admit), rule("revoke", revoke)),
        terraform: resource("aws_vpc_security_group_ingress_rule", "this", &body),
        cloudformation: logical("Ingress", "AWS::EC2::SecurityGroupIngress", &properties),
    }
}

fn rule(protocol: &str, source: &str) -> Vec<String> {
    vec![format!("--protocol {protocol}"), "--port PORT".to_owned(), source.to_owned()]
}

pub(super) fn subnets(kinds: &[Kind]) -> Ways {
    let options = ["--load-balancer-arn LOAD_BALANCER_ARN", "--subnets SUBNET_A SUBNET_B"];
    let mut cli = command("aws elbv2 set-subnets", &options.map(str::to_owned));
    if kinds.contains(&Kind::Classic) {
        cli += "\n# Classic\naws elb attach-load-balancer-to-subnets --load-balancer-name NAME \
                --subnets SUBNET_B";
    }
    let properties = "Subnets:\n  - SUBNET_A\n  - SUBNET_B";
    Ways {
        console:
            "EC2, Load Balancers, the load balancer, Network mapping, Edit subnets: add a subnet \
                  of the zone."
                .to_owned(),
        cli,
        terraform: resource("aws_lb", "this", "subnets = [\"SUBNET_A\", \"SUBNET_B\"]"),
        cloudformation: logical(
            "LoadBalancer",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            properties,
        ),
    }
}

pub(super) fn auto_scaling(set: &[Pair]) -> Ways {
    let mut options = vec!["--auto-scaling-group-name NAME".to_owned()];
    options.extend(set.iter().map(|(name, value)| format!("--{} {value}", lower(name, '-'))));
    let argument = |(name, value): &Pair| {
        let items: Vec<String> = value.split(',').map(hcl).collect();
        let list = items.len() > 1;
        (lower(name, '_'), if list { format!("[{}]", items.join(", ")) } else { hcl(value) })
    };
    let property = |(name, value): &Pair| {
        let list = value.replace(',', "\n  - ");
        if list == *value {
            format!("{name}: {}", yaml(value))
        } else {
            format!("{name}:\n  - {list}")
        }
    };
    let properties: Vec<String> = set.iter().map(property).collect();
    let body = arguments(&set.iter().map(argument).collect::<Vec<_>>());
    let kind = "AWS::AutoScaling::AutoScalingGroup";
    Ways {
        console: String::new(),
        cli: command("aws autoscaling update-auto-scaling-group", &options),
        terraform: resource("aws_autoscaling_group", "this", &body),
        cloudformation: logical("AutoScalingGroup", kind, &properties.join("\n")),
    }
}
