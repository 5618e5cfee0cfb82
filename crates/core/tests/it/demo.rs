//! The account that ships with elb-audit shows every check at work.

use std::collections::BTreeSet;

use elb_audit_core::checks::ALL;
use elb_audit_core::demo;
use elb_audit_core::report::{Outcome, RegionStatus};

use crate::given::{finds, report};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/demo.json");
const COMMAND: &str = "UPDATE_GOLDEN=1 cargo test -p elb-audit-core demo";

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may read and write its golden file")]
fn the_published_inventory_is_the_one_inside() {
    let mut text = serde_json::to_string_pretty(&demo::inventory()).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(golden == text, "examples/demo.json is not the demo's inventory: run `{COMMAND}`");
}

#[test]
fn every_check_fires() {
    let report = report(&demo::inventory());
    let told = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Fail | Outcome::Note));
    let fired: BTreeSet<&str> = told.map(|finding| finding.check.as_str()).collect();
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    assert_eq!(fired, ids);
    assert!(report.summary.faults.total() >= 20, "{:?}", report.summary.faults);
}

#[test]
fn some_are_clean_one_verdict_is_unknown_one_region_is_skipped() {
    let report = report(&demo::inventory());
    let bad = |name: &str| {
        let mut own = report
            .findings
            .iter()
            .filter(|finding| finding.load_balancer.as_ref().is_some_and(|lb| lb.name == name));
        own.any(|finding| !matches!(finding.outcome, Outcome::Pass | Outcome::Note))
    };
    for clean in ["accounts", "payments", "reports"] {
        assert!(!bad(clean), "{clean}: {:?}", finds(&demo::inventory()));
    }
    assert_eq!(report.summary.unknown, 1);
    assert_eq!(report.gaps.len(), 1, "{:?}", report.gaps);
    let skipped =
        |region: &&elb_audit_core::report::RegionSummary| region.status == RegionStatus::Skipped;
    assert_eq!(report.regions.iter().filter(skipped).count(), 1);
    let names: Vec<&str> = report.regions.iter().map(|region| region.name.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
