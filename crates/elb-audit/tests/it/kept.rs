//! Addresses of webhooks that are kept in AWS: read in every run, told to nobody.

use std::fs;

use elb_audit_core::report::Report;
use elb_audit_fake_aws::{FakeAws, Fault, ServiceError};
use serde_json::{Value, json};

use crate::notify::{alerted, report, session, silent};
use crate::program::Folder;
use crate::runtime_api::Function;
use crate::watch::{account, scan};

const PARAMETER: &str = "/elb-audit/slack";
const SECRET: &str =
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:elb-audit/hooks-a1b2c3";
const PATH: &str = "/hooks/T0/B0/s3cret-part-of-it";

/// An AWS that keeps the address of its own webhook: as a parameter, and in a secret with two keys.
fn keeping() -> FakeAws {
    let fake = FakeAws::start(account(true, false));
    let url = format!("{}{PATH}", fake.url());
    // Whoever writes a file into a parameter leaves the end of its line there.
    let value = format!("{url}\n");
    fake.answers_with("ssm", "GetParameter", move |asked| {
        assert_eq!(asked.input["WithDecryption"], true);
        match asked.input["Name"].as_str() {
            Some(PARAMETER) => Ok(json!({"Parameter": {"Name": PARAMETER, "Value": value}})),
            Some("other") => Ok(json!({"Parameter": {"Value": "s3cret-but-no-address"}})),
            _ => Err(ServiceError::new("ParameterNotFound", "")),
        }
    });
    let pairs = json!({"slack": url, "number": 5}).to_string();
    fake.answers_with(
        "secretsmanager",
        "GetSecretValue",
        move |asked| match asked.input["SecretId"].as_str() {
            Some(SECRET) => Ok(json!({"ARN": SECRET, "SecretString": pairs})),
            Some("plain") => Ok(json!({"SecretString": url})),
            Some("binary") => Ok(json!({"SecretBinary": "czNjcmV0"})),
            _ => Err(ServiceError::new("ResourceNotFoundException", "no such secret")),
        },
    );
    fake
}

/// The paths that were posted to, and the regions in which an address was asked for.
fn posted_and_asked(fake: &FakeAws) -> (Vec<String>, Vec<String>) {
    let log = fake.log();
    let of = |call: &str| log.iter().filter(|entry| entry.call() == call).collect::<Vec<_>>();
    let posted = of("webhook:Post").iter().map(|entry| entry.parameters["path"].clone()).collect();
    let asked = [of("ssm:GetParameter"), of("secretsmanager:GetSecretValue")].concat();
    (posted, asked.iter().map(|entry| entry.region.clone()).collect())
}

#[test]
fn an_address_is_read_from_where_it_is_kept() {
    for (to, region) in [
        (format!("slack:ssm:{PARAMETER}"), "eu-west-1"),
        (format!("webhook:secret:{SECRET}#slack"), "eu-central-1"),
        ("webhook:secret:plain".to_owned(), "eu-west-1"),
    ] {
        let fake = keeping();
        let session = session(&fake.url());
        assert_eq!(alerted(&[&to], &report(), &session), [""; 0]);
        assert_eq!(posted_and_asked(&fake), (vec![PATH.to_owned()], vec![region.to_owned()]));
        fake.clear_log();
        assert_eq!(silent(&[&to], &report(), &session), [""; 0]);
        assert_eq!(posted_and_asked(&fake), (vec![], vec![region.to_owned()]), "read, not told");
    }
}

#[test]
fn an_address_that_cannot_be_had_says_why_and_shows_nothing() {
    let fake = keeping();
    let session = session(&fake.url());
    for (to, said) in [
        ("slack:ssm:gone", "ParameterNotFound"),
        ("slack:ssm:other", "what it holds is no address like https://HOST/PATH"),
        ("slack:secret:gone", "ResourceNotFoundException: no such secret"),
        ("slack:secret:binary", "it holds no text"),
        (&format!("slack:secret:{SECRET}"), "it holds keys and values: name the key"),
        (&format!("slack:secret:{SECRET}#number"), "it holds no text under the key `number`"),
        (&format!("slack:secret:{SECRET}#none"), "it holds no text under the key `none`"),
        ("slack:secret:plain#slack", "it holds no text under the key `slack`"),
    ] {
        // Whether there is something to tell or not: the mistake is seen in the first run.
        for failed in [alerted(&[to], &report(), &session), silent(&[to], &report(), &session)] {
            assert_eq!(failed.len(), 1, "{to}");
            assert!(!failed[0].ends_with(": "), "{}", failed[0]);
            let begin = format!("cannot deliver to {to}: {said}");
            assert!(failed[0].starts_with(&begin), "{}", failed[0]);
            assert!(!failed[0].contains("s3cret"), "{}", failed[0]);
        }
    }
    for (to, action) in [
        (format!("slack:ssm:{PARAMETER}"), "ssm:GetParameter"),
        (format!("slack:secret:{SECRET}#slack"), "secretsmanager:GetSecretValue"),
    ] {
        fake.fault(Fault::deny(action));
        let failed = alerted(&[&to, "cloudwatch"], &report(), &session);
        assert_eq!(failed.len(), 1, "the other destination is told");
        assert!(failed[0].ends_with(&format!(": allow {action}")), "{}", failed[0]);
    }
    fake.clear_faults();
    fake.fault(Fault::garbage("ssm:GetParameter"));
    let failed = alerted(&["slack:ssm:/elb-audit/slack"], &report(), &session);
    assert_eq!(failed.len(), 1);
    assert_eq!(posted_and_asked(&fake).0, Vec::<String>::new());
}

/// What is owed is told by the next run. A broken address by itself owes nobody anything.
#[test]
fn a_run_says_that_an_address_cannot_be_had_and_loses_nothing() {
    let (fake, folder) = (keeping(), Folder::new());
    let state = folder.path("state.json");
    let kept = || {
        fs::read(&state).ok().map(|text| serde_json::from_slice::<Report>(&text).unwrap().taken_at)
    };
    let run = |to: &str| scan(&fake, &format!("--notify {to} --state")).arg(&state).done();
    let done = run("slack:ssm:gone").exits(5);
    assert!(done.stdout.contains("listener-cleartext"), "the report is written");
    assert!(done.stderr.contains("error: cannot deliver to slack:ssm:gone: "), "{}", done.stderr);
    assert_eq!(kept(), None, "the next run tells again");
    let done = run(&format!("slack:ssm:{PARAMETER}")).exits(1);
    assert!(done.stderr.contains("told: slack:ssm:/elb-audit/slack"), "{}", done.stderr);
    assert!(!done.stderr.contains("s3cret"), "{}", done.stderr);
    assert_eq!(posted_and_asked(&fake).0, [PATH]);
    // Nothing is new, so nobody is told, and the state moves on.
    let before = fs::read(&state).unwrap();
    let done = run("slack:ssm:gone").exits(5);
    assert!(done.stderr.contains("cannot deliver to slack:ssm:gone"), "{}", done.stderr);
    assert!(!done.stderr.contains("is left as it was"), "{}", done.stderr);
    assert_ne!(fs::read(&state).unwrap(), before);
}

#[test]
fn an_address_that_everybody_can_read_is_warned_of_in_the_function() {
    for (to, open) in [
        (format!("slack:http://127.0.0.1:9{PATH}"), true),
        (format!("slack:ssm:{PARAMETER}"), false),
    ] {
        let fake = keeping();
        let url = fake.url();
        let function = Function::start(&[("AWS_ENDPOINT_URL", &url), ("ELB_AUDIT_NOTIFY", &to)]);
        let mut function = function;
        function.asked(&json!({}), 900);
        let (_, log, _) = function.stopped();
        assert!(log.iter().all(|line| !line.contains("s3cret")), "{log:?}");
        let log = log.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let warned: Vec<Value> = log.filter(|line| line["level"] == "WARN").collect();
        assert_eq!(warned.len(), usize::from(open), "{warned:?}");
        for line in warned {
            let said = line["message"].as_str().unwrap();
            let begin = "whoever may read the configuration of this function can read the address of \
                         slack:http://127.0.0.1:9/…: keep it in SSM (slack:ssm:NAME";
            assert!(said.starts_with(begin), "{said}");
        }
    }
}
