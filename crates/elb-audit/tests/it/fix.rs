//! `elb-audit fix`: its scripts, read by shells and run by AWS's own CLI against moto.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use elb_audit_core::audit::Options;
use elb_audit_core::checks::ALL;
use elb_audit_core::docs;
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
        state: None,
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
    what_scripts_call_is_permitted(&files);
    for shell in ["sh", "bash", "dash"] {
        for file in &files {
            let Ok(done) = Command::new(shell).arg("-n").arg(file).output() else { continue };
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{shell} -n {}: {said}", file.display());
        }
    }
    // What all of them have in common is checked in a few, and each one's own part in every one: there it does not show
    // what the common part uses.
    let check = |files: Vec<PathBuf>, option: &str| {
        let checker = Path::new(&python).with_file_name("shellcheck");
        let done = Command::new(checker).args(["-s", "sh", option]).args(&files).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    };
    check(files.iter().step_by(40).cloned().collect(), "--norc");
    let own = files.iter().filter_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let (head, rest) = text.split_once("# What every script does")?;
        let (_, tail) = rest.split_once("\nchoose() {")?;
        let part = file.with_extension("part.sh");
        fs::write(&part, format!("{head}mode=\nchoose() {{{tail}")).unwrap();
        Some(part)
    });
    let own: Vec<PathBuf> = own.collect();
    assert!(own.len() > 60, "{} of {}", own.len(), files.len());
    check(own, "--exclude=SC2034");
}

/// Whoever may do what `permissions --for fix` prints may run every script.
fn what_scripts_call_is_permitted(files: &[PathBuf]) {
    let permitted = docs::permissions_to_fix(ALL);
    let mut called = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let (_, own) = text.split_once("set -eu\n").unwrap();
        // Messages name commands, too.
        let lines =
            own.lines().filter(|line| !line.contains("stop 2 ") && !line.contains("-v aws"));
        for (_, rest) in lines.filter_map(|line| line.split_once("aws ")) {
            let mut words = rest.split([' ', '"']);
            called.extend(words.next().zip(words.next()).map(|(service, name)| {
                (service.to_owned(), name.trim_end_matches(')').to_owned())
            }));
        }
    }
    assert!(called.len() > 25, "{called:?}");
    let mut missing = Vec::new();
    for (service, name) in called {
        let service = match service.as_str() {
            "elb" | "elbv2" => "elasticloadbalancing",
            "s3api" => "s3",
            other => other,
        };
        let word = |word: &str| match word {
            "acl" | "ssl" => word.to_uppercase(),
            other => format!("{}{}", other[..1].to_uppercase(), &other[1..]),
        };
        let action = format!("{service}:{}", name.split('-').map(word).collect::<String>());
        if !permitted.contains(&format!("\"{action}\"")) {
            missing.push(action);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
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

/// Every plain value by its place.
pub(crate) fn values(value: &Value) -> BTreeMap<String, String> {
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
    all
}

/// The same, but attributes that moto has no value of.
fn plain(value: &Value) -> BTreeMap<String, String> {
    let mut all = values(value);
    all.retain(|place, _| !UNSET_IN_MOTO.iter().any(|key| place.contains(&format!("/{key}"))));
    all
}

/// The report on what was collected.
fn judged(folder: &Folder, name: &str) -> Report {
    Run::bare("check --format json --persona auditor").arg(folder.path(name)).report()
}

pub(crate) fn faults(report: &Report) -> BTreeMap<&str, &Finding> {
    let all = report.findings.iter().filter(|own| own.outcome == Outcome::Fail);
    all.map(|own| (&*own.fingerprint, own)).collect()
}

/// A block that runs a script and wants this exit code. What is chosen is looked up once, and noted beside the
/// scripts.
fn block(script: &Path, option: &str, code: i32) -> String {
    let certificate = "aws acm list-certificates --query \
        \"CertificateSummaryList[?DomainName=='good.example.com'].CertificateArn | [0]\" --output text";
    let acl = "aws wafv2 list-web-acls --scope REGIONAL --query 'WebACLs[0].ARN' --output text";
    let chosen = script.with_file_name("chosen");
    format!(
        "export AWS_REGION={REGION} FIX_WAIT=0 LOG_BUCKET=logs-{REGION} \
         CLIENTS_RANGE=203.0.113.0/24\nchosen='{}'\nif [ ! -s \"$chosen\" ]; then\n  \
         CERTIFICATE_ARN=$({certificate})\n  NEW_WEB_ACL_ARN=$({acl})\n  echo \"export \
         CERTIFICATE_ARN=$CERTIFICATE_ARN NEW_WEB_ACL_ARN=$NEW_WEB_ACL_ARN\" >\"$chosen\"\nfi\n. \
         \"$chosen\"\ncode=0\nsh '{}' {option} || code=$?\ntest \"$code\" = {code}",
        chosen.display(),
        script.display()
    )
}

pub(crate) fn written(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The one good certificate there is shared already.
        let is_left_out = name == "run-all.sh" || name.contains("certificate-shared");
        path.extension().is_some_and(|end| end == "sh") && !is_left_out
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
        let known = judged(&place, "before.json");
        let fix = format!("fix --all --region {REGION} --retries 0 -o {}", folder.display());
        Run::at(&moto.url, &fix).done().exits(0);
        let scripts = written(&folder);
        assert!(scripts.len() > 25, "{} scripts", scripts.len());

        run_each(moto, &scripts, "", 0);
        let state = plain(&collected(moto, &place, "after.json"));
        let after = judged(&place, "after.json");
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
        run_each(moto, &scripts, "", 0);
        assert_eq!(plain(&collected(moto, &place, "again.json")), state);

        let backwards: Vec<PathBuf> = scripts.iter().rev().cloned().collect();
        run_each(moto, &backwards, "--rollback", 0);
        let back = plain(&collected(moto, &place, "back.json"));
        let was = plain(&before);
        let other: Vec<_> =
            back.iter().filter(|(place, value)| was.get(*place) != Some(value)).collect();
        assert!(other.is_empty(), "{other:#?}");
        assert_eq!(back.len(), was.len());
    });
}

/// An `aws` in front of the one that the blocks have: it fails at the Nth command that changes something.
const FAILING: &str = r#"#!/bin/sh
case $2 in
  describe-* | get-* | list-*) ;;
  *)
    count=$(($(cat "$COUNT") + 1))
    printf '%s' "$count" >"$COUNT"
    if [ "$count" = "$FAIL_AT" ]; then
      echo 'An error occurred (AccessDenied)' >&2
      exit 254
    fi
    ;;
esac
exec "$REAL_AWS" "$@"
"#;

/// The program that fails, beside what it counts in.
pub(crate) fn failing_aws(place: &Folder) -> PathBuf {
    fs::create_dir_all(place.path("bin")).unwrap();
    let aws = place.file("bin/aws", FAILING);
    Command::new("chmod").arg("+x").arg(&aws).status().unwrap();
    place.path("bin")
}

/// A block that lets a script fail at each command that changes something, one after the other, until it comes to
/// its end; that is taken back. Each failure is noted in a file.
pub(crate) fn failing(setup: &str, stub: &Path, script: &Path) -> String {
    let (stub, script) = (stub.display(), script.display());
    format!(
        "{setup}\nREAL_AWS=$(command -v aws)\nexport REAL_AWS FAIL_AT COUNT='{stub}/count' PATH='{stub}':$PATH\n\
         FAIL_AT=1\nwhile :; do\n  printf 0 >\"$COUNT\"\n  code=0\n  sh '{script}' || code=$?\n  if [ \
         \"$(cat \"$COUNT\")\" -lt \"$FAIL_AT\" ]; then break; fi\n  echo \"failed at $FAIL_AT\" >&2\n  \
         test \"$code\" = 1\n  echo \"$FAIL_AT\" >>'{stub}/failures'\n  FAIL_AT=$((FAIL_AT + 1))\ndone\n\
         test \"$code\" = 0\nFAIL_AT=0 sh '{script}' --rollback"
    )
}

/// How often scripts have failed.
pub(crate) fn failures(stub: &Path) -> usize {
    fs::read_to_string(stub.join("failures")).unwrap().lines().count()
}

/// The first script for each check.
pub(crate) fn one_of_each(scripts: &[PathBuf]) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    scripts.iter().filter(|script| seen.insert(check_of(script))).cloned().collect()
}

/// The check in the name of a script.
pub(crate) fn check_of(script: &Path) -> String {
    let name = script.file_name().unwrap().to_string_lossy().into_owned();
    let check = name.trim_start_matches(|letter: char| !letter.is_alphabetic());
    check.rsplit_once('-').map_or("", |(check, _)| check).to_owned()
}

#[test]
fn a_script_that_fails_anywhere_takes_everything_back() {
    with_moto("failing scripts of fixes", |moto| {
        moto.plant(&[REGION]);
        let place = Folder::new();
        let folder = place.path("fixes");
        let fix = format!("fix --all --region {REGION} --retries 0 -o {}", folder.display());
        Run::at(&moto.url, &fix).done().exits(0);
        let before = plain(&collected(moto, &place, "before.json"));
        let stub = failing_aws(&place);
        // One of each kind of change, but of what moto has no value of.
        let unset = ["connection-logs", "gateway-flows", "zonal-shift"];
        let mut kinds = one_of_each(&written(&folder));
        kinds.retain(|script| !unset.iter().any(|one| check_of(script).starts_with(one)));
        assert!(kinds.len() > 8, "{kinds:?}");
        let block_of = |script: &PathBuf| {
            let inner = block(script, "", 0);
            let (setup, _) = inner.split_once("code=0").unwrap();
            (script.display().to_string(), failing(setup, &stub, script))
        };
        let blocks: BTreeMap<String, String> = kinds.iter().map(block_of).collect();
        let came = run(&moto.python, &blocks, Some(&moto.url));
        assert_eq!(came["failed"], json!({}));
        assert!(failures(&stub) >= kinds.len(), "{} of {}", failures(&stub), kinds.len());
        let after = plain(&collected(moto, &place, "after.json"));
        let other: Vec<_> =
            after.iter().filter(|(place, value)| before.get(*place) != Some(value)).collect();
        assert!(other.is_empty(), "{other:#?}");
    });
}

/// What a script sees and does when something was changed since: it stops, and changes nothing.
#[test]
fn what_was_changed_in_between_is_left_alone() {
    with_moto("drifted scripts of fixes", |moto| {
        moto.plant(&[REGION]);
        let place = Folder::new();
        let folder = place.path("fixes");
        let fix = format!("fix --all --region {REGION} --retries 0 -o {}", folder.display());
        Run::at(&moto.url, &fix).done().exits(0);
        let drift = "
            export AWS_REGION=eu-west-1
            for lb in $(aws elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerArn' --output text); do
              aws elbv2 modify-load-balancer-attributes --load-balancer-arn \"$lb\" --attributes \
                Key=routing.http.desync_mitigation_mode,Value=strictest \
                Key=routing.http.drop_invalid_header_fields.enabled,Value=maybe >/dev/null
              for listener in $(aws elbv2 describe-listeners --load-balancer-arn \"$lb\" \
                  --query 'Listeners[?Protocol==`HTTP`].ListenerArn' --output text); do
                aws elbv2 modify-listener --listener-arn \"$listener\" --default-actions \
                  'Type=fixed-response,FixedResponseConfig={StatusCode=418}' >/dev/null
                for rule in $(aws elbv2 describe-rules --listener-arn \"$listener\" \
                    --query 'Rules[?!IsDefault].RuleArn' --output text); do
                  aws elbv2 modify-rule --rule-arn \"$rule\" --actions \
                    'Type=fixed-response,FixedResponseConfig={StatusCode=418}' >/dev/null
                done
              done
            done";
        let came = run(
            &moto.python,
            &BTreeMap::from([("drift".to_owned(), drift.to_owned())]),
            Some(&moto.url),
        );
        assert_eq!(came["failed"], json!({}));
        let before = plain(&collected(moto, &place, "before.json"));
        let touched = ["desync-monitor", "invalid-headers-kept", "listener-cleartext", "redirect-"];
        let scripts: Vec<PathBuf> = written(&folder)
            .into_iter()
            .filter(|script| touched.iter().any(|one| script.to_string_lossy().contains(one)))
            .collect();
        assert!(scripts.len() > 2, "{scripts:?}");
        run_each(moto, &scripts, "", 3);
        assert_eq!(plain(&collected(moto, &place, "after.json")), before);
    });
}

/// An `aws` for hostile values: it tells the account, and of everything else what the script expects.
const ANSWERING: &str = r#"#!/bin/sh
if [ "$1" = sts ]; then
  printf '%s\n' "$ACCOUNT"
  exit
fi
asked=$(($(cat "$ASKED") + 1))
printf '%s' "$asked" >"$ASKED"
look() { if [ "$1" = "$asked" ]; then printf '%s\n' "$2"; fi; }
witness() { if [ "$1" = "$((asked - STEPS))" ]; then printf '%s\n' "$3"; fi; }
. "$LOOKS"
"#;

/// Puts hostile text into every text of a saved inventory that AWS lets people choose, or a file may hold.
fn hostile(value: &mut Value, key: &str, evil: &str) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, own)| hostile(own, name, evil));
        }
        Value::Array(items) => items.iter_mut().for_each(|own| hostile(own, key, evil)),
        Value::String(text)
            if ["name", "arn", "id", "value", "label", "security_groups"].contains(&key)
                && !text.is_empty()
                && !text.contains("2026-") =>
        {
            text.push_str(evil);
        }
        _ => {}
    }
}

#[test]
fn no_value_is_run_whatever_it_holds() {
    let place = Folder::new();
    let canary = place.path("canary");
    let touch = format!("touch {}", canary.display());
    fs::create_dir_all(place.path("bin")).unwrap();
    let aws = place.file("bin/aws", ANSWERING);
    Command::new("chmod").arg("+x").arg(&aws).status().unwrap();
    // Out of single quotes, out of double ones, without any, and on a line of its own.
    let evil = format!(
        "'; {touch}; '$({touch})`{touch}`\"; {touch}; \"$({touch})\\'; {touch} #\n{touch}\n\\"
    );
    let (mut runs, mut dry) = (0, 0);
    for check in ALL {
        let mut packs = check.examples.iter().map(|example| {
            let mut saved = serde_json::to_value((example.given)()).unwrap();
            hostile(&mut saved["accounts"][0]["regions"], "", &evil);
            let inventory = serde_json::from_value::<Inventory>(saved).ok()?;
            let own = scripts(&inventory).scripts.into_iter();
            own.clone().find(|one| one.findings.iter().any(|own| own.check == check.id))
        });
        let Some(one) = packs.find_map(|script| script) else { continue };
        let text = &one.script.text;
        let script = place.file("script.sh", text);
        let (witnesses, looks) =
            text.split_once("\nlook_at_all() {\n").expect("what a script looks at");
        let witnesses = witnesses.split_once("\nlook_at_witnesses() {\n").expect("witnesses").1;
        let looks = [witnesses, looks].map(|lines| lines.rsplit_once("}\n").expect("lines").0);
        let looks = place.file("looks.sh", &looks.concat());
        for option in ["--dry-run", "--rollback"] {
            let asked = place.file("asked", "0");
            if option == "--rollback" {
                fs::create_dir_all(place.path("script.captured")).unwrap();
                let steps: Vec<String> =
                    (1..=one.steps.len()).rev().map(|step| step.to_string()).collect();
                place.file("script.captured/steps", &steps.join(" "));
            }
            let mut shell = Command::new("sh");
            shell.arg(&script).arg(option).env_clear().current_dir(place.path(""));
            shell.env("PATH", format!("{}:/usr/bin:/bin", place.path("bin").display()));
            shell.env("ACCOUNT", "111122223333").env("LOOKS", &looks).env("ASKED", &asked);
            shell.env("STEPS", one.steps.len().to_string()).env("FIX_WAIT", "0");
            for choice in &one.choices {
                shell.env(choice.name(), "chosen");
            }
            let done = shell.output().unwrap();
            assert!(!canary.exists(), "{}: {text}", check.id);
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(!said.contains("not found"), "{}: {said}", check.id);
            runs += 1;
            dry += usize::from(option == "--dry-run" && done.status.success());
        }
    }
    assert!(runs > 60 && dry > 30, "{runs} runs, {dry} to their end");
}
