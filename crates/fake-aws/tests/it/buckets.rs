//! S3, asked by path and by host.

use elb_audit_fake_aws::{FakeAws, Fault};

use crate::client::{Client, Reply};
use crate::everything::account;

fn ask(line: &str, header: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    Client::new(&fake).rest("s3", line, header)
}

#[test]
fn a_bucket_tells_where_it_is_even_to_those_who_ask_elsewhere() {
    let here = ask("HEAD /logs-a", "");
    assert_eq!((here.status, here.body.as_str()), (200, ""));
    assert_eq!(here.header("x-amz-bucket-region"), Some("eu-west-1"));
    let there = ask("HEAD /logs-b", "");
    assert_eq!((there.status, there.header("x-amz-bucket-region")), (301, Some("us-east-1")));
    assert_eq!(ask("GET /logs-b?versioning", "").value("Code"), Some("PermanentRedirect"));
    assert_eq!(ask("HEAD /gone", "").status, 404);
    assert_eq!(ask("GET /gone?encryption", "").value("Code"), Some("NoSuchBucket"));
}

#[test]
fn a_bucket_of_others_is_known_by_its_owner() {
    let owner = |account: &str| format!("x-amz-expected-bucket-owner: {account}\r\n");
    assert_eq!(ask("HEAD /logs-a", &owner("111122223333")).status, 200);
    assert_eq!(ask("HEAD /foreign", "").status, 200);
    assert_eq!(ask("HEAD /foreign", &owner("444455556666")).status, 200);
    assert_eq!(ask("HEAD /foreign", &owner("111122223333")).status, 403);
    assert_eq!(ask("HEAD /shut", "").status, 403);
    let read = ask("GET /foreign?versioning", &owner("111122223333"));
    assert_eq!(read.value("Code"), Some("AccessDenied"));
}

#[test]
fn a_bucket_tells_how_it_is_kept() {
    let of = |bucket: &str, what: &str| ask(&format!("GET /{bucket}?{what}"), "");
    assert_eq!(of("logs-a", "policyStatus").value("IsPublic"), Some("false"));
    assert_eq!(of("logs-a", "publicAccessBlock").value("RestrictPublicBuckets"), Some("true"));
    assert_eq!(of("logs-a", "versioning").value("Status"), Some("Enabled"));
    assert_eq!(of("logs-a", "encryption").value("SSEAlgorithm"), Some("aws:kms"));
    for (what, code) in [
        ("policyStatus", "NoSuchBucketPolicy"),
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ] {
        let reply = of("bare", what);
        assert_eq!((reply.status, reply.value("Code")), (404, Some(code)));
    }
    let never = of("bare", "versioning");
    assert_eq!((never.status, never.value("Status")), (200, None));
}

#[test]
fn objects_are_sorted_and_page() {
    let fake = FakeAws::start(account());
    let client = Client::new(&fake);
    let list = |further: &str| client.rest("s3", &format!("GET /logs-a?list-type=2{further}"), "");
    let (mut keys, mut further) = (Vec::new(), String::new());
    loop {
        let page = list(&further);
        keys.extend(page.values("Key").iter().map(|key| (*key).to_owned()));
        let Some(next) = page.value("NextContinuationToken") else {
            assert_eq!(page.value("IsTruncated"), Some("false"));
            break;
        };
        further = format!("&continuation-token={next}");
    }
    assert_eq!(keys, ["AWSLogs/a", "AWSLogs/b c", "other/&amp;d"]);
    fake.page_size(None);
    assert_eq!(list("&prefix=AWSLogs%2F&max-keys=1").values("Key"), ["AWSLogs/a"]);
    let later = list("&prefix=AWSLogs%2F&start-after=AWSLogs%2Fa&encoding-type=url");
    assert_eq!(later.values("Key"), ["AWSLogs/b%20c"]);
    assert_eq!(list("").value("LastModified"), Some("2026-01-02T00:00:00.000Z"));
}

#[test]
fn a_bucket_in_the_host_is_the_same_bucket() {
    let reply = ask("GET /?versioning=", "host: logs-a.s3.eu-west-1.amazonaws.com\r\n");
    assert_eq!(reply.value("Status"), Some("Enabled"));
}

#[test]
fn faults_strike_by_operation_or_by_permission() {
    for (fault, status, code) in [
        (Fault::deny("s3:GetPublicAccessBlock"), 403, Some("AccessDenied")),
        (Fault::deny("s3:GetBucketPublicAccessBlock"), 403, Some("AccessDenied")),
        (Fault::deny("s3:*").about("bare"), 403, Some("AccessDenied")),
        (Fault::throttle("s3:GetPublicAccessBlock"), 503, Some("SlowDown")),
        (Fault::garbage("s3:GetPublicAccessBlock"), 200, None),
        (Fault::deny("s3:HeadBucket"), 404, Some("NoSuchPublicAccessBlockConfiguration")),
    ] {
        let fake = FakeAws::start(account());
        fake.fault(fault);
        let reply = Client::new(&fake).rest("s3", "GET /bare?publicAccessBlock", "");
        assert_eq!((reply.status, reply.value("Code")), (status, code));
        let entry = &fake.log()[0];
        assert_eq!(entry.call(), "s3:GetPublicAccessBlock");
        assert_eq!(entry.action, "s3:GetBucketPublicAccessBlock");
        assert_eq!(entry.parameters["Bucket"], "bare");
    }
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("s3:ListBucket"));
    let denied = Client::new(&fake).rest("s3", "HEAD /logs-a", "");
    assert_eq!(
        (denied.status, denied.body.as_str(), denied.header("x-amz-bucket-region")),
        (403, "", None)
    );
    assert_eq!(fake.count("s3:HeadBucket"), 1);
}
