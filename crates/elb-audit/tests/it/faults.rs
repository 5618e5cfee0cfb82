//! Answers that are late, broken or refused: gaps of the right kind, and no verdict that flips.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Report;
use elb_audit_fake_aws::{Alter, FakeAws, Fault, RateLimit, sample};

use crate::account::account;
use crate::compare::{no_flip, side_by_side};
use crate::inside::{self, Settings};
use crate::program::Run;

/// One call of each protocol and client.
const CALLS: [&str; 5] = [
    "elbv2:DescribeRules",
    "elb:DescribeLoadBalancers",
    "ec2:DescribeSecurityGroups",
    "iam:ListServerCertificates",
    "logs:DescribeDeliveries",
];

type Planted = fn(&str) -> Fault;

/// Kinds of fault, and the words that a gap has for them.
const FAULTS: [(Planted, &str); 5] = [
    (Fault::throttle, "throttled: "),
    (Fault::garbage, "answer not understood: "),
    (Fault::truncated, "answer not understood: end of file "),
    (Fault::reset, "failed: "),
    (Fault::server_error, "failed: ServiceUnavailable: "),
];

const SCAN: &str = "scan --strict --show-passed --format json --retries 0";

fn judged(inventory: &Inventory) -> Report {
    audit(inventory, checks::ALL, &Options { show_passed: true, ..Options::at(inventory.taken_at) })
}

#[test]
fn broken_answers() {
    let whole = Run::on(&FakeAws::start(account()), SCAN).report();
    let cases: Vec<_> =
        CALLS.iter().flat_map(|call| FAULTS.map(|(fault, words)| (*call, fault, words))).collect();
    side_by_side(&cases, |(call, fault, words)| {
        let fake = FakeAws::start(account());
        fake.fault(fault(call));
        let report = Run::on(&fake, SCAN).done().exits(4).report();
        no_flip(&whole, &report, call);
        assert!(!report.gaps.is_empty(), "{call} {words}");
        for gap in &report.gaps {
            assert_eq!(gap.call, *call);
            assert!(gap.reason.starts_with(words), "{call}: `{words}` is not {}", gap.reason);
        }
    });
}

/// What another account owns says nothing about this one, and of what a word that nobody knows says nobody knows it.
#[test]
fn what_cannot_be_the_accounts_own_is_no_answer() {
    let whole = Run::on(&FakeAws::start(account()), SCAN).report();
    for (call, alter, said) in [
        ("shield:ListProtections", Alter::OtherAccount, "is not of what was asked"),
        ("logs:DescribeDeliverySources", Alter::OtherAccount, "is not of what was asked"),
        ("logs:DescribeDeliverySources", Alter::NewWord, "logType is `unheard-of`"),
        (
            "ec2:DescribeVpcEndpointServiceConfigurations",
            Alter::OtherAccount,
            "is not of what was asked",
        ),
    ] {
        let fake = FakeAws::start(account());
        fake.fault(Fault::altered(call, alter));
        let report = Run::on(&fake, SCAN).done().exits(4).report();
        no_flip(&whole, &report, call);
        let gap = report.gaps.iter().find(|gap| gap.call == call).unwrap();
        assert!(gap.reason.contains(said), "{call}: {}", gap.reason);
    }
}

#[test]
fn no_answer_in_time() {
    let fake = FakeAws::start(account());
    let whole = Run::on(&fake, SCAN).report();
    fake.fault(Fault::hang("elbv2:DescribeTargetHealth"));
    fake.fault(Fault::hang("ec2:DescribeRouteTables"));
    let scan = format!("{SCAN} --call-timeout 1.5");
    let report = Run::on(&fake, &scan).done().exits(4).report();
    no_flip(&whole, &report, "hang");
    assert!(!report.gaps.is_empty());
    for gap in &report.gaps {
        assert_eq!(gap.reason, "timed out: no answer in time", "{gap:?}");
    }
}

#[test]
fn throttled_until_the_last_attempt() {
    let fake = FakeAws::start(account());
    let whole = judged(&inside::collect(&fake, &Settings::default()).inventory);
    fake.clear_log();
    fake.fault(Fault::throttle("elbv2:DescribeTargetGroups").in_region("eu-west-1"));
    let outcome = inside::collect(&fake, &Settings::default());
    let report = judged(&outcome.inventory);
    no_flip(&whole, &report, "throttled");
    let log = fake.log();
    let tried = log.iter().filter(|entry| {
        entry.call() == "elbv2:DescribeTargetGroups" && entry.region == "eu-west-1"
    });
    assert_eq!(tried.count(), 3, "two retries");
    assert!(report.gaps.iter().all(|gap| gap.reason.starts_with("throttled: ")));
    assert_eq!(report.gaps.len(), 1);
    let slowed = report.notes.iter().any(|note| note.text.contains("the scan slowed down"));
    assert!(slowed, "{:?}", report.notes);
}

#[test]
fn a_fault_that_passes_is_retried_and_leaves_nothing() {
    let fake = FakeAws::start(account());
    let whole = judged(&inside::collect(&fake, &Settings::default()).inventory);
    fake.fault(Fault::throttle("elbv2:DescribeRules").times(2));
    fake.fault(Fault::server_error("acm:DescribeCertificate").times(1));
    fake.fault(Fault::reset("ec2:DescribeRouteTables").times(1));
    fake.fault(Fault::throttle("ec2:DescribeSecurityGroups").times(1));
    fake.fault(Fault::truncated("logs:DescribeDeliverySources").times(1));
    let report = judged(&inside::collect(&fake, &Settings::default()).inventory);
    assert_eq!(report.gaps, whole.gaps);
    assert_eq!(report.findings.len(), whole.findings.len());
    no_flip(&whole, &report, "retried");
}

#[test]
fn a_hang_that_passes_is_retried() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::hang("elbv2:DescribeListeners").times(1));
    let outcome = inside::collect(&fake, &Settings::default());
    assert_eq!(judged(&outcome.inventory).gaps, Vec::new());
}

#[test]
fn inside_awss_rate_limits_nothing_is_refused() {
    let fake = FakeAws::start(sample::fleet(1, 60));
    fake.page_size(None);
    // Waits are half of what they would be, so the bucket fills twice as fast. It begins to fill when the
    // first request arrives, which on a busy machine is later than it was sent: forty make up for that.
    fake.rate_limit(RateLimit::new("elbv2:*", 240, 100.0));
    let settings = Settings { faster: 2.0, attempt: 60.0, ..Settings::default() };
    let outcome = inside::collect(&fake, &settings);
    assert_eq!(judged(&outcome.inventory).gaps, Vec::new());
    assert!(fake.count("elbv2:*") > 300);
    // Two hundred may go at once; an attempt's own limits are five seconds and more.
    assert!(outcome.waits.iter().filter(|wait| **wait < 4.9).count() > 50);
    let log = fake.log();
    let mut own = log.iter().filter(|entry| entry.family == "elbv2");
    assert!(own.all(|entry| entry.status == Some(200)));
}

#[test]
fn a_scan_that_runs_out_of_time_reports_what_it_has() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::hang("elbv2:DescribeRules"));
    let scan = format!("{SCAN} --timeout 1.5");
    let report = Run::on(&fake, &scan).done().exits(4).report();
    assert_eq!(report.summary.load_balancers, 8);
    let rules = report.gaps.iter().filter(|gap| gap.call == "elbv2:DescribeRules");
    assert!(rules.count() > 0);
    assert!(report.gaps.iter().all(|gap| gap.reason == "scan deadline passed"));
}

const REFUSED: &str = "error: AWS does not take these credentials, or cannot be reached";

#[test]
fn nothing_answers() {
    for fault in [Fault::reset("*"), Fault::server_error("*")] {
        let fake = FakeAws::start(account());
        fake.fault(fault);
        Run::on(&fake, "scan --retries 0").done().says(3, &[REFUSED]);
    }
    let fake = FakeAws::start(account());
    fake.fault(Fault::garbage("*"));
    Run::on(&fake, "scan --retries 0").done().says(3, &["no region could be read (34 tried)"]);
    Run::at("http://127.0.0.1:9", "scan --retries 0").done().says(3, &[REFUSED]);
}
