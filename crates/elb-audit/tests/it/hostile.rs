//! Names, tags and messages from AWS that would steer a terminal, or forge a line: nobody sees them raw.

use std::path::Path;

use elb_audit_core::inventory::Inventory;
use elb_audit_core::render;
use elb_audit_fake_aws::{Account, FakeAws, Fault, Listener, LoadBalancer, Region, TargetGroup};
use serde_json::Value;

use crate::account::NUMBER;
use crate::program::{Folder, Run};

/// What AWS may hand on in XML: no controls of the first block, those of the second, and what nobody sees.
const IN_XML: &str =
    "a\u{9b}31m\u{85}\u{202e}cba\u{2066}\u{200b}\u{2028}\u{2029}\u{feff}\nNo fault found\u{e0041}";
/// The same in JSON, with all there is.
const IN_JSON: &str = "x\u{1b}[2J\u{7}\u{8}\r\n::error::forged\u{9b}\u{202e}\u{2069}\u{2028}\u{7f}";

fn estate() -> Account {
    let http = Listener::http(80).forward("web");
    let web = LoadBalancer::application("web").internet_facing().listener(http).tag(IN_XML, IN_XML);
    let group = TargetGroup::http("web", 80).healthy("i-1");
    let region = Region::with_network().with(web).with(group).topic("alerts");
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

/// Whether it may do something to a terminal or to a line, told without the program.
fn steers(c: char) -> bool {
    let unseen = "\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{2060}\u{feff}";
    let turns = ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    c.is_control() || turns || unseen.contains(c) || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

fn is_clean(what: &str, text: &str) {
    let raw = text.chars().enumerate().find(|(_, c)| *c != '\n' && steers(*c));
    let around = |at: usize| text.chars().skip(at.saturating_sub(40)).take(80).collect::<String>();
    assert!(raw.is_none(), "{what}: {:?}", raw.map(|(at, _)| around(at)));
}

/// All texts of a JSON document, however deep.
fn texts(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(all) => all.iter().for_each(|one| texts(one, see)),
        Value::Object(all) => all.iter().for_each(|(name, one)| {
            see(name);
            texts(one, see);
        }),
        _ => {}
    }
}

/// Everything that goes out for an estate whose every name and answer is chosen to harm.
#[test]
fn nothing_that_aws_says_steers_a_terminal() {
    let fake = FakeAws::start(estate());
    for call in ["elbv2:DescribeRules", "elbv2:DescribeTags", "ec2:DescribeSubnets"] {
        fake.fault(Fault::error(call, 400, "Bad", IN_XML));
    }
    for call in ["wafv2:*", "acm:*", "shield:*", "logs:*"] {
        fake.fault(Fault::error(call, 400, "Bad", IN_JSON));
    }
    let folder = Folder::new();
    let to = format!(
        "sns:arn:aws:sns:eu-west-1:{NUMBER}:alerts,webhook:{url}/hooks/a,slack:{url}/hooks/b,eventbridge",
        url = fake.url()
    );
    for format in render::ALL {
        let run = Run::on(&fake, "scan --persona auditor --details --verbose --retries 0 --format");
        let run = run.arg(format.name).arg("--notify").arg(&to).inside(&folder);
        let done = run.env("GITHUB_STEP_SUMMARY", "summary.md").done();
        assert!(!done.stdout.is_empty(), "{}", done.stderr);
        is_clean(format.name, &done.stdout.replace("\r\n", "\n"));
        is_clean(&format!("{} on standard error", format.name), &done.stderr);
        assert!(!done.stdout.contains("\n::error::forged"), "{}", format.name);
        for out in [&done.stdout, &done.stderr] {
            assert!(!out.lines().any(|line| line.starts_with("No fault found")), "{}", format.name);
        }
    }
    let summary = std::fs::read_to_string(folder.path("summary.md")).unwrap();
    is_clean("summary", &summary);
    let collected = Run::on(&fake, "collect --verbose --retries 0 -o -").done();
    is_clean("collect", &collected.stdout);
    is_clean("collect on standard error", &collected.stderr);
    assert!(collected.stdout.contains("\\u001b[2J"), "the message is there, as JSON has it");
    let saved: Inventory = serde_json::from_str(&collected.stdout).unwrap();
    let (tags, mut exact) = (serde_json::to_value(&saved).unwrap(), false);
    texts(&tags, &mut |text| exact |= text.contains("[2J\u{7}\u{8}"));
    assert!(exact, "a saved inventory holds what AWS has said");
    let messages = fake.log();
    let sent = |call: &'static str| messages.iter().filter(move |entry| entry.call() == call);
    for call in ["sns:Publish", "webhook:Post", "events:PutEvents"] {
        assert!(sent(call).count() >= render::ALL.len(), "{call}");
        sent(call).for_each(|entry| is_clean(call, &entry.body));
    }
    // What people read of it, out of its JSON.
    for entry in sent("sns:Publish") {
        let message: Value = serde_json::from_str(&entry.parameters["Message"]).unwrap();
        texts(&message, &mut |text| is_clean("a mail", text));
        is_clean("a subject", &entry.parameters["Subject"]);
    }
    for entry in sent("webhook:Post").filter(|entry| entry.parameters["path"].ends_with('b')) {
        let message: Value = serde_json::from_str(&entry.body).unwrap();
        texts(&message, &mut |text| is_clean("a chat", text));
    }
}

/// A file that somebody hands over: every text in it, and its own name.
#[test]
fn nothing_in_a_file_steers_a_terminal() {
    let folder = Folder::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(demo).unwrap()).unwrap();
    let mut hostile = whole.clone();
    spoil(&mut hostile);
    let name = "in\u{1b}[2J\u{202e}\nventory.json";
    folder.file(name, &hostile.to_string());
    let mut report = String::new();
    for format in render::ALL {
        let run = Run::bare("check --persona auditor --show-passed --details --format");
        let done = run.arg(format.name).arg(name).inside(&folder).done();
        assert!([0, 1].contains(&done.code), "{}", done.stderr);
        is_clean(format.name, &done.stdout.replace("\r\n", "\n"));
        is_clean(&format!("{} on standard error", format.name), &done.stderr);
        if format.name == "json" {
            report = done.stdout;
        }
    }
    let mut earlier: Value = serde_json::from_str(&report).unwrap();
    earlier["findings"].as_array_mut().unwrap().truncate(3);
    folder.file("report\u{9b}.json", &report);
    folder.file("earlier.json", &earlier.to_string());
    for format in render::ALL {
        let run = Run::bare("diff earlier.json").arg("report\u{9b}.json");
        let done = run.arg("--format").arg(format.name).inside(&folder).done();
        assert!(done.code < 2 && !done.stdout.is_empty(), "{}", done.stderr);
        is_clean(&format!("diff {}", format.name), &done.stdout.replace("\r\n", "\n"));
        is_clean("diff on standard error", &done.stderr);
    }
    let parsed: Value = serde_json::from_str(&report).unwrap();
    let fingerprint = parsed["findings"][0]["fingerprint"].as_str().unwrap();
    for task in [format!("explain {fingerprint} --report"), "permissions --missing".to_owned()] {
        let done = Run::bare(&task).arg("report\u{9b}.json").inside(&folder).done();
        assert!(done.code < 2 && !done.stdout.is_empty(), "{}", done.stderr);
        is_clean(&task, &done.stdout);
        is_clean(&task, &done.stderr);
    }
}

/// Puts what harms behind every text that may be any text.
fn spoil(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(spoil),
        Value::Object(all) => {
            for (name, one) in all.iter_mut() {
                let free = ["name", "dns_name", "detail"];
                match one {
                    Value::String(text) if free.contains(&name.as_str()) => text.push_str(IN_JSON),
                    other => spoil(other),
                }
            }
            if let Some(Value::Object(tags)) =
                all.get_mut("tags").and_then(|tags| tags.get_mut("known"))
            {
                tags.insert(IN_JSON.to_owned(), IN_JSON.into());
            }
        }
        _ => {}
    }
}

/// What is on the command line or in the environment may come from a job that somebody else has named.
#[test]
fn what_is_wrong_with_the_command_line_is_told_without_harm() {
    let bad = "x\u{1b}]0;title\u{7}\u{202e}";
    for arguments in [
        vec![bad],
        vec!["demo", bad],
        vec!["demo", "--format", bad],
        vec!["demo", "--min-severity", bad],
        vec!["demo", "-o", bad, "-o", bad],
        vec!["check", bad],
        vec!["explain", bad],
        vec!["scan", "--notify", bad],
        vec!["scan", "--state", "s3://\u{1b}"],
        vec!["scan", "--role-arn", bad],
        vec!["demo", "--config", bad],
        vec!["demo", "--color", "always", "--fail-on", bad],
    ] {
        let run = arguments.iter().fold(Run::bare(""), Run::arg);
        let done = run.done().exits(2);
        assert!(!done.stderr.is_empty(), "{arguments:?}");
        is_clean(&format!("{arguments:?}"), &done.stderr);
    }
    let done = Run::bare("demo").env("ELB_AUDIT_FAIL_ON", bad).done().exits(2);
    is_clean("a variable", &done.stderr);
}
