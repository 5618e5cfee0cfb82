//! Options without a command are a scan's, as they were in the script that this program succeeds; nothing,
//! or a slip in a command, is no scan.

use elb_audit_fake_aws::{FakeAws, Region};

use crate::account::NUMBER;
use crate::many::small;
use crate::program::{Folder, Run};

const PROFILE: &str = "
[profile prod]
region = eu-west-1
aws_access_key_id = AKIAPROD
aws_secret_access_key = not-a-secret
";

#[test]
fn the_command_line_of_the_script_is_a_scan() {
    let folder = Folder::new();
    let config = folder.file("config", PROFILE);
    let topic = format!("--sns-topic arn:aws:sns:eu-west-1:{NUMBER}:alerts");
    let all = ["--profile prod", "--all-regions", "--max-workers 10", "--no-parallel", &topic];
    for turn in 0..all.len() {
        let mut options = all;
        options.rotate_left(turn);
        let mut account = small(NUMBER);
        let region = account.regions.remove("eu-west-1").unwrap();
        let fake = FakeAws::start(account.region("eu-west-1", region.topic("alerts")));
        let run = Run::bare(&options.join(" ")).env("AWS_ENDPOINT_URL", fake.url());
        let done = run.env("AWS_CONFIG_FILE", &config).done().exits(1);
        assert!(done.stdout.contains("\nStart here\n"), "{}", done.stdout);
        assert_eq!(fake.count("ec2:DescribeRegions"), 1);
        assert_eq!(fake.count("sns:Publish"), 1);
    }
}

#[test]
fn one_region_and_short_options_are_a_scan_too() {
    let fake = FakeAws::start(small(NUMBER).region("us-east-1", Region::new()));
    for options in ["--region eu-west-1 -q", "-q --region=eu-west-1"] {
        let done = Run::on(&fake, &format!("{options} --format json")).done().exits(1);
        assert_eq!((done.report().regions.len(), &*done.stderr), (1, ""));
    }
    assert_eq!(fake.count("ec2:DescribeRegions"), 0);
    let help = Run::bare("--region eu-west-1 --help").done().exits(0).stdout;
    assert!(help.contains("Usage: elb-audit scan"), "{help}");
    for first in ["--color never", "--color=never"] {
        let help = Run::bare(&format!("{first} --all-regions --help")).done().exits(0).stdout;
        assert!(help.contains("Usage: elb-audit scan"), "{help}");
    }
    let done = Run::bare("--regoin eu-west-1").done().exits(2);
    assert!(done.stderr.contains("a similar argument exists: '--region'"), "{}", done.stderr);
}

#[test]
fn nothing_and_a_slip_are_no_scan() {
    let fake = FakeAws::start(small(NUMBER));
    let run = |arguments: &str| Run::on(&fake, arguments).done();
    for arguments in ["scann", "scann --profile prod", "scna --all-regions"] {
        let done = run(arguments).exits(2);
        assert!(done.stderr.contains("a similar subcommand exists: 'scan'"), "{}", done.stderr);
    }
    run("--region eu-west-1 scann").exits(2);
    run("--color never scann").exits(2);
    for arguments in ["", "--"] {
        let done = run(arguments).exits(2);
        assert!(done.stderr.contains("Usage: elb-audit [OPTIONS] <COMMAND>"), "{}", done.stderr);
        assert!(done.stderr.contains("Options without a command are those of `scan`"));
    }
    for arguments in ["--help", "-h", "--version", "-V"] {
        let done = run(arguments).exits(0);
        assert!(!done.stdout.contains("Usage: elb-audit scan"), "{}", done.stdout);
    }
    let bare = Run::on(&fake, "").env("ELB_AUDIT_REGION", "eu-west-1");
    bare.env("ELB_AUDIT_ALL_REGIONS", "1").done().exits(2);
    assert_eq!(fake.log(), Vec::new(), "AWS was asked nothing");
}
