//! `elb-audit accept`, and what a report makes of what it wrote.

use std::fs;
use std::path::Path;

use elb_audit_core::report::{Finding, Outcome, Report, RiskState};
use elb_audit_fake_aws::{Bucket, FakeAws};

use crate::program::{Done, Folder, Run};
use crate::watch;

/// The report of the demo in a file, and the first fault of it.
fn reported(folder: &Folder) -> Finding {
    let json = Run::bare("demo --format json --persona auditor --no-config").done().stdout;
    folder.file("report.json", &json);
    let report: Report = serde_json::from_str(&json).unwrap();
    report.findings.into_iter().find(|one| one.outcome == Outcome::Fail).unwrap()
}

/// Accepts the fingerprint with good words and these options.
fn accept(folder: &Folder, fingerprint: &str, options: &str) -> Run {
    let run = Run::bare("accept").arg(fingerprint).arg("--reason=rebuilt \"soon\"");
    let run = options.split_whitespace().fold(run.arg("--owner=edge team"), Run::arg);
    run.inside(folder)
}

const GOOD: &str = "--expires 2099-12-31 --report report.json";

fn written(folder: &Folder) -> String {
    fs::read_to_string(folder.path("elb-audit.toml")).unwrap_or_default()
}

/// What the demo says in this folder.
fn demo(folder: &Folder) -> Report {
    Run::bare("demo --format json --persona auditor").inside(folder).report()
}

#[test]
fn an_entry_is_written_and_holds() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let before = demo(&folder).summary.faults.total();
    let done = accept(&folder, &fault.fingerprint, GOOD).done();
    let (stdout, done) = (done.stdout.clone(), done.says(0, &["written to elb-audit.toml"]));
    assert_eq!(written(&folder), stdout);
    assert!(stdout.contains("expires = 2099-12-31") && stdout.contains(&fault.configuration));
    drop(done);
    let after = demo(&folder);
    assert_eq!((after.summary.faults.total(), after.summary.accepted), (before - 1, 1));
    let risk = &after.accepted_risks[0];
    assert_eq!((risk.state, risk.risk.reason.as_str()), (RiskState::InForce, "rebuilt \"soon\""));
    let still = after.findings.iter().find(|one| one.fingerprint == fault.fingerprint).unwrap();
    assert!(still.outcome == Outcome::Fail && still.accepted.is_some());
    // It does not count towards the exit code, and the closing line says so.
    let only = format!("demo --check {} --fail-on low", fault.check);
    let alone = Run::bare(&only).inside(&folder).done();
    assert!(alone.stderr.contains("; accepted 1"), "{}", alone.stderr);
}

#[test]
fn everything_else_in_the_file_stays() {
    let folder = Folder::new();
    let fault = reported(&folder);
    for before in
        ["# ours\npersona = 'auditor' # all\n\n[severity]\n", "fail-on = \"never\"", "\n\n"]
    {
        folder.file("elb-audit.toml", before);
        let entry = accept(&folder, &fault.fingerprint[..8], GOOD).done().exits(0).stdout;
        let after = written(&folder);
        assert!(after.starts_with(before) && after.ends_with(&format!("\n{entry}")), "{after}");
        let left: Vec<_> = fs::read_dir(folder.path("")).unwrap().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}

#[test]
fn it_goes_where_it_is_told() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let json = fs::read_to_string(folder.path("report.json")).unwrap();
    let piped = "--expires 2099-12-31 --config mine.toml";
    let run = accept(&folder, &fault.fingerprint, piped).input(&json);
    run.done().says(0, &["written to mine.toml"]);
    assert_eq!(written(&folder), "");
    let again = accept(&folder, &fault.fingerprint, "--expires 2099-12-31 --report -");
    again.env("ELB_AUDIT_CONFIG", "other.toml").input(&json).done().says(0, &["other.toml"]);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let run = accept(&folder, &fault.fingerprint, "--expires 2099-12-31").arg("--inventory");
    run.arg(&file).done().says(0, &["written to elb-audit.toml"]);
    let mine = fs::read_to_string(folder.path("mine.toml")).unwrap();
    assert_eq!(mine, written(&folder));
    let report = Run::bare("demo --format json --config mine.toml").inside(&folder).report();
    assert_eq!(report.summary.accepted, 1);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_as_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::new();
    let fault = reported(&folder);
    let real = folder.file("real.toml", "");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.toml", folder.path("elb-audit.toml")).unwrap();
    accept(&folder, &fault.fingerprint, GOOD).done().exits(0);
    assert!(fs::symlink_metadata(folder.path("elb-audit.toml")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().starts_with("[[accept]]"));
    fs::write(folder.path("other.toml"), "").unwrap();
    fs::set_permissions(folder.path("other.toml"), fs::Permissions::from_mode(0o444)).unwrap();
    let guarded = accept(&folder, &fault.fingerprint, &format!("{GOOD} --config other.toml"));
    guarded.done().says(2, &["error: ", "it is read-only"]);
    assert_eq!(fs::read_to_string(folder.path("other.toml")).unwrap(), "");
}

/// Fails unless nothing was written.
fn refused(folder: &Folder, done: Done, said: &str) {
    let before = written(folder);
    assert_eq!(done.stdout, "");
    done.says(2, &["error: ", said]);
    assert_eq!(written(folder), before);
}

#[test]
fn what_would_be_of_no_use_is_refused() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let print = fault.fingerprint.as_str();
    let past = "--expires 2020-01-31 --report report.json";
    refused(&folder, accept(&folder, print, past).done(), "--expires 2020-01-31: that day is over");
    let none = "no finding of the report has the fingerprint ffffffffff";
    refused(&folder, accept(&folder, "ffffffffff", GOOD).done(), none);
    for short in ["", "0", &print[..7]] {
        let said = format!("`{short}` is too short for a fingerprint: give at least 8 characters");
        refused(&folder, accept(&folder, short, GOOD).done(), &said);
    }
    let json = fs::read_to_string(folder.path("report.json")).unwrap();
    let report: Report = serde_json::from_str(&json).unwrap();
    let other = report.findings.iter().find(|one| one.fingerprint != print).unwrap();
    let twin = format!("{}ffffffffffff", &print[..8]);
    folder.file("report.json", &json.replace(&other.fingerprint, &twin));
    let several = format!("{} begins several fingerprints: give more of it", &print[..8]);
    refused(&folder, accept(&folder, &print[..8], GOOD).done(), &several);
    folder.file("report.json", &json);
    let blank = Run::bare("accept").arg(print).arg("--reason= ").arg("--owner=o");
    let blank = GOOD.split_whitespace().fold(blank, Run::arg).inside(&folder);
    refused(&folder, blank.done(), "--reason is empty");
    let unknown = demo(&folder).findings;
    let is_meant = |one: &&Finding| one.outcome == Outcome::Unknown && one.check == "waf-empty";
    let unknown = unknown.iter().find(is_meant).unwrap();
    let done = accept(&folder, &unknown.fingerprint, GOOD).done();
    refused(&folder, done, "is unknown for staging-shop: there is nothing to accept");
    assert!(!folder.path("elb-audit.toml").exists());
    accept(&folder, print, GOOD).done().exits(0);
    let twice = "already accepted by edge team until 2099-12-31: rebuilt \"soon\"";
    refused(&folder, accept(&folder, print, GOOD).done(), twice);
}

#[test]
fn an_entry_that_is_no_longer_in_force_makes_room_for_another() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let old = format!(
        "[[accept]]\ncheck = \"{}\"\nresource = \"*\"\nreason = \"r\"\nowner = \"o\"\nexpires = \
         2020-01-01\nfingerprint = \"{}\"\n",
        fault.check, fault.fingerprint
    );
    folder.file("elb-audit.toml", &old);
    let done = accept(&folder, &fault.fingerprint, GOOD).done().exits(0);
    let said = "entries for the same finding that are no longer in force: 1";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    let states: Vec<_> = demo(&folder).accepted_risks.iter().map(|risk| risk.state).collect();
    assert_eq!(states, [RiskState::Expired, RiskState::InForce]);
}

#[test]
fn files_that_cannot_be_used() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let print = fault.fingerprint.as_str();
    let with = |report: &str| {
        accept(&folder, print, &format!("--expires 2099-12-31 --report {report}")).done()
    };
    refused(&folder, with("none.json"), "cannot read none.json: there is no such report");
    folder.file("odd.json", "{}");
    refused(&folder, with("odd.json"), "cannot use odd.json: it is no JSON report");
    folder.file("odd.json", "{\"schema\": \"elb-audit/report/v9\"}");
    refused(&folder, with("odd.json"), "its schema is `elb-audit/report/v9`, not");
    folder.file("odd.json", "{\"schema\": \"elb-audit/report/v1\"}");
    refused(&folder, with("odd.json"), "it does not follow `elb-audit/report/v1`");
    folder.file("elb-audit.toml", "zzz = 1");
    refused(&folder, with("report.json"), "elb-audit.toml:1: unknown key `zzz`");
    folder.file("elb-audit.toml", "accept = []");
    refused(&folder, with("report.json"), "the entry cannot be added at the end");
    let nowhere = "--expires 2099-12-31 --report report.json --config /nonexistent/a.toml";
    let done = accept(&folder, print, nowhere).done();
    refused(&folder, done, "cannot write /nonexistent/a.toml: No such file");
}

#[test]
fn what_clap_refuses() {
    for (arguments, said) in [
        ("accept", "<FINGERPRINT>"),
        ("accept abc --owner o --expires 2099-12-31", "--reason <TEXT>"),
        ("accept abc --reason r --expires 2099-12-31", "--owner <NAME>"),
        ("accept abc --reason r --owner o", "--expires <DATE>"),
        ("accept abc --reason r --owner o --expires tomorrow", "a date is needed, such as"),
        ("accept abc --reason r --owner o --expires 2099-02-30", "a date is needed, such as"),
        (
            "accept abc --reason r --owner o --expires 2099-12-31 --report a --inventory b",
            "--report and --inventory exclude each other",
        ),
        (
            "accept abc --reason r --owner o --expires 2099-12-31 --state a --inventory b",
            "--state and --inventory exclude each other",
        ),
        (
            "accept abc --reason r --owner o --expires 2099-12-31 --state a --report b",
            "--report and --state exclude each other",
        ),
    ] {
        let done = Run::bare(arguments).done().exits(2);
        assert!(done.stderr.contains(said), "{arguments}: {}", done.stderr);
    }
}

#[test]
fn the_day_of_a_saved_account_is_the_one_it_was_read_on_unless_told_otherwise() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let toml = format!(
        "[[accept]]\ncheck = \"{}\"\nresource = \"*\"\nreason = \"r\"\nowner = \"o\"\nexpires = \
         2026-12-31\n",
        fault.check
    );
    folder.file("elb-audit.toml", &toml);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let state = |options: &str| {
        let run = Run::bare(&format!("check --format json {options}")).arg(&file);
        run.inside(&folder).report().accepted_risks[0].state
    };
    assert_eq!(state(""), RiskState::InForce);
    assert_eq!(state("--now 2026-12-31T23:59:59Z"), RiskState::InForce);
    assert_eq!(state("--now 2027-01-01T00:00:00Z"), RiskState::Expired);
}

#[test]
fn the_finding_may_be_in_the_report_that_a_watch_keeps() {
    let fake = FakeAws::start(watch::account(true, false).with(Bucket::new("kept", "eu-west-1")));
    let folder = Folder::new();
    for place in ["state.json", "s3://kept/elb/state.json"] {
        let report = watch::scan(&fake, "--state").arg(place).inside(&folder).report();
        let fault = report.findings.iter().find(|one| one.is_fault()).unwrap();
        let before: Vec<_> = fs::read_dir(folder.path("")).unwrap().collect();
        let run = Run::on(&fake, "accept --reason r --owner o --expires 2099-12-31 --state");
        let run = run.arg(place).arg(&fault.fingerprint[..8]).inside(&folder);
        run.done().says(0, &["written to elb-audit.toml"]);
        assert!(written(&folder).contains(&fault.fingerprint));
        let after: Vec<_> = fs::read_dir(folder.path("")).unwrap().collect();
        assert_eq!(after.len(), before.len() + 1, "the entry, and nothing else: {after:?}");
        fs::remove_file(folder.path("elb-audit.toml")).unwrap();
    }
}

#[test]
fn where_a_finding_is_looked_for() {
    let folder = Folder::new();
    let fault = reported(&folder);
    let print = fault.fingerprint.as_str();
    let with = |options: &str| accept(&folder, print, &format!("--expires 2099-12-31 {options}"));
    refused(&folder, with("--state none.json").done(), "cannot read none.json: there is no such");
    refused(&folder, with("--state s3://bucket").done(), "--state: `s3://bucket` names no object");
    refused(&folder, with("--report ftp://x").done(), "--report: `ftp://x` is neither a file nor");
    let said = "no credentials found in chain: set AWS_PROFILE, or sign in with";
    for option in ["--state", "--report"] {
        let unread = with(&format!("{option} s3://bucket/key")).done();
        unread.says(3, &["error: cannot find s3://bucket/key: ", said]);
    }
    let diff = Run::bare("diff s3://bucket/key report.json").inside(&folder).done();
    diff.says(3, &["error: cannot find s3://bucket/key: ", said]);
    // The command line wins over the environment.
    let run = with("--report report.json").env("ELB_AUDIT_STATE", "none.json");
    run.done().exits(0);
    fs::remove_file(folder.path("elb-audit.toml")).unwrap();
    let run = with("--state report.json").env("ELB_AUDIT_REPORT", "none.json");
    run.env("ELB_AUDIT_INVENTORY", "none.json").done().exits(0);
    fs::remove_file(folder.path("elb-audit.toml")).unwrap();
    with("").env("ELB_AUDIT_STATE", "report.json").done().exits(0);
}
