//! API Gateway, as far as it leads to load balancers inside VPCs.

use super::arn::id;
use super::network::{INSIDE_GROUP, PRIVATE_SUBNETS};
use super::region::{Region, Resource};

/// A VPC link of REST APIs, to Network load balancers.
#[derive(Clone, Debug, Default)]
pub struct VpcLink {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Names or ARNs of Network load balancers.
    pub targets: Vec<String>,
    /// `AVAILABLE`, `PENDING`, `DELETING` or `FAILED`.
    pub status: String,
}

/// A VPC link of HTTP APIs, into subnets.
#[derive(Clone, Debug, Default)]
pub struct HttpVpcLink {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Subnet ids.
    pub subnets: Vec<String>,
    /// Security group ids.
    pub security_groups: Vec<String>,
    /// `AVAILABLE`, `PENDING`, `DELETING`, `FAILED` or `INACTIVE`.
    pub status: String,
}

/// An HTTP or WebSocket API.
#[derive(Clone, Debug, Default)]
pub struct HttpApi {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `HTTP` or `WEBSOCKET`.
    pub protocol: String,
    /// Where it sends requests.
    pub integrations: Vec<Integration>,
}

/// Where an API sends requests.
#[derive(Clone, Debug, Default)]
pub struct Integration {
    /// Its id.
    pub id: String,
    /// `HTTP_PROXY`, `AWS_PROXY` and so on.
    pub kind: String,
    /// The ARN of a listener, or a URL.
    pub uri: String,
    /// The id of a VPC link; over the internet when absent.
    pub vpc_link: Option<String>,
    /// The name that the certificate behind a private integration must have.
    pub server_name: Option<String>,
}

impl VpcLink {
    /// An available link to a Network load balancer, by name or ARN.
    pub fn new(name: &str, load_balancer: &str) -> Self {
        Self {
            id: id(&["vpc link", name])[..6].to_owned(),
            name: name.to_owned(),
            targets: vec![load_balancer.to_owned()],
            status: "AVAILABLE".to_owned(),
        }
    }
}

impl HttpVpcLink {
    /// An available link into the private subnets.
    pub fn new(name: &str) -> Self {
        Self {
            id: id(&["http vpc link", name])[..6].to_owned(),
            name: name.to_owned(),
            subnets: PRIVATE_SUBNETS.map(str::to_owned).to_vec(),
            security_groups: vec![INSIDE_GROUP.to_owned()],
            status: "AVAILABLE".to_owned(),
        }
    }
}

impl HttpApi {
    /// An HTTP API without integrations.
    pub fn new(name: &str) -> Self {
        Self {
            id: id(&["http api", name])[..10].to_owned(),
            name: name.to_owned(),
            protocol: "HTTP".to_owned(),
            integrations: Vec::new(),
        }
    }

    /// Adds an integration.
    pub fn integration(mut self, integration: Integration) -> Self {
        self.integrations.push(integration);
        self
    }
}

impl Integration {
    /// Through a VPC link, by id, to a listener, by ARN.
    pub fn private(vpc_link: &str, listener: &str) -> Self {
        Self { vpc_link: Some(vpc_link.to_owned()), ..Self::public(listener) }
    }

    /// Over the internet to a URL.
    pub fn public(uri: &str) -> Self {
        Self {
            id: id(&["integration", uri])[..7].to_owned(),
            kind: "HTTP_PROXY".to_owned(),
            uri: uri.to_owned(),
            vpc_link: None,
            server_name: None,
        }
    }

    /// Uses TLS to the load balancer, whose certificate must have this name.
    pub fn tls(mut self, server_name: &str) -> Self {
        self.server_name = Some(server_name.to_owned());
        self
    }
}

impl Resource for VpcLink {
    fn place(self, region: &mut Region) {
        region.vpc_links.push(self);
    }
}

impl Resource for HttpVpcLink {
    fn place(self, region: &mut Region) {
        region.http_vpc_links.push(self);
    }
}

impl Resource for HttpApi {
    fn place(self, region: &mut Region) {
        region.http_apis.push(self);
    }
}
