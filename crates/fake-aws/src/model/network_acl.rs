//! Network ACLs: what may cross the border of a subnet.

use super::network::VPC;
use super::region::{Region, Resource};

/// A network ACL; the last entry, which denies everything else, is always answered besides.
#[derive(Clone, Debug, Default)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// Whether it is the VPC's default one.
    pub is_default: bool,
    /// Subnets that are associated with it.
    pub subnets: Vec<String>,
    /// Entries in any order.
    pub entries: Vec<AclEntry>,
}

/// One entry of a network ACL.
#[derive(Clone, Debug, Default)]
pub struct AclEntry {
    /// From 1 to 32,766; lower comes first.
    pub number: u32,
    /// A protocol number, or `-1` for all.
    pub protocol: String,
    /// `allow` or `deny`.
    pub action: String,
    /// Whether it is about traffic out of the subnet.
    pub egress: bool,
    /// An IPv4 or IPv6 range.
    pub cidr: String,
    /// First and last port; absent unless the protocol has ports.
    pub ports: Option<(u16, u16)>,
}

impl NetworkAcl {
    /// An ACL of [`VPC`] for `subnets` that lets nothing through.
    pub fn new(id: &str, subnets: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            subnets: subnets.iter().map(|id| (*id).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// A default ACL, which lets everything through over IPv4.
    pub fn open(id: &str, subnets: &[&str]) -> Self {
        let mut acl = Self::new(id, subnets)
            .entry(AclEntry::allow(100, "0.0.0.0/0"))
            .entry(AclEntry::allow(100, "0.0.0.0/0").outward());
        acl.is_default = true;
        acl
    }

    /// Puts it in another VPC.
    pub fn vpc(mut self, id: &str) -> Self {
        id.clone_into(&mut self.vpc);
        self
    }

    /// Adds an entry.
    pub fn entry(mut self, entry: AclEntry) -> Self {
        self.entries.push(entry);
        self
    }
}

impl AclEntry {
    fn new(action: &str, number: u32, cidr: &str) -> Self {
        Self {
            number,
            protocol: "-1".to_owned(),
            action: action.to_owned(),
            egress: false,
            cidr: cidr.to_owned(),
            ports: None,
        }
    }

    /// Lets every protocol in from a range.
    pub fn allow(number: u32, cidr: &str) -> Self {
        Self::new("allow", number, cidr)
    }

    /// Lets no protocol in from a range.
    pub fn deny(number: u32, cidr: &str) -> Self {
        Self::new("deny", number, cidr)
    }

    /// Only TCP from port `from` to port `to`.
    pub fn tcp(mut self, from: u16, to: u16) -> Self {
        "6".clone_into(&mut self.protocol);
        self.ports = Some((from, to));
        self
    }

    /// Only UDP from port `from` to port `to`.
    pub fn udp(mut self, from: u16, to: u16) -> Self {
        "17".clone_into(&mut self.protocol);
        self.ports = Some((from, to));
        self
    }

    /// Out of the subnet instead of into it.
    pub fn outward(mut self) -> Self {
        self.egress = true;
        self
    }
}

impl Resource for NetworkAcl {
    fn place(self, region: &mut Region) {
        region.network_acls.push(self);
    }
}
