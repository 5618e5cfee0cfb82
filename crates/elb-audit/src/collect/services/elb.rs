//! Elastic Load Balancing, first version: Classic load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::{
    InstanceState, ListenerDescription, LoadBalancerAttributes, LoadBalancerDescription,
    PolicyDescription, TagDescription,
};
use elb_audit_core::inventory::{ClassicPolicy, Kind, Listener, LoadBalancer, Protocol, Target};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing};

use crate::aws::api::ApiClient;
use crate::aws::strict::{Understood, all_filled, each, filled, if_any, port, required};
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
    let found = api.pages(call, page).await;
    let read = |found| classic(api, found, &arn);
    api.listing(call, "load balancer", found, read, |lb: &LoadBalancer| lb.name.clone())
}

fn classic(
    api: &ApiClient,
    found: LoadBalancerDescription,
    arn: &impl Fn(&str, Option<&str>) -> String,
) -> Understood<LoadBalancer> {
    let name = filled("LoadBalancerName", found.load_balancer_name)?;
    let owner = found.source_security_group.and_then(|group| group.owner_alias);
    let backends = each(found.backend_server_descriptions.unwrap_or_default(), |backend| {
        let port = required("InstancePort", port("InstancePort", backend.instance_port)?)?;
        Ok((port, all_filled("PolicyNames", required("PolicyNames", backend.policy_names)?)?))
    })?;
    let listeners = required("ListenerDescriptions", found.listener_descriptions)?;
    let listeners = api.each_once(
        &format!("listener of {name}"),
        each(listeners, listener)?,
        |one: &Listener| one.port,
    );
    Ok(LoadBalancer {
        arn: arn(&name, owner.as_deref()),
        kind: Kind::Classic,
        scheme: if_any("Scheme", found.scheme)?.as_deref().map(Into::into),
        state: None,
        state_reason: None,
        zones: all_filled("AvailabilityZones", required("AvailabilityZones", found.availability_zones)?)?,
        outposts: Vec::new(),
        allocations: Vec::new(),
        private_link_rules: None,
        health_check: found.health_check.map(|check| check.target),
        backend_policies: backends.into_iter().collect(),
        dns_name: if_any("DNSName", found.dns_name)?,
        vpc_id: found.vpc_id.filter(|id| !id.is_empty()),
        ip_address_type: None,
        subnets: all_filled("Subnets", required("Subnets", found.subnets)?)?,
        security_groups: all_filled(
            "SecurityGroups",
            required("SecurityGroups", found.security_groups)?,
        )?,
        created: found.created_time.as_ref().and_then(timestamp),
        attributes: Fact::not_collected(Call::ElbDescribeLoadBalancerAttributes),
        tags: Fact::not_collected(Call::ElbDescribeTags),
        listeners: Fact::Known(listeners),
        web_acl: Fact::Known(None),
        policies: Fact::not_collected(Call::ElbDescribeLoadBalancerPolicies),
        instances: Fact::not_collected(Call::ElbDescribeInstanceHealth),
        traffic: Fact::not_collected(Call::CloudWatchGetMetricData),
        reserved_capacity: Fact::Known(0),
        name,
    })
}

fn listener(found: ListenerDescription) -> Understood<Listener> {
    let own = required("Listener", found.listener)?;
    let protocol = filled("Protocol", Some(own.protocol))?;
    let instance_port = port("InstancePort", Some(own.instance_port))?.unwrap_or_default();
    let instance_protocol = if_any("InstanceProtocol", own.instance_protocol)?;
    let certificate = own.ssl_certificate_id.filter(|arn| !arn.is_empty());
    let mut listener = Listener {
        id: String::new(),
        port: port("LoadBalancerPort", Some(own.load_balancer_port))?,
        instance_side: Some(format!(
            "{}:{instance_port}",
            instance_protocol.as_deref().unwrap_or(&protocol)
        )),
        protocol: Some(protocol.as_str().into()),
        ssl_policy: None,
        policy_names: all_filled("PolicyNames", required("PolicyNames", found.policy_names)?)?,
        certificates: Fact::Known(certificate.clone().into_iter().collect()),
        default_certificate: certificate,
        default_actions: Vec::new(),
        rules: Fact::Known(Vec::new()),
        mutual_authentication: None,
        alpn: None,
        attributes: Fact::Known(BTreeMap::new()),
    };
    if listener.speaks(&[Protocol::Https, Protocol::Ssl]) {
        required("SSLCertificateId", listener.default_certificate.as_ref())?;
    }
    listener.id = listener.label();
    Ok(listener)
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
    let unexpected = |said| api.unexpected(call, Some(arn), &said);
    let pairs = required("PolicyAttributeDescriptions", found.policy_attribute_descriptions);
    let pairs = pairs.map_err(unexpected)?.into_iter();
    let pairs = pairs.map(|pair| (pair.attribute_name, pair.attribute_value));
    Ok(ClassicPolicy {
        name: filled("PolicyName", found.policy_name).map_err(unexpected)?,
        kind: filled("PolicyTypeName", found.policy_type_name).map_err(unexpected)?,
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
    api.understood(call, Some(&lb.arn), found, |all| each(all, instance)).map(|all| {
        api.each_once(&format!("instance of {}", lb.name), all, |one: &Target| one.id.clone())
    })
}

fn instance(found: InstanceState) -> Understood<Target> {
    Ok(Target {
        id: filled("InstanceId", found.instance_id)?,
        port: None,
        zone: None,
        state: filled("State", found.state)?.as_str().into(),
        reason: found.reason_code.filter(|code| code != "N/A"),
        description: found.description.filter(|words| words != "N/A"),
    })
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
        let found = api.call(call, None, request).await;
        let found = found.and_then(|answer| {
            answer.tag_descriptions.ok_or_else(|| api.missing_list(call, None))
        });
        match api.understood(call, None, found, |all| each(all, described)) {
            Fact::Known(found) => tags.extend(api.of_each(call, batch, found)),
            Fact::Unread(gap) => {
                tags.extend(batch.iter().map(|name| (name.clone(), Fact::Unread(gap.clone()))));
            }
        }
    }
    tags
}

fn described(found: TagDescription) -> Understood<(String, BTreeMap<String, String>)> {
    let tags = each(required("Tags", found.tags)?, |tag| {
        Ok((filled("Key", Some(tag.key))?, tag.value.unwrap_or_default()))
    })?;
    Ok((filled("LoadBalancerName", found.load_balancer_name)?, tags.into_iter().collect()))
}
