//! The estate that ships with elb-audit keeps its promises: of a size and a mixture that one recognises, and
//! with no fault but those of its stories.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::IpAddr;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::report::{Finding, Outcome, RegionStatus, Report};
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::severity::{Persona, Severity};
use ipnet::IpNet;

use crate::golden::compare;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/demo.json");
const COMMAND: &str = "UPDATE_GOLDEN=1 cargo test -p elb-audit-core demo";

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may read and write its golden file")]
fn the_published_inventory_is_the_one_inside() {
    let mut text = serde_json::to_string_pretty(&demo::inventory()).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(golden == text, "examples/demo.json is not the demo's inventory: run `{COMMAND}`");
}

/// What is told of the demo to this persona, by the defaults.
fn report(persona: Persona) -> Report {
    let inventory = demo::inventory();
    let selection = Selection { persona: Some(persona), ..Selection::default() };
    let checks = selection.choose(ALL, &Policy::default());
    audit(&inventory, &checks, &Options::at(inventory.taken_at))
}

/// Account, region and name of a load balancer, or of what else a finding is about.
fn place(report: &Report, account: &str, region: &str, name: &str) -> String {
    let known = report.accounts.iter().find(|one| one.id == account);
    let account = known.and_then(|one| one.name.as_deref()).expect("an account with a name");
    format!("{account} {region} {name}")
}

/// What a finding is about: its load balancer, or itself where it belongs to none.
fn owner(report: &Report, finding: &Finding) -> String {
    let name = finding.load_balancer.as_ref().map_or(&*finding.subject.label, |lb| &*lb.name);
    place(report, &finding.account, &finding.region, name)
}

/// The checks of each owner with findings of this outcome, those of every load balancer among them.
fn by_owner(report: &Report, outcome: Outcome) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for lb in &report.load_balancers {
        all.entry(place(report, &lb.account, &lb.region, &lb.name)).or_default();
    }
    for finding in report.findings.iter().filter(|finding| finding.outcome == outcome) {
        all.entry(owner(report, finding)).or_default().insert(finding.check.clone());
    }
    all
}

/// What a company has: its size, its clean load balancers, and as many different faults as this says.
#[test]
fn the_estate_is_of_the_size_that_was_promised() {
    let report = report(Persona::Regular);
    let failed = by_owner(&report, Outcome::Fail);
    let unknown = by_owner(&report, Outcome::Unknown);
    let checks: BTreeSet<&String> = failed.values().flatten().collect();
    assert_eq!(checks.len(), FORTY_TWO_CHECKS, "{checks:?}");
    assert_eq!(report.load_balancers.len(), TWENTY_NINE_LOAD_BALANCERS);
    let clean = |owner: &&String| failed[*owner].is_empty() && unknown[*owner].is_empty();
    let clean: Vec<&str> =
        failed.keys().filter(clean).filter_map(|owner| owner.split(' ').next_back()).collect();
    assert_eq!(clean, ["git", "wiki", "checkout", "ledger-front", "my-account", "status"]);
    let names: Vec<_> = report.accounts.iter().map(|one| (&*one.id, one.name.as_deref())).collect();
    let (shop, platform) = (Some("shop-production"), Some("shop-platform"));
    assert_eq!(names, [("111122223333", shop), ("444455556666", platform)]);
    let exposed = |severity| {
        let at = |one: &&Finding| {
            one.is_fault() && one.severity == severity && one.exposure == ExposureClass::Internet
        };
        report.findings.iter().filter(at).count()
    };
    assert!(exposed(Severity::High) >= 20 && exposed(Severity::Medium) >= 20);
    assert!(report.summary.faults.low >= 10, "{:?}", report.summary.faults);
}

/// Different checks that fail for the regular persona. Another number is a change of the demo: give it its name.
const FORTY_TWO_CHECKS: usize = 42;
const TWENTY_NINE_LOAD_BALANCERS: usize = 29;

#[test]
fn only_the_account_that_was_denied_is_unknown() {
    let report = report(Persona::Auditor);
    let unknown = report.findings.iter().filter(|one| one.outcome == Outcome::Unknown);
    let places: BTreeSet<(&str, &str)> = unknown.map(|one| (&*one.account, &*one.region)).collect();
    assert_eq!(places, BTreeSet::from([("444455556666", "eu-central-1")]));
    let gaps: BTreeSet<(&str, &str)> =
        report.gaps.iter().map(|gap| (&*gap.account, gap.call.as_str())).collect();
    let denied = [
        "acm:DescribeCertificate",
        "elb:DescribeLoadBalancers",
        "elbv2:DescribeLoadBalancers",
        "wafv2:GetWebACLForResource",
    ];
    assert_eq!(gaps, denied.map(|call| ("444455556666", call)).into());
    let regions: Vec<_> =
        report.regions.iter().map(|one| (&*one.account, &*one.name, one.status)).collect();
    let (shop, platform) = ("111122223333", "444455556666");
    assert_eq!(
        regions,
        [
            (shop, "eu-central-1", RegionStatus::Read),
            (shop, "eu-west-1", RegionStatus::Read),
            (shop, "me-central-1", RegionStatus::Skipped),
            (shop, "us-east-1", RegionStatus::Read),
            (platform, "eu-central-1", RegionStatus::Partial),
            (platform, "eu-west-1", RegionStatus::Read),
            (platform, "us-east-1", RegionStatus::Unread),
        ]
    );
}

/// One thing to change clears faults of several load balancers, as it does in an estate that has grown.
#[test]
fn several_load_balancers_share_a_cause() {
    let report = report(Persona::Regular);
    let sharing = |check: &str, field: &str| {
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in report.findings.iter().filter(|one| one.check == check && one.is_fault()) {
            let cause = match field {
                "" => one.subject.id.clone(),
                field => one.evidence.0[field].to_string(),
            };
            let cause = format!("{} {} {cause}", one.account, one.region);
            owners.entry(cause).or_default().insert(owner(&report, one));
        }
        owners.values().map(BTreeSet::len).max()
    };
    assert_eq!(sharing("certificate-expiring", ""), Some(3), "a certificate");
    assert_eq!(sharing("listener-sensitive-port", "open_to"), Some(3), "a security group");
    assert_eq!(sharing("waf-counts-only", "web_acl"), Some(2), "a web ACL");
    assert_eq!(sharing("log-bucket-missing", "buckets"), Some(2), "a bucket");
    assert_eq!(sharing("tls-legacy-protocol", "policy"), Some(2), "a security policy");
}

/// Ids are of AWS's form, addresses are nobody's, and all of it is the same tomorrow.
#[test]
fn what_the_demo_names_could_be_anybodys_and_is_nobodys() {
    let text = serde_json::to_string(&demo::inventory()).unwrap();
    assert!(text == serde_json::to_string(&demo::inventory()).unwrap());
    let mut ids = BTreeSet::new();
    for token in text.split('"') {
        let (prefix, id) = token.rsplit_once('-').unwrap_or_default();
        if ["acl", "eni", "i", "rtb", "sg", "subnet", "vpc", "vpce-svc"].contains(&prefix) {
            let is_hex = id.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(id.len() == 17 && is_hex, "{token}");
            ids.insert(token);
        }
        let address = token.parse::<IpNet>().or_else(|_| token.parse::<IpAddr>().map(IpNet::from));
        if let Ok(net) = address {
            assert!(is_nobodys(&net), "{net}");
        }
    }
    assert!(ids.len() > 150, "{}", ids.len());
    let samples = ["\"web\"", "/web/", "50dc6c495c0c9188", "73e2d6bc24d8a067"];
    for left in samples {
        assert!(!text.contains(left), "{left} is a sample's");
    }
}

/// Whether a block is private, kept for documentation, or everything.
fn is_nobodys(net: &IpNet) -> bool {
    let blocks = ["10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];
    let within = |block: &str| block.parse::<IpNet>().is_ok_and(|block| block.contains(net));
    net.prefix_len() == 0 || blocks.into_iter().any(within)
}

/// The checks that fail, persona by persona: each load balancer has the faults of its story and no other.
#[test]
fn each_load_balancer_has_the_faults_of_its_story() {
    let mut list = "what someone should act on:\n".to_owned();
    let regular = by_owner(&report(Persona::Regular), Outcome::Fail);
    write_all(&mut list, &regular);
    list.push_str("what only pedants and auditors hear of:\n");
    let auditor = report(Persona::Auditor);
    let mut more = by_owner(&auditor, Outcome::Fail);
    for (owner, checks) in &mut more {
        let heard = regular.get(owner);
        checks.retain(|check| !heard.is_some_and(|heard| heard.contains(check)));
    }
    more.retain(|_, checks| !checks.is_empty());
    write_all(&mut list, &more);
    list.push_str("what cannot be told:\n");
    let mut unknown = by_owner(&auditor, Outcome::Unknown);
    unknown.retain(|_, checks| !checks.is_empty());
    write_all(&mut list, &unknown);
    compare("crates/core/tests/it/snapshots/demo.txt", &list);
}

fn write_all(list: &mut String, all: &BTreeMap<String, BTreeSet<String>>) {
    for (owner, checks) in all {
        let checks: Vec<&str> = checks.iter().map(String::as_str).collect();
        let checks = if checks.is_empty() { "nothing".to_owned() } else { checks.join(", ") };
        writeln!(list, "  {owner}: {checks}").expect("a text");
    }
}
