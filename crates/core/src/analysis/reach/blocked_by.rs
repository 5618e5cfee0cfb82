//! What stands in the way when nobody reaches a load balancer with public addresses.

use super::acl::Direction;
use super::firewall::{self, Treatment};
use super::ingress::{Flow, Port};
use super::routes::{self, InternetRoutes};
use super::{Entry, acl};
use crate::inventory::NetworkAcl;
use crate::vocab::net::{Family, Sources};

/// The first thing on the way that lets nobody through.
pub(super) fn first(routes: &InternetRoutes, entries: &[Entry], port: &Port) -> String {
    let nobody = Sources::none();
    if *routes.by_route().upper() == nobody {
        return unrouted(routes);
    }
    let by_route = entries.iter().map(|entry| entry.by_route.upper().clone());
    let by_route = by_route.fold(nobody.clone(), Sources::or);
    if by_route == nobody {
        return filtered(routes, port);
    }
    shut(routes, entries, &by_route, port)
}

fn unrouted(routes: &InternetRoutes) -> String {
    let InternetRoutes { index, lb, .. } = routes;
    if !routes.is_public() {
        return "ipv6.deny_all_igw_traffic, and no public IPv4 address".to_owned();
    }
    let by_route = |family| {
        let mut ways = lb
            .subnets
            .iter()
            .map(|subnet| routes::route(index, lb.vpc_id.as_deref(), subnet, family));
        ways.any(|way| *way.open.upper() != Sources::none())
    };
    if Family::BOTH.into_iter().any(by_route) {
        return match super::block(index, lb) {
            Ok(block) if block.mode != "off" => format!("VPC Block Public Access: {}", block.mode),
            _ => "no route to an internet gateway for the addresses it has".to_owned(),
        };
    }
    let vpc = lb.vpc_id.as_deref();
    let mut shut = lb.subnets.iter().filter_map(|subnet| {
        let firewall = firewall::of_subnet(index, vpc, subnet)?;
        (firewall.treatment(subnet) == Treatment::Shut).then(|| firewall.words())
    });
    if let Some(firewall) = shut.next() {
        return firewall;
    }
    "no subnet has a route to an internet gateway".to_owned()
}

/// The network ACLs of the subnets that have a way.
fn filtered(routes: &InternetRoutes, port: &Port) -> String {
    let names = acl_names(routes);
    let verb = if names.len() == 1 { "lets" } else { "let" };
    let names = names.join(", ");
    let acls = acl::of_subnets(routes.index, routes.lb);
    let some = |of: &dyn Fn(&NetworkAcl, Flow) -> Sources| {
        let passed = |flow| {
            let of = |acl: &&NetworkAcl| of(acl, flow).and(routes.public.upper().clone());
            acls.iter().map(of).any(|who| who != Sources::none())
        };
        port.flows().any(passed)
    };
    let heard = |acl: &NetworkAcl, flow| Direction::inbound(acl, flow).let_through(true);
    let answered = |acl: &NetworkAcl, flow| {
        Direction::outbound(acl, flow).map_or(Sources::all(), |out| out.let_through(true))
    };
    if !some(&heard) {
        format!("{names} {verb} no {port} in")
    } else if !some(&answered) {
        format!("{names} {verb} no answer from {port} out")
    } else if !some(&|acl, flow| heard(acl, flow).and(answered(acl, flow))) {
        format!("{names} {verb} no answer from {port} out to anyone who gets in")
    } else {
        format!("{names} {verb} {port} in from nobody to whom a route leads back")
    }
}

fn acl_names(routes: &InternetRoutes) -> Vec<String> {
    acl::of_subnets(routes.index, routes.lb).iter().map(|acl| acl.id.clone()).collect()
}

/// The security groups admit nobody, or nobody of those who have a way.
fn shut(routes: &InternetRoutes, entries: &[Entry], by_route: &Sources, port: &Port) -> String {
    let groups = routes.lb.security_groups.join(", ");
    let admitted = entries.iter().map(|entry| entry.ingress.bounds().upper().clone());
    let admitted = admitted.fold(Sources::none(), Sources::or);
    let let_in = Family::BOTH.into_iter().filter(|family| !admitted.part(*family).is_empty());
    let let_in: Vec<Family> = let_in.collect();
    let Some(first) = let_in.first() else {
        return format!("no rule of {groups} admits {port}");
    };
    let verb = if routes.lb.security_groups.len() == 1 { "admits" } else { "admit" };
    if let_in.iter().any(|family| !by_route.part(*family).is_empty()) {
        let names = acl_names(routes).join(", ");
        return format!("nobody whom {groups} {verb} on {port} gets past {names} and the routes");
    }
    let lacks = if routes.public.upper().part(*first).is_empty() {
        format!("it has no public {first} address")
    } else if routes.by_route().upper().part(*first).is_empty() {
        format!("no {first} route leads to an internet gateway")
    } else {
        format!("{} keeps {first} out", acl_names(routes).join(", "))
    };
    format!("{groups} {verb} {port} from {first} alone, and {lacks}")
}
