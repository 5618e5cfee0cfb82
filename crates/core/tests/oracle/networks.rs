//! Networks at random: who reaches a load balancer is whose packets get in and are answered.
//!
//! `ORACLE_SEED` and `ORACLE_CASES` try others, and more of them; `--nocapture` shows what
//! the answers were.

use std::cell::RefCell;
use std::collections::BTreeMap;

use build::scene;
use walk::Walk;
use world::{Dice, World};

mod build;
mod found;
mod hidden;
mod laws;
mod walk;
mod world;

/// The seed of the networks that are always tried.
const SEED: u64 = 20_261_102;

#[expect(clippy::disallowed_methods, reason = "variables widen what a person tries out")]
fn variable(name: &str, default: u64) -> u64 {
    let given = std::env::var(format!("ORACLE_{name}"));
    given.map_or(default, |text| text.parse().expect("a number"))
}

/// Tries so many networks. One that fails is told by its seed, with all that can go left out.
fn each(cases: u64, fails: impl Fn(&World, u64) -> Option<String>) {
    let seed = variable("SEED", SEED);
    for case in 0..variable("CASES", cases) {
        let seed = seed.wrapping_add(case);
        let world = World::new(&mut Dice::new(seed));
        if fails(&world, seed).is_some() {
            let (world, said) = shrunk(world, seed, &fails);
            panic!("ORACLE_SEED={seed} ORACLE_CASES=1: {said}\n{world:#?}");
        }
    }
}

/// The smallest world that fails too.
fn shrunk(
    mut world: World,
    seed: u64,
    fails: &impl Fn(&World, u64) -> Option<String>,
) -> (World, String) {
    while let Some(smaller) = world.smaller().into_iter().find(|one| fails(one, seed).is_some()) {
        world = smaller;
    }
    let said = fails(&world, seed).unwrap_or_default();
    (world, said)
}

/// What the walks of a world come to: one for each prefix list that may come first.
fn walked(world: &World) -> [&'static str; 2] {
    [0, 1].map(|first| Walk::new(world, first).class())
}

/// What the engine says against the walks, if they disagree.
fn disagreement(world: &World) -> Option<String> {
    against_walks(world, scene(world, "").class())
}

fn against_walks(world: &World, said: &str) -> Option<String> {
    let [one, other] = walked(world);
    let agrees = match said {
        "unknown" => one != other || has_rivals(world),
        known => one == known && other == known,
    };
    (!agrees).then(|| format!("the engine says {said}, the packets say {one} or {other}"))
}

/// Whether two routes of a table name prefix lists: which comes first is AWS's own choice.
fn has_rivals(world: &World) -> bool {
    let is_list = |route: &&world::Route| matches!(route.to, world::To::List(_));
    world.tables.iter().any(|table| table.iter().filter(is_list).count() > 1)
}

#[test]
#[expect(clippy::print_stdout, reason = "numbers to be quoted")]
fn the_engine_says_what_packets_say() {
    let counts: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    each(5_000, |world, _| {
        let said = scene(world, "").class();
        *counts.borrow_mut().entry(said).or_default() += 1;
        against_walks(world, said)
    });
    let counts = counts.into_inner();
    let classes: Vec<String> =
        counts.iter().map(|(class, number)| format!("{number} {class}")).collect();
    println!("networks: {} tried, {}", counts.values().sum::<u32>(), classes.join(", "));
}

#[test]
fn every_answer_is_given_often_enough_to_matter() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in SEED..SEED + 1_000 {
        *counts.entry(walked(&World::new(&mut Dice::new(seed)))[0]).or_default() += 1;
    }
    for class in ["internet", "restricted", "internal", "blocked"] {
        assert!(counts.get(class).is_some_and(|count| *count >= 50), "{counts:?}");
    }
}
