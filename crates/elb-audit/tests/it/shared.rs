//! Three accounts, two of which have load balancers in subnets that the third shares.

use elb_audit_core::report::{Outcome, Report};
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_fake_aws::model::network::VPC;
use elb_audit_fake_aws::{
    Account, BlockPublicAccess, FakeAws, Fault, FlowLog, Listener, LoadBalancer, NetworkInterface,
    Region, TargetGroup,
};

use crate::account::NUMBER;
use crate::many::{SHOP, TEST};
use crate::program::{Folder, Run};

const SCAN: &str =
    "scan --format json --retries 0 --region eu-west-1 --persona auditor --show-passed";
const HELD: &str = "10.0.16.20";
const GONE: &str = "10.0.16.99";

/// The account that owns the VPC: without load balancers, with a block on public access and a flow log.
fn owner(mode: &str) -> Account {
    let mut region = Region::with_network()
        .with(FlowLog::new(VPC))
        .with(NetworkInterface::new("eni-0a0a0a0000000020", HELD));
    region.block_public_access = BlockPublicAccess::new(mode);
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

/// An account with a load balancer in its subnets, whose own block on public access is on.
fn participant(id: &str, address: &str) -> Account {
    let web =
        LoadBalancer::network("web").internet_facing().listener(Listener::tcp(80).forward("web"));
    let group = TargetGroup::tcp("web", 80).by_ip().unhealthy(address);
    let mut region = Region::with_network().with(web).with(group);
    region.block_public_access = BlockPublicAccess::new("block-bidirectional");
    region.vpcs[0].owner = Some(NUMBER.to_owned());
    Account::new(id).only_its_regions().region("eu-west-1", region)
}

fn fake(mode: &str) -> FakeAws {
    FakeAws::start_all(vec![owner(mode), participant(SHOP, HELD), participant(TEST, GONE)])
}

fn roles(accounts: &[&str]) -> String {
    let role = |id: &&str| format!("--role-arn arn:aws:iam::{id}:role/elb-audit-reader");
    accounts.iter().map(role).collect::<Vec<_>>().join(" ")
}

fn outcome(report: &Report, account: &str, check: &str) -> (Outcome, String) {
    let is_it =
        |one: &&elb_audit_core::report::Finding| one.account == account && one.check == check;
    let finding = report.findings.iter().find(is_it).expect("a finding");
    let reason = finding.evidence.0.get("reason").map(ToString::to_string).unwrap_or_default();
    (finding.outcome, reason)
}

fn exposure(report: &Report, account: &str) -> ExposureClass {
    let of = |lb: &&elb_audit_core::report::LoadBalancerSummary| lb.account == account;
    report.load_balancers.iter().find(of).expect("a load balancer").exposure
}

#[test]
fn the_owner_answers_where_it_is_in_the_scan() {
    for (mode, expected) in
        [("off", ExposureClass::Internet), ("block-ingress", ExposureClass::Blocked)]
    {
        let fake = fake(mode);
        let report = Run::on(&fake, &format!("{SCAN} {}", roles(&[NUMBER, SHOP, TEST]))).report();
        for account in [SHOP, TEST] {
            assert_eq!(exposure(&report, account), expected, "{mode} {account}");
            assert_eq!(outcome(&report, account, "flow-logs-missing").0, Outcome::Pass);
        }
        // One address is another participant's, the other nobody's.
        assert_eq!(outcome(&report, SHOP, "target-stale").0, Outcome::Pass);
        assert_eq!(outcome(&report, TEST, "target-stale").0, Outcome::Fail);
        let asked = |call: &str| {
            fake.log().iter().filter(|one| one.account == NUMBER && one.call() == call).count()
        };
        assert_eq!(asked("ec2:DescribeVpcBlockPublicAccessOptions"), 1, "for both participants");
        assert_eq!(asked("ec2:DescribeFlowLogs"), 1);
        assert_eq!(asked("ec2:DescribeSecurityGroups"), 0, "the owner has no load balancer");
        assert_eq!(report.gaps, Vec::new());
    }
}

#[test]
fn without_the_owner_nothing_of_the_participants_counts() {
    let fake = fake("off");
    let report = Run::on(&fake, &format!("{SCAN} {}", roles(&[SHOP, TEST]))).report();
    for account in [SHOP, TEST] {
        assert_eq!(exposure(&report, account), ExposureClass::Unknown);
        for check in ["public-access-blocked", "flow-logs-missing", "target-stale"] {
            let (outcome, reason) = outcome(&report, account, check);
            assert_eq!(outcome, Outcome::Unknown, "{check}");
            assert!(reason.contains(&format!("belongs to account {NUMBER}")), "{check}: {reason}");
        }
    }
    assert!(fake.log().iter().all(|one| one.account != NUMBER || one.call().starts_with("sts:")));
}

#[test]
fn an_owner_who_denies_is_named() {
    let fake = fake("off");
    for call in ["ec2:DescribeVpcBlockPublicAccessOptions", "ec2:DescribeNetworkInterfaces"] {
        fake.fault(Fault::deny(call).in_account(NUMBER));
    }
    let report = Run::on(&fake, &format!("{SCAN} {}", roles(&[NUMBER, SHOP]))).report();
    let (_, reason) = outcome(&report, SHOP, "public-access-blocked");
    let said = format!("belongs to account {NUMBER}, where it could not be read: access denied");
    assert!(reason.contains(&said), "{reason}");
    let denied: Vec<&str> = report
        .gaps
        .iter()
        .filter(|gap| gap.account == NUMBER)
        .map(|gap| gap.action.as_str())
        .collect();
    assert!(denied.contains(&"ec2:DescribeVpcBlockPublicAccessOptions"), "{denied:?}");
}

#[test]
fn a_saved_scan_tells_the_same() {
    let fake = fake("off");
    let folder = Folder::new();
    let file = folder.path("all.json");
    let collect = format!(
        "collect --region eu-west-1 --retries 0 --output {} {}",
        file.display(),
        roles(&[NUMBER, SHOP, TEST])
    );
    Run::on(&fake, &collect).done().exits(0);
    let check = format!("check {} --format json --persona auditor --show-passed", file.display());
    let report = Run::on(&fake, &check).report();
    assert_eq!(exposure(&report, SHOP), ExposureClass::Internet);
    assert_eq!(outcome(&report, SHOP, "target-stale").0, Outcome::Pass);
    assert_eq!(outcome(&report, TEST, "target-stale").0, Outcome::Fail);
}

#[test]
fn a_firewall_at_the_gateway_is_read_by_a_narrow_scan_too() {
    let arn = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/edge";
    for (connectivity, expected) in [
        ("outbound-only", ExposureClass::Blocked),
        ("flexible", ExposureClass::Internet),
        ("sideways", ExposureClass::Unknown),
    ] {
        let mut account = crate::many::small(NUMBER);
        let region = account.regions.get_mut("eu-west-1").unwrap();
        region.vpcs[0] = region.vpcs[0].clone().firewall(arn, "active", "enforce");
        for subnet in &mut region.subnets {
            *subnet = subnet.clone().firewalled(connectivity);
        }
        let fake = FakeAws::start(account);
        fake.page_size(None);
        let scan = "scan --format json --retries 0 --region eu-west-1 --check listener-cleartext";
        let report = Run::on(&fake, scan).report();
        assert_eq!(exposure(&report, NUMBER), expected, "{connectivity}");
        assert_eq!(fake.count("ec2:DescribeSubnets"), 1);
        assert_eq!(fake.count("ec2:DescribeVpcs"), 1);
    }
    let fake = FakeAws::start(crate::many::small(NUMBER));
    let scan = "scan --format json --retries 0 --region eu-west-1 --check listener-cleartext";
    assert_eq!(exposure(&Run::on(&fake, scan).report(), NUMBER), ExposureClass::Internet);
    assert_eq!(fake.count("ec2:DescribeSubnets") + fake.count("ec2:DescribeVpcs"), 0);
}

#[test]
fn an_outpost_is_told_by_the_list_of_load_balancers() {
    let web = LoadBalancer::application("web")
        .internet_facing()
        .listener(Listener::http(80).forward("web"));
    let mut region = Region::with_network().with(web).with(TargetGroup::http("web", 80));
    let scan = "scan --format json --retries 0 --region eu-west-1 --check waf-not-associated";
    for (outpost, expected) in [(None, 1), (Some("arn:aws:outposts:eu-west-1:1:outpost/op-1"), 0)] {
        for subnet in &mut region.subnets {
            subnet.outpost = outpost.map(str::to_owned);
        }
        let account = Account::new(NUMBER).only_its_regions().region("eu-west-1", region.clone());
        let report = Run::on(&FakeAws::start(account), scan).report();
        assert_eq!(report.findings.len(), expected, "{outpost:?}");
    }
}
