//! What stands between the internet and a load balancer.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Region, Transport};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};

impl Region {
    /// The ranges of a prefix list.
    pub(crate) fn prefix_list(&self, list: &str) -> Result<&[IpNet], Gap> {
        match self.prefix_lists.get(list) {
            Some(entries) => entries.get().map(Vec::as_slice),
            None => Err(Gap::new(Call::Ec2GetManagedPrefixListEntries, Reason::NotCollected)
                .in_region(&self.name)
                .of(list)),
        }
    }
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// The account that it belongs to. None in a file that was saved before owners were kept: then it is taken
    /// for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// What it lets in.
    pub ingress: Vec<Permission>,
    /// What it lets out. One that lets nothing out says so: left out, it would not be known.
    pub egress: Vec<Permission>,
    /// Tags, which tell who keeps it as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// One permission of a security group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for everything.
    pub protocol: String,
    /// First port; absent with protocol `-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// Last port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    /// Address ranges, IPv4 and IPv6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<IpNet>,
    /// Ids of prefix lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_lists: Vec<String>,
    /// Ids of other security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// What a permission, or an entry of a network ACL, is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every protocol and port.
    Everything,
    /// Ports of TCP, the first and the last.
    Tcp(u16, u16),
    /// Ports of UDP, the first and the last.
    Udp(u16, u16),
    /// A protocol without ports that a load balancer listens on, such as ICMP.
    Other,
}

impl Scope {
    /// What protocol and ports say; otherwise why that is not understood, with the words for it.
    ///
    /// Sources: EC2 API reference, `IpPermission` and `NetworkAclEntry`: `-1`, a name or a number of IANA;
    /// ports with TCP and UDP.
    pub fn of(
        protocol: &str,
        from: Option<i32>,
        to: Option<i32>,
    ) -> Result<Scope, (Reason, String)> {
        let transport = match protocol {
            "-1" => return Ok(Scope::Everything),
            "tcp" | "6" => Scope::Tcp,
            "udp" | "17" => Scope::Udp,
            "icmp" | "icmpv6" => return Ok(Scope::Other),
            number if is_number(number) => return Ok(Scope::Other),
            other => return Err((Reason::Unrecognised, format!("protocol {other}"))),
        };
        let port = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
        match (port(from), port(to)) {
            (Some(from), Some(to)) if from <= to => Ok(transport(from, to)),
            _ => {
                let word = |port: Option<i32>| {
                    port.map_or_else(|| "missing".to_owned(), |port| port.to_string())
                };
                let said =
                    format!("protocol {protocol}, ports from {} to {}", word(from), word(to));
                Err((Reason::Malformed, said))
            }
        }
    }

    /// First and last port of a transport; none where it is about other protocols.
    #[must_use]
    pub fn ports(self, transport: Transport) -> Option<(u16, u16)> {
        match (self, transport) {
            (Scope::Everything, _) => Some((0, u16::MAX)),
            (Scope::Tcp(from, to), Transport::Tcp) | (Scope::Udp(from, to), Transport::Udp) => {
                Some((from, to))
            }
            _ => None,
        }
    }
}

/// Whether a protocol goes by its number, written as AWS writes it.
fn is_number(protocol: &str) -> bool {
    protocol.parse::<u8>().is_ok_and(|number| number.to_string() == protocol)
}

impl Permission {
    /// What it is about; the gap of one that is not understood has no place yet.
    pub fn scope(&self) -> Result<Scope, Gap> {
        Scope::of(&self.protocol, self.from_port, self.to_port).map_err(|(reason, said)| {
            Gap::new(Call::Ec2DescribeSecurityGroups, reason).saying(format!("a rule with {said}"))
        })
    }

    /// Whether it is about a transport.
    pub fn is_about(&self, transport: Transport) -> Result<bool, Gap> {
        Ok(self.scope()?.ports(transport).is_some())
    }

    /// Whether it is about a port of a transport.
    pub fn covers(&self, transport: Transport, port: u16) -> Result<bool, Gap> {
        let ports = self.scope()?.ports(transport);
        Ok(ports.is_some_and(|(from, to)| (from..=to).contains(&port)))
    }

    /// `tcp 443`, `tcp 1-65535`, `all traffic`.
    #[must_use]
    pub fn label(&self) -> String {
        match (self.transport(), self.from_port, self.to_port) {
            ("-1", ..) => "all traffic".to_owned(),
            (protocol, Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
            (protocol, Some(from), Some(to)) => format!("{protocol} {from}-{to}"),
            (protocol, ..) => protocol.to_owned(),
        }
    }

    /// Everyone on the other side: ranges, prefix lists, groups.
    pub fn others(&self) -> impl Iterator<Item = String> + '_ {
        let named = self.prefix_lists.iter().chain(&self.groups).cloned();
        self.ranges.iter().map(IpNet::to_string).chain(named)
    }

    fn transport(&self) -> &str {
        match self.protocol.as_str() {
            "6" => "tcp",
            "17" => "udp",
            other => other,
        }
    }
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// The account that it belongs to. None in a file that was saved before owners were kept: then it is taken
    /// for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its VPC.
    pub vpc_id: String,
    /// Its zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its blocks of addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<IpNet>,
    /// What a VPC's Automated Internet Firewall does for it: `flexible`, `bidirectional`, `outbound-only`,
    /// `exclude`, `az-unsupported`. None where its VPC has no such firewall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firewall_connectivity: Option<String>,
}

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: String,
    /// The account that it belongs to. None in a file that was saved before owners were kept: then it is taken
    /// for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether AWS made it with the account.
    pub is_default: bool,
    /// Its blocks of addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<IpNet>,
    /// Its Automated Internet Firewalls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub firewalls: Vec<VpcFirewall>,
}

/// An Automated Internet Firewall of a VPC: it inspects what passes between the VPC and its internet gateways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcFirewall {
    /// Its ARN.
    pub arn: String,
    /// `pending`, `active`, `disabling`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `monitor` lets everything pass, `enforce` does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

/// The Automated Internet Firewall of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteFirewall {
    /// Its ARN.
    pub arn: String,
    /// `pending`, `active`, `disabling`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A network ACL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: String,
    /// The account that it belongs to. None in a file that was saved before owners were kept: then it is taken
    /// for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its VPC.
    pub vpc_id: String,
    /// Whether it serves the subnets that name no ACL.
    pub is_default: bool,
    /// The subnets that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    /// Its entries in both directions, the final `*` ones (32767) among them.
    pub entries: Vec<AclEntry>,
}

/// An entry of a network ACL. The lowest number that matches decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// 1 to 32767.
    pub number: i32,
    /// Whether it is about what goes out.
    pub egress: bool,
    /// `-1` for everything, `6` for TCP, `17` for UDP …
    pub protocol: String,
    /// `allow` or `deny`.
    pub action: String,
    /// The addresses on the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<IpNet>,
    /// First port; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// Last port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
}

/// A rule of a security group that names a group which is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleRule {
    /// The group that has the rule.
    pub group: String,
    /// The group that is gone.
    pub names: String,
}

/// VPC Encryption Controls of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptionControl {
    /// The VPC.
    pub vpc_id: String,
    /// `monitor` or `enforce`.
    pub mode: String,
    /// `available` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// The account that it belongs to. None in a file that was saved before owners were kept: then it is taken
    /// for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its VPC.
    pub vpc_id: String,
    /// Whether it serves the subnets that name no table.
    pub main: bool,
    /// The subnets that name it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// One route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// A block, or the id of a prefix list.
    pub destination: String,
    /// `igw-…`, `vpce-…`, `nat-…`, `eni-…`, `tgw-…`, `cagw-…`, `lgw-…`, `local`, the ARN of a core network …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `active` or `blackhole`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The Automated Internet Firewall that inspects what comes by it, where it leads to an internet gateway of a
    /// VPC that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firewall: Option<RouteFirewall>,
}

/// VPC Block Public Access of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockPublicAccess {
    /// `off`, `block-bidirectional`, `block-ingress`.
    pub mode: String,
    /// What is excluded; not asked for while the mode is `off`.
    pub exclusions: Fact<Vec<Exclusion>>,
}

/// A VPC or subnet that the block leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// ARN or id of a VPC or subnet.
    pub resource: String,
    /// `allow-bidirectional` lets traffic in, `allow-egress` does not.
    pub mode: String,
    /// `create-complete`, `delete-in-progress`, `delete-complete` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}
