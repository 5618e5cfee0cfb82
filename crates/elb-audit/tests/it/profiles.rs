//! Several profiles in one report: each one's own account, an account only once, a profile that does not
//! work, and all of them.

use std::collections::BTreeMap;

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{AccountStatus, AccountSummary, Outcome, Report};
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::NUMBER;
use crate::many::{SHOP, TEST, small};
use crate::program::{Done, Folder, Run};

const SCAN: &str = "scan --format json --retries 0";

/// `prod` and `admin` lead to the first account, `shop` and `lab` to others; nobody knows the role of
/// `broken`, and `bare` holds no credentials.
const PROFILES: &str = "
[default]
region = eu-west-1
[profile prod]
region = eu-west-1
aws_access_key_id = AKIAPROD
aws_secret_access_key = not-a-secret
[profile admin]
region = eu-west-1
aws_access_key_id = AKIAADMIN
aws_secret_access_key = not-a-secret
[profile shop]
region = eu-west-1
aws_access_key_id = AKIASHOP
aws_secret_access_key = not-a-secret
[profile lab]
region = eu-west-1
aws_access_key_id = AKIALAB
aws_secret_access_key = not-a-secret
";

/// What is not there to be had.
const BROKEN: &str = "
[profile broken]
region = eu-west-1
credential_process = false
[profile gone]
region = eu-west-1
sso_account_id = 888899990000
sso_role_name = audit
sso_region = eu-west-1
sso_start_url = https://example.com/start
";

fn fake() -> FakeAws {
    let shop = small(SHOP).access_key("AKIASHOP");
    FakeAws::start_all(vec![small(NUMBER), shop, small(TEST).access_key("AKIALAB")])
}

/// A run with these profiles and no keys in the environment.
fn with(fake: &FakeAws, folder: &Folder, more: &str, arguments: &str) -> Run {
    let config = folder.file("config", &format!("{PROFILES}{more}"));
    let run = Run::bare(arguments).env("AWS_ENDPOINT_URL", fake.url());
    let path = std::env::var_os("PATH").unwrap_or_default();
    run.env("AWS_CONFIG_FILE", config).env("PATH", path)
}

fn named(report: &Report) -> Vec<(&str, &str)> {
    report.accounts.iter().map(|one| (&*one.id, one.name.as_deref().unwrap_or_default())).collect()
}

fn of<'a>(report: &'a Report, name: &str) -> &'a AccountSummary {
    report.accounts.iter().find(|one| one.name.as_deref() == Some(name)).unwrap()
}

fn notes(report: &Report) -> Vec<&str> {
    report.notes.iter().map(|note| note.text.as_str()).collect()
}

fn verdicts(report: &Report, id: &str) -> BTreeMap<String, Outcome> {
    let own = report.findings.iter().filter(|finding| finding.account == id);
    own.map(|finding| (finding.fingerprint.clone(), finding.outcome)).collect()
}

#[test]
fn several_profiles_are_one_report() {
    let (fake, folder) = (fake(), Folder::new());
    let repeated =
        with(&fake, &folder, "", &format!("{SCAN} --profile shop --profile prod --profile lab"));
    let report = repeated.report();
    assert_eq!(named(&report), [(NUMBER, "prod"), (SHOP, "shop"), (TEST, "lab")]);
    assert_eq!(report.gaps, Vec::new());
    assert_eq!(of(&report, "shop").status, AccountStatus::Read);
    assert_eq!(of(&report, "shop").caller, Some(format!("arn:aws:iam::{SHOP}:user/auditor")));
    assert_eq!(of(&report, "shop").role, None);
    for entry in fake.log() {
        let key = [(NUMBER, "AKIAPROD"), (SHOP, "AKIASHOP"), (TEST, "AKIALAB")];
        assert!(key.contains(&(&*entry.account, &*entry.access_key)), "{entry:?}");
    }
    assert_eq!(fake.count("sts:AssumeRole"), 0);
    for (id, name) in named(&report) {
        let alone = with(&fake, &folder, "", &format!("{SCAN} --profile {name}")).report();
        assert_eq!(named(&alone), [(id, name)], "one profile names its account, too");
        assert_eq!(verdicts(&report, id), verdicts(&alone, id));
        assert!(!verdicts(&alone, id).is_empty());
    }
    let listed = with(&fake, &folder, "", &format!("{SCAN} --profile lab,prod,lab")).report();
    assert_eq!(named(&listed), [(NUMBER, "prod"), (TEST, "lab")]);
    let mirrored = with(&fake, &folder, "", SCAN).env("ELB_AUDIT_PROFILE", "shop,prod").report();
    assert_eq!(named(&mirrored), [(NUMBER, "prod"), (SHOP, "shop")]);
    let text =
        with(&fake, &folder, "", "scan --details --retries 0 --profile shop,prod").done().stdout;
    for said in [format!("Account {NUMBER} prod\n"), format!("\nAccount {SHOP} shop\n")] {
        assert!(text.contains(&said), "{said} is not in {text}");
    }
}

#[test]
fn profiles_of_the_same_account_read_it_once() {
    let (fake, folder) = (fake(), Folder::new());
    let report = with(&fake, &folder, "", &format!("{SCAN} --profile shop,admin,prod")).report();
    assert_eq!(named(&report), [(NUMBER, "admin"), (SHOP, "shop")]);
    let said = "profile prod leads to the same account as admin, and was not read again";
    assert_eq!(notes(&report), [said]);
    let lists = fake.log().into_iter().filter(|one| one.call() == "elbv2:DescribeLoadBalancers");
    let mut keys: Vec<String> = lists.map(|one| one.access_key).collect();
    keys.sort();
    assert_eq!(keys, ["AKIAADMIN", "AKIASHOP"]);
}

#[test]
fn accounts_that_only_their_load_balancers_tell_are_read_and_shown_once() {
    let (fake, folder) = (fake(), Folder::new());
    fake.fault(Fault::deny("sts:GetCallerIdentity"));
    let report = with(&fake, &folder, "", &format!("{SCAN} --profile prod,admin,shop")).report();
    assert_eq!(named(&report), [(NUMBER, "admin"), (SHOP, "shop")]);
    assert_eq!(
        notes(&report),
        ["profile prod leads to the same account as admin, and was not read again"]
    );
    assert_eq!(of(&report, "shop").caller, None);
}

#[test]
fn a_profile_that_does_not_work_is_a_gap_and_the_others_go_on() {
    let (fake, folder) = (fake(), Folder::new());
    let run = |options: &str| {
        with(
            &fake,
            &folder,
            BROKEN,
            &format!("scan --details --retries 0 --profile gone,shop,broken {options}"),
        )
        .done()
    };
    let report = run("--format json").exits(1).report();
    assert_eq!(named(&report), [("", "broken"), (SHOP, "shop"), ("888899990000", "gone")]);
    assert_eq!(of(&report, "shop").status, AccountStatus::Read);
    for name in ["broken", "gone"] {
        let account = of(&report, name);
        assert_eq!(account.status, AccountStatus::Unread);
        let reason = account.reason.as_ref().unwrap();
        assert!(reason.starts_with("no valid credentials: the AWS credentials cannot"), "{reason}");
        assert_eq!(account.caller, None);
    }
    let resources: Vec<_> = report.gaps.iter().map(|gap| gap.resource.as_deref()).collect();
    assert_eq!(resources, [Some("profile broken"), Some("profile gone")]);
    assert!(report.gaps.iter().all(|gap| gap.action == "sts:GetCallerIdentity"));
    run("--fail-on never").exits(0);
    let strict = run("--fail-on never --strict").exits(4);
    for said in [
        "  broken could not be read: no valid credentials: ",
        "  888899990000 gone could not be read: no valid credentials: ",
        "sign in again, or check the profile",
        "3 accounts, 2 unread: 1 region read",
    ] {
        assert!(strict.stdout.contains(said), "{said}: {}", strict.stdout);
    }
    assert!(!strict.stdout.contains("create the role"), "{}", strict.stdout);
}

#[test]
fn a_profile_that_does_not_work_beside_one_of_its_account_is_a_note() {
    let (fake, folder) = (fake(), Folder::new());
    let gone = BROKEN.replace("888899990000", SHOP);
    let run = with(&fake, &folder, &gone, &format!("{SCAN} --profile gone,shop"));
    let report = run.report();
    assert_eq!(named(&report), [(SHOP, "shop")]);
    assert_eq!(report.gaps, Vec::new());
    let [note] = notes(&report)[..] else { panic!("{:?}", report.notes) };
    assert!(
        note.starts_with("profile gone, of the same account, does not work: no valid"),
        "{note}"
    );
}

#[test]
fn where_no_profile_works_nothing_is_assessed() {
    let (fake, folder) = (fake(), Folder::new());
    let run = |task: &str| -> Done {
        with(&fake, &folder, BROKEN, &format!("{task} --retries 0 --profile gone,broken")).done()
    };
    let said = "nothing could be assessed: no account could be read (2 tried)";
    let done = run("scan --format json").exits(3);
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert_eq!(done.report().gaps.len(), 2);
    run("collect -o -").says(3, &["error: ", said]);
    // One that is named by itself is the whole run, as ever.
    let alone = with(&fake, &folder, BROKEN, "scan --profile broken").done();
    alone.says(3, &["error: the AWS credentials cannot be obtained: check the profile"]);
    assert_eq!(fake.log(), Vec::new());
}

#[test]
fn credentials_of_one_profile_that_expire_meanwhile_cost_its_account() {
    let (fake, folder) = (fake(), Folder::new());
    let expired = Fault::error("elbv2:*", 403, "ExpiredToken", "The security token is expired");
    fake.fault(expired.in_account(SHOP));
    let done = with(&fake, &folder, "", &format!("{SCAN} --profile prod,shop")).done().exits(1);
    let report = done.report();
    assert_eq!(of(&report, "prod").status, AccountStatus::Read);
    assert!(of(&report, "shop").totals.regions_unread == 1);
    let both = with(&fake, &folder, "", &format!("{SCAN} --profile shop")).done().exits(3);
    assert!(both.stderr.contains("no region could be read"), "{}", both.stderr);
}

#[test]
fn all_profiles_are_those_with_credentials() {
    let (fake, folder) = (fake(), Folder::new());
    let all = || with(&fake, &folder, BROKEN, &format!("{SCAN} --all-profiles"));
    let report = all().report();
    let expected = [
        ("", "broken"),
        (NUMBER, "admin"),
        (SHOP, "shop"),
        (TEST, "lab"),
        ("888899990000", "gone"),
    ];
    assert_eq!(named(&report), expected, "the default profile holds nothing");
    assert_eq!(
        notes(&report),
        ["profile prod leads to the same account as admin, and was not read again"]
    );
    // The one that the environment names comes first.
    let report = all().env("AWS_PROFILE", "prod").report();
    assert_eq!(of(&report, "prod").id, NUMBER);
    // Keys in the environment are no profile.
    let keys = all().env("AWS_ACCESS_KEY_ID", "AKIAOTHER").env("AWS_SECRET_ACCESS_KEY", "x");
    assert_eq!(named(&keys.report()), expected);
    assert!(fake.log().iter().all(|entry| entry.access_key != "AKIAOTHER"));
    let mirrored = with(&fake, &folder, "", SCAN).env("ELB_AUDIT_ALL_PROFILES", "1").report();
    assert_eq!(mirrored.accounts.len(), 3);
    // What is on the command line wins.
    let one = with(&fake, &folder, "", &format!("{SCAN} --profile lab"));
    assert_eq!(named(&one.env("ELB_AUDIT_ALL_PROFILES", "1").report()), [(TEST, "lab")]);
    let all = all().env("ELB_AUDIT_PROFILE", "lab").report();
    assert_eq!(named(&all), expected);
    let none = folder.file("none", "[default]\nregion = eu-west-1\n");
    let run = Run::bare("scan --all-profiles").env("AWS_CONFIG_FILE", none);
    run.done().says(2, &["error: --all-profiles: the AWS configuration has no profile with"]);
}

#[test]
fn profiles_that_cannot_be() {
    let (fake, folder) = (fake(), Folder::new());
    for task in ["scan", "collect -o -"] {
        let run = |options: &str| with(&fake, &folder, "", &format!("{task} {options}"));
        run("--profile prod,prdo").done().says(2, &["error: unknown profile `prdo`: the AWS"]);
        for several in ["--profile prod,shop", "--all-profiles"] {
            for more in ["--organization", "--accounts x", "--role-arn arn:aws:iam::1:role/x"] {
                let done = run(&format!("{several} {more}")).done().exits(2);
                let said = "--organization, --accounts and --role-arn start from one profile: give --profile once";
                assert!(done.stderr.contains(said), "{}", done.stderr);
            }
            let done = run(&format!("{several} --role-name x")).done().exits(2);
            assert!(done.stderr.contains("--role-name needs --organization"), "{}", done.stderr);
        }
        let done = run("--profile prod --all-profiles").done().exits(2);
        let said = "--profile and --all-profiles exclude each other: give one of them";
        assert!(done.stderr.contains(said), "{}", done.stderr);
        let all = format!("--profile prod,shop --exclude-account {NUMBER},{SHOP}");
        run(&all).done().says(2, &["error: no account is left to scan"]);
        run("--profile prod,shop --region nowhere").done().says(2, &["error: unknown region"]);
    }
    let asked = fake.log().into_iter().filter(|entry| entry.call() != "sts:GetCallerIdentity");
    assert_eq!(asked.count(), 0);
}

#[test]
fn accounts_of_profiles_can_be_left_out() {
    let (fake, folder) = (fake(), Folder::new());
    let options = format!("--profile prod,shop --exclude-account {NUMBER} --account-concurrency 1");
    let report = with(&fake, &folder, "", &format!("{SCAN} {options}")).report();
    assert_eq!(named(&report), [(NUMBER, "prod"), (SHOP, "shop")]);
    assert_eq!(of(&report, "prod").status, AccountStatus::Skipped);
    assert_eq!(of(&report, "prod").reason.as_deref(), Some("excluded by --exclude-account"));
    assert_eq!(report.load_balancers.len(), 1);
}

#[test]
fn one_profile_leads_into_other_accounts() {
    let (fake, folder) = (fake(), Folder::new());
    let role = format!("arn:aws:iam::{SHOP}:role/x");
    let run = with(&fake, &folder, "", &format!("{SCAN} --profile prod --role-arn {role}"));
    assert_eq!(named(&run.report()), [(SHOP, "")], "the profile is another account's");
    let file = folder.file("accounts", &format!("{NUMBER}\n{SHOP} the shop\n"));
    let run = with(&fake, &folder, "", &format!("{SCAN} --profile prod --accounts")).arg(&file);
    assert_eq!(named(&run.report()), [(NUMBER, "prod"), (SHOP, "the shop")]);
    let file = folder.file("accounts", &format!("{NUMBER} main\n"));
    let run = with(&fake, &folder, "", &format!("{SCAN} --profile prod --accounts")).arg(&file);
    assert_eq!(named(&run.report()), [(NUMBER, "main")]);
}

#[test]
fn what_several_profiles_have_read_can_be_saved() {
    let (fake, folder) = (fake(), Folder::new());
    let collect =
        with(&fake, &folder, BROKEN, "collect -o - --retries 0 --profile broken,shop,prod");
    let saved = collect.done().exits(0).stdout;
    let inventory: Inventory = serde_json::from_str(&saved).unwrap();
    let names: Vec<_> = inventory.accounts.iter().map(|one| one.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["broken", "prod", "shop"]);
    let judged = Run::bare("check - --format json").input(&saved).report();
    let scanned = with(&fake, &folder, BROKEN, &format!("{SCAN} --profile broken,shop,prod"));
    let scanned = scanned.report();
    assert_eq!(judged.accounts, scanned.accounts);
    assert_eq!(judged.findings, scanned.findings);
    assert_eq!(judged.gaps, scanned.gaps);
}

#[test]
fn security_hub_is_told_as_each_profile() {
    let (fake, folder) = (fake(), Folder::new());
    let run = with(&fake, &folder, "", "scan --retries 0 --profile prod,shop --notify securityhub");
    run.done();
    let calls =
        fake.log().into_iter().filter(|one| one.call() == "securityhub:BatchImportFindings");
    let mut keys: Vec<String> = calls.map(|one| one.access_key).collect();
    keys.sort();
    assert_eq!(keys, ["AKIAPROD", "AKIASHOP"]);
}
