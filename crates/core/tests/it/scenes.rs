//! The account with a scene for each check shows every check at work.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::scenes;
use elb_audit_core::report::{Finding, Outcome, RegionStatus};
use elb_audit_core::vocab::severity::Persona;

use crate::given::{finds, report, report_of};
use crate::golden::compare;

/// The load balancer of a finding.
fn owner(finding: &Finding) -> &str {
    finding.load_balancer.as_ref().map_or("", |lb| &lb.name)
}

/// Each check with the load balancers, or what else, that it finds something in.
#[test]
fn what_the_scenes_show_is_what_the_list_says() {
    let mut found: BTreeMap<(Outcome, String), Vec<String>> = BTreeMap::new();
    for finding in report(&scenes::inventory(ALL)).findings {
        let place = match owner(&finding) {
            "" => finding.subject.label.clone(),
            name => name.to_owned(),
        };
        let places = found.entry((finding.outcome, finding.check)).or_default();
        if finding.outcome != Outcome::Pass && !places.contains(&place) {
            places.push(place);
        }
    }
    let mut list = String::new();
    for ((outcome, check), places) in found.iter().filter(|(_, places)| !places.is_empty()) {
        writeln!(list, "{} {check}: {}", outcome.word(), places.join(", ")).expect("a text");
    }
    compare("crates/core/tests/it/snapshots/scenes.txt", &list);
}

#[test]
fn each_fault_of_the_collection_is_on_the_load_balancer_of_its_name() {
    let report = report(&scenes::inventory(ALL));
    for id in scenes::FAULTS {
        assert!(ALL.iter().any(|check| check.id == *id), "{id} is no check");
        let own = report.findings.iter().any(|finding| {
            finding.outcome == Outcome::Fail && finding.check == *id && owner(finding) == *id
        });
        assert!(own, "{id} does not fail");
    }
}

#[test]
fn a_clean_one_of_every_kind_has_no_finding_of_any_check() {
    let report = report(&scenes::inventory(ALL));
    for (name, kind) in scenes::CLEAN {
        let own: Vec<_> = report.findings.iter().filter(|finding| owner(finding) == name).collect();
        assert!(own.len() > 20, "{kind}: {} judged", own.len());
        for finding in own {
            let fine = matches!(finding.outcome, Outcome::Pass | Outcome::Note);
            assert!(fine, "{name}: {} {}", finding.outcome.word(), finding.check);
        }
    }
}

#[test]
fn some_are_clean_what_was_denied_is_unknown_one_region_is_skipped() {
    let heard: Vec<_> =
        ALL.iter().copied().filter(|check| check.persona == Persona::Regular).collect();
    let report = report_of(&scenes::inventory(ALL), &heard);
    let bad = |name: &str| {
        let mut own = report
            .findings
            .iter()
            .filter(|finding| finding.load_balancer.as_ref().is_some_and(|lb| lb.name == name));
        own.any(|finding| !matches!(finding.outcome, Outcome::Pass | Outcome::Note))
    };
    for clean in ["accounts", "payments", "reports"] {
        assert!(!bad(clean), "{clean}: {:?}", finds(&scenes::inventory(ALL)));
    }
    let unknown = report.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown);
    let unknown: Vec<(&str, &str)> =
        unknown.map(|finding| (finding.check.as_str(), owner(finding))).collect();
    assert_eq!(
        unknown,
        [
            ("waf-counts-only", "staging"),
            ("waf-empty", "staging"),
            ("waf-bypass", "staging"),
            ("waf-fail-open", "staging"),
            ("waf-not-associated", "staging"),
            ("waf-rules-skipped", "staging"),
            ("mtls-many-authorities", "mtls-trust-store-removed"),
        ]
    );
    let calls: BTreeSet<&str> = report.gaps.iter().map(|gap| gap.call.as_str()).collect();
    let denied = ["elbv2:DescribeTrustStores", "wafv2:ListWebACLs"];
    assert_eq!(calls, BTreeSet::from(denied), "{:?}", report.gaps);
    let skipped =
        |region: &&elb_audit_core::report::RegionSummary| region.status == RegionStatus::Skipped;
    assert_eq!(report.regions.iter().filter(skipped).count(), 1);
    let names: Vec<&str> = report.regions.iter().map(|region| region.name.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
