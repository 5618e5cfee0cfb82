//! Changes of security groups, subnets and Auto Scaling groups.

use super::text::{arguments, command, hcl, logical, lower, resource, steps, yaml};
use super::{Pair, Source, Ways};
use crate::inventory::Kind;

/// Who is meant is admitted, and then the open rules are revoked as they stand, whatever ports they span.
pub(super) fn ingress(protocol: &str, admit: Source) -> Ways {
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
    let mut commands = vec![format!("# who is meant to connect\n{}", authorize(protocol, admit))];
    if let Source::Group("LOAD_BALANCER_GROUP_ID") = admit {
        commands[0] = format!("# the load balancer\n{}", authorize(protocol, admit));
        let subnets = [
            "--group-id GROUP_ID".to_owned(),
            format!(
                "--ip-permissions 'IpProtocol={protocol},FromPort=PORT,ToPort=PORT,\
                 IpRanges=[LOAD_BALANCER_RANGES]'"
            ),
        ];
        commands.push(format!(
            "# the load balancer, where it has no security group: by its subnets; behind a group that\n\
             # preserves client addresses, its clients too\n{}",
            command("aws ec2 authorize-security-group-ingress", &subnets)
        ));
    }
    let revoke = ["--group-id RULE_GROUP_ID", "--ip-permissions RULE_PERMISSION"];
    commands.push(format!(
        "# the open rule, whole: what else it lets in by other ports has to be admitted before\n{}",
        command("aws ec2 revoke-security-group-ingress", &revoke.map(str::to_owned))
    ));
    Ways {
        console: String::new(),
        cli: steps(&commands),
        terraform: resource("aws_vpc_security_group_ingress_rule", "this", &body),
        cloudformation: logical("Ingress", "AWS::EC2::SecurityGroupIngress", &properties),
    }
}

fn authorize(protocol: &str, admit: Source) -> String {
    let mut options = vec!["--group-id GROUP_ID".to_owned()];
    match admit {
        Source::Ipv6(range) => options.push(format!(
            "--ip-permissions 'IpProtocol={protocol},FromPort=PORT,ToPort=PORT,\
             Ipv6Ranges=[{{CidrIpv6={range}}}]'"
        )),
        Source::Ipv4(_) | Source::Group(_) => {
            let source = match admit {
                Source::Group(id) => format!("--source-group {id}"),
                Source::Ipv4(range) | Source::Ipv6(range) => format!("--cidr {range}"),
            };
            options.extend([format!("--protocol {protocol}"), "--port PORT".to_owned(), source]);
        }
    }
    command("aws ec2 authorize-security-group-ingress", &options)
}

/// A subnet more. A list of subnets takes the place of the one that was there.
pub(super) fn subnets(kind: &Kind) -> Ways {
    let console =
        "EC2, Load Balancers, the load balancer, Network mapping, Edit subnets: add a subnet \
                   of the zone."
            .to_owned();
    if *kind == Kind::Classic {
        let attach = [
            "--load-balancer-name LOAD_BALANCER_NAME".to_owned(),
            "--subnets NEW_SUBNET_ID".to_owned(),
        ];
        let body = "subnets = concat(var.subnets, [\"NEW_SUBNET_ID\"])";
        let properties = "Subnets:\n  - !Ref Subnet\n  - NEW_SUBNET_ID";
        let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
        return Ways {
            console,
            cli: command("aws elb attach-load-balancer-to-subnets", &attach),
            terraform: resource("aws_elb", "this", body),
            cloudformation: logical("ClassicLoadBalancer", kind, properties),
        };
    }
    let own = [
        "--load-balancer-arns LOAD_BALANCER_ARN",
        "--output text",
        "--query 'LoadBalancers[0].AvailabilityZones[].SubnetId'",
    ];
    let own = command("$(aws elbv2 describe-load-balancers", &own.map(str::to_owned));
    let mut cli = format!(
        "# the subnets that it has, and one more\naws elbv2 set-subnets --load-balancer-arn LOAD_BALANCER_ARN \\\n  \
         --subnets NEW_SUBNET_ID {own})"
    );
    if *kind == Kind::Network {
        cli.insert_str(
            0,
            "# with Elastic IP addresses: --subnet-mappings SubnetId=…,AllocationId=… instead of --subnets\n",
        );
    }
    let properties = "Subnets:\n  - !Ref Subnet\n  - NEW_SUBNET_ID";
    Ways {
        console,
        cli,
        terraform: resource("aws_lb", "this", "subnets = concat(var.subnets, [\"NEW_SUBNET_ID\"])"),
        cloudformation: logical(
            "LoadBalancer",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            properties,
        ),
    }
}

/// Properties of an Auto Scaling group; where targets may be registered without one, that too.
pub(super) fn auto_scaling(set: &[Pair], or_register: bool, kind: &Kind) -> Ways {
    let mut options = vec!["--auto-scaling-group-name AUTO_SCALING_GROUP".to_owned()];
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
    let resource_type = "AWS::AutoScaling::AutoScalingGroup";
    let update = command("aws autoscaling update-auto-scaling-group", &options);
    let group_runs_them = format!("# where an Auto Scaling group runs the targets\n{update}");
    Ways {
        console: String::new(),
        cli: if or_register { steps(&[group_runs_them, registered(kind)]) } else { update },
        terraform: resource("aws_autoscaling_group", "this", &body),
        cloudformation: logical("AutoScalingGroup", resource_type, &properties.join("\n")),
    }
}

fn registered(kind: &Kind) -> String {
    let command = match kind {
        Kind::Classic => command(
            "aws elb register-instances-with-load-balancer",
            &["--load-balancer-name LOAD_BALANCER_NAME", "--instances NEW_TARGET_ID"]
                .map(str::to_owned),
        ),
        _ => command(
            "aws elbv2 register-targets",
            &["--target-group-arn TARGET_GROUP_ARN", "--targets Id=NEW_TARGET_ID"]
                .map(str::to_owned),
        ),
    };
    format!("# where none does: one target more\n{command}")
}
