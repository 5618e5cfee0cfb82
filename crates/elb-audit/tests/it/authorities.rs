//! Whom a run trusts: `AWS_CA_BUNDLE`, and `ca_bundle` of a profile.

use elb_audit_fake_aws::FakeAws;

use crate::account::account;
use crate::program::{Folder, Run};
use crate::proxies::proxy::{Manner, Proxy};

const SCAN: &str = "scan --format json --region us-east-1 --retries 0";
const KEYS: &str = "aws_access_key_id = AKIABASE\naws_secret_access_key = not-a-secret\n";

/// AWS's own hosts, as this proxy shows them: with certificates of its authority.
fn shown_by(proxy: &Proxy, arguments: &str) -> Run {
    let run = Run::bare(arguments).env("AWS_REGION", "us-east-1");
    run.env("HTTPS_PROXY", proxy.url())
}

fn with_keys(run: Run) -> Run {
    run.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
}

#[test]
fn a_bundle_is_trusted_in_place_of_the_system() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Leads);
    let stranger = Proxy::start(&fake, Manner::Leads);
    let run = || with_keys(shown_by(&proxy, SCAN));
    let both = format!("# two of them\n{}\n{}", stranger.authority(), proxy.authority());
    let good = folder.file("both.pem", &both);
    let bad = folder.file("stranger.pem", stranger.authority());
    let read = run().env("AWS_CA_BUNDLE", &good).report();
    assert_eq!(read.regions.iter().filter(|one| one.name == "us-east-1").count(), 1);
    let untrusted = [
        "error: the certificate of sts.us-east-1.amazonaws.com is not trusted (UnknownIssuer)",
        "name the file of the proxy's authority in AWS_CA_BUNDLE",
    ];
    let before = proxy.asked().len();
    run().env("AWS_CA_BUNDLE", &bad).done().says(3, &untrusted);
    run().done().says(3, &untrusted);
    assert!(proxy.asked().len() - before <= 4, "it is not tried again and again");
    // An authority of the system is none here.
    let profile = |bundle: &std::path::Path| {
        let bundle = bundle.display();
        let config = format!("[default]\n[profile p]\nca_bundle = {bundle}\n{KEYS}");
        folder.file("config", &config)
    };
    let by_profile = |arguments: &str, bundle: &std::path::Path| {
        let run = shown_by(&proxy, &format!("{SCAN} {arguments}"));
        run.env("AWS_CONFIG_FILE", profile(bundle))
    };
    for named in ["--profile p", "--profile p,p", "--all-profiles"] {
        let report = by_profile(named, &good).report();
        assert!(report.accounts[0].id.len() == 12, "{named}: {:?}", report.gaps);
    }
    by_profile("", &good).env("AWS_PROFILE", "p").report();
    by_profile("--profile p", &bad).done().says(3, &untrusted);
    by_profile("--profile p", &bad).env("AWS_CA_BUNDLE", &good).report();
    by_profile("--profile p", &good).env("AWS_CA_BUNDLE", &bad).done().says(3, &untrusted);
    by_profile("--profile p", &good).env("AWS_CA_BUNDLE", "").report();
}

#[test]
fn a_bundle_that_holds_no_authority() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let certificate =
        |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let key = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    let files = [
        (folder.path("missing.pem"), "cannot be read: No such file"),
        (folder.path(""), "cannot be read: Is a directory"),
        (folder.file("empty.pem", ""), "holds no certificate in PEM form"),
        (folder.file("words.pem", "hello"), "holds no certificate in PEM form"),
        (folder.file("key.pem", key), "holds no certificate in PEM form"),
        (
            folder.file("noise.pem", &certificate("aGVsbG8=")),
            "no certificate that can be an authority's",
        ),
        (folder.file("broken.pem", &certificate("a*b")), "cannot be decoded"),
        (folder.file("cut.pem", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n"), "cannot be decoded"),
    ];
    for (file, why) in files {
        let named = |by: &str| format!("error: {by} names the file {}, which ", file.display());
        let run = || Run::on(&fake, "scan --retries 0");
        let environment = run().env("AWS_CA_BUNDLE", &file).done();
        environment.says(2, &[&named("AWS_CA_BUNDLE"), why]);
        let state = Run::on(&fake, "diff s3://reports/a.json s3://reports/b.json")
            .env("AWS_CA_BUNDLE", &file);
        state.done().says(2, &[&named("AWS_CA_BUNDLE"), why]);
        let config = format!("[profile p]\nca_bundle = {}\n{KEYS}", file.display());
        let profile = run().env("AWS_CONFIG_FILE", folder.file("config", &config));
        let profile = profile.env("AWS_PROFILE", "p").done();
        profile.says(2, &[&named("ca_bundle of profile `p`"), why]);
    }
    assert_eq!(fake.log().len(), 0);
}

#[test]
fn a_bundle_in_which_some_are_of_no_use() {
    let (fake, folder) = (FakeAws::start(account()), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Leads);
    let noise = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let file = folder.file("some.pem", &format!("{noise}{}", proxy.authority()));
    let run = |arguments: &str| with_keys(shown_by(&proxy, arguments)).env("AWS_CA_BUNDLE", &file);
    let done = run(SCAN).done();
    let said =
        format!("note: AWS_CA_BUNDLE names the file {}: 1 of its certificates", file.display());
    assert!(done.stderr.starts_with(&said), "{}", done.stderr);
    assert!(!run(&format!("{SCAN} --quiet")).done().stderr.contains("note: "));
}
