//! What else leads to a load balancer, or claims to protect its addresses: services of the edge and DNS.

use serde::{Deserialize, Serialize};

use crate::vocab::fact::Fact;

/// AWS Shield Advanced in an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shield {
    /// Whether the account has a subscription. Without one nothing is protected and nothing was promised.
    pub subscribed: bool,
    /// ARNs of what is protected: load balancers, and Elastic IP allocations
    /// (`arn:…:eip-allocation/eipalloc-…`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
}

/// A CloudFront distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// Its ARN.
    pub arn: String,
    /// `E2QWRUHAPOMQZL`.
    pub id: String,
    /// Whether it answers.
    pub enabled: bool,
    /// ARN of its web ACL, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_acl: Option<String>,
    /// Where it fetches from.
    pub origins: Vec<Origin>,
}

/// An origin of a distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Its id in the distribution.
    pub id: String,
    /// The host that is asked: a load balancer's DNS name, or a name that leads to one.
    pub domain: String,
    /// `http-only`, `match-viewer`, `https-only`; none for an origin that is no custom one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_policy: Option<String>,
    /// The port for HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    /// The port for HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https_port: Option<u16>,
    /// Names of the headers that CloudFront adds; their values are secrets and never kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_headers: Vec<String>,
    /// The VPC origin that it goes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_origin: Option<String>,
    /// Whether some behaviour of the distribution lets viewers come by plain HTTP to this origin
    /// (viewer protocol policy `allow-all`).
    #[serde(default)]
    pub viewers_in_clear: bool,
}

/// A VPC origin: CloudFront's way to an internal load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcOrigin {
    /// `vo_…`.
    pub id: String,
    /// ARN of the load balancer or instance that it leads to.
    pub endpoint: String,
    /// `Deployed` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// An accelerator of Global Accelerator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accelerator {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it lets traffic through.
    pub enabled: bool,
    /// What its listeners lead to.
    pub endpoints: Fact<Vec<AcceleratorEndpoint>>,
}

/// An endpoint of an accelerator's listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceleratorEndpoint {
    /// ARN of a load balancer, id of an allocation or instance.
    pub id: String,
    /// Ports that the listener accepts, first and last; each goes to the same port unless overridden.
    pub ports: Vec<(u16, u16)>,
    /// `TCP` or `UDP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

/// A way of API Gateway into a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiLink {
    /// `rest` for a VPC link of REST APIs, `http` for an integration of an HTTP or WebSocket API.
    pub kind: String,
    /// Id of the link or the API.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARNs of load balancers (`rest`) or of listeners (`http`).
    pub targets: Vec<String>,
}

/// An endpoint service: `PrivateLink` in front of Network or Gateway load balancers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointService {
    /// `vpce-svc-…`.
    pub id: String,
    /// `com.amazonaws.vpce.eu-west-1.vpce-svc-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `Available` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whether each connection waits for consent.
    pub acceptance_required: bool,
    /// ARNs of the load balancers behind it.
    pub load_balancers: Vec<String>,
    /// Who may connect: ARNs, or `*`.
    pub principals: Fact<Vec<String>>,
}

/// A VPC endpoint of a Gateway load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcEndpoint {
    /// `vpce-…`.
    pub id: String,
    /// The endpoint service that it connects to.
    pub service_name: String,
    /// Its VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// `available`, `pendingAcceptance` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
}

/// A Route 53 record that leads to a name of Elastic Load Balancing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsRecord {
    /// Id of the hosted zone.
    pub zone: String,
    /// Name of the zone, without the last dot.
    pub zone_name: String,
    /// Whether only VPCs see the zone.
    pub private: bool,
    /// The record's name, without the last dot.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is an alias.
    pub alias: bool,
    /// The DNS name that it leads to, lower case, without the last dot and without `dualstack.`.
    pub target: String,
}
