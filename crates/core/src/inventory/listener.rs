//! Listeners, their rules, and what a rule does with a request.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use super::{
    ActionKind, ConditionField, Kind, LoadBalancer, MutualAuthentication, MutualTlsMode, Protocol,
    TransformKind,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

/// A listener of any kind of load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN; `HTTP:80` for Classic, whose listeners have none.
    pub id: String,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `SSL`, `UDP`, `QUIC` …; a Gateway load balancer's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// A Gateway load balancer's listener has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Classic: protocol and port towards the instances, for example `HTTP:8080`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_side: Option<String>,
    /// Application and Network: name of the security policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_policy: Option<String>,
    /// Classic: names of its policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_names: Vec<String>,
    /// ARN of the default certificate, which the listener itself names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_certificate: Option<String>,
    /// ARNs of all certificates: the default one and those chosen by SNI.
    pub certificates: Fact<Vec<String>>,
    /// What happens to a request that no rule takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_actions: Vec<Action>,
    /// All rules by priority, the default one last. For a listener that cannot have rules: the default.
    pub rules: Fact<Vec<Rule>>,
    /// Mutual TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutual_authentication: Option<MutualAuthentication>,
    /// `HTTP2Preferred`, `None` …: what a Network load balancer's TLS listener negotiates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
    /// Attributes by AWS's key.
    pub attributes: Fact<std::collections::BTreeMap<String, String>>,
}

impl Listener {
    /// `HTTPS:443`, or `all ports` for a Gateway load balancer's listener. Unique on a load balancer.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.protocol, self.port) {
            (Some(protocol), Some(port)) => format!("{protocol}:{port}"),
            (Some(protocol), None) => protocol.to_string(),
            (None, Some(port)) => format!("port {port}"),
            (None, None) => "all ports".to_owned(),
        }
    }

    /// Its port. Only a Gateway load balancer's listener has none, and there is no port 0.
    pub fn number(&self) -> Result<u16, Gap> {
        self.port.filter(|port| *port > 0).ok_or_else(|| {
            self.unexpected_value(Reason::Malformed, "a listener without a port from 1 to 65535")
        })
    }

    /// Its mutual TLS, if it verifies client certificates. A mode that this version does not know might.
    pub fn verifies(&self) -> Result<Option<&MutualAuthentication>, Gap> {
        let Some(mutual) = &self.mutual_authentication else { return Ok(None) };
        match &mutual.mode {
            None | Some(MutualTlsMode::Off | MutualTlsMode::Passthrough) => Ok(None),
            Some(MutualTlsMode::Verify) => Ok(Some(mutual)),
            Some(other) => {
                Err(self
                    .unexpected_value(Reason::Unrecognised, &format!("mutual TLS mode {other}")))
            }
        }
    }

    /// The trust store that client certificates are verified by; none where they are not verified.
    pub fn trust_store(&self) -> Result<Option<&str>, Gap> {
        let Some(mutual) = self.verifies()? else { return Ok(None) };
        let missing = || {
            self.unexpected_value(
                Reason::Malformed,
                "mutual TLS that verifies, without trust store",
            )
        };
        mutual.trust_store_arn.as_deref().ok_or_else(missing).map(Some)
    }

    /// The gap of an answer about this listener that cannot be judged.
    #[must_use]
    pub fn unexpected_value(&self, reason: Reason, said: &str) -> Gap {
        // A Classic load balancer's listeners have no ARN, and come with their load balancer.
        let call = if self.id.starts_with("arn:") {
            Call::ElbV2DescribeListeners
        } else {
            Call::ElbDescribeLoadBalancers
        };
        Gap::new(call, reason).of(&self.id).saying(said)
    }

    /// Whether its protocol is one of these.
    #[must_use]
    pub fn speaks(&self, protocols: &[Protocol]) -> bool {
        self.protocol.as_ref().is_some_and(|own| protocols.contains(own))
    }
}

impl LoadBalancer {
    /// Whether the listener's protocol is one of these. A protocol that is missing, or that this version
    /// does not know, might be: only a Gateway load balancer's listeners have none.
    pub fn serves(&self, listener: &Listener, protocols: &[Protocol]) -> Result<bool, Gap> {
        match &listener.protocol {
            None | Some(Protocol::Other(_)) if self.kind == Kind::Gateway => Ok(false),
            Some(Protocol::Other(other)) => {
                Err(listener.unexpected_value(Reason::Unrecognised, &format!("protocol {other}")))
            }
            None => {
                Err(listener.unexpected_value(Reason::Malformed, "a listener without protocol"))
            }
            Some(own) => Ok(protocols.contains(own)),
        }
    }

    /// Whether any listener's protocol is one of these.
    pub fn serves_any(&self, protocols: &[Protocol]) -> Result<bool, Gap> {
        Partial::whole(self.listeners.get()?).any(|listener| self.serves(listener, protocols))
    }
}

/// A rule of a listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// 1 to 50,000, lowest first; none for the default rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// All must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// What it does, in order.
    pub actions: Vec<Action>,
    /// `host-header-rewrite`, `url-rewrite`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
}

impl Rule {
    /// `rule 10` or `default rule`.
    #[must_use]
    pub fn label(&self) -> String {
        self.priority
            .map_or_else(|| "default rule".to_owned(), |priority| format!("rule {priority}"))
    }
}

/// A change to the request on its way to the target, made after the rule was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transform {
    /// `host-header-rewrite`, `url-rewrite`, or what AWS adds.
    #[serde(rename = "type")]
    pub kind: TransformKind,
    /// Regular expressions with what stands for their match afterwards, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewrites: Vec<(String, String)>,
}

/// One condition of a rule; any of its values may match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string`, `source-ip`.
    pub field: ConditionField,
    /// Values with AWS's wildcards `*` and `?`. A query string's are `key=value` or `value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Regular expressions instead of values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regex_values: Vec<String>,
    /// `http-header`: which header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// `source-ip` of a Network load balancer: `ipv4` or `ipv6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<String>,
}

/// One action of a rule or listener.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// `forward`, `redirect`, `fixed-response`, `authenticate-oidc`, `authenticate-cognito`,
    /// `jwt-validation`, or what AWS adds.
    #[serde(rename = "type")]
    pub kind: ActionKind,
    /// Lowest first; the last one ends the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i32>,
    /// `forward`: where to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_groups: Vec<WeightedGroup>,
    /// `redirect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// `fixed-response`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_response: Option<FixedResponse>,
    /// `authenticate-oidc`, `authenticate-cognito`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// `jwt-validation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<JwtValidation>,
}

/// A target group of a forward action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedGroup {
    /// Its ARN.
    pub arn: String,
    /// 0 to 999; absent counts as 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
}

/// Where a redirect leads. An absent part is taken from the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// A port or `#{port}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// A host or `#{host}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// A path or `/#{path}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A query or `#{query}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `HTTP_301` or `HTTP_302`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A response that the load balancer gives itself. Its body is not kept, only what it discloses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedResponse {
    /// `404`, `503` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What of the inside its body tells, by [`FixedResponse::disclosures`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discloses: Vec<String>,
}

/// What a response may tell of the inside, with the word for it. A version counts only behind a product's
/// name, an address only if it is private.
const DISCLOSURES: &[(&str, &str)] = &[
    (
        "private address",
        r"(^|[^0-9.])(10\.\d{1,3}|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}([^0-9.]|\.?$|\.\D)",
    ),
    (
        "internal host name",
        r"(?i)\bip-\d+-\d+-\d+-\d+\b|\.compute\.internal\b|\.svc\.cluster\.local\b",
    ),
    (
        "stack trace",
        r"Traceback \(most recent call last\)|(?m)^\s+at \S+\(.*:\d+\)|^\s+at .*:\d+:\d+\)?\s*$|Exception in thread|goroutine \d+ \[",
    ),
    ("ARN", r"\barn:aws[a-z-]*:"),
    ("access key id", r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    (
        "version",
        r"(?i)\b(nginx|apache|httpd|tomcat|jetty|php|openssl|iis|express|envoy|haproxy|varnish|gunicorn|werkzeug|node\.js|python|java|\.net)[/ ]v?\d+\.\d+",
    ),
];

static DISCLOSING: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compiled =
        |(word, pattern): &(&'static str, &str)| Some((*word, Regex::new(pattern).ok()?));
    DISCLOSURES.iter().filter_map(compiled).collect()
});

impl FixedResponse {
    /// What of the inside a body tells, in words such as `private address`: never the text itself.
    #[must_use]
    pub fn disclosures(body: &str) -> Vec<String> {
        let found = DISCLOSING.iter().filter(|(_, pattern)| pattern.is_match(body));
        found.map(|(word, _)| (*word).to_owned()).collect()
    }
}

/// What an authentication action does. Client secrets are never kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// `deny`, `allow` or `authenticate`; absent is `authenticate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unauthenticated_request: Option<String>,
    /// The issuer, or the ARN of the user pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// `OpenID` Connect: authorization, token and user-info endpoints, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// Seconds until who has signed in must do so again; absent is 604,800 (7 days).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_timeout: Option<i64>,
}

/// What `jwt-validation` asks of a token, beside its signature, issuer and times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtValidation {
    /// Who has to have issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Where the keys are fetched from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_endpoint: Option<String>,
    /// Names of the further claims that are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{DISCLOSING, DISCLOSURES, FixedResponse};

    #[test]
    fn every_pattern_is_understood() {
        assert_eq!(DISCLOSING.len(), DISCLOSURES.len());
    }

    #[test]
    fn a_body_tells_of_the_inside_or_does_not() {
        let table: &[(&str, &[&str])] = &[
            ("Not found", &[]),
            ("", &[]),
            ("Bad gateway: 10.0.3.17 did not answer.", &["private address"]),
            ("upstream 192.168.1.20:8080", &["private address"]),
            ("http://172.31.4.5/", &["private address"]),
            ("172.32.4.5, 8.8.8.8 and 110.0.0.1 are public", &[]),
            ("version 10.0.3 of the form, item 1.10.0.3.1", &[]),
            ("ip-10-0-1-2.eu-west-1.compute.internal", &["internal host name"]),
            ("Traceback (most recent call last):\n  File", &["stack trace"]),
            ("Error\n    at com.example.Shop.buy(Shop.java:42)", &["stack trace"]),
            ("Error: no\n    at run (/srv/app.js:10:5)", &["stack trace"]),
            ("We meet at noon (room 3:15)", &[]),
            ("role arn:aws:iam::111122223333:role/web", &["ARN"]),
            ("key AKIAIOSFODNN7EXAMPLE", &["access key id"]),
            ("-----BEGIN RSA PRIVATE KEY-----", &["private key"]),
            ("Server: nginx/1.18.0 (PHP/7.4)", &["version"]),
            ("Apache 2.4.41 at 10.1.2.3", &["private address", "version"]),
            ("nginx is down; call 0800 1.2", &[]),
            (r#"{"error":"unauthorized","code":403}"#, &[]),
        ];
        for (body, expected) in table {
            let found = FixedResponse::disclosures(body);
            assert_eq!(found, *expected, "{body}");
            assert!(found.iter().all(|word| !body.contains(word.as_str()) || *word == "version"));
        }
    }
}
