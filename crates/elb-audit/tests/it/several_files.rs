//! `check` of several saved accounts: one report, at one time; what two files cannot both hold.

use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{AccountStatus, Report};
use elb_audit_fake_aws::{FakeAws, Fault};
use jiff::ToSpan as _;

use crate::account::{NUMBER, account};
use crate::many::{SHOP, small};
use crate::program::{Folder, Run};

const JSON: &str = "check --format json --show-passed --persona auditor";

/// Saves what is read with these options; the file's path.
fn saved(fake: &FakeAws, folder: &Folder, name: &str, options: &str) -> std::path::PathBuf {
    let file = folder.path(name);
    Run::on(fake, &format!("collect --retries 0 {options} -o")).arg(&file).done().exits(0);
    file
}

fn edit(file: &std::path::Path, change: impl FnOnce(&mut Inventory)) {
    let mut inventory: Inventory = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    change(&mut inventory);
    std::fs::write(file, serde_json::to_vec(&inventory).unwrap()).unwrap();
}

fn ids(report: &Report) -> Vec<&str> {
    report.accounts.iter().map(|account| account.id.as_str()).collect()
}

#[test]
fn regions_that_were_saved_apart_are_judged_as_the_whole() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let whole = saved(&fake, &folder, "whole", "");
    let west = saved(&fake, &folder, "west", "--region eu-west-1");
    let east = saved(&fake, &folder, "east", "--region us-east-1");
    let mut taken_at = None;
    edit(&east, |inventory| {
        inventory.taken_at += 1.hour();
        taken_at = Some(inventory.taken_at);
    });
    let now = taken_at.unwrap();
    let apart = Run::bare(JSON).arg(&east).arg(&west).report();
    let together = Run::bare(&format!("{JSON} --now {now}")).arg(&whole).report();
    assert_eq!(ids(&apart), [NUMBER]);
    assert_eq!(apart.findings, together.findings);
    assert_eq!(apart.load_balancers, together.load_balancers);
    assert_eq!(apart.gaps, together.gaps);
    assert_eq!(Some(apart.taken_at), taken_at, "the latest");
    assert_eq!(apart.regions.len(), 2);
    // The order of the files says nothing.
    let turned = Run::bare(JSON).arg(&west).arg(&east).report();
    assert_eq!(turned, apart);
}

#[test]
fn certificates_are_judged_when_the_latest_was_taken() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let west = saved(&fake, &folder, "west", "--region eu-west-1");
    let other = saved(&FakeAws::start(small(SHOP)), &folder, "other", "");
    let expired = |report: &Report| {
        let all = report.findings.iter().filter(|one| one.check == "certificate-expired");
        all.map(|one| one.subject.label.clone()).collect::<Vec<_>>()
    };
    let check = "check --format json --check certificate-expired";
    let before = expired(&Run::bare(check).arg(&west).report());
    edit(&other, |inventory| inventory.taken_at += (24 * 365 * 30).hours());
    let after = Run::bare(check).arg(&west).arg(&other).report();
    assert!(expired(&after).len() > before.len(), "{:?} {before:?}", expired(&after));
    let at = Run::bare(&format!("{check} --now 2000-01-01T00:00:00Z")).arg(&west).arg(&other);
    assert_eq!(expired(&at.report()), [""; 0]);
}

#[test]
fn accounts_of_several_files_are_one_report() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let one = saved(&fake, &folder, "one", "");
    let other = saved(&FakeAws::start(small(SHOP)), &folder, "other", "");
    let report = Run::bare(JSON).arg(&one).arg(&other).report();
    assert_eq!(ids(&report), [NUMBER, SHOP]);
    let alone = [&one, &other].map(|file| Run::bare(JSON).arg(file).report());
    let number: usize = alone.iter().map(|report| report.load_balancers.len()).sum();
    assert_eq!(report.load_balancers.len(), number);
    let calls: u64 = alone.iter().map(|report| report.summary.cost.api_calls).sum();
    assert_eq!(report.summary.cost.api_calls, calls);
    // One of them may come by standard input.
    let text = std::fs::read_to_string(&other).unwrap();
    let piped = Run::bare(&format!("{JSON} -")).arg(&one).input(&text).report();
    assert_eq!(piped, report);
}

#[test]
fn what_two_files_have_both_read_is_an_error_that_names_them() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let west = saved(&fake, &folder, "west.json", "--region eu-west-1");
    let whole = saved(&fake, &folder, "whole.json", "");
    let done = Run::bare("check").arg(&west).arg(&whole).done();
    let said = format!("error: account {NUMBER}, eu-west-1 is in ");
    done.says(2, &[&said, "/west.json and in ", "/whole.json: give one of them"]);
    let both = Run::bare("check -").arg(&west).input(&std::fs::read_to_string(&west).unwrap());
    both.done().says(2, &[" is in - and in ", "/west.json: "]);
    Run::bare("check - -").done().says(2, &["error: - is given twice: standard input can be"]);
    let done = Run::bare("check").arg(&west).arg("/nonexistent/x.json").done();
    done.says(2, &["error: cannot read /nonexistent/x.json: No such file"]);
}

#[test]
fn an_account_that_one_file_could_not_get_into_keeps_its_gap() {
    let folder = Folder::new();
    let fake = FakeAws::start_all(vec![small(NUMBER), small(SHOP)]);
    fake.fault(Fault::deny("sts:AssumeRole"));
    let role = format!("--role-arn arn:aws:iam::{SHOP}:role/x");
    let shut = folder.path("shut");
    Run::on(&fake, &format!("collect --retries 0 {role} -o")).arg(&shut).done().exits(3);
    let read = saved(&FakeAws::start(small(SHOP)), &folder, "read", "");
    let report = Run::bare(JSON).arg(&shut).arg(&read).report();
    assert_eq!(report.accounts[0].status, AccountStatus::Partial);
    assert_eq!(report.gaps.len(), 1);
    assert_eq!(report.load_balancers.len(), 1);
}
