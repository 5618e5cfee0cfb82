//! One finding by the beginning of its fingerprint, what a report lacked, and words by other names.

use std::fs;

use elb_audit_core::check::plan;
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_fake_aws::{Bucket, FakeAws, Fault};
use serde_json::Value;

use crate::program::{Folder, Run};
use crate::watch;

/// The report of the demo in a file, and a fault of it.
fn reported(folder: &Folder) -> Finding {
    let json = Run::bare("demo --format json").done().stdout;
    folder.file("report.json", &json);
    let report: Report = serde_json::from_str(&json).unwrap();
    let mut faults = report.findings.into_iter().filter(|one| one.outcome == Outcome::Fail);
    faults.find(|one| one.check == "listener-cleartext").unwrap()
}

#[test]
fn a_finding_is_explained_by_its_fingerprint() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let print = &fault.fingerprint[..8];
    let run = |line: &str| Run::bare(&format!("explain {print} {line}")).inside(&folder);
    let text = run("--report report.json").done().exits(0).stdout;
    assert!(text.starts_with("high[listener-cleartext]: "), "{text}");
    for part in [&*fault.fingerprint, "Who can connect", ": tcp 80 from 0.0.0.0/0", "AWS CLI"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = fs::read_to_string(folder.path("report.json")).unwrap();
    let piped = run("--report -").input(&json).done().exits(0).stdout;
    assert_eq!(piped, text);
    assert_eq!(run("--state report.json").done().exits(0).stdout, text);
    assert_eq!(run("").env("ELB_AUDIT_REPORT", "report.json").done().exits(0).stdout, text);
    let whole = Run::bare("explain").arg(&fault.fingerprint).arg("--report=report.json");
    assert_eq!(whole.inside(&folder).done().exits(0).stdout, text);
}

#[test]
fn a_finding_is_explained_from_where_a_watch_keeps_it() {
    let fake = FakeAws::start(watch::account(true, false).with(Bucket::new("kept", "eu-west-1")));
    let report = watch::scan(&fake, "--state s3://kept/elb/state.json").report();
    let fault = report.findings.iter().find(|one| one.is_fault()).unwrap();
    let run = Run::on(&fake, "explain --state s3://kept/elb/state.json").arg(&fault.fingerprint);
    let text = run.done().exits(0).stdout;
    assert!(text.contains(&fault.fingerprint) && text.contains(&fault.fix), "{text}");
}

#[test]
fn what_cannot_be_explained_says_what_to_give() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let print = fault.fingerprint.as_str();
    for (line, said) in [
        (print.to_owned(), "for a finding with this fingerprint give its report: --report FILE"),
        (format!("{} --report report.json", &print[..7]), "is too short for a fingerprint"),
        ("ffffffffffff --report report.json".to_owned(), "no finding of the report has the"),
        ("no-targts --report report.json".to_owned(), "unknown check `no-targts`: did you mean"),
        (format!("{print} --report none.json"), "cannot read none.json: there is no such report"),
        (format!("{print} --report elb-audit.toml"), "cannot use elb-audit.toml: it is no JSON"),
    ] {
        folder.file("elb-audit.toml", "persona = 'auditor'");
        let done = Run::bare(&format!("explain {line}")).inside(&folder).done();
        assert_eq!(done.stdout, "");
        done.says(2, &["error: ", said]);
    }
    for (line, said) in [
        (
            "no-targets --report report.json",
            "--report goes with a fingerprint, and `no-targets` is",
        ),
        ("no-targets --state report.json", "--state goes with a fingerprint, and `no-targets` is"),
        ("0123456789 --report a --state b", "--report and --state exclude each other"),
    ] {
        let done = Run::bare(&format!("explain {line}")).inside(&folder).done().exits(2);
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
    // A state for scans says nothing of a check.
    let run = Run::bare("explain no-targets").env("ELB_AUDIT_STATE", "none.json");
    run.done().exits(0);
}

/// The actions that a policy allows.
fn actions(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|one| one["Action"].as_array().unwrap());
    actions.map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_a_scan_was_denied_is_missing() {
    let folder = Folder::new();
    let fake = FakeAws::start(watch::account(true, false));
    let missing = || {
        let json = Run::on(&fake, "scan --format json --retries 0").done().stdout;
        folder.file("report.json", &json);
        let file = Run::bare("permissions --missing report.json").inside(&folder).done().exits(0);
        let piped = Run::bare("permissions --missing -").input(&json).done().exits(0);
        assert_eq!((&file.stdout, &file.stderr), (&piped.stdout, &piped.stderr));
        file
    };
    let none = missing();
    assert_eq!(none.stdout, "");
    assert_eq!(none.stderr, "nothing is missing: the scan was denied no action\n");
    fake.fault(Fault::deny("elbv2:DescribeRules"));
    fake.fault(Fault::throttle("elbv2:DescribeTargetHealth"));
    fake.fault(Fault::deny("elbv2:DescribeLoadBalancerAttributes"));
    let some = missing();
    let expected = ["DescribeLoadBalancerAttributes", "DescribeRules"];
    let expected = expected.map(|name| format!("elasticloadbalancing:{name}"));
    assert_eq!(actions(&some.stdout), expected);
    assert_eq!(some.stderr, "");
    // Not even the list of load balancers.
    fake.fault(Fault::deny("elbv2:DescribeLoadBalancers"));
    assert!(actions(&missing().stdout).contains(&Call::ElbV2DescribeLoadBalancers.action()));
    fake.clear_faults();
    let refused = "You are not authorized with an explicit deny in a service control policy";
    fake.fault(Fault::error("elbv2:DescribeRules", 403, "AccessDenied", refused));
    let json = "scan --format json --retries 0";
    folder.file("report.json", &Run::on(&fake, json).done().stdout);
    let explicit = Run::bare("permissions --missing report.json").inside(&folder).done().exits(0);
    let said = "note: elasticloadbalancing:DescribeRules is denied explicitly";
    assert!(explicit.stderr.contains(said), "{}", explicit.stderr);
}

#[test]
fn what_is_missing_is_no_more_than_a_scan_needs() {
    let folder = Folder::new();
    let fake = FakeAws::start(watch::account(true, false));
    fake.fault(Fault::deny("*"));
    let json = Run::on(&fake, "scan --format json --persona auditor --retries 0").done().exits(3);
    folder.file("report.json", &json.stdout);
    let denied = Run::bare("permissions --missing report.json").inside(&folder).done().exits(0);
    let whole = Run::bare("permissions --persona auditor").done().exits(0);
    let (denied, whole) = (actions(&denied.stdout), actions(&whole.stdout));
    assert!(!denied.is_empty() && denied.iter().all(|one| whole.contains(one)), "{denied:?}");
    assert!(plan::calls(elb_audit_core::checks::ALL).len() > denied.len());
}

#[test]
fn what_is_missing_is_chosen_by_the_report_alone() {
    let folder = Folder::new();
    reported(&folder);
    for option in
        ["--persona auditor", "--check no-targets", "--skip-check x", "--for scan", "--no-config"]
    {
        let line = format!("permissions --missing report.json {option}");
        let done = Run::bare(&line).inside(&folder).done().exits(2);
        let name = option.split(' ').next().unwrap();
        let said = format!("--missing and {name} exclude each other");
        assert!(done.stderr.contains(&said), "{}", done.stderr);
    }
    let run = Run::bare("permissions --missing report.json").env("ELB_AUDIT_PERSONA", "auditor");
    let policy = run.inside(&folder).done().exits(0).stdout;
    let denied = ["acm:DescribeCertificate", "wafv2:GetWebACLForResource"];
    assert!(denied.iter().all(|one| actions(&policy).iter().any(|own| own == one)), "{policy}");
    assert!(!policy.contains("ec2:DescribeRegions"), "{policy}");
    let none = Run::bare("permissions --missing none.json").done();
    none.says(2, &["error: cannot read none.json: there is no such report"]);
}

#[test]
fn other_names_lead_to_the_same() {
    let out = |line: &str| Run::bare(line).done().exits(0).stdout;
    for (other, own) in [
        ("--list-checks", "checks"),
        ("scan --list-checks", "checks"),
        ("--list-checks --format json", "checks --format json"),
        ("version", "--version"),
    ] {
        assert_eq!(out(other), out(own), "{other}");
    }
    assert!(out("version").starts_with("elb-audit "));
    assert!(!out("--help").contains("list-checks"), "what has a command of its own is not shown");
}
