//! Target groups of the samples, what is registered in them, and what registers it.

use std::collections::BTreeMap;

use super::{ACCOUNT, REGION, arn, group_arn, text_map, with_region};
use crate::fact::Fact;
use crate::inventory::{
    AutoScalingGroup, Inventory, InvokeStatement, Kind, Region, Target, TargetGroup,
};

/// A group of two healthy targets behind the sample load balancer of this kind.
#[must_use]
pub fn group(name: &str, kind: &Kind) -> TargetGroup {
    let (protocol, port, check) = match kind {
        Kind::Network => ("TLS", 443, "TCP"),
        Kind::Gateway => ("GENEVE", 6081, "TCP"),
        _ => ("HTTPS", 8443, "HTTPS"),
    };
    TargetGroup {
        arn: group_arn(name),
        name: name.to_owned(),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        target_type: Some("instance".to_owned()),
        protocol_version: (protocol == "HTTP" || protocol == "HTTPS").then(|| "HTTP1".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        health_check_enabled: Some(true),
        health_check_protocol: Some(check.to_owned()),
        health_check_path: (check != "TCP").then(|| "/health".to_owned()),
        load_balancer_arns: vec![arn(kind, "web")],
        targets: Fact::Known(vec![target("i-1", "healthy"), target("i-2", "healthy")]),
        attributes: Fact::Known(group_attributes(kind)),
    }
}

fn group_attributes(kind: &Kind) -> BTreeMap<String, String> {
    text_map(match kind {
        Kind::Gateway => &[
            ("deregistration_delay.timeout_seconds", "300"),
            ("target_failover.on_deregistration", "rebalance"),
            ("target_failover.on_unhealthy", "rebalance"),
        ],
        Kind::Network => &[
            ("deregistration_delay.timeout_seconds", "300"),
            ("preserve_client_ip.enabled", "true"),
            ("proxy_protocol_v2.enabled", "false"),
        ],
        _ => &[("deregistration_delay.timeout_seconds", "300")],
    })
}

/// A target in this state.
#[must_use]
pub fn target(id: &str, state: &str) -> Target {
    Target {
        id: id.to_owned(),
        port: Some(8443),
        zone: Some(if id.ends_with('2') { "eu-west-1b" } else { "eu-west-1a" }.to_owned()),
        state: state.to_owned(),
        reason: None,
        description: None,
    }
}

/// The targets of the sample group `web`, in these states.
#[must_use]
pub fn in_states(states: &[&str]) -> Fact<Vec<Target>> {
    let numbered = |(number, state): (usize, &&str)| target(&format!("i-{}", number + 1), state);
    Fact::Known(states.iter().enumerate().map(numbered).collect())
}

/// Changes the sample group of this name.
pub fn regroup(region: &mut Region, name: &str, change: impl FnOnce(&mut TargetGroup)) {
    let groups = match &mut region.target_groups {
        Fact::Known(groups) => groups,
        Fact::Unread(_) => return,
    };
    if let Some(group) = groups.iter_mut().find(|group| group.name == name) {
        change(group);
    }
}

/// The clean account of this kind, its group speaking this protocol to its targets.
#[must_use]
pub fn speaking(kind: &Kind, protocol: &str) -> Inventory {
    with_region(kind, |region| {
        regroup(region, "web", |group| group.protocol = Some(protocol.to_owned()));
    })
}

/// The same, with these healthy targets by address; those outside the VPC are in no zone.
#[must_use]
pub fn addressed(kind: &Kind, protocol: &str, addresses: &[&str]) -> Inventory {
    let target = |address: &&str| {
        let zone = match *address {
            outside if !outside.starts_with("10.0.") => "all",
            first if first.starts_with("10.0.1.") => "eu-west-1a",
            _ => "eu-west-1b",
        };
        Target { zone: Some(zone.to_owned()), ..target(address, "healthy") }
    };
    let mut inventory = speaking(kind, protocol);
    regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
        group.target_type = Some("ip".to_owned());
        group.targets = Fact::Known(addresses.iter().map(target).collect());
    });
    inventory
}

/// ARN of the sample function.
pub const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:web";

/// Makes the sample group of this name one of a function that only this group may invoke.
pub fn function(region: &mut Region, name: &str) {
    regroup(region, name, |group| {
        group.target_type = Some("lambda".to_owned());
        group.health_check_enabled = Some(false);
        (group.protocol, group.port, group.vpc_id) = (None, None, None);
        group.protocol_version = None;
        group.targets = Fact::Known(vec![Target {
            port: None,
            zone: Some("all".to_owned()),
            ..target(FUNCTION, "unavailable")
        }]);
        set_group(group, &[("lambda.multi_value_headers.enabled", "true")]);
    });
    let statement = InvokeStatement {
        sid: Some("web".to_owned()),
        principal: "elasticloadbalancing.amazonaws.com".to_owned(),
        source_arns: vec![group_arn(name)],
        ..InvokeStatement::default()
    };
    region.functions.insert(FUNCTION.to_owned(), Fact::Known(vec![statement]));
}

/// Gives a group these attributes alone.
pub fn set_group(group: &mut TargetGroup, pairs: &[(&str, &str)]) {
    group.attributes = Fact::Known(text_map(pairs));
}

/// Adds groups of these names, with two healthy targets each, behind the sample load balancer.
pub fn add_groups(region: &mut Region, kind: &Kind, names: &[&str]) {
    if let Fact::Known(groups) = &mut region.target_groups {
        groups.extend(names.iter().map(|name| group(name, kind)));
    }
}

/// The Auto Scaling group of the sample targets.
#[must_use]
pub fn scaling_group(kind: &Kind) -> AutoScalingGroup {
    let classic = *kind == Kind::Classic;
    AutoScalingGroup {
        arn: format!(
            "arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:5d5a:autoScalingGroupName/web"
        ),
        name: "web".to_owned(),
        load_balancers: if classic { vec!["web".to_owned()] } else { Vec::new() },
        target_groups: if classic { Vec::new() } else { vec![group_arn("web")] },
        health_check_type: Some("ELB".to_owned()),
        zones: vec!["eu-west-1a".to_owned(), "eu-west-1b".to_owned()],
    }
}

/// The clean account of this kind after a change to its Auto Scaling group.
pub fn scaling(kind: &Kind, change: impl FnOnce(&mut AutoScalingGroup)) -> Inventory {
    with_region(kind, |region| {
        let mut group = scaling_group(kind);
        change(&mut group);
        region.auto_scaling_groups = Fact::Known(vec![group]);
    })
}
