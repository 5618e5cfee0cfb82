//! Elastic Load Balancing, second version: Application, Network and Gateway load balancers.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::secret;
use elb_audit_core::inventory::{
    Action, Authentication, Condition, ConditionField, FixedResponse, IdentityFilter,
    JwtValidation, Kind, Listener, LoadBalancer, MutualAuthentication, Redirect, Rule, SslPolicy,
    Target, TargetGroup, Transform, WeightedGroup,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing, Reason};

use crate::aws::api::ApiClient;
use crate::aws::timestamp;
use crate::aws::verbatim::Verbatim;

mod identity;
mod limits;
mod trust;

pub(crate) use limits::{account_limits, reserved_capacity};
pub(crate) use trust::{revocation_lists, shared_with, trust_stores, users};

/// AWS takes at most this many ARNs in one question for tags.
const TAG_BATCH: usize = 20;
/// The largest page of this API.
const PAGE: i32 = 400;

/// The region's load balancers, without what has to be asked for one by one.
pub(crate) async fn list(api: &ApiClient, client: &Client) -> Listing<LoadBalancer> {
    let call = Call::ElbV2DescribeLoadBalancers;
    let page = move |marker| async move {
        let request = client.describe_load_balancers().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.load_balancers, answer.next_marker))
    };
    let (found, gap) = api.pages(call, page).await;
    let items = found.into_iter().map(load_balancer).collect();
    Listing { items, rest: gap.map_or(Fact::Known(()), Fact::Unread) }
}

fn load_balancer(found: sdk::LoadBalancer) -> LoadBalancer {
    let zones = found.availability_zones.unwrap_or_default();
    let addresses = zones.iter().flat_map(sdk::AvailabilityZone::load_balancer_addresses);
    let allocations = addresses.filter_map(|address| address.allocation_id.clone()).collect();
    let (state, state_reason) =
        found.state.map_or((None, None), |state| (state.code, state.reason));
    let arn = found.load_balancer_arn.unwrap_or_default();
    LoadBalancer {
        kind: kind(&arn, found.r#type.as_ref()),
        arn,
        name: found.load_balancer_name.unwrap_or_default(),
        scheme: found.scheme.map(|scheme| scheme.as_str().into()),
        state: state.map(|code| code.as_str().to_owned()),
        state_reason,
        zones: zones.iter().filter_map(|zone| zone.zone_name.clone()).collect(),
        outposts: zones.iter().filter_map(|zone| zone.outpost_id.clone()).collect(),
        allocations,
        private_link_rules: found.enforce_security_group_inbound_rules_on_private_link_traffic,
        health_check: None,
        backend_policies: BTreeMap::new(),
        dns_name: found.dns_name,
        vpc_id: found.vpc_id,
        ip_address_type: found.ip_address_type.map(|kind| kind.as_str().into()),
        subnets: zones.into_iter().filter_map(|zone| zone.subnet_id).collect(),
        security_groups: found.security_groups.unwrap_or_default(),
        created: found.created_time.as_ref().and_then(timestamp),
        attributes: Fact::not_collected(Call::ElbV2DescribeLoadBalancerAttributes),
        tags: Fact::not_collected(Call::ElbV2DescribeTags),
        listeners: Fact::not_collected(Call::ElbV2DescribeListeners),
        web_acl: Fact::not_collected(Call::Wafv2GetWebAclForResource),
        policies: Fact::Known(Vec::new()),
        instances: Fact::Known(Vec::new()),
        traffic: Fact::not_collected(Call::CloudWatchGetMetricData),
        reserved_capacity: Fact::not_collected(Call::ElbV2DescribeCapacityReservation),
    }
}

/// The answer's own word; where it is missing, what the ARN says.
fn kind(arn: &str, word: Option<&sdk::LoadBalancerTypeEnum>) -> Kind {
    match word {
        Some(word) => Kind::from(word.as_str()),
        None => match arn.split('/').nth(1) {
            Some("app") => Kind::Application,
            Some("net") => Kind::Network,
            Some("gwy") => Kind::Gateway,
            other => Kind::Other(other.unwrap_or_default().to_owned()),
        },
    }
}

/// The listeners of a load balancer, without rules and SNI certificates.
pub(crate) async fn listeners(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<Listener>> {
    let call = Call::ElbV2DescribeListeners;
    let page = move |marker| async move {
        let request = client
            .describe_listeners()
            .load_balancer_arn(&lb.arn)
            .page_size(PAGE)
            .set_marker(marker);
        let verbatim = Verbatim::default();
        let request = request.customize().interceptor(verbatim.clone());
        let answer = api.call(call, Some(&lb.arn), request.send()).await;
        answer.map(|answer| {
            let mut filters = identity::filters(&verbatim.text());
            let listeners = answer.listeners.map(|all| {
                let all = all.into_iter().map(listener);
                all.map(|one| with_filters(one, &mut filters)).collect()
            });
            (listeners, answer.next_marker)
        })
    };
    api.all_pages(call, page).await
}

/// The listener with what the SDK does not know of its mutual TLS.
fn with_filters(
    mut listener: Listener,
    filters: &mut HashMap<String, Vec<IdentityFilter>>,
) -> Listener {
    if let Some(mutual) = &mut listener.mutual_authentication {
        mutual.identity_filters = filters.remove(&listener.id).unwrap_or_default();
    }
    listener
}

fn listener(found: sdk::Listener) -> Listener {
    let protocol = found.protocol.filter(|protocol| !protocol.as_str().is_empty());
    let default_certificate = found
        .certificates
        .unwrap_or_default()
        .into_iter()
        .find_map(|certificate| certificate.certificate_arn);
    let default_actions: Vec<Action> =
        found.default_actions.unwrap_or_default().into_iter().map(action).collect();
    let arn = found.listener_arn.unwrap_or_default();
    Listener {
        rules: Fact::Known(vec![default_rule(&arn, &default_actions)]),
        id: arn,
        protocol: protocol.map(|protocol| protocol.as_str().into()),
        port: found.port.and_then(|port| u16::try_from(port).ok()),
        instance_side: None,
        ssl_policy: found.ssl_policy,
        policy_names: Vec::new(),
        certificates: Fact::Known(default_certificate.clone().into_iter().collect()),
        default_certificate,
        default_actions,
        mutual_authentication: found.mutual_authentication.map(mutual_authentication),
        alpn: found.alpn_policy.and_then(|names| names.into_iter().next()),
        attributes: Fact::not_collected(Call::ElbV2DescribeListenerAttributes),
    }
}

fn mutual_authentication(found: sdk::MutualAuthenticationAttributes) -> MutualAuthentication {
    let status = found.trust_store_association_status;
    let advertise = found.advertise_trust_store_ca_names;
    MutualAuthentication {
        mode: found.mode.as_deref().map(Into::into),
        trust_store_arn: found.trust_store_arn,
        ignore_client_certificate_expiry: found.ignore_client_certificate_expiry,
        trust_store_status: status.map(|status| status.as_str().to_owned()),
        advertise_authorities: advertise.map(|word| word.as_str().to_owned()),
        identity_filters: Vec::new(),
    }
}

/// The only rule of a listener that can have no others.
fn default_rule(listener: &str, actions: &[Action]) -> Rule {
    Rule {
        arn: listener.to_owned(),
        priority: None,
        conditions: Vec::new(),
        actions: actions.to_vec(),
        transforms: Vec::new(),
    }
}

/// The rules of a listener by priority, the default one last.
pub(crate) async fn rules(
    api: &ApiClient,
    client: &Client,
    kind: &Kind,
    listener: &Listener,
) -> Fact<Vec<Rule>> {
    let call = Call::ElbV2DescribeRules;
    let arn = listener.id.as_str();
    let page = move |marker| async move {
        let request = client.describe_rules().listener_arn(arn).page_size(PAGE).set_marker(marker);
        let answer = api.call(call, Some(arn), request.send()).await;
        answer.map(|answer| (answer.rules, answer.next_marker))
    };
    match api.all_pages(call, page).await {
        Fact::Known(found) => {
            let mut rules: Vec<Rule> = found.into_iter().map(rule).collect();
            rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
            if rules.iter().all(|rule| rule.priority.is_some()) {
                let gap =
                    Gap::new(call, Reason::Malformed).saying("the answer has no default rule");
                return Fact::Unread(api.located(gap, Some(arn)));
            }
            Fact::Known(rules)
        }
        // A Network load balancer's listener that cannot have rules is "not found".
        Fact::Unread(gap) if *kind == Kind::Network && gap.reason == Reason::NotFound => {
            Fact::Known(vec![default_rule(arn, &listener.default_actions)])
        }
        Fact::Unread(gap) => Fact::Unread(gap),
    }
}

fn rule(found: sdk::Rule) -> Rule {
    Rule {
        arn: found.rule_arn.unwrap_or_default(),
        priority: found.priority.and_then(|priority| priority.parse().ok()),
        conditions: found.conditions.unwrap_or_default().into_iter().map(condition).collect(),
        actions: found.actions.unwrap_or_default().into_iter().map(action).collect(),
        transforms: found.transforms.unwrap_or_default().into_iter().map(transform).collect(),
    }
}

fn transform(found: sdk::RuleTransform) -> Transform {
    let host = found.host_header_rewrite_config.and_then(|config| config.rewrites);
    let url = found.url_rewrite_config.and_then(|config| config.rewrites);
    let rewrites = host.into_iter().chain(url).flatten();
    let pair = |rewrite: sdk::RewriteConfig| {
        (rewrite.regex.unwrap_or_default(), rewrite.replace.unwrap_or_default())
    };
    Transform {
        kind: found.r#type.map(|kind| kind.as_str().into()).unwrap_or_default(),
        rewrites: rewrites.map(pair).collect(),
    }
}

/// A condition, whichever of AWS's two ways it is written in.
fn condition(found: sdk::RuleCondition) -> Condition {
    let header =
        found.http_header_config.as_ref().and_then(|config| config.http_header_name.clone());
    let mut condition = Condition {
        field: found.field.unwrap_or_default().as_str().into(),
        regex_values: found.regex_values.unwrap_or_default(),
        ..Condition::default()
    };
    if condition.field == ConditionField::HttpHeader {
        let name = header.as_deref().unwrap_or_default();
        condition.regex_values = redacted_regexes(name, condition.regex_values);
    }
    let mut add = |values: Option<Vec<String>>, regex: Option<Vec<String>>| {
        condition.values.extend(values.unwrap_or_default());
        condition.regex_values.extend(regex.unwrap_or_default());
    };
    if let Some(config) = found.host_header_config {
        add(config.values, config.regex_values);
    }
    if let Some(config) = found.path_pattern_config {
        add(config.values, config.regex_values);
    }
    if let Some(config) = found.http_request_method_config {
        add(config.values, None);
    }
    if let Some(config) = found.http_header_config {
        let name = config.http_header_name.unwrap_or_default();
        let values = config.values.map(|values| redacted(&name, values));
        add(values, config.regex_values.map(|values| redacted_regexes(&name, values)));
        condition.header = Some(name);
    }
    if let Some(config) = found.query_string_config {
        let pairs = config.values.unwrap_or_default().into_iter().map(|pair| {
            let value = secret::kept_of_parameter(pair.value.unwrap_or_default());
            pair.key.map_or_else(|| value.clone(), |key| format!("{key}={value}"))
        });
        condition.values.extend(pairs);
    }
    if let Some(config) = found.source_ip_config {
        condition.values.extend(config.values.unwrap_or_default());
        condition.ip_address_type = config.ip_address_type.map(|kind| kind.as_str().to_owned());
    }
    for value in found.values.unwrap_or_default() {
        if !condition.values.contains(&value) {
            condition.values.push(value);
        }
    }
    condition
}

/// Values of a header condition, without secrets.
fn redacted(header: &str, values: Vec<String>) -> Vec<String> {
    values.into_iter().map(|value| secret::kept_of_header(header, value)).collect()
}

fn redacted_regexes(header: &str, regexes: Vec<String>) -> Vec<String> {
    regexes.into_iter().map(|regex| secret::kept_of_header_regex(header, regex)).collect()
}

fn action(found: sdk::Action) -> Action {
    let oidc = found.authenticate_oidc_config.map(|config| {
        let endpoints =
            [config.authorization_endpoint, config.token_endpoint, config.user_info_endpoint];
        Authentication {
            on_unauthenticated_request: config
                .on_unauthenticated_request
                .map(|word| word.as_str().to_owned()),
            authority: config.issuer,
            endpoints: endpoints.into_iter().flatten().collect(),
            session_timeout: config.session_timeout,
        }
    });
    let cognito = found.authenticate_cognito_config.map(|config| Authentication {
        on_unauthenticated_request: config
            .on_unauthenticated_request
            .map(|word| word.as_str().to_owned()),
        authority: config.user_pool_arn,
        endpoints: Vec::new(),
        session_timeout: config.session_timeout,
    });
    Action {
        kind: found.r#type.map(|kind| kind.as_str().into()).unwrap_or_default(),
        order: found.order,
        target_groups: groups(found.forward_config, found.target_group_arn),
        redirect: found.redirect_config.map(|config| Redirect {
            protocol: config.protocol,
            port: config.port,
            host: config.host,
            path: config.path,
            query: config.query,
            status: config.status_code.map(|code| code.as_str().to_owned()),
        }),
        fixed_response: found.fixed_response_config.map(|config| FixedResponse {
            status: config.status_code,
            discloses: FixedResponse::disclosures(&config.message_body.unwrap_or_default()),
        }),
        authentication: oidc.or(cognito),
        jwt: found.jwt_validation_config.map(token),
    }
}

/// What a token has to show. The values that claims are compared with may be secrets and are not kept.
fn token(found: sdk::JwtValidationActionConfig) -> JwtValidation {
    let claims = found.additional_claims.unwrap_or_default().into_iter();
    JwtValidation {
        issuer: found.issuer,
        jwks_endpoint: found.jwks_endpoint,
        claims: claims.filter_map(|claim| claim.name).collect(),
    }
}

/// Where an action forwards to: the weighted groups, and the single one where it is not among them.
fn groups(config: Option<sdk::ForwardActionConfig>, single: Option<String>) -> Vec<WeightedGroup> {
    let weighted = config.and_then(|config| config.target_groups).unwrap_or_default();
    let weighted = weighted.into_iter().filter_map(|group| {
        let weight = group.weight;
        group.target_group_arn.map(|arn| WeightedGroup { arn, weight })
    });
    let mut groups: Vec<WeightedGroup> = weighted.collect();
    if let Some(arn) = single.filter(|single| groups.iter().all(|group| group.arn != *single)) {
        groups.push(WeightedGroup { arn, weight: None });
    }
    groups
}

/// The default certificate and all that are chosen by SNI.
pub(crate) async fn certificates(
    api: &ApiClient,
    client: &Client,
    listener: &Listener,
) -> Fact<Vec<String>> {
    let call = Call::ElbV2DescribeListenerCertificates;
    let page = move |marker| async move {
        let request = client
            .describe_listener_certificates()
            .listener_arn(&listener.id)
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, Some(&listener.id), request.send()).await;
        answer.map(|answer| (answer.certificates, answer.next_marker))
    };
    api.all_pages(call, page).await.map(|found| {
        let mut arns = Vec::from_iter(listener.default_certificate.clone());
        for arn in found.into_iter().filter_map(|certificate| certificate.certificate_arn) {
            if !arns.contains(&arn) {
                arns.push(arn);
            }
        }
        arns
    })
}

/// Attributes of a listener.
pub(crate) async fn listener_attributes(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbV2DescribeListenerAttributes;
    let request = client.describe_listener_attributes().listener_arn(arn).send();
    let found = api.call(call, Some(arn), request).await.map(|answer| answer.attributes);
    let found = api.required_list(call, arn, found);
    found.and_then(|all| api.pairs(call, arn, all.into_iter().map(|pair| (pair.key, pair.value))))
}

/// Attributes of a load balancer.
pub(crate) async fn attributes(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbV2DescribeLoadBalancerAttributes;
    let request = client.describe_load_balancer_attributes().load_balancer_arn(arn).send();
    let found = api.call(call, Some(arn), request).await.map(|answer| answer.attributes);
    let found = api.required_list(call, arn, found);
    found.and_then(|all| api.pairs(call, arn, all.into_iter().map(|pair| (pair.key, pair.value))))
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

/// The region's target groups, without their targets.
pub(crate) async fn target_groups(api: &ApiClient, client: &Client) -> Fact<Vec<TargetGroup>> {
    let call = Call::ElbV2DescribeTargetGroups;
    let page = move |marker| async move {
        let request = client.describe_target_groups().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.target_groups, answer.next_marker))
    };
    api.all_pages(call, page).await.map(|all| all.into_iter().map(target_group).collect())
}

fn target_group(found: sdk::TargetGroup) -> TargetGroup {
    TargetGroup {
        arn: found.target_group_arn.unwrap_or_default(),
        name: found.target_group_name.unwrap_or_default(),
        protocol: found.protocol.map(|protocol| protocol.as_str().into()),
        port: found.port.and_then(|port| u16::try_from(port).ok()),
        target_type: found.target_type.map(|kind| kind.as_str().into()),
        protocol_version: found.protocol_version,
        vpc_id: found.vpc_id,
        health_check_enabled: found.health_check_enabled,
        health_check_protocol: found.health_check_protocol.map(|protocol| protocol.as_str().into()),
        health_check_port: found.health_check_port,
        health_check_path: found.health_check_path,
        load_balancer_arns: found.load_balancer_arns.unwrap_or_default(),
        targets: Fact::not_collected(Call::ElbV2DescribeTargetHealth),
        attributes: Fact::not_collected(Call::ElbV2DescribeTargetGroupAttributes),
    }
}

/// The targets of a group and their health.
pub(crate) async fn targets(api: &ApiClient, client: &Client, arn: &str) -> Fact<Vec<Target>> {
    let call = Call::ElbV2DescribeTargetHealth;
    let request = client.describe_target_health().target_group_arn(arn).send();
    let found = api.call(call, Some(arn), request).await;
    let found = api.required_list(call, arn, found.map(|answer| answer.target_health_descriptions));
    found.map(|all| all.into_iter().map(target).collect())
}

fn target(found: sdk::TargetHealthDescription) -> Target {
    let health = found.target_health;
    let target = found.target.unwrap_or_else(|| sdk::TargetDescription::builder().build());
    let reason = health.as_ref().and_then(|health| health.reason.as_ref());
    Target {
        id: target.id.unwrap_or_default(),
        port: target.port.and_then(|port| u16::try_from(port).ok()),
        zone: target.availability_zone,
        reason: reason.map(|reason| reason.as_str().to_owned()),
        state: health
            .as_ref()
            .and_then(|health| health.state.as_ref())
            .map_or("", |state| state.as_str())
            .into(),
        description: health.and_then(|health| health.description),
    }
}

/// The content of these security policies. One name that AWS does not know fails the whole question:
/// all policies are asked for then.
pub(crate) async fn ssl_policies(
    api: &ApiClient,
    client: &Client,
    names: &[String],
) -> Fact<Vec<SslPolicy>> {
    match policies(api, client, Some(names)).await {
        Fact::Unread(gap) if gap.reason == Reason::NotFound => policies(api, client, None).await,
        answer => answer,
    }
}

async fn policies(
    api: &ApiClient,
    client: &Client,
    names: Option<&[String]>,
) -> Fact<Vec<SslPolicy>> {
    let call = Call::ElbV2DescribeSslPolicies;
    let page = move |marker| async move {
        let request = client
            .describe_ssl_policies()
            .set_names(names.map(<[String]>::to_vec))
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.ssl_policies, answer.next_marker))
    };
    api.all_pages(call, page).await.map(|all| all.into_iter().map(ssl_policy).collect())
}

fn ssl_policy(found: sdk::SslPolicy) -> SslPolicy {
    let ciphers = found.ciphers.unwrap_or_default().into_iter();
    SslPolicy {
        name: found.name.unwrap_or_default(),
        protocols: found.ssl_protocols.unwrap_or_default(),
        ciphers: ciphers.filter_map(|cipher| cipher.name).collect(),
    }
}

/// Tags, by ARN. One ARN that is gone fails a whole batch: it is then asked for one by one.
pub(crate) async fn tags(
    api: &ApiClient,
    client: &Client,
    arns: &[String],
) -> BTreeMap<String, Fact<BTreeMap<String, String>>> {
    let mut tags = BTreeMap::new();
    for batch in arns.chunks(TAG_BATCH) {
        match tag_batch(api, client, batch).await {
            Ok(found) => tags.extend(found),
            Err(gap) if gap.reason == Reason::NotFound && batch.len() > 1 => {
                for arn in batch.chunks(1) {
                    match tag_batch(api, client, arn).await {
                        Ok(found) => tags.extend(found),
                        Err(gap) => tags.extend([(arn[0].clone(), Fact::Unread(gap))]),
                    }
                }
            }
            Err(gap) => {
                tags.extend(batch.iter().map(|arn| (arn.clone(), Fact::Unread(gap.clone()))));
            }
        }
    }
    tags
}

type Tags = Vec<(String, Fact<BTreeMap<String, String>>)>;

async fn tag_batch(api: &ApiClient, client: &Client, arns: &[String]) -> Result<Tags, Gap> {
    let call = Call::ElbV2DescribeTags;
    let request = client.describe_tags().set_resource_arns(Some(arns.to_vec())).send();
    let resource = if let [only] = arns { Some(only.as_str()) } else { None };
    let answer = match api.call(call, resource, request).await {
        Fact::Known(answer) => answer,
        Fact::Unread(gap) => return Err(gap),
    };
    let described = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(described
        .map(|description| {
            let tags = description.tags.unwrap_or_default().into_iter();
            let tags = tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
            (description.resource_arn.unwrap_or_default(), Fact::Known(tags.collect()))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_header_conditions_are_not_kept() {
        let hashed = redacted("X-Origin-Verify", vec!["hunter2".to_owned(), "*".to_owned()]);
        assert!(hashed[0].starts_with("sha256:") && !hashed[0].contains("hunter2"));
        assert_eq!(hashed[1], "*");
        let plain = vec!["*Chrome*".to_owned()];
        assert_eq!(redacted("User-Agent", plain.clone()), plain);
        let regex = redacted_regexes("X-Origin-Verify", vec!["^hunter2$".to_owned()]);
        assert!(regex[0].starts_with("sha256*:") && !regex[0].contains("hunter2"));
    }
}
