//! Target groups and their targets.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::{Target, TargetGroup, TargetType};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::PAGE;
use crate::aws::api::ApiClient;
use crate::aws::strict::{
    Owner, Understood, all_filled, each, filled, if_any, port, required, word,
};

/// The region's target groups, without their targets.
pub(crate) async fn target_groups(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
) -> Fact<Vec<TargetGroup>> {
    let call = Call::ElbV2DescribeTargetGroups;
    let page = move |marker| async move {
        let request = client.describe_target_groups().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.target_groups, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    let found =
        api.understood(call, None, found, |all| each(all, |found| target_group(found, owner)));
    found
        .map(|all| api.merge_repeated("target group", all, |group: &TargetGroup| group.arn.clone()))
}

fn target_group(found: sdk::TargetGroup, owner: Owner<'_>) -> Understood<TargetGroup> {
    let used_by = required("LoadBalancerArns", found.load_balancer_arns)?;
    let target_type = found.target_type.as_ref().map(sdk::TargetTypeEnum::as_str);
    let target_type: TargetType = required("TargetType", word("TargetType", target_type)?)?.into();
    let vpc_id = if_any("VpcId", found.vpc_id)?;
    if target_type != TargetType::Lambda {
        required("VpcId", vpc_id.as_ref())?;
    }
    Ok(TargetGroup {
        arn: owner.arn("TargetGroupArn", "targetgroup/", found.target_group_arn)?,
        name: filled("TargetGroupName", found.target_group_name)?,
        protocol: if_any("Protocol", found.protocol.map(|word| word.as_str().to_owned()))?
            .map(|word| word.as_str().into()),
        port: port("Port", found.port)?,
        target_type: Some(target_type),
        protocol_version: if_any("ProtocolVersion", found.protocol_version)?,
        vpc_id,
        health_check_enabled: found.health_check_enabled,
        health_check_protocol: found.health_check_protocol.map(|protocol| protocol.as_str().into()),
        health_check_port: found.health_check_port,
        health_check_path: found.health_check_path,
        load_balancer_arns: all_filled("LoadBalancerArns", used_by)?,
        targets: Fact::not_collected(Call::ElbV2DescribeTargetHealth),
        attributes: Fact::not_collected(Call::ElbV2DescribeTargetGroupAttributes),
    })
}

/// Attributes of a target group.
pub(crate) async fn group_attributes(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbV2DescribeTargetGroupAttributes;
    let request = client.describe_target_group_attributes().target_group_arn(arn).send();
    let found = api.call(call, Some(arn), request).await.map(|answer| answer.attributes);
    let found = api.required_list(call, arn, found);
    found.and_then(|all| api.pairs(call, arn, all.into_iter().map(|pair| (pair.key, pair.value))))
}

/// The targets of a group and their health.
pub(crate) async fn targets(api: &ApiClient, client: &Client, arn: &str) -> Fact<Vec<Target>> {
    let call = Call::ElbV2DescribeTargetHealth;
    let request = client.describe_target_health().target_group_arn(arn).send();
    let found = api.call(call, Some(arn), request).await;
    let found = api.required_list(call, arn, found.map(|answer| answer.target_health_descriptions));
    api.understood(call, Some(arn), found, |all| each(all, target)).map(|all| {
        let what = format!("target of {arn}");
        api.merge_repeated(&what, all, |one: &Target| (one.id.clone(), one.port, one.zone.clone()))
    })
}

fn target(found: sdk::TargetHealthDescription) -> Understood<Target> {
    let health = required("TargetHealth", found.target_health)?;
    let target = required("Target", found.target)?;
    let state = health.state.as_ref().map(sdk::TargetHealthStateEnum::as_str);
    Ok(Target {
        id: filled("Id", target.id)?,
        port: port("Port", target.port)?,
        zone: if_any("AvailabilityZone", target.availability_zone)?,
        reason: health.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        state: required("State", word("State", state)?)?.into(),
        description: health.description,
    })
}
