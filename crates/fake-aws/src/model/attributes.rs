//! The attributes of load balancers, target groups and listeners, with AWS's documented defaults.

use std::collections::BTreeMap;

/// What a test changes in the defaults: a value sets the key, `None` leaves it out of the answer.
pub type Changes = BTreeMap<String, Option<String>>;

/// Attribute keys with their default values, in the order in which they are answered.
pub(crate) type Pairs = Vec<(String, String)>;

const APPLICATION: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.prefix", ""),
    ("connection_logs.s3.enabled", "false"),
    ("connection_logs.s3.bucket", ""),
    ("connection_logs.s3.prefix", ""),
    ("health_check_logs.s3.enabled", "false"),
    ("health_check_logs.s3.bucket", ""),
    ("health_check_logs.s3.prefix", ""),
    ("client_keep_alive.seconds", "3600"),
    ("deletion_protection.enabled", "false"),
    ("idle_timeout.timeout_seconds", "60"),
    ("load_balancing.cross_zone.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("routing.http.x_amzn_tls_kx.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];

const NETWORK: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.prefix", ""),
    ("deletion_protection.enabled", "false"),
    ("dns_record.client_routing_policy", "any_availability_zone"),
    ("load_balancing.cross_zone.enabled", "false"),
    ("secondary_ips.auto_assigned.per_subnet", "0"),
    ("zonal_shift.config.enabled", "false"),
];

const GATEWAY: &[(&str, &str)] =
    &[("deletion_protection.enabled", "false"), ("load_balancing.cross_zone.enabled", "false")];

const GROUP_HEALTH: &[(&str, &str)] = &[
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];

const APPLICATION_GROUP: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("slow_start.duration_seconds", "0"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("waf.http2.traffic_inspection_behavior", "inspect_immediately"),
    ("routing.http2.rst_stream_error_forwarding.enabled", "false"),
];

const NETWORK_GROUP: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "source_ip"),
    ("proxy_protocol_v2.enabled", "false"),
    ("target_health_state.unhealthy.connection_termination.enabled", "true"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];

const GATEWAY_GROUP: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "source_ip_dest_ip_proto"),
    ("target_failover.on_deregistration", "no_rebalance"),
    ("target_failover.on_unhealthy", "no_rebalance"),
    ("send_tcp_reset.on_unhealthy.enabled", "false"),
    ("send_tcp_reset.on_deregistration.enabled", "false"),
];

/// Response headers that an Application load balancer can add: `routing.http.response.….header_value`.
const RESPONSE_HEADERS: &[&str] = &[
    "strict_transport_security",
    "access_control_allow_origin",
    "access_control_allow_methods",
    "access_control_allow_headers",
    "access_control_allow_credentials",
    "access_control_expose_headers",
    "access_control_max_age",
    "content_security_policy",
    "x_content_type_options",
    "x_frame_options",
];

/// Request headers that an HTTPS listener can rename, with their own names.
const REQUEST_HEADERS: &[(&str, &str)] = &[
    ("x_amzn_mtls_clientcert_serial_number", "X-Amzn-Mtls-Clientcert-Serial-Number"),
    ("x_amzn_mtls_clientcert_issuer", "X-Amzn-Mtls-Clientcert-Issuer"),
    ("x_amzn_mtls_clientcert_subject", "X-Amzn-Mtls-Clientcert-Subject"),
    ("x_amzn_mtls_clientcert_validity", "X-Amzn-Mtls-Clientcert-Validity"),
    ("x_amzn_mtls_clientcert_leaf", "X-Amzn-Mtls-Clientcert-Leaf"),
    ("x_amzn_mtls_clientcert", "X-Amzn-Mtls-Clientcert"),
    ("x_amzn_tls_version", "X-Amzn-Tls-Version"),
    ("x_amzn_tls_cipher_suite", "X-Amzn-Tls-Cipher-Suite"),
];

/// The attributes of a load balancer of type `kind`.
pub(crate) fn load_balancer(kind: &str, internal: bool) -> Pairs {
    let deny = ("ipv6.deny_all_igw_traffic".to_owned(), internal.to_string());
    match kind {
        "network" => owned(NETWORK).chain([deny]).collect(),
        "gateway" => owned(GATEWAY).collect(),
        _ => owned(APPLICATION).chain([deny]).collect(),
    }
}

/// The attributes of a target group, by target type and protocol.
pub(crate) fn target_group(target_type: &str, protocol: Option<&str>) -> Pairs {
    if target_type == "lambda" {
        return owned(&[("lambda.multi_value_headers.enabled", "false")])
            .chain(owned(GROUP_HEALTH))
            .collect();
    }
    match protocol {
        Some("GENEVE") => owned(GATEWAY_GROUP).collect(),
        Some("HTTP" | "HTTPS") => owned(APPLICATION_GROUP).chain(owned(GROUP_HEALTH)).collect(),
        other => network_group(target_type, other.unwrap_or_default()),
    }
}

fn network_group(target_type: &str, protocol: &str) -> Pairs {
    let udp = matches!(protocol, "UDP" | "TCP_UDP");
    let hides_client = target_type == "ip" && matches!(protocol, "TCP" | "TLS");
    owned(NETWORK_GROUP)
        .chain([
            ("deregistration_delay.connection_termination.enabled".to_owned(), udp.to_string()),
            ("preserve_client_ip.enabled".to_owned(), (!hides_client).to_string()),
        ])
        .chain(owned(GROUP_HEALTH))
        .collect()
}

/// The attributes of a listener, by the type of its load balancer and its protocol.
pub(crate) fn listener(kind: &str, protocol: Option<&str>) -> Pairs {
    match kind {
        "network" => owned(&[("tcp.idle_timeout.seconds", "350")]).collect(),
        "gateway" => owned(&[
            ("tcp.idle_timeout.seconds", "350"),
            ("send_tcp_reset.on_idle_timeout.enabled", "false"),
        ])
        .collect(),
        _ => application_listener(protocol == Some("HTTPS")),
    }
}

fn application_listener(https: bool) -> Pairs {
    let renames = REQUEST_HEADERS
        .iter()
        .filter(|_| https)
        .map(|(key, name)| (format!("routing.http.request.{key}.header_name"), (*name).to_owned()));
    let added = RESPONSE_HEADERS
        .iter()
        .map(|key| (format!("routing.http.response.{key}.header_value"), String::new()));
    owned(&[("routing.http.response.server.enabled", "true")]).chain(added).chain(renames).collect()
}

/// The defaults with a test's changes; keys that AWS does not know are kept as given.
pub(crate) fn changed(defaults: Pairs, changes: &Changes) -> Pairs {
    let fresh: Pairs = changes
        .iter()
        .filter(|(key, _)| defaults.iter().all(|(known, _)| known != *key))
        .filter_map(|(key, value)| Some((key.clone(), value.clone()?)))
        .collect();
    defaults
        .into_iter()
        .filter_map(|(key, default)| match changes.get(&key) {
            None => Some((key, default)),
            Some(Some(value)) => Some((key, value.clone())),
            Some(None) => None,
        })
        .chain(fresh)
        .collect()
}

fn owned(pairs: &'static [(&'static str, &'static str)]) -> impl Iterator<Item = (String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
}
