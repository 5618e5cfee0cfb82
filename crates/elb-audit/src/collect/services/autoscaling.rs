//! Auto Scaling: the groups that register their instances with load balancers.

use elb_audit_core::inventory::AutoScalingGroup;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict::{self, Owner, Text, Understood, each, texts};

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeAutoScalingGroupsResult")]
    result: Page,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "AutoScalingGroups")]
    groups: Members<GroupXml>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupXml {
    #[serde(deserialize_with = "strict::text")]
    auto_scaling_group_name: String,
    #[serde(rename = "AutoScalingGroupARN", deserialize_with = "strict::text")]
    arn: String,
    availability_zones: Members<Text>,
    load_balancer_names: Members<Text>,
    #[serde(rename = "TargetGroupARNs")]
    target_groups: Members<Text>,
    #[serde(default)]
    traffic_sources: Members<SourceXml>,
    #[serde(deserialize_with = "strict::text")]
    health_check_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SourceXml {
    #[serde(deserialize_with = "strict::text")]
    identifier: String,
    #[serde(deserialize_with = "strict::text")]
    r#type: String,
}

/// The region's groups with a load balancer or a target group.
pub(crate) async fn groups(
    api: &ApiClient,
    client: &Client,
    owner: Owner<'_>,
) -> Fact<Vec<AutoScalingGroup>> {
    let call = Call::AutoScalingDescribeGroups;
    let page = move |marker: Option<String>| async move {
        let mut parameters = vec![("MaxRecords", "100"), ("IncludeInstances", "false")];
        if let Some(marker) = &marker {
            parameters.push(("NextToken", marker));
        }
        let answer = client.form::<Answer>(call.operation(), &parameters);
        api.call(call, None, answer).await.map(|answer| {
            let page = answer.result;
            (Some(page.groups.member), page.next)
        })
    };
    let all = api.all_pages(call, page).await;
    api.understood(call, None, all, |all| {
        let mut known = each(all, |one| group(one, owner))?;
        known.retain(|group| !group.load_balancers.is_empty() || !group.target_groups.is_empty());
        Ok(known)
    })
}

/// A group, with what it is attached to by either of Auto Scaling's two ways.
fn group(xml: GroupXml, owner: Owner<'_>) -> Understood<AutoScalingGroup> {
    let mut group = AutoScalingGroup {
        arn: owner.arn_of("autoscaling", "autoScalingGroup:", xml.arn)?,
        name: xml.auto_scaling_group_name,
        load_balancers: texts(xml.load_balancer_names.member),
        target_groups: texts(xml.target_groups.member),
        health_check_type: Some(xml.health_check_type),
        zones: texts(xml.availability_zones.member),
    };
    for source in xml.traffic_sources.member {
        let list = match source.r#type.as_str() {
            "elb" => &mut group.load_balancers,
            "elbv2" => &mut group.target_groups,
            _ => continue,
        };
        if !list.contains(&source.identifier) {
            list.push(source.identifier);
        }
    }
    for arn in &group.target_groups {
        owner.arn("TargetGroupARNs", "targetgroup/", Some(arn.clone()))?;
    }
    Ok(group)
}
