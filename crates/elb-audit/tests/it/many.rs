//! Several accounts: by role, from a file, of an organization; one that nobody gets into; parts of a scan.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::plan;
use elb_audit_core::checks;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{AccountStatus, AccountSummary, Outcome, Report};
use elb_audit_core::vocab::fact::Reason;
use elb_audit_fake_aws::{FakeAws, Fault, Organization, Region, model::organization::ROOT};

use elb_audit_faults::organization::{OLD, PRODUCTION, members, organization};
pub(crate) use elb_audit_faults::organization::{SHOP, TEST, small};

use crate::account::{NUMBER, account};
use crate::inside::{self, Settings};
use crate::program::{Folder, Run};

const SCAN: &str = "scan --format json --retries 0";

/// The caller's account, which manages an organization of four, and the others.
fn fake_of(organization: Organization) -> FakeAws {
    FakeAws::start_all(members(organization))
}

pub(crate) fn fake() -> FakeAws {
    fake_of(organization())
}

pub(crate) fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/elb-audit-reader")
}

fn of<'a>(report: &'a Report, id: &str) -> &'a AccountSummary {
    report.accounts.iter().find(|account| account.id == id).unwrap()
}

fn read(report: &Report) -> Vec<&str> {
    let read = report.accounts.iter().filter(|one| one.totals.regions_read > 0);
    read.map(|account| account.id.as_str()).collect()
}

/// The roles that were taken on, in the order of their names.
fn taken(fake: &FakeAws) -> Vec<String> {
    let calls = fake.log().into_iter().filter(|entry| entry.call() == "sts:AssumeRole");
    let mut roles: Vec<String> = calls.map(|entry| entry.parameters["RoleArn"].clone()).collect();
    roles.sort();
    roles
}

#[test]
fn roles_lead_into_their_accounts_once_each() {
    let fake = fake();
    let (shop, test) = (role(SHOP), role(TEST));
    let options = "--external-id secret:1 --session-name night --region eu-west-1";
    let run = Run::on(&fake, &format!("{SCAN} --role-arn {test} --role-arn {shop} {options}"));
    let report = run.report();
    assert_eq!(read(&report), [SHOP, TEST], "by id, and the caller's own is not asked for");
    assert_eq!(taken(&fake), [shop.clone(), test]);
    for entry in fake.log() {
        if entry.call() == "sts:AssumeRole" {
            assert_eq!(entry.parameters["ExternalId"], "secret:1");
            assert_eq!(entry.parameters["RoleSessionName"], "night");
        } else if entry.call() != "sts:GetCallerIdentity" {
            assert!(entry.access_key.starts_with("ASIA") && entry.account != NUMBER, "{entry:?}");
        }
    }
    assert_eq!(fake.count("sts:GetCallerIdentity"), 1, "the role says whom it is");
    assert_eq!(of(&report, SHOP).role, Some(shop));
    let caller = format!("arn:aws:sts::{SHOP}:assumed-role/elb-audit-reader/night");
    assert_eq!(of(&report, SHOP).caller, Some(caller));
    assert_eq!(report.gaps, Vec::new());
    let arns = report.load_balancers.iter().map(|lb| lb.arn.split(':').nth(4).unwrap());
    assert_eq!(arns.collect::<Vec<_>>(), [SHOP, TEST]);
}

#[test]
fn each_account_is_read_as_it_is_alone() {
    let fake = fake();
    let report = Run::on(&fake, &format!("{SCAN} --organization --show-passed")).report();
    for id in [NUMBER, SHOP, TEST] {
        let alone = FakeAws::start(small(id));
        let alone = Run::on(&alone, &format!("{SCAN} --show-passed")).report();
        let verdicts = |report: &Report| -> BTreeMap<String, Outcome> {
            let own = report.findings.iter().filter(|finding| finding.account == id);
            own.map(|finding| (finding.fingerprint.clone(), finding.outcome)).collect()
        };
        assert_eq!(verdicts(&report), verdicts(&alone));
        assert!(!verdicts(&report).is_empty());
        assert_eq!(of(&report, id).totals.faults, alone.summary.faults);
        assert_eq!(of(&report, id).status, AccountStatus::Read);
    }
    let sum = report.accounts.iter().map(|account| account.totals.faults.total()).sum::<usize>();
    assert_eq!(sum, report.summary.faults.total());
}

#[test]
fn a_file_of_accounts() {
    let (fake, folder) = (fake(), Folder::new());
    let other = format!("arn:aws:iam::{TEST}:role/audit/special");
    let text =
        format!("\u{feff}# ours\r\n{SHOP} # the shop\n\n{TEST}\n{other}\n  {SHOP}\n{NUMBER}\n");
    let file = folder.file("accounts", &text);
    let run = Run::on(&fake, &format!("{SCAN} --role-name deep/reader --accounts")).arg(&file);
    let report = run.report();
    assert_eq!(read(&report), [NUMBER, SHOP, TEST]);
    let shop = format!("arn:aws:iam::{SHOP}:role/deep/reader");
    assert_eq!(taken(&fake), [shop, other.clone()], "the caller's own needs none");
    assert_eq!(of(&report, TEST).role, Some(other));
    assert_eq!(of(&report, NUMBER).role, None);
    let run = Run::on(&fake, SCAN).env("ELB_AUDIT_ACCOUNTS", &file);
    let run = run.env("ELB_AUDIT_ROLE_ARN", format!("{},{}", role(TEST), role(OLD)));
    let done = run.env("ELB_AUDIT_EXCLUDE_ACCOUNT", SHOP).done();
    done.says(2, &[&role(TEST), "audit/special are in the same account: give one of them"]);
}

#[test]
fn names_in_a_file_of_accounts_are_shown() {
    let (fake, folder) = (fake(), Folder::new());
    let text = format!("{SHOP} # shop\n{}\tthe  test shop # ours\r\n{TEST}\n", role(TEST));
    let file = folder.file("accounts", &text);
    let name = |report: &Report, id| of(report, id).name.clone();
    let report = Run::on(&fake, &format!("{SCAN} --accounts")).arg(&file).report();
    assert_eq!(name(&report, TEST).as_deref(), Some("the  test shop"));
    assert_eq!(name(&report, SHOP), None);
    // A name that somebody wrote down comes before the organization's.
    let both = Run::on(&fake, &format!("{SCAN} --organization --accounts")).arg(&file).report();
    assert_eq!(name(&both, TEST).as_deref(), Some("the  test shop"));
    assert_eq!(name(&both, SHOP).as_deref(), Some("Shop"));
    let text = Run::on(&fake, "scan --details --retries 0 --accounts").arg(&file).done().stdout;
    assert!(text.contains(&format!("\nAccount {TEST} the  test shop\n")), "{text}");
    let saved = Run::on(&fake, "collect --retries 0 -o - --accounts").arg(&file).done();
    let saved: Inventory = serde_json::from_str(&saved.stdout).unwrap();
    let names: Vec<_> = saved.accounts.iter().map(|account| account.name.as_deref()).collect();
    assert_eq!(names, [None, Some("the  test shop")]);
}

#[test]
fn lines_that_name_no_account() {
    let folder = Folder::new();
    for (text, said) in [
        ("# none\n\n", "it names no account"),
        ("111122223333\n\n12345\n", "line 3: `12345` is neither a twelve-digit account id nor"),
        ("arn:aws:iam::1:role/x # y\n", "line 1: `arn:aws:iam::1:role/x` is neither"),
        (
            "arn:aws:iam::111122223333:role/a\narn:aws:iam::111122223333:role/b\n",
            "line 2: arn:aws:iam::111122223333:role/a and arn:aws:iam::111122223333:role/b are in",
        ),
        (
            "111122223333 a\narn:aws:iam::111122223333:role/a b c\n",
            "line 2: account 111122223333 has two names, `a` and `b c`: give one of them",
        ),
        (
            "arn:aws:iam::111122223333:role/a 444455556666\n",
            "line 1: account 111122223333 cannot be called `444455556666`, which is the id of another",
        ),
    ] {
        let file = folder.file("accounts", text);
        for task in ["scan", "collect -o -"] {
            let run = Run::bare(&format!("{task} --accounts")).arg(&file);
            run.done().says(2, &["error: cannot use ", "accounts: ", said]);
        }
    }
    let run = Run::bare("scan --accounts /nonexistent/accounts");
    run.done().says(2, &["cannot read /nonexistent/accounts: No such file"]);
}

#[test]
fn choices_that_cannot_be() {
    for (arguments, said) in [
        ("--role-arn 111122223333", "--role-arn: `111122223333` is neither"),
        ("--organization --ou prod", "--ou: `prod` is no organizational unit"),
        ("--organization --exclude-account 1111", "--exclude-account: `1111` is no account"),
        ("--organization --role-name a/", "--role-name: `a/` is no name of a role"),
    ] {
        for task in ["scan", "collect -o -"] {
            let done = Run::bare(&format!("{task} {arguments}")).done();
            done.says(2, &["error: ", said]);
        }
    }
    for (arguments, said) in [
        ("--ou ou-ab12-prod0000", "--ou needs --organization\n"),
        ("--exclude-account 111122223333", "--exclude-account needs --organization, --accounts or"),
        ("--role-name reader", "--role-name needs --organization"),
        ("--external-id secret", "--external-id needs --organization"),
        ("--session-name night", "--session-name needs --organization"),
        ("--account-concurrency 3", "--account-concurrency needs --organization"),
        ("--organization --session-name x", "2 to 64 letters"),
        ("--organization --external-id x", "2 to 1224 letters"),
        ("--organization --account-concurrency 0", "a whole number above 0"),
    ] {
        for task in ["scan", "collect -o -"] {
            let done = Run::bare(&format!("{task} {arguments}")).done().exits(2);
            assert!(done.stderr.contains(said), "{}", done.stderr);
        }
    }
    // What only steers may lie in the environment for another day; what narrows may not.
    let alone = FakeAws::start(small(NUMBER));
    let steered = Run::on(&alone, SCAN).env("ELB_AUDIT_ROLE_NAME", "reader");
    assert_eq!(read(&steered.env("ELB_AUDIT_SESSION_NAME", "night").report()), [NUMBER]);
    let narrowed = Run::on(&alone, SCAN).env("ELB_AUDIT_OU", PRODUCTION);
    assert!(narrowed.done().exits(2).stderr.contains("--ou needs --organization"));
}

#[test]
fn choices_that_fit_no_credentials() {
    let fake = fake();
    let china = "arn:aws-cn:iam::444455556666:role/reader";
    let done = Run::on(&fake, &format!("{SCAN} --role-arn {china}")).done();
    done.says(2, &[china, "is in partition aws-cn, and the credentials are of partition aws"]);
    let none = format!("{SCAN} --role-arn {} --exclude-account {SHOP}", role(SHOP));
    Run::on(&fake, &none).done().says(2, &["no account is left to scan"]);
    let alone = FakeAws::start(small(NUMBER));
    let done = Run::on(&alone, &format!("{SCAN} --organization")).done();
    assert_eq!(done.stdout, "");
    done.says(3, &["organizations:ListAccounts", "AWSOrganizationsNotInUseException"]);
}

#[test]
fn an_organization_is_read_account_by_account() {
    let fake = fake();
    let report = Run::on(&fake, &format!("{SCAN} --organization")).report();
    assert_eq!(read(&report), [NUMBER, SHOP, TEST]);
    assert_eq!(taken(&fake), [role(SHOP), role(TEST)], "the caller's own needs no role");
    let unit = |id: &str| of(&report, id).organizational_unit.clone().unwrap();
    assert_eq!(unit(NUMBER), "Root");
    assert_eq!(unit(SHOP), "Root/Workloads/Production");
    assert_eq!(unit(TEST), "Root/Workloads/Test");
    assert_eq!(of(&report, SHOP).name.as_deref(), Some("Shop"));
    let old = of(&report, OLD);
    assert_eq!(old.status, AccountStatus::Skipped);
    assert_eq!(old.reason.as_deref(), Some("suspended in the organization"));
    let units: Vec<(&str, usize, usize)> = report
        .organizational_units
        .iter()
        .map(|unit| (unit.path.as_str(), unit.accounts, unit.totals.load_balancers))
        .collect();
    let expected =
        [("Root", 1, 1), ("Root/Workloads/Production", 1, 1), ("Root/Workloads/Test", 1, 1)];
    assert_eq!(units, expected);
    assert_eq!(report.gaps, Vec::new());
    // The accounts' own paths say where they are: nobody asks each unit for its accounts.
    assert_eq!(fake.count("organizations:ListAccountsForParent"), 0);
    assert_eq!(fake.count("organizations:ListOrganizationalUnitsForParent"), 4 + 1);
    assert_eq!(fake.count("organizations:ListAccounts"), 4, "one a page");
    let homes = fake.log().into_iter().filter(|one| one.family == "organizations");
    assert!(homes.map(|one| one.region).all(|region| region == "us-east-1"));
}

#[test]
fn what_an_organization_may_answer_otherwise() {
    let fake = fake_of(organization().old().begins_empty());
    let report = Run::on(&fake, &format!("{SCAN} --organization")).report();
    assert_eq!(read(&report), [NUMBER, SHOP, TEST], "an empty page is not the last");
    assert_eq!(of(&report, OLD).status, AccountStatus::Skipped, "by its older member");
    let unit = of(&report, SHOP).organizational_unit.as_deref();
    assert_eq!(unit, Some("Root/Workloads/Production"), "by the unit's own list");
    // The newer member is what counts: the older one knows no difference here.
    let pending = fake_of(organization().state(TEST, "PENDING_ACTIVATION"));
    let report = Run::on(&pending, &format!("{SCAN} --organization")).report();
    let reason = of(&report, TEST).reason.as_deref();
    assert_eq!(reason, Some("pending activation in the organization"));
}

#[test]
fn accounts_are_left_out_and_units_chosen() {
    let fake = fake();
    let scan = format!("{SCAN} --organization --exclude-account {SHOP},{NUMBER}");
    let report = Run::on(&fake, &scan).report();
    assert_eq!(read(&report), [TEST]);
    assert_eq!(of(&report, SHOP).reason.as_deref(), Some("excluded by --exclude-account"));
    assert_eq!(taken(&fake), [role(TEST)]);
    let unit = "ou-ab12-workload";
    for scan in [format!("--ou {unit}"), format!("--ou {PRODUCTION},ou-ab12-test0000 --ou {unit}")]
    {
        fake.clear_log();
        let report = Run::on(&fake, &format!("{SCAN} --organization {scan}")).report();
        assert_eq!(read(&report), [SHOP, TEST], "{scan}");
        assert_eq!(of(&report, OLD).status, AccountStatus::Skipped);
        let path = of(&report, TEST).organizational_unit.as_deref();
        assert_eq!(path, Some("Root/Workloads/Test"), "{scan}");
        assert_eq!(fake.count("organizations:ListAccounts"), 0);
    }
    let report = Run::on(&fake, &format!("{SCAN} --organization --ou {ROOT}")).report();
    assert_eq!(read(&report), [NUMBER, SHOP, TEST]);
    let unknown = format!("{SCAN} --organization --ou ou-ab12-gone0000");
    let done = Run::on(&fake, &unknown).done();
    done.says(2, &["unknown organizational unit `ou-ab12-gone0000`"]);
}

#[test]
fn one_account_by_another_role_than_the_rest() {
    let fake = fake();
    let special = format!("arn:aws:iam::{NUMBER}:role/special");
    let scan = format!("{SCAN} --organization --role-name usual --role-arn {special}");
    let report = Run::on(&fake, &scan).report();
    assert_eq!(read(&report), [NUMBER, SHOP, TEST]);
    let usual = |id: &str| format!("arn:aws:iam::{id}:role/usual");
    let expected = [special.clone(), usual(SHOP), usual(TEST)];
    assert_eq!(taken(&fake), expected, "by its ARN even in the caller's own account");
    assert_eq!(of(&report, NUMBER).role, Some(special));
    assert_eq!(of(&report, NUMBER).name.as_deref(), Some("Management"));
}

/// A scan of an organization where some accounts cannot be entered.
fn shut_out(accounts: &[&str], options: &str) -> crate::program::Done {
    let fake = fake();
    for account in accounts {
        fake.fault(Fault::deny("sts:AssumeRole").about(account));
    }
    Run::on(&fake, &format!("scan --details --retries 0 --organization {options}")).done()
}

#[test]
fn an_account_that_nobody_gets_into_is_a_gap() {
    let report = shut_out(&[SHOP], "--format json").exits(1).report();
    assert_eq!(read(&report), [NUMBER, TEST]);
    let shop = of(&report, SHOP);
    assert_eq!(shop.status, AccountStatus::Unread);
    assert_eq!(shop.caller, None);
    assert!(shop.reason.as_ref().unwrap().starts_with("access denied: AccessDenied: User: "));
    assert_eq!(shop.totals, elb_audit_core::report::Totals::default());
    let [gap] = &report.gaps[..] else { panic!("{:?}", report.gaps) };
    assert_eq!((gap.call.as_str(), gap.action.as_str()), ("sts:AssumeRole", "sts:AssumeRole"));
    assert_eq!((gap.account.as_str(), gap.resource.clone()), (SHOP, Some(role(SHOP))));
    assert_eq!(gap.region, None);
    assert!(gap.reason.contains("is not authorized to perform: sts:AssumeRole"), "{gap:?}");
    assert!(report.findings.iter().all(|finding| finding.account != SHOP));
    let unit = report.organizational_units.iter().find(|one| one.path.ends_with("Production"));
    assert_eq!(unit.map(|unit| (unit.accounts, unit.accounts_unread)), Some((1, 1)));
    shut_out(&[SHOP], "--fail-on never").exits(0);
    let strict = shut_out(&[SHOP], "--fail-on never --strict").exits(4);
    for said in [
        "444455556666 Shop could not be read: access denied: ",
        "sts:AssumeRole: access denied in 444455556666",
        "fix: create the role in the accounts that could not be read",
        "Skipped accounts\n  suspended in the organization (1): 666677778888 Former",
        "4 accounts, 1 unread, 1 skipped: 2 regions read",
    ] {
        assert!(strict.stdout.contains(said), "{said}: {}", strict.stdout);
    }
}

#[test]
fn without_any_account_nothing_is_assessed() {
    let excluded = format!("--format json --exclude-account {NUMBER}");
    let done = shut_out(&[SHOP, TEST], &excluded).exits(3);
    let said = "exit 3: nothing could be assessed: no account could be read (2 tried)";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert_eq!(done.report().gaps.len(), 2);
    let text = shut_out(&[SHOP, TEST], &format!("--exclude-account {NUMBER}")).exits(3).stdout;
    assert!(text.contains("No account could be read: nothing is known."), "{text}");
    let saved = format!("collect -o - --retries 0 --organization --exclude-account {NUMBER}");
    let fake = fake();
    fake.fault(Fault::deny("sts:AssumeRole"));
    let done = Run::on(&fake, &saved).done().exits(3);
    let inventory: Inventory = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(inventory.accounts.len(), 4);
}

#[test]
fn each_call_that_leads_to_accounts_denied() {
    for call in ["ListAccounts", "ListAccountsForParent"] {
        let fake = fake();
        let call = format!("organizations:{call}");
        fake.fault(Fault::deny(&call));
        let ou = if call.ends_with("Parent") { "--ou r-ab12" } else { "" };
        let done = Run::on(&fake, &format!("{SCAN} --organization {ou}")).done();
        assert_eq!(done.stdout, "");
        done.says(
            3,
            &[&call, &format!("(IAM action {call})"), "AccessDeniedException", "management"],
        );
    }
    // Names of units are worth having, and no account is lost with them.
    for (call, ou, unknown) in [
        ("ListRoots", "", 4),
        ("ListOrganizationalUnitsForParent", "", 4),
        ("DescribeOrganizationalUnit", PRODUCTION, 2),
        ("ListParents", PRODUCTION, 2),
    ] {
        let fake = fake();
        let call = format!("organizations:{call}");
        fake.fault(Fault::deny(&call));
        let ou = if ou.is_empty() { String::new() } else { format!("--ou {ou}") };
        let done = Run::on(&fake, &format!("{SCAN} --organization {ou} --strict")).done();
        let report = done.exits(4).report();
        assert!(read(&report).contains(&SHOP), "{call}");
        assert_eq!(of(&report, SHOP).organizational_unit, None);
        assert_eq!(of(&report, SHOP).status, AccountStatus::Partial, "{call}");
        let gaps: BTreeSet<&str> = report.gaps.iter().map(|gap| gap.action.as_str()).collect();
        assert_eq!(gaps, BTreeSet::from([call.as_str()]));
        assert_eq!(report.gaps.len(), unknown, "{call}: {:?}", report.gaps);
        assert_eq!(report.organizational_units, Vec::new());
    }
}

#[test]
fn one_account_that_aws_slows_down_holds_up_no_other() {
    let fake = fake();
    fake.fault(Fault::throttle("elbv2:*").in_account(SHOP));
    let settings = Settings { organization: true, attempts: 6, ..Settings::default() };
    let outcome = inside::collect(&fake, &settings);
    let log = fake.log();
    let last = |id: &str| log.iter().rposition(|entry| entry.account == id).unwrap();
    assert!(last(TEST) < last(SHOP) && last(NUMBER) < last(SHOP));
    let by = |id: &str| outcome.inventory.accounts.iter().find(|one| one.id == id).unwrap();
    let mut gaps = BTreeSet::new();
    for id in [NUMBER, TEST] {
        by(id).visit_gaps(&mut |gap| {
            if gap.reason != Reason::NotCollected {
                gaps.insert(gap.call);
            }
        });
        assert_eq!(by(id).notes, Vec::<String>::new());
    }
    assert_eq!(gaps, BTreeSet::new(), "the others are whole");
    assert!(by(SHOP).notes[0].starts_with("AWS refused "), "{:?}", by(SHOP).notes);
}

#[test]
fn what_was_read_in_time_is_told_by_account() {
    let fake = fake();
    fake.fault(Fault::hang("sts:AssumeRole").about(SHOP));
    fake.fault(Fault::hang("elbv2:DescribeListeners").in_account(TEST));
    let deadline =
        Settings { organization: true, deadline: 20.0, attempt: 60.0, ..Settings::default() };
    let inventory = inside::collect(&fake, &deadline).inventory;
    let by = |id: &str| inventory.accounts.iter().find(|one| one.id == id).unwrap();
    assert_eq!(by(SHOP).access.gap().unwrap().reason, Reason::DeadlinePassed);
    assert_eq!(by(SHOP).access.gap().unwrap().resource, Some(role(SHOP)));
    let report = audit(&inventory, checks::ALL, &Options::at(inventory.taken_at));
    let status = |id: &str| of(&report, id).status;
    assert_eq!(
        [NUMBER, SHOP, TEST].map(status),
        [AccountStatus::Read, AccountStatus::Unread, AccountStatus::Partial]
    );
}

#[test]
fn credentials_that_run_out_are_asked_for_anew() {
    let fake = fake();
    fake.roles_until(0);
    let scan = format!("{SCAN} --role-arn {}", role(SHOP));
    let report = Run::on(&fake, &scan).report();
    assert_eq!((read(&report), &report.gaps), (vec![SHOP], &Vec::new()));
    assert!(taken(&fake).len() > 2, "{:?}", taken(&fake));
    // One that is not handed out again is a gap in that account, and no sign that the caller's have gone.
    let fake = self::fake();
    fake.roles_until(0);
    fake.fault(Fault::deny("sts:AssumeRole").about(SHOP).after(2));
    let done = Run::on(&fake, &format!("{SCAN} --organization")).done().exits(1);
    let report = done.report();
    let lost = report.gaps.iter().filter(|gap| gap.reason.starts_with("no valid credentials: "));
    let accounts: BTreeSet<&str> = lost.map(|gap| gap.account.as_str()).collect();
    assert_eq!(accounts, BTreeSet::from([SHOP]));
    assert_eq!(of(&report, TEST).status, AccountStatus::Read);
}

#[test]
fn a_caller_who_has_run_out_of_time_ends_the_scan() {
    let fake = fake();
    let gone = Fault::error("sts:AssumeRole", 403, "ExpiredToken", "The token is expired");
    fake.fault(gone);
    let done = Run::on(&fake, &format!("{SCAN} --organization")).done().exits(3);
    assert!(done.stderr.contains("the credentials expired during the scan"), "{}", done.stderr);
}

#[test]
fn one_call_at_a_time_in_all_accounts() {
    let fake = fake();
    fake.latency(std::time::Duration::from_millis(2));
    let scan = format!("{SCAN} --organization --no-parallel");
    assert_eq!(read(&Run::on(&fake, &scan).report()), [NUMBER, SHOP, TEST]);
    let order: Vec<String> = fake.log().into_iter().map(|entry| entry.account).collect();
    let mut runs = order.clone();
    runs.dedup();
    assert_eq!(runs, [NUMBER, SHOP, NUMBER, TEST], "{order:?}");
}

#[test]
fn a_region_that_only_some_accounts_have() {
    let fake = fake();
    fake.replace(small(TEST).region("eu-west-9", Region::new()));
    let report = Run::on(&fake, &format!("{SCAN} --organization --region eu-west-9")).report();
    assert_eq!(read(&report), [TEST]);
    let skipped = report.regions.iter().filter(|one| one.account == SHOP);
    let reasons: Vec<_> = skipped.map(|region| region.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("unknown to this account")]);
    let fake = self::fake();
    let excluded = format!("{SCAN} --organization --exclude-region eu-west-1");
    let done = Run::on(&fake, &excluded).done().exits(3);
    assert!(done.stderr.contains("no region was read"), "{}", done.stderr);
}

#[test]
fn verbose_says_whose_call_it_is() {
    let fake = fake();
    let done = Run::on(&fake, &format!("scan -v --retries 0 --role-arn {}", role(SHOP))).done();
    let call = format!("{SHOP} eu-west-1 elbv2:DescribeLoadBalancers -: ok");
    assert!(done.stderr.lines().any(|line| line == call), "{}", done.stderr);
    let call = format!("eu-west-1 sts:AssumeRole {}: ok", role(SHOP));
    assert!(done.stderr.lines().any(|line| line == call), "{}", done.stderr);
}

#[test]
fn the_policy_for_an_organization_finds_accounts_and_takes_on_one_role() {
    let plain = Run::bare("permissions").done().exits(0);
    assert!(!plain.stdout.contains("organizations:") && !plain.stdout.contains("AssumeRole"));
    assert_eq!(Run::bare("permissions --for scan").done().stdout, plain.stdout);
    let policy = Run::bare("permissions --for organization").done().exits(0).json();
    let statements = policy["Statement"].as_array().unwrap();
    let enter = statements.iter().find(|one| one["Sid"] == "MemberAccounts").unwrap();
    assert_eq!(enter["Resource"], format!("arn:*:iam::*:role/{}", plan::READER));
    assert_eq!(enter["Action"], serde_json::json!(["sts:AssumeRole"]));
    let own = serde_json::json!({"aws:ResourceOrgID": "${aws:PrincipalOrgID}"});
    assert_eq!(enter["Condition"], serde_json::json!({"StringEquals": own}));
    let others = statements.iter().filter(|one| one.get("Condition").is_some());
    assert_eq!(others.count(), 1);
    // Nothing is asked of the organization that the policy does not allow.
    let allowed = policy.to_string();
    let fake = fake_of(organization().old());
    for options in ["--organization", "--organization --ou ou-ab12-workload"] {
        Run::on(&fake, &format!("{SCAN} {options}")).done().exits(1);
    }
    let asked: BTreeSet<String> = fake.log().into_iter().map(|entry| entry.action).collect();
    let missing: Vec<_> = asked.iter().filter(|action| !allowed.contains(*action)).collect();
    assert_eq!(missing, Vec::<&String>::new());
    let listed = asked.iter().filter(|action| action.starts_with("organizations:")).count();
    assert_eq!(allowed.matches("organizations:").count(), listed, "and nothing more");
}

/// What a report says, by the finding.
fn verdicts(inventory: &Inventory) -> (BTreeMap<String, Outcome>, Report) {
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    let report = audit(inventory, checks::ALL, &options);
    let verdicts = report.findings.iter().map(|one| (one.fingerprint.clone(), one.outcome));
    (verdicts.collect(), report)
}

#[test]
fn the_parts_of_a_scan_come_to_the_whole() {
    let start = || {
        let busy = account().with(organization());
        let fake = FakeAws::start_all(vec![busy, small(SHOP), small(TEST), small(OLD)]);
        fake.fault(Fault::deny("sts:AssumeRole").about(TEST));
        fake.fault(Fault::deny("iam:GetServerCertificate"));
        fake
    };
    let whole = Settings { organization: true, attempts: 1, ..Settings::default() };
    let parts = Settings { in_parts: true, ..whole.clone() };
    let (whole, parts) =
        (inside::collect(&start(), &whole).inventory, inside::collect(&start(), &parts).inventory);
    let ((was, whole), (is, parts)) = (verdicts(&whole), verdicts(&parts));
    assert!(was.len() > 500, "{}", was.len());
    assert_eq!(was, is);
    assert_eq!((whole.gaps.len(), &whole.gaps), (parts.gaps.len(), &parts.gaps));
    assert_eq!(whole.regions, parts.regions);
    assert_eq!(whole.accounts, parts.accounts);
    assert_eq!(whole.notes, parts.notes);
    assert!(whole.gaps.iter().any(|gap| gap.call == "sts:AssumeRole"));
    // The caller's own account alone, which is no organization's.
    let own = Settings { attempts: 1, ..Settings::default() };
    let parts = Settings { in_parts: true, ..own.clone() };
    let (own, parts) =
        (inside::collect(&start(), &own).inventory, inside::collect(&start(), &parts).inventory);
    assert_eq!(verdicts(&own).0, verdicts(&parts).0);
    assert_eq!(own.accounts[0].caller, parts.accounts[0].caller);
}
