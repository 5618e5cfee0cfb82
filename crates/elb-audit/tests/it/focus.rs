//! `--load-balancer`: one load balancer is judged as if all had been read, for fewer calls, and nothing is
//! said of the others.

use std::collections::BTreeSet;

use elb_audit_core::remedy::binding::Bindings;
use elb_audit_core::report::{AccountStatus, Finding, Report};
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::{NUMBER, account};
use crate::many::{SHOP, TEST, fake as organization};
use crate::program::{Done, Folder, Run};

const SCAN: &str = "scan --format json --retries 0";
const ALL: &str = "scan --format json --retries 0 --persona auditor --show-passed";

fn fake() -> FakeAws {
    FakeAws::start(account())
}

fn of<'a>(report: &'a Report, arn: &str) -> Vec<&'a Finding> {
    let own = |one: &&Finding| one.load_balancer.as_ref().is_some_and(|lb| lb.arn == arn);
    report.findings.iter().filter(own).collect()
}

/// The finding without the names that only a scan of everything reads, for the commands of its remedy.
fn bare(finding: &Finding) -> Finding {
    Finding { bindings: Bindings::new(), ..finding.clone() }
}

fn names(report: &Report) -> Vec<&str> {
    report.load_balancers.iter().map(|lb| lb.name.as_str()).collect()
}

#[test]
fn each_is_judged_as_if_all_were_read() {
    let fake = fake();
    let whole = Run::on(&fake, ALL).report();
    let calls = fake.log().len();
    assert!(whole.load_balancers.len() > 5, "{}", whole.load_balancers.len());
    for lb in &whole.load_balancers {
        let before = fake.log().len();
        let found = Run::on(&fake, &format!("{ALL} --load-balancer {}", lb.arn)).report();
        assert!(fake.log().len() - before < calls, "{}", lb.name);
        assert_eq!(found.load_balancers, std::slice::from_ref(lb));
        let own = of(&whole, &lb.arn).into_iter().map(bare);
        let alone = found.findings.iter().map(bare).collect::<Vec<_>>();
        assert_eq!(alone, own.collect::<Vec<_>>(), "{}", lb.name);
        assert!(!found.findings.is_empty());
        let regions: Vec<&str> = found.regions.iter().map(|region| &*region.name).collect();
        assert_eq!(regions, [lb.region.as_str()], "an ARN says where it is");
        assert_eq!(found.basis.load_balancers, Some(vec![lb.arn.clone()]));
    }
}

#[test]
fn names_are_looked_for_everywhere_and_may_be_patterns() {
    let fake = fake();
    let whole = Run::on(&fake, SCAN).report();
    let kinds = |report: &Report| -> BTreeSet<String> {
        report.load_balancers.iter().map(|lb| lb.kind.clone()).collect()
    };
    let all = Run::on(&fake, &format!("{SCAN} --load-balancer *")).report();
    assert_eq!(all.load_balancers, whole.load_balancers);
    assert_eq!(kinds(&all).len(), 4, "Classic ones among them");
    assert_eq!(all.regions.len(), 2);
    let name = |kind: &str| {
        let lb = whole.load_balancers.iter().find(|lb| lb.kind == kind).unwrap();
        lb.name.clone()
    };
    let (classic, network) = (name("classic"), name("network"));
    let both = format!("{SCAN} --load-balancer {classic},{network}");
    let found = Run::on(&fake, &both).report();
    let meant = |lb: &&elb_audit_core::report::LoadBalancerSummary| {
        lb.name == classic || lb.name == network
    };
    let expected: Vec<_> = whole.load_balancers.iter().filter(meant).collect();
    assert_eq!(found.load_balancers.iter().collect::<Vec<_>>(), expected);
    let mirrored = Run::on(&fake, SCAN).env("ELB_AUDIT_LOAD_BALANCER", "w?b").report();
    assert!(names(&mirrored).iter().all(|name| *name == "web") && !names(&mirrored).is_empty());
    let text = Run::on(&fake, "scan --retries 0 --load-balancer web").done().stdout;
    let said = "\nNote: only some load balancers were looked at: web\n";
    assert!(text.contains(said), "{text}");
}

#[test]
fn what_is_its_own_is_asked_of_it_and_of_no_other() {
    let fake = fake();
    let lb = Run::on(&fake, SCAN).report().load_balancers;
    let web = lb.iter().find(|lb| lb.name == "web" && lb.region == "eu-west-1").unwrap();
    let before = fake.log().len();
    Run::on(&fake, &format!("{ALL} --load-balancer {}", web.arn)).report();
    let own = [
        "elb:DescribeLoadBalancerAttributes",
        "elb:DescribeLoadBalancerPolicies",
        "elb:DescribeInstanceHealth",
        "elbv2:DescribeListenerAttributes",
        "elbv2:DescribeCapacityReservation",
        "wafv2:GetWebACLForResource",
    ];
    let asked: Vec<_> = fake.log().into_iter().skip(before).collect();
    let about_web = |text: &str| text.contains("/web/");
    for entry in asked.iter().filter(|entry| own.contains(&&*entry.call())) {
        let said = format!("{:?}{}", entry.parameters, entry.body);
        assert!(about_web(&said), "{entry:?}");
    }
    assert!(asked.iter().any(|entry| entry.call() == "elbv2:DescribeListenerAttributes"));
    assert!(asked.iter().all(|entry| entry.region != "us-east-1" || entry.family != "elbv2"));
    assert_eq!(asked.iter().filter(|entry| entry.call() == "ec2:DescribeRegions").count(), 0);
    // Given regions win over the ARN's own.
    let before = fake.log().len();
    let run = Run::on(&fake, &format!("{SCAN} --all-regions --load-balancer {}", web.arn));
    assert_eq!(run.report().regions.len(), 2);
    let asked: Vec<_> = fake.log().into_iter().skip(before).collect();
    let elsewhere = asked.iter().filter(|entry| entry.region == "us-east-1");
    let elsewhere: BTreeSet<String> = elsewhere.map(elb_audit_fake_aws::Entry::call).collect();
    let lists = ["elb:DescribeLoadBalancers", "elbv2:DescribeLoadBalancers"];
    assert!(lists.iter().all(|call| elsewhere.contains(*call)));
    assert!(!elsewhere.contains("elbv2:DescribeTargetGroups"), "{elsewhere:?}");
}

#[test]
fn one_that_is_nowhere_is_an_error_that_names_it() {
    let fake = fake();
    let scan = |options: &str| -> Done { Run::on(&fake, &format!("{SCAN} {options}")).done() };
    let said = "error: found no load balancer `webb` (did you mean `web`?), read: 2 regions";
    scan("--load-balancer webb").says(3, &[said]);
    let folder = Folder::new();
    let saved = folder.path("saved.json");
    Run::on(&fake, "collect --retries 0 -o").arg(&saved).done().exits(0);
    let check = Run::bare("check --load-balancer zzzzzz").arg(&saved).done();
    check.says(3, &["error: found no load balancer `zzzzzz`, read: 2 regions"]);
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:999900001111:loadbalancer/app/gone/1";
    scan(&format!("--load-balancer {arn}")).says(3, &[arn, "read: 1 region"]);
    fake.fault(Fault::deny("elb:DescribeLoadBalancers").in_region("us-east-1"));
    scan("--load-balancer webb").says(3, &["read: 1 region, not readable: 1 region"]);
    // Where nothing could be looked at the report says why.
    fake.fault(Fault::deny("elasticloadbalancing:DescribeLoadBalancers"));
    let done = scan("--load-balancer web").exits(3);
    let said = "exit 3: nothing could be assessed: no region could be read (2 tried)";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert_eq!(done.report().gaps.len(), 4);
}

#[test]
fn some_that_are_not_there_leave_the_run_incomplete() {
    let fake = fake();
    let done = Run::on(&fake, &format!("{SCAN} --load-balancer web,webb --fail-on never")).done();
    let done = done.exits(4);
    let said = "exit 4: found no load balancer `webb` (did you mean `web`?); no fault fails";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    let report = done.report();
    assert!(names(&report).contains(&"web"));
    let note = "only some load balancers were looked at: web, webb; not found: webb";
    assert!(report.notes.iter().any(|one| one.text == note), "{:?}", report.notes);
}

#[test]
fn what_can_mean_no_load_balancer() {
    for (text, said) in [
        ("web.example.com", "--load-balancer: `web.example.com` is no name of a load balancer: "),
        ("arn:aws:iam::111122223333:role/x", "role/x` is no load balancer: an ARN is like arn:"),
    ] {
        for task in ["scan", "demo", "check /nonexistent"] {
            let run = Run::bare(&format!("{task} --load-balancer")).arg(text);
            let done = run.done();
            let expected = if task.starts_with("check") { "cannot read" } else { said };
            done.says(2, &["error: ", expected]);
        }
    }
    let run = Run::bare("demo --load-balancer mail --check target-group-unused");
    run.done().says(2, &["error: --load-balancer leaves no check"]);
}

#[test]
fn nobody_calls_the_others_fixed() {
    let (fake, folder) = (fake(), Folder::new());
    let state = folder.path("state.json");
    let scan = |options: &str| {
        let run = Run::on(&fake, &format!("{SCAN} {options} --state")).arg(&state);
        run.done().report()
    };
    let first = scan("");
    let one = scan("--load-balancer web").comparison.unwrap();
    assert_eq!((one.resolved.len(), one.new, one.lost.len()), (0, 0, 0));
    let faults = first.summary.faults.total();
    assert_eq!(one.not_assessed.len() + one.unchanged, faults);
    assert!(one.unchanged > 0 && one.not_assessed.len() > one.unchanged);
    let again = scan("").comparison.unwrap();
    assert_eq!((again.resolved.len(), again.new, again.unchanged), (0, 0, faults));
    assert_eq!((again.not_assessed.len(), again.lost.len()), (0, 0));
}

#[test]
fn of_many_accounts_an_arn_chooses_one() {
    let fake = organization();
    let by_name = Run::on(&fake, &format!("{SCAN} --organization --load-balancer web")).report();
    assert_eq!(by_name.load_balancers.len(), 3);
    let arn = &by_name.load_balancers.iter().find(|lb| lb.account == SHOP).unwrap().arn;
    let run = Run::on(&fake, &format!("{SCAN} --organization --load-balancer {arn}"));
    let report = run.report();
    assert_eq!(report.load_balancers.len(), 1);
    let account = |id: &str| report.accounts.iter().find(|one| one.id == id).unwrap();
    assert_eq!(account(SHOP).status, AccountStatus::Read);
    for id in [NUMBER, TEST] {
        assert_eq!(account(id).status, AccountStatus::Skipped);
        assert_eq!(account(id).reason.as_deref(), Some("holds none of --load-balancer"));
    }
    // The caller's own account is another one: it is not found there.
    let run = Run::on(&fake, &format!("{SCAN} --load-balancer {arn}"));
    run.done().says(3, &[arn]);
}

#[test]
fn saved_accounts_and_the_demo_can_be_narrowed_too() {
    let (fake, folder) = (fake(), Folder::new());
    let saved = folder.path("saved.json");
    Run::on(&fake, "collect --retries 0 -o").arg(&saved).done().exits(0);
    let options = "--format json --persona auditor --show-passed --load-balancer web";
    let checked = Run::bare(&format!("check {options}")).arg(&saved).report();
    let scanned = Run::on(&fake, &format!("scan --retries 0 {options}")).report();
    let bared = |report: &Report| report.findings.iter().map(bare).collect::<Vec<_>>();
    assert_eq!(bared(&checked), bared(&scanned));
    assert_eq!(names(&Run::bare("demo --format json --load-balancer mail").report()), ["mail"]);
}
