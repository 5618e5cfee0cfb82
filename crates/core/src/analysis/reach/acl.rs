//! Whom a subnet's network ACL lets through: entries by number, the first that matches decides.

use ipnet::IpNet;

use super::bounds::Bounds;
use super::ingress::Flow;
use crate::analysis::index::Index;
use crate::inventory::{AclEntry, LoadBalancer, NetworkAcl, Scope, Transport};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet, Sources, without};

/// Ports from which clients connect, and to which answers go. Source: Amazon VPC user guide, custom
/// network ACLs: what a load balancer needs.
const EPHEMERAL: (u16, u16) = (1024, 65_535);
/// Every port.
const ALL: (u16, u16) = (0, 65_535);

/// Who gets through to the load balancer's nodes in this subnet.
pub(super) fn bounds(index: &Index, vpc: Option<&str>, subnet: &str, flow: Flow) -> Bounds {
    match index.network_acl(subnet, vpc) {
        Ok(acl) => passes(index, acl, flow),
        Err(gap) => Bounds::unknown(gap),
    }
}

/// Who gets in, and for TCP gets an answer too: an ACL does not remember connections.
fn passes(index: &Index, acl: &NetworkAcl, flow: Flow) -> Bounds {
    let inbound = Direction::inbound(acl, flow).bounds(index);
    match Direction::outbound(acl, flow) {
        Some(outbound) => inbound.and(outbound.bounds(index)),
        None => inbound,
    }
}

/// To whom a node's own connections of TCP get at a port, and whose answers get in.
pub(super) fn outgoing(index: &Index, acl: &NetworkAcl, port: u16) -> Bounds {
    let out = Direction::from_acl(acl, true, Transport::Tcp, (port, port)).bounds(index);
    out.and(Direction::from_acl(acl, false, Transport::Tcp, EPHEMERAL).bounds(index))
}

/// The entries of one direction that decide about some ports.
pub(super) struct Direction<'a> {
    acl: &'a NetworkAcl,
    pub(super) egress: bool,
    /// Each with the first and the last port that it is about.
    entries: Vec<(&'a AclEntry, (u16, u16))>,
    ports: (u16, u16),
}

impl<'a> Direction<'a> {
    /// What a client sends.
    pub(super) fn inbound(acl: &'a NetworkAcl, flow: Flow) -> Self {
        let ports = flow.port.map_or(ALL, |port| (port, port));
        Direction::from_acl(acl, false, flow.transport, ports)
    }

    /// What is answered; UDP does its harm without.
    pub(super) fn outbound(acl: &'a NetworkAcl, flow: Flow) -> Option<Self> {
        let is_tcp = flow.transport == Transport::Tcp;
        is_tcp.then(|| Direction::from_acl(acl, true, flow.transport, EPHEMERAL))
    }

    fn from_acl(
        acl: &'a NetworkAcl,
        egress: bool,
        transport: Transport,
        ports: (u16, u16),
    ) -> Self {
        let (first, last) = ports;
        let own = acl.entries.iter().filter(|entry| entry.egress == egress);
        let mut entries: Vec<_> = own
            .filter_map(|entry| Some((entry, reach(entry, transport)?)))
            .filter(|(_, (from, to))| *from <= last && first <= *to)
            .collect();
        entries.sort_by_key(|(entry, _)| entry.number);
        Direction { acl, egress, entries, ports }
    }

    fn bounds(&self, index: &Index) -> Bounds {
        let unexpected_value =
            self.entries.iter().map(|(entry, _)| entry).find(|entry| !is_plain(entry));
        let lower = self.let_through(false);
        let Some(unexpected_value) = unexpected_value else { return Bounds::exactly(lower) };
        let what = scope(unexpected_value)
            .err()
            .map_or_else(|| format!("protocol {}", unexpected_value.protocol), |(_, said)| said);
        let said =
            format!("{} of {what} in rule {}", unexpected_value.action, unexpected_value.number);
        let gap = Gap::new(Call::Ec2DescribeNetworkAcls, Reason::Unrecognised)
            .in_region(&index.region().name)
            .of(&self.acl.id)
            .saying(said);
        Bounds::between(lower, self.let_through(true), gap)
    }

    /// Who gets through by one of the ports: clients choose their own. An entry that is not understood
    /// lets through all it names, or none.
    pub(super) fn let_through(&self, kindly: bool) -> Sources {
        let mut all = Sources::none();
        for port in self.borders() {
            for family in Family::BOTH {
                all = all.or(Sources::from_family(family, self.by(port, family, kindly)));
            }
        }
        all
    }

    /// The first port of each stretch that no entry divides.
    fn borders(&self) -> Vec<u16> {
        let (first, last) = self.ports;
        let ends = self.entries.iter().map(|(_, ports)| ports);
        let ends = ends.flat_map(|(from, to)| [Some(*from), to.checked_add(1)]).flatten();
        let mut borders: Vec<u16> = ends.filter(|port| first < *port && *port <= last).collect();
        borders.push(first);
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    fn by(&self, port: u16, family: Family, kindly: bool) -> IpSet {
        let (mut open, mut decided): (Vec<IpNet>, Vec<IpNet>) = (Vec::new(), Vec::new());
        let about = self.entries.iter().filter(|(_, (from, to))| (*from..=*to).contains(&port));
        for (entry, _) in about {
            let range = entry.range.unwrap_or(family.whole());
            if !family.has(&range) {
                continue;
            }
            if if is_plain(entry) { entry.action == "allow" } else { kindly } {
                open.extend(without(range, &decided));
            }
            if range.prefix_len() == 0 {
                break;
            }
            decided.push(range);
        }
        IpSet::from_ranges(open)
    }

    /// The entries that may match an address of these families, up to the one that leaves none.
    pub(super) fn deciding(&self, families: &[Family]) -> Vec<&'a AclEntry> {
        let mut open: Vec<Family> = families.to_vec();
        let mut deciding = Vec::new();
        for (entry, (from, to)) in &self.entries {
            let is_whole = *from <= self.ports.0 && self.ports.1 <= *to;
            let of = |family: &Family| entry.range.is_none_or(|range| family.has(&range));
            if open.iter().any(of) {
                deciding.push(*entry);
            }
            if entry.range.is_none_or(|range| range.prefix_len() == 0) && is_whole {
                open.retain(|family| !of(family));
            }
        }
        deciding
    }
}

/// Whether every field of the entry is understood.
fn is_plain(entry: &AclEntry) -> bool {
    let action = matches!(entry.action.as_str(), "allow" | "deny");
    action && entry.range.is_some() && scope(entry).is_ok()
}

/// What an entry is about. One of TCP or UDP that names no port is about all.
fn scope(entry: &AclEntry) -> Result<Scope, (Reason, String)> {
    let (from, to) = match (entry.from_port, entry.to_port) {
        (None, None) => (Some(0), Some(i32::from(u16::MAX))),
        ports => ports,
    };
    Scope::of(&entry.protocol, from, to)
}

/// First and last port of a transport that an entry is about; none if it is about others. One that is not
/// understood may be about any.
fn reach(entry: &AclEntry, transport: Transport) -> Option<(u16, u16)> {
    scope(entry).unwrap_or(Scope::Everything).ports(transport)
}

/// `rule 100 allows tcp 443 from 0.0.0.0/0`, `outbound rule 90 denies everything to ::/0`.
pub(super) fn words(entry: &AclEntry) -> String {
    let (which, side) = if entry.egress { ("outbound rule", "to") } else { ("rule", "from") };
    let verb = match entry.action.as_str() {
        "allow" => "allows",
        "deny" => "denies",
        other => other,
    };
    let scope = scope(entry);
    let protocol = match scope {
        Ok(Scope::Everything) => "everything".to_owned(),
        Ok(Scope::Tcp(..)) => "tcp".to_owned(),
        Ok(Scope::Udp(..)) => "udp".to_owned(),
        Ok(Scope::Other) | Err(_) => format!("protocol {}", entry.protocol),
    };
    let ports = match (scope, entry.from_port, entry.to_port) {
        (Ok(Scope::Everything), ..) | (_, None, _) | (_, _, None) => String::new(),
        (_, Some(from), Some(to)) if from == to => format!(" {from}"),
        (_, Some(from), Some(to)) => format!(" {from}-{to}"),
    };
    let range = entry.range.map_or_else(|| "anywhere".to_owned(), |range| range.to_string());
    format!("{which} {} {verb} {protocol}{ports} {side} {range}", entry.number)
}

/// The network ACLs of a load balancer's subnets that are known, each once.
pub(super) fn of_subnets<'a>(index: &Index<'a>, lb: &LoadBalancer) -> Vec<&'a NetworkAcl> {
    let mut all: Vec<&NetworkAcl> = Vec::new();
    for subnet in &lb.subnets {
        if let Ok(acl) = index.network_acl(subnet, lb.vpc_id.as_deref())
            && all.iter().all(|known| known.id != acl.id)
        {
            all.push(acl);
        }
    }
    all
}
