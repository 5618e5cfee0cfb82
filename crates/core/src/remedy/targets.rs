//! Changes of target groups, their attributes aside.

use super::listeners::{default_actions, listener_command};
use super::redirects::rule_part;
use super::text::{arguments, block, command, hcl, logical, lower, resource, steps, yaml};
use super::{Pair, Ways};
use crate::inventory::Kind;

const KIND: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

/// Settings of a health check, as far as this kind has them, behind a look at the targets.
pub(super) fn health_check(set: &[Pair], kind: &Kind) -> Ways {
    if *kind == Kind::Classic {
        return classic_health_check(set);
    }
    let by_requests =
        |(name, _): &&Pair| *kind == Kind::Application || !matches!(*name, "Path" | "Matcher");
    let set: Vec<Pair> = set.iter().filter(by_requests).copied().collect();
    let option = |(name, value): &Pair| match (*name, *value) {
        ("Matcher", codes) => format!("--matcher HttpCode={codes}"),
        (name, "true") => format!("--health-check-{}", lower(name, '-')),
        (name, value) => format!("--health-check-{} {value}", lower(name, '-')),
    };
    let mut options = vec!["--target-group-arn TARGET_GROUP_ARN".to_owned()];
    options.extend(set.iter().map(option));
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
        cli: format!(
            "aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN\n{}",
            command("aws elbv2 modify-target-group", &options)
        ),
        terraform: resource("aws_lb_target_group", "this", &block("health_check", &body)),
        cloudformation: logical("TargetGroup", KIND, &properties.join("\n")),
    }
}

/// A Classic load balancer has one health check, which is set as a whole.
fn classic_health_check(set: &[Pair]) -> Ways {
    let of = |wanted: &str| set.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let target = match of("Protocol") {
        Some(protocol) => format!("{protocol}:INSTANCE_PORT/HEALTH_PATH"),
        None => "INSTANCE_PROTOCOL:INSTANCE_PORT/HEALTH_PATH".to_owned(),
    };
    let configure = [
        "--load-balancer-name LOAD_BALANCER_NAME".to_owned(),
        format!(
            "--health-check Target={target},Interval=30,Timeout=5,UnhealthyThreshold=2,HealthyThreshold=2"
        ),
    ];
    let body = arguments(&[
        ("target", hcl(&target)),
        ("interval", hcl("30")),
        ("timeout", hcl("5")),
        ("unhealthy_threshold", hcl("2")),
        ("healthy_threshold", hcl("2")),
    ]);
    let properties = format!(
        "HealthCheck:\n  Target: {target}\n  Interval: \"30\"\n  Timeout: \"5\"\n  \
         UnhealthyThreshold: \"2\"\n  HealthyThreshold: \"2\""
    );
    Ways {
        console: "EC2, Load Balancers, the load balancer, Health checks, Edit.".to_owned(),
        cli: format!(
            "aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME\n{}",
            command("aws elb configure-health-check", &configure)
        ),
        terraform: resource("aws_elb", "this", &block("health_check", &body)),
        cloudformation: logical(
            "ClassicLoadBalancer",
            "AWS::ElasticLoadBalancing::LoadBalancer",
            &properties,
        ),
    }
}

/// A group keeps its protocol: another one with TLS takes over its targets, and then its requests.
pub(super) fn encrypted(target_type: &str, kind: &Kind) -> Ways {
    let is_network = *kind == Kind::Network;
    let protocol = if is_network { "TLS" } else { "HTTPS" };
    let mut body = vec![("protocol", hcl(protocol)), ("port", hcl("TARGET_TLS_PORT"))];
    let mut properties = format!("Protocol: {protocol}\nPort: TARGET_TLS_PORT");
    if !target_type.is_empty() {
        body.insert(0, ("target_type", hcl(target_type)));
        properties = format!("TargetType: {target_type}\n{properties}");
    }
    let mut commands = vec![new_group(protocol)];
    commands.push(format!(
        "# what registers the targets registers them with the new group too\n{}",
        command(
            "aws autoscaling attach-load-balancer-target-groups",
            &["--auto-scaling-group-name AUTO_SCALING_GROUP", "--target-group-arns \"$new_group\""]
                .map(str::to_owned),
        )
    ));
    commands.extend(if is_network { switched_network() } else { switched() });
    Ways {
        console:
            "EC2, Target Groups, Create target group with protocol HTTPS or TLS, register the \
                  targets, then change the listener's rules to it: a group keeps its protocol."
                .to_owned(),
        cli: steps(&commands),
        terraform: resource("aws_lb_target_group", "this", &arguments(&body)),
        cloudformation: logical("TargetGroup", KIND, &properties),
    }
}

/// A group like the one in cleartext, with the same targets.
fn new_group(protocol: &str) -> String {
    let old = |what: &str, query: &str| {
        let options = [
            "--target-group-arn TARGET_GROUP_ARN".to_owned(),
            "--output json".to_owned(),
            query.to_owned(),
        ];
        command(&format!("aws elbv2 describe-{what}"), &options)
    };
    let kind = [
        "--target-group-arns TARGET_GROUP_ARN",
        "--output text",
        "--query 'TargetGroups[0].TargetType'",
    ];
    let mut create = [
        "--name NEW_GROUP_NAME".to_owned(),
        format!("--protocol {protocol}"),
        "--port TARGET_TLS_PORT".to_owned(),
        "--vpc-id VPC_ID".to_owned(),
        "--target-type \"$type\"".to_owned(),
    ]
    .to_vec();
    if protocol == "HTTPS" {
        create.extend(
            ["--health-check-protocol HTTPS", "--health-check-path /HEALTH_PATH"]
                .map(str::to_owned),
        );
    }
    create.extend(["--output text", "--query 'TargetGroups[0].TargetGroupArn'"].map(str::to_owned));
    let new = |command_name: &str, option: &str| {
        let options = ["--target-group-arn \"$new_group\"".to_owned(), option.to_owned()];
        command(&format!("aws elbv2 {command_name}"), &options)
    };
    let targets = "--query 'TargetHealthDescriptions[].Target.merge({Id: Id},\n  \
                   AvailabilityZone && {AvailabilityZone: AvailabilityZone} || `{}`)' > targets.json";
    [
        command("type=$(aws elbv2 describe-target-groups", &kind.map(str::to_owned)) + ")",
        command("new_group=$(aws elbv2 create-target-group", &create) + ")",
        old("target-group-attributes", "--query Attributes > attributes.json"),
        new("modify-target-group-attributes", "--attributes file://attributes.json"),
        old("target-health", targets),
        new("register-targets", "--targets file://targets.json"),
    ]
    .join("\n")
}

/// A rule that no request meets has the targets checked; then the rules change over.
fn switched() -> Vec<String> {
    let probe = [
        "--listener-arn LISTENER_ARN",
        "--priority NEW_RULE_PRIORITY",
        "--conditions 'Field=source-ip,SourceIpConfig={Values=[192.0.2.1/32]}'",
        "--actions \"Type=forward,TargetGroupArn=$new_group\"",
        "--output text",
        "--query 'Rules[0].RuleArn'",
    ];
    let sed = "sed \"s|TARGET_GROUP_ARN|$new_group|g\" actions.json > changed.json";
    let rule = ["--rule-arn RULE_ARN", "--actions file://changed.json"];
    let default = ["--default-actions file://changed.json".to_owned()];
    vec![
        format!(
            "# a rule that no client meets, so that the targets are checked\n{})\n\
             aws elbv2 wait target-in-service --target-group-arn \"$new_group\"",
            command("probe=$(aws elbv2 create-rule", &probe.map(str::to_owned))
        ),
        format!(
            "# every rule that forwards to the old group; a login by OIDC also needs\n\
             # \"UseExistingClientSecret\": true in changed.json\n{}\n{sed}\n{}",
            rule_part("RULE_ARN", "'Rules[0].Actions'", "actions.json"),
            command("aws elbv2 modify-rule", &rule.map(str::to_owned))
        ),
        format!(
            "# the default action that does\n{}\n{sed}\n{}",
            default_actions("DEFAULT_LISTENER_ARN"),
            listener_command("DEFAULT_LISTENER_ARN", &default)
        ),
        "aws elbv2 delete-rule --rule-arn \"$probe\"".to_owned(),
    ]
}

/// A Network load balancer has no rules: its listeners change over.
fn switched_network() -> Vec<String> {
    let forward = |group: &str| {
        let option = format!("--default-actions \"Type=forward,TargetGroupArn={group}\"");
        listener_command("DEFAULT_LISTENER_ARN", &[option])
    };
    vec![format!(
        "{}\n# if the targets are not in service in the end: the same with TARGET_GROUP_ARN again\n\
         aws elbv2 wait target-in-service --target-group-arn \"$new_group\"",
        forward("$new_group")
    )]
}
