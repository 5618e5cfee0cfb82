//! The script that deploys, with a small file in the place of the function and a stand-in for the AWS CLI.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::builders::{ARM64, X86_64, function, program};
use super::{deployed, run};
use crate::moto::python_for;

/// An AWS CLI that writes down what it is asked. There is no bucket yet, and no object unless `OBJECT` is the checksum
/// that it has; what it holds is in the file `HELD`. The functions have what was packed, or `CODE`. With
/// `AWS_REFUSES` it knows nobody.
const AWS: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >>"$AWS_LOG"
packed() {
  "$PYTHON" - "$CARGO_TARGET_DIR"/deploy/elb-audit-*.zip <<'END'
import base64, hashlib, sys
print(base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())
END
}
case "$1 $2" in
  "sts get-caller-identity")
    if [[ -n "${AWS_REFUSES:-}" ]]; then printf '\n%s\n' "$AWS_REFUSES" >&2; exit 253; fi
    echo "a warning" >&2
    echo 111122223333
    ;;
  "s3api head-bucket") exit 255 ;;
  "s3api head-object")
    [[ -n "${OBJECT:-}" ]] || exit 255
    if [[ "$OBJECT" == packed ]]; then packed; else echo "$OBJECT"; fi
    ;;
  "s3api get-object") cp "${HELD:-$CARGO_TARGET_DIR/deploy/elb-audit-x86_64.zip}" "${@: -1}" ;;
  "lambda get-function-configuration")
    if [[ "${CODE:-}" == denied ]]; then exit 254; fi
    if [[ -n "${CODE:-}" ]]; then echo "$CODE"; else packed; fi
    ;;
  "lambda invoke") echo None; printf '{"exit":0}' >"${@: -1}" ;;
  "cloudformation describe-stacks") echo elb-audit-prod ;;
esac
"#;

/// A place with a bootstrap and a stand-in for AWS.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    python: std::ffi::OsString,
}

pub(super) struct Ended {
    code: Option<i32>,
    pub(super) said: String,
}

impl Place {
    /// None where there is no Python.
    pub(super) fn new(name: &str) -> Option<Self> {
        let python = python_for(&format!("deploy: {name}"))?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("deploy-{name}"));
        // It may be the first run.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("bin")).unwrap();
        program(&folder.join("bin/aws"), AWS);
        let place = Place { folder, python };
        place.bootstrap(X86_64, "GLIBC_2.9\0GLIBC_2.34\0");
        Some(place)
    }

    /// Puts a program there that is for this machine and has these words.
    pub(super) fn bootstrap(&self, machine: u8, words: &str) {
        function(&self.folder.join("bootstrap"), machine, words);
    }

    pub(super) fn deploy(&self, arguments: &str, input: &str) -> Ended {
        self.deploy_to(arguments, input, &[])
    }

    /// The same where AWS is as these variables say.
    fn deploy_to(&self, arguments: &str, input: &str, aws: &[(&str, &str)]) -> Ended {
        let given = self.folder.join("bootstrap");
        self.deploy_with(arguments, input, |command| {
            command.env("ELB_AUDIT_BOOTSTRAP", given).envs(aws.iter().copied());
        })
    }

    /// Runs the script once its environment has been changed, in which no function is given.
    pub(super) fn deploy_with(
        &self,
        arguments: &str,
        input: &str,
        change: impl FnOnce(&mut Command),
    ) -> Ended {
        let beside = Path::new(&self.python).parent().unwrap();
        let system = std::env::var_os("PATH").unwrap();
        let folders = [self.folder.join("bin"), beside.to_owned()];
        let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&system)));
        let mut command = Command::new("bash");
        command
            .arg(deployed("deploy.sh"))
            .args(arguments.split_whitespace())
            .env_clear()
            .env("PATH", path.unwrap())
            .env("HOME", "/nonexistent")
            .env("PYTHON", &self.python)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("AWS_LOG", self.folder.join("aws.log"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        // A script that ends without asking leaves a broken pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        Ended { code: output.status.code(), said: String::from_utf8(said).unwrap() }
    }

    /// What the AWS CLI was asked.
    pub(super) fn asked(&self) -> String {
        fs::read_to_string(self.folder.join("aws.log")).unwrap_or_default()
    }
}

impl Ended {
    #[track_caller]
    pub(super) fn says(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert!(self.said.contains(words), "{words} is not in:\n{}", self.said);
    }
}

#[test]
fn the_script_says_how_it_is_used() {
    let Some(place) = Place::new("help") else { return };
    let help = place.deploy("--help", "");
    help.says(0, "deploy.sh [ENV] [OPTIONS]");
    let script = fs::read_to_string(deployed("deploy.sh")).unwrap();
    let (_, arguments) = script.split_once("read_arguments() {").unwrap();
    let (arguments, _) = arguments.split_once("\n}\n").unwrap();
    let options = arguments.split([' ', '|', ')']).filter(|word| word.starts_with("--"));
    for option in options {
        assert!(help.said.contains(option), "{option} is not in the help");
    }
    place.deploy("--no-such-option", "").says(2, "there is no option --no-such-option");
    place.deploy("prod staging", "").says(2, "one environment at a time");
    place.deploy("Prod", "").says(2, "lower-case letters");
    place.deploy("--config /nonexistent/file", "").says(2, "no such file");
    place.deploy("--region", "").says(2, "--region wants a value");
    place.deploy("--container", "").says(2, "ELB_AUDIT_BOOTSTRAP names one that is built");
    assert_eq!(place.asked(), "");
}

#[test]
fn a_dry_run_packs_and_leaves_aws_alone() {
    let Some(place) = Place::new("dry") else { return };
    let config = place.folder.join("mine.toml");
    fs::write(&config, "edition = \"2026-11\"\n").unwrap();
    let arguments = format!("staging --dry-run --test --config {}", config.display());
    let first = place.deploy(&arguments, "");
    first.says(0, "needs glibc 2.34, of the 2.34 that there is");
    first.says(0, "cfn-lint finds nothing in deploy/template.yaml");
    first.says(0, "a dry run: the stack elb-audit-staging is left as it is");
    assert_eq!(place.deploy(&arguments, "").said, first.said, "the same content has the same hash");
    assert_eq!(place.asked(), "");

    let zip = place.folder.join("target/deploy/elb-audit-x86_64.zip");
    let list = "import sys, zipfile; [print(one.filename, oct(one.external_attr >> 16)) \
                for one in zipfile.ZipFile(sys.argv[1]).infolist()]";
    let packed = run(&place.python, &["-c".as_ref(), list.as_ref(), zip.as_os_str()]);
    assert_eq!(packed, "bootstrap 0o100755\nelb-audit.toml 0o100644\n");
}

#[test]
fn a_function_that_would_not_start_is_not_deployed() {
    let Some(place) = Place::new("glibc") else { return };
    place.bootstrap(X86_64, "GLIBC_2.9\0GLIBC_2.35\0");
    place
        .deploy("--dry-run", "")
        .says(1, "needs glibc 2.35, and the runtime provided.al2023 has 2.34");
    place.bootstrap(X86_64, "GLIBC_2.4\0GLIBC_ABI_DT_RELR\0");
    place.deploy("--region eu-west-1", "").says(1, "needs glibc 2.36");
    place.bootstrap(X86_64, "GLIBC_2.17\0/lib/ld-musl-x86_64.so.1\0");
    place.deploy("--dry-run", "").says(1, "needs musl");
    place.bootstrap(ARM64, "GLIBC_2.17\0");
    place
        .deploy("--region eu-west-1", "")
        .says(1, "is for arm64, and the function is to be x86_64");
    place.deploy("--arm64 --dry-run", "").says(0, "elb-audit-arm64.zip");
    fs::write(place.folder.join("bootstrap"), "#!/bin/sh\n").unwrap();
    place.deploy("--region eu-west-1", "").says(1, "is no program for Linux");
    // What is asked before the build only reads.
    let asked = place.asked();
    let reads = ["sts get-caller-identity ", "cloudformation validate-template "];
    assert!(asked.lines().all(|line| reads.iter().any(|read| line.starts_with(read))), "{asked}");
}

#[test]
fn a_deployment_uploads_under_the_hash_and_tells_no_secret() {
    let Some(place) = Place::new("whole") else { return };
    let secret = "slack:https://hooks.example/T0/secret";
    let arguments = format!("--guided --test --parameter MoreDestinations={secret}");
    let done = place.deploy(&arguments, "eu-west-1\nops@example.com\n\n\n");
    done.says(0, "{\"exit\":0}");
    assert!(!done.said.contains("secret"), "{}", done.said);
    let (_, hash) = done.said.split_once("sha256 ").unwrap();
    let hash = &hash[..64];
    let asked = place.asked();
    let bucket = "elb-audit-code-111122223333-eu-west-1";
    let line = |start: &str| asked.lines().find(|line| line.starts_with(start)).unwrap();
    // A bucket whose name can be guessed may be somebody else's.
    for call in ["head-bucket", "put-public-access-block", "head-object", "put-object"] {
        let owned = format!("s3api {call} --bucket {bucket} --expected-bucket-owner 111122223333");
        assert!(line(&format!("s3api {call}")).starts_with(&owned), "{asked}");
    }
    assert!(line("s3api create-bucket").ends_with("LocationConstraint=eu-west-1"));
    assert!(line("s3api put-object").contains(&format!("--key elb-audit/{hash}.zip")));
    let deploy = line("cloudformation deploy");
    for words in [
        "--stack-name elb-audit-prod ",
        "--capabilities CAPABILITY_NAMED_IAM ",
        &format!(
            " Environment=prod CodeBucket={bucket} CodeKey=elb-audit/{hash}.zip Architecture=x86_64 "
        ),
        " Email=ops@example.com ",
        &format!(" MoreDestinations={secret}"),
    ] {
        assert!(deploy.contains(words), "{words} is not in {deploy}");
    }
    assert!(!deploy.contains("Schedule="), "what nobody answered stays as it was");
    assert!(line("lambda invoke").contains("--function-name elb-audit-prod"));
}

/// A checksum as AWS writes it, of something else.
const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn what_is_there_already_is_what_was_packed_or_refused() {
    let Some(place) = Place::new("uploaded") else { return };
    let deploy = |aws: &[(&str, &str)]| place.deploy_to("--region eu-west-1", "", aws);
    let other = place.folder.join("other.zip");
    fs::write(&other, "another function").unwrap();
    let other = other.display().to_string();
    // Of what was uploaded without a checksum, or in parts, it is what it holds that counts.
    for object in ["packed", "None", "AAAAAAAA-2"] {
        deploy(&[("OBJECT", object)]).says(0, ".zip is there already, and is what was packed");
        assert!(!place.asked().contains("put-object"), "{}", place.asked());
    }
    for (object, held) in [(OTHER, ""), ("None", &*other), ("AAAAAAAA-2", &*other)] {
        let done = deploy(&[("OBJECT", object), ("HELD", held)]);
        done.says(1, ".zip is not what was packed: its SHA-256 is ");
        done.says(1, "see who may write there");
    }
    deploy(&[("OBJECT", "None"), ("HELD", "/nonexistent")]).says(1, "cannot be compared");
    let asked = place.asked();
    assert_eq!(asked.matches("cloudformation deploy").count(), 3, "{asked}");
    deploy(&[]).says(0, "uploaded s3://");
    let asked = place.asked();
    let put = asked.lines().find(|line| line.starts_with("s3api put-object")).unwrap();
    let (_, sent) = put.split_once(" --checksum-sha256 ").unwrap();
    assert!(sent.len() == OTHER.len() && sent.ends_with('='), "{put}");
}

#[test]
fn what_runs_is_what_was_packed() {
    let Some(place) = Place::new("code") else { return };
    for (arguments, names) in [
        ("--region eu-west-1", &["elb-audit-prod"][..]),
        ("--region eu-west-1 --organization", &["elb-audit-prod-shard", "elb-audit-prod-whole"]),
    ] {
        let deploy = |aws: &[(&str, &str)]| place.deploy_to(arguments, "", aws);
        let done = deploy(&[]);
        for name in names {
            done.says(0, &format!("the function {name} is what was packed"));
        }
        let done = deploy(&[("CODE", OTHER)]);
        let said =
            format!("the function {} is not what was packed: its CodeSha256 is {OTHER}", names[0]);
        done.says(1, &said);
        deploy(&[("CODE", "denied")]).says(1, "allow lambda:GetFunctionConfiguration");
    }
    let tested = place.deploy_to("--region eu-west-1 --test", "", &[("CODE", OTHER)]);
    tested.says(1, "is not what was packed");
    assert!(!place.asked().contains("lambda invoke"), "it is not started");
}

#[test]
fn an_organization_has_a_stack_of_its_own() {
    let Some(place) = Place::new("organization") else { return };
    let done = place.deploy("prod --organization --region us-east-1", "");
    done.says(0, "deploying the stack elb-audit-prod-organization in us-east-1");
    let asked = place.asked();
    assert!(asked.contains("/deploy/organization.yaml"), "{asked}");
    assert!(!asked.contains("/deploy/template.yaml"), "{asked}");
    let create = asked.lines().find(|line| line.starts_with("s3api create-bucket")).unwrap();
    // There it is refused.
    assert!(!create.contains("LocationConstraint"), "{create}");
}
