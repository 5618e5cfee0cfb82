//! One finding of a report in full.

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::docs::explain_finding;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::Style;
use elb_audit_core::report::{Finding, Outcome, Report, SubjectKind};

use crate::golden;

fn report() -> Report {
    let inventory = demo::inventory();
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    audit(&inventory, ALL, &options)
}

fn explained(report: &Report, finding: &Finding) -> String {
    explain_finding(report, finding, Style::PLAIN)
}

#[test]
fn a_finding_reads_as_it_did() {
    let report = report();
    let finding = report
        .findings
        .iter()
        .find(|one| one.check == "listener-cleartext" && one.outcome == Outcome::Fail);
    let style = Style { width: 80, ..Style::PLAIN };
    let text = explain_finding(&report, finding.expect("a finding"), style);
    golden::compare("crates/core/tests/it/snapshots/explain-finding.txt", &text);
}

#[test]
fn every_finding_is_told_whole() {
    let report = report();
    for finding in &report.findings {
        let text = explained(&report, finding);
        let check = ALL.iter().find(|check| check.id == finding.check).expect("a check");
        let mut parts = vec![&*finding.fingerprint, &finding.region, &finding.title, check.why];
        parts.extend([&*finding.fix, &*finding.account, &finding.subject.label]);
        let its = finding.load_balancer.as_ref().map(|lb| &lb.arn);
        let lb = report.load_balancers.iter().find(|lb| Some(&lb.arn) == its);
        let mut listeners = lb.into_iter().flat_map(|lb| lb.listeners.iter().flatten());
        let listener = listeners.find(|one| {
            finding.subject.kind == SubjectKind::Listener && one.id == finding.subject.id
        });
        parts.extend(listener.iter().flat_map(|one| &one.chain).map(|step| &*step.says));
        parts.extend(listener.iter().flat_map(|one| &one.closed_by).map(|change| &**change));
        for part in parts {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert_eq!(text.contains("\n  AWS CLI, in account "), finding.outcome != Outcome::Unknown);
        for name in finding.evidence.0.keys() {
            let name = if name.contains('.') { name.clone() } else { name.replace('_', " ") };
            assert!(text.contains(&format!("\n  {name}: ")), "{name} is not in\n{text}");
        }
    }
}

#[test]
fn the_ways_are_those_of_its_kind() {
    let report = report();
    let of = |kind: &str| {
        let mut all = report.findings.iter().filter(|one| one.check == "tls-legacy-protocol");
        all.find(|one| {
            let is = one.load_balancer.as_ref().is_some_and(|lb| lb.kind == kind);
            is && one.outcome == Outcome::Fail
        })
    };
    let (new, classic) = (of("application").or_else(|| of("network")), of("classic"));
    let new = explained(&report, new.expect("a listener"));
    let classic = explained(&report, classic.expect("a Classic listener"));
    assert!(new.contains("aws elbv2 ") && !new.contains("aws elb "), "{new}");
    assert!(classic.contains("aws elb ") && !classic.contains("aws elbv2 "), "{classic}");
}

#[test]
fn what_became_of_it_is_told() {
    let mut before = report();
    before.findings.retain(|one| one.check != "no-targets");
    let mut after = report();
    compare(&before, &mut after);
    let fault = after.findings.iter().find(|one| one.check == "no-targets" && one.is_fault());
    let text = explained(&after, fault.expect("a fault"));
    assert!(text.contains("\n  Change: new, there since 2026-11-02T09:00:00Z"), "{text}");
}

#[test]
fn a_check_that_this_version_does_not_know_is_told_by_its_finding() {
    let report = report();
    let mut finding = report.findings[0].clone();
    "from-the-future".clone_into(&mut finding.check);
    let text = explained(&report, &finding);
    assert!(text.contains("[from-the-future]") && text.contains(&finding.fix), "{text}");
    assert!(!text.contains("Why it matters") && !text.contains("AWS CLI"), "{text}");
}
