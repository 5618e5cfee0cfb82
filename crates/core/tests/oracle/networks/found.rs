//! Networks of which the engine once said something else than the packets.

use super::disagreement;
use super::walked;
use super::world::{Balancer, Entry, Net, Permission, Route, Subnet, To, World};

fn route(text: &str, target: &'static str) -> Route {
    Route { to: To::Net(Net::new(text)), target, state: "active" }
}

fn entry(number: i32, egress: bool, action: &'static str, text: &str) -> Entry {
    Entry { number, egress, action, protocol: "-1", ports: None, net: Net::new(text) }
}

fn admitting(all: &[&str]) -> Permission {
    Permission {
        protocol: "tcp",
        ports: (443, 443),
        nets: all.iter().map(|text| Net::new(text)).collect(),
        lists: Vec::new(),
        groups: Vec::new(),
    }
}

/// A public load balancer that everyone reaches by IPv4, after a change.
fn changed(change: impl FnOnce(&mut World)) -> World {
    let subnet = |text| Subnet { table: 0, acl: 0, net: Net::new(text) };
    let own = Balancer {
        is_internal: false,
        addresses: "ipv4",
        denies_v6: None,
        subnets: vec![0],
        groups: vec![0],
    };
    let mut world = World {
        own,
        protocol: Some("TCP"),
        front: None,
        subnets: vec![subnet("10.0.1.0/24"), subnet("10.0.2.0/24")],
        tables: vec![vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "igw-1")], Vec::new()],
        acls: vec![
            vec![entry(100, false, "allow", "0.0.0.0/0"), entry(100, true, "allow", "0.0.0.0/0")],
            Vec::new(),
        ],
        groups: vec![vec![admitting(&["0.0.0.0/0"])], Vec::new(), Vec::new()],
        lists: vec![Vec::new(), Vec::new()],
        block: "off",
        exclusions: Vec::new(),
    };
    change(&mut world);
    world
}

/// Whether packets and engine both say this.
fn says(expected: &str, change: impl FnOnce(&mut World)) {
    let world = changed(change);
    assert_eq!(walked(&world), [expected; 2], "{world:#?}");
    assert_eq!(disagreement(&world), None);
}

#[test]
fn a_part_of_the_internet_that_is_led_elsewhere_is_none_of_it() {
    let halves = |target| [route("0.0.0.0/1", target), route("128.0.0.0/1", target)];
    says("internet", |_| ());
    says("blocked", |world| world.tables[0].extend(halves("nat-1")));
    says("internet", |world| {
        world.tables[0][1].target = "nat-1";
        world.tables[0].extend(halves("igw-1"));
    });
    says("blocked", |world| {
        world.tables[0].push(route("198.51.0.0/16", "tgw-1"));
        world.groups[0] = vec![admitting(&["198.51.100.0/24"])];
    });
    says("restricted", |world| {
        world.tables[0][1].target = "nat-1";
        world.tables[0].push(route("198.51.0.0/16", "igw-1"));
    });
}

#[test]
fn a_black_hole_takes_what_it_names() {
    says("restricted", |world| {
        world.tables[0].push(Route { state: "blackhole", ..route("198.51.100.0/24", "igw-1") });
        world.groups[0] = vec![admitting(&["198.51.0.0/16"])];
    });
    says("blocked", |world| {
        world.tables[0].push(Route { state: "blackhole", ..route("198.51.100.0/24", "igw-1") });
        world.groups[0] = vec![admitting(&["198.51.100.0/25"])];
    });
}

#[test]
fn a_prefix_list_counts_by_its_entries() {
    let listed = |world: &mut World, target| {
        world.lists[0] = vec![Net::new("0.0.0.0/1"), Net::new("128.0.0.0/1")];
        world.tables[0].push(Route { to: To::List(0), ..route("0.0.0.0/0", target) });
    };
    says("blocked", |world| listed(world, "tgw-1"));
    says("internet", |world| {
        world.tables[0].truncate(1);
        listed(world, "igw-1");
    });
    // A route to the same block comes before the list.
    says("internet", |world| {
        listed(world, "tgw-1");
        world.tables[0].extend([route("0.0.0.0/1", "igw-1"), route("128.0.0.0/1", "igw-1")]);
    });
}

#[test]
fn the_answer_goes_to_whoever_asked() {
    says("blocked", |world| {
        world.acls[0] =
            vec![entry(100, false, "allow", "0.0.0.0/1"), entry(100, true, "allow", "128.0.0.0/1")];
    });
    // Without security group too, and for members of one.
    let apart = |world: &mut World| {
        world.tables[0] = vec![route("198.51.100.0/24", "igw-1")];
        world.acls[0][0].net = Net::new("17.0.0.0/8");
    };
    says("blocked", |world| {
        apart(world);
        world.own.groups.clear();
    });
    says("blocked", |world| {
        apart(world);
        world.groups[0] = vec![Permission { groups: vec![1], ..admitting(&[]) }];
    });
}

#[test]
fn a_family_without_addresses_lets_nobody_in() {
    says("blocked", |world| {
        world.tables[0].push(route("::/0", "igw-1"));
        world.acls[0]
            .extend([entry(101, false, "allow", "::/0"), entry(101, true, "allow", "::/0")]);
        world.groups[0] = vec![admitting(&["::/0"])];
    });
    says("blocked", |world| {
        world.protocol = None;
        world.own.addresses = "dualstack-without-public-ipv4";
    });
}
