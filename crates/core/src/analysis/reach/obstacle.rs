//! What stands in the way when nobody reaches a load balancer with public addresses.

use super::door::Port;
use super::road::{self, Roads};
use super::{Entry, acl};
use crate::vocab::net::{Addresses, Family};

/// The first thing on the way that lets nobody through.
pub(super) fn of(roads: &Roads, entries: &[Entry], port: &Port) -> String {
    let nobody = Addresses::none();
    if *roads.routed().most() == nobody {
        return unrouted(roads);
    }
    let road = entries.iter().map(|entry| entry.road.most().clone());
    let road = road.fold(nobody.clone(), Addresses::or);
    if road == nobody {
        return filtered(roads, port);
    }
    shut(roads, entries, &road, port)
}

fn unrouted(roads: &Roads) -> String {
    let Roads { index, lb, .. } = roads;
    if !roads.is_public() {
        return "ipv6.deny_all_igw_traffic, and no public IPv4 address".to_owned();
    }
    let routed = |family| {
        let mut ways = lb
            .subnets
            .iter()
            .map(|subnet| road::route(index, lb.vpc_id.as_deref(), subnet, family));
        ways.any(|way| *way.most() != Addresses::none())
    };
    if Family::BOTH.into_iter().any(routed) {
        return match index.region().block_public_access.get() {
            Ok(block) if block.mode != "off" => format!("VPC Block Public Access: {}", block.mode),
            _ => "no route to an internet gateway for the addresses it has".to_owned(),
        };
    }
    "no subnet has a route to an internet gateway".to_owned()
}

/// The network ACLs of the subnets that have a way.
fn filtered(roads: &Roads, port: &Port) -> String {
    let names = acl_names(roads);
    let verb = if names.len() == 1 { "lets" } else { "let" };
    let names = names.join(", ");
    let heard = port.knocks().any(|knock| {
        acl::of(roads.index, roads.lb)
            .iter()
            .any(|acl| acl::Direction::inbound(acl, knock).let_through(true) != Addresses::none())
    });
    if heard {
        format!("{names} {verb} no answer from {port} out")
    } else {
        format!("{names} {verb} no {port} in")
    }
}

fn acl_names(roads: &Roads) -> Vec<String> {
    acl::of(roads.index, roads.lb).iter().map(|acl| acl.id.clone()).collect()
}

/// The security groups admit nobody, or nobody of those who have a way.
fn shut(roads: &Roads, entries: &[Entry], road: &Addresses, port: &Port) -> String {
    let groups = roads.lb.security_groups.join(", ");
    let admitted = entries.iter().map(|entry| entry.door.span().most().clone());
    let admitted = admitted.fold(Addresses::none(), Addresses::or);
    let let_in = Family::BOTH.into_iter().filter(|family| !admitted.part(*family).is_empty());
    let let_in: Vec<Family> = let_in.collect();
    let Some(first) = let_in.first() else {
        return format!("no rule of {groups} admits {port}");
    };
    let verb = if roads.lb.security_groups.len() == 1 { "admits" } else { "admit" };
    if let_in.iter().any(|family| !road.part(*family).is_empty()) {
        let names = acl_names(roads).join(", ");
        return format!("nobody whom {groups} {verb} on {port} gets past {names} and the routes");
    }
    let lacks = if roads.public.most().part(*first).is_empty() {
        format!("it has no public {first} address")
    } else if roads.routed().most().part(*first).is_empty() {
        format!("no {first} route leads to an internet gateway")
    } else {
        format!("{} keeps {first} out", acl_names(roads).join(", "))
    };
    format!("{groups} {verb} {port} from {first} alone, and {lacks}")
}
