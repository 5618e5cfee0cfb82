//! Endpoint services over load balancers, and endpoints in VPCs.

use super::network::{INSIDE_GROUP, PRIVATE_SUBNETS, VPC};
use super::region::{Region, Resource};

/// An endpoint service that the account offers.
#[derive(Clone, Debug, Default)]
pub struct EndpointService {
    /// `vpce-svc-…`.
    pub id: String,
    /// Names or ARNs of Network or Gateway load balancers.
    pub load_balancers: Vec<String>,
    /// `Interface` or `GatewayLoadBalancer`.
    pub kind: String,
    /// `Available`, `Pending`, `Deleting`, `Deleted` or `Failed`.
    pub state: String,
    /// Whether the owner accepts each connection.
    pub acceptance: bool,
    /// ARNs of who may connect, or `*`.
    pub principals: Vec<String>,
    /// `ipv4`, `ipv6`.
    pub address_types: Vec<String>,
    /// A private DNS name with the state of its verification.
    pub private_dns: Option<(String, String)>,
    /// Further regions that consumers may connect from.
    pub regions: Vec<String>,
}

/// An endpoint in a VPC.
#[derive(Clone, Debug, Default)]
pub struct VpcEndpoint {
    /// `vpce-…`.
    pub id: String,
    /// `Interface`, `Gateway`, `GatewayLoadBalancer` …
    pub kind: String,
    /// The VPC's id.
    pub vpc: String,
    /// The service's full name, or the id of an [`EndpointService`] of the same region.
    pub service: String,
    /// As the live service writes it, in lower case: `available`, `pendingAcceptance` …
    pub state: String,
    /// Subnet ids.
    pub subnets: Vec<String>,
    /// Security group ids.
    pub groups: Vec<String>,
    /// Route table ids of a `Gateway` endpoint.
    pub route_tables: Vec<String>,
    /// Ids of its network interfaces.
    pub interfaces: Vec<String>,
    /// The policy, as JSON text.
    pub policy: Option<String>,
    /// Whether the service's private DNS name leads to it.
    pub private_dns: bool,
    /// `ipv4`, `dualstack` or `ipv6`.
    pub ip_address_type: String,
    /// Whether a service manages it.
    pub requester_managed: bool,
}

impl EndpointService {
    /// An available service over nothing, which nobody may use and whose owner accepts each connection.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: "Interface".to_owned(),
            state: "Available".to_owned(),
            acceptance: true,
            address_types: vec!["ipv4".to_owned()],
            ..Self::default()
        }
    }

    /// Offers a Network load balancer, by name or ARN.
    pub fn behind(mut self, load_balancer: &str) -> Self {
        self.load_balancers.push(load_balancer.to_owned());
        self
    }

    /// Offers a Gateway load balancer, by name or ARN.
    pub fn behind_gateway(mut self, load_balancer: &str) -> Self {
        "GatewayLoadBalancer".clone_into(&mut self.kind);
        self.behind(load_balancer)
    }

    /// Accepts connections unseen.
    pub fn without_acceptance(mut self) -> Self {
        self.acceptance = false;
        self
    }

    /// Lets a principal connect: an ARN, or `*`.
    pub fn allow(mut self, principal: &str) -> Self {
        self.principals.push(principal.to_owned());
        self
    }

    /// Gives it a private DNS name: `verified`, `pendingVerification` or `failed`.
    pub fn private_dns(mut self, name: &str, state: &str) -> Self {
        self.private_dns = Some((name.to_owned(), state.to_owned()));
        self
    }

    /// Its full name in a region.
    pub fn name(&self, region: &str) -> String {
        format!("com.amazonaws.vpce.{region}.{}", self.id)
    }
}

impl VpcEndpoint {
    fn new(kind: &str, id: &str, service: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            vpc: VPC.to_owned(),
            service: service.to_owned(),
            state: "available".to_owned(),
            subnets: vec![PRIVATE_SUBNETS[0].to_owned()],
            ip_address_type: "ipv4".to_owned(),
            ..Self::default()
        }
    }

    /// An interface endpoint in the first private subnet.
    pub fn interface(id: &str, service: &str) -> Self {
        Self { groups: vec![INSIDE_GROUP.to_owned()], ..Self::new("Interface", id, service) }
    }

    /// A Gateway Load Balancer endpoint in the first private subnet.
    pub fn gateway_load_balancer(id: &str, service: &str) -> Self {
        Self::new("GatewayLoadBalancer", id, service)
    }

    /// A gateway endpoint of some route tables.
    pub fn gateway(id: &str, service: &str, route_tables: &[&str]) -> Self {
        Self {
            subnets: Vec::new(),
            route_tables: route_tables.iter().map(|id| (*id).to_owned()).collect(),
            ..Self::new("Gateway", id, service)
        }
    }

    /// Puts it in another VPC and its subnets.
    pub fn in_vpc(mut self, vpc: &str, subnets: &[&str]) -> Self {
        vpc.clone_into(&mut self.vpc);
        self.subnets = subnets.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Replaces its security groups.
    pub fn groups(mut self, ids: &[&str]) -> Self {
        self.groups = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Sets its state.
    pub fn state(mut self, state: &str) -> Self {
        state.clone_into(&mut self.state);
        self
    }

    /// Adds a network interface, by id.
    pub fn network_interface(mut self, id: &str) -> Self {
        self.interfaces.push(id.to_owned());
        self
    }
}

impl Resource for EndpointService {
    fn place(self, region: &mut Region) {
        region.endpoint_services.push(self);
    }
}

impl Resource for VpcEndpoint {
    fn place(self, region: &mut Region) {
        region.vpc_endpoints.push(self);
    }
}
