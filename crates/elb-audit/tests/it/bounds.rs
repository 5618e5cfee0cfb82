//! Answers and lists that go on and on: they end at a bound, and what they hide is a gap.

use std::collections::BTreeMap;

use elb_audit::aws::bounds;
use elb_audit_fake_aws::model::organization::ROOT;
use elb_audit_fake_aws::{Alter, FakeAws, Fault, Kind, Markers, Organization};

use crate::account::{NUMBER, account};
use crate::compare::{no_flip, side_by_side};
use crate::many::{SHOP, small};
use crate::program::{Folder, Run};

const SCAN: &str = "scan --strict --show-passed --format json --retries 2 --call-timeout 60";

/// One call of each client and protocol.
const CALLS: [&str; 4] = [
    "elbv2:DescribeTargetGroups",
    "ec2:DescribeRouteTables",
    "logs:DescribeDeliverySources",
    "cloudfront:ListDistributions",
];

/// What the gaps say that a fault of a call leaves, and how often it is asked in a region.
fn gaps(call: &str, kind: &Kind, scan: &str) -> (Vec<String>, usize) {
    let whole = Run::on(&FakeAws::start(account()), SCAN).report();
    let fake = FakeAws::start(account());
    fake.fault(Fault::new(call, kind.clone()));
    let report = Run::on(&fake, scan).done().exits(4).report();
    let what = format!("{call}: {kind:?}");
    no_flip(&whole, &report, &what);
    assert!(report.gaps.iter().all(|gap| gap.call == call), "{what}");
    let mut said: Vec<String> = report.gaps.into_iter().map(|gap| gap.reason).collect();
    said.sort();
    said.dedup();
    let asked = fake.log().into_iter().filter(|entry| entry.call() == call);
    let mut by_region: BTreeMap<String, usize> = BTreeMap::new();
    asked.for_each(|entry| *by_region.entry(entry.region).or_default() += 1);
    (said, by_region.into_values().max().unwrap_or_default())
}

#[test]
fn an_answer_that_does_not_end_is_a_gap_and_not_asked_for_again() {
    let longer = "answer not understood: the answer is longer than 64 MB";
    let encoded =
        "answer not understood: the answer is encoded, as `gzip`, which was not asked for";
    let too_long = usize::try_from(bounds::ANSWER).unwrap();
    let cases = [
        (CALLS[0], Kind::Endless(1 << 16), longer),
        (CALLS[1], Kind::Endless(1 << 16), longer),
        (CALLS[3], Kind::Endless(1 << 16), longer),
        (CALLS[2], Kind::Altered(Alter::Padded(too_long)), longer),
        (CALLS[1], Kind::Bomb, encoded),
        (CALLS[2], Kind::Bomb, encoded),
    ];
    side_by_side(&cases, |(call, kind, words)| {
        let (said, asked) = gaps(call, kind, SCAN);
        assert_eq!(said, [*words], "{call}: {kind:?}");
        assert_eq!(asked, 1, "{call}: {kind:?}");
    });
}

#[test]
fn an_answer_that_is_long_is_taken() {
    let fake = FakeAws::start(account());
    let whole = Run::on(&fake, SCAN).report();
    fake.fault(Fault::altered("elbv2:DescribeTargetGroups", Alter::Padded(20 << 20)));
    fake.fault(Fault::altered("logs:DescribeDeliverySources", Alter::Padded(20 << 20)));
    let report = Run::on(&fake, SCAN).report();
    assert_eq!(report.gaps, whole.gaps);
    assert_eq!(report.findings.len(), whole.findings.len());
}

#[test]
fn pages_in_turn_end_as_soon_as_one_is_known() {
    side_by_side(&CALLS, |call| {
        let (said, asked) = gaps(call, &Kind::Pages(Markers::InTurn, 0), SCAN);
        assert_eq!(said, ["answer not understood: the same page marker came twice"], "{call}");
        assert_eq!(asked, 3, "{call}");
    });
}

#[test]
fn fat_pages_that_do_not_end_come_to_their_bound() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::new(CALLS[0], Kind::Pages(Markers::New, 60 << 20)));
    let report = Run::on(&fake, &format!("{SCAN} --region eu-west-1")).report();
    let said: Vec<&str> = report.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(said, ["answer not understood: the list is longer than 256 MB"]);
    assert_eq!(fake.count(CALLS[0]), 5);
}

#[test]
fn a_drip_is_out_of_time() {
    let scan = "scan --strict --show-passed --format json --retries 0 --call-timeout 4";
    side_by_side(&CALLS, |call| {
        let (said, _) = gaps(call, &Kind::Drip, scan);
        assert_eq!(said, ["timed out: no answer in time"], "{call}");
    });
}

#[test]
fn a_clock_that_is_wrong_is_made_up_for() {
    let fake = FakeAws::start(account());
    let whole = Run::on(&fake, SCAN).report();
    for ahead in [-7200, 7200] {
        let fake = FakeAws::start(account());
        fake.fault(Fault::new("*", Kind::Skewed(ahead)));
        let report = Run::on(&fake, SCAN).report();
        assert_eq!(report.gaps, whole.gaps, "{ahead}");
        assert_eq!(report.findings.len(), whole.findings.len(), "{ahead}");
    }
}

#[test]
fn credentials_do_not_come_without_end_either() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    fake.fault(Fault::new("sts:AssumeRoleWithWebIdentity", Kind::Endless(1 << 16)));
    let token = folder.file("token", "a.b.c");
    let run = Run::on(&fake, "scan --retries 0 --call-timeout 60")
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
        .env("AWS_ROLE_ARN", "arn:aws:iam::444455556666:role/audit");
    run.done().says(3, &["error: ", "the answer is longer than 64 MB"]);
}

#[test]
fn units_that_are_below_each_other_have_no_path() {
    let [first, second] = ["ou-ab12-aaaaaaaa", "ou-ab12-bbbbbbbb"];
    let organization = Organization::new()
        .unit("aaaaaaaa", "First", second)
        .unit("bbbbbbbb", "Second", first)
        .member(NUMBER, "Management", ROOT)
        .member(SHOP, "Shop", second)
        .old();
    let fake = FakeAws::start_all(vec![small(NUMBER).with(organization), small(SHOP)]);
    let scan = format!("{SCAN} --organization --ou {first}");
    let report = Run::on(&fake, &scan).report();
    let shop = report.accounts.iter().find(|account| account.id == SHOP).unwrap();
    assert_eq!((shop.totals.regions_read, shop.organizational_unit.as_deref()), (1, None));
    let asked = ["ListParents", "ListOrganizationalUnitsForParent", "ListAccountsForParent"];
    let asked = asked.map(|operation| fake.count(&format!("organizations:{operation}")));
    assert_eq!(asked, [2, 2, 2]);
}
