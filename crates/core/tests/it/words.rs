//! AWS's words are saved as AWS writes them, the known and the unknown.

use std::fmt::{Debug, Display};

use elb_audit_core::inventory::{
    ActionKind, ConditionField, IpAddressType, Kind, MutualTlsMode, Protocol, Scheme, TargetState,
    TargetType, TransformKind,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{from_value, json, to_value};

/// Words that no type knows. `Http` and `Other` are what variants are called here, not what AWS says.
const UNKNOWN: &[&str] =
    &["", "sideways", "http", "Http", "HTTPS ", "Internal", "Other", "healthY"];

/// Whether each of these words is read as this value, and every value written as its word.
fn kept<T>(known: &[(&str, T)], other: fn(String) -> T)
where
    T: Clone + Debug + Display + PartialEq + for<'a> From<&'a str> + Serialize + DeserializeOwned,
{
    let unknown = UNKNOWN.iter().map(|word| (*word, other((*word).to_owned())));
    for (word, value) in known.iter().cloned().chain(unknown) {
        assert_eq!(T::from(word), value, "{word:?}");
        assert_eq!(from_value::<T>(json!(word)).ok(), Some(value.clone()), "{word:?}");
        assert_eq!(to_value(&value).ok(), Some(json!(word)), "{value:?}");
        assert_eq!(value.to_string(), word, "{value:?}");
    }
    for wrong in [json!(null), json!(1), json!(true), json!([]), json!(["HTTP"]), json!({})] {
        let said = from_value::<T>(wrong.clone()).map_err(|error| error.to_string());
        let said = said.err().unwrap_or_default();
        assert!(said.ends_with(", expected a string"), "{wrong} is no word: {said}");
    }
}

#[test]
fn words_about_load_balancers_are_kept() {
    kept(
        &[
            ("classic", Kind::Classic),
            ("application", Kind::Application),
            ("network", Kind::Network),
            ("gateway", Kind::Gateway),
        ],
        Kind::Other,
    );
    kept(
        &[("internet-facing", Scheme::InternetFacing), ("internal", Scheme::Internal)],
        Scheme::Other,
    );
    kept(
        &[
            ("ipv4", IpAddressType::Ipv4),
            ("dualstack", IpAddressType::Dualstack),
            ("dualstack-without-public-ipv4", IpAddressType::DualstackWithoutPublicIpv4),
        ],
        IpAddressType::Other,
    );
    kept(
        &[
            ("off", MutualTlsMode::Off),
            ("passthrough", MutualTlsMode::Passthrough),
            ("verify", MutualTlsMode::Verify),
        ],
        MutualTlsMode::Other,
    );
}

#[test]
fn protocols_are_kept() {
    kept(
        &[
            ("HTTP", Protocol::Http),
            ("HTTPS", Protocol::Https),
            ("TCP", Protocol::Tcp),
            ("TLS", Protocol::Tls),
            ("UDP", Protocol::Udp),
            ("TCP_UDP", Protocol::TcpUdp),
            ("QUIC", Protocol::Quic),
            ("TCP_QUIC", Protocol::TcpQuic),
            ("SSL", Protocol::Ssl),
            ("GENEVE", Protocol::Geneve),
        ],
        Protocol::Other,
    );
}

#[test]
fn words_about_targets_are_kept() {
    kept(
        &[
            ("instance", TargetType::Instance),
            ("ip", TargetType::Ip),
            ("lambda", TargetType::Lambda),
            ("alb", TargetType::Alb),
        ],
        TargetType::Other,
    );
    kept(
        &[
            ("initial", TargetState::Initial),
            ("healthy", TargetState::Healthy),
            ("unhealthy", TargetState::Unhealthy),
            ("unhealthy.draining", TargetState::UnhealthyDraining),
            ("unused", TargetState::Unused),
            ("draining", TargetState::Draining),
            ("unavailable", TargetState::Unavailable),
            ("InService", TargetState::InService),
            ("OutOfService", TargetState::OutOfService),
            ("Unknown", TargetState::Unknown),
        ],
        TargetState::Other,
    );
}

#[test]
fn words_about_rules_are_kept() {
    kept(
        &[
            ("forward", ActionKind::Forward),
            ("redirect", ActionKind::Redirect),
            ("fixed-response", ActionKind::FixedResponse),
            ("authenticate-oidc", ActionKind::AuthenticateOidc),
            ("authenticate-cognito", ActionKind::AuthenticateCognito),
            ("jwt-validation", ActionKind::JwtValidation),
        ],
        ActionKind::Other,
    );
    kept(
        &[
            ("host-header", ConditionField::HostHeader),
            ("path-pattern", ConditionField::PathPattern),
            ("http-header", ConditionField::HttpHeader),
            ("http-request-method", ConditionField::HttpRequestMethod),
            ("query-string", ConditionField::QueryString),
            ("source-ip", ConditionField::SourceIp),
        ],
        ConditionField::Other,
    );
    kept(
        &[
            ("host-header-rewrite", TransformKind::HostHeaderRewrite),
            ("url-rewrite", TransformKind::UrlRewrite),
        ],
        TransformKind::Other,
    );
}
