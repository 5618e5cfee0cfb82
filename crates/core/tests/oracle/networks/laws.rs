//! What may be changed in a network without another answer, and what only opens it.

use elb_audit_core::analysis::reach::Exposure;

use super::build::scene;
use super::each;
use super::world::{Dice, Entry, Net, Permission, Route, To, World};

/// How wide an answer is; none for one that is not known.
fn width(exposure: &Exposure) -> Option<u8> {
    match exposure {
        Exposure::Internal | Exposure::Blocked(_) => Some(0),
        Exposure::Restricted(_) => Some(1),
        Exposure::Internet(_) => Some(2),
        Exposure::Unknown(_) => None,
    }
}

fn unlike(before: &World, after: &World) -> Option<String> {
    let (was, is) = (scene(before, "").class(), scene(after, "").class());
    (was != is).then(|| format!("was {was}, is {is} for\n{after:#?}"))
}

fn nets(world: &mut World) -> impl Iterator<Item = &mut Vec<Net>> {
    let rules = world.groups.iter_mut().flatten().map(|rule| &mut rule.nets);
    rules.chain(&mut world.lists)
}

#[test]
fn a_block_is_its_halves() {
    each(1_000, |world, seed| {
        let mut dice = Dice::new(seed ^ 0x4a1f);
        let mut split = world.clone();
        for all in nets(&mut split) {
            let halved =
                all.iter().flat_map(|net| if dice.once_in(2) { net.halves() } else { vec![*net] });
            *all = halved.collect();
        }
        for table in &mut split.tables {
            let halved = table.iter().flat_map(|route| match route.to {
                To::Net(net) if dice.once_in(2) => net
                    .halves()
                    .into_iter()
                    .map(|half| Route { to: To::Net(half), ..route.clone() })
                    // A destination that stands there already decides by itself.
                    .filter(|half| table.iter().all(|other| other.to != half.to))
                    .collect(),
                _ => vec![route.clone()],
            });
            *table = halved.collect();
        }
        for acl in &mut split.acls {
            let halved = acl.iter().flat_map(|entry| {
                let halves = if dice.once_in(2) { entry.net.halves() } else { vec![entry.net] };
                let part = |(place, net): (usize, Net)| Entry {
                    number: entry.number + i32::try_from(place).expect("two"),
                    net,
                    ..entry.clone()
                };
                halves.into_iter().enumerate().map(part).collect::<Vec<_>>()
            });
            *acl = halved.collect();
        }
        if ranked(world) {
            split.tables.clone_from(&world.tables);
            split.lists.clone_from(&world.lists);
        }
        unlike(world, &split)
    });
}

/// Whether a table has routes that give way to a static one as specific as they are: a half may be.
fn ranked(world: &World) -> bool {
    let gives_way =
        |route: &Route| matches!(route.to, To::List(_)) || route.target.starts_with("vgw-");
    world.tables.iter().flatten().any(gives_way)
}

#[test]
fn the_order_of_lists_says_nothing() {
    each(1_000, |world, seed| {
        let mut dice = Dice::new(seed ^ 0x0de2);
        let mut other = world.clone();
        other.own.subnets.reverse();
        other.own.groups.reverse();
        other.tables.iter_mut().for_each(|table| dice.shuffle(table));
        other.acls.iter_mut().for_each(|acl| dice.shuffle(acl));
        other.groups.iter_mut().for_each(|group| dice.shuffle(group));
        nets(&mut other).for_each(|all| dice.shuffle(all));
        let was = scene(world, "").exposure();
        let is = scene(&other, "").exposure();
        let differs = was.class() != is.class() || was.sources() != is.sources();
        differs.then(|| format!("{was:?} became {is:?}"))
    });
}

#[test]
fn names_say_nothing() {
    each(1_000, |world, _| {
        let was = scene(world, "").exposure();
        let is = scene(world, "other").exposure();
        let renamed = |text: &String| text.replace("-other", "-");
        let sources: Vec<String> = is.sources().iter().map(renamed).collect();
        let differs = was.class() != is.class() || was.sources() != sources;
        differs.then(|| format!("{was:?} became {is:?}"))
    });
}

#[test]
fn one_more_way_in_closes_none() {
    each(2_000, |world, seed| {
        let mut dice = Dice::new(seed ^ 0x09e4);
        let mut wider = world.clone();
        let number = dice.below(2);
        let net = dice.net();
        match dice.below(3) {
            0 => wider.acls[number].push(Entry {
                number: 1,
                egress: dice.once_in(2),
                action: "allow",
                protocol: dice.one_of(&["-1", "6"]),
                ports: None,
                net,
            }),
            1 => wider.groups[dice.one_of(&[0, 1, 2])].push(Permission {
                protocol: "tcp",
                ports: (443, 443),
                nets: vec![net],
                lists: Vec::new(),
                groups: Vec::new(),
            }),
            _ => {
                wider.tables[number].retain(|route| route.to != To::Net(net));
                let route = Route { to: To::Net(net), target: "igw-1", state: "active" };
                wider.tables[number].push(route);
            }
        }
        let (was, is) = (scene(world, "").exposure(), scene(&wider, "").exposure());
        let closes = match (width(&was), width(&is)) {
            (Some(was), Some(is)) => is < was,
            _ => false,
        };
        closes.then(|| format!("{was:?} became {is:?} for\n{wider:#?}"))
    });
}
