//! What is hidden or not understood: the engine does not know, or agrees with whatever it may have been.

use elb_audit_core::fixtures::sample;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::build::{Scene, scene};
use super::world::{Dice, World};
use super::{each, walked};

/// What is hidden.
#[derive(Clone, Copy, Debug)]
enum Part {
    Tables,
    Acls,
    Groups,
    List(usize),
    Block,
    Exclusions,
    Attributes,
    Targets,
    TargetGroups,
    Subnets,
}

const PARTS: &[Part] = &[
    Part::Tables,
    Part::Acls,
    Part::Groups,
    Part::List(0),
    Part::List(1),
    Part::Block,
    Part::Exclusions,
    Part::Attributes,
    Part::Targets,
    Part::TargetGroups,
    Part::Subnets,
];

fn unread<T>(call: Call) -> Fact<T> {
    Fact::Unread(sample::denied(call))
}

fn hide(scene: &mut Scene, part: Part) {
    let region = &mut scene.region;
    match part {
        Part::Tables => region.route_tables = unread(Call::Ec2DescribeRouteTables),
        Part::Acls => region.network_acls = unread(Call::Ec2DescribeNetworkAcls),
        Part::Groups => region.security_groups = unread(Call::Ec2DescribeSecurityGroups),
        Part::List(number) => {
            let list = unread(Call::Ec2GetManagedPrefixListEntries);
            region.prefix_lists.insert(format!("pl-{number}"), list);
        }
        Part::Block => {
            region.block_public_access = unread(Call::Ec2DescribeVpcBlockPublicAccessOptions);
        }
        Part::Exclusions => {
            let Fact::Known(block) = &mut region.block_public_access else { panic!("known") };
            block.exclusions = unread(Call::Ec2DescribeVpcBlockPublicAccessExclusions);
        }
        Part::Attributes => {
            for lb in &mut region.v2.items {
                lb.attributes = unread(Call::ElbV2DescribeLoadBalancerAttributes);
            }
        }
        Part::Targets => {
            let Fact::Known(groups) = &mut region.target_groups else { panic!("known") };
            for group in groups {
                group.targets = unread(Call::ElbV2DescribeTargetHealth);
            }
        }
        Part::TargetGroups => region.target_groups = unread(Call::ElbV2DescribeTargetGroups),
        Part::Subnets => region.subnets = unread(Call::Ec2DescribeSubnets),
    }
}

/// The world with a part of another.
fn completed(world: &World, part: Part, other: &World) -> World {
    let mut world = world.clone();
    match part {
        Part::Tables => world.tables.clone_from(&other.tables),
        Part::Acls => world.acls.clone_from(&other.acls),
        Part::Groups => world.groups.clone_from(&other.groups),
        Part::List(number) => world.lists[number].clone_from(&other.lists[number]),
        Part::Block => {
            world.block = other.block;
            world.exclusions.clone_from(&other.exclusions);
        }
        Part::Exclusions => world.exclusions.clone_from(&other.exclusions),
        Part::Attributes => {
            world.own.denies_v6 = other.own.denies_v6;
            if let Some((front, _)) = &mut world.front {
                front.denies_v6 = Some(other.block == "off");
            }
        }
        Part::Targets | Part::TargetGroups => {
            if let Some((_, holds)) = &mut world.front {
                *holds = other.block == "off";
            }
        }
        Part::Subnets => {
            let text = if other.block == "off" { "17.1.0.0/24" } else { "10.0.7.0/24" };
            world.subnets[0].net = super::world::Net::new(text);
        }
    }
    world
}

/// A list of a gateway endpoint is AWS's own: it takes no clients away, and counts for none while unread.
fn is_of_endpoint(world: &World, number: usize) -> bool {
    let names = |route: &super::world::Route| {
        route.to == super::world::To::List(number) && route.target.starts_with("vpce-")
    };
    world.tables.iter().flatten().any(names)
}

fn contradiction(said: &str, completions: impl Iterator<Item = World>) -> Option<String> {
    if said == "unknown" {
        return None;
    }
    let of = |world: World| walked(&world).into_iter().find(|class| *class != said);
    let other = completions.into_iter().find_map(of)?;
    Some(format!("the engine says {said}, and it may be {other}"))
}

#[test]
fn what_is_hidden_is_not_known() {
    each(3_000, |world, seed| {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let part = dice.one_of(PARTS);
        match part {
            Part::List(number) if is_of_endpoint(world, number) => return None,
            Part::Exclusions if world.block == "off" => return None,
            _ => {}
        }
        let mut scene = scene(world, "");
        hide(&mut scene, part);
        let others: Vec<World> = (0..3).map(|_| World::new(&mut dice)).collect();
        let completions = others.iter().map(|other| completed(world, part, other));
        let completions = completions.chain([world.clone()]);
        contradiction(scene.class(), completions).map(|said| format!("{part:?}: {said}"))
    });
}

#[test]
fn what_is_not_understood_may_be_either() {
    each(3_000, |world, seed| {
        let mut dice = Dice::new(seed ^ 0x0dd);
        let (which, number) = (dice.below(3), dice.below(2));
        let mut odd = world.clone();
        let mut completions = [world.clone(), world.clone()];
        let rows = match which {
            0 | 1 => world.tables[number].len(),
            _ => world.acls[number].len(),
        };
        if rows == 0 {
            return None;
        }
        let row = dice.below(rows);
        match which {
            0 => {
                odd.tables[number][row].state = "perhaps";
                completions[0].tables[number][row].state = "active";
                completions[1].tables[number][row].state = "blackhole";
            }
            1 => {
                if is_inside(world, world.tables[number][row].to) {
                    return None;
                }
                odd.tables[number][row] = super::world::Route {
                    target: "warp-1",
                    state: "active",
                    ..odd.tables[number][row]
                };
                for (world, target) in completions.iter_mut().zip(["igw-1", "tgw-1"]) {
                    world.tables[number][row].target = target;
                    world.tables[number][row].state = "active";
                }
            }
            _ => {
                odd.acls[number][row].action = "perhaps";
                completions[0].acls[number][row].action = "allow";
                completions[1].acls[number][row].action = "deny";
            }
        }
        contradiction(scene(&odd, "").class(), completions.into_iter())
    });
}

/// Whether a route is about private addresses: what leads there leads inside, whatever it is.
fn is_inside(world: &World, to: super::world::To) -> bool {
    let nets = match to {
        super::world::To::Net(net) => vec![net],
        super::world::To::List(number) => world.lists[number].clone(),
    };
    let inside = ["10.0.0.0/8", "100.64.0.0/10", "fd00::/8"].map(super::world::Net::new);
    let is_among = |net: &super::world::Net| inside.iter().any(|one| one.has(net.v6, net.first));
    nets.iter().any(is_among)
}

#[test]
fn a_group_that_may_be_in_front_hides_what_is_behind() {
    // Whatever of a group is missing while its targets are unread, it may hold the load balancer.
    each(6_000, |world, seed| {
        let (Some(_), false) = (&world.front, seed % 4 == 3) else { return None };
        let mut scene = scene(world, "");
        let Fact::Known(groups) = &mut scene.region.target_groups else { panic!("known") };
        for group in groups.iter_mut().filter(|group| group.name == "alb") {
            match seed % 4 {
                0 => group.vpc_id = None,
                1 => group.target_type = None,
                _ => group.target_type = Some("raft".into()),
            }
            group.targets = unread(Call::ElbV2DescribeTargetHealth);
        }
        let completions = [true, false].map(|holds| {
            let mut world = world.clone();
            world.front = world.front.map(|(front, _)| (front, holds));
            world
        });
        contradiction(scene.class(), completions.into_iter())
    });
}
