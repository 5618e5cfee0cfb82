//! Variables of the environment that look like options and set none.

use std::fs;
use std::path::{Path, PathBuf};

use elb_audit::cli;

use crate::program::Run;

const SAYS: &str = "warning: variables that set no option: ";

#[test]
fn unknown_names_are_named_once_with_what_is_meant() {
    let run = |task: &str| {
        let run = Run::bare(task).env("ELB_AUDIT_FAILON", "low").env("ELB_AUDIT_ZZZ", "1");
        run.env("ELB_AUDIT_REGIONS", "").env("ELB_AUDIT_PYTHON", "python3")
    };
    let said = format!("{SAYS}ELB_AUDIT_FAILON (did you mean ELB_AUDIT_FAIL_ON?), ELB_AUDIT_ZZZ\n");
    for task in ["demo", "checks", "permissions", "explain no-targets", "version"] {
        let done = run(task).done();
        assert_eq!(done.stderr.matches(&said).count(), 1, "{task}: {}", done.stderr);
        assert!(!done.stderr.contains("PYTHON") && !done.stderr.contains("ELB_AUDIT_REGIONS"));
        assert!(!done.stdout.contains("warning"));
    }
    assert_eq!(run("demo --quiet").done().stderr, "");
    let known = Run::bare("demo").env("ELB_AUDIT_FAIL_ON", "never").env("ELB_AUDIT_COLOR", "never");
    known.done().says(0, &["exit 0: "]);
}

/// Every file of the project that people write.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                found.extend(sources(&path));
            }
        } else if path.metadata().unwrap().len() < 1_000_000 {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_variable_that_this_project_names_is_unknown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut named = Vec::new();
    for file in sources(&root) {
        // This file names some that are unknown, and so do other tests.
        let Ok(text) = fs::read_to_string(&file) else { continue };
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        for rest in text.split("ELB_AUDIT_").skip(1) {
            let is_own = |c: char| c.is_ascii_uppercase() || c == '_';
            let name: String = rest.chars().take_while(|c| is_own(*c)).collect();
            if !name.is_empty() {
                named.push(format!("ELB_AUDIT_{name}"));
            }
        }
    }
    for name in ["ELB_AUDIT_BOOTSTRAP", "ELB_AUDIT_PYTHON", "ELB_AUDIT_FAIL_ON"] {
        assert!(named.iter().any(|one| one == name), "{name} is named somewhere");
    }
    let set = named.into_iter().map(|name| (name.into(), "1".into()));
    assert_eq!(cli::environment::warning(set), None);
}
