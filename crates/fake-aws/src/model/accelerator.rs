//! Accelerators, which lead to load balancers from addresses of their own.

use super::account::{Account, Global};

/// An accelerator.
#[derive(Clone, Debug, Default)]
pub struct Accelerator {
    /// Unique in its account.
    pub name: String,
    /// Whether it accepts traffic.
    pub enabled: bool,
    /// `DEPLOYED` or `IN_PROGRESS`.
    pub status: String,
    /// Its IPv4 addresses.
    pub addresses: Vec<String>,
    /// Its IPv6 addresses; it is dual-stack when there are any.
    pub ipv6: Vec<String>,
    /// Its listeners.
    pub listeners: Vec<AcceleratorListener>,
}

/// A listener of an accelerator.
#[derive(Clone, Debug, Default)]
pub struct AcceleratorListener {
    /// `TCP` or `UDP`.
    pub protocol: String,
    /// Ranges of ports.
    pub ports: Vec<(u16, u16)>,
    /// Groups of endpoints, one a region.
    pub groups: Vec<EndpointGroup>,
}

/// The endpoints that a listener has in one region.
#[derive(Clone, Debug, Default)]
pub struct EndpointGroup {
    /// The region.
    pub region: String,
    /// The share of its traffic that the region takes.
    pub dial: f32,
    /// Its endpoints.
    pub endpoints: Vec<AcceleratorEndpoint>,
}

/// An endpoint of an accelerator.
#[derive(Clone, Debug, Default)]
pub struct AcceleratorEndpoint {
    /// The ARN of a load balancer, or the id of an instance or address.
    pub id: String,
    /// From 0 to 255.
    pub weight: u8,
    /// `HEALTHY`, `UNHEALTHY` or `INITIAL`.
    pub health: String,
    /// Whether the endpoint sees the client's address.
    pub keeps_client_ip: bool,
}

impl Accelerator {
    /// A deployed accelerator without listeners.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled: true,
            status: "DEPLOYED".to_owned(),
            addresses: vec!["192.0.2.250".to_owned(), "198.51.100.52".to_owned()],
            ..Self::default()
        }
    }

    /// Adds a listener.
    pub fn listener(mut self, listener: AcceleratorListener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Accepts no traffic.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}

impl AcceleratorListener {
    /// A TCP listener on one port, without endpoints.
    pub fn tcp(port: u16) -> Self {
        Self { protocol: "TCP".to_owned(), ports: vec![(port, port)], groups: Vec::new() }
    }

    /// Adds a healthy endpoint that sees the client's address, by ARN, in a group for its region.
    pub fn to(mut self, region: &str, arn: &str) -> Self {
        let endpoint = AcceleratorEndpoint {
            id: arn.to_owned(),
            weight: 128,
            health: "HEALTHY".to_owned(),
            keeps_client_ip: true,
        };
        match self.groups.iter_mut().find(|group| group.region == region) {
            Some(group) => group.endpoints.push(endpoint),
            None => self.groups.push(EndpointGroup {
                region: region.to_owned(),
                dial: 100.0,
                endpoints: vec![endpoint],
            }),
        }
        self
    }
}

impl Global for Accelerator {
    fn place(self, account: &mut Account) {
        account.accelerators.push(self);
    }
}
