//! The commands of every remedy, past the parser of AWS's own CLI: where a Python with it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Kind;
use elb_audit_core::policy::Policy;
use elb_audit_core::remedy::binding::Bindings;
use elb_audit_core::remedy::placeholder::{CHOSEN, FOUND, bound};
use elb_audit_core::report::{Finding, Outcome};
use serde_json::Value;

use crate::moto::python_for;
use crate::program::Folder;

/// Commands that the CLI's models do not know yet, each a part of its text, with what it needs.
const UNKNOWN_TO_THE_CLI: &[(&str, &str)] = &[];

/// The least number of commands: fewer, and some were left out.
const LEAST: u64 = 300;

/// What a user might choose.
fn chosen(name: &str) -> String {
    let number = "111122223333";
    match name {
        "CERTIFICATE_ARN" => {
            format!(
                "arn:aws:acm:eu-west-1:{number}:certificate/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
            )
        }
        "CAPACITY_UNITS" | "QUOTA_VALUE" => "500".to_owned(),
        "FREE_ENTRY_NUMBER" => "90".to_owned(),
        "CLIENTS_RANGE" => "203.0.113.0/24".to_owned(),
        "CLIENTS_IPV6_RANGE" => "2001:db8:12::/48".to_owned(),
        "MIGRATION_BUCKET" => "aws-waf-migration-shop".to_owned(),
        "HEALTH_PATH" => "health".to_owned(),
        "NEW_HOST" | "SERVED_HOST" => "www.example.com".to_owned(),
        "NEW_HOSTS" => "www.example.com api.example.com".to_owned(),
        "NEW_SUBNET_IDS" => "subnet-1,subnet-2".to_owned(),
        "PUBLIC_PATH" => "/public/*".to_owned(),
        name if name.ends_with("_PORT") => "8443".to_owned(),
        name if name.ends_with("_PRIORITY") => "7".to_owned(),
        name if name.ends_with("_ARN") => {
            format!("arn:aws:elasticloadbalancing:eu-west-1:{number}:thing/web/50dc6c495c0c9188")
        }
        name => name.to_lowercase().replace('_', "-"),
    }
}

/// What a finding would tell, where it does not yet.
fn found(name: &str) -> String {
    match name {
        "PORT" => "22".to_owned(),
        name if name.ends_with("_PRIORITY") => "7".to_owned(),
        "RULE_PERMISSION" => "IpProtocol=tcp,FromPort=22,ToPort=22".to_owned(),
        name => chosen(name),
    }
}

/// The commands of one finding, nothing left in capitals.
fn commands(check: &Check, finding: &Finding) -> String {
    let kinds = match &finding.load_balancer {
        Some(lb) => vec![Kind::from(lb.kind.as_str())],
        None => check.applies_to.to_vec(),
    };
    let lines = check.commands(&kinds, &finding.bindings).lines;
    let mut rest: Bindings =
        CHOSEN.iter().map(|(name, _)| ((*name).to_owned(), chosen(name).into())).collect();
    rest.extend(FOUND.iter().map(|name| ((*name).to_owned(), found(name).into())));
    bound(&lines, &rest)
}

/// What every example of every check finds, as commands, each text once.
fn blocks() -> BTreeMap<String, String> {
    let mut seen = BTreeSet::new();
    let mut blocks = BTreeMap::new();
    for check in ALL {
        for example in check.examples {
            let inventory = (example.given)();
            let policy = Policy { intent: sample::intent(), ..Policy::default() };
            let options = Options { policy, ..Options::at(inventory.taken_at) };
            for finding in audit(&inventory, &[check], &options).findings {
                if !matches!(finding.outcome, Outcome::Fail | Outcome::Note) {
                    continue;
                }
                let script = commands(check, &finding);
                let is_sentence = !script.contains("aws ");
                if !is_sentence && seen.insert(script.clone()) {
                    let name =
                        format!("{}, {}, {}", check.id, example.title, finding.subject.label);
                    blocks.insert(name, script);
                }
            }
        }
    }
    blocks
}

/// What came of blocks of commands, by name: what failed, and how many commands there were.
pub(crate) fn run(python: &OsStr, blocks: &BTreeMap<String, String>, at: Option<&str>) -> Value {
    let folder = Folder::new();
    let file = folder.path("commands.json");
    fs::write(&file, serde_json::to_vec(blocks).unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/commands.py");
    let output = Command::new(python).arg(script).arg(&file).args(at).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn commands_of_remedies_pass_the_parser_of_the_cli() {
    let Some(python) = python_for("commands_of_remedies_pass_the_parser_of_the_cli") else {
        return;
    };
    let blocks = blocks();
    let came = run(&python, &blocks, None);
    let failed = came["failed"].as_object().unwrap();
    let is_known = |reason: &str| UNKNOWN_TO_THE_CLI.iter().any(|(text, _)| reason.contains(text));
    let wrong: Vec<String> = failed
        .iter()
        .filter(|(_, reason)| !is_known(reason.as_str().unwrap()))
        .map(|(name, reason)| format!("== {name}\n{}\n", reason.as_str().unwrap()))
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), blocks.len(), wrong.concat());
    for (text, needs) in UNKNOWN_TO_THE_CLI {
        let is_met = failed.values().any(|reason| reason.as_str().unwrap().contains(text));
        assert!(is_met, "the CLI knows `{text}` by now, or no remedy has it: {needs}");
    }
    let commands = came["commands"].as_u64().unwrap();
    assert!(commands >= LEAST, "only {commands} commands");
}
