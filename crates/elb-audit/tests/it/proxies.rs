//! AWS, and others, behind a proxy.

pub(crate) mod proxy;

use elb_audit_core::report::Report;
use elb_audit_core::vocab::fact::Reason;
use elb_audit_fake_aws::{Account, FakeAws, Listener, LoadBalancer, Region, TargetGroup};

use crate::account::NUMBER;
use crate::compare::no_flip;
use crate::inside::{self, AT_ONCE, Settings};
use crate::program::{Done, Folder, Run};
use proxy::{BAD_GATEWAY, FORBIDDEN, Manner, Proxy};

const SCAN: &str = "scan --format json --region eu-west-1 --retries 0";
/// `user:p@ss/w:rd-of-the-proxy`, as variables and as headers have it.
const CREDENTIALS: &str = "user:p%40ss%2Fw%3Ard-of-the-proxy";
const BASIC: &str = "Basic dXNlcjpwQHNzL3c6cmQtb2YtdGhlLXByb3h5";

fn fake() -> FakeAws {
    let web = LoadBalancer::application("web").listener(Listener::http(80).forward("web"));
    let region = Region::with_network().with(web).with(TargetGroup::http("web", 80));
    FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region))
}

/// A run that asks AWS's own hosts.
fn run(arguments: &str) -> Run {
    Run::bare(arguments)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_REGION", "eu-west-1")
}

/// The same with a proxy whose authority it trusts.
fn behind(proxy: &Proxy, folder: &Folder, arguments: &str) -> Run {
    run(arguments).env("AWS_CA_BUNDLE", folder.file("authority.pem", proxy.authority()))
}

fn same(fake: &FakeAws, report: &Report) {
    no_flip(&Run::on(fake, SCAN).report(), report, "behind a proxy");
    assert_eq!(report.gaps, Vec::new());
    assert_eq!(report.summary.load_balancers, 1);
}

fn is_clean(done: &Done) {
    for secret in ["p@ss", "p%40ss", "rd-of-the-proxy", "dXNlcjp"] {
        assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret), "{}", done.stderr);
    }
}

#[test]
fn a_scan_through_a_proxy_that_asks_who_is_there() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Knows(BASIC));
    let scan = format!("{SCAN} --verbose");
    let done =
        behind(&proxy, &folder, &scan).env("HTTPS_PROXY", proxy.url_with(CREDENTIALS)).done();
    is_clean(&done);
    same(&fake, &done.exits(0).report());
    let asked = proxy.asked();
    for host in ["sts", "elasticloadbalancing", "ec2"] {
        let host = format!("CONNECT {host}.eu-west-1.amazonaws.com:443");
        assert!(asked.contains(&host), "{host} is not in {asked:?}");
    }
    assert!(proxy.authorizations().iter().all(|by| by == BASIC));
}

#[test]
fn every_spelling_of_the_variables() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Leads);
    let nowhere = "http://127.0.0.1:9";
    for variables in [
        &[("https_proxy", proxy.url()), ("HTTPS_PROXY", nowhere.to_owned())][..],
        &[("HTTPS_PROXY", proxy.place())],
        &[("ALL_PROXY", proxy.url())],
        &[("all_proxy", format!("{}/", proxy.url())), ("HTTP_PROXY", nowhere.to_owned())],
    ] {
        let run = behind(&proxy, &folder, SCAN);
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        let before = proxy.asked().len();
        same(&fake, &run.done().exits(0).report());
        assert!(proxy.asked().len() > before, "{variables:?}");
    }
}

#[test]
fn a_proxy_that_is_asked_over_tls() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::over_tls(&fake, Manner::Knows(BASIC));
    let scan = || behind(&proxy, &folder, SCAN);
    same(&fake, &scan().env("HTTPS_PROXY", proxy.url_with(CREDENTIALS)).done().exits(0).report());
    let unknown = scan().env("HTTPS_PROXY", proxy.url()).done();
    unknown.says(3, &["wants a user and password (HTTP status 407)"]);
    let refusing = Proxy::over_tls(&fake, Manner::Answers(FORBIDDEN));
    let refused = behind(&refusing, &folder, SCAN).env("HTTPS_PROXY", refusing.url()).done();
    refused.says(3, &["does not let through to sts.eu-west-1.amazonaws.com: have whoever"]);
    let stranger = run(SCAN).env("HTTPS_PROXY", proxy.url()).done();
    stranger.says(3, &["cannot reach the proxy", "UnknownIssuer", "AWS_CA_BUNDLE"]);
}

/// An endpoint without TLS, as a test bench has one: its requests are forwarded.
#[test]
fn an_endpoint_of_http_has_its_own_variable() {
    let fake = fake();
    let at = |url: &str| run(SCAN).env("AWS_ENDPOINT_URL", url);
    let bench = "http://aws.example.com:8080";
    let proxy = Proxy::start(&fake, Manner::Knows(BASIC));
    let both = at(bench).env("HTTPS_PROXY", "http://127.0.0.1:9");
    let done = both.env("HTTP_PROXY", proxy.url_with(CREDENTIALS)).done();
    is_clean(&done);
    same(&fake, &done.exits(0).report());
    assert!(proxy.asked().iter().all(|asked| asked.contains(&format!(" {bench}/"))));
    let place = proxy.place();
    for (credentials, said) in [
        ("user:wrong", "does not take the user and password that HTTP_PROXY holds"),
        (
            "",
            "wants a user and password (HTTP status 407): set HTTP_PROXY to http://USER:PASSWORD@",
        ),
    ] {
        let url = proxy.url_with(credentials).replace("//@", "//");
        let named = format!("error: the proxy {place} (HTTP_PROXY) ");
        at(bench).env("HTTP_PROXY", url).done().says(3, &[&named, said]);
    }
    let refusing = Proxy::start(&fake, Manner::Answers(FORBIDDEN));
    let refused = at(bench).env("http_proxy", refusing.url()).done();
    refused
        .says(3, &["(http_proxy) does not let through to aws.example.com:8080 (HTTP status 403)"]);
}

#[test]
fn exceptions_are_asked_without_the_proxy() {
    let fake = fake();
    let proxy = Proxy::start(&fake, Manner::Leads);
    // An address of this machine that is none of loopback.
    let url = fake.url().replace("127.0.0.1", "0.0.0.0");
    let port = url.rsplit(':').next().unwrap().to_owned();
    let run = |exceptions: &str| {
        let run = run(SCAN).env("AWS_ENDPOINT_URL", &url).env("HTTP_PROXY", proxy.url());
        run.env("NO_PROXY", exceptions)
    };
    let covering = ["0.0.0.0", "*", "a.com,0.0.0.0/8", "::1 0.0.0.0"].map(str::to_owned);
    for exceptions in covering.into_iter().chain([format!("0.0.0.0:{port}")]) {
        same(&fake, &run(&exceptions).done().exits(0).report());
        assert_eq!(proxy.asked(), [""; 0], "{exceptions}");
        let lower = run("").env("no_proxy", &exceptions);
        same(&fake, &lower.done().exits(0).report());
        assert_eq!(proxy.asked(), [""; 0], "{exceptions}");
    }
    same(&fake, &run("0.0.0.0:1,example.com").done().exits(0).report());
    assert_ne!(proxy.asked(), [""; 0]);
}

/// Credentials of a container or an instance are this machine's own: a proxy would give its own.
#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let fake = fake();
    let proxy = Proxy::start(&fake, Manner::Answers(FORBIDDEN));
    let expiration = "2099-01-01T00:00:00Z";
    let credentials = serde_json::json!({
        "AccessKeyId": "AKIACONTAINER", "SecretAccessKey": "not-a-secret", "Token": "t",
        "Expiration": expiration,
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let body = credentials.to_string();
    let container = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().unwrap();
        let read = stream.read(&mut [0; 4096]).unwrap();
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).unwrap();
        read
    });
    let run = Run::bare(SCAN)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", fake.url().replace("127.0.0.1", "localhost"))
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("http://{place}/credentials"))
        .env("ALL_PROXY", proxy.url());
    same(&fake, &run.done().exits(0).report());
    assert!(container.join().unwrap() > 0);
    assert_eq!(fake.log()[0].access_key, "AKIACONTAINER");
    assert_eq!(proxy.asked(), [""; 0]);
}

/// One line that says that it was the proxy, which one, and what to do; after few questions, none of which
/// is put again and again.
#[test]
fn a_proxy_that_does_not_lead_on() {
    let (fake, folder) = (fake(), Folder::new());
    for (manner, credentials, said, most) in [
        (
            Manner::Answers(FORBIDDEN),
            "",
            "does not let through to sts.eu-west-1.amazonaws.com (HTTP status 403): have whoever runs it \
             allow the host, or name it in NO_PROXY",
            8,
        ),
        (
            Manner::Answers(BAD_GATEWAY),
            "",
            "cannot reach sts.eu-west-1.amazonaws.com (HTTP status 502)",
            4,
        ),
        (
            Manner::Knows(BASIC),
            "",
            "wants a user and password (HTTP status 407): set HTTPS_PROXY to",
            2,
        ),
        (
            Manner::Knows(BASIC),
            "user:wrong-secret@",
            "does not take the user and password that HTTPS_PROXY holds (HTTP status 407)",
            2,
        ),
        (Manner::Closes, "", "closes the connection instead of leading to sts.eu-west-1", 2),
        (Manner::ClosesTunnels, "", "there is no TLS with sts.eu-west-1.amazonaws.com (", 4),
        (
            Manner::Answers("SSH-2.0-OpenSSH_9.6\r\n"),
            "",
            "does not answer as a proxy does: check",
            4,
        ),
    ] {
        let proxy = Proxy::start(&fake, manner);
        let place = proxy.place();
        let url = format!("http://{credentials}{place}");
        // What may pass is tried again, which would take its time.
        let passes =
            ["closes", "no TLS", "(HTTP status 502)"].iter().any(|words| said.contains(words));
        let retries = if passes { " --retries 0" } else { "" };
        for task in ["scan", "scan --region eu-west-1", "collect -o -"] {
            let task = &format!("{task}{retries}");
            let before = proxy.asked().len();
            let done = behind(&proxy, &folder, task).env("HTTPS_PROXY", &url).done();
            assert!(!done.stderr.contains("wrong-secret"), "{}", done.stderr);
            done.says(3, &[&format!("{place} (HTTPS_PROXY) "), said]);
            let asked = proxy.asked().len() - before;
            assert!((1..=most).contains(&asked), "{asked} times: {said}");
        }
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = run("scan").env("HTTPS_PROXY", format!("http://u:hunter2-hunter2@{free}")).done();
    let said = format!("error: cannot reach the proxy {free} (HTTPS_PROXY): ");
    nobody.says(3, &[&said, "Connection refused", "check HTTPS_PROXY"]);
}

/// What passes is tried again, as without a proxy.
#[test]
fn a_proxy_that_is_out_of_order_for_a_moment() {
    let (fake, folder) = (fake(), Folder::new());
    for answer in [BAD_GATEWAY, "", "HTTP/1.1 503 Service Unavailable\r\n\r\n"] {
        let proxy = Proxy::start(&fake, Manner::AnswersOnce(answer));
        let environment = around(&proxy, &folder);
        let settings = Settings { environment, faster: AT_ONCE, ..Settings::default() };
        let outcome = inside::collect(&fake, &settings);
        let mut gaps = Vec::new();
        outcome.inventory.visit_gaps(|_, gap| gaps.push((gap.reason, gap.to_string())));
        gaps.retain(|(reason, _)| *reason != Reason::NotCollected);
        assert!(gaps.is_empty(), "{answer}: {gaps:?}");
        assert!(outcome.waits.iter().any(|wait| (0.0..=1.0).contains(wait)), "it was tried again");
    }
}

/// A host that does not answer is told while it is waited for, with its region and the way to it.
#[test]
fn a_host_that_is_waited_for_is_told() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Leads);
    let environment = around(&proxy, &folder);
    let settings = Settings { environment, faster: AT_ONCE, ..Settings::default() };
    let note = format!(
        "note: no answer yet from sts.eu-west-1.amazonaws.com (eu-west-1) through the proxy {}\n",
        proxy.place()
    );
    for quiet in [false, true] {
        let mut settings = settings.clone();
        if quiet {
            settings.environment.push(("ELB_AUDIT_QUIET".to_owned(), "true".to_owned()));
        }
        let outcome = inside::collect(&fake, &settings);
        assert_eq!(outcome.said.matches(&note).count(), usize::from(!quiet), "{}", outcome.said);
        assert!(outcome.said.contains("note: ") != quiet, "{}", outcome.said);
        assert_eq!(outcome.inventory.accounts.len(), 1);
    }
}

/// Variables for the reader itself.
fn around(proxy: &Proxy, folder: &Folder) -> Vec<(String, String)> {
    let authority = folder.file("authority.pem", proxy.authority());
    let set = [
        ("AWS_ENDPOINT_URL", String::new()),
        ("HTTPS_PROXY", proxy.url()),
        ("AWS_CA_BUNDLE", authority.display().to_string()),
    ];
    set.map(|(name, value)| (name.to_owned(), value)).into()
}

/// It says which proxy it waits for, and in the end that it was the proxy; after one time-out, not many.
#[test]
fn a_proxy_that_says_nothing() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Hangs);
    let environment = around(&proxy, &folder);
    let settings = Settings { environment, faster: 100.0, ..Settings::default() };
    let refused = inside::try_to_collect(&fake, &settings).err().unwrap();
    let said = format!(
        "the proxy {} (HTTPS_PROXY) opens no connection to sts.eu-west-1.amazonaws.com in time: check \
         HTTPS_PROXY, or name it in NO_PROXY if it can be reached without a proxy",
        proxy.place()
    );
    assert_eq!(refused, said);
    assert!(proxy.asked().len() <= 2, "who is asking, and which regions there are");
}

/// A gap names the proxy as well, and nothing is called right.
#[test]
fn a_host_that_the_proxy_keeps_closed_is_a_gap() {
    let (fake, folder) = (fake(), Folder::new());
    let proxy = Proxy::start(&fake, Manner::Except("ec2.", FORBIDDEN));
    let scan = "scan --format json --region eu-west-1 --show-passed";
    let report = behind(&proxy, &folder, scan).env("HTTPS_PROXY", proxy.url()).done().report();
    no_flip(&Run::on(&fake, &format!("{SCAN} --show-passed")).report(), &report, "ec2 closed");
    let gaps: Vec<_> = report.gaps.iter().filter(|gap| gap.call.starts_with("ec2:")).collect();
    assert!(gaps.len() > 3, "{:?}", report.gaps);
    let said = "does not let through to ec2.eu-west-1.amazonaws.com (HTTP status 403)";
    assert!(gaps.iter().all(|gap| gap.reason.contains(said)), "{gaps:?}");
    let calls = gaps.len();
    let asked = proxy.asked().iter().filter(|asked| asked.contains(" ec2.")).count();
    assert!(asked <= 2 * calls, "{asked} times for {calls} calls");
}

/// Credentials that come from STS fail by the proxy, not by the profile.
#[test]
fn credentials_behind_a_proxy() {
    let (fake, folder) = (fake(), Folder::new());
    let token = folder.file("token", "a.b.c");
    let web = |proxy: &Proxy| {
        let authority = folder.file("authority.pem", proxy.authority());
        Run::bare(SCAN)
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_CA_BUNDLE", authority)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token)
            .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/audit")
            .env("HTTPS_PROXY", proxy.url())
    };
    let proxy = Proxy::start(&fake, Manner::Leads);
    same(&fake, &web(&proxy).done().exits(0).report());
    let refusing = Proxy::start(&fake, Manner::Answers(FORBIDDEN));
    let said = "does not let through to sts.eu-west-1.amazonaws.com (HTTP status 403)";
    web(&refusing).done().says(3, &["error: the proxy ", said]);
}

#[test]
fn alerts_go_through_the_proxy() {
    let (fake, folder) = (fake(), Folder::new());
    let hook = "webhook:https://hooks.example.com/services/T0/SIGSECRET";
    let scan = format!("scan --region eu-west-1 --retries 0 --notify {hook}");
    let at = |proxy: &Proxy| {
        let authority = folder.file("authority.pem", proxy.authority());
        Run::on(&fake, &scan).env("AWS_CA_BUNDLE", authority).env("HTTPS_PROXY", proxy.url())
    };
    let proxy = Proxy::start(&fake, Manner::Leads);
    at(&proxy).done().exits(0);
    assert_eq!(proxy.asked(), ["CONNECT hooks.example.com:443"]);
    let [received] = proxy.received().try_into().unwrap();
    assert!(received.starts_with("POST /services/T0/SIGSECRET HTTP/1.1\r\n"), "{received}");
    let refusing = Proxy::start(&fake, Manner::Answers(FORBIDDEN));
    let done = at(&refusing).done().exits(5);
    let said = format!(
        "cannot deliver to webhook:https://hooks.example.com/…: the proxy {} (HTTPS_PROXY) does not let \
         through to hooks.example.com (HTTP status 403)",
        refusing.place()
    );
    assert!(done.stderr.contains(&said), "{}", done.stderr);
    assert!(!done.stderr.contains("SIGSECRET"));
}

#[test]
fn a_variable_that_names_no_proxy() {
    let fake = fake();
    // What is of no use elsewhere is told to whoever needs it.
    let both = run(SCAN).env("ALL_PROXY", "socks5://p:1080").env("HTTPS_PROXY", "http://p:3128");
    let both = both.env("AWS_ENDPOINT_URL", "http://aws.example.com").done();
    both.says(2, &["error: ALL_PROXY is not the address of a proxy", "SOCKS is not supported"]);
    for (value, why) in [
        ("socks5://user:hunter2@p:1080", "SOCKS is not supported"),
        ("http://user:hunter2@p:x", "its port is no number"),
        ("://", "it begins with neither"),
        ("http://user:hunter2/p", "its port is no number"),
    ] {
        for name in
            ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        {
            let done = Run::on(&fake, SCAN).env(name, value).done();
            assert!(!done.stderr.contains("hunter2"), "{}", done.stderr);
            done.says(2, &[&format!("error: {name} is not the address of a proxy"), why]);
        }
    }
    assert_eq!(fake.log().len(), 0);
}
