//! VPCs, subnets, routes, security groups, prefix lists and the block on public access.

/// The VPC that constructors put things in.
pub const VPC: &str = "vpc-0c0ffee0000000001";
/// The subnets of internet-facing load balancers.
pub const PUBLIC_SUBNETS: [&str; 2] = ["subnet-0ab11c0000000000a", "subnet-0ab11c0000000000b"];
/// The subnets of internal load balancers.
pub const PRIVATE_SUBNETS: [&str; 2] = ["subnet-0de401000000000a", "subnet-0de401000000000b"];
/// The security group that lets everyone in on every TCP port.
pub const OPEN_GROUP: &str = "sg-0e0e0e0000000001";
/// The security group that lets the VPC in.
pub const INSIDE_GROUP: &str = "sg-0e0e0e0000000002";
/// The internet gateway.
pub const GATEWAY: &str = "igw-0a0a0a0000000001";

/// A VPC.
#[derive(Clone, Debug, Default)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: String,
    /// Its IPv4 range.
    pub cidr: String,
    /// Further IPv4 ranges.
    pub further: Vec<String>,
    /// Its IPv6 ranges.
    pub ipv6: Vec<String>,
    /// Whether it is the region's default VPC.
    pub is_default: bool,
    /// The owner's account number where it is another account, which shares subnets of it.
    pub owner: Option<String>,
    /// Its Automated Internet Firewalls.
    pub firewalls: Vec<Firewall>,
}

/// An Automated Internet Firewall.
#[derive(Clone, Debug, Default)]
pub struct Firewall {
    /// Its ARN.
    pub arn: String,
    /// `pending`, `active` or `disabling`.
    pub status: String,
    /// `monitor` or `enforce`.
    pub mode: String,
}

/// A subnet.
#[derive(Clone, Debug, Default)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// The zone's letter.
    pub zone: char,
    /// Its IPv4 range.
    pub cidr: String,
    /// Its IPv6 ranges.
    pub ipv6: Vec<String>,
    /// ARN of the Outpost that it is on.
    pub outpost: Option<String>,
    /// What the VPC's Automated Internet Firewall does for it.
    pub firewall_connectivity: Option<String>,
}

/// A route table.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// Whether it is the VPC's main table.
    pub main: bool,
    /// Subnets that are associated with it.
    pub subnets: Vec<String>,
    /// Routes besides the local one.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// An IPv4 or IPv6 range, or a prefix list's id.
    pub destination: String,
    /// The id of what traffic goes to: `igw-…`, `nat-…`, `tgw-…`, `vpce-…`, `eni-…`, `pcx-…`, `eigw-…`, `lgw-…`,
    /// `cagw-…`, the ARN of a core network or an ODB network.
    pub target: String,
    /// `active` or `blackhole`.
    pub state: String,
}

/// A security group.
#[derive(Clone, Debug, Default)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The VPC's id.
    pub vpc: String,
    /// Who may come in.
    pub ingress: Vec<Permission>,
    /// Where its members may go.
    pub egress: Vec<Permission>,
    /// Permissions that lead to groups of VPCs which are no longer connected.
    pub stale_ingress: Vec<Permission>,
    /// The same outwards.
    pub stale_egress: Vec<Permission>,
}

/// One permission of a security group.
#[derive(Clone, Debug, Default)]
pub struct Permission {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// The first port; absent when all protocols are meant.
    pub from: Option<i32>,
    /// The last port.
    pub to: Option<i32>,
    /// IPv4 or IPv6 ranges, prefix lists (`pl-…`) or security groups (`sg-…`, `ACCOUNT/sg-…`).
    pub peers: Vec<String>,
}

/// A managed prefix list.
#[derive(Clone, Debug, Default)]
pub struct PrefixList {
    /// `pl-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `IPv4` or `IPv6`.
    pub family: String,
    /// The owner's account number, or `AWS`.
    pub owner: Option<String>,
    /// Its ranges.
    pub entries: Vec<String>,
}

/// Whether a region's VPCs are cut off from the internet.
#[derive(Clone, Debug)]
pub struct BlockPublicAccess {
    /// `off`, `block-bidirectional` or `block-ingress`.
    pub mode: String,
    /// `account` or `declarative-policy`.
    pub managed_by: String,
    /// `default-state`, `update-in-progress` or `update-complete`.
    pub state: String,
    /// What is excepted.
    pub exclusions: Vec<Exclusion>,
}

/// An exception from [`BlockPublicAccess`].
#[derive(Clone, Debug, Default)]
pub struct Exclusion {
    /// `vpcbpa-exclude-…`.
    pub id: String,
    /// The id of a VPC or of a subnet.
    pub resource: String,
    /// `allow-bidirectional` or `allow-egress`.
    pub mode: String,
    /// Such as `create-complete`.
    pub state: String,
}

impl Default for BlockPublicAccess {
    fn default() -> Self {
        Self {
            mode: "off".to_owned(),
            managed_by: "account".to_owned(),
            state: "default-state".to_owned(),
            exclusions: Vec::new(),
        }
    }
}

impl BlockPublicAccess {
    /// A block in `mode`, complete.
    pub fn new(mode: &str) -> Self {
        Self { mode: mode.to_owned(), state: "update-complete".to_owned(), ..Self::default() }
    }

    /// Excepts a VPC or subnet.
    pub fn except(mut self, resource: &str, mode: &str) -> Self {
        self.exclusions.push(Exclusion {
            id: format!("vpcbpa-exclude-{}", super::arn::id(&[resource])),
            resource: resource.to_owned(),
            mode: mode.to_owned(),
            state: "create-complete".to_owned(),
        });
        self
    }
}

impl Vpc {
    /// A VPC over `cidr`.
    pub fn new(id: &str, cidr: &str) -> Self {
        Self { id: id.to_owned(), cidr: cidr.to_owned(), ..Self::default() }
    }

    /// Makes it the region's default VPC.
    pub fn default_of_region(mut self) -> Self {
        self.is_default = true;
        self
    }

    /// Adds a range, of IPv4 or of IPv6.
    pub fn range(mut self, cidr: &str) -> Self {
        let ranges = if cidr.contains(':') { &mut self.ipv6 } else { &mut self.further };
        ranges.push(cidr.to_owned());
        self
    }

    /// Makes it another account's, which shares its subnets.
    pub fn owned_by(mut self, account: &str) -> Self {
        self.owner = Some(account.to_owned());
        self
    }

    /// Puts an Automated Internet Firewall at its internet gateways.
    pub fn firewall(mut self, arn: &str, status: &str, mode: &str) -> Self {
        self.firewalls.push(Firewall {
            arn: arn.to_owned(),
            status: status.to_owned(),
            mode: mode.to_owned(),
        });
        self
    }
}

impl Subnet {
    /// A subnet of [`VPC`] over `cidr` in a zone.
    pub fn new(id: &str, zone: char, cidr: &str) -> Self {
        Self {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            zone,
            cidr: cidr.to_owned(),
            ..Self::default()
        }
    }

    /// What the VPC's Automated Internet Firewall does for it.
    pub fn firewalled(mut self, connectivity: &str) -> Self {
        self.firewall_connectivity = Some(connectivity.to_owned());
        self
    }
}

impl RouteTable {
    /// A table of [`VPC`] for `subnets`.
    pub fn new(id: &str, subnets: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            main: false,
            subnets: subnets.iter().map(|id| (*id).to_owned()).collect(),
            routes: Vec::new(),
        }
    }

    /// Makes it the VPC's main table.
    pub fn main(mut self) -> Self {
        self.main = true;
        self
    }

    /// Adds a route.
    pub fn route(mut self, destination: &str, target: &str) -> Self {
        self.routes.push(Route {
            destination: destination.to_owned(),
            target: target.to_owned(),
            state: "active".to_owned(),
        });
        self
    }
}

impl SecurityGroup {
    /// A group of [`VPC`] that lets nobody in and everything out.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: format!("group-{id}"),
            vpc: VPC.to_owned(),
            ingress: Vec::new(),
            egress: vec![Permission::all(&["0.0.0.0/0"])],
            stale_ingress: Vec::new(),
            stale_egress: Vec::new(),
        }
    }

    /// Sets its name.
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Puts it in another VPC.
    pub fn vpc(mut self, id: &str) -> Self {
        id.clone_into(&mut self.vpc);
        self
    }

    /// Replaces where its members may go.
    pub fn egress(mut self, permissions: &[Permission]) -> Self {
        self.egress = permissions.to_vec();
        self
    }

    /// Adds a permission inwards that leads nowhere any more.
    pub fn stale(mut self, permission: Permission) -> Self {
        self.stale_ingress.push(permission);
        self
    }

    /// Lets peers in: ranges, prefix lists or groups.
    pub fn allow(mut self, permission: Permission) -> Self {
        self.ingress.push(permission);
        self
    }
}

impl Permission {
    /// TCP from port `from` to port `to`.
    pub fn tcp(from: i32, to: i32, peers: &[&str]) -> Self {
        Self::new("tcp", Some((from, to)), peers)
    }

    /// UDP from port `from` to port `to`.
    pub fn udp(from: i32, to: i32, peers: &[&str]) -> Self {
        Self::new("udp", Some((from, to)), peers)
    }

    /// Every protocol and port.
    pub fn all(peers: &[&str]) -> Self {
        Self::new("-1", None, peers)
    }

    fn new(protocol: &str, ports: Option<(i32, i32)>, peers: &[&str]) -> Self {
        Self {
            protocol: protocol.to_owned(),
            from: ports.map(|(from, _)| from),
            to: ports.map(|(_, to)| to),
            peers: peers.iter().map(|peer| (*peer).to_owned()).collect(),
        }
    }
}

impl PrefixList {
    /// A list of the caller's, IPv4 unless its first entry is IPv6.
    pub fn new(id: &str, entries: &[&str]) -> Self {
        let six = entries.first().is_some_and(|entry| entry.contains(':'));
        Self {
            id: id.to_owned(),
            name: format!("list-{id}"),
            family: if six { "IPv6" } else { "IPv4" }.to_owned(),
            owner: None,
            entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
        }
    }
}
