//! Changes of target groups, their attributes aside.

use super::text::{arguments, block, command, hcl, logical, lower, resource, yaml};
use super::{Pair, Ways};
use crate::inventory::Kind;

const KIND: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

pub(super) fn health_check(set: &[Pair], kinds: &[Kind]) -> Ways {
    let option = |(name, value): &Pair| match (*name, *value) {
        ("Matcher", codes) => format!("--matcher HttpCode={codes}"),
        (name, "true") => format!("--health-check-{}", lower(name, '-')),
        (name, value) => format!("--health-check-{} {value}", lower(name, '-')),
    };
    let mut options = vec!["--target-group-arn TARGET_GROUP_ARN".to_owned()];
    options.extend(set.iter().map(option));
    let mut cli = command("aws elbv2 modify-target-group", &options);
    if kinds.contains(&Kind::Classic)
        && let Some((_, protocol)) = set.iter().find(|(name, _)| *name == "Protocol")
    {
        cli += "\n# Classic\naws elb configure-health-check --load-balancer-name NAME \\\n  ";
        let intervals = "Interval=30,Timeout=5,UnhealthyThreshold=2,HealthyThreshold=2";
        cli = [&cli, "--health-check Target=", protocol, ":443/health,", intervals].concat();
    }
    let argument = |(name, value): &Pair| {
        let is_text = *name == "Matcher" || *name == "Port";
        (lower(name, '_'), if is_text { format!("{value:?}") } else { hcl(value) })
    };
    let property = |(name, value): &Pair| match (*name, *value) {
        ("Matcher", codes) => format!("Matcher:\n  HttpCode: {}", yaml(codes)),
        (name, "true") => format!("HealthCheck{name}: true"),
        (name, value) => format!("HealthCheck{name}: {}", yaml(value)),
    };
    let body = arguments(&set.iter().map(argument).collect::<Vec<_>>());
    let properties: Vec<String> = set.iter().map(property).collect();
    Ways {
        console: "EC2, Target Groups, the group, Health checks, Edit.".to_owned(),
        cli,
        terraform: resource("aws_lb_target_group", "this", &block("health_check", &body)),
        cloudformation: logical("TargetGroup", KIND, &properties.join("\n")),
    }
}

pub(super) fn encrypted(target_type: &str) -> Ways {
    let mut options = ["--name NAME", "--protocol HTTPS", "--port 443", "--vpc-id VPC_ID"]
        .map(str::to_owned)
        .to_vec();
    let mut body = vec![("protocol", hcl("HTTPS")), ("port", hcl("443"))];
    let mut properties = "Protocol: HTTPS\nPort: 443".to_owned();
    if !target_type.is_empty() {
        options.push(format!("--target-type {target_type}"));
        body.insert(0, ("target_type", hcl(target_type)));
        properties = format!("TargetType: {target_type}\n{properties}");
    }
    let create = command("aws elbv2 create-target-group", &options);
    Ways {
        console:
            "EC2, Target Groups, Create target group with protocol HTTPS or TLS, register the \
                  targets, then change the listener's rules to it: a group keeps its protocol."
                .to_owned(),
        cli: format!(
            "{create}\n\
             aws elbv2 register-targets --target-group-arn NEW_GROUP_ARN --targets Id=TARGET_ID\n\
             aws elbv2 modify-rule --rule-arn RULE_ARN \\\n  \
             --actions Type=forward,TargetGroupArn=NEW_GROUP_ARN\n\
             # the default rule's actions: aws elbv2 modify-listener --default-actions"
        ),
        terraform: resource("aws_lb_target_group", "this", &arguments(&body)),
        cloudformation: logical("TargetGroup", KIND, &properties),
    }
}
