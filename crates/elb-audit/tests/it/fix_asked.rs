//! `elb-audit fix`: what is asked for, whose language it is said in, and how it ends.

use std::fs;
use std::path::Path;

use elb_audit_fake_aws::{Account, FakeAws, Fault, Listener, LoadBalancer, Region, TargetGroup};
use serde_json::json;

use crate::account::NUMBER;
use crate::program::{Done, Folder, Run};

const STACK: &str = "aws:cloudformation:stack-name";
const LOGICAL: &str = "aws:cloudformation:logical-id";

/// Three load balancers, each kept by somebody else, and one by nobody.
fn estate(desync: &str) -> Account {
    let plain = |name: &str| {
        let listener = Listener::http(80).redirect_to_https();
        let mode = "routing.http.desync_mitigation_mode";
        LoadBalancer::application(name).internet_facing().listener(listener).attribute(mode, desync)
    };
    let mut old = TargetGroup::https("old", 443).healthy("i-1");
    old.tags.push((STACK.to_owned(), "data".to_owned()));
    let region = Region::with_network()
        .with(plain("stack").tag(STACK, "shop").tag(LOGICAL, "Front"))
        .with(
            plain("cluster")
                .tag("elbv2.k8s.aws/cluster", "prod")
                .tag("ingress.k8s.aws/stack", "shop/web"),
        )
        .with(plain("written"))
        .with(plain("nobody"))
        .with(old);
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

fn fix(fake: &FakeAws, folder: &Folder, options: &str) -> Done {
    let place = folder.path("fixes");
    let task = format!("fix --region eu-west-1 --retries 0 -o {} {options}", place.display());
    Run::on(fake, &task).done()
}

/// The text of the script for a check at a load balancer.
fn script(folder: &Path, end: &str) -> String {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = all.into_iter().find(|path| path.to_string_lossy().ends_with(end));
    fs::read_to_string(own.unwrap_or_else(|| panic!("no script {end}"))).unwrap()
}

#[test]
fn the_change_is_said_in_the_language_of_who_keeps_it() {
    let (fake, folder) = (FakeAws::start(estate("monitor")), Folder::new());
    let arn = format!("arn:aws:elasticloadbalancing:eu-west-1:{NUMBER}:loadbalancer/app/written/");
    let saved = Run::on(&fake, "collect --region eu-west-1 -o -").done().stdout;
    let id = saved.split(&arn).nth(1).unwrap().split('"').next().unwrap();
    let state = json!({"version": 4, "resources": [{
        "module": "module.web", "mode": "managed", "type": "aws_lb", "name": "this",
        "instances": [{"index_key": "a b", "attributes": {"arn": format!("{arn}{id}"), "dns": "SECRET"}}],
    }]});
    let state = folder.file("state.json", &state.to_string());
    let asked = format!("--all --check desync-monitor --terraform-state {}", state.display());
    fix(&fake, &folder, &asked).exits(0);
    let place = folder.path("fixes");
    for (name, said) in [
        (
            "stack",
            &["Kept by CloudFormation stack shop", "at Front (AWS::Elastic", "Value: defensive"][..],
        ),
        (
            "cluster",
            &[
                "Kept by the AWS Load Balancer Controller of cluster prod",
                "at Ingress shop/web",
                "load-balancer-attributes: routing.http.desync_mitigation_mode=defensive",
            ],
        ),
        (
            "written",
            &[
                "Kept by Terraform",
                r#"at module.web.aws_lb.this["a b"] (aws_lb), set:"#,
                r#"desync_mitigation_mode = "defensive""#,
            ],
        ),
        ("nobody", &[]),
    ] {
        let text = script(&place, &format!("desync-monitor-{name}.sh"));
        let head = text.split("set -eu").next().unwrap().replace("\n#", "");
        let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in said {
            assert!(head.contains(part), "{name}: {part}: {head}");
        }
        assert_eq!(head.contains("Kept by"), !said.is_empty(), "{name}");
    }
    let index = fs::read_to_string(place.join("README.md")).unwrap();
    assert!(index.contains("kept by Terraform") && !index.contains("SECRET"), "{index}");
}

#[test]
fn tags_that_only_a_fix_needs_are_read_for_it_alone() {
    let fake = FakeAws::start(estate("monitor"));
    let asked = |fake: &FakeAws| {
        let log = fake.log();
        let tags = log.iter().filter(|entry| entry.call() == "elbv2:DescribeTags");
        tags.count()
    };
    Run::on(&fake, "scan --region eu-west-1 --persona auditor").done();
    let by_scan = asked(&fake);
    fix(&fake, &Folder::new(), "--all").exits(0);
    assert_eq!((by_scan, asked(&fake) - by_scan), (1, 2));
}

#[test]
fn what_is_safe_is_less_safe_where_somebody_keeps_it() {
    let (fake, folder) = (FakeAws::start(estate("defensive")), Folder::new());
    fix(&fake, &folder, "--all --check deletion-protection-off --class safe").exits(0);
    let names: Vec<String> = fs::read_dir(folder.path("fixes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let of = |name: &str| names.iter().any(|own| own.ends_with(&format!("-off-{name}.sh")));
    assert_eq!(
        [of("nobody"), of("written"), of("stack"), of("cluster")],
        [true, true, false, false]
    );
}

#[test]
fn what_is_gone_is_said_and_what_has_no_script_too() {
    let (fake, folder) = (FakeAws::start(estate("monitor")), Folder::new());
    let report = folder.path("report.json");
    let scan = format!("scan --region eu-west-1 --persona auditor -q -o {}", report.display());
    Run::on(&fake, &scan).done();
    let text: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let of = |check: &str| {
        let all = text["findings"].as_array().unwrap();
        let own = all.iter().find(|own| own["check"] == check && own["outcome"] == "fail");
        own.unwrap_or_else(|| panic!("{check}"))["fingerprint"].as_str().unwrap().to_owned()
    };
    let (desync, unserved) = (of("desync-monitor"), of("redirect-port-unserved"));
    let asked = format!("{} --report {}", &desync[..8], report.display());
    let done = fix(&fake, &folder, &asked).exits(0);
    assert!(done.stdout.starts_with("1 script for 1 fault in "), "{}", done.stdout);

    // It is read again: what somebody has fixed since is gone.
    let fixed = FakeAws::start(estate("strictest"));
    let done = fix(&fixed, &folder, &asked).exits(0);
    assert!(done.stdout.starts_with(&format!("{desync} is gone: ")), "{}", done.stdout);
    assert!(done.stdout.ends_with("there is nothing to write\n"), "{}", done.stdout);
    fix(&fixed, &folder, "12345678").says(2, &["12345678"]);

    // A listener for HTTPS is needed, and its certificate is for the user to choose: a script is there. Of a class
    // that was not asked for there is none, and the exit code says so.
    let asked = format!("{unserved} --class safe");
    fix(&fake, &folder, &asked).says(1, &["no script for", "class review"]);
}

#[test]
fn what_cannot_be_done_is_one_clear_message() {
    let (fake, folder) = (FakeAws::start(estate("monitor")), Folder::new());
    let bad = folder.file("bad.json", "{}");
    for (options, said) in [
        ("", "fix needs a FINGERPRINT or --all"),
        ("--all 12345678", "a FINGERPRINT and --all"),
        ("--all --set LOG_BUCKET", "--set LOG_BUCKET"),
        ("--all --set LOG_BUCKET=a;b", "--set LOG_BUCKET=a;b"),
        ("--all --set NOTHING=a", "--set NOTHING=a"),
        ("--all --check no-such-check", "no-such-check"),
        ("--all --load-balancer nope", "--load-balancer nope"),
        ("--all --demo --inventory x", "--inventory"),
        ("--all --terraform-state /no/such/file", "/no/such/file"),
        (&format!("--all --terraform-state {}", bad.display()), "terraform state pull"),
    ] {
        let done = fix(&fake, &folder, options);
        assert!(done.stderr.contains(said), "{options}: {}", done.stderr);
        done.exits(2);
    }
    fake.fault(Fault::deny("*"));
    fix(&fake, &folder, "--all").exits(3);
}

/// A folder is written again, but not while scripts in it can still be taken back.
#[test]
fn what_scripts_captured_is_not_written_over() {
    let (fake, folder) = (FakeAws::start(estate("monitor")), Folder::new());
    fix(&fake, &folder, "--all").exits(0);
    let own = folder.file("fixes/notes.sh", "echo mine");
    let scripts = || fs::read_dir(folder.path("fixes")).unwrap().count();
    let before = scripts();
    fix(&fake, &folder, "--all --check desync-monitor").exits(0);
    assert!(scripts() < before && own.exists(), "{} of {before}", scripts());
    fs::create_dir_all(folder.path("fixes/01-x.captured")).unwrap();
    folder.file("fixes/01-x.captured/steps", "1");
    fix(&fake, &folder, "--all").says(2, &["take them back, or name another folder"]);
}

/// Of a report's places one may be a standing habit: scripts go nowhere by it.
#[test]
fn places_of_reports_are_not_those_of_scripts() {
    let (fake, folder) = (FakeAws::start(estate("monitor")), Folder::new());
    let run = Run::on(&fake, "fix --all --region eu-west-1").inside(&folder);
    run.env("ELB_AUDIT_OUTPUT", "elsewhere.json").done().exits(0);
    assert!(folder.path("fixes/README.md").exists() && !folder.path("elsewhere.json").exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(folder.path("fixes/README.md")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
