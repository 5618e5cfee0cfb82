//! Whom a report is for.

use elb_audit_core::checks::ALL;
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::account;
use crate::program::{Folder, Run};

/// The checks that find something in the demo.
fn found(options: &str) -> Vec<String> {
    let report = Run::bare(&format!("demo --format json {options}")).report();
    let mut checks: Vec<String> = report.findings.into_iter().map(|one| one.check).collect();
    checks.sort();
    checks.dedup();
    checks
}

#[test]
fn each_hears_more_than_the_one_before() {
    let has = |checks: &[String], id: &str| checks.iter().any(|check| check == id);
    let regular = found("");
    assert_eq!(found("--persona regular"), regular);
    assert!(!has(&regular, "deletion-protection-off") && !has(&regular, "internet-facing"));
    let pedantic = found("--persona pedantic");
    assert!(has(&pedantic, "deletion-protection-off") && !has(&pedantic, "internet-facing"));
    let auditor = found("--persona auditor");
    assert!(has(&auditor, "deletion-protection-off") && has(&auditor, "internet-facing"));
    assert_eq!(found("--check internet-facing"), ["internet-facing"]);
    let mirrored = Run::bare("demo --format json").env("ELB_AUDIT_PERSONA", "auditor").report();
    assert!(mirrored.findings.iter().any(|one| one.check == "internet-facing"));
}

#[test]
fn the_list_of_checks_says_whom_each_is_for() {
    let all = Run::bare("checks --format json").done().exits(0).json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), ALL.len());
    for (listed, check) in all.iter().zip(ALL) {
        assert_eq!(listed["persona"], check.persona.word(), "{}", check.id);
        assert!(listed["controls"].is_object() && listed["edition"] == "2026-11", "{listed}");
    }
    let some = Run::bare("checks --format json --persona regular").done().json();
    let fewer = some.as_array().unwrap();
    assert!(fewer.len() < all.len() && fewer.iter().all(|one| one["persona"] == "regular"));
    let text = Run::bare("checks").done().stdout;
    assert_eq!(text.lines().count(), ALL.len());
    let line = text.lines().find(|line| line.contains("deletion-protection-off")).unwrap();
    assert!(line.starts_with("low      pedantic deletion-protection-off"), "{line}");
}

#[test]
fn a_scan_asks_what_its_checks_need_and_collect_everything() {
    let asks = |call: &str, arguments: &str| {
        let fake = FakeAws::start(account());
        let folder = Folder::new();
        let run = Run::on(&fake, arguments);
        let run = if arguments.starts_with("collect") {
            run.arg("-o").arg(folder.path("inventory.json"))
        } else {
            run
        };
        run.done();
        fake.count(call) > 0
    };
    let asked = |arguments: &str| asks("wafv2:ListWebACLs", arguments);
    assert!(asked("collect"));
    assert!(!asked("collect --check no-targets"));
    assert!(asked("collect --persona regular"));
    assert!(asks("ec2:DescribeFlowLogs", "collect --persona regular"));
    let others = "collect --skip-check flow-logs-missing --persona regular";
    assert!(!asks("ec2:DescribeFlowLogs", others));
    assert!(!asked("scan --check no-targets"));
}

#[test]
fn what_only_others_want_to_know_is_not_asked_and_fails_nobody() {
    let scan = |options: &str| {
        let fake = FakeAws::start(account());
        fake.fault(Fault::deny("elbv2:DescribeTags"));
        let scan = format!("scan --format json --fail-on never --retries 0 {options}");
        let report = Run::on(&fake, &scan).report();
        let gaps = report.gaps.iter().filter(|gap| gap.call == "elbv2:DescribeTags").count();
        (fake.count("elbv2:DescribeTags") > 0, gaps > 0)
    };
    assert_eq!(scan(""), (false, false));
    assert_eq!(scan("--persona auditor"), (true, true));
    assert_eq!(scan("--check internet-facing"), (true, true));
}
