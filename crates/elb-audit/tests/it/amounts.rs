//! None, one, two and many of everything, page by page and at once.

use elb_audit_core::report::Report;
use elb_audit_fake_aws::{
    Account, Certificate, FakeAws, Fault, Listener, LoadBalancer, Region, Spoil, TargetGroup,
    WebAcl, sample,
};

use crate::account::{NUMBER, account};
use crate::compare::{name_of, settled};
use crate::program::Run;

const SCAN: &str = "scan --show-passed --format json --retries 0";

/// The report with pages of one, which is that with AWS's own pages.
fn either_way(account: &Account) -> Report {
    let fake = FakeAws::start(account.clone());
    let paged = Run::on(&fake, SCAN).report();
    fake.page_size(None);
    let whole = settled(Run::on(&fake, SCAN).report());
    assert_eq!(settled(paged), whole);
    assert_eq!(whole.gaps, Vec::new());
    whole
}

/// So many of everything, and the certificate that the Classic load balancers present.
fn each(count: usize) -> Account {
    let mut account = sample::each(count);
    let region = account.regions.get_mut("eu-west-1").unwrap();
    region.certificates.push(Certificate::issued("shared.example.com"));
    account
}

#[test]
fn none_of_everything() {
    let report = either_way(&each(0));
    assert_eq!(report.summary.load_balancers, 0);
}

#[test]
fn one_of_everything() {
    let report = either_way(&each(1));
    assert_eq!((report.summary.load_balancers, report.summary.listeners), (4, 4));
}

#[test]
fn two_of_everything() {
    let report = either_way(&each(2));
    // Two listeners each, except that Gateway and Classic ones have one.
    assert_eq!((report.summary.load_balancers, report.summary.listeners), (8, 12));
}

#[test]
fn pages_make_no_difference_to_an_account_with_faults() {
    assert!(either_way(&account()).summary.faults.total() > 25);
}

#[test]
fn more_than_one_page_of_load_balancers() {
    let many = (0..401).map(|number| {
        let name = format!("many-{number:03}");
        LoadBalancer::network(&name).listener(Listener::tcp(9000).forward("all"))
    });
    let group = TargetGroup::tcp("all", 9000).healthy("i-1");
    let region = Region::with_network().with_all(many).with(group);
    let fake = FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region));
    fake.page_size(None);
    let report = Run::on(&fake, SCAN).done().exits(0).report();
    assert_eq!((report.summary.load_balancers, report.summary.listeners), (401, 401));
    assert_eq!(report.gaps, Vec::new());
    assert_eq!(fake.count("elbv2:DescribeLoadBalancers"), 2);
}

#[test]
fn an_account_with_nothing_is_clean_and_says_so() {
    let fake = FakeAws::start(Account::new(NUMBER));
    let done = Run::on(&fake, "scan --strict --fail-on low").done().exits(0);
    assert!(done.stdout.contains("17 regions"), "{}", done.stdout);
    assert!(done.stdout.to_lowercase().contains("no load balancer"), "{}", done.stdout);
    assert!(!done.stdout.contains("nothing could be"), "{}", done.stdout);
}

#[test]
fn a_web_acl_on_the_second_page() {
    let balancers = ["a", "b", "c"].map(|name| LoadBalancer::application(name).internet_facing());
    let region = Region::with_network()
        .with_all(balancers)
        .with(WebAcl::new("first").protects("a"))
        .with(WebAcl::new("second").protects("b"));
    let fake = FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region));
    let report = Run::on(&fake, &format!("{SCAN} --check waf-not-associated")).report();
    let found: Vec<_> =
        report.findings.iter().map(|finding| (name_of(finding), finding.outcome.word())).collect();
    assert_eq!(found, [("a", "pass"), ("b", "pass"), ("c", "fail")]);
    assert_eq!(fake.count("wafv2:GetWebACLForResource"), 0);
    // The last page has a marker too, and behind it is an empty one.
    assert_eq!(fake.count("wafv2:ListWebACLs"), 3);
}

#[test]
fn an_empty_page_of_web_acls_ends_the_list_whatever_marker_it_has() {
    let balancers = ["a", "b"].map(|name| LoadBalancer::application(name).internet_facing());
    let region = Region::with_network().with_all(balancers);
    let fake = FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region));
    fake.fault(Fault::spoilt("wafv2:ListWebACLs", Spoil::Put(",\"NextMarker\":\"again\"", "}")));
    let report = Run::on(&fake, &format!("{SCAN} --check waf-not-associated")).report();
    assert_eq!(fake.count("wafv2:ListWebACLs"), 1);
    assert_eq!((report.gaps, report.summary.unknown), (Vec::new(), 0));
}
