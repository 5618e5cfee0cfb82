//! Reports by control.

use elb_audit_core::compliance::Framework;
use elb_audit_core::report::controls::ControlStatus;

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
    assert_eq!(plain.framework, None);
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
