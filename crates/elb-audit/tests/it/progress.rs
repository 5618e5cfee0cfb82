//! How far a scan is: told at once and as calls are answered, on a terminal and nowhere else.

use std::process::Command;
use std::time::Duration;

use elb_audit_fake_aws::FakeAws;

use crate::account::account;
use crate::inside::{self, Settings};
use crate::moto::python_for;
use crate::program::{Done, Run, finished};

#[test]
fn it_moves_with_every_call_and_comes_to_the_whole() {
    let fake = FakeAws::start(account());
    // Reading a region takes many answers one after the other, and so a while.
    fake.latency(Duration::from_millis(20));
    let outcome = inside::collect(&fake, &Settings::default());
    let told = &outcome.told;
    assert_eq!(told[0], [0; 4], "at once");
    for pair in told.windows(2) {
        let back = pair[0].iter().zip(pair[1]).any(|(before, after)| *before > after);
        assert!(!back, "{pair:?}");
    }
    for [regions_done, regions, calls_done, calls] in told {
        assert!(regions_done <= regions && calls_done <= calls);
    }
    let early = told.iter().filter(|one| one[0] == 0 && one[2] > 0);
    assert!(early.count() > 0, "calls move it before a region is done: {told:?}");
    let calls = u64::try_from(fake.log().len()).unwrap();
    assert_eq!(*told.last().unwrap(), [2, 2, calls, calls]);
}

/// What comes of a run whose standard streams are a terminal, everything in one.
fn on_a_terminal(python: &std::ffi::OsStr, fake: &FakeAws, arguments: &str) -> Done {
    let pty = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let output = Command::new(python)
        .args(["-c", pty, env!("CARGO_BIN_EXE_elb-audit")])
        .args(arguments.split_whitespace())
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", fake.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_REGION", "eu-west-1")
        .env("NO_COLOR", "1")
        .output();
    finished(&output.unwrap())
}

#[test]
fn a_terminal_shows_a_line_that_is_written_over() {
    let Some(python) = python_for("progress") else { return };
    let fake = FakeAws::start(account());
    let over = "\r\u{1b}[K";
    let tasks = ["scan --retries 0 --format json", "collect --retries 0 -o -"];
    for task in tasks {
        let done = on_a_terminal(&python, &fake, task);
        let begin = format!("{over}finding accounts and regions, 0 of 0 calls, 0 s{over}");
        assert!(done.stdout.starts_with(&begin), "{:?}", done.stdout.get(..300));
        let (line, rest) = done.stdout.rsplit_once(over).unwrap();
        assert!(line.split(over).all(|text| !text.contains('\n')), "{line:?}");
        assert!(rest.starts_with('{'), "it is gone before the report: {:?}", rest.get(..80));
    }
    for task in tasks {
        let done = on_a_terminal(&python, &fake, &format!("{task} -q"));
        assert!(!done.stdout.contains('\u{1b}'), "{:?}", done.stdout.get(..300));
    }
    let failed = on_a_terminal(&python, &fake, "scan --region eu-wst-1");
    let said = failed.stdout.rsplit(over).next().unwrap();
    assert!(said.starts_with("error: unknown region `eu-wst-1`"), "{:?}", failed.stdout);
    let done = Run::on(&fake, "scan --retries 0").done();
    assert!(!done.stderr.contains("calls") && !done.stderr.contains('\u{1b}'), "{}", done.stderr);
}
