//! What people get wrong: one message each, with the exit code that says whose turn it is.

use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::account;
use crate::program::{Folder, Run};

#[test]
fn mistakes_on_the_command_line() {
    for (arguments, said) in [
        (
            "scan --check listener-cleartxt",
            "unknown check `listener-cleartxt`: did you mean `listener-cleartext`?",
        ),
        ("scan --skip-check zzz", "unknown check `zzz`: `elb-audit checks` lists them"),
        ("demo --check x9", "unknown check `x9`"),
        ("explain x9", "unknown check `x9`"),
        ("permissions --check x9", "unknown check `x9`"),
        (
            "check /nonexistent/inventory.json",
            "cannot read /nonexistent/inventory.json: No such file",
        ),
        ("check /", "cannot read /: "),
        (
            "demo --output /nonexistent/report.json",
            "--output /nonexistent/report.json: there is no folder /nonexistent",
        ),
        ("demo --output pdf=x.pdf", "unknown format `pdf`"),
        ("demo --format text --output json=-", "--format says text of standard output"),
        ("demo --output a.log --output json=a.log", "the same place twice"),
        (
            "collect -o /nonexistent/inventory.json",
            "cannot write /nonexistent/inventory.json: there is no folder /nonexistent",
        ),
    ] {
        Run::bare(arguments).done().says(2, &["error: ", said]);
    }
}

#[test]
fn what_clap_refuses() {
    for (arguments, said) in [
        ("scan --max-workers 0", "a whole number above 0 is needed"),
        ("scan --max-workers x", "a whole number above 0 is needed"),
        ("scan --max-rps 0", "a number from 0.01"),
        ("scan --max-rps nan", "a number from 0.01"),
        ("scan --timeout 1h", "a number from 0.01"),
        ("scan --call-timeout 0", "a number from 0.01"),
        ("scan --max-rps 1e-20", "a number from 0.01"),
        ("scan --retries many", "--retries"),
        ("scan --retries 4294967295", "--retries"),
        ("scan --format yaml", "possible values: text, json"),
        ("scan --fail-on none", "possible values: critical, high, medium, low, never"),
        ("scan --region eu-west-1 --all-regions", "exclude each other"),
        ("scan --regoin eu-west-1", "--region"),
        ("scan extra", "unexpected argument"),
        ("check", "<FILE>"),
        ("check - --now yesterday", "--now"),
        ("explain", "<CHECK|FINGERPRINT>"),
        ("collect", "--output"),
        ("scna", "scan"),
    ] {
        let done = Run::bare(arguments).done().exits(2);
        assert!(done.stderr.contains(said), "{arguments}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked") && done.stdout.is_empty(), "{}", done.stderr);
    }
}

#[test]
fn files_that_are_no_inventory() {
    let report = Run::bare("demo --format json").done().stdout;
    let next = "{\"schema\": \"elb-audit/inventory/v9\"}";
    let schema = "{\"schema\": \"elb-audit/inventory/v1\"}";
    for (text, said) in [
        ("", "it ends too early"),
        ("{", "it ends too early"),
        ("hello", "it is not JSON"),
        ("{\"schema\": \"\u{1b}[2J\u{202e}\"}", "it is not JSON"),
        ("{\"schema\": \"\\u001b[2J\u{202e}\"}", "its schema is `\\u{1b}[2J\\u{202e}`"),
        ("[]", "no inventory saved by `elb-audit collect`"),
        ("{\"schema\": 1}", "no inventory saved by `elb-audit collect`"),
        (
            next,
            "its schema is `elb-audit/inventory/v9`, and this version reads `elb-audit/inventory/v1`",
        ),
        (report.as_str(), "its schema is `elb-audit/report/v1`"),
        (schema, "does not follow `elb-audit/inventory/v1`"),
    ] {
        Run::bare("check -").input(text).done().says(2, &["error: cannot use -: ", said]);
        let folder = Folder::new();
        let file = folder.file("some.json", text);
        Run::bare("check").arg(&file).done().says(2, &["some.json", said]);
    }
}

#[test]
fn no_credentials() {
    let fake = FakeAws::start(account());
    for task in ["scan", "scan --region eu-west-1", "collect -o -"] {
        let run = Run::bare(task).env("AWS_ENDPOINT_URL", fake.url());
        let done = run.env("AWS_REGION", "eu-west-1").done();
        assert_eq!(done.stdout, "");
        done.says(3, &["error: no AWS credentials were found: set AWS_PROFILE or --profile"]);
    }
    assert_eq!(fake.log(), Vec::new());
}

#[test]
fn an_unknown_profile() {
    let folder = Folder::new();
    let config = folder.file("config", "[profile known]\nregion = eu-west-1\n");
    for run in [
        Run::bare("scan --profile unknown"),
        Run::bare("scan").env("AWS_PROFILE", "unknown"),
        Run::bare("scan").env("ELB_AUDIT_PROFILE", "unknown"),
    ] {
        let run = run.env("AWS_CONFIG_FILE", &config).env("AWS_REGION", "eu-west-1");
        run.done().says(2, &["error: unknown profile `unknown`: the AWS configuration has known"]);
    }
}

#[test]
fn expired_credentials() {
    for code in ["ExpiredToken", "ExpiredTokenException", "RequestExpired"] {
        let fake = FakeAws::start(account());
        fake.fault(Fault::error("*", 403, code, "The security token included is expired"));
        for task in ["scan", "scan --region eu-west-1", "collect -o -"] {
            let done = Run::on(&fake, task).done();
            assert_eq!(done.stdout, "");
            done.says(3, &["error: the AWS credentials have expired: sign in again"]);
        }
    }
}

#[test]
fn credentials_that_expire_meanwhile_end_the_scan_and_keep_what_was_read() {
    let fake = FakeAws::start(account());
    let expired = Fault::error("elbv2:*", 403, "ExpiredToken", "The security token is expired");
    fake.fault(expired.after(6));
    let done = Run::on(&fake, "scan --format json --retries 0").done().exits(3);
    assert!(done.stderr.contains("exit 3: the credentials expired during the scan"));
    let report = done.report();
    assert!(report.summary.load_balancers > 0);
    let expired = report.gaps.iter().filter(|gap| gap.reason.contains("ExpiredToken"));
    assert!(expired.count() > 0);
}

#[test]
fn help_and_version_are_no_mistake() {
    for arguments in ["--help", "scan --help", "help scan", "--version", "scan --version"] {
        let done = Run::bare(arguments).done().exits(0);
        assert!(!done.stdout.is_empty() && done.stderr.is_empty(), "{}", done.stderr);
    }
    let done = Run::bare("").done().exits(2);
    assert!(done.stderr.contains("Usage: elb-audit"), "{}", done.stderr);
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let run = Run::bare("demo").env("ELB_AUDIT_CHECK", "").env("ELB_AUDIT_FAIL_ON", "");
    run.env("ELB_AUDIT_OUTPUT", "").done().exits(1);
}
