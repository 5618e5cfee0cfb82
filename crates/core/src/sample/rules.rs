//! Listeners of the samples, their rules, conditions and actions.

use std::collections::BTreeMap;

use super::{
    ACCOUNT, CERTIFICATE, REGION, SSL_POLICY, classic_listener, group_arn, known, only, open_group,
    text_map, with_region,
};
use crate::fact::Fact;
use crate::inventory::{
    Action, Condition, FixedResponse, Inventory, Kind, Listener, Permission, Redirect, Rule,
    WeightedGroup,
};

/// Attributes of a clean listener: an HTTPS one sends the headers that protect browsers.
fn listener_attributes(protocol: &str) -> BTreeMap<String, String> {
    match protocol {
        "HTTPS" => text_map(&[
            ("routing.http.response.server.enabled", "false"),
            (
                "routing.http.response.strict_transport_security.header_value",
                "max-age=31536000; includeSubDomains",
            ),
            (
                "routing.http.response.content_security_policy.header_value",
                "frame-ancestors 'none'",
            ),
            ("routing.http.response.x_content_type_options.header_value", "nosniff"),
            ("routing.http.response.x_frame_options.header_value", "DENY"),
        ]),
        "HTTP" => text_map(&[("routing.http.response.server.enabled", "false")]),
        "TCP" | "TLS" => text_map(&[("tcp.idle_timeout.seconds", "350")]),
        _ => BTreeMap::new(),
    }
}

pub(super) fn clean_listeners(kind: &Kind) -> Vec<Listener> {
    match kind {
        Kind::Application => {
            vec![https(vec![forward("web")]), listener("HTTP", 80, vec![redirect_to_https()])]
        }
        Kind::Network => {
            let mut tls = https(vec![forward("web")]);
            tls.protocol = Some("TLS".to_owned());
            tls.alpn = Some("HTTP2Preferred".to_owned());
            vec![tls]
        }
        Kind::Classic => vec![classic_listener("HTTPS", 443)],
        Kind::Gateway | Kind::Other(_) => {
            let mut all = listener("", 0, vec![forward("web")]);
            all.protocol = None;
            all.port = None;
            vec![all]
        }
    }
}

/// A listener that does this by default and has no other rule.
#[must_use]
pub fn listener(protocol: &str, port: u16, default_actions: Vec<Action>) -> Listener {
    Listener {
        id: format!(
            "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/web/50dc6c495c0c9188/{port:016x}"
        ),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        instance_side: None,
        ssl_policy: None,
        policy_names: Vec::new(),
        default_certificate: None,
        certificates: Fact::Known(Vec::new()),
        rules: Fact::Known(vec![rule(None, Vec::new(), default_actions.clone())]),
        default_actions,
        mutual_authentication: None,
        alpn: None,
        attributes: Fact::Known(listener_attributes(protocol)),
    }
}

/// A clean HTTPS listener on port 443 that does this by default.
#[must_use]
pub fn https(default_actions: Vec<Action>) -> Listener {
    let mut https = listener("HTTPS", 443, default_actions);
    https.ssl_policy = Some(SSL_POLICY.to_owned());
    https.default_certificate = Some(CERTIFICATE.to_owned());
    https.certificates = Fact::Known(vec![CERTIFICATE.to_owned()]);
    https
}

/// The listener with these rules before its default one.
#[must_use]
pub fn ruled(mut listener: Listener, mut rules: Vec<Rule>) -> Listener {
    rules.push(rule(None, Vec::new(), listener.default_actions.clone()));
    listener.rules = Fact::Known(rules);
    listener
}

/// A rule; without priority the default one.
#[must_use]
pub fn rule(priority: Option<u32>, conditions: Vec<Condition>, actions: Vec<Action>) -> Rule {
    let number = priority.map_or_else(|| "default".to_owned(), |priority| priority.to_string());
    Rule {
        arn: format!(
            "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener-rule/app/web/50dc6c495c0c9188/1/{number}"
        ),
        priority,
        conditions,
        actions,
        transforms: Vec::new(),
    }
}

/// A condition on the path.
#[must_use]
pub fn path(patterns: &[&str]) -> Condition {
    condition("path-pattern", patterns)
}

/// A condition on the host.
#[must_use]
pub fn host(patterns: &[&str]) -> Condition {
    condition("host-header", patterns)
}

/// A condition on this field.
#[must_use]
pub fn condition(field: &str, values: &[&str]) -> Condition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Condition { field: field.to_owned(), values, ..Condition::default() }
}

/// Forwards to the sample group with this name.
#[must_use]
pub fn forward(name: &str) -> Action {
    forward_weighted(&[(name, None)])
}

/// Forwards to several groups.
#[must_use]
pub fn forward_weighted(groups: &[(&str, Option<i32>)]) -> Action {
    let weighted = |(name, weight): &(&str, Option<i32>)| WeightedGroup {
        arn: group_arn(name),
        weight: *weight,
    };
    Action {
        kind: "forward".to_owned(),
        target_groups: groups.iter().map(weighted).collect(),
        ..Action::default()
    }
}

/// The redirect that AWS recommends for port 80.
#[must_use]
pub fn redirect_to_https() -> Action {
    redirect(Some("HTTPS"), Some("443"))
}

/// A redirect to this protocol and port.
#[must_use]
pub fn redirect(protocol: Option<&str>, port: Option<&str>) -> Action {
    Action {
        kind: "redirect".to_owned(),
        redirect: Some(Redirect {
            protocol: protocol.map(str::to_owned),
            port: port.map(str::to_owned),
            status: Some("HTTP_301".to_owned()),
            ..Redirect::default()
        }),
        ..Action::default()
    }
}

/// A response of the load balancer's own.
#[must_use]
pub fn fixed_response(status: &str) -> Action {
    Action {
        kind: "fixed-response".to_owned(),
        fixed_response: Some(FixedResponse {
            status: Some(status.to_owned()),
            ..FixedResponse::default()
        }),
        ..Action::default()
    }
}

/// The clean account of this kind, its load balancer listening with these alone, and its security group
/// open on their ports.
#[must_use]
pub fn listening(kind: &Kind, listeners: Vec<Listener>) -> Inventory {
    with_region(kind, |region| {
        let door = known(&mut region.security_groups).find(|group| group.id == "sg-web");
        if let (Some(door), false) = (door, listeners.is_empty()) {
            door.ingress = listeners.iter().flat_map(admitting).collect();
        }
        only(region).listeners = Fact::Known(listeners);
    })
}

/// What admits everyone to a listener.
fn admitting(listener: &Listener) -> Vec<Permission> {
    let transports: &[&str] = match listener.protocol.as_deref() {
        Some("UDP" | "QUIC") => &["udp"],
        Some("TCP_UDP" | "TCP_QUIC") => &["tcp", "udp"],
        _ => &["tcp"],
    };
    let ports: Vec<i32> = listener.port.map(i32::from).into_iter().collect();
    let open = open_group("sg-web", &ports).ingress.into_iter();
    let by = |transport: &str, open: Permission| Permission { protocol: transport.into(), ..open };
    open.flat_map(|open| transports.iter().map(move |one| by(one, open.clone()))).collect()
}
