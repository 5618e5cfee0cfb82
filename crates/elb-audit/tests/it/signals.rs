//! Signals that end a run: what has been read is not lost, and the second one ends it at once.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use elb_audit_core::inventory::Inventory;
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::account;
use crate::program::{Done, Folder, Run, finished, without_waits};
use crate::watch;
use crate::whole_files::is_temporary;

/// Waits for something to happen.
pub(crate) fn until(what: &str, mut happens: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_mins(1);
    while !happens() {
        assert!(Instant::now() < patience, "{what}");
        // What is waited for needs the machine, too.
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &to.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Whether this process, and so what it starts, heeds a signal: `nohup` has it ignore HUP, and a shell INT in what it
/// runs in the background.
fn is_heeded(signal: &str) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let bit = match signal {
        "HUP" => 0,
        "INT" => 1,
        _ => return true,
    };
    ignored >> bit & 1 == 0
}

/// A run that is told to end as soon as it has asked for each of these so often.
fn ended(fake: &FakeAws, run: Run, signals: &[&str], asked: &[(&str, usize)]) -> Done {
    let child = run.started(Stdio::null());
    for (call, times) in asked {
        until(call, || fake.count(call) >= *times);
    }
    for signal in signals {
        send(signal, &child);
    }
    finished(&child.wait_with_output().unwrap())
}

const RULES: &str = "elbv2:DescribeRules";
/// What is asked when every load balancer has been listed, Classic ones too.
const LISTED: [(&str, usize); 2] = [(RULES, 4), ("elb:DescribeLoadBalancerAttributes", 1)];
const STOPPING: &str = "stopping: what has been read is reported; once more to quit at once\n";

#[test]
fn every_signal_ends_a_scan_with_what_it_has() {
    let mut signals = vec!["INT", "TERM", "HUP"];
    signals.retain(|signal| is_heeded(signal));
    for signal in signals {
        let fake = FakeAws::start(account());
        fake.fault(Fault::hang(RULES));
        let run = Run::on(&fake, "scan --format json --retries 0");
        let done = ended(&fake, run, &[signal], &LISTED).exits(4);
        let why = "exit 4: the scan was interrupted; faults at or above high: ";
        assert!(done.stderr.contains(why) && done.stderr.starts_with(STOPPING), "{}", done.stderr);
        assert_eq!(done.report().summary.load_balancers, 8);
        let folder = Folder::new();
        let run = Run::on(&fake, "collect --retries 0 -o a.json").inside(&folder);
        fake.clear_log();
        let done = ended(&fake, run, &[signal], &LISTED).exits(4);
        let why = "error: the scan was interrupted; what had been read is saved\n";
        assert!(done.stderr.ends_with(why), "{}", done.stderr);
        let saved = fs::read(folder.path("a.json")).unwrap();
        assert!(serde_json::from_slice::<Inventory>(&saved).is_ok());
    }
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let mut pairs = vec![["TERM", "TERM"], ["HUP", "INT"], ["INT", "TERM"]];
    pairs.retain(|pair| pair.iter().all(|signal| is_heeded(signal)));
    for signals in pairs {
        let fake = FakeAws::start(watch::account(true, false));
        fake.fault(Fault::hang("webhook:Post"));
        let folder = Folder::new();
        let hook = format!("webhook:{}/hooks/a", fake.url());
        let run = watch::scan(&fake, "--state state.json -o a.json --notify").arg(&hook);
        let mut child = run.inside(&folder).started(Stdio::null());
        until("the message", || fake.count("webhook:Post") > 0);
        send(signals[0], &child);
        // Two of a kind that are not yet heard are one: the answer to the first is waited for.
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        // A machine that is busy is waited for, which is told before.
        while without_waits(&said).is_empty() {
            said.clear();
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "nothing is said");
        }
        assert_eq!(said, STOPPING);
        send(signals[1], &child);
        let done = finished(&child.wait_with_output().unwrap()).exits(4);
        assert_eq!(done.report().summary.faults.high, 1, "the report was written before");
        assert!(!folder.path("state.json").exists());
        let left: Vec<_> = fs::read_dir(folder.path("")).unwrap().flatten().collect();
        assert!(left.iter().all(|one| !is_temporary(&one.file_name().to_string_lossy())));
        // What it has left is in nobody's way.
        fake.clear_faults();
        let next = watch::scan(&fake, "--state state.json --notify").arg(&hook).inside(&folder);
        next.done().exits(1);
    }
}

/// What is under way when everything has been read goes on to its end.
#[test]
fn a_message_under_way_is_delivered_and_what_it_tells_kept() {
    let fake = FakeAws::start(watch::account(true, false));
    let folder = Folder::new();
    let hook = format!("webhook:{}/hooks/a", fake.url());
    // Nobody answers the first attempt, so that there is time between it and the second.
    fake.fault(Fault::hang("webhook:Post").times(1));
    let options = "--call-timeout 3 --state state.json --notify";
    let run = watch::scan(&fake, options).arg(&hook).inside(&folder);
    let done = ended(&fake, run, &["TERM"], &[("webhook:Post", 1)]).exits(4);
    let why = "exit 4: interrupted after everything was read; faults at or above high: 1";
    assert!(done.stderr.contains(why), "{}", done.stderr);
    assert!(folder.path("state.json").exists());
    let again = watch::scan(&fake, "--state state.json --notify").arg(&hook).inside(&folder);
    again.done().exits(1);
    assert_eq!(fake.count("webhook:Post"), 2, "nobody is told twice");
}

#[test]
fn before_anything_is_read_there_is_nothing_to_report() {
    let fake = FakeAws::start(account());
    // Nobody says which region is meant: whoever is asked does not answer.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    let folder = Folder::new();
    for task in ["scan -o a.json", "collect -o a.json"] {
        let run =
            Run::on(&fake, task).inside(&folder).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url);
        let run = run.without("AWS_REGION").without("AWS_EC2_METADATA_DISABLED");
        let child = run.started(Stdio::null());
        let _asked = nobody.accept().unwrap();
        send("TERM", &child);
        let done = finished(&child.wait_with_output().unwrap()).exits(3);
        assert_eq!(done.stdout, "");
        let said = format!("{STOPPING}error: interrupted before anything was read\n");
        assert_eq!(done.stderr, said);
        assert!(!folder.path("a.json").exists());
    }
}

/// `nohup` has it ignored, and so has a shell for what runs in the background.
#[test]
fn a_signal_that_was_ignored_stays_so() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::hang(RULES));
    let run = Run::on(&fake, "scan --format json --retries 0");
    let child = run.by_shell("trap '' HUP INT; exec \"$0\" \"$@\"").started(Stdio::null());
    until(RULES, || fake.count(RULES) >= 4);
    send("HUP", &child);
    send("INT", &child);
    // Both would have ended it: the third is the first that it hears.
    send("TERM", &child);
    let done = finished(&child.wait_with_output().unwrap()).exits(4);
    assert!(done.stderr.starts_with(STOPPING), "{}", done.stderr);
    assert_eq!(done.report().summary.load_balancers, 8);
}
