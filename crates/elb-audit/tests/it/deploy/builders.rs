//! What builds the function: this machine or a container, and what is said before where neither can.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::script::{Ended, Place};

pub(crate) const X86_64: u8 = 0x3E;
pub(crate) const ARM64: u8 = 0xB7;

/// A machine of the kind that `MACHINE` says, `SYSTEM PROCESSOR`.
const UNAME: &str = r#"#!/usr/bin/env bash
read -r system processor <<<"${MACHINE:-Linux x86_64}"
case "$1" in -s) echo "$system" ;; -m) echo "$processor" ;; esac
"#;

/// A compiler whose programs need the glibc of `LINKS`.
const CC: &str = r#"#!/usr/bin/env bash
[[ -n "${LINKS:=2.34}" && "$*" == "-x c -o "* ]] || exit 1
printf '\x7fELF%014d\x3e\0GLIBC_%s\0' 0 "$LINKS" >"$4"
"#;

/// A cargo of the version `CARGO`, which builds what `BUILT` names.
const CARGO: &str = r#"#!/usr/bin/env bash
printf 'cargo %s\n' "$*" >>"$BUILD_LOG"
if [[ "$1" == --version ]]; then echo "cargo ${CARGO:-1.999.0} (0123456 2026-01-01)"; exit; fi
mkdir -p "$CARGO_TARGET_DIR/release"
cp "$BUILT" "$CARGO_TARGET_DIR/release/bootstrap"
"#;

/// A docker or podman that answers unless `SILENT` names it, is root's unless `ROOTLESS` is set, and builds what
/// `BUILT` names into the folder that is mounted at `/built`.
const ENGINE: &str = r#"#!/usr/bin/env bash
name=${0##*/}
case "$1" in
  --version) echo "$name version 99"; exit ;;
  info) if [[ -n "${ROOTLESS:-}" ]]; then echo " rootless"; fi; [[ "${SILENT:-}" != *"$name"* ]]; exit ;;
esac
printf '%s %s\n' "$name" "$*" >>"$BUILD_LOG"
for word; do
  if [[ "$word" == *:/built ]]; then
    mkdir -p "${word%:/built}/release"
    cp "$BUILT" "${word%:/built}/release/bootstrap"
  fi
done
"#;

/// What the script uses beside what it looks for.
const TOOLS: [&str; 13] = [
    "bash", "cat", "cp", "cut", "dirname", "env", "id", "mkdir", "sed", "sort", "tail", "tr", "wc",
];

/// Makes a program of this script. Another process writes it: a file that this one has open for writing while
/// another test starts a program cannot be executed (`ETXTBSY`) until that has begun.
pub(crate) fn program(path: &Path, script: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writer.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success(), "{}", path.display());
}

/// Makes a file that says to be a program for this machine, with these words in it.
pub(crate) fn function(path: &Path, machine: u8, words: &str) {
    let mut program = b"\x7fELF".to_vec();
    program.resize(18, 0);
    program.extend([machine, 0]);
    program.extend(words.as_bytes());
    fs::write(path, program).unwrap();
}

/// Puts stand-ins for all that builds into a folder. They copy what `BUILT` names, and write down in `BUILD_LOG`
/// what they were asked.
pub(crate) fn stand_ins(folder: &Path) {
    for (tool, script) in
        [("uname", UNAME), ("cc", CC), ("cargo", CARGO), ("docker", ENGINE), ("podman", ENGINE)]
    {
        program(&folder.join(tool), script);
    }
}

/// A place with all that builds, and nothing else on its path.
fn place(name: &str) -> Option<Place> {
    let place = Place::new(name)?;
    stand_ins(&place.folder.join("bin"));
    let path = std::env::var_os("PATH").unwrap();
    for tool in TOOLS {
        let found = std::env::split_paths(&path).map(|folder| folder.join(tool));
        let found = found.into_iter().find(|file| file.exists()).unwrap();
        symlink(found, place.folder.join("bin").join(tool)).unwrap();
    }
    Some(place)
}

/// Runs the script with these variables.
fn deploy(place: &Place, arguments: &str, variables: &[(&str, &str)]) -> Ended {
    place.deploy_with(arguments, "", |command: &mut Command| {
        command
            .env("PATH", place.folder.join("bin"))
            .env("BUILD_LOG", place.folder.join("build.log"))
            .env("BUILT", place.folder.join("bootstrap"))
            .envs(variables.iter().copied());
    })
}

/// What was built, by whom; forgotten when it is told.
fn built(place: &Place) -> String {
    let log = place.folder.join("build.log");
    let built = fs::read_to_string(&log).unwrap_or_default();
    // There may be none.
    let _ = fs::remove_file(log);
    built.replace("cargo --version\n", "")
}

fn packed(place: &Place) -> Vec<u8> {
    fs::read(place.folder.join("target/deploy/elb-audit-x86_64.zip")).unwrap()
}

#[test]
fn a_machine_that_cannot_build_says_so_at_once() {
    let Some(place) = place("machine") else { return };
    for (variables, said) in [
        (
            [("MACHINE", "Darwin arm64")],
            "Linux on x86_64, which the function is for: this is Darwin on arm64",
        ),
        ([("MACHINE", "Linux aarch64")], "this is Linux on arm64"),
        ([("CARGO", "1.80.0")], "or newer: cargo says that it is 1.80.0"),
        ([("CARGO", " ")], "cargo says that it is nothing"),
        (
            [("LINKS", "2.36")],
            "what cc links needs glibc 2.36, and the runtime provided.al2023 has 2.34",
        ),
    ] {
        let done = deploy(&place, "--dry-run", &variables);
        done.says(1, &format!("nothing was built; this is missing:\n  - {}", first_of(&done)));
        done.says(1, said);
        done.says(1, "\n--container builds in a container instead, and ELB_AUDIT_BOOTSTRAP takes");
        assert_eq!(built(&place), "", "{variables:?}");
    }
    let other = deploy(&place, "--arm64 --dry-run", &[]);
    other.says(1, "Linux on arm64, which the function is for: this is Linux on x86_64");
    assert_eq!(place.asked(), "");
}

/// The first thing that is missing.
fn first_of(ended: &Ended) -> &str {
    let lines = ended.said.lines().find_map(|line| line.strip_prefix("  - "));
    lines.unwrap_or_else(|| panic!("nothing is missing: {}", ended.said))
}

#[test]
fn all_that_is_missing_is_said_together() {
    let Some(place) = place("bare") else { return };
    for tool in ["aws", "cc", "cargo"] {
        fs::remove_file(place.folder.join("bin").join(tool)).unwrap();
    }
    let done = deploy(&place, "", &[("PYTHON", "no-python")]);
    let parts =
        ["there is no no-python", "cargo, which builds Rust", "a C compiler", "the AWS CLI"];
    for part in parts {
        done.says(1, part);
    }
    assert_eq!(done.said.matches("\n  - ").count(), parts.len(), "{}", done.said);
}

#[test]
fn what_a_deployment_needs_of_aws_is_there_before_the_build() {
    let Some(place) = place("aws") else { return };
    deploy(&place, "", &[]).says(1, "  - a region: --region or AWS_REGION\n");
    let refused = [("AWS_REFUSES", "Unable to locate credentials"), ("AWS_REGION", "eu-west-1")];
    let done = deploy(&place, "", &refused);
    done.says(
        1,
        "  - credentials that AWS takes; the AWS CLI says: Unable to locate credentials\n",
    );
    assert!(!done.said.contains("--container"), "{}", done.said);
    assert_eq!(built(&place), "");
    let done = deploy(&place, "", &[("AWS_REGION", "eu-west-1")]);
    done.says(0, "deploying the stack elb-audit-prod in eu-west-1 of account 111122223333");
    let asked = place.asked();
    let validated = asked.find("cloudformation validate-template").unwrap();
    assert!(validated < asked.find("s3api").unwrap(), "{asked}");
    assert_eq!(built(&place), "cargo build --release --locked --bin bootstrap\n");
}

#[test]
fn a_container_builds_the_same_function() {
    let Some(place) = place("container") else { return };
    deploy(&place, "--dry-run", &[]).says(0, "packed");
    let here = packed(&place);
    built(&place);
    fs::remove_file(place.folder.join("bin/cargo")).unwrap();
    let mac = [("MACHINE", "Darwin arm64")];
    let done = deploy(&place, "--container --dry-run", &mac);
    done.says(0, "building the function with docker in docker.io/library/rust:");
    assert!(packed(&place) == here, "another zip");
    let run = built(&place);
    assert_mounts(&place, &run, "x86_64");
    assert!(run.starts_with("docker run --rm --platform linux/amd64 --user "), "{run}");
    assert!(run.ends_with("-bookworm cargo build --release --locked --bin bootstrap\n"), "{run}");
    let manifest = fs::read_to_string(super::path("Cargo.toml")).unwrap();
    let (_, version) = manifest.split_once("\nrust-version = \"").unwrap();
    let version = version.split('"').next().unwrap();
    assert!(run.contains(&format!(" docker.io/library/rust:{version}-bookworm ")), "{run}");

    place.bootstrap(ARM64, "GLIBC_2.17\0");
    deploy(&place, "--container --arm64 --dry-run", &mac).says(0, "elb-audit-arm64.zip");
    let run = built(&place);
    assert!(run.contains(" --platform linux/arm64 "), "{run}");
    assert_mounts(&place, &run, "arm64");
    place.bootstrap(X86_64, "GLIBC_2.36\0");
    deploy(&place, "--container --dry-run", &mac).says(1, "needs glibc 2.36");
}

/// The sources are mounted, which nothing may change, and what is kept for the next time.
fn assert_mounts(place: &Place, run: &str, architecture: &str) {
    let root = super::path("").canonicalize().unwrap();
    let kept = place.folder.join("target/container");
    let mounts = [
        format!("{}:/source:ro", root.display()),
        format!("{}:/cargo", kept.join("cargo").display()),
        format!("{}:/built", kept.join(architecture).display()),
    ];
    for (mount, folder) in mounts.iter().zip([root, kept.join("cargo"), kept.join(architecture)]) {
        assert!(run.contains(&format!(" --volume {mount} ")), "{mount} is not in {run}");
        assert!(Path::is_dir(&folder), "{}", folder.display());
    }
}

#[test]
fn any_engine_that_answers_will_do() {
    let Some(place) = place("engines") else { return };
    let run = |variables: &[(&str, &str)]| deploy(&place, "--container --dry-run", variables);
    run(&[("SILENT", "docker")]).says(0, "with podman in");
    let asked = built(&place);
    assert!(asked.starts_with("podman run ") && !asked.contains("--user"), "{asked}");
    run(&[("ROOTLESS", "1")]).says(0, "with docker in");
    let asked = built(&place);
    assert!(asked.starts_with("docker run ") && !asked.contains("--user"), "{asked}");
    run(&[("SILENT", "docker podman")])
        .says(1, "docker or podman, for --container: neither docker info nor podman info succeeds");
    assert_eq!(built(&place), "");
}
