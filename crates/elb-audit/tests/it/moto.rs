//! Against moto, which others wrote to imitate AWS: where a Python with it is there.
//!
//! `ELB_AUDIT_PYTHON` names that Python; otherwise the one that `scripts/python-env` has made is taken.
//! Without either these tests say so and pass, unless `ELB_AUDIT_REQUIRE_MOTO` is set. Each test that
//! has run to its end is named in the file `ELB_AUDIT_MOTO_RAN`, so that `.ci/run` can count.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use elb_audit_core::inventory::{Account, BucketState, Inventory};
use elb_audit_core::report::{Outcome, RegionStatus, Report};
use elb_audit_core::vocab::fact::{Fact, Reason};

use elb_audit::aws::s3::{self, Condition, Put};
use serde_json::Value;

use crate::compare::name_of;
use crate::notify;
use crate::program::{Done, Run};

const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-southeast-2"];

/// Calls of the scan that moto does not know. Where another call answers the same question there is no
/// gap: so it is with `acm:SearchCertificates` and `wafv2:ListWebACLs`.
const NOT_IN_MOTO: [&str; 2] =
    ["ec2:DescribeVpcBlockPublicAccessOptions", "waf-regional:ListWebACLs"];
/// What moto refuses once it checks permissions: it takes no signature of a `GET`, boto3's neither, and
/// has another action for `HeadBucket` than IAM has.
const REFUSED_BY_MOTO: [&str; 2] = ["cloudfront:ListDistributions", "s3:HeadBucket"];

/// A moto server; it ends when this is dropped.
pub(crate) struct Moto {
    pub(crate) python: OsString,
    server: Child,
    pub(crate) url: String,
}

/// The Python that has moto.
fn python() -> Option<OsString> {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../python/bin/python");
    std::env::var_os("ELB_AUDIT_PYTHON").or_else(|| made.exists().then(|| made.into()))
}

/// The Python for a test, which says that it is left out where there is none.
pub(crate) fn python_for(name: &str) -> Option<OsString> {
    let found = python();
    if found.is_none() {
        let required = std::env::var_os("ELB_AUDIT_REQUIRE_MOTO").is_some();
        assert!(!required, "no Python with moto: run scripts/python-env, or set ELB_AUDIT_PYTHON");
        // Written past the harness, which keeps to itself what passing tests print.
        let said = format!("{name} skipped: no Python with moto; scripts/python-env makes one\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    found
}

/// Runs the test where moto is there, and notes that it has.
pub(crate) fn with_moto(name: &str, test: impl FnOnce(&Moto)) {
    let Some(python) = python_for(name) else { return };
    test(&Moto::start(python));
    if let Some(file) = std::env::var_os("ELB_AUDIT_MOTO_RAN") {
        let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(format!("{name}\n").as_bytes()).unwrap();
    }
}

impl Moto {
    fn start(python: OsString) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut server = Command::new(&python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &address.port().to_string()])
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(address).is_err() {
            assert!(server.try_wait().unwrap().is_none(), "moto ended at once");
            assert!(Instant::now() < patience, "moto does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Moto { python, server, url: format!("http://{address}") }
    }

    /// Runs a script of these tests; what it printed.
    pub(crate) fn script(&self, name: &str, arguments: &[&str], input: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name);
        let mut command = Command::new(&self.python);
        command.arg(path).arg(&self.url).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Plants load balancers; the faults: region, load balancer, check and subject.
    pub(crate) fn plant(&self, regions: &[&str]) -> BTreeSet<[String; 4]> {
        serde_json::from_str(&self.script("plant.py", regions, "")).unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What a report found with this outcome, in the form of what was planted.
fn found(report: &Report, outcome: Outcome) -> BTreeSet<[String; 4]> {
    let of = report.findings.iter().filter(|finding| finding.outcome == outcome);
    of.map(|one| {
        let lb = name_of(one).to_owned();
        [one.region.clone(), lb, one.check.clone(), one.subject.label.clone()]
    })
    .collect()
}

/// Asserts that no other call than these left a gap.
fn only_gaps(report: &Report, calls: &[&str]) {
    let gaps: BTreeSet<&str> = report.gaps.iter().map(|gap| gap.call.as_str()).collect();
    assert_eq!(gaps, calls.iter().copied().collect(), "{:?}", report.gaps);
}

#[test]
fn planted_faults_are_found_and_nothing_else() {
    with_moto("planted", |moto| {
        let planted = moto.plant(&REGIONS);
        let scan = "scan --all-regions --format json --retries 0";
        let done = Run::at(&moto.url, scan).done().exits(1);
        let report = done.report();
        assert_eq!(found(&report, Outcome::Fail), planted);
        assert_eq!(report.summary.load_balancers, 30);
        only_gaps(&report, &NOT_IN_MOTO);
        let mut unknown = BTreeSet::new();
        for region in REGIONS {
            for lb in ["clean", "clear", "odd", "weak"] {
                unknown.insert([region, lb, "waf-classic", lb].map(str::to_owned));
            }
        }
        assert_eq!(found(&report, Outcome::Unknown), unknown, "those that the gap hides");
        regions_are_those_of_the_partition(&report);
    });
}

fn regions_are_those_of_the_partition(report: &Report) {
    let with = |status| report.regions.iter().filter(move |region| region.status == status);
    assert!(report.regions.iter().all(|region| !region.name.starts_with("us-gov-")));
    assert_eq!(with(RegionStatus::Unread).count(), 0);
    assert_eq!(with(RegionStatus::Partial).count(), REGIONS.len());
    assert!(with(RegionStatus::Read).count() >= 14);
    let skipped: Vec<_> = with(RegionStatus::Skipped).map(|region| &region.reason).collect();
    assert_eq!(skipped.len(), 14);
    assert!(skipped.iter().all(|reason| reason.as_deref() == Some("not enabled for this account")));
}

/// A scan as a user who may do what `policy` says.
fn as_auditor(moto: &Moto, policy: &str) -> Done {
    let key = moto.script("allow.py", &[], policy);
    let (id, secret) = key.trim().split_once(' ').unwrap();
    let scan = "scan --region eu-west-1 --format json --retries 0 --strict";
    let run = Run::at(&moto.url, scan).env("AWS_ACCESS_KEY_ID", id);
    run.env("AWS_SECRET_ACCESS_KEY", secret).done().exits(4)
}

#[test]
fn the_printed_policy_is_enough() {
    with_moto("policy", |moto| {
        let mut planted = moto.plant(&["eu-west-1"]);
        // Who can connect is not known here, nor whether CloudFront is in front: it might filter.
        let open = ["eu-west-1", "clear", "waf-not-associated", "clear"].map(str::to_owned);
        assert!(planted.remove(&open));
        let policy = Run::bare("permissions").done().stdout;
        let report = as_auditor(moto, &policy).report();
        assert_eq!(found(&report, Outcome::Fail), planted);
        assert!(found(&report, Outcome::Unknown).contains(&open));
        only_gaps(&report, &[&NOT_IN_MOTO[..], &REFUSED_BY_MOTO[..]].concat());
    });
}

#[test]
fn an_action_that_the_policy_lacks_is_named() {
    with_moto("lacking", |moto| {
        moto.plant(&["eu-west-1"]);
        let action = "elasticloadbalancing:DescribeRules";
        let policy = Run::bare("permissions").done().stdout.replace(action, "iam:GetUser");
        let report = as_auditor(moto, &policy).report();
        let lacking = ["elbv2:DescribeRules"];
        only_gaps(&report, &[&lacking[..], &NOT_IN_MOTO[..], &REFUSED_BY_MOTO[..]].concat());
        let denied = report.gaps.iter().find(|gap| gap.action == action).unwrap();
        assert!(denied.reason.starts_with("access denied: "), "{denied:?}");
        let unknown = found(&report, Outcome::Unknown);
        let row = ["eu-west-1", "clear", "listener-cleartext", "HTTP:80"].map(str::to_owned);
        assert!(unknown.contains(&row), "{unknown:?}");
    });
}

#[test]
fn keys_that_nobody_has_are_refused() {
    with_moto("keys", |moto| {
        moto.script("allow.py", &[], &Run::bare("permissions").done().stdout);
        let said = ["exit 3: nothing could be assessed"];
        Run::at(&moto.url, "scan --retries 0").done().says(3, &said);
    });
}

/// Calls beside those of the default scan that moto does not know.
const NOT_AROUND_MOTO: [&str; 4] = [
    "cloudfront:ListVpcOrigins",
    "ec2:DescribeStaleSecurityGroups",
    "ec2:DescribeVpcEncryptionControls",
    "globalaccelerator:ListAccelerators",
];

/// What `collect` saves of a region.
fn saved(moto: &Moto) -> (Account, String) {
    let collect = "collect --region eu-west-1 --retries 0 -o -";
    let text = Run::at(&moto.url, collect).done().exits(0).stdout;
    let mut inventory: Inventory = serde_json::from_str(&text).unwrap();
    let mut gaps = BTreeSet::new();
    inventory.visit_gaps(|_, gap| {
        if gap.reason != Reason::NotCollected {
            gaps.insert(gap.call.name());
        }
    });
    let unknown: BTreeSet<&str> = NOT_IN_MOTO.into_iter().chain(NOT_AROUND_MOTO).collect();
    assert_eq!(gaps, unknown);
    (inventory.accounts.remove(0), text)
}

#[test]
fn what_surrounds_load_balancers_is_read() {
    with_moto("surround", |moto| {
        let planted: serde_json::Value =
            serde_json::from_str(&moto.script("surround.py", &["eu-west-1"], "")).unwrap();
        let of = |name: &str| planted[name].as_str().unwrap();
        let (account, text) = saved(moto);
        assert!(!text.contains("hunter2"));
        assert!(!account.shield.get().unwrap().subscribed);
        let origin = &account.distributions.get().unwrap()[0].origins[0];
        assert_eq!((origin.domain.as_str(), origin.custom_headers.len()), (of("host"), 1));
        assert!(origin.viewers_in_clear);
        let record = &account.dns_records.get().unwrap()[0];
        assert_eq!((record.name.as_str(), record.target.as_str()), ("www.example.com", of("host")));
        let region = &account.regions[0];
        assert_eq!(region.rest_links.get().unwrap()[0].targets, [of("net")]);
        assert_eq!(region.http_links.get().unwrap()[0].targets.len(), 1);
        assert_eq!(region.flow_logs.get().unwrap()[0].resource, of("vpc"));
        assert!(region.vpcs.get().unwrap()[0].is_default);
        assert!(!region.network_acls.get().unwrap()[0].entries.is_empty());
        assert_eq!(region.auto_scaling_groups.get().unwrap()[0].target_groups, [of("machines")]);
        let machine = &region.network_interfaces.get().unwrap()[0];
        assert!(machine.instance_id.is_some() && !machine.addresses.is_empty());
        let invokers = region.functions[of("function")].get().unwrap();
        assert_eq!(invokers[0].principal, "elasticloadbalancing.amazonaws.com");
        let bucket = &region.log_buckets["logs"];
        let own = BucketState::Own { region: Some("eu-west-1".to_owned()) };
        assert_eq!(bucket.state, Fact::Known(own));
        assert_eq!(bucket.policy_is_public, Fact::Known(false), "it has no policy");
        assert_eq!(bucket.public_access_blocked, Fact::Known(false), "one switch is off");
        assert_eq!(bucket.newest[of("web")], Fact::Known(None));
        assert!(region.limits.get().unwrap()["target-groups"] > 0);
    });
}

/// The account that moto takes a caller for.
const MOTO: &str = "123456789012";

#[test]
fn deliveries_are_read_back_where_they_were_sent() {
    with_moto("deliveries", |moto| {
        let topic: String =
            serde_json::from_str(&moto.script("deliver.py", &["setup"], "")).unwrap();
        let mut report = notify::report();
        MOTO.clone_into(&mut report.accounts[0].id);
        report.findings.iter_mut().for_each(|one| MOTO.clone_into(&mut one.account));
        let session = notify::session(&moto.url);
        let topic = format!("sns:{topic}");
        let to = [&topic, "s3://reports/elb", "securityhub", "eventbridge:central", "cloudwatch"];
        for _ in 0..2 {
            assert_eq!(notify::alerted(&to, &report, &session), [""; 0]);
        }
        let came: Value = serde_json::from_str(&moto.script("deliver.py", &["read"], "")).unwrap();
        let mail = &came["mail"][0];
        assert!(mail["Subject"].as_str().unwrap().starts_with("elb-audit [prod]: "), "{mail}");
        assert!(mail["Message"].as_str().unwrap().contains("\nNEW ("), "{mail}");
        assert_eq!(mail["MessageAttributes"]["severity"]["Value"], "high", "it passed the filter");
        let dated = notify::dated_key(&report);
        assert_eq!(came["keys"], serde_json::json!([dated, "elb/latest.json"]));
        let here = report.findings.iter().filter(|one| one.is_fault() && one.region == "eu-west-1");
        let here: BTreeSet<&str> = here.map(|one| one.fingerprint.as_str()).collect();
        let findings = came["findings"].as_array().unwrap();
        let ids = findings.iter().filter_map(|one| one["Id"].as_str()?.rsplit('/').next());
        let ids: BTreeSet<&str> = ids.collect();
        assert!(here.is_subset(&ids), "{here:?} {ids:?}");
        assert_eq!(findings.len(), ids.len(), "imported twice, each is there once");
        assert_eq!(came["events"][0]["detail"]["counts"]["new"], mail_counts(mail));
        assert!(came["metrics"].as_array().unwrap().iter().any(|name| name == "Faults"));
    });
}

/// The number of new faults that the attributes of a message tell.
fn mail_counts(mail: &Value) -> Value {
    mail["MessageAttributes"]["new"]["Value"].as_str().unwrap().parse::<u64>().unwrap().into()
}

#[test]
fn an_object_is_written_only_over_the_version_that_was_read() {
    with_moto("conditions", |moto| {
        moto.script("deliver.py", &["setup"], "");
        let config = notify::session(&moto.url).base;
        let put = |text: &str, condition| {
            let bytes = text.as_bytes().to_vec();
            notify::now(s3::put(&config, "reports", "state/report.json", bytes, condition))
        };
        let get = || notify::now(s3::get(&config, "reports", "state/report.json"));
        assert_eq!(get(), Ok(None));
        let Ok(Put::Done(first)) = put("one", Condition::Absent) else { panic!("not written") };
        assert_eq!(put("two", Condition::Absent), Ok(Put::Conflict));
        assert_eq!(get(), Ok(Some((b"one".to_vec(), first.clone()))));
        let over = Condition::Matches(first);
        assert!(matches!(put("three", over.clone()), Ok(Put::Done(_))));
        assert_eq!(put("four", over), Ok(Put::Conflict));
        assert_eq!(get().unwrap().unwrap().0, b"three");
    });
}

/// Accounts of a report, and whether each was read.
fn accounts(report: &Report) -> Vec<(&str, bool)> {
    let read = |account: &elb_audit_core::report::AccountSummary| account.totals.regions_read == 1;
    report.accounts.iter().map(|account| (account.id.as_str(), read(account))).collect()
}

#[test]
fn an_organization_of_more_than_a_page_is_read_through_its_roles() {
    with_moto("organization", |moto| {
        let made: serde_json::Value =
            serde_json::from_str(&moto.script("organize.py", &["eu-west-1"], "")).unwrap();
        let ids = |name: &str| -> Vec<String> {
            let all = made[name].as_array().unwrap().iter();
            all.map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        let (all, members) = (ids("all"), ids("members"));
        assert_eq!(all.len(), 23);
        let scan = "scan --region eu-west-1 --format json --retries 0 --organization";
        let report = Run::at(&moto.url, scan).report();
        let every: Vec<(&str, bool)> = all.iter().map(|id| (id.as_str(), true)).collect();
        assert_eq!(accounts(&report), every);
        let clear = report.findings.iter().filter(|one| one.check == "listener-cleartext");
        let clear: Vec<&str> = clear.map(|finding| finding.account.as_str()).collect();
        assert_eq!(clear, members);
        let units: Vec<(&str, usize)> = report
            .organizational_units
            .iter()
            .map(|unit| (unit.path.as_str(), unit.accounts))
            .collect();
        assert_eq!(units, [("Root", 20), ("Root/Workloads/Production", 3)]);
        let three: Vec<(&str, bool)> = members.iter().map(|id| (id.as_str(), true)).collect();
        let unit = format!("{scan} --ou {}", made["unit"].as_str().unwrap());
        assert_eq!(accounts(&Run::at(&moto.url, &unit).report()), three);
        let roles = members.iter().map(|id| format!("arn:aws:iam::{id}:role/any"));
        let roles = roles.collect::<Vec<_>>().join(",");
        let named = "scan --region eu-west-1 --format json --retries 0 --role-arn";
        let report = Run::at(&moto.url, &format!("{named} {roles}")).report();
        assert_eq!(accounts(&report), three);
        let owners = report.load_balancers.iter().map(|lb| lb.arn.split(':').nth(4).unwrap());
        assert_eq!(owners.collect::<Vec<_>>(), members);
    });
}

/// What a subscriber of the topic has got since it last looked.
fn heard(moto: &Moto) -> Vec<Value> {
    serde_json::from_str(&moto.script("subscriber.py", &["read"], "")).unwrap()
}

#[test]
fn a_subscriber_hears_of_what_changes_and_of_nothing_else() {
    with_moto("subscriber", |moto| {
        let topic: String =
            serde_json::from_str(&moto.script("subscriber.py", &["setup"], "")).unwrap();
        let scan = || {
            let run = "scan --region eu-west-1 --retries 0 --check listener-cleartext --environment prod \
                       --state s3://state/watch/report.json --format json --notify";
            Run::at(&moto.url, run).arg(format!("sns:{topic}")).done().exits(0)
        };
        scan();
        let first = heard(moto);
        assert_eq!(first.len(), 1);
        let text = first[0]["Message"].as_str().unwrap();
        assert_eq!(
            first[0]["Subject"],
            "elb-audit [prod]: 1 new, 1 call unread in account 123456789012"
        );
        assert!(text.contains("NEW (1)") && text.contains("load balancer old, HTTP:80"), "{text}");
        scan();
        assert_eq!(heard(moto), [Value::Null; 0], "nothing has changed");
        moto.script("subscriber.py", &["change"], "");
        scan();
        let news = heard(moto);
        assert_eq!(news.len(), 1);
        let text = news[0]["Message"].as_str().unwrap();
        let subject = "elb-audit [prod]: 1 new, 1 resolved in account 123456789012";
        assert_eq!(news[0]["Subject"], subject);
        let (new, resolved) = text.split_once("RESOLVED (1)").unwrap();
        assert!(new.contains("NEW (1)") && new.contains("load balancer shop, HTTP:80"), "{text}");
        assert!(resolved.contains("load balancer old, HTTP:80"), "{text}");
        assert_eq!(text.matches("[listener-cleartext]").count(), 2, "{text}");
        scan();
        assert_eq!(heard(moto), [Value::Null; 0], "and again nothing");
    });
}

/// What came of two executions of the state machine, with the real function behind it.
fn executed(moto: &Moto) -> Value {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&moto.python)
        .arg(here.join("tests/it/machine.py"))
        .arg(env!("CARGO_BIN_EXE_bootstrap"))
        .arg(here.join("../.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_state_machine_reads_an_organization_in_parts() {
    with_moto("state machine", |moto| {
        let told = executed(moto);
        let account = |name: &str| told["accounts"][name].as_str().unwrap().to_owned();
        let (own, shop, stock) = (account("own"), account("shop"), account("stock"));
        assert_eq!(told["first"]["status"], "SUCCEEDED", "{}", told["first"]);
        let asked: Vec<(&str, &str)> = told["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| (call[0].as_str().unwrap(), call[2].as_str().unwrap_or("-")))
            .collect();
        assert_eq!((asked.first(), asked.last()), (Some(&("list", "-")), Some(&("reduce", "-"))));
        assert_eq!(asked.iter().filter(|call| call.0 == "scan").count(), 8, "one was tried twice");
        let places: BTreeSet<(&str, &str)> = told["shards"]
            .as_array()
            .unwrap()
            .iter()
            .map(|shard| {
                (shard["account"].as_str().unwrap(), shard["region"].as_str().unwrap_or("-"))
            })
            .collect();
        let whole = ["eu-west-1", "global", "us-east-1"];
        let mut expected: BTreeSet<(&str, &str)> = whole.map(|region| (&*own, region)).into();
        expected.extend(whole.map(|region| (&*shop, region)));
        expected.insert((&stock, "-"));
        assert_eq!(places, expected);
        let report: Report = serde_json::from_value(told["report"].clone()).unwrap();
        let unread =
            |region: &&elb_audit_core::report::RegionSummary| region.status == RegionStatus::Unread;
        let unread: Vec<(&str, &str)> =
            report.regions.iter().filter(unread).map(|one| (&*one.account, &*one.name)).collect();
        assert_eq!(unread, [(&*shop, "us-east-1")], "the part that failed is a gap");
        let denied = report.gaps.iter().filter(|gap| gap.call == "sts:AssumeRole");
        assert_eq!(denied.map(|gap| &*gap.account).collect::<Vec<_>>(), [stock]);
        let clear = report.findings.iter().filter(|one| one.check == "listener-cleartext");
        let clear: Vec<(&str, &str)> = clear.map(|one| (&*one.account, &*one.region)).collect();
        let mut read = vec![(&*own, "eu-west-1"), (&*own, "us-east-1"), (&*shop, "eu-west-1")];
        read.sort_unstable();
        let mut found = clear.clone();
        found.sort_unstable();
        assert_eq!(found, read);
        let lines = told["findings"].as_array().unwrap();
        assert_eq!(lines.len(), report.findings.len(), "a line a finding");
        assert!(lines.iter().all(|line| line["ou"] == "Root"), "{:?}", lines.first());
        assert_eq!(told["messages"].as_array().unwrap().len(), 1);
        let subject = told["messages"][0]["subject"].as_str().unwrap();
        assert!(subject.starts_with("elb-audit [prod]: 15 new, "), "{subject}");
        assert!(subject.ends_with(" in 3 accounts"), "{subject}");
        assert_eq!(told["second"]["status"], "SUCCEEDED", "{}", told["second"]);
        assert_eq!(told["silence"], serde_json::json!([]), "nothing has changed");
    });
}
