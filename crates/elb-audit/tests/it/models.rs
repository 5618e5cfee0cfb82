//! What AWS's API models hold, beside what is read of it: `scripts/models.tsv`, and the script that compares.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::documented::pages::{path, read};
use crate::moto::python_for;
use crate::pipelines::yaml;
use crate::program::Folder;

/// What a script of Python's says that runs to its end.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn what_is_new_and_what_is_gone_is_named() {
    let Some(python) = python_for("models: altered") else { return };
    let folder = Folder::new();
    let script = path("crates/elb-audit/tests/it/models.py");
    let said = said(Command::new(python).arg(script).arg(folder.path("")));
    assert!(said.contains(" left out with a reason, 0 unknown"), "{said}");
}

/// The last step of the workflow, with the pinned botocore where it has the newest one.
#[test]
fn the_workflow_compares() {
    let Some(python) = python_for("models: workflow") else { return };
    let workflow = yaml(&python, &read(".github/workflows/models.yml"));
    let steps = workflow["jobs"]["compare"]["steps"].as_array().unwrap();
    let run = steps.last().and_then(|step| step["run"].as_str()).unwrap();
    let folder = Folder::new();
    let show = "import botocore, os; print(os.path.dirname(os.path.dirname(botocore.__file__)))";
    let packages = said(Command::new(&python).args(["-c", show]));
    symlink(packages.trim_end(), folder.path("newest")).unwrap();
    // What the runner calls Python.
    symlink(&python, folder.path("python3")).unwrap();
    let summary = folder.path("summary.md");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", run]).current_dir(path(""));
    let first = format!("{}:{}", folder.path("").display(), std::env::var("PATH").unwrap());
    bash.env("PATH", first).env("RUNNER_TEMP", folder.path(""));
    let said = said(bash.env("GITHUB_STEP_SUMMARY", &summary));
    let told = fs::read_to_string(summary).unwrap();
    assert!(told.contains(said.trim_end()) && said.contains(" 0 unknown"), "{said}{told}");
}
