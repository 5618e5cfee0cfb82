//! What a report says of what was not read: the status of regions and the exit code.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind, Listener, Region};
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{AccountStatus, Exit, Gate, Outcome, RegionStatus, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing, Reason};
use elb_audit_core::vocab::severity::Severity;

use crate::given::report;

const HIGH: Gate = Gate { fail_on: Some(Severity::High), strict: false, only_new: false };

/// An account with one empty region, after a change to it.
fn alone(change: impl FnOnce(&mut Region)) -> Report {
    let mut region = Region::new("eu-west-1");
    change(&mut region);
    report(&sample::inventory(vec![region]))
}

fn text(report: &Report) -> String {
    render::TEXT.text(report, Style::DETAILED)
}

#[test]
fn a_region_with_an_unread_list_and_nothing_found_is_unread() {
    let v2 = || Listing::unread(sample::denied(Call::ElbV2DescribeLoadBalancers));
    let classic = || Listing::unread(sample::denied(Call::ElbDescribeLoadBalancers));
    let reports = [
        alone(|region| region.v2 = v2()),
        alone(|region| region.classic = classic()),
        alone(|region| (region.classic, region.v2) = (classic(), v2())),
    ];
    for report in reports {
        assert_eq!(report.regions[0].status, RegionStatus::Unread, "{:?}", report.regions);
        assert_eq!(report.exit(HIGH).0, Exit::NothingAssessed);
        assert!(!text(&report).contains("No load balancers"), "{}", text(&report));
    }
    let whole = alone(|_| ());
    assert_eq!(whole.regions[0].status, RegionStatus::Read);
    assert!(text(&whole).contains("No load balancers"), "{}", text(&whole));
    let mut half = sample::clean(&Kind::Network);
    half.accounts[0].regions[0].classic = classic();
    assert_eq!(report(&half).regions[0].status, RegionStatus::Partial);
}

#[test]
fn the_exit_line_says_what_is_not_known() {
    let unread = |region: &mut Region| {
        sample::only(region).attributes =
            Fact::Unread(sample::denied(Call::ElbV2DescribeLoadBalancerAttributes));
    };
    let clean = report(&sample::with_region(&Kind::Gateway, unread));
    let unknown = clean.findings.iter().filter(|one| one.outcome == Outcome::Unknown).count();
    assert!(unknown > 0);
    let beside = format!("; unknown verdicts {unknown}, gaps 1 (--strict fails on them)");
    let (exit, why) = clean.exit(HIGH);
    assert_eq!(exit, Exit::Clean);
    assert!(why.ends_with(&beside), "{why}");
    let (exit, why) = clean.exit(Gate { fail_on: None, strict: false, only_new: false });
    assert_eq!(exit, Exit::Clean);
    assert!(why.ends_with(&beside), "{why}");
    let mut faulty = clean.clone();
    faulty.summary.faults.add(Severity::High);
    let (exit, why) = faulty.exit(HIGH);
    assert_eq!(exit, Exit::Findings);
    assert!(why.ends_with(&beside), "{why}");
    assert_eq!(clean.exit(Gate { strict: true, ..HIGH }).0, Exit::Incomplete);
    let known = report(&sample::clean(&Kind::Gateway));
    assert_eq!(known.exit(HIGH).1, "no fault at or above high (--fail-on high)");
}

#[test]
fn no_region_tried_is_not_said_to_be_unreadable() {
    let none = report(&sample::inventory(Vec::new()));
    let (exit, why) = none.exit(HIGH);
    assert_eq!(
        (exit, why.as_str()),
        (Exit::NothingAssessed, "nothing could be assessed: no region was read")
    );
}

#[test]
fn what_an_interruption_left_unread_is_to_be_scanned_again() {
    let cut = |region: &mut Region| {
        let gap = Gap::new(Call::ElbV2DescribeLoadBalancerAttributes, Reason::Interrupted);
        sample::only(region).attributes = Fact::Unread(gap);
    };
    let report = report(&sample::with_region(&Kind::Gateway, cut));
    assert_eq!(report.gaps[0].reason, "interrupted");
    assert!(text(&report).contains("scan again for what was not answered"), "{}", text(&report));
    assert!(report.findings.iter().any(|finding| finding.fix.starts_with("scan again")));
}

#[test]
fn what_is_no_arn_is_not_said_to_be_uncollected() {
    let inventory = sample::with(&Kind::Classic, |lb| {
        sample::listeners(lb)[0].certificates = Fact::Known(vec!["none".to_owned()]);
    });
    let report = report(&inventory);
    let reasons: Vec<&str> = report.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(reasons, ["answer not understood: none is no certificate ARN"]);
}

#[test]
fn verdicts_that_the_same_step_would_answer_are_told_in_one_line() {
    let rules = |listener: &mut Listener| {
        let gap = sample::denied(Call::ElbV2DescribeRules).of(&listener.id);
        listener.rules = Fact::Unread(gap);
    };
    let two = |reason| {
        report(&sample::with(&Kind::Application, |lb| {
            sample::listeners(lb).iter_mut().for_each(rules);
            let call = Call::ElbV2DescribeLoadBalancerAttributes;
            lb.attributes = Fact::Unread(Gap::new(call, reason).of(&lb.arn));
        }))
    };
    let lines = |report: &Report| {
        // With all load balancers the step is told once, and with some for each of them.
        let style = Style { details: render::Details::Of("*"), ..Style::PLAIN };
        let text = render::TEXT.text(report, style);
        let lines = text.lines().filter(|line| line.contains(" unknown: "));
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    let timed_out = two(Reason::TimedOut);
    let unknown = timed_out.findings.iter().filter(|one| one.outcome == Outcome::Unknown);
    let [of_rules, of_attributes] = &lines(&timed_out)[..] else {
        panic!("{:?}", lines(&timed_out))
    };
    assert!(of_rules.ends_with("; allow elasticloadbalancing:DescribeRules"), "{of_rules}");
    let again = "; scan again: elbv2:DescribeLoadBalancerAttributes was not answered";
    assert!(of_attributes.ends_with(again), "{of_attributes}");
    let number = |line: &str| line.trim().split(' ').next().unwrap().parse::<usize>().unwrap();
    assert_eq!(number(of_rules) + number(of_attributes), unknown.count());
    assert!(of_rules.contains("authentication-bypass"), "{of_rules}");
    // Nothing of it is folded for machines.
    let json = render::JSON.text(&timed_out, Style::DETAILED);
    assert_eq!(json.matches("; `elb-audit permissions --check ").count(), number(of_rules));
}

#[test]
fn many_accounts_are_counted_and_the_worst_are_shown() {
    let mut inventory = sample::clean(&Kind::Network);
    let one = inventory.accounts.remove(0);
    for number in 0..25 {
        let mut account = one.clone();
        account.id = format!("{number:012}");
        account.organizational_unit = Fact::Known(Some(format!("Root/{}", number % 2)));
        if number == 24 {
            account.regions[0].v2 =
                Listing::unread(sample::denied(Call::ElbV2DescribeLoadBalancers));
        }
        inventory.accounts.push(account);
    }
    let listeners = &mut inventory.accounts[23].regions[0].v2.items[0].listeners;
    *listeners = Fact::Known(Vec::new());
    let report = report(&inventory);
    let totals = &report.accounts[23].totals;
    assert_eq!((totals.faults, totals.load_balancers), (report.summary.faults, 1));
    assert!(totals.faults.total() > 0, "{totals:?}");
    assert_eq!(report.accounts[24].status, AccountStatus::Unread);
    let units = &report.organizational_units;
    let counts: Vec<_> = units.iter().map(|unit| (unit.accounts, unit.accounts_unread)).collect();
    assert_eq!(counts, [(13, 1), (12, 0)]);
    let text = text(&report);
    let begin = text.find("\nAccounts\n").unwrap();
    let mut lines = text[begin..].lines().skip(2);
    let first = lines.next().unwrap();
    assert!(first.starts_with("  000000000023 (Root/1): 1 load balancer, 1 "), "{first}");
    assert_eq!(lines.next().unwrap(), "  000000000024 (Root/0): unread");
    assert!(lines.nth(18).unwrap().ends_with("and 5 more accounts"), "{text}");
}

#[test]
fn a_report_from_before_there_were_many_accounts_is_read() {
    let whole = alone(|_| ());
    let mut json = serde_json::to_value(&whole).unwrap();
    json.as_object_mut().unwrap().remove("organizational_units");
    let account = json["accounts"][0].as_object_mut().unwrap();
    account.retain(|name, _| name == "id" || name == "partition");
    let report: Report = serde_json::from_value(json).unwrap();
    assert_eq!(report.accounts[0].id, sample::ACCOUNT);
    let mut json = serde_json::to_value(sample::inventory(Vec::new())).unwrap();
    let account = json["accounts"][0].as_object_mut().unwrap();
    account.retain(|name, _| name != "access" && name != "organizational_unit");
    let inventory: Inventory = serde_json::from_value(json).unwrap();
    assert_eq!(inventory, sample::inventory(Vec::new()));
}
