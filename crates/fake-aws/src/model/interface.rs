//! Network interfaces, by which an address is traced to what holds it.

use super::network::{INSIDE_GROUP, PRIVATE_SUBNETS, VPC};
use super::region::{Region, Resource};

/// A network interface, in use.
#[derive(Clone, Debug, Default)]
pub struct NetworkInterface {
    /// `eni-…`.
    pub id: String,
    /// What it is for; AWS's own begin with `ELB app/`, `VPC Endpoint Interface` and so on.
    pub description: String,
    /// `interface`, `network_load_balancer`, `gateway_load_balancer_endpoint`, `lambda` …
    pub kind: String,
    /// The VPC's id.
    pub vpc: String,
    /// The subnet's id.
    pub subnet: String,
    /// Security group ids.
    pub groups: Vec<String>,
    /// The owner's account number; the account itself when absent.
    pub owner: Option<String>,
    /// The id of the instance that it is attached to.
    pub instance: Option<String>,
    /// Who owns the instance, or the service that the interface is attached for; `None` when the
    /// interface is not attached at all and has no instance.
    pub instance_owner: Option<String>,
    /// Who made it, such as `amazon-elb`.
    pub requester: Option<String>,
    /// Whether a service manages it.
    pub requester_managed: bool,
    /// Whether a service manages it so that it is left out unless `IncludeManagedResources` is given, as
    /// with the nodes of EKS Auto Mode.
    pub hidden: bool,
    /// IPv4 addresses; the first is the primary one.
    pub addresses: Vec<PrivateAddress>,
    /// IPv6 addresses.
    pub ipv6: Vec<String>,
    /// `in-use`, `available` …
    pub status: String,
}

/// A private IPv4 address of a network interface, with the public one that leads to it.
#[derive(Clone, Debug, Default)]
pub struct PrivateAddress {
    /// The private address.
    pub private: String,
    /// The public address.
    pub public: Option<String>,
    /// `eipalloc-…`, when the public address is an Elastic IP address.
    pub allocation: Option<String>,
}

impl NetworkInterface {
    /// An unattached interface in the first private subnet.
    pub fn new(id: &str, address: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: "interface".to_owned(),
            vpc: VPC.to_owned(),
            subnet: PRIVATE_SUBNETS[0].to_owned(),
            groups: vec![INSIDE_GROUP.to_owned()],
            status: "available".to_owned(),
            ..Self::default()
        }
        .address(address)
    }

    /// Attaches it to an instance of the account.
    pub fn instance(mut self, id: &str) -> Self {
        self.instance = Some(id.to_owned());
        "in-use".clone_into(&mut self.status);
        self
    }

    /// Attaches it for a service: `owner` is such as `amazon-elb` or `amazon-aws`.
    pub fn service(mut self, owner: &str) -> Self {
        self.instance_owner = Some(owner.to_owned());
        self.requester = Some(owner.to_owned());
        self.requester_managed = true;
        "in-use".clone_into(&mut self.status);
        self
    }

    /// Has it left out unless managed resources are asked for.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Sets its type, such as `network_load_balancer`.
    pub fn kind(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.kind);
        self
    }

    /// Sets its description.
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// Replaces its security groups.
    pub fn groups(mut self, ids: &[&str]) -> Self {
        self.groups = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Puts it in another subnet.
    pub fn subnet(mut self, id: &str) -> Self {
        id.clone_into(&mut self.subnet);
        self
    }

    /// Puts it in another VPC.
    pub fn vpc(mut self, id: &str) -> Self {
        id.clone_into(&mut self.vpc);
        self
    }

    /// Gives it to another account.
    pub fn owner(mut self, account: &str) -> Self {
        self.owner = Some(account.to_owned());
        self
    }

    /// Adds a private address.
    pub fn address(mut self, private: &str) -> Self {
        self.addresses
            .push(PrivateAddress { private: private.to_owned(), ..PrivateAddress::default() });
        self
    }

    /// Gives the address that was added last a public one.
    pub fn public(mut self, address: &str) -> Self {
        if let Some(last) = self.addresses.last_mut() {
            last.public = Some(address.to_owned());
        }
        self
    }

    /// Adds an IPv6 address.
    pub fn ipv6(mut self, address: &str) -> Self {
        self.ipv6.push(address.to_owned());
        self
    }
}

impl Resource for NetworkInterface {
    fn place(self, region: &mut Region) {
        region.network_interfaces.push(self);
    }
}
