//! The GitHub action, and the pipelines that the book shows: read, linted, and the action run as a runner would.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::documented::pages::{parts, path, read};
use crate::moto::python_for;
use crate::program::Folder;

mod action;
mod runner;

const PAGE: &str = "docs/pipelines.md";
/// How the book names the action.
const ACTION: &str = "OWNER/elb-audit@COMMIT # v0.2.0";

/// YAML as JSON; the error where a key is there twice.
fn parsed(python: &OsStr, text: &str) -> Result<Value, String> {
    let script = path("crates/elb-audit/tests/it/pipelines/parse.py");
    let mut command = Command::new(python);
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(said)
    }
}

/// YAML as JSON.
pub(crate) fn yaml(python: &OsStr, text: &str) -> Value {
    parsed(python, text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// The blocks of the page in this language.
fn blocks(language: &str) -> Vec<String> {
    let page = read(PAGE);
    let parts = parts(&page).into_iter();
    parts.filter(|(_, of, _)| *of == Some(language)).map(|(_, _, text)| text).collect()
}

/// The workflows of the page: what has jobs.
fn workflows() -> Vec<String> {
    let all = blocks("yaml").into_iter();
    let workflows: Vec<String> = all.filter(|text| text.contains("\njobs:\n")).collect();
    assert_eq!(workflows.len(), 2);
    workflows
}

/// A repository of the action, the workflows and what they call, as linters want to find it; the workflows of
/// the page with the action called so.
fn repository(action: &str) -> Folder {
    let folder = Folder::new();
    // What the linters know a repository by.
    fs::create_dir_all(folder.path(".git")).unwrap();
    for name in [".github/action", ".github/workflows"] {
        fs::create_dir_all(folder.path(name)).unwrap();
        for entry in fs::read_dir(path(name)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path(name).join(entry.file_name())).unwrap();
        }
    }
    fs::copy(path("action.yml"), folder.path("action.yml")).unwrap();
    for (number, text) in workflows().iter().enumerate() {
        assert!(text.contains(ACTION), "the workflow does not name {ACTION}");
        folder.file(&format!(".github/workflows/{number}.yml"), &text.replace(ACTION, action));
    }
    folder
}

/// A program of Python's packages.
fn tool(python: &OsStr, name: &str) -> PathBuf {
    Path::new(python).with_file_name(name)
}

/// Runs a linter that has to find nothing; what it said.
fn finds_nothing(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

#[test]
fn zizmor_finds_nothing_in_action_and_workflows() {
    let Some(python) = python_for("pipelines: zizmor") else { return };
    let hash = "3d3c42e5aac5ba805825da76410c181273ba90b1";
    let repository = repository(&ACTION.replace("COMMIT", hash));
    let mut zizmor = Command::new(tool(&python, "zizmor"));
    // The repository lies where git ignores it.
    zizmor.args(["--offline", "--no-config", "--no-ignores", "--strict-collection"]);
    zizmor.args(["--collect", "all", "--color", "never", "."]).current_dir(repository.path(""));
    let said = finds_nothing(&mut zizmor);
    for name in ["action.yml", "models.yml", "release.yml", "0.yml", "1.yml"] {
        let is_read = said.lines().any(|line| line.contains("completed") && line.ends_with(name));
        assert!(is_read, "{name} is not read: {said}");
    }
}

#[test]
fn actionlint_finds_nothing_in_action_and_workflows() {
    let Some(python) = python_for("pipelines: actionlint") else { return };
    // As that of this repository, so that its inputs are known.
    let repository = repository("./");
    let mut actionlint = Command::new(tool(&python, "actionlint"));
    actionlint.args(["-no-color", "-pyflakes", "", "-shellcheck"]).arg(tool(&python, "shellcheck"));
    let files = ["models.yml", "release.yml", "0.yml", "1.yml"];
    actionlint.args(files.map(|name| format!(".github/workflows/{name}")));
    assert_eq!(finds_nothing(actionlint.current_dir(repository.path(""))), "");
}

#[test]
fn shellcheck_finds_nothing_in_scripts() {
    let Some(python) = python_for("pipelines: shellcheck") else { return };
    let mut scripts = Vec::new();
    for folder in [".ci", ".github/action", "deploy", "scripts"] {
        for entry in fs::read_dir(path(folder)).unwrap() {
            let file = entry.unwrap().path();
            let text = fs::read(&file).unwrap_or_default();
            if text.starts_with(b"#!/usr/bin/env bash\n") {
                scripts.push(file);
            }
        }
    }
    assert!(scripts.len() >= 6, "{scripts:?}");
    finds_nothing(
        Command::new(tool(&python, "shellcheck")).args(["--norc", "--color=never"]).args(scripts),
    );
}

/// The texts of a list of YAML.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_job_for_gitlab_reports_what_it_writes() {
    let Some(python) = python_for("pipelines: GitLab") else { return };
    let all: Vec<Value> = blocks("yaml").iter().map(|text| yaml(&python, text)).collect();
    let jobs: Vec<&Value> = all.iter().filter(|one| !one["elb-audit"].is_null()).collect();
    let [job] = jobs[..] else { panic!("{} jobs for GitLab", jobs.len()) };
    let job = &job["elb-audit"];
    let script = texts(&job["script"]).join("\n");
    assert!(script.starts_with("./elb-audit scan "), "{script}");
    let artifacts = &job["artifacts"];
    assert_eq!(artifacts["when"], "always");
    let reports = &artifacts["reports"];
    for (format, file) in [("gitlab", &reports["codequality"]), ("junit", &reports["junit"])] {
        let written = format!("-o {format}={}", file.as_str().unwrap());
        assert!(script.contains(&written), "{script}");
    }
    for file in texts(&artifacts["paths"]) {
        assert!(script.contains(&format!("={file}")), "{file}");
    }
    let before = texts(&job["before_script"]).join("\n");
    for (name, _) in job["id_tokens"].as_object().unwrap() {
        assert!(before.contains(&format!("\"${name}\" >\"$AWS_WEB_IDENTITY_TOKEN_FILE\"")));
    }
    let variables = &job["variables"];
    for name in ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"] {
        assert!(variables[name].is_string(), "{name}");
    }
}

#[test]
fn the_pipeline_for_jenkins_reports_what_it_writes() {
    let Some(python) = python_for("pipelines: Jenkins") else { return };
    let [pipeline] = &blocks("groovy")[..] else { panic!("one Jenkinsfile") };
    let pod = pipeline.split_once("yaml '''\n").and_then(|(_, rest)| rest.split_once("'''"));
    let pod = yaml(&python, pod.unwrap().0);
    assert_eq!((&pod["apiVersion"], &pod["kind"]), (&"v1".into(), &"Pod".into()));
    let container = &pod["spec"]["containers"][0];
    let name = container["name"].as_str().unwrap();
    assert!(pipeline.contains(&format!("defaultContainer '{name}'")));
    assert!(pod["spec"]["serviceAccountName"].is_string() && container["image"].is_string());
    for (step, format) in [("junit testResults", "junit"), ("archiveArtifacts artifacts", "json")] {
        let file =
            pipeline.split_once(&format!("{step}: '")).unwrap().1.split('\'').next().unwrap();
        assert!(pipeline.contains(&format!("-o {format}={file}")), "{file} is not written");
    }
    assert_eq!(
        pipeline.matches(['{', '(', '[']).count(),
        pipeline.matches(['}', ')', ']']).count()
    );
}

#[test]
fn the_trust_policy_is_for_the_workflow() {
    let [policy] = &blocks("json")[..] else { panic!("one policy") };
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Action"], "sts:AssumeRoleWithWebIdentity");
    let asked = &statement["Condition"]["StringEquals"];
    let provider =
        statement["Principal"]["Federated"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(asked[format!("{provider}:aud")].is_string());
    assert!(!texts(&asked[format!("{provider}:sub")]).is_empty());
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    let Some(python) = python_for("pipelines: YAML") else { return };
    let given = yaml(&python, "on: [push]\na: {b: 1}");
    assert_eq!(given, serde_json::json!({"on": ["push"], "a": {"b": 1}}));
    let refused = parsed(&python, "a: {b: 1, b: 2}").unwrap_err();
    assert!(refused.contains("twice: {'b'}"), "{refused}");
}
