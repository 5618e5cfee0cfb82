//! A packet from each kind of address to a load balancer, and the answer back.
//!
//! Sources: Amazon VPC user guide: how route priority works; network ACL rules; security group rules; block public
//! access to VPCs; internet gateways. Elastic Load Balancing user guides: address types; load-balancer attributes;
//! Application Load Balancers as targets of a Network Load Balancer.

use super::world::{Balancer, Entry, Net, Permission, Route, To, World};

/// Addresses that no host of the internet has. Source: IANA's special-purpose address registries.
const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];
/// Those that networks use inside.
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
];
/// The IPv6 addresses that are given out.
const GLOBAL: &str = "2000::/3";

/// Addresses between which nothing in a network makes a difference.
#[derive(Clone, Copy, Debug)]
struct Atom {
    place: usize,
    v6: bool,
    first: u128,
    size: u128,
    is_public: bool,
    is_private: bool,
}

/// Who gets through: the atoms by place, and whether members of a security group may.
struct Passed {
    atoms: Vec<bool>,
    members: bool,
}

/// A world with what decides arbitrarily in it decided: which of two prefix lists comes first.
pub(super) struct Walk<'a> {
    world: &'a World,
    first_list: usize,
    atoms: Vec<Atom>,
    /// For each route table, whether answers to an atom find the internet.
    back: Vec<Vec<bool>>,
}

fn atoms(world: &World) -> Vec<Atom> {
    let special = SPECIAL.iter().chain(PRIVATE).chain([&GLOBAL]).map(|text| Net::new(text));
    let routes = world.tables.iter().flatten().filter_map(|route| match route.to {
        To::Net(net) => Some(net),
        To::List(_) => None,
    });
    let entries = world.acls.iter().flatten().map(|entry| entry.net);
    let rules = world.groups.iter().flatten().flat_map(|rule| rule.nets.clone());
    let lists = world.lists.iter().flatten().copied();
    let subnets = world.subnets.iter().map(|subnet| subnet.net);
    let nets: Vec<Net> =
        special.chain(routes).chain(entries).chain(rules).chain(lists).chain(subnets).collect();
    let parsed = |all: &[&str]| -> Vec<Net> { all.iter().map(|text| Net::new(text)).collect() };
    let (special_nets, private, global) = (parsed(SPECIAL), parsed(PRIVATE), parsed(&[GLOBAL]));
    let mut atoms = Vec::new();
    for (v6, whole) in [(false, Net::new("0.0.0.0/0")), (true, Net::new("::/0"))] {
        let mut cuts = vec![0];
        for net in nets.iter().filter(|net| net.v6 == v6) {
            cuts.push(net.first);
            cuts.extend(net.last().checked_add(1).filter(|cut| *cut <= whole.last()));
        }
        cuts.sort_unstable();
        cuts.dedup();
        for (place, first) in cuts.iter().enumerate() {
            let last = cuts.get(place + 1).map_or(whole.last(), |next| next - 1);
            let among = |all: &[Net]| all.iter().any(|net| net.has(v6, *first));
            let is_public = if v6 { among(&global) } else { !among(&special_nets) };
            let is_private = if v6 { !is_public } else { among(&private) };
            let size = (last - first).saturating_add(1);
            let place = atoms.len();
            atoms.push(Atom { place, v6, first: *first, size, is_public, is_private });
        }
    }
    atoms
}

impl<'a> Walk<'a> {
    pub(super) fn new(world: &'a World, first_list: usize) -> Self {
        let mut walk = Walk { world, first_list, atoms: atoms(world), back: Vec::new() };
        walk.back = (0..world.tables.len()).map(|table| walk.answers(table)).collect();
        walk
    }

    /// Who can open a connection to the listener.
    pub(super) fn class(&self) -> &'static str {
        let own = self.reach(&self.world.own, self.transports());
        let front = self.through();
        let both = |place: usize| own.atoms[place] || front.atoms[place];
        let open: Vec<bool> = (0..self.atoms.len()).map(both).collect();
        if self.is_anyone(&open) {
            "internet"
        } else if open.contains(&true) || own.members || front.members {
            "restricted"
        } else if self.world.own.is_internal {
            "internal"
        } else {
            "blocked"
        }
    }

    fn transports(&self) -> &'static [&'static str] {
        match self.world.protocol {
            Some("TCP_UDP") => &["tcp", "udp"],
            Some("UDP") => &["udp"],
            _ => &["tcp"],
        }
    }

    /// More than one public address in 200 of a family: what the tool calls the internet.
    fn is_anyone(&self, open: &[bool]) -> bool {
        [false, true].into_iter().any(|v6| {
            let own =
                || self.atoms.iter().zip(open).filter(|(atom, _)| atom.v6 == v6 && atom.is_public);
            let whole: u128 = own().map(|(atom, _)| atom.size).sum();
            let part: u128 = own().filter(|(_, open)| **open).map(|(atom, _)| atom.size).sum();
            part > whole / 200
        })
    }

    /// By the load balancer's own addresses.
    fn reach(&self, to: &Balancer, transports: &[&str]) -> Passed {
        let mut passed = Passed { atoms: Vec::new(), members: false };
        for atom in &self.atoms {
            let mut is_open = false;
            for (number, transport) in to
                .subnets
                .iter()
                .flat_map(|number| transports.iter().map(move |one| (*number, *one)))
            {
                let is_way = self.is_way(to, number, transport, *atom);
                is_open |= is_way && self.is_admitted(&to.groups, transport, *atom);
                passed.members |= is_way
                    && !to.is_internal
                    && (to.groups.is_empty() || self.admits_members(&to.groups, transport));
            }
            // An internal one is no stranger to whoever is inside.
            passed.atoms.push(is_open && !(to.is_internal && atom.is_private));
        }
        passed
    }

    /// The packet up to the security groups, and the answer from there on.
    fn is_way(&self, to: &Balancer, subnet: usize, transport: &str, from: Atom) -> bool {
        let place = self.world.subnets[subnet];
        let acl = &self.world.acls[place.acl];
        has_public(to, from.v6)
            && self.is_unblocked(subnet)
            && allows(acl, false, transport, 443, from)
            && (transport == "udp" || is_answered(acl, from))
            && self.back[place.table][from.place]
    }

    fn is_unblocked(&self, subnet: usize) -> bool {
        let is_about = |resource: Option<usize>| resource.is_none_or(|number| number == subnet);
        let lets_in = |(resource, mode): &(Option<usize>, &str)| {
            is_about(*resource) && *mode == "allow-bidirectional"
        };
        self.world.block == "off" || self.world.exclusions.iter().any(lets_in)
    }

    /// Which answers find the internet.
    fn answers(&self, table: usize) -> Vec<bool> {
        let targets = self.atoms.iter().map(|atom| self.target(table, *atom).unwrap_or_default());
        let targets: Vec<&str> = targets.collect();
        let starts =
            |place: usize, all: [&str; 2]| all.iter().any(|one| targets[place].starts_with(one));
        let by_gateway = |place| starts(place, ["igw-", "cagw-"]);
        let by_any = |place| by_gateway(place) || starts(place, ["vpce-", "eni-"]);
        // An appliance looks at what goes to the internet; a part of the network behind one is none of it.
        let is_looked_at = [false, true].map(|v6| {
            let own = self.atoms.iter().map(|atom| atom.v6 == v6 && by_any(atom.place));
            self.is_anyone(&own.collect::<Vec<_>>())
        });
        let finds = |atom: &Atom| {
            let looked_at = is_looked_at[usize::from(atom.v6)];
            by_gateway(atom.place) || looked_at && by_any(atom.place)
        };
        self.atoms.iter().map(finds).collect()
    }

    /// The target of the route that wins; none where there is no route or it is a black hole.
    fn target(&self, table: usize, to: Atom) -> Option<&'static str> {
        let mut best: Option<((u8, u8), &Route)> = None;
        for route in &self.world.tables[table] {
            let nets = match &route.to {
                To::Net(net) => std::slice::from_ref(net),
                To::List(number) => &self.world.lists[*number],
            };
            let static_first = match route.to {
                _ if route.target.starts_with("vgw-") => 0,
                To::Net(_) => 3,
                To::List(number) => 1 + u8::from(number == self.first_list),
            };
            let hits = nets.iter().filter(|net| net.has(to.v6, to.first));
            let Some(length) = hits.map(|net| net.length).max() else { continue };
            if best.is_none_or(|(rank, _)| (length, static_first) > rank) {
                best = Some(((length, static_first), route));
            }
        }
        let (_, route) = best?;
        // What a list leads to an endpoint or interface is AWS's own, or inside.
        let is_list = matches!(route.to, To::List(_));
        let inspects = route.target.starts_with("vpce-") || route.target.starts_with("eni-");
        (route.state == "active" && !(is_list && inspects)).then_some(route.target)
    }

    fn is_admitted(&self, groups: &[usize], transport: &str, from: Atom) -> bool {
        groups.is_empty()
            || self.rules(groups, transport).any(|rule| {
                let lists = rule.lists.iter().flat_map(|number| &self.world.lists[*number]);
                rule.nets.iter().chain(lists).any(|net| net.has(from.v6, from.first))
            })
    }

    fn admits_members(&self, groups: &[usize], transport: &str) -> bool {
        self.rules(groups, transport).any(|rule| !rule.groups.is_empty())
    }

    fn rules<'b>(
        &'b self,
        groups: &'b [usize],
        transport: &'b str,
    ) -> impl Iterator<Item = &'b Permission> {
        let all = groups.iter().flat_map(|number| &self.world.groups[*number]);
        all.filter(move |rule| match rule.protocol {
            "-1" => true,
            "tcp" | "6" => transport == "tcp" && is_within(rule.ports, 443),
            "udp" => transport == "udp" && is_within(rule.ports, 443),
            _ => false,
        })
    }

    /// Through the load balancer in front, which keeps an IPv4 client's address and translates an IPv6 one's.
    fn through(&self) -> Passed {
        let nobody = || Passed { atoms: vec![false; self.atoms.len()], members: false };
        let Some((front, true)) = &self.world.front else { return nobody() };
        let own = &self.world.own;
        let mut passed = self.reach(front, &["tcp"]);
        passed.members = false;
        let names = |rule: &Permission| rule.groups.iter().any(|one| front.groups.contains(one));
        let is_named = self.rules(&own.groups, "tcp").any(names);
        let nodes = front.subnets.iter().map(|number| self.world.subnets[*number].net);
        let nodes: Vec<Net> = nodes.collect();
        let is_node = |atom: &Atom| nodes.iter().any(|net| net.has(atom.v6, atom.first));
        let admits_nodes = self
            .atoms
            .iter()
            .any(|atom| is_node(atom) && self.is_admitted(&own.groups, "tcp", *atom));
        let shares = own.subnets.iter().any(|number| front.subnets.contains(number));
        for (open, atom) in passed.atoms.iter_mut().zip(&self.atoms) {
            let is_let_in = is_named
                || if atom.v6 { admits_nodes } else { self.is_admitted(&own.groups, "tcp", *atom) };
            let is_filtered = |number: &usize| {
                let acl = &self.world.acls[self.world.subnets[*number].acl];
                allows(acl, false, "tcp", 443, *atom) && is_answered(acl, *atom)
            };
            let is_between = shares || atom.v6 || own.subnets.iter().any(is_filtered);
            *open &= is_let_in && is_between && !atom.is_private;
        }
        passed
    }
}

fn is_within((from, to): (u16, u16), port: u16) -> bool {
    (from..=to).contains(&port)
}

/// Whether it has public addresses of a family, to which gateways may bring something.
fn has_public(to: &Balancer, v6: bool) -> bool {
    match (v6, to.addresses) {
        (false, "dualstack-without-public-ipv4") | (true, "ipv4") => false,
        (false, _) => !to.is_internal,
        (true, _) => !to.denies_v6.unwrap_or(to.is_internal),
    }
}

/// The entry of the lowest number that matches decides; none denies.
fn allows(acl: &[Entry], egress: bool, transport: &str, port: u16, with: Atom) -> bool {
    let is_about = |entry: &&Entry| {
        let protocol = match entry.protocol {
            "-1" => return entry.egress == egress && entry.net.has(with.v6, with.first),
            "6" => "tcp",
            "17" => "udp",
            _ => "other",
        };
        entry.egress == egress
            && protocol == transport
            && entry.ports.is_none_or(|ports| is_within(ports, port))
            && entry.net.has(with.v6, with.first)
    };
    let first = acl.iter().filter(is_about).min_by_key(|entry| entry.number);
    first.is_some_and(|entry| entry.action == "allow")
}

/// Whether an answer gets out to some port that a client may have chosen.
fn is_answered(acl: &[Entry], to: Atom) -> bool {
    let ends = acl.iter().filter_map(|entry| entry.ports);
    let ends = ends.flat_map(|(from, to)| [from, to.saturating_add(1)]);
    let mut ports = ends.chain([1024]).filter(|port| *port >= 1024);
    ports.any(|port| allows(acl, true, "tcp", port, to))
}
