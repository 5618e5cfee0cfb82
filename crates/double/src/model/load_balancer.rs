//! An Application, Network or Gateway load balancer.

use super::attributes::Changes;
use super::listener::Listener;
use super::network;

/// A load balancer of the second API generation.
#[derive(Clone, Debug, Default)]
pub struct LoadBalancer {
    /// `application`, `network` or `gateway`.
    pub kind: String,
    /// Unique in its region.
    pub name: String,
    /// `internet-facing` or `internal`; absent on a Gateway load balancer.
    pub scheme: Option<String>,
    /// Whether a DNS name is answered; a Gateway load balancer has none.
    pub has_dns_name: bool,
    /// `active`, `provisioning`, `active_impaired` or `failed`.
    pub state: String,
    /// Why it is in that state.
    pub state_reason: Option<String>,
    /// The VPC's id.
    pub vpc: Option<String>,
    /// Subnet ids; zones follow from the region's subnets.
    pub subnets: Vec<String>,
    /// Security group ids; a Gateway load balancer has none, a Network one may have none.
    pub security_groups: Vec<String>,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: Option<String>,
    /// `on` or `off`: whether security groups see traffic from endpoint services (Network only).
    pub private_link_rules: Option<String>,
    /// Its listeners.
    pub listeners: Vec<Listener>,
    /// Changes to the default attributes.
    pub attributes: Changes,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

impl LoadBalancer {
    fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            scheme: Some("internal".to_owned()),
            has_dns_name: true,
            state: "active".to_owned(),
            vpc: Some(network::VPC.to_owned()),
            subnets: network::PRIVATE_SUBNETS.map(str::to_owned).to_vec(),
            security_groups: vec![network::INSIDE_GROUP.to_owned()],
            ip_address_type: Some("ipv4".to_owned()),
            ..Self::default()
        }
    }

    /// An internal Application load balancer.
    pub fn application(name: &str) -> Self {
        Self::new("application", name)
    }

    /// An internal Network load balancer.
    pub fn network(name: &str) -> Self {
        Self { private_link_rules: Some("on".to_owned()), ..Self::new("network", name) }
    }

    /// A Gateway load balancer: no scheme, no DNS name, no security group.
    pub fn gateway(name: &str) -> Self {
        Self {
            scheme: None,
            has_dns_name: false,
            security_groups: Vec::new(),
            ..Self::new("gateway", name)
        }
    }

    /// Puts it in the public subnets, with the security group that is open to everyone.
    pub fn internet_facing(mut self) -> Self {
        self.scheme = Some("internet-facing".to_owned());
        self.subnets = network::PUBLIC_SUBNETS.map(str::to_owned).to_vec();
        if !self.security_groups.is_empty() {
            self.security_groups = vec![network::OPEN_GROUP.to_owned()];
        }
        self
    }

    /// Answers on IPv6 as well.
    pub fn dualstack(mut self) -> Self {
        self.ip_address_type = Some("dualstack".to_owned());
        self
    }

    /// Replaces its security groups.
    pub fn security_groups(mut self, ids: &[&str]) -> Self {
        self.security_groups = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Replaces its subnets.
    pub fn subnets(mut self, ids: &[&str]) -> Self {
        self.subnets = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Adds a listener.
    pub fn listener(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Sets an attribute.
    pub fn attribute(mut self, key: &str, value: &str) -> Self {
        self.attributes.insert(key.to_owned(), Some(value.to_owned()));
        self
    }

    /// Leaves an attribute out of the answer.
    pub fn without_attribute(mut self, key: &str) -> Self {
        self.attributes.insert(key.to_owned(), None);
        self
    }

    /// Adds a tag.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Sets its state, such as `provisioning`.
    pub fn state(mut self, state: &str) -> Self {
        state.clone_into(&mut self.state);
        self
    }
}
