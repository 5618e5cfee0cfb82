//! A watch over time: what is kept, compared and said from one run to the next.

use std::fs;

use elb_audit_core::report::Report;
use elb_audit_core::report::comparison::ChangeKind;
use elb_audit_fake_aws::{
    Account, Bucket, FakeAws, Fault, Listener, LoadBalancer, Region, TargetGroup,
};

use crate::account::NUMBER;
use crate::program::{Folder, Run};

const CLEAR: &str = "listener-cleartext";
const OFF: &str = "deletion-protection-off";

/// An account whose load balancer serves plain HTTP, or protects nothing against deletion, or both.
pub(crate) fn account(clear: bool, unprotected: bool) -> Account {
    let http = Listener::http(80);
    let http = if clear { http.forward("web") } else { http.redirect_to_https() };
    let web = LoadBalancer::application("web")
        .internet_facing()
        .listener(http)
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
        .attribute("deletion_protection.enabled", if unprotected { "false" } else { "true" })
        .attribute("routing.http.drop_invalid_header_fields.enabled", "true");
    let group = TargetGroup::http("web", 80).healthy("i-1");
    let region = Region::with_network().with(web).with(group);
    let account = Account::new(NUMBER).only_its_regions().region("eu-west-1", region);
    account.with(Bucket::new("logs", "eu-west-1").policy(false))
}

/// A scan for just the two faults.
pub(crate) fn scan(fake: &FakeAws, more: &str) -> Run {
    let checks = format!("scan --check {CLEAR},{OFF} --format json");
    Run::on(fake, &format!("{checks} {more}"))
}

/// `kind check` of every fault, there or past.
pub(crate) fn changes(report: &Report) -> Vec<String> {
    let Some(comparison) = &report.comparison else { return vec!["not compared".to_owned()] };
    let past = comparison.resolved.iter().chain(&comparison.not_assessed);
    let all = report.findings.iter().chain(past.map(|past| &past.finding));
    all.filter_map(|one| Some(format!("{} {}", one.change.as_ref()?.kind.words(), one.check)))
        .collect()
}

#[test]
fn each_run_is_compared_with_the_one_before() {
    let folder = Folder::new();
    let state = folder.path("state.json");
    let fake = FakeAws::start(account(true, false));
    let run = || {
        let report = scan(&fake, "--state").arg(&state).report();
        let kept: Report = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
        assert_eq!(kept, report, "what is kept is the report");
        changes(&report)
    };
    assert_eq!(run(), ["not compared"]);
    assert_eq!(run(), [format!("unchanged {CLEAR}")]);
    fake.replace(account(false, true));
    assert_eq!(run(), [format!("new {OFF}"), format!("resolved {CLEAR}")]);
    fake.fault(Fault::deny("elbv2:DescribeLoadBalancerAttributes"));
    assert_eq!(run(), [format!("not assessed {OFF}")]);
    assert_eq!(run(), [format!("not assessed {OFF}")]);
    fake.clear_faults();
    assert_eq!(run(), [format!("unchanged {OFF}")]);
    fake.fault(Fault::deny("elbv2:DescribeLoadBalancers"));
    assert_eq!(run(), [format!("not assessed {OFF}")]);
    fake.clear_faults();
    fake.replace(account(false, false));
    assert_eq!(run(), [format!("resolved {OFF}")]);
    assert_eq!(run(), [""; 0]);
    let left: Vec<_> = fs::read_dir(folder.path("")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing but the state: {left:?}");
}

#[test]
fn the_text_says_what_has_changed() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let state = folder.path("state.json");
    let text = |_: u8| {
        let checks = format!("scan --details --check {CLEAR},{OFF} --state");
        Run::on(&fake, &checks).arg(&state).done().exits(1).stdout
    };
    assert!(!text(1).contains("Since "));
    let text = {
        fake.replace(account(true, true));
        text(2)
    };
    assert!(text.contains(&format!("new low[{OFF}]")), "{text}");
    assert!(!text.contains(&format!("new high[{CLEAR}]")), "{text}");
    assert!(text.contains("1 new, ") && text.contains(" unchanged\n"), "{text}");
}

#[test]
fn a_baseline_stays_as_it_is() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let first = scan(&fake, "").done().exits(1).stdout;
    let baseline = folder.file("first.json", &first);
    fake.replace(account(true, true));
    for _ in 0..2 {
        let report = scan(&fake, "--baseline").arg(&baseline).report();
        assert_eq!(changes(&report), [format!("unchanged {CLEAR}"), format!("new {OFF}")]);
    }
    assert_eq!(fs::read_to_string(&baseline).unwrap(), first);
    // Only what is new decides, where that is asked for.
    let only_new = |more: &str| scan(&fake, more).arg("--baseline").arg(&baseline).done();
    let done = only_new("--only-new").exits(0);
    assert!(done.stderr.contains("no new or worse fault at or above high"), "{}", done.stderr);
    let done = only_new("--only-new --fail-on low").exits(1);
    assert!(done.stderr.contains("new or worse faults at or above low: 1"), "{}", done.stderr);
    only_new("").exits(1);
}

#[test]
fn a_saved_account_is_compared_too() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let [before, after] = ["before", "after"].map(|name| folder.path(name));
    Run::on(&fake, "collect -o").arg(&before).done().exits(0);
    fake.replace(account(false, true));
    Run::on(&fake, "collect -o").arg(&after).done().exits(0);
    let checks = format!("--check {CLEAR},{OFF} --format json");
    let first = Run::bare(&format!("check {checks}")).arg(&before).done().exits(1).stdout;
    let baseline = folder.file("first.json", &first);
    let compared = Run::bare(&format!("check {checks} --baseline")).arg(&baseline).arg(&after);
    assert_eq!(changes(&compared.report()), [format!("new {OFF}"), format!("resolved {CLEAR}")]);
}

#[test]
fn what_cannot_be_compared_with_is_said() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let none = folder.path("none.json");
    let done = scan(&fake, "--baseline").arg(&none).done();
    done.says(2, &["error: cannot read ", "none.json: there is no such report"]);
    let broken = folder.file("broken.json", "{\"schema\": \"elb-audit/report/v1\", ");
    scan(&fake, "--baseline").arg(&broken).done().says(2, &["it is no JSON report, or a part"]);
    let other = folder.file("other.json", "{\"schema\": \"elb-audit/report/v9\"}");
    scan(&fake, "--baseline").arg(&other).done().says(2, &["its schema is `elb-audit/report/v9`"]);
    for place in ["ftp://x/y", "s3://", "s3://bucket", "s3://bucket/", "s3://B!/key"] {
        scan(&fake, "--state").arg(place).done().says(2, &["error: --state: `"]);
    }
    let both = scan(&fake, "--state a --baseline b").done();
    assert!(both.exits(2).stderr.contains("--state and --baseline exclude each other"));
    let chosen = scan(&fake, "--state").arg(&none).env("ELB_AUDIT_BASELINE", "nowhere");
    assert_eq!(changes(&chosen.report()), ["not compared"], "the command line wins");
    assert_eq!(fake.count("elbv2:DescribeLoadBalancers"), 1, "nothing was read in vain");
}

/// A state that cannot be used must not hide the findings, and is not written over.
#[test]
fn a_broken_state_hides_nothing() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let broken = folder.file("broken.json", "nonsense");
    let done = scan(&fake, "--state").arg(&broken).done().exits(5);
    assert!(done.stderr.contains("broken.json: it is no JSON report"), "{}", done.stderr);
    assert!(done.stderr.contains("left as it was"), "{}", done.stderr);
    assert_eq!(done.report().summary.faults.high, 1);
    assert_eq!(fs::read_to_string(&broken).unwrap(), "nonsense");
}

/// A report of a later time stays: an old run that is done once more has no news. One that is dated in the
/// future is a mistake, and hides nothing either.
#[test]
fn a_later_report_is_not_replaced_by_an_earlier_one() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let state = folder.path("state.json");
    scan(&fake, "--state").arg(&state).done().exits(1);
    let kept = fs::read_to_string(&state).unwrap();
    let report: Report = serde_json::from_str(&kept).unwrap();
    let later = kept.replacen(&report.taken_at.to_string(), "2099-01-01T00:00:00Z", 1);
    fs::write(&state, &later).unwrap();
    let done = scan(&fake, "--state").arg(&state).done().exits(5);
    assert!(done.stderr.contains("is dated in the future (2099-01-01"), "{}", done.stderr);
    assert_eq!(changes(&done.report()), ["not compared"]);
    assert_eq!(fs::read_to_string(&state).unwrap(), later);
}

#[test]
fn a_state_is_a_file_that_can_be_written() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let refused = |place: &std::path::Path, said: &str| {
        scan(&fake, "--state").arg(place).done().says(2, &["error: --state: ", said]);
    };
    refused(&folder.path(""), "is a folder");
    refused(&folder.path("none/state.json"), "there is no folder");
    refused(std::path::Path::new("-"), "name a file");
    assert_eq!(fake.log().len(), 0);
    let (real, link) = (folder.path("real.json"), folder.path("link.json"));
    std::os::unix::fs::symlink(&real, &link).unwrap();
    fs::write(&real, scan(&fake, "").done().stdout).unwrap();
    let compared = scan(&fake, "--state").arg(&link).report();
    assert_eq!(changes(&compared), [format!("unchanged {CLEAR}")]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let kept: Report = serde_json::from_slice(&fs::read(&real).unwrap()).unwrap();
    assert_eq!(kept, compared, "the link leads to the new report");
    // What a run that was ended has left does not stop the next one for ever, and is not written through.
    let victim = folder.file("victim", "precious");
    std::os::unix::fs::symlink(&victim, folder.path(".real.json.new")).unwrap();
    let done = scan(&fake, "--state").arg(&real).done().exits(5);
    assert!(done.stderr.contains(".real.json.new exists: another run"), "{}", done.stderr);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

/// Runs at the same moment: each tells, one report stays, and it is whole.
#[test]
fn runs_that_overlap_lose_nothing() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, true));
    let state = folder.path("state.json");
    let runs: Vec<_> = (0..4)
        .map(|_| scan(&fake, "--state").arg(&state).started(std::process::Stdio::null()))
        .collect();
    for run in runs {
        let done = crate::program::finished(&run.wait_with_output().unwrap()).exits(1);
        assert_eq!(done.report().summary.faults.total(), 2);
    }
    let kept: Report = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    assert_eq!(kept.summary.faults.total(), 2);
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1);
}

#[test]
fn a_destination_that_nobody_knows_is_not_shown_whole() {
    let fake = FakeAws::start(account(true, false));
    let refused = |text: &str| {
        let done = scan(&fake, "--notify").arg(text).done().exits(2);
        assert!(done.stderr.contains("unknown destination"), "{}", done.stderr);
        done.stderr
    };
    assert!(!refused("hooks.slack.com/services/T0/B0/SECRET99").contains("SECRET99"));
    assert!(!refused("webhook:https://example.com/x,SIGSECRET").contains("SIGSECRET"));
    assert!(refused("pigeon:coop").contains("`pigeon`"));
    for label in ["a\nb", "ünï", &"x".repeat(41)] {
        let done = scan(&fake, "--environment").arg(label).done().exits(2);
        assert!(done.stderr.contains("--environment"), "{}", done.stderr);
    }
}

#[test]
fn diff_says_what_has_changed_and_fails_on_what_is_worse() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let save = |name: &str, report: String| folder.file(name, &report);
    let before = save("before.json", scan(&fake, "").done().stdout);
    fake.replace(account(false, true));
    let after = save("after.json", scan(&fake, "").done().stdout);
    let diff = |arguments: &str| Run::bare(&format!("diff {arguments}"));
    let text = diff("").arg(&before).arg(&after).done().exits(1).stdout;
    assert!(text.contains(&format!("new low[{OFF}]")) && text.contains("fix: "), "{text}");
    assert!(text.contains(&format!("resolved high[{CLEAR}] eu-west-1 web HTTP:80")), "{text}");
    let report = diff("--format json").arg(&before).arg(&after).report();
    assert_eq!(changes(&report), [format!("new {OFF}"), format!("resolved {CLEAR}")]);
    assert!(report.findings.iter().all(|one| one.change.is_some()));
    diff("--fail-on medium").arg(&before).arg(&after).done().exits(0);
    let back = diff("--fail-on high").arg(&after).arg(&before).done().exits(1);
    assert!(back.stderr.contains("the first report is the later one") || back.stderr.is_empty());
    diff("").arg(&before).arg(&before).done().exits(0);
    let piped = diff("").arg(&before).arg("-").input(&fs::read_to_string(&after).unwrap());
    piped.done().exits(1);
    diff("").arg(&before).arg("nowhere.json").done().says(2, &["there is no such report"]);
    fake.fault(Fault::deny("elbv2:DescribeListeners"));
    let blind = save("blind.json", scan(&fake, "").done().stdout);
    let text = diff("").arg(&before).arg(&blind).done().stdout;
    assert!(text.contains(&format!("not assessed high[{CLEAR}]")), "{text}");
    assert!(text.contains("no longer read eu-west-1 elbv2:DescribeListeners"), "{text}");
    diff("--strict").arg(&before).arg(&blind).done().exits(4);
}

/// The closing line says who was told, as far as that may be shown, and never who was not.
#[test]
fn a_run_says_whom_it_told() {
    let folder = Folder::new();
    let state = folder.path("state.json");
    let mut own = account(true, false).with(Bucket::new("reports", "eu-west-1"));
    let region = own.regions.remove("eu-west-1").unwrap();
    let fake = FakeAws::start(own.region("eu-west-1", region.topic("alerts")));
    let hook = format!("webhook:{}/hooks/SECRET99", fake.url());
    let sns = "sns:arn:aws:sns:eu-west-1:111122223333:alerts";
    let to = format!("{sns},s3://reports/elb,{hook},s3://missing/elb");
    let run = || scan(&fake, "--notify").arg(&to).arg("--state").arg(&state).done();
    let first = run().exits(5);
    let host = format!("webhook:{}/…", fake.url());
    let said = format!("; told: {sns}, s3://reports/elb, {host}\n");
    assert!(first.stderr.ends_with(&said), "{said}{}", first.stderr);
    assert!(
        first.stderr.contains("exit 5: not everything was delivered; faults at or above high: 1")
    );
    assert!(first.stderr.contains("cannot deliver to s3://missing/elb"), "{}", first.stderr);
    assert!(!first.stderr.contains("SECRET99"));
    // Nothing has changed: who waits for alerts is not told again.
    let second = run().exits(5);
    assert!(second.stderr.ends_with("; told: s3://reports/elb\n"), "{}", second.stderr);
    assert!(!scan(&fake, "").done().stderr.contains("told"));
    let quiet = scan(&fake, "--quiet --notify s3://reports/elb").done();
    assert_eq!(quiet.stderr, "");
}

#[test]
fn kinds_of_change_have_a_word_each() {
    let words = ChangeKind::ALL.map(ChangeKind::words);
    assert_eq!(
        words,
        ["new", "worsened", "unchanged", "resolved", "not assessed", "judged differently"]
    );
}

/// The state as another version has left it, one check of which judged otherwise and did not find a fault.
fn of_another_version(state: &std::path::Path, without: &str) {
    let mut kept: serde_json::Value = serde_json::from_slice(&fs::read(state).unwrap()).unwrap();
    kept["version"] = "0.0.9".into();
    kept["basis"]["revisions"][without] = "another".into();
    let findings = kept["findings"].as_array_mut().unwrap();
    findings.retain(|finding| finding["check"] != without);
    fs::write(state, serde_json::to_vec(&kept).unwrap()).unwrap();
}

#[test]
fn a_new_version_sends_no_alert_for_what_it_judges_differently() {
    let folder = Folder::new();
    let state = folder.path("state.json");
    let of = |clear, unprotected| {
        let mut account = account(clear, unprotected);
        let region = account.regions.remove("eu-west-1").unwrap();
        account.region("eu-west-1", region.topic("alerts"))
    };
    let fake = FakeAws::start(of(true, true));
    let topic = "--notify sns:arn:aws:sns:eu-west-1:111122223333:alerts --state";
    let sent = || fake.count("sns:Publish");
    scan(&fake, topic).arg(&state).done();
    assert_eq!(sent(), 1, "the first run tells of everything");
    of_another_version(&state, OFF);
    let report = scan(&fake, topic).arg(&state).report();
    assert_eq!(
        changes(&report),
        [format!("unchanged {CLEAR}"), format!("judged differently {OFF}")]
    );
    assert_eq!(sent(), 1, "nothing has changed in the account");
    let only_new = scan(&fake, "--fail-on low --only-new --baseline").arg(&state).done();
    only_new.exits(0);
    assert_eq!(changes(&scan(&fake, topic).arg(&state).report())[1], format!("unchanged {OFF}"));
    assert_eq!(sent(), 1);
    // What has changed in the account is told, with a line on the rest.
    of_another_version(&state, OFF);
    let mut more = of(true, true);
    let region = more.regions.remove("eu-west-1").unwrap();
    let second = LoadBalancer::application("second").listener(Listener::http(80).forward("web"));
    fake.replace(more.region("eu-west-1", region.with(second)));
    let said = changes(&scan(&fake, topic).arg(&state).report());
    assert!(said.contains(&format!("new {OFF}")), "{said:?}");
    assert!(said.contains(&format!("judged differently {OFF}")), "{said:?}");
    assert_eq!(sent(), 2);
    let log = fake.log();
    let told = log.iter().rfind(|entry| entry.call() == "sns:Publish").unwrap();
    let text = &told.parameters["Message"];
    assert!(text.contains("1 judged differently by version "), "{text}");
    assert!(!text.contains("NEW (3)"), "{text}");
}
