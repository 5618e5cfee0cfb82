//! The account that ships inside the program.

use std::path::Path;

use crate::program::Run;

#[test]
fn the_demo_is_the_check_of_its_inventory() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    for options in
        ["", "--format json", "--format json --show-passed", "--strict --check no-targets"]
    {
        let demo = Run::bare(&format!("demo {options}")).done();
        let check = Run::bare(&format!("check {options}")).arg(&file).done();
        assert_eq!((demo.code, &demo.stderr), (check.code, &check.stderr), "{options}");
        assert!(demo.stdout == check.stdout, "{options}: the reports differ");
        let again = Run::bare(&format!("demo {options}")).done();
        assert!(demo.stdout == again.stdout, "{options}: the demo changes");
    }
    let text = std::fs::read_to_string(&file).unwrap();
    let piped = Run::bare("check -").input(&text).done().exits(1);
    assert!(piped.stdout == Run::bare("demo").done().stdout);
}

#[test]
fn the_demo_finds_much() {
    let report = Run::bare("demo --format json").done().exits(1).report();
    assert!(report.summary.faults.total() >= 20, "{:?}", report.summary.faults);
    let mut checks: Vec<_> = report.findings.iter().map(|one| one.check.as_str()).collect();
    checks.sort_unstable();
    checks.dedup();
    assert!(checks.len() >= 20, "{checks:?}");
}

#[test]
fn a_saved_inventory_can_be_judged_at_another_time() {
    let expired = |options: &str| {
        let report = Run::bare(&format!("demo {options}")).report();
        report.findings.iter().filter(|one| one.check == "certificate-expired").count()
    };
    let now = expired("--format json");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let later = Run::bare("check --format json --now 2099-01-01T00:00:00Z").arg(&file).report();
    let then = later.findings.iter().filter(|one| one.check == "certificate-expired").count();
    assert!(then > now, "{then} {now}");
}
