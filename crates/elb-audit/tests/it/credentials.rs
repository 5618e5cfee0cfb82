//! Whose credentials are used, and where they are taken: the standard chain, at the fake's STS.

use std::path::Path;

use elb_audit_fake_aws::{Account, FakeAws};

use crate::account::{NUMBER, account};
use crate::program::{Folder, Run};

const OTHER: &str = "444455556666";
const SCAN: &str = "scan --format json --retries 0";

/// Two accounts: keys are good for the first one, roles of the second one for that.
fn fake() -> FakeAws {
    let other = Account::new(OTHER).only_its_regions();
    FakeAws::start_all(vec![
        account(),
        other.region("eu-west-1", elb_audit_fake_aws::Region::new()),
    ])
}

/// A run with an endpoint and this configuration, without keys in the environment.
fn with(fake: &FakeAws, config: &Path, arguments: &str) -> Run {
    let run = Run::bare(arguments).env("AWS_ENDPOINT_URL", fake.url());
    run.env("AWS_CONFIG_FILE", config).env("AWS_REGION", "eu-west-1")
}

/// The account that was read.
fn read(run: Run) -> String {
    run.report().accounts[0].id.clone()
}

fn keys(fake: &FakeAws, call: &str) -> Vec<String> {
    let of = fake.log().into_iter().filter(|entry| entry.call() == call);
    of.map(|entry| entry.access_key).collect()
}

const PROFILES: &str = "
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = not-a-secret
[profile audit]
role_arn = arn:aws:iam::444455556666:role/audit
source_profile = base
";

#[test]
fn a_profile_that_takes_on_a_role() {
    let (fake, folder) = (fake(), Folder::new());
    let config = folder.file("config", PROFILES);
    assert_eq!(read(with(&fake, &config, &format!("{SCAN} --profile audit"))), OTHER);
    assert_eq!(keys(&fake, "sts:AssumeRole"), ["AKIABASE"], "once, for all regions");
    let [caller] = keys(&fake, "sts:GetCallerIdentity").try_into().unwrap();
    assert!(caller.starts_with("ASIA"), "{caller}");
    let named = with(&fake, &config, SCAN).env("AWS_PROFILE", "audit");
    assert_eq!(read(named), OTHER);
    let mirrored = with(&fake, &config, SCAN).env("ELB_AUDIT_PROFILE", "audit");
    assert_eq!(read(mirrored), OTHER);
}

#[test]
fn a_profile_on_the_command_line_wins_over_keys_in_the_environment() {
    let (fake, folder) = (fake(), Folder::new());
    let config = folder.file("config", PROFILES);
    let both = |arguments: &str| Run::on(&fake, arguments).env("AWS_CONFIG_FILE", &config);
    assert_eq!(read(both(&format!("{SCAN} --profile audit"))), OTHER);
    assert_eq!(read(both(SCAN)), NUMBER);
}

#[test]
fn a_web_identity() {
    let (fake, folder) = (fake(), Folder::new());
    let token = folder.file("token", "a.b.c");
    let run = with(&fake, &folder.file("config", ""), SCAN)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
        .env("AWS_ROLE_ARN", "arn:aws:iam::444455556666:role/audit");
    assert_eq!(read(run), OTHER);
    assert_eq!(keys(&fake, "sts:AssumeRoleWithWebIdentity"), [""]);
}

#[test]
fn a_process_that_hands_out_credentials() {
    let (fake, folder) = (fake(), Folder::new());
    let answer =
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "not-a-secret"}"#;
    let file = folder.file("answer.json", answer);
    let config = format!("[profile p]\ncredential_process = cat {}\n", file.display());
    let config = folder.file("config", &config);
    let run = with(&fake, &config, &format!("{SCAN} --profile p"));
    let run = run.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    assert_eq!(read(run), NUMBER);
    assert_eq!(keys(&fake, "sts:GetCallerIdentity"), ["AKIAPROCESS"]);
}

#[test]
fn a_role_that_may_not_be_taken_on() {
    let (fake, folder) = (fake(), Folder::new());
    fake.fault(elb_audit_fake_aws::Fault::deny("sts:AssumeRole"));
    let config = folder.file("config", PROFILES);
    let done = with(&fake, &config, "scan --retries 0 --profile audit").done();
    assert_eq!(done.stdout, "");
    done.says(3, &["error: the AWS credentials cannot be obtained", "AccessDenied: User: "]);
}

#[test]
fn a_process_that_fails() {
    let folder = Folder::new();
    let config = folder.file("config", "[profile p]\ncredential_process = false\n");
    let run = Run::bare("scan --profile p").env("AWS_CONFIG_FILE", config);
    let run = run.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    run.done().says(3, &["error: the AWS credentials cannot be obtained"]);
}

#[test]
fn a_source_profile_that_is_not_there() {
    let folder = Folder::new();
    let role = "[profile p]\nrole_arn = arn:aws:iam::444455556666:role/audit\nsource_profile = q\n";
    let run = Run::bare("scan").env("AWS_CONFIG_FILE", folder.file("config", role));
    run.env("AWS_PROFILE", "p").done().says(3, &["profile `q` was not defined"]);
}

#[test]
fn a_role_without_a_region_to_ask_in() {
    let (fake, folder) = (fake(), Folder::new());
    let config = folder.file("config", PROFILES);
    let flag = with(&fake, &config, &format!("{SCAN} --profile audit")).without("AWS_REGION");
    assert_eq!(read(flag), OTHER);
    let named = with(&fake, &config, SCAN).without("AWS_REGION").env("AWS_PROFILE", "audit");
    assert_eq!(read(named), OTHER);
}

#[test]
fn a_line_break_in_a_key() {
    let run = Run::bare("scan").env("AWS_ACCESS_KEY_ID", "AKIABASE\n");
    let run = run.env("AWS_SECRET_ACCESS_KEY", "not-a-secret");
    run.done().says(3, &["error: AWS_ACCESS_KEY_ID holds a line break"]);
}

/// Calls of a family that a fake AWS was asked.
fn asked(fake: &FakeAws, family: &str) -> usize {
    fake.count(&format!("{family}:*"))
}

#[test]
fn endpoints_by_service_from_the_environment() {
    for (variable, family) in [
        ("AWS_ENDPOINT_URL_EC2", "ec2"),
        ("AWS_ENDPOINT_URL_IAM", "iam"),
        ("AWS_ENDPOINT_URL_WAFV2", "wafv2"),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "logs"),
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "elbv2"),
        ("AWS_ENDPOINT_URL_ACM", "acm"),
        ("AWS_ENDPOINT_URL_STS", "sts"),
    ] {
        let (general, own) = (FakeAws::start(account()), FakeAws::start(account()));
        let report = Run::on(&general, SCAN).env(variable, own.url()).report();
        assert_eq!(report.gaps, Vec::new());
        assert_eq!(asked(&general, family), 0, "{variable}");
        assert!(asked(&own, family) > 0, "{variable}");
        assert_eq!(asked(&own, "*"), asked(&own, family), "{variable}");
    }
}

#[test]
fn endpoints_by_service_from_the_profile() {
    let (general, own, folder) =
        (FakeAws::start(account()), FakeAws::start(account()), Folder::new());
    let (url, other) = (own.url(), general.url());
    let config = format!(
        "[profile p]\nendpoint_url = {other}\nservices = local\n[services local]\n\
         ec2 =\n  endpoint_url = {url}\niam =\n  endpoint_url = {url}\n\
         acm =\n  endpoint_url = {url}\n"
    );
    let config = folder.file("config", &config);
    let run = Run::on(&general, SCAN).without("AWS_ENDPOINT_URL");
    let run = run.env("AWS_CONFIG_FILE", config).env("AWS_PROFILE", "p");
    assert_eq!(run.report().gaps, Vec::new());
    for family in ["ec2", "iam", "acm"] {
        assert_eq!(asked(&general, family), 0, "{family}");
        assert!(asked(&own, family) > 0, "{family}");
    }
    assert_eq!(asked(&own, "elbv2") + asked(&own, "sts"), 0);
    assert!(asked(&general, "elbv2") > 0);
}
