//! Reports by control.

use elb_audit_core::compliance::Framework;
use elb_audit_core::report::Report;
use elb_audit_core::report::controls::ControlStatus;

use serde_json::Value;

use crate::program::{Folder, Run};

#[test]
fn each_framework_reports_its_controls() {
    for framework in Framework::REPORTED {
        let options = format!("--framework {}", framework.id());
        let done = Run::bare(&format!("demo --format json {options}")).done().exits(1);
        let report = done.report();
        let by_control = report.framework.unwrap();
        assert_eq!(by_control.id, framework.id());
        assert!(by_control.controls.len() > 10, "{}", by_control.controls.len());
        assert!(by_control.summary.failed > 0);
        let text = Run::bare(&format!("demo {options}")).done().stdout;
        assert!(text.starts_with(framework.title()), "{text}");
        for control in &by_control.controls {
            assert!(text.contains(&format!(" {} ", control.id)), "{}", control.id);
        }
        // By control instead of by load balancer.
        assert!(!text.contains("load balancers\n\n"), "{text}");
        assert_eq!(report.basis.persona, None);
    }
    let plain = Run::bare("demo --format json").report();
    assert_eq!((plain.framework, plain.frameworks), (None, Vec::new()));
    let mirrored = Run::bare("demo --format json").env("ELB_AUDIT_FRAMEWORK", "fsbp").report();
    assert!(mirrored.framework.is_some());
    let done = Run::bare("demo --framework cis").done().exits(2);
    let words = "possible values: fsbp, pci-4, nist-800-53";
    assert!(done.stderr.contains(words), "{}", done.stderr);
}

#[test]
fn it_takes_the_checks_that_it_needs_whoever_they_are_for() {
    let report = Run::bare("demo --format json --framework fsbp --persona regular").report();
    let six = report.framework.as_ref().unwrap().controls.iter();
    let six = six.clone().find(|control| control.id == "ELB.6").unwrap();
    assert_eq!(six.status, ControlStatus::Failed);
    assert!(six.failed.iter().all(|resource| resource.check == "deletion-protection-off"));
    assert!(!report.findings.iter().any(|finding| finding.check == "no-targets"));
}

#[test]
fn a_control_whose_check_is_off_is_unknown() {
    let folder = Folder::new();
    folder.file("elb-audit.toml", "[checks]\ndisable = [\"deletion-protection-off\"]\n");
    let run = Run::bare("demo --format json --framework fsbp").inside(&folder);
    let framework = run.report().framework.unwrap();
    let six = framework.controls.iter().find(|control| control.id == "ELB.6").unwrap();
    assert_eq!(six.status, ControlStatus::Unknown);
    assert_eq!(six.why.as_deref(), Some("did not run: deletion-protection-off"));
}

/// The ids of the frameworks that a report is by.
fn ids(report: &Report) -> Vec<&str> {
    report.frameworks.iter().map(|framework| &*framework.id).collect()
}

#[test]
fn several_frameworks_are_reported_in_one_run() {
    let commas = Run::bare("demo --format json --framework pci-4,fsbp,pci-4").report();
    assert_eq!(ids(&commas), ["pci-4", "fsbp"]);
    let repeated = Run::bare("demo --format json --framework pci-4 --framework fsbp").report();
    assert_eq!(repeated, commas);
    let mirrored = Run::bare("demo --format json").env("ELB_AUDIT_FRAMEWORK", "pci-4,fsbp");
    assert_eq!(mirrored.report(), commas);
    let first = commas.framework.as_ref().unwrap();
    assert_eq!(first, &commas.frameworks[0].without_passes());
    // Each is what it is by itself, and what both need has run.
    for framework in &commas.frameworks {
        let alone = Run::bare(&format!("demo --format json --framework {}", framework.id)).report();
        assert_eq!(alone.frameworks, std::slice::from_ref(framework));
        assert!(alone.basis.checks < commas.basis.checks, "{}", framework.id);
    }
    let text = Run::bare("demo --framework pci-4,fsbp").done().stdout;
    let [pci, fsbp] = [Framework::Pci4, Framework::Fsbp].map(Framework::title);
    assert!(text.starts_with(pci) && text.contains(&format!("\n\n{fsbp}: ")), "{text}");
    let done = Run::bare("demo --framework fsbp,cis").done().exits(2);
    assert!(done.stderr.contains("invalid value 'cis'"), "{}", done.stderr);
}

#[test]
fn a_control_lists_every_resource_whole() {
    let report = Run::bare("demo --format json --framework fsbp").report();
    let text = Run::bare("demo --framework fsbp").done().stdout;
    let tens = report.frameworks[0].controls.iter().filter(|control| control.passed > 10);
    let mut looked_at = 0;
    for control in tens {
        let block = &text[text.find(&format!(" {} ", control.id)).unwrap()..];
        for one in control.passes.as_ref().unwrap() {
            let name = one.load_balancer.as_deref().unwrap_or(&one.label);
            assert!(block.contains(name), "{}: {name}", control.id);
        }
        looked_at += 1;
    }
    assert!(looked_at > 5, "{looked_at} controls with more than ten");
    assert!(report.findings.iter().all(|finding| finding.outcome.word() != "pass"));
}

#[test]
fn a_report_of_one_framework_from_before_is_compared_with() {
    let folder = Folder::new();
    let text = Run::bare("demo --format json --framework fsbp").done().stdout;
    let mut old: Value = serde_json::from_str(&text).unwrap();
    old.as_object_mut().unwrap().remove("frameworks").unwrap();
    for control in old["framework"]["controls"].as_array_mut().unwrap() {
        let fields = control.as_object_mut().unwrap();
        fields.remove("passes").unwrap();
        fields.remove("title_is_ours").unwrap();
    }
    let before = folder.file("before.json", &old.to_string());
    let after = folder.file("after.json", &text);
    let diff = Run::bare("diff --format json").arg(&before).arg(&after).report();
    let comparison = diff.comparison.as_ref().unwrap();
    assert_eq!((comparison.new, comparison.worsened, comparison.resolved.len()), (0, 0, 0));
    assert!(comparison.unchanged > 0);
    let run = Run::bare("demo --format json --framework fsbp --baseline").arg(&before);
    let compared = run.report().comparison.unwrap();
    assert_eq!((compared.new, compared.unchanged), (0, comparison.unchanged));
}
