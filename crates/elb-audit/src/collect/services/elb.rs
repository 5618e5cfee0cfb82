//! Elastic Load Balancing, first version: Classic load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::{
    InstanceState, ListenerDescription, LoadBalancerAttributes, LoadBalancerDescription,
    PolicyDescription,
};
use elb_audit_core::inventory::{ClassicPolicy, Kind, Listener, LoadBalancer, Target};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing};

use crate::aws::api::ApiClient;
use crate::aws::timestamp;

/// AWS takes at most this many names in one question for tags.
const TAG_BATCH: usize = 20;

/// The region's Classic load balancers with their listeners, which the list itself tells.
///
/// `arn` builds an ARN from a name and the owner's account, because this API has none.
pub(crate) async fn list(
    api: &ApiClient,
    client: &Client,
    arn: impl Fn(&str, Option<&str>) -> String,
) -> Listing<LoadBalancer> {
    let call = Call::ElbDescribeLoadBalancers;
    let page = move |marker| async move {
        let request = client.describe_load_balancers().page_size(400).set_marker(marker);
        api.call(call, None, request.send())
            .await
            .map(|answer| (answer.load_balancer_descriptions, answer.next_marker))
    };
    let (found, gap) = api.pages(call, page).await;
    let items = found.into_iter().map(|found| classic(found, &arn)).collect();
    Listing { items, rest: gap.map_or(Fact::Known(()), Fact::Unread) }
}

fn classic(
    found: LoadBalancerDescription,
    arn: &impl Fn(&str, Option<&str>) -> String,
) -> LoadBalancer {
    let name = found.load_balancer_name.unwrap_or_default();
    let owner = found.source_security_group.and_then(|group| group.owner_alias);
    let backends = found.backend_server_descriptions.unwrap_or_default().into_iter();
    let backends = backends.filter_map(|backend| {
        let port = u16::try_from(backend.instance_port?).ok()?;
        Some((port, backend.policy_names.unwrap_or_default()))
    });
    LoadBalancer {
        arn: arn(&name, owner.as_deref()),
        name,
        kind: Kind::Classic,
        scheme: found.scheme.as_deref().map(Into::into),
        state: None,
        state_reason: None,
        zones: found.availability_zones.unwrap_or_default(),
        outposts: Vec::new(),
        allocations: Vec::new(),
        private_link_rules: None,
        health_check: found.health_check.map(|check| check.target),
        backend_policies: backends.collect(),
        dns_name: found.dns_name,
        vpc_id: found.vpc_id.filter(|id| !id.is_empty()),
        ip_address_type: None,
        subnets: found.subnets.unwrap_or_default(),
        security_groups: found.security_groups.unwrap_or_default(),
        created: found.created_time.as_ref().and_then(timestamp),
        attributes: Fact::not_collected(Call::ElbDescribeLoadBalancerAttributes),
        tags: Fact::not_collected(Call::ElbDescribeTags),
        listeners: Fact::Known(
            found.listener_descriptions.unwrap_or_default().into_iter().map(listener).collect(),
        ),
        web_acl: Fact::Known(None),
        policies: Fact::not_collected(Call::ElbDescribeLoadBalancerPolicies),
        instances: Fact::not_collected(Call::ElbDescribeInstanceHealth),
        traffic: Fact::not_collected(Call::CloudWatchGetMetricData),
        reserved_capacity: Fact::Known(0),
    }
}

fn listener(found: ListenerDescription) -> Listener {
    let own = found.listener;
    let protocol = own.as_ref().map(|own| own.protocol.clone()).filter(|text| !text.is_empty());
    let port = own.as_ref().and_then(|own| u16::try_from(own.load_balancer_port).ok());
    let instance_side = own.as_ref().map(|own| {
        let protocol = own.instance_protocol.as_deref().or(protocol.as_deref()).unwrap_or("TCP");
        format!("{protocol}:{}", own.instance_port)
    });
    let certificate = own.and_then(|own| own.ssl_certificate_id).filter(|arn| !arn.is_empty());
    let mut listener = Listener {
        id: String::new(),
        protocol: protocol.as_deref().map(Into::into),
        port,
        instance_side,
        ssl_policy: None,
        policy_names: found.policy_names.unwrap_or_default(),
        certificates: Fact::Known(certificate.clone().into_iter().collect()),
        default_certificate: certificate,
        default_actions: Vec::new(),
        rules: Fact::Known(Vec::new()),
        mutual_authentication: None,
        alpn: None,
        attributes: Fact::Known(BTreeMap::new()),
    };
    listener.id = listener.label();
    listener
}

/// Attributes, under the keys that the inventory documents.
pub(crate) async fn attributes(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbDescribeLoadBalancerAttributes;
    let request = client.describe_load_balancer_attributes().load_balancer_name(&lb.name).send();
    api.call(call, Some(&lb.arn), request).await.and_then(|answer| {
        let found = answer.load_balancer_attributes;
        let found = found.ok_or_else(|| api.missing_list(call, Some(&lb.arn)))?;
        api.pairs(call, &lb.arn, flattened(found).into_iter())
    })
}

/// Attributes by key, as AWS told them: one of either may be missing.
fn flattened(found: LoadBalancerAttributes) -> Vec<(Option<String>, Option<String>)> {
    let mut flat = Vec::new();
    let mut insert = |key: &str, value| flat.push((Some(key.to_owned()), Some(value)));
    if let Some(log) = found.access_log {
        insert("access_logs.s3.enabled", log.enabled.to_string());
        if let Some(bucket) = log.s3_bucket_name {
            insert("access_logs.s3.bucket", bucket);
        }
        if let Some(prefix) = log.s3_bucket_prefix {
            insert("access_logs.s3.prefix", prefix);
        }
    }
    if let Some(cross_zone) = found.cross_zone_load_balancing {
        insert("load_balancing.cross_zone.enabled", cross_zone.enabled.to_string());
    }
    if let Some(draining) = found.connection_draining {
        insert("connection_draining.enabled", draining.enabled.to_string());
    }
    if let Some(settings) = found.connection_settings {
        let seconds = settings.idle_timeout.to_string();
        insert("idle_timeout.timeout_seconds", seconds);
    }
    let more = found.additional_attributes.unwrap_or_default().into_iter();
    flat.extend(more.map(|attribute| (attribute.key, attribute.value)));
    flat
}

/// The policies of a load balancer, listeners' and others.
pub(crate) async fn policies(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<ClassicPolicy>> {
    let call = Call::ElbDescribeLoadBalancerPolicies;
    let request = client.describe_load_balancer_policies().load_balancer_name(&lb.name).send();
    let found = api.call(call, Some(&lb.arn), request).await;
    let found = api.required_list(call, &lb.arn, found.map(|answer| answer.policy_descriptions));
    found.and_then(|all| all.into_iter().map(|found| policy(api, call, &lb.arn, found)).collect())
}

fn policy(
    api: &ApiClient,
    call: Call,
    arn: &str,
    found: PolicyDescription,
) -> Result<ClassicPolicy, Gap> {
    let pairs = found.policy_attribute_descriptions.unwrap_or_default().into_iter();
    let pairs = pairs.map(|pair| (pair.attribute_name, pair.attribute_value));
    Ok(ClassicPolicy {
        name: found.policy_name.unwrap_or_default(),
        kind: found.policy_type_name.unwrap_or_default(),
        attributes: api.pairs(call, arn, pairs)?,
    })
}

/// The instances of a load balancer and their state.
pub(crate) async fn instances(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<Target>> {
    let call = Call::ElbDescribeInstanceHealth;
    let request = client.describe_instance_health().load_balancer_name(&lb.name).send();
    let found = api.call(call, Some(&lb.arn), request).await;
    let found = api.required_list(call, &lb.arn, found.map(|answer| answer.instance_states));
    found.map(|all| all.into_iter().map(instance).collect())
}

fn instance(found: InstanceState) -> Target {
    Target {
        id: found.instance_id.unwrap_or_default(),
        port: None,
        zone: None,
        state: found.state.as_deref().unwrap_or_default().into(),
        reason: found.reason_code.filter(|code| code != "N/A"),
        description: found.description.filter(|words| words != "N/A"),
    }
}

/// Tags, by name of the load balancer.
pub(crate) async fn tags(
    api: &ApiClient,
    client: &Client,
    names: &[String],
) -> BTreeMap<String, Fact<BTreeMap<String, String>>> {
    let call = Call::ElbDescribeTags;
    let mut tags = BTreeMap::new();
    for batch in names.chunks(TAG_BATCH) {
        let request = client.describe_tags().set_load_balancer_names(Some(batch.to_vec())).send();
        match api.call(call, None, request).await {
            Fact::Known(answer) => {
                for description in answer.tag_descriptions.unwrap_or_default() {
                    let pairs = description.tags.unwrap_or_default().into_iter();
                    let pairs = pairs.map(|tag| (tag.key, tag.value.unwrap_or_default()));
                    let name = description.load_balancer_name.unwrap_or_default();
                    tags.insert(name, Fact::Known(pairs.collect()));
                }
            }
            Fact::Unread(gap) => {
                tags.extend(batch.iter().map(|name| (name.clone(), Fact::Unread(gap.clone()))));
            }
        }
    }
    tags
}
