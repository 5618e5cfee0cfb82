//! `elb-audit fix`: its scripts, read by shells and run by AWS's own CLI against moto.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use elb_audit_core::audit::Options;
use elb_audit_core::checks::ALL;
use elb_audit_core::fix::{Class, Pack, Request, pack};
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::mutation::Chosen;
use elb_audit_core::policy::Policy;
use elb_audit_core::report::{Finding, Outcome, Report};
use serde_json::{Value, json};

use crate::commands::run;
use crate::moto::{Moto, python_for, with_moto};
use crate::program::{Folder, Run};

const REGION: &str = "eu-west-1";

/// Scripts for all that fails in an inventory.
fn scripts(inventory: &Inventory) -> Pack {
    let policy = Policy { intent: sample::intent(), ..Policy::default() };
    let options = Options { policy, ..Options::at(inventory.taken_at) };
    let chosen = Chosen::default();
    pack(&Request {
        inventory,
        options: &options,
        fingerprints: None,
        class: Class::Review,
        chosen,
    })
}

/// A folder with the scripts of all examples, each text once.
fn examples(folder: &Path) -> Vec<PathBuf> {
    let mut texts = BTreeSet::new();
    for example in ALL.iter().flat_map(|check| check.examples) {
        let pack = scripts(&(example.given)());
        texts.extend(pack.scripts.iter().map(|one| one.script.text.clone()));
        texts.insert(pack.run_all().text);
    }
    let mut files = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let file = folder.join(format!("{number:04}.sh"));
        fs::write(&file, text).unwrap();
        files.push(file);
    }
    files
}

#[test]
fn shells_and_shellcheck_have_nothing_against_a_script() {
    let Some(python) = python_for("scripts of fixes") else { return };
    let folder = Folder::new();
    let files = examples(&folder.path(""));
    assert!(files.len() > 60, "{} scripts", files.len());
    for shell in ["sh", "bash", "dash"] {
        for file in &files {
            let Ok(done) = Command::new(shell).arg("-n").arg(file).output() else { continue };
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{shell} -n {}: {said}", file.display());
        }
    }
    let checker = Path::new(&python).with_file_name("shellcheck");
    let done = Command::new(checker).args(["-s", "sh"]).args(&files).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

/// What moto has no value of until it is set; AWS always has one.
const UNSET_IN_MOTO: &[&str] = &["connection_logs.s3.", "target_failover.", "zonal_shift."];

fn collected(moto: &Moto, folder: &Folder, name: &str) -> Value {
    let file = folder.path(name);
    let task = format!("collect --region {REGION} --retries 0 -q -o {}", file.display());
    Run::at(&moto.url, &task).done().exits(0);
    let mut saved: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    saved["taken_at"] = json!(null);
    saved["cost"] = json!(null);
    saved
}

/// Every plain value by its place, but attributes that moto has no value of.
fn plain(value: &Value) -> BTreeMap<String, String> {
    fn walk(place: &str, value: &Value, into: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, own)| walk(&format!("{place}/{name}"), own, into));
            }
            Value::Array(items) => {
                for (number, own) in items.iter().enumerate() {
                    walk(&format!("{place}/{number}"), own, into);
                }
            }
            plain => {
                into.insert(place.to_owned(), plain.to_string());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk("", value, &mut all);
    all.retain(|place, _| !UNSET_IN_MOTO.iter().any(|key| place.contains(&format!("/{key}"))));
    all
}

fn scan(moto: &Moto) -> Report {
    let scan = format!("scan --region {REGION} --format json --retries 0 --persona auditor");
    Run::at(&moto.url, &scan).report()
}

fn faults(report: &Report) -> BTreeMap<&str, &Finding> {
    let all = report.findings.iter().filter(|own| own.outcome == Outcome::Fail);
    all.map(|own| (&*own.fingerprint, own)).collect()
}

/// A block that runs a script and wants this exit code.
fn block(script: &Path, option: &str, code: i32) -> String {
    let certificate = "aws acm list-certificates --query \
        \"CertificateSummaryList[?DomainName=='good.example.com'].CertificateArn | [0]\" --output text";
    let acl = "aws wafv2 list-web-acls --scope REGIONAL --query 'WebACLs[0].ARN' --output text";
    format!(
        "export AWS_REGION={REGION} ELB_AUDIT_FIX_WAIT=0 LOG_BUCKET=logs-{REGION} \
         CLIENTS_RANGE=203.0.113.0/24\nCERTIFICATE_ARN=$({certificate})\nNEW_WEB_ACL_ARN=$({acl})\nexport \
         CERTIFICATE_ARN NEW_WEB_ACL_ARN\ncode=0\nsh '{}' {option} || code=$?\ntest \"$code\" = {code}",
        script.display()
    )
}

fn written(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(".sh") && name != "run-all.sh"
    });
    all.sort();
    all
}

fn run_each(moto: &Moto, scripts: &[PathBuf], option: &str, code: i32) {
    let blocks: BTreeMap<String, String> = scripts
        .iter()
        .enumerate()
        .map(|(number, script)| (format!("{number:03}"), block(script, option, code)))
        .collect();
    let came = run(&moto.python, &blocks, Some(&moto.url));
    assert_eq!(came["failed"], json!({}), "{option}");
}

#[test]
fn scripts_fix_what_they_say_and_take_it_back() {
    with_moto("scripts of fixes", |moto| {
        moto.plant(&[REGION]);
        let place = Folder::new();
        let folder = place.path("fixes");
        let before = collected(moto, &place, "before.json");
        let known = scan(moto);
        let fix = format!("fix --all --region {REGION} --retries 0 -o {}", folder.display());
        Run::at(&moto.url, &fix).done().exits(0);
        let scripts = written(&folder);
        assert!(scripts.len() > 25, "{} scripts", scripts.len());

        run_each(moto, &scripts, "", 0);
        let after = scan(moto);
        let (old, new) = (faults(&known), faults(&after));
        let texts: Vec<String> =
            scripts.iter().map(|script| fs::read_to_string(script).unwrap()).collect();
        let claimed = old.keys().filter(|own| texts.iter().any(|text| text.contains(*own)));
        let still: Vec<_> = claimed.filter(|own| new.contains_key(*own)).collect();
        assert!(still.is_empty(), "{still:?}");
        // What was chosen is shared, and its web ACL has no limit of rates and no log.
        let of_choices = ["certificate-shared", "waf-not-logged", "waf-rate-limit-missing"];
        let come = new.values().filter(|own| !old.contains_key(&*own.fingerprint));
        let come: Vec<_> = come.filter(|own| !of_choices.contains(&&*own.check)).collect();
        assert!(come.is_empty(), "{come:#?}");

        // Twice in a row: nothing is left to do, and nothing changes.
        let state = plain(&collected(moto, &place, "after.json"));
        run_each(moto, &scripts, "", 0);
        assert_eq!(plain(&collected(moto, &place, "again.json")), state);

        let backwards: Vec<PathBuf> = scripts.iter().rev().cloned().collect();
        run_each(moto, &backwards, "--rollback", 0);
        let back = plain(&collected(moto, &place, "back.json"));
        let (was, differs) = (plain(&before), |(place, value): &(&String, &String)| {
            plain(&before).get(*place) != Some(value)
        });
        let other: Vec<_> = back.iter().filter(differs).collect();
        assert!(other.is_empty(), "{other:#?}");
        assert_eq!(back.len(), was.len());
    });
}
