//! Elastic Load Balancing, first version: Classic load balancers.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::inventory::{Kind, Listener, LoadBalancer, Protocol, Scheme, Target};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing};
use jiff::Timestamp;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict::{self, Understood, Unexpected, each_once, required};

mod attributes;
mod policies;
mod tags;

pub(crate) use attributes::attributes;
pub(crate) use policies::policies;
pub(crate) use tags::tags;

/// The region's Classic load balancers with their listeners, which the list itself tells.
///
/// `arn` builds an ARN from a name and the owner's account, because this API has none.
pub(crate) async fn list(
    api: &ApiClient,
    client: &Client,
    arn: impl Fn(&str, Option<&str>) -> String,
) -> Listing<LoadBalancer> {
    let call = Call::ElbDescribeLoadBalancers;
    let page = move |marker: Option<String>| async move {
        let mut parameters = vec![("PageSize", "400")];
        if let Some(marker) = &marker {
            parameters.push(("Marker", marker));
        }
        let answer = client.form::<Answer>(call.operation(), &parameters);
        api.call(call, None, answer).await.map(|answer| {
            let page = answer.result;
            (Some(page.all.member), page.next)
        })
    };
    let found = api.pages(call, page).await;
    let read = |found| classic(api, found, &arn);
    api.listing(call, "load balancer", found, read, |lb: &LoadBalancer| lb.name.clone())
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeLoadBalancersResult")]
    result: Page,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "LoadBalancerDescriptions")]
    all: Members<ClassicXml>,
    #[serde(rename = "NextMarker")]
    next: Option<String>,
}

/// What decides is looked at one by one, so that a load balancer that is not understood costs no other.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ClassicXml {
    load_balancer_name: Option<String>,
    scheme: Option<String>,
    source_security_group: Option<SourceGroupXml>,
    availability_zones: Option<Members<String>>,
    subnets: Option<Members<String>>,
    security_groups: Option<Members<String>>,
    #[serde(rename = "VPCId")]
    vpc: Option<String>,
    #[serde(rename = "DNSName")]
    dns_name: Option<String>,
    created_time: Option<String>,
    health_check: Option<HealthCheckXml>,
    backend_server_descriptions: Option<Members<BackendXml>>,
    listener_descriptions: Option<Members<DescriptionXml>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SourceGroupXml {
    owner_alias: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HealthCheckXml {
    target: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BackendXml {
    instance_port: Option<String>,
    policy_names: Option<Members<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescriptionXml {
    listener: Option<ListenerXml>,
    policy_names: Option<Members<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListenerXml {
    protocol: Option<String>,
    load_balancer_port: Option<String>,
    instance_protocol: Option<String>,
    instance_port: Option<String>,
    #[serde(rename = "SSLCertificateId")]
    certificate: Option<String>,
}

fn classic(
    api: &ApiClient,
    found: ClassicXml,
    arn: &impl Fn(&str, Option<&str>) -> String,
) -> Understood<LoadBalancer> {
    let name = strict::filled("LoadBalancerName", found.load_balancer_name)?;
    let owner = found.source_security_group.and_then(|group| group.owner_alias);
    let backends = required("BackendServerDescriptions", found.backend_server_descriptions)?;
    let backends = each_once(backends.member, |backend| {
        Ok((
            port("InstancePort", backend.instance_port)?,
            list_of("PolicyNames", backend.policy_names)?,
        ))
    })?;
    let arn = arn(&name, owner.as_deref());
    let listeners = listeners(api, &arn, found.listener_descriptions);
    Ok(LoadBalancer {
        arn,
        kind: Kind::Classic,
        scheme: found.scheme.as_deref().map(scheme).transpose()?,
        state: None,
        state_reason: None,
        zones: list_of("AvailabilityZones", found.availability_zones)?,
        outposts: Vec::new(),
        allocations: Vec::new(),
        private_link_rules: None,
        health_check: found
            .health_check
            .map(|check| strict::filled("Target", check.target))
            .transpose()?,
        backend_policies: backends.into_iter().collect(),
        dns_name: strict::if_any("DNSName", found.dns_name)?,
        vpc_id: found.vpc.filter(|id| !id.is_empty()),
        ip_address_type: None,
        subnets: list_of("Subnets", found.subnets)?,
        security_groups: list_of("SecurityGroups", found.security_groups)?,
        created: found.created_time.map(time).transpose()?,
        attributes: Fact::not_collected(Call::ElbDescribeLoadBalancerAttributes),
        tags: Fact::not_collected(Call::ElbDescribeTags),
        listeners,
        web_acl: Fact::Known(None),
        policies: Fact::not_collected(Call::ElbDescribeLoadBalancerPolicies),
        instances: Fact::not_collected(Call::ElbDescribeInstanceHealth),
        traffic: Fact::not_collected(Call::CloudWatchGetMetricData),
        reserved_capacity: Fact::Known(0),
        name,
    })
}

/// This API takes in no new words.
fn scheme(word: &str) -> Understood<Scheme> {
    match Scheme::from(word) {
        Scheme::Other(word) => Err(Unexpected::Value("Scheme", word)),
        known => Ok(known),
    }
}

/// The listeners. What is not understood of them costs no more than it has to.
fn listeners(
    api: &ApiClient,
    arn: &str,
    found: Option<Members<DescriptionXml>>,
) -> Fact<Vec<Listener>> {
    let unexpected =
        |said: Unexpected| api.unexpected(Call::ElbDescribeLoadBalancers, Some(arn), &said);
    let read = || {
        let mut ports = BTreeSet::new();
        let all = required("ListenerDescriptions", found)?;
        each_once(all.member, |one| {
            let listener = listener(one, unexpected)?;
            // Of two for one port nobody knows which is right.
            match listener.port.filter(|port| !ports.insert(*port)) {
                Some(port) => Err(Unexpected::Value("LoadBalancerPort", port.to_string())),
                None => Ok(listener),
            }
        })
    };
    read().map_or_else(|said| Fact::Unread(unexpected(said)), Fact::Known)
}

fn listener(found: DescriptionXml, unexpected: impl Fn(Unexpected) -> Gap) -> Understood<Listener> {
    let own = required("Listener", found.listener)?;
    let protocol = protocol("Protocol", own.protocol)?;
    let instance_protocol = self::protocol("InstanceProtocol", own.instance_protocol)?;
    let instance_port = port("InstancePort", own.instance_port)?;
    let certificate = own.certificate.filter(|arn| !arn.is_empty());
    let mut listener = Listener {
        id: String::new(),
        port: Some(port("LoadBalancerPort", own.load_balancer_port)?),
        instance_side: Some(format!("{instance_protocol}:{instance_port}")),
        protocol: Some(protocol.as_str().into()),
        ssl_policy: None,
        policy_names: list_of("PolicyNames", found.policy_names)?,
        certificates: Fact::Known(certificate.clone().into_iter().collect()),
        default_certificate: certificate,
        default_actions: Vec::new(),
        rules: Fact::Known(Vec::new()),
        mutual_authentication: None,
        alpn: None,
        attributes: Fact::Known(BTreeMap::new()),
    };
    if listener.speaks(&[Protocol::Https, Protocol::Ssl]) && listener.default_certificate.is_none()
    {
        listener.certificates = Fact::Unread(unexpected(Unexpected::Missing("SSLCertificateId")));
    }
    listener.id = listener.label();
    Ok(listener)
}

/// One of the four that Classic load balancers speak.
fn protocol(name: &'static str, word: Option<String>) -> Understood<String> {
    let word = required(name, word)?;
    match Protocol::from(word.as_str()) {
        Protocol::Http | Protocol::Https | Protocol::Tcp | Protocol::Ssl => Ok(word),
        _ => Err(Unexpected::Value(name, word)),
    }
}

fn port(name: &'static str, text: Option<String>) -> Understood<u16> {
    let text = required(name, text)?;
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or(Unexpected::Value(name, text))
}

fn time(text: String) -> Understood<Timestamp> {
    text.parse().map_err(|_| Unexpected::Value("CreatedTime", text))
}

/// A list, which AWS sends even when it is empty.
fn list_of(name: &'static str, list: Option<Members<String>>) -> Understood<Vec<String>> {
    strict::all_filled(name, required(name, list)?.member)
}

#[derive(Debug, Deserialize)]
struct HealthAnswer {
    #[serde(rename = "DescribeInstanceHealthResult")]
    result: HealthResult,
}

#[derive(Debug, Deserialize)]
struct HealthResult {
    #[serde(rename = "InstanceStates")]
    states: Members<StateXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StateXml {
    #[serde(deserialize_with = "strict::text")]
    instance_id: String,
    #[serde(deserialize_with = "strict::text")]
    state: String,
    reason_code: Option<String>,
    description: Option<String>,
}

/// The instances of a load balancer and their state.
pub(crate) async fn instances(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<Target>> {
    let call = Call::ElbDescribeInstanceHealth;
    let parameters = [("LoadBalancerName", lb.name.as_str())];
    let answer = client.form::<HealthAnswer>(call.operation(), &parameters);
    api.call(call, Some(&lb.arn), answer).await.map(|answer| {
        let all = answer.result.states.member.into_iter().map(instance).collect();
        api.merge_repeated(&format!("instance of {}", lb.name), all, |one: &Target| one.id.clone())
    })
}

fn instance(found: StateXml) -> Target {
    Target {
        id: found.instance_id,
        port: None,
        zone: None,
        state: found.state.as_str().into(),
        reason: found.reason_code.filter(|code| code != "N/A"),
        description: found.description.filter(|words| words != "N/A"),
    }
}
