//! Small networks made at random: everything that stands between the internet and a load balancer.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A block of addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Net {
    pub(super) v6: bool,
    pub(super) first: u128,
    pub(super) length: u8,
}

impl Net {
    pub(super) fn new(text: &str) -> Net {
        let (address, length) = text.split_once('/').expect("a block");
        let v6 = address.contains(':');
        let first = if v6 {
            u128::from(address.parse::<Ipv6Addr>().expect("an address"))
        } else {
            u128::from(u32::from(address.parse::<Ipv4Addr>().expect("an address")))
        };
        Net { v6, first, length: length.parse().expect("a length") }
    }

    fn bits(self) -> u8 {
        if self.v6 { 128 } else { 32 }
    }

    /// Its last address.
    pub(super) fn last(self) -> u128 {
        let rest = u32::from(self.bits() - self.length);
        self.first + if rest == 128 { u128::MAX } else { (1 << rest) - 1 }
    }

    pub(super) fn has(self, v6: bool, address: u128) -> bool {
        self.v6 == v6 && (self.first..=self.last()).contains(&address)
    }

    /// Its two halves, or itself where it is one address.
    pub(super) fn halves(self) -> Vec<Net> {
        if self.length == self.bits() {
            return vec![self];
        }
        let length = self.length + 1;
        let second = self.first + (1 << (self.bits() - length));
        vec![Net { length, ..self }, Net { length, first: second, ..self }]
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.v6 {
            write!(f, "{}/{}", Ipv6Addr::from(self.first), self.length)
        } else {
            let first = u32::try_from(self.first).expect("an IPv4 address");
            write!(f, "{}/{}", Ipv4Addr::from(first), self.length)
        }
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a route leads: a block, or the prefix list of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Net(Net),
    List(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) to: To,
    pub(super) target: &'static str,
    pub(super) state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) number: i32,
    pub(super) egress: bool,
    pub(super) action: &'static str,
    pub(super) protocol: &'static str,
    pub(super) ports: Option<(u16, u16)>,
    pub(super) net: Net,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Permission {
    pub(super) protocol: &'static str,
    pub(super) ports: (u16, u16),
    pub(super) nets: Vec<Net>,
    pub(super) lists: Vec<usize>,
    /// The security groups of these numbers; the last one is nobody's whose addresses are known.
    pub(super) groups: Vec<usize>,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Balancer {
    pub(super) is_internal: bool,
    pub(super) addresses: &'static str,
    /// `ipv6.deny_all_igw_traffic`, if it is set.
    pub(super) denies_v6: Option<bool>,
    pub(super) subnets: Vec<usize>,
    pub(super) groups: Vec<usize>,
}

/// A subnet: the numbers of its route table and of its network ACL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subnet {
    pub(super) table: usize,
    pub(super) acl: usize,
    pub(super) net: Net,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct World {
    pub(super) own: Balancer,
    /// `TCP`, `UDP` or `TCP_UDP` of a Network load balancer; none of an Application load balancer.
    pub(super) protocol: Option<&'static str>,
    /// A Network load balancer whose target group holds the load balancer, or does not.
    pub(super) front: Option<(Balancer, bool)>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) tables: Vec<Vec<Route>>,
    pub(super) acls: Vec<Vec<Entry>>,
    pub(super) groups: Vec<Vec<Permission>>,
    pub(super) lists: Vec<Vec<Net>>,
    pub(super) block: &'static str,
    /// Resources (`vpc` or the number of a subnet) and modes.
    pub(super) exclusions: Vec<(Option<usize>, &'static str)>,
}

/// Numbers at random, the same for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("small")).expect("small")
    }

    /// Once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub(super) fn some<T>(&mut self, most: usize, one: impl Fn(&mut Dice) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for place in (1..all.len()).rev() {
            let other = self.below(place + 1);
            all.swap(place, other);
        }
    }

    pub(super) fn net(&mut self) -> Net {
        let text = if self.once_in(3) {
            self.one_of(&[
                "::/0",
                "::/0",
                "::/1",
                "8000::/1",
                "2000::/3",
                "2001:db8::/32",
                "2001:db8::/33",
                "2001:db8:8000::/33",
                "2a00::/12",
                "fd00::/8",
                "2600:1f18:0:100::/56",
            ])
        } else {
            self.one_of(&[
                "0.0.0.0/0",
                "0.0.0.0/0",
                "0.0.0.0/0",
                "0.0.0.0/1",
                "128.0.0.0/1",
                "10.0.0.0/8",
                "10.0.0.0/16",
                "10.0.1.0/24",
                "11.0.0.0/8",
                "17.0.0.0/8",
                "19.0.0.0/8",
                "17.1.0.0/16",
                "100.64.0.0/10",
                "198.51.0.0/16",
                "198.51.100.0/24",
                "198.51.100.0/25",
                "198.51.100.128/25",
            ])
        };
        Net::new(text)
    }

    fn route(&mut self) -> Route {
        let to = if self.once_in(6) { To::List(self.below(2)) } else { To::Net(self.net()) };
        let targets = ["igw-1", "igw-1", "cagw-1", "vpce-1", "eni-1", "nat-1", "tgw-1", "pcx-1"];
        let more = ["local", "vgw-1", "eigw-1", "lgw-1", "i-1"];
        let target = if self.once_in(4) { self.one_of(&more) } else { self.one_of(&targets) };
        let state = if self.once_in(7) { "blackhole" } else { "active" };
        Route { to, target, state }
    }

    fn table(&mut self) -> Vec<Route> {
        let route = |text, target| Route { to: To::Net(Net::new(text)), target, state: "active" };
        let mut table: Vec<Route> = Vec::new();
        let mut claimed: Vec<To> = Vec::new();
        if !self.once_in(6) {
            table.push(route("10.0.0.0/16", "local"));
        }
        if !self.once_in(3) {
            table.push(route("0.0.0.0/0", "igw-1"));
            table.push(route("::/0", "igw-1"));
        }
        table.extend(self.some(4, Dice::route));
        // A table has one static route for each destination.
        table.retain(|route| {
            let is_new = !claimed.contains(&route.to);
            claimed.push(route.to);
            is_new
        });
        table
    }

    fn entry(&mut self, egress: bool) -> Entry {
        let protocol = self.one_of(&["-1", "-1", "6", "6", "17", "1"]);
        let ports = match protocol {
            "6" | "17" if !self.once_in(3) => Some(self.one_of(&[
                (443, 443),
                (0, 65_535),
                (1024, 65_535),
                (1024, 30_000),
                (30_001, 65_535),
                (80, 80),
            ])),
            _ => None,
        };
        let action = if self.once_in(3) { "deny" } else { "allow" };
        Entry { number: 0, egress, action, protocol, ports, net: self.net() }
    }

    fn acl(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for egress in [false, true] {
            let mut own = self.some(4, |dice| dice.entry(egress));
            if !self.once_in(3) {
                let all = |text| Entry {
                    number: 0,
                    egress,
                    action: "allow",
                    protocol: "-1",
                    ports: None,
                    net: Net::new(text),
                };
                own.extend([all("0.0.0.0/0"), all("::/0")]);
            }
            for (place, entry) in own.iter_mut().enumerate() {
                entry.number = 100 + 10 * i32::try_from(place).expect("few");
            }
            entries.extend(own);
        }
        self.shuffle(&mut entries);
        entries
    }

    fn permission(&mut self) -> Permission {
        Permission {
            protocol: self.one_of(&["-1", "tcp", "tcp", "6", "udp", "icmp"]),
            ports: self.one_of(&[(443, 443), (443, 443), (0, 65_535), (80, 80)]),
            nets: self.some(3, Dice::net),
            lists: if self.once_in(5) { vec![self.below(2)] } else { Vec::new() },
            groups: if self.once_in(6) { vec![self.below(4)] } else { Vec::new() },
        }
    }

    fn balancer(&mut self, is_network: bool, groups: &[usize]) -> Balancer {
        let types = ["ipv4", "ipv4", "dualstack", "dualstack-without-public-ipv4"];
        let addresses = self.one_of(&types[..if is_network { 3 } else { 4 }]);
        let is_internal = addresses != "dualstack-without-public-ipv4" && self.once_in(4);
        let mut own: Vec<usize> = groups.iter().copied().filter(|_| self.once_in(2)).collect();
        if own.is_empty() && !(is_network && self.once_in(3)) {
            own.push(groups[0]);
        }
        Balancer {
            is_internal,
            addresses,
            denies_v6: self.one_of(&[None, Some(true), Some(false), Some(false)]),
            subnets: self.one_of(&[&[0][..], &[1], &[0, 1]]).to_vec(),
            groups: own,
        }
    }
}

impl World {
    /// A network at random.
    pub(super) fn new(dice: &mut Dice) -> World {
        let is_network = dice.once_in(2);
        let mut own = dice.balancer(is_network, &[0, 1]);
        let protocol = is_network.then(|| dice.one_of(&["TCP", "TCP", "TCP_UDP", "UDP"]));
        let mut front = None;
        if !is_network && dice.once_in(2) {
            own.is_internal = own.addresses != "dualstack-without-public-ipv4" && !dice.once_in(5);
            let mut balancer = dice.balancer(true, &[2]);
            if balancer.addresses == "dualstack" {
                // Clients by IPv6 come to what is behind by addresses of the front: in its own subnet no ACL
                // stands between.
                balancer.subnets.clone_from(&own.subnets);
            }
            front = Some((balancer, !dice.once_in(5)));
        }
        let subnet = |dice: &mut Dice, text| Subnet {
            table: dice.below(2),
            acl: dice.below(2),
            net: Net::new(text),
        };
        World {
            own,
            protocol,
            front,
            subnets: vec![subnet(dice, "10.0.1.0/24"), subnet(dice, "10.0.2.0/24")],
            tables: vec![dice.table(), dice.table()],
            acls: vec![dice.acl(), dice.acl()],
            groups: (0..3).map(|_| dice.some(3, Dice::permission)).collect(),
            lists: vec![dice.some(3, Dice::net), dice.some(3, Dice::net)],
            block: dice.one_of(&["off", "off", "off", "block-ingress", "block-bidirectional"]),
            exclusions: dice.some(2, |dice| {
                let resource = dice.one_of(&[None, Some(0), Some(1)]);
                (
                    resource,
                    dice.one_of(&["allow-bidirectional", "allow-bidirectional", "allow-egress"]),
                )
            }),
        }
    }

    /// Worlds with one thing less.
    pub(super) fn smaller(&self) -> Vec<World> {
        let mut all = Vec::new();
        let mut add = |change: &dyn Fn(&mut World)| {
            let mut world = self.clone();
            change(&mut world);
            if world != *self {
                all.push(world);
            }
        };
        add(&|world| world.front = None);
        add(&|world| world.block = "off");
        add(&|world| world.exclusions.clear());
        add(&|world| world.own.subnets.truncate(1));
        for which in 0..2 {
            add(&|world| {
                world.subnets[which] = Subnet { net: world.subnets[which].net, ..world.subnets[0] }
            });
            for row in 0..self.tables[which].len() {
                add(&|world| _ = world.tables[which].remove(row));
            }
            for row in 0..self.acls[which].len() {
                add(&|world| _ = world.acls[which].remove(row));
            }
            for row in 0..self.lists[which].len() {
                add(&|world| _ = world.lists[which].remove(row));
            }
        }
        for which in 0..self.groups.len() {
            for row in 0..self.groups[which].len() {
                add(&|world| drop(world.groups[which].remove(row)));
                add(&|world| world.groups[which][row].lists.clear());
                add(&|world| world.groups[which][row].groups.clear());
                for net in 0..self.groups[which][row].nets.len() {
                    add(&|world| _ = world.groups[which][row].nets.remove(net));
                }
            }
        }
        all
    }
}
