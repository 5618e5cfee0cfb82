//! What the GitHub action does, and what becomes of the job: with the real program, and with stand-ins.

use std::fs;
use std::path::Path;
use std::process::Command;

use elb_audit_core::report::Report;
use serde_json::Value;

use crate::documented::pages::path;

use super::runner::{Ended, Job};

/// A program that prints its arguments, writes the files that it is asked for, says `SAYS` and ends with `CODE`.
const STAND_IN: &str = r#"#!/usr/bin/env bash
if [[ "$1" == --version ]]; then echo "elb-audit 99"; exit; fi
printf 'argument %s\n' "$@"
printf 'metadata: %s\n' "${AWS_EC2_METADATA_DISABLED:-asked}"
for word; do case $word in json=* | sarif=*) echo '{}' >"${word#*=}" ;; esac; done
printf '%b\n' "${SAYS:-exit 0: nothing}" >&2
exit "${CODE:-0}"
"#;

/// Lays what `SERVED` holds where it is told, and prints how it is called.
const GH: &str = r#"#!/usr/bin/env bash
printf 'gh %s, as %s\n' "$*" "$GH_TOKEN"
while (($#)); do case $1 in --dir) cp "$SERVED"/* "$2" ;; esac; shift; done
"#;

/// A job that runs the program as it is built.
fn built(test: &str) -> Option<Job> {
    Some(Job::new(test)?.input("binary", env!("CARGO_BIN_EXE_elb-audit")))
}

/// A job that runs the stand-in.
fn stand_in(test: &str) -> Option<Job> {
    let job = Job::new(test)?;
    let program = job.program("elb-audit", STAND_IN);
    Some(job.input("binary", program.to_str().unwrap()))
}

/// A job that judges the saved account of the examples.
fn check(test: &str) -> Option<Job> {
    let saved = path("examples/demo.json").canonicalize().unwrap();
    Some(built(test)?.input("command", "check").input("inventory", saved.to_str().unwrap()))
}

fn file(ended: &Ended, output: &str) -> String {
    fs::read_to_string(&ended.given[output]).unwrap()
}

#[test]
fn a_saved_account_fails_the_job_and_is_uploaded() {
    let Some(job) = check("action: check") else { return };
    let ended = job.run();
    let report: Report = serde_json::from_str(&file(&ended, "report-file")).unwrap();
    assert!(report.findings.len() > 60);
    let sarif: Value = serde_json::from_str(&file(&ended, "sarif-file")).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    let said = "\n::error title=elb-audit::exit 1: faults at or above high: 26 ";
    let ended = ended.uploads(true).says(1, &[said]);
    assert_eq!(ended.steps, ["install", "run", "upload", "verdict"]);
    assert_eq!(ended.given["exit-code"], "1");
    assert!(ended.given["reason"].starts_with("exit 1: "), "{:?}", ended.given);
    assert!(!ended.summary.trim().is_empty(), "nothing is on the page of the run");
}

#[test]
fn a_fork_may_check_and_not_upload() {
    let Some(job) = check("action: check of a fork") else { return };
    let said = "::notice title=elb-audit::not uploaded to code scanning";
    job.of_a_fork().run().uploads(false).says(1, &[said]);
    let job = check("action: check of a fork").unwrap().input("sarif", "true");
    job.of_a_fork().run().uploads(true).says(1, &[]);
    let job = check("action: no upload").unwrap().input("sarif", "false").input("fail-on", "never");
    job.run().uploads(false).says(0, &["exit 0: "]);
}

#[test]
fn without_credentials_only_a_fork_passes() {
    const NONE: &str = "no AWS credentials were found";
    let Some(job) = built("action: no credentials") else { return };
    let ended = job.run().uploads(false).says(3, &[&format!("::error title=elb-audit::{NONE}")]);
    assert!(!ended.log.contains("::warning"), "{}", ended.log);
    let warned = "::warning title=elb-audit::nothing was assessed: a pull request from a fork gets no credentials";
    let ended =
        built("action: fork").unwrap().of_a_fork().run().uploads(false).says(0, &[NONE, warned]);
    assert_eq!((&*ended.given["exit-code"], &*ended.given["report-file"]), ("3", ""));
    // Credentials that are refused are none of a fork's.
    let job = built("action: fork with credentials").unwrap().of_a_fork();
    let job =
        job.env("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token").env("AWS_REGION", "eu-west-1");
    job.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/elb-audit")
        .run()
        .says(3, &["::error "]);
}

#[test]
fn inputs_become_arguments() {
    let Some(job) = stand_in("action: arguments") else { return };
    job.folder.file("work/that-a-star-would-name", "");
    let job = job
        .input("regions", "eu-west-1, us-east-1\n")
        .input("config", "a b.toml")
        .input("strict", "true");
    let job = job.input("baseline", "old.json").input("only-new", "true").input("fail-on", "low");
    let ended = job.input("args", "--persona auditor\n-v *").run();
    let ended = ended.says(0, &["elb-audit 99", "metadata: true"]);
    let expected = "scan --region eu-west-1 --region us-east-1 --config a_b.toml --fail-on low \
                    --baseline old.json --strict --only-new --format github -o json=… -o sarif=… \
                    --persona auditor -v *";
    assert_eq!(arguments(&ended), expected);
    let job = stand_in("action: files").unwrap().input("command", "check");
    let job = job.env("RUNNER_ENVIRONMENT", "self-hosted");
    let job = job.input("inventory", "one.json\n-two three.json\n");
    let ended = job.run().says(0, &["metadata: asked"]);
    let expected = "check --format github -o json=… -o sarif=… -- one.json -two_three.json";
    assert_eq!(arguments(&ended), expected);
}

/// What the stand-in was given; `_` for a space, `…` for a place.
fn arguments(ended: &Ended) -> String {
    let words = ended.log.lines().filter_map(|line| line.strip_prefix("argument "));
    let words = words.map(|word| match word.split_once("=/") {
        Some((name, _)) => format!("{name}=…"),
        None => word.replace(' ', "_"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn inputs_that_cannot_be_used_are_refused() {
    for (name, value, said) in [
        ("command", "demo", "command: scan or check, not demo"),
        ("command", "check", "inventory: the command check wants a file"),
        ("inventory", "a.json", "inventory is for the command check"),
        ("strict", "yes", "strict: true or false, not yes"),
        ("sarif", "no", "sarif: true or false, not no"),
        ("binary", "nothing", "binary: there is no program nothing"),
    ] {
        let Some(job) = stand_in("action: refused") else { return };
        let ended =
            job.input(name, value).run().says(2, &[&format!("::error title=elb-audit::{said}")]);
        assert!(arguments(&ended).is_empty() && ended.steps.last().unwrap() != "verdict");
    }
}

#[test]
fn what_is_incomplete_is_not_uploaded() {
    for (code, says, uploads) in [
        (0, "exit 0: no fault", true),
        (1, "exit 1: faults at or above high: 1", true),
        (5, "exit 5: 100% not told", true),
        (4, "exit 4: coverage is incomplete (--strict): gaps 1", false),
        (4, "exit 4: the scan ran out of time (--timeout)", false),
        (3, "exit 3: nothing could be assessed: no region was read", false),
        (2, "error: unknown key\\n\\nFor more information, try '--help'.", false),
        (134, "panicked", false),
    ] {
        let Some(job) = stand_in("action: uploads") else { return };
        let job = job.env("CODE", &code.to_string()).env("SAYS", says);
        let ended = job.run().uploads(uploads).says(code, &[]);
        let reason = says.split("\\n").next().unwrap().trim_start_matches("error: ");
        let reason = if code == 134 { "exit 134" } else { reason };
        assert_eq!(ended.given["reason"], reason);
        let annotation = format!("::error title=elb-audit::{}", reason.replace('%', "%25"));
        assert_eq!(ended.log.contains(&annotation), code != 0, "{}", ended.log);
    }
}

/// A job for which a release is served: an archive for this machine with this program, and its checksum.
fn released(test: &str, program: &str) -> Option<Job> {
    let job = Job::new(test)?;
    job.program("gh", GH);
    let served = job.folder.path("served");
    fs::create_dir(&served).unwrap();
    crate::deploy::builders::program(&served.join("elb-audit"), program);
    in_folder(
        &served,
        "tar -czf elb-audit-linux-x86_64.tar.gz elb-audit && rm elb-audit && sha256sum * >SHA256SUMS",
    );
    let served = served.to_str().unwrap().to_owned();
    Some(job.env("SERVED", &served))
}

fn in_folder(folder: &Path, script: &str) {
    assert!(
        Command::new("bash").args(["-ec", script]).current_dir(folder).status().unwrap().success()
    );
}

#[test]
fn a_release_is_downloaded_and_run() {
    for (version, tag) in [
        ("", concat!("v", env!("CARGO_PKG_VERSION"), " ")),
        ("v1.2.3", "v1.2.3 "),
        ("1.2.3", "v1.2.3 "),
        ("latest", ""),
    ] {
        let Some(job) = released("action: release", STAND_IN) else { return };
        let asked = format!("gh release download {tag}--repo OWNER/elb-audit --dir ");
        let what = "--pattern elb-audit-linux-x86_64.tar.gz --pattern SHA256SUMS, as a-token";
        let ended = job.input("version", version).run().says(0, &[&asked, what, "elb-audit 99"]);
        assert!(arguments(&ended).starts_with("scan --format github"), "{}", ended.log);
    }
}

#[test]
fn what_is_not_the_release_is_not_run() {
    for (spoil, said) in [
        ("echo more >>elb-audit-linux-x86_64.tar.gz", "is not what SHA256SUMS of its release says"),
        ("sed -i s/x86_64/arm64/ SHA256SUMS", "is not what SHA256SUMS of its release says"),
        ("rm SHA256SUMS", "is not what SHA256SUMS of its release says"),
    ] {
        let Some(job) = released("action: spoilt release", STAND_IN) else { return };
        in_folder(&job.folder.path("served"), spoil);
        let ended = job.run().says(2, &["::error title=elb-audit::", said]);
        assert_eq!(ended.steps, ["install"]);
        assert!(!ended.log.contains("elb-audit 99"), "{}", ended.log);
    }
    let job = |test| released(test, STAND_IN).unwrap();
    job("action: Windows").env("RUNNER_OS", "Windows").run().says(2, &["this is Windows on X64"]);
    job("action: version").input("version", "main").run().says(2, &["version: main is none"]);
    let without = job("action: no release");
    without.program("gh", "#!/bin/sh\nexit 1\n");
    without.run().says(2, &["elb-audit-linux-x86_64.tar.gz of v", "cannot be downloaded"]);
}
