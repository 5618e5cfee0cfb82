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
    /// Addresses that it has in its subnets, where they are told.
    pub addresses: Vec<ZoneAddress>,
    /// Capacity units that are reserved for it.
    pub reserved_capacity: Option<u32>,
    /// `on` or `off`: whether security groups see traffic from endpoint services (Network only).
    pub private_link_rules: Option<String>,
    /// Its listeners.
    pub listeners: Vec<Listener>,
    /// Changes to the default attributes.
    pub attributes: Changes,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// An address of a load balancer in one of its subnets.
#[derive(Clone, Debug, Default)]
pub struct ZoneAddress {
    /// The subnet's id.
    pub subnet: String,
    /// A public address.
    pub ip: Option<String>,
    /// `eipalloc-…`, when the public address is an Elastic IP address.
    pub allocation: Option<String>,
    /// A private IPv4 address.
    pub private: Option<String>,
    /// An IPv6 address.
    pub ipv6: Option<String>,
}

impl ZoneAddress {
    /// An Elastic IP address.
    pub fn elastic(subnet: &str, ip: &str, allocation: &str) -> Self {
        Self {
            subnet: subnet.to_owned(),
            ip: Some(ip.to_owned()),
            allocation: Some(allocation.to_owned()),
            ..Self::default()
        }
    }

    /// A fixed private address.
    pub fn private(subnet: &str, ip: &str) -> Self {
        Self { subnet: subnet.to_owned(), private: Some(ip.to_owned()), ..Self::default() }
    }

    /// A fixed IPv6 address.
    pub fn ipv6(subnet: &str, ip: &str) -> Self {
        Self { subnet: subnet.to_owned(), ipv6: Some(ip.to_owned()), ..Self::default() }
    }
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

    /// Adds an address.
    pub fn address(mut self, address: ZoneAddress) -> Self {
        self.addresses.push(address);
        self
    }

    /// Puts it in another VPC and its subnets.
    pub fn in_vpc(mut self, vpc: &str, subnets: &[&str]) -> Self {
        self.vpc = Some(vpc.to_owned());
        self.subnets(subnets)
    }

    /// Says whether security groups see traffic from endpoint services: `on` or `off`.
    pub fn private_link_rules(mut self, state: &str) -> Self {
        self.private_link_rules = Some(state.to_owned());
        self
    }

    /// Reserves capacity for it.
    pub fn reserve(mut self, units: u32) -> Self {
        self.reserved_capacity = Some(units);
        self
    }

    /// Says why it is in its state.
    pub fn state_reason(mut self, reason: &str) -> Self {
        self.state_reason = Some(reason.to_owned());
        self
    }

    /// Sets its state, such as `provisioning`.
    pub fn state(mut self, state: &str) -> Self {
        state.clone_into(&mut self.state);
        self
    }
}
