//! A world as an inventory, and what the engine says of it.

use elb_audit_core::analysis::reach::{Exposure, listener_exposure, load_balancer_exposure};
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    AclEntry, BlockPublicAccess, Exclusion, Kind, Listener, LoadBalancer, NetworkAcl, Permission,
    Region, Route, RouteTable, SecurityGroup,
};
use elb_audit_core::vocab::fact::Fact;

use super::world::{Balancer, To, World};

/// A world in the engine's words.
pub(super) struct Scene {
    pub(super) region: Region,
}

impl Scene {
    /// Who can reach the listener, which is the only one.
    pub(super) fn exposure(&self) -> Exposure {
        let lb = &self.region.v2.items[0];
        let listener = &lb.listeners.get().expect("known")[0];
        let of_listener = listener_exposure(&self.region, lb, listener);
        let whole = load_balancer_exposure(&self.region, lb);
        assert_eq!(of_listener.class(), whole.class(), "the only listener of a load balancer");
        of_listener
    }

    pub(super) fn class(&self) -> &'static str {
        self.exposure().class().word()
    }
}

/// The id of a thing: its kind, a mark and its number.
struct Names<'a>(&'a str);

impl Names<'_> {
    fn id(&self, kind: &str, number: usize) -> String {
        format!("{kind}-{}{number}", self.0)
    }

    fn all(&self, kind: &str, numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|number| self.id(kind, *number)).collect()
    }
}

/// The scene of a world, whose ids bear a mark.
pub(super) fn scene(world: &World, mark: &str) -> Scene {
    let names = Names(mark);
    let mut region = region(world);
    region.security_groups = Fact::Known(groups(world, &names));
    region.route_tables = Fact::Known(tables(world, &names));
    region.network_acls = Fact::Known(acls(world, &names));
    let block = region.block_public_access.get().expect("known").clone();
    region.block_public_access = Fact::Known(BlockPublicAccess {
        mode: world.block.to_owned(),
        exclusions: match world.block {
            "off" => block.exclusions,
            _ => Fact::Known(exclusions(world, &names)),
        },
    });
    for (number, list) in world.lists.iter().enumerate() {
        let ranges = list.iter().map(|net| net.to_string().parse().expect("a range")).collect();
        region.prefix_lists.insert(names.id("pl", number), Fact::Known(ranges));
    }
    let Fact::Known(subnets) = &mut region.subnets else { panic!("known") };
    for (number, subnet) in subnets.iter_mut().enumerate() {
        subnet.id = names.id("subnet", number);
        subnet.vpc_id = names.id("vpc", 0);
        subnet.ranges = vec![world.subnets[number].net.to_string().parse().expect("a range")];
    }
    if let Fact::Known(groups) = &mut region.target_groups {
        for group in groups {
            group.vpc_id = Some(names.id("vpc", 0));
        }
    }
    let balancers = [&world.own].into_iter().chain(world.front.as_ref().map(|(front, _)| front));
    for (lb, balancer) in region.v2.items.iter_mut().zip(balancers) {
        shape(lb, balancer, &names);
    }
    Scene { region }
}

fn region(world: &World) -> Region {
    let mut inventory = match (&world.front, world.protocol) {
        (Some((_, holds)), _) => sample::front::fronted(|region| {
            if !holds {
                sample::regroup(region, "alb", |group| group.targets = Fact::Known(Vec::new()));
            }
        }),
        (None, Some(_)) => sample::clean(&Kind::Network),
        (None, None) => sample::clean(&Kind::Application),
    };
    let mut region = inventory.accounts.remove(0).regions.remove(0);
    let listener: Listener = match world.protocol {
        Some(protocol) => sample::listener(protocol, 443, vec![sample::forward("web")]),
        None => sample::https(vec![sample::forward("web")]),
    };
    region.v2.items[0].listeners = Fact::Known(vec![listener]);
    region
}

fn shape(lb: &mut LoadBalancer, balancer: &Balancer, names: &Names) {
    let scheme = if balancer.is_internal { "internal" } else { "internet-facing" };
    lb.scheme = Some(scheme.into());
    lb.ip_address_type = Some(balancer.addresses.into());
    lb.vpc_id = Some(names.id("vpc", 0));
    lb.subnets = names.all("subnet", &balancer.subnets);
    lb.security_groups = names.all("sg", &balancer.groups);
    if let (Fact::Known(attributes), Some(denies)) = (&mut lb.attributes, balancer.denies_v6) {
        attributes.insert("ipv6.deny_all_igw_traffic".to_owned(), denies.to_string());
    } else if let Fact::Known(attributes) = &mut lb.attributes {
        attributes.remove("ipv6.deny_all_igw_traffic");
    }
}

fn groups(world: &World, names: &Names) -> Vec<SecurityGroup> {
    let permission = |rule: &super::world::Permission| {
        let ports = matches!(rule.protocol, "tcp" | "6" | "udp").then_some(rule.ports);
        Permission {
            protocol: rule.protocol.to_owned(),
            from_port: ports.map(|(from, _)| i32::from(from)),
            to_port: ports.map(|(_, to)| i32::from(to)),
            ranges: rule.nets.iter().map(|net| net.to_string().parse().expect("one")).collect(),
            prefix_lists: names.all("pl", &rule.lists),
            groups: names.all("sg", &rule.groups),
        }
    };
    let group = |(number, rules): (usize, &Vec<super::world::Permission>)| SecurityGroup {
        id: names.id("sg", number),
        name: None,
        vpc_id: Some(names.id("vpc", 0)),
        ingress: rules.iter().map(permission).collect(),
        egress: Vec::new(),
        ..SecurityGroup::default()
    };
    world.groups.iter().enumerate().map(group).collect()
}

/// The numbers of the subnets that this is so of.
fn subnets(world: &World, names: &Names, is_so: impl Fn(usize) -> bool) -> Vec<String> {
    let numbers = (0..world.subnets.len()).filter(|number| is_so(*number));
    names.all("subnet", &numbers.collect::<Vec<_>>())
}

fn tables(world: &World, names: &Names) -> Vec<RouteTable> {
    let route = |route: &super::world::Route| Route {
        destination: match route.to {
            To::Net(net) => net.to_string(),
            To::List(number) => names.id("pl", number),
        },
        target: Some(route.target.to_owned()),
        state: Some(route.state.to_owned()),
        ..Route::default()
    };
    let table = |(number, routes): (usize, &Vec<super::world::Route>)| RouteTable {
        id: names.id("rtb", number),
        vpc_id: names.id("vpc", 0),
        main: false,
        subnets: subnets(world, names, |subnet| world.subnets[subnet].table == number),
        routes: routes.iter().map(route).collect(),
        ..RouteTable::default()
    };
    world.tables.iter().enumerate().map(table).collect()
}

fn acls(world: &World, names: &Names) -> Vec<NetworkAcl> {
    let entry = |entry: &super::world::Entry| AclEntry {
        number: entry.number,
        egress: entry.egress,
        protocol: entry.protocol.to_owned(),
        action: entry.action.to_owned(),
        range: Some(entry.net.to_string().parse().expect("a range")),
        from_port: entry.ports.map(|(from, _)| i32::from(from)),
        to_port: entry.ports.map(|(_, to)| i32::from(to)),
    };
    let acl = |(number, entries): (usize, &Vec<super::world::Entry>)| NetworkAcl {
        id: names.id("acl", number),
        vpc_id: names.id("vpc", 0),
        is_default: false,
        subnets: subnets(world, names, |subnet| world.subnets[subnet].acl == number),
        entries: entries.iter().map(entry).collect(),
        ..NetworkAcl::default()
    };
    world.acls.iter().enumerate().map(acl).collect()
}

fn exclusions(world: &World, names: &Names) -> Vec<Exclusion> {
    let exclusion = |(resource, mode): &(Option<usize>, &str)| Exclusion {
        resource: resource.map_or_else(|| names.id("vpc", 0), |number| names.id("subnet", number)),
        mode: (*mode).to_owned(),
        state: Some("create-complete".to_owned()),
    };
    world.exclusions.iter().map(exclusion).collect()
}
