//! The seeds of the fuzz targets for inventories and reports, held to the same as those hold what they try.

use std::fs;
use std::path::Path;

use elb_audit::source::file;
use elb_audit_core::audit::compare::compare;
use elb_audit_core::report::Report;

#[expect(unreachable_pub, reason = "the targets are crates of their own")]
#[path = "../../../../fuzz/src/choices.rs"]
mod choices;
#[expect(unreachable_pub, reason = "the targets are crates of their own")]
#[path = "../../../../fuzz/src/oracle.rs"]
mod oracle;

use choices::Choices;

/// How many users each seed is tried as.
const USERS: u32 = 3;

/// The seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let files = fs::read_dir(folder).expect("a folder of seeds");
    let seeds: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!seeds.is_empty());
    seeds
}

fn users(seed: &[u8]) -> impl Iterator<Item = Choices> {
    (0..USERS).map(Choices::of_seed).chain([Choices::of_input(seed)])
}

#[test]
fn the_seeds_of_inventories_break_nothing() {
    for seed in seeds("inventory") {
        match file::parse(&seed) {
            Ok(inventory) => users(&seed).for_each(|mut user| {
                let report = oracle::judged(&inventory, &mut user);
                oracle::report(&report, &mut user);
            }),
            Err(error) => oracle::refusal(&error.to_string()),
        }
    }
}

#[test]
fn the_seeds_of_reports_break_nothing() {
    let mut whole = 0;
    for seed in seeds("report") {
        let Ok(before) = serde_json::from_slice::<Report>(&seed) else { continue };
        whole += 1;
        let mut after = before.clone();
        compare(&before, &mut after);
        users(&seed).for_each(|mut user| oracle::report(&after, &mut user));
    }
    assert!(whole > 1, "the seeds are no reports any more");
}
