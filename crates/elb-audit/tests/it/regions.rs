//! Which regions are read, which are not, and where the questions about them are asked.

use elb_audit_core::report::{Exit, RegionStatus, Report};
use elb_audit_fake_aws::{Account, FakeAws, Fault, Listener, LoadBalancer, Region, TargetGroup};

use crate::account::{NUMBER, account};
use crate::compare::no_flip;
use crate::program::{Folder, Run};

const SCAN: &str = "scan --format json --retries 0";

fn names(report: &Report, status: RegionStatus) -> Vec<&str> {
    let of = report.regions.iter().filter(|region| region.status == status);
    of.map(|region| region.name.as_str()).collect()
}

#[test]
fn regions_that_are_off_are_skipped_and_named() {
    let fake = FakeAws::start(Account::new(NUMBER).region_status("eu-south-1", "opted-in"));
    let done = Run::on(&fake, "scan --format json --all-regions").done().exits(0);
    let report = done.report();
    assert_eq!(names(&report, RegionStatus::Read).len(), 18);
    let skipped = names(&report, RegionStatus::Skipped);
    assert_eq!(skipped.len(), 16);
    assert!(skipped.contains(&"me-south-1") && !skipped.contains(&"eu-south-1"));
    let reason = report.regions.iter().find(|region| region.name == "me-south-1").unwrap();
    assert_eq!(reason.reason.as_deref(), Some("not enabled for this account"));
    let asked = fake.log().iter().any(|entry| entry.region == "me-south-1");
    assert!(!asked, "a region that is off is not asked");
    let text = Run::on(&fake, "scan --details").done().stdout;
    assert!(text.contains("me-south-1") && text.contains("not enabled"), "{text}");
}

#[test]
fn named_regions_need_no_list() {
    let fake = FakeAws::start(account());
    let report = Run::on(&fake, &format!("{SCAN} --region us-east-1,eu-north-1")).report();
    assert_eq!(names(&report, RegionStatus::Read), ["eu-north-1", "us-east-1"]);
    assert_eq!(fake.count("ec2:DescribeRegions"), 0);
    let twice = format!("{SCAN} --region us-east-1 --region us-east-1 --region eu-north-1");
    assert_eq!(Run::on(&fake, &twice).report().regions.len(), 2);
}

#[test]
fn regions_can_be_left_out() {
    let fake = FakeAws::start(account());
    let report = Run::on(&fake, &format!("{SCAN} --exclude-region eu-west-1")).report();
    assert_eq!(names(&report, RegionStatus::Read), ["us-east-1"]);
    assert_eq!(names(&report, RegionStatus::Skipped), ["eu-west-1"]);
    Run::on(&fake, &format!("{SCAN} --region eu-west-1 --exclude-region eu-west-1"))
        .done()
        .says(2, &["error: no region is left to scan"]);
}

#[test]
fn impossible_regions_are_refused_and_never_asked() {
    let fake = FakeAws::start(account());
    for (regions, said) in [
        ("eu-wets-1", "unknown region `eu-wets-1`: did you mean `eu-west-1`?"),
        ("everywhere", "unknown region `everywhere`"),
        ("eu-west-1,us-gov-west-1", "different partitions (aws, aws-us-gov)"),
    ] {
        Run::on(&fake, &format!("{SCAN} --region {regions}")).done().says(2, &[said]);
    }
    Run::on(&fake, &format!("{SCAN} --exclude-region eu-wets-1"))
        .done()
        .says(2, &["unknown region `eu-wets-1`"]);
    let asked = fake.log();
    assert!(asked.iter().all(|entry| ["us-east-1", "eu-west-1"].contains(&entry.region.as_str())));
    assert!(asked.iter().all(|entry| entry.family == "sts" || entry.family == "ec2"));
}

#[test]
fn a_region_newer_than_the_program_is_looked_up() {
    let fake = FakeAws::start(account().region("eu-west-9", Region::with_network()));
    let report = Run::on(&fake, &format!("{SCAN} --region eu-west-9")).report();
    assert_eq!(names(&report, RegionStatus::Read), ["eu-west-9"]);
    Run::on(&fake, &format!("{SCAN} --region eu-west-8"))
        .done()
        .says(2, &["unknown region `eu-west-8`: did you mean `eu-west-"]);
}

/// A region on another continent than any that is known is one of the caller's partition.
#[test]
fn a_region_whose_name_begins_like_no_other_is_read_like_any() {
    let fake = FakeAws::start(account().region("kr-central-1", Region::with_network()));
    let report = Run::on(&fake, SCAN).report();
    assert!(names(&report, RegionStatus::Read).contains(&"kr-central-1"), "{:?}", report.regions);
    assert_eq!(report.gaps, Vec::new());
    let named = format!("{SCAN} --region kr-central-1");
    assert_eq!(names(&Run::on(&fake, &named).report(), RegionStatus::Read), ["kr-central-1"]);
    let configured = Run::on(&fake, &named).env("AWS_REGION", "kr-central-1");
    assert_eq!(names(&configured.report(), RegionStatus::Read), ["kr-central-1"]);
    fake.clear_log();
    let slip = Run::on(&fake, &format!("{SCAN} --region ue-west-1"));
    slip.done().says(2, &["unknown region `ue-west-1`: did you mean `eu-west-1`?"]);
    assert!(fake.log().iter().all(|entry| entry.region != "ue-west-1"));
}

/// Names that would lead a request to another host, or to none.
const IMPLAUSIBLE: [&str; 6] = [
    "eu-west-1.example.com",
    "example.com/eu-west-1",
    "x@example.com#-west-1",
    "eu-west-1?x-y-1",
    "eu-west-1:8443",
    "aws-global",
];

#[test]
fn a_listed_region_that_can_be_none_is_unread_and_never_asked() {
    let mut account = account();
    for name in IMPLAUSIBLE {
        account = account.region_status(name, "opted-in");
    }
    let fake = FakeAws::start(account.region_status("eu-east-1.example.com", "not-opted-in"));
    let report = Run::on(&fake, SCAN).report();
    let mut expected = IMPLAUSIBLE;
    expected.sort_unstable();
    assert_eq!(names(&report, RegionStatus::Unread), expected);
    assert_eq!(names(&report, RegionStatus::Skipped), ["eu-east-1.example.com"]);
    let gap = report.gaps.iter().find(|gap| gap.region.as_deref() == Some("aws-global")).unwrap();
    assert!(gap.reason.contains("no region can have this name"), "{gap:?}");
    Run::on(&fake, &format!("{SCAN} --strict")).done().exits(4);
    let asked = |entry: &elb_audit_fake_aws::Entry| IMPLAUSIBLE.contains(&&*entry.region);
    assert!(!fake.log().iter().any(asked));
    let without = IMPLAUSIBLE.map(|name| format!(" --exclude-region {name}")).concat();
    Run::on(&fake, &format!("{SCAN}{without}")).done().says(2, &["unknown region `eu-west-1.e"]);
}

#[test]
fn a_region_of_the_user_that_can_be_none_is_refused_before_anything_is_asked() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    for name in IMPLAUSIBLE {
        let run = |arguments: &str| Run::on(&fake, &format!("{SCAN}{arguments}"));
        let unknown = format!("unknown region `{name}`");
        let configured = run("").env("AWS_REGION", name);
        configured.done().says(2, &[&format!("error: AWS_REGION: {unknown}")]);
        let other = run("").without("AWS_REGION").env("AWS_DEFAULT_REGION", name);
        other.done().says(2, &[&format!("error: AWS_DEFAULT_REGION: {unknown}")]);
        let keys = "aws_access_key_id = AKIABASE\naws_secret_access_key = not-a-secret";
        let profile = folder.file("config", &format!("[profile p]\nregion = {name}\n{keys}\n"));
        let profiled = || Run::bare("").env("AWS_ENDPOINT_URL", fake.url());
        for option in ["--profile p", "--profile p,p", "--all-profiles"] {
            let run = profiled().env("AWS_CONFIG_FILE", &profile).arg("scan");
            let run = option.split(' ').fold(run, Run::arg);
            // A `#` begins a comment there.
            if !name.contains('#') {
                run.done().says(2, &[&format!("error: the configured region: {unknown}")]);
            }
        }
        if !name.contains('#') {
            let sso = "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = r";
            let url = "sso_start_url = https://example.awsapps.com/start";
            for config in [
                format!("[profile p]\n{sso}\n[sso-session s]\nsso_region = {name}\n{url}\n"),
                format!("[profile p]\n{sso}\nsso_region = {name}\n{url}\n"),
            ] {
                let run = profiled().env("AWS_CONFIG_FILE", folder.file("sso", &config));
                let run = run.env("AWS_PROFILE", "p").env("AWS_REGION", "eu-west-1").arg("scan");
                run.done().says(2, &[&format!("error: sso_region of profile `p`: {unknown}")]);
            }
        }
        run("").env("ELB_AUDIT_REGION", name).done().says(2, &[&unknown]);
        run(" --state s3://reports/state.json --region").arg(name).done().says(2, &[&unknown]);
        run(" --exclude-region").arg(name).done().says(2, &[&unknown]);
    }
    assert_eq!(fake.log().len(), 0);
    Run::on(&fake, SCAN).env("AWS_REGION", "").done().exits(1);
}

#[test]
fn without_a_region_one_of_each_partition_is_tried() {
    let mut account = Account::new(NUMBER);
    let web = LoadBalancer::application("web").listener(Listener::http(80).forward("web"));
    let region = Region::with_network().with(web).with(TargetGroup::http("web", 80));
    account = account.region("us-gov-east-1", region);
    let fake = FakeAws::start(account);
    let refused = |call: &str, code: &str| {
        Fault::error(call, 403, code, "The security token included in the request is invalid.")
    };
    fake.fault(refused("sts:*", "InvalidClientTokenId").in_region("us-east-1"));
    fake.fault(refused("ec2:*", "AuthFailure").in_region("us-east-1"));
    let report = Run::on(&fake, SCAN).without("AWS_REGION").report();
    assert_eq!(report.accounts[0].partition, "aws-us-gov");
    assert_eq!(names(&report, RegionStatus::Read), ["us-gov-east-1", "us-gov-west-1"]);
    assert_eq!(report.gaps, Vec::new());
    let asked: Vec<String> = fake
        .log()
        .into_iter()
        .filter(|entry| entry.call() == "sts:GetCallerIdentity")
        .map(|entry| entry.region)
        .collect();
    assert_eq!(asked, ["us-east-1", "us-gov-west-1"]);
}

#[test]
fn credentials_that_no_partition_takes() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::error("*", 403, "InvalidClientTokenId", "The token is invalid."));
    let said = [
        "AWS does not take these credentials",
        "us-east-1",
        "us-gov-west-1",
        "cn-north-1",
        "set AWS_REGION",
    ];
    Run::on(&fake, SCAN).without("AWS_REGION").done().says(3, &said);
}

#[test]
fn a_named_region_that_is_off() {
    let fake = FakeAws::start(account());
    let done = Run::on(&fake, &format!("{SCAN} --region me-south-1")).done();
    assert_eq!(done.code, i32::from(Exit::NothingAssessed.code()), "{}", done.stderr);
    let also = format!("{SCAN} --region eu-west-1,me-south-1");
    let report = Run::on(&fake, &also).done().exits(1).report();
    assert_eq!(names(&report, RegionStatus::Unread), ["me-south-1"]);
    let reason = report.regions[1].reason.as_deref().unwrap_or_default();
    assert!(reason.starts_with("not available here"), "{reason}");
    Run::on(&fake, &format!("{also} --strict")).done().exits(4);
}

#[test]
fn a_denial_in_one_region_leaves_the_other_as_it_was() {
    let fleet = || FakeAws::start(elb_audit_fake_aws::sample::fleet(3, 10));
    let all = format!("{SCAN} --show-passed --all-regions");
    let whole = Run::on(&fleet(), &all).report();
    let fake = fleet();
    fake.fault(Fault::deny("elasticloadbalancing:DescribeRules").in_region("us-east-2"));
    let report = Run::on(&fake, &format!("{all} --strict")).done().exits(4).report();
    no_flip(&whole, &report, "DescribeRules");
    let cleartext = |report: &Report, here: bool| -> Vec<_> {
        let of = report.findings.iter().filter(|finding| {
            finding.check == "listener-cleartext" && (finding.region == "us-east-2") == here
        });
        of.map(|one| (one.subject.id.clone(), one.outcome.word())).collect()
    };
    assert_eq!(cleartext(&report, false), cleartext(&whole, false));
    assert_eq!(cleartext(&whole, true).len(), 5);
    let unknown = cleartext(&report, true);
    assert_eq!(unknown.len(), 5);
    assert!(unknown.iter().all(|(_, outcome)| *outcome == "unknown"), "{unknown:?}");
    let partial = names(&report, RegionStatus::Partial);
    assert_eq!(partial, ["us-east-2"]);
}
