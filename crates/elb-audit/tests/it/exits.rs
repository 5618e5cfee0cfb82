//! Exit codes, and the options that decide them, from the command line and from the environment.

use std::fs;

use elb_audit_core::report::Report;
use elb_audit_fake_aws::{
    Account, Action, Bucket, FakeAws, Fault, Listener, LoadBalancer, Region, TargetGroup,
};

use crate::account::{NUMBER, account};
use crate::program::{Folder, Run};

/// A load balancer whose worst fault is of this severity.
fn worst(severity: &str) -> FakeAws {
    let web = LoadBalancer::application("web")
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
        .attribute("routing.http.drop_invalid_header_fields.enabled", "true");
    let fixed = Listener::http(80).action(Action::fixed(404));
    let web = match severity {
        "none" => web.listener(fixed),
        "low" => web,
        // One step lower than high, because it is internal.
        "medium" => web.listener(Listener::http(80).forward("web")),
        _ => web.listener(Listener::http(80).forward("web")).internet_facing(),
    };
    let group = TargetGroup::http("web", 80).healthy("i-1");
    let region = Region::with_network().with(web).with(group);
    let account = Account::new(NUMBER).only_its_regions().region("eu-west-1", region);
    FakeAws::start(account.with(Bucket::new("logs", "eu-west-1").policy(false)))
}

#[test]
fn each_severity_against_each_level() {
    let levels = ["critical", "high", "medium", "low", "never"];
    for (severity, codes) in [
        ("none", [0, 0, 0, 0, 0]),
        ("low", [0, 0, 0, 1, 0]),
        ("medium", [0, 0, 1, 1, 0]),
        ("high", [0, 1, 1, 1, 0]),
    ] {
        let fake = worst(severity);
        for (level, code) in levels.into_iter().zip(codes) {
            let scan = format!("scan --fail-on {level}");
            Run::on(&fake, &scan).done().says(code, &[&format!("exit {code}: "), level]);
            let mirrored = Run::on(&fake, "scan").env("ELB_AUDIT_FAIL_ON", level);
            mirrored.done().exits(code);
        }
        Run::on(&fake, "scan").done().exits(codes[1]);
    }
}

#[test]
fn every_code_once() {
    let fake = worst("high");
    Run::on(&fake, "scan --fail-on never").done().says(0, &["exit 0: "]);
    Run::on(&fake, "scan").done().says(1, &["exit 1: ", "faults at or above high: "]);
    Run::on(&fake, "scan --check nonsense").done().says(2, &["error: "]);
    fake.fault(Fault::deny("elbv2:DescribeRules"));
    let why = ["exit 4: coverage is incomplete", "; no fault at or above high (--fail-on high)"];
    Run::on(&fake, "scan --strict").done().says(4, &why);
    fake.clear_faults();
    fake.fault(Fault::deny("elbv2:DescribeLoadBalancerAttributes"));
    let why = ["exit 4: coverage is incomplete", "; faults at or above high: 1 (--fail-on high)"];
    Run::on(&fake, "scan --strict").done().says(4, &why);
    fake.fault(Fault::deny("elasticloadbalancing:DescribeLoadBalancers"));
    Run::on(&fake, "scan --strict").done().says(3, &["exit 3: nothing could be assessed"]);
}

fn full() -> fs::File {
    fs::OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[test]
fn a_report_that_cannot_be_written() {
    let fake = worst("high");
    let done = Run::on(&fake, "scan --output json=/dev/full").done().exits(5);
    assert!(done.stderr.contains("cannot write /dev/full: No space left"), "{}", done.stderr);
    let why = "exit 5: not everything was delivered; faults at or above high: 1 (--fail-on high)\n";
    assert!(done.stderr.contains(why), "{}", done.stderr);
    assert!(done.stdout.contains("web"), "standard output has its report all the same");
    let tasks =
        ["scan", "demo", "checks", "explain no-targets", "permissions", "version", "--help"];
    for task in tasks {
        let done = Run::on(&fake, task).output_to(full()).exits(5);
        assert!(done.stderr.contains("cannot write to standard output"), "{}", done.stderr);
    }
    Run::on(&fake, "collect -o /dev/full").done().says(5, &["cannot write /dev/full"]);
    fake.fault(Fault::deny("elbv2:DescribeRules"));
    Run::on(&fake, "scan --strict --output /dev/full").done().exits(4);
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let fake = worst("none");
    let mut child = Run::on(&fake, "scan").started(std::process::Stdio::null());
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn reports_go_where_they_are_told() {
    let fake = worst("high");
    let folder = Folder::new();
    let (json, text) = (folder.path("a.json"), folder.path("a=b.txt"));
    let first = format!("json={}", json.display());
    let run = Run::on(&fake, "scan --output").arg(first).arg("--output").arg(&text);
    let done = run.done().exits(1);
    let report: Report = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(report.summary.load_balancers, 1);
    assert_eq!(fs::read_to_string(&text).unwrap(), done.stdout);
}

#[test]
fn passes_are_shown_on_demand_alone() {
    let fake = worst("high");
    let passed = |run: Run| {
        let report = run.report();
        let shown = report.findings.iter().filter(|one| one.outcome.word() == "pass").count();
        (shown, report.summary.passed)
    };
    let (shown, counted) = passed(Run::on(&fake, "scan --format json"));
    assert!(shown == 0 && counted > 3);
    assert_eq!(passed(Run::on(&fake, "scan --format json --show-passed")), (counted, counted));
    let mirrored = Run::on(&fake, "scan --format json").env("ELB_AUDIT_SHOW_PASSED", "true");
    assert_eq!(passed(mirrored), (counted, counted));
}

#[test]
fn checks_can_be_chosen() {
    let fake = FakeAws::start(account());
    let checks = |run: Run| {
        let mut found: Vec<String> =
            run.report().findings.into_iter().map(|one| one.check).collect();
        found.sort();
        found.dedup();
        found
    };
    let two = "scan --format json --check no-targets,desync-monitor";
    assert_eq!(checks(Run::on(&fake, two)), ["desync-monitor", "no-targets"]);
    let one = Run::on(&fake, &format!("{two} --skip-check no-targets"));
    assert_eq!(checks(one), ["desync-monitor"]);
    let all = Run::on(&fake, "scan --format json --skip-check no-targets");
    assert!(!checks(all).contains(&"no-targets".to_owned()));
    let none = format!("{two} --skip-check no-targets,desync-monitor");
    Run::on(&fake, &none).done().says(2, &["--skip-check leaves no check"]);
}

#[test]
fn the_environment_mirrors_options_and_the_command_line_wins() {
    let fake = worst("high");
    let on = |arguments: &str| Run::on(&fake, arguments);
    assert_eq!(on("scan").env("ELB_AUDIT_FORMAT", "json").report().summary.load_balancers, 1);
    let text = on("scan --format text").env("ELB_AUDIT_FORMAT", "json").done();
    assert!(!text.stdout.starts_with('{'));
    on("scan --fail-on high").env("ELB_AUDIT_FAIL_ON", "never").done().exits(1);
    on("scan --strict").env("ELB_AUDIT_FAIL_ON", "nonsense").done().exits(2);
    let regions = on("scan --format json").env("ELB_AUDIT_REGION", "eu-west-1,eu-west-2");
    assert_eq!(regions.report().regions.len(), 2);
    let all = on("scan --format json --all-regions").env("ELB_AUDIT_REGION", "eu-west-2");
    assert_eq!(all.report().regions[0].name, "eu-west-1");
    let one = on("scan --format json --region eu-west-1").env("ELB_AUDIT_ALL_REGIONS", "1");
    assert_eq!(one.report().regions.len(), 1);
    let quiet = on("scan").env("ELB_AUDIT_QUIET", "1").done();
    assert_eq!(quiet.stderr, "");
    assert_eq!(on("scan --quiet").done().stderr, "");
    let off = on("scan --strict").env("ELB_AUDIT_QUIET", "0").done();
    assert!(off.stderr.contains("exit 1"), "{}", off.stderr);
    on("scan").env("ELB_AUDIT_CHECK", "no-targets").done().exits(0);
    on("scan").env("ELB_AUDIT_MAX_WORKERS", "0").done().exits(2);
    on("scan").env("ELB_AUDIT_NO_CONFIG", "flase").done().exits(2);
    let denied = on("scan").env("ELB_AUDIT_STRICT", "true");
    fake.fault(Fault::deny("elbv2:DescribeRules"));
    denied.done().exits(4);
}

#[test]
fn every_option_has_its_variable() {
    let variables = elb_audit::cli::variables();
    for task in ["scan", "collect", "check", "checks", "permissions", "accept", "explain", "diff"] {
        let help = Run::bare(&format!("{task} --help")).done().stdout;
        let words = help.split(|c: char| !c.is_ascii_lowercase() && c != '-');
        let options = words.filter(|word| word.starts_with("--") && word.len() > 2);
        for option in options.filter(|option| !matches!(*option, "--help" | "--version")) {
            let name = option.trim_start_matches("--").to_uppercase().replace('-', "_");
            let pair = (option.to_owned(), format!("ELB_AUDIT_{name}"));
            assert!(variables.contains(&pair), "{task} {pair:?}");
        }
    }
}

#[test]
fn verbose_says_every_call() {
    let fake = worst("none");
    let done = Run::on(&fake, "scan -v").done().exits(0);
    for entry in fake.log() {
        assert!(done.stderr.contains(&entry.call()), "{} is not in {}", entry.call(), done.stderr);
    }
}
