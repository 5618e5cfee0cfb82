//! AWS's own words as types. One that this version does not know stays what AWS wrote, as `Other`.
//!
//! A word stands once, in the attribute that serde reads: text is read and written the way saved
//! inventories are. What is no text is refused at once: serde would keep all of it to try one word after the other.

use std::fmt;

use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

mod as_text; // read from text, and nothing else

/// The four kinds of load balancer, and whatever AWS adds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum Kind {
    /// Classic Load Balancer.
    Classic,
    /// Application Load Balancer.
    Application,
    /// Network Load Balancer.
    Network,
    /// Gateway Load Balancer.
    Gateway,
    /// A kind this version does not know; nothing is judged about it.
    #[serde(untagged)]
    Other(String),
}

/// Whether the addresses of a load balancer are public ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum Scheme {
    /// They are.
    InternetFacing,
    /// The IPv4 ones are private.
    Internal,
    /// A scheme that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The families of address that a load balancer has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum IpAddressType {
    /// IPv4 alone.
    Ipv4,
    /// Both.
    Dualstack,
    /// Both, but of IPv4 private addresses alone.
    #[serde(rename = "dualstack-without-public-ipv4")]
    DualstackWithoutPublicIpv4,
    /// A type that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a listener, a target group or a health check speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", remote = "Self")]
pub enum Protocol {
    /// HTTP in cleartext.
    Http,
    /// HTTP over TLS.
    Https,
    /// TCP.
    Tcp,
    /// TLS.
    Tls,
    /// UDP.
    Udp,
    /// TCP and UDP on one port.
    TcpUdp,
    /// QUIC.
    Quic,
    /// TCP and QUIC on one port.
    TcpQuic,
    /// TLS of a Classic load balancer.
    Ssl,
    /// GENEVE, by which a Gateway load balancer reaches its appliances.
    Geneve,
    /// A protocol that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What carries a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What the targets of a group are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum TargetType {
    /// Instances.
    Instance,
    /// Addresses.
    Ip,
    /// A Lambda function.
    Lambda,
    /// An Application load balancer.
    Alb,
    /// A type that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// How a target is doing. The last three are those of a Classic load balancer's instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum TargetState {
    /// Being registered, or checked for the first time.
    Initial,
    /// Answers health checks.
    Healthy,
    /// Fails health checks.
    Unhealthy,
    /// Fails health checks, and its connections are being closed for it.
    #[serde(rename = "unhealthy.draining")]
    UnhealthyDraining,
    /// Gets no requests.
    Unused,
    /// About to leave.
    Draining,
    /// Not checked.
    Unavailable,
    /// Answers health checks.
    #[serde(rename = "InService")]
    InService,
    /// Fails health checks, or is still being registered.
    #[serde(rename = "OutOfService")]
    OutOfService,
    /// AWS does not know.
    #[serde(rename = "Unknown")]
    Unknown,
    /// A state that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What an action of a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum ActionKind {
    /// Hands the request to target groups.
    Forward,
    /// Sends the client elsewhere.
    Redirect,
    /// Answers by itself.
    FixedResponse,
    /// Has the client sign in by `OpenID` Connect.
    AuthenticateOidc,
    /// Has the client sign in to a user pool of Cognito.
    AuthenticateCognito,
    /// Asks for a token.
    JwtValidation,
    /// A kind that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What of a request a condition is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum ConditionField {
    /// The host.
    HostHeader,
    /// The path.
    PathPattern,
    /// Another header.
    HttpHeader,
    /// The method.
    HttpRequestMethod,
    /// The query.
    QueryString,
    /// The client's address.
    SourceIp,
    /// A field that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a transform changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum TransformKind {
    /// The host.
    HostHeaderRewrite,
    /// Path and query.
    UrlRewrite,
    /// A kind that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a listener does with the certificates of its clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum MutualTlsMode {
    /// Does not ask for them.
    Off,
    /// Hands them to the targets unverified.
    Passthrough,
    /// Verifies them.
    Verify,
    /// A mode that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl IpAddressType {
    /// Whether there are IPv6 addresses too.
    #[must_use]
    pub fn is_dual(&self) -> bool {
        match self {
            IpAddressType::Ipv4 => false,
            IpAddressType::Dualstack | IpAddressType::DualstackWithoutPublicIpv4 => true,
            IpAddressType::Other(text) => text.starts_with("dualstack"),
        }
    }
}

impl Protocol {
    /// What carries it; none for one that this version does not know.
    #[must_use]
    pub fn transports(&self) -> Option<&'static [Transport]> {
        use Protocol::{Geneve, Http, Https, Other, Quic, Ssl, Tcp, TcpQuic, TcpUdp, Tls, Udp};
        match self {
            Http | Https | Tcp | Tls | Ssl => Some(&[Transport::Tcp]),
            Udp | Quic | Geneve => Some(&[Transport::Udp]),
            TcpUdp | TcpQuic => Some(&[Transport::Tcp, Transport::Udp]),
            Other(_) => None,
        }
    }
}

impl Transport {
    /// Both.
    pub const BOTH: [Transport; 2] = [Transport::Tcp, Transport::Udp];

    /// `tcp` or `udp`, as security groups name it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word, or that there is none, as a gap says it.
pub(crate) fn or_missing(word: Option<&impl fmt::Display>) -> String {
    word.map_or_else(|| "missing".to_owned(), ToString::to_string)
}

/// Reads a word as serde does.
fn read<'a, T: Deserialize<'a>>(text: &'a str, other: fn(String) -> T) -> T {
    let word: StrDeserializer<Error> = text.into_deserializer();
    T::deserialize(word).unwrap_or_else(|_| other(text.to_owned()))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for Kind {
    fn from(text: &str) -> Self {
        read(text, Kind::Other)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for Scheme {
    fn from(text: &str) -> Self {
        read(text, Scheme::Other)
    }
}

impl fmt::Display for IpAddressType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for IpAddressType {
    fn from(text: &str) -> Self {
        read(text, IpAddressType::Other)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for Protocol {
    fn from(text: &str) -> Self {
        read(text, Protocol::Other)
    }
}

impl fmt::Display for TargetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for TargetType {
    fn from(text: &str) -> Self {
        read(text, TargetType::Other)
    }
}

impl fmt::Display for TargetState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for TargetState {
    fn from(text: &str) -> Self {
        read(text, TargetState::Other)
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for ActionKind {
    fn from(text: &str) -> Self {
        read(text, ActionKind::Other)
    }
}

impl fmt::Display for ConditionField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for ConditionField {
    fn from(text: &str) -> Self {
        read(text, ConditionField::Other)
    }
}

impl fmt::Display for TransformKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for TransformKind {
    fn from(text: &str) -> Self {
        read(text, TransformKind::Other)
    }
}

impl fmt::Display for MutualTlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&str> for MutualTlsMode {
    fn from(text: &str) -> Self {
        read(text, MutualTlsMode::Other)
    }
}

impl Default for ActionKind {
    fn default() -> Self {
        ActionKind::Other(String::new())
    }
}

impl Default for ConditionField {
    fn default() -> Self {
        ConditionField::Other(String::new())
    }
}

impl Default for TransformKind {
    fn default() -> Self {
        TransformKind::Other(String::new())
    }
}
