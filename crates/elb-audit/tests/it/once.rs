//! A watch tells everything once and keeps a whole report: whatever ends it, and whoever runs beside it.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use aws_smithy_async::rt::sleep::TokioSleep;
use elb_audit::aws::s3::{self, Condition};
use elb_audit_core::report::Report;
use elb_audit_fake_aws::{Account, Bucket, FakeAws, Fault};

use serde_json::json;

use crate::notify::{config, now};
use crate::program::{Done, Folder, Run, finished};
use crate::signals::until;
use crate::watch::{account, scan};
use crate::whole_files::{is_temporary, names};

const POST: &str = "webhook:Post";
const S3: &str = "s3://reports/state.json";

/// The same with somebody to tell, and a bucket.
fn estate(clear: bool, unprotected: bool) -> Account {
    let mut own = account(clear, unprotected).with(Bucket::new("reports", "eu-west-1"));
    let region = own.regions.remove("eu-west-1").unwrap();
    own.region("eu-west-1", region.topic("alerts"))
}

fn hook(fake: &FakeAws, name: &str) -> String {
    format!("webhook:{}/hooks/{name}", fake.url())
}

/// A run with a state that tells two webhooks, `a` and `b`.
fn run(fake: &FakeAws, state: impl AsRef<std::ffi::OsStr>) -> Run {
    let to = format!("{},{}", hook(fake, "a"), hook(fake, "b"));
    scan(fake, "--notify").arg(to).arg("--state").arg(state)
}

/// How often each of the two was told something that it took.
fn told(fake: &FakeAws) -> [usize; 2] {
    ["a", "b"].map(|name| {
        let to = |entry: &&elb_audit_fake_aws::Entry| {
            entry.call() == POST
                && entry.status == Some(200)
                && entry.parameters["path"].ends_with(name)
        };
        fake.log().iter().filter(to).count()
    })
}

fn kept(state: &Path) -> Report {
    serde_json::from_slice(&fs::read(state).unwrap()).unwrap()
}

/// Writes the object, as another run does.
fn put(fake: &FakeAws, text: &str) {
    let config = config(&fake.url(), TokioSleep::new());
    let put = s3::put(&config, "reports", "state.json", text.into(), Condition::None);
    now(put).unwrap();
}

fn killed(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_lock_that_somebody_else_has_made_is_named_and_alerts_once() {
    let folder = Folder::new();
    let fake = FakeAws::start(estate(true, false));
    let state = folder.path("state.json");
    let lock = folder.file(".state.json.new", "");
    let topic = "--notify sns:arn:aws:sns:eu-west-1:111122223333:alerts --state";
    let done = scan(&fake, topic).arg(&state).done().exits(5);
    assert_eq!(fake.count("sns:Publish"), 1);
    let lock = lock.canonicalize().unwrap();
    let said = format!(
        "error: cannot write {}: {} exists: another run is writing, or was killed; remove {} or wait 5 \
         minutes\n",
        state.display(),
        lock.display(),
        lock.display()
    );
    assert!(done.stderr.contains(&said), "{said}{}", done.stderr);
    assert_eq!(names(&folder), [".state.json.new"], "it is not ours to remove");
    fs::remove_file(&lock).unwrap();
    scan(&fake, topic).arg(&state).done().exits(1);
    assert_eq!((fake.count("sns:Publish"), names(&folder)), (2, vec!["state.json".to_owned()]));
    scan(&fake, topic).arg(&state).done().exits(1);
    assert_eq!(fake.count("sns:Publish"), 2);
}

/// One of two destinations has heard it when the run is killed: the next run tells the other one.
#[test]
fn what_a_killed_run_has_told_is_not_told_again() {
    let folder = Folder::new();
    let fake = FakeAws::start(estate(true, true));
    let state = folder.path("state.json");
    let lock = folder.path(".state.json.new");
    let noted = || fs::read_to_string(&lock).is_ok_and(|text| text.ends_with("}}\n"));
    fake.fault(Fault::hang(POST).about("/b"));
    let child = run(&fake, &state).started(Stdio::null());
    until("a note of what was told", noted);
    killed(child);
    assert_eq!((told(&fake), state.exists()), ([1, 0], false));
    // The next one, too, and a third that finds more.
    let child = run(&fake, &state).started(Stdio::null());
    until("the second attempt", || fake.count(POST) >= 3);
    killed(child);
    assert_eq!((told(&fake), state.exists()), ([1, 0], false));
    fake.clear_faults();
    let done = run(&fake, &state).done().exits(1);
    assert_eq!(told(&fake), [1, 1], "{}", done.stderr);
    assert_eq!(kept(&state).summary.faults.total(), 2);
    assert!(kept(&state).alerted_at.is_some());
    assert_eq!(names(&folder), ["state.json"]);
    run(&fake, &state).done().exits(1);
    assert_eq!(told(&fake), [1, 1]);
    // What is new is told all the same, though a run was killed after that.
    fake.replace(estate(true, false));
    fake.fault(Fault::hang(POST).about("/b"));
    let child = run(&fake, &state).started(Stdio::null());
    until("a note of what is resolved", noted);
    killed(child);
    fake.clear_faults();
    fake.replace(estate(false, true));
    run(&fake, &state).done().exits(0);
    assert_eq!(told(&fake), [3, 2], "both hear of what else is gone");
    assert_eq!(names(&folder), ["state.json"]);
}

/// Killed when the first, the tenth … call of a scan arrives, or a message, or when the new state is seen.
#[test]
fn a_run_that_is_killed_leaves_nothing_half() {
    let folder = Folder::new();
    let fake = FakeAws::start(estate(true, true));
    let state = folder.path("state.json");
    let (mut calls, mut all) = (1, usize::MAX);
    while calls < all {
        fake.clear_log();
        let mut child = run(&fake, &state).started(Stdio::null());
        until("a call", || fake.log().len() >= calls || child.try_wait().unwrap().is_some());
        all = fake.log().len().max(40);
        killed(child);
        assert!(!state.exists() || kept(&state).summary.faults.total() == 2, "{calls}");
        calls += 7;
    }
    let _ = fs::remove_file(&state);
    for name in names(&folder) {
        fs::remove_file(folder.path(&name)).unwrap();
    }
    fake.clear_log();
    // A message arrives: nobody knows whether it was taken, and it is told again.
    fake.fault(Fault::hang(POST).times(2));
    let child = run(&fake, &state).started(Stdio::null());
    until("the messages", || fake.count(POST) >= 2);
    killed(child);
    assert_eq!((told(&fake), state.exists()), ([0, 0], false));
    // The new state is seen beside the old one.
    let mut child = run(&fake, &state).started(Stdio::null());
    until("the state", || {
        names(&folder).iter().any(|name| is_temporary(name) || name == "state.json")
            || child.try_wait().unwrap().is_some()
    });
    killed(child);
    assert_eq!(told(&fake), [1, 1]);
    assert!(!state.exists() || kept(&state).summary.faults.total() == 2);
    run(&fake, &state).done().exits(1);
    assert_eq!(told(&fake), [1, 1], "the killed run has told it");
    assert_eq!(kept(&state).summary.faults.total(), 2);
    let left = names(&folder);
    assert!(left.iter().all(|name| name == "state.json" || is_temporary(name)), "{left:?}");
}

fn together(fake: &FakeAws, state: &str, folder: &Folder) -> Vec<Done> {
    let start = |_| run(fake, state).inside(folder).started(Stdio::null());
    let runs: Vec<Child> = (0..4).map(start).collect();
    runs.into_iter().map(|run| finished(&run.wait_with_output().unwrap())).collect()
}

#[test]
fn of_runs_at_the_same_time_only_one_tells() {
    for state in ["state.json", S3] {
        let folder = Folder::new();
        let fake = FakeAws::start(estate(true, true));
        for done in together(&fake, state, &folder) {
            assert_eq!(done.report().summary.faults.total(), 2);
            done.exits(1);
        }
        assert_eq!(told(&fake), [1, 1], "{state}");
        fake.replace(estate(false, true));
        for done in together(&fake, state, &folder) {
            done.exits(0);
        }
        assert_eq!(told(&fake), [2, 2], "{state}");
        let text = match fake.object("reports", "state.json") {
            Some(text) => text,
            None => fs::read_to_string(folder.path(state)).unwrap(),
        };
        let report: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(report.summary.faults.total(), 1);
        assert!(!text.contains("\"telling\""), "{state}");
        let left = if state == S3 { vec![] } else { vec!["state.json".to_owned()] };
        assert_eq!(names(&folder), left);
    }
}

/// S3 says that somebody was faster although nobody was, or somebody really was: all is told once.
#[test]
fn a_conflict_in_s3_tells_nobody_twice() {
    let fake = FakeAws::start(estate(true, true));
    let conflict = || Fault::error("s3:PutObject", 412, "PreconditionFailed", "no");
    for fault in [conflict().times(2), conflict().after(1).times(2)] {
        fake.clear_log();
        fake.fault(fault);
        run(&fake, S3).done().exits(1);
        assert_eq!(told(&fake), [1, 1]);
        run(&fake, S3).done().exits(1);
        assert_eq!(told(&fake), [1, 1]);
        fake.clear_faults();
        put(&fake, &json!({"schema": "elb-audit/telling/v1", "telling": null}).to_string());
    }
    // Always: it is told once, and not kept.
    fake.clear_log();
    fake.fault(conflict());
    let done = run(&fake, S3).done().exits(5);
    assert_eq!(told(&fake), [1, 1]);
    assert!(done.stderr.contains(&format!("error: {S3} changes all the time")), "{}", done.stderr);
}

/// Another run tells: this one waits for what it keeps. One that was killed long ago keeps nobody waiting.
#[test]
fn whoever_tells_by_a_state_in_s3_is_waited_for() {
    let fake = FakeAws::start(estate(true, true));
    let claim = |since: jiff::Timestamp| {
        let telling = json!({"since": since, "run": "another"});
        json!({"schema": "elb-audit/telling/v1", "telling": telling}).to_string()
    };
    let report = scan(&fake, "").done().stdout;
    fake.clear_log();
    put(&fake, &claim(jiff::Timestamp::now()));
    let child = run(&fake, S3).arg("--heartbeat=0").started(Stdio::null());
    // It reads the claim before the scan and again while it waits.
    until("a second look", || fake.count("s3:GetObject") >= 3);
    assert_eq!(told(&fake), [0, 0]);
    put(&fake, &report);
    finished(&child.wait_with_output().unwrap()).exits(1);
    assert_eq!(told(&fake), [0, 0], "the other one has told it");
    put(&fake, &claim(jiff::Timestamp::now() - jiff::SignedDuration::from_mins(3)));
    run(&fake, S3).done().exits(1);
    assert_eq!(told(&fake), [1, 1]);
    // A report with a claim in it is a report.
    let text = fake.object("reports", "state.json").unwrap();
    let telling =
        format!(",\"telling\":{{\"since\":\"{}\",\"run\":\"x\"}}}}", jiff::Timestamp::now());
    put(&fake, &format!("{}{telling}", text.strip_suffix('}').unwrap()));
    Run::on(&fake, &format!("diff {S3} {S3}")).done().exits(0);
    put(&fake, &claim(jiff::Timestamp::now()));
    let done = Run::on(&fake, &format!("diff {S3} {S3}")).done();
    done.says(2, &["there is no such report"]);
}

/// What cannot be delivered leaves the state as it was, and no claim in it.
#[test]
fn a_message_that_nobody_takes_leaves_the_state_as_it_was() {
    let folder = Folder::new();
    let fake = FakeAws::start(estate(true, true));
    for state in [S3, "state.json"] {
        fake.fault(Fault::error(POST, 400, "no", "no").about("/b"));
        for first in [true, false] {
            let done = run(&fake, state).inside(&folder).done().exits(5);
            assert!(done.stderr.contains("is left as it was"), "{first} {}", done.stderr);
            let object = fake.object("reports", "state.json").unwrap_or_default();
            assert!(!object.contains("since"), "{object}");
            assert_eq!(names(&folder), [""; 0]);
        }
        fake.clear_faults();
        run(&fake, state).inside(&folder).done().exits(1);
        fake.clear_log();
        run(&fake, state).inside(&folder).done().exits(1);
        assert_eq!(told(&fake), [0, 0]);
    }
}
