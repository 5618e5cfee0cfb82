//! What the account's owner says in the policy changes verdicts.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::check::intent::{Intent, Thresholds};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{BucketState, Inventory, Kind};
use elb_audit_core::policy::Policy;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::given::line;

/// What one check finds by this policy, passes among it.
fn told(id: &str, inventory: &Inventory, policy: Policy) -> Vec<String> {
    let options = Options { policy, show_passed: true, ..Options::at(sample::now()) };
    let check: &'static Check = ALL.iter().find(|check| check.id == id).expect("a check");
    audit(inventory, &[check], &options).findings.iter().map(line).collect()
}

fn meaning(intent: Intent) -> Policy {
    Policy { intent, ..Policy::default() }
}

fn measuring(thresholds: Thresholds) -> Policy {
    Policy { thresholds, ..Policy::default() }
}

#[test]
fn without_a_list_every_bucket_will_do() {
    let inventory = sample::logging_to(&Kind::Application, "somebodys-logs", |_| {});
    let id = "access-logs-bucket-unapproved";
    assert!(told(id, &inventory, Policy::default()).is_empty());
    let log_buckets = vec!["mine".to_owned(), "some*-logs".to_owned()];
    let listed = meaning(Intent { log_buckets, ..Intent::default() });
    assert_eq!(told(id, &inventory, listed), ["pass access-logs-bucket-unapproved web"]);
}

/// What `log-bucket-foreign` finds of another account's bucket, of which S3 told this, by this intent.
fn of_foreign(name: &str, told: [Option<bool>; 2], intent: Intent) -> Vec<String> {
    let inventory = sample::logging_to(&Kind::Application, name, |bucket| {
        let region = Some(sample::REGION.to_owned());
        bucket.state = Fact::Known(BucketState::Foreign { region });
        let fact = |told: Option<bool>, call| told.map_or(Fact::not_collected(call), Fact::Known);
        bucket.policy_is_public = fact(told[0], Call::S3GetBucketPolicyStatus);
        bucket.public_access_blocked = fact(told[1], Call::S3GetPublicAccessBlock);
    });
    told_of(&inventory, intent)
}

fn told_of(inventory: &Inventory, intent: Intent) -> Vec<String> {
    let policy = Policy { intent, ..Policy::default() };
    let told = told("log-bucket-foreign", inventory, policy);
    told.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn a_foreign_bucket_may_be_the_one_that_keeps_all_logs() {
    let unasked = [None, None];
    let none = Intent::default;
    let trusting = || {
        let trusted_accounts = vec!["444455556666".to_owned()];
        Intent { trusted_accounts, ..Intent::default() }
    };
    let listing = || Intent { log_buckets: vec!["central-*".to_owned()], ..Intent::default() };
    let both = || Intent { log_buckets: listing().log_buckets, ..trusting() };
    let table = [
        ("central-logs", unasked, none(), "note"),
        ("central-logs", [Some(false), Some(true)], none(), "note"),
        ("central-logs", [Some(true), Some(true)], none(), "note"),
        ("central-logs", [Some(true), Some(false)], none(), "fail"),
        ("central-logs", [Some(true), Some(false)], trusting(), "fail"),
        ("central-logs", unasked, trusting(), "note"),
        ("central-logs", unasked, listing(), "pass"),
        ("central-logs", [Some(true), Some(false)], listing(), "fail"),
        ("others-logs", unasked, listing(), "fail"),
        ("others-logs", unasked, both(), "fail"),
        ("logs-444455556666-eu-west-1-an", unasked, none(), "note"),
        ("logs-444455556666-eu-west-1-an", unasked, trusting(), "pass"),
        ("logs-444455556666-eu-west-1-an", unasked, both(), "pass"),
        ("logs-777788889999-us-gov-west-1-an", unasked, trusting(), "fail"),
        ("logs-777788889999-eu-west-1-an", unasked, trusting(), "fail"),
        // Anybody may put another's number into a name.
        ("logs-777788889999-eu-west-1", unasked, trusting(), "note"),
        ("logs-444455556666-eu-west-1", unasked, both(), "fail"),
    ];
    for (name, told, intent, expected) in table {
        assert_eq!(
            of_foreign(name, told, intent.clone()),
            [expected],
            "{name} {told:?} {intent:?}"
        );
    }
}

#[test]
fn a_note_waits_for_a_bucket_that_is_unread() {
    let inventory = sample::logging_to(&Kind::Application, "central-logs", |bucket| {
        let region = Some(sample::REGION.to_owned());
        bucket.state = Fact::Known(BucketState::Foreign { region });
    });
    let both = |unread: bool| {
        let mut inventory = inventory.clone();
        let region = &mut inventory.accounts[0].regions[0];
        let mut other = region.log_buckets["central-logs"].clone();
        if unread {
            other.state = Fact::Unread(sample::denied(Call::S3HeadBucket));
        }
        region.log_buckets.insert("other-logs".to_owned(), other);
        let attributes = &mut region.v2.items[0].attributes;
        if let Fact::Known(attributes) = attributes {
            attributes.insert("connection_logs.s3.bucket".to_owned(), "other-logs".to_owned());
        }
        told_of(&inventory, Intent::default())
    };
    assert_eq!(both(false), ["note"]);
    assert_eq!(both(true), ["unknown"]);
}

#[test]
fn an_account_of_the_scan_tells_whose_a_bucket_is() {
    let central = |public: bool| {
        let mut inventory = sample::logging_to(&Kind::Application, "central-logs", |bucket| {
            let region = Some(sample::REGION.to_owned());
            bucket.state = Fact::Known(BucketState::Foreign { region });
            bucket.policy_is_public = Fact::not_collected(Call::S3GetBucketPolicyStatus);
            bucket.public_access_blocked = Fact::not_collected(Call::S3GetPublicAccessBlock);
        });
        let mut archive = sample::logging_to(&Kind::Application, "central-logs", |bucket| {
            let region = Some(sample::REGION.to_owned());
            bucket.state = Fact::Known(BucketState::Own { region });
            bucket.policy_is_public = Fact::Known(public);
            bucket.public_access_blocked = Fact::Known(!public);
        });
        let mut account = archive.accounts.remove(0);
        account.id = "444455556666".to_owned();
        let region = &mut account.regions[0];
        region.classic.items.clear();
        region.v2.items.clear();
        inventory.accounts.push(account);
        inventory
    };
    let trusting = |account: &str| {
        let trusted_accounts = vec![account.to_owned()];
        Intent { trusted_accounts, ..Intent::default() }
    };
    assert_eq!(told_of(&central(false), Intent::default()), ["note"]);
    assert_eq!(told_of(&central(false), trusting("444455556666")), ["pass"]);
    assert_eq!(told_of(&central(false), trusting("555566667777")), ["fail"]);
    assert_eq!(told_of(&central(true), trusting("444455556666")), ["fail"]);
}

#[test]
fn a_name_may_be_a_trusted_accounts() {
    let gone = "old-1.eu-west-1.elb.amazonaws.com";
    let inventory = sample::named(&Kind::Application, false, gone);
    let id = "dns-alias-dangling";
    let trusting = |account: &str| {
        let trusted_accounts = vec![account.to_owned()];
        meaning(Intent { trusted_accounts, ..Intent::default() })
    };
    let fail = ["fail dns-alias-dangling www.example.com"];
    assert_eq!(told(id, &inventory, trusting(sample::ACCOUNT)), fail);
    let note = ["note dns-alias-dangling www.example.com"];
    assert_eq!(told(id, &inventory, trusting("444455556666")), note);
}

#[test]
fn a_name_may_be_that_of_another_accounts_load_balancer() {
    let name = "other-1.eu-west-1.elb.amazonaws.com";
    let mut inventory = sample::named(&Kind::Application, false, name);
    let mut other = sample::with(&Kind::Classic, |lb| lb.dns_name = Some(name.to_uppercase()));
    other.accounts[0].id = "444455556666".to_owned();
    inventory.accounts.append(&mut other.accounts);
    let id = "dns-alias-dangling";
    let first = |inventory: &Inventory| told(id, inventory, Policy::default()).remove(0);
    assert_eq!(first(&inventory), "pass dns-alias-dangling www.example.com");
    let mut unscanned = inventory.clone();
    unscanned.accounts[1].regions.clear();
    assert_eq!(first(&unscanned), "unknown dns-alias-dangling www.example.com");
    let mut skipped = inventory;
    let region = &mut skipped.accounts[1].regions[0];
    region.classic.items.clear();
    region.skipped = Some("not enabled for this account".to_owned());
    assert_eq!(first(&skipped), "unknown dns-alias-dangling www.example.com");
}

#[test]
fn limits_are_the_owners() {
    let inventory = sample::clean(&Kind::Application);
    let two_years = Thresholds { hsts_seconds: 63_072_000, ..Thresholds::default() };
    assert_eq!(
        told("hsts-missing", &inventory, measuring(two_years)),
        ["note hsts-missing HTTPS:443"]
    );
    let half_an_hour = Thresholds { idle_seconds: 1_800, ..Thresholds::default() };
    assert_eq!(
        told("idle-timeout-long", &inventory, measuring(half_an_hour)),
        ["note idle-timeout-long web"]
    );
}

#[test]
fn a_path_that_is_meant_to_be_public_opens_no_way_around_cloudfront() {
    let health = sample::rule(
        Some(5),
        vec![sample::path(&["/health", "/ready"])],
        vec![sample::forward("web")],
    );
    let mut regex = health.clone();
    regex.conditions[0].regex_values = vec!["^/health".to_owned()];
    let open = |rule| {
        let inventory = sample::with(&Kind::Application, |lb| {
            lb.web_acl = Fact::Known(None);
            let https = sample::https(vec![sample::fixed_response("403")]);
            sample::listeners(lb)[0] = sample::ruled(https, vec![rule]);
        });
        sample::behind_cloudfront(inventory, |_| {})
    };
    let with = |paths: &[&str], rule| {
        let public_paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let policy = meaning(Intent { public_paths, ..Intent::default() });
        told("cloudfront-bypass", &open(rule), policy)
    };
    let (fail, both) = (["fail cloudfront-bypass web"], ["/health", "/rea*"]);
    assert_eq!(with(&[], health.clone()), fail);
    assert_eq!(with(&["/health"], health.clone()), fail);
    assert_eq!(with(&both, regex), fail);
    assert_eq!(with(&both, health), ["pass cloudfront-bypass web"]);
}
