//! Runs the steps of `action.yml` as a runner of GitHub does: with the few expressions that it has.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::documented::pages::{path, read};
use crate::moto::python_for;
use crate::program::{Done, Folder, finished};

use super::yaml;

/// Whether a pull request is from a fork, as the action asks.
const FORK: &str = "github.event_name == 'pull_request' && \
                    github.event.pull_request.head.repo.full_name != github.repository";

/// A job with the action as its step, in an empty folder.
pub(super) struct Job {
    action: Value,
    pub(super) folder: Folder,
    inputs: BTreeMap<&'static str, String>,
    env: BTreeMap<&'static str, String>,
    fork: bool,
}

/// What became of a job.
pub(super) struct Ended {
    /// The exit code of the last step that failed, or 0.
    pub(super) code: i32,
    /// What all steps printed.
    pub(super) log: String,
    /// The steps that were run, or would have been.
    pub(super) steps: Vec<String>,
    /// Their outputs, as `step.name`.
    outputs: BTreeMap<String, String>,
    /// The outputs of the action.
    pub(super) given: BTreeMap<String, String>,
    pub(super) summary: String,
}

impl Job {
    /// A job on Linux without credentials; none without a Python that reads the action.
    pub(super) fn new(test: &str) -> Option<Self> {
        let action = yaml(&python_for(test)?, &read("action.yml"));
        let folder = Folder::new();
        for name in ["bin", "temp", "work"] {
            fs::create_dir(folder.path(name)).unwrap();
        }
        let system = std::env::var("PATH").unwrap();
        let env = BTreeMap::from([
            ("PATH", format!("{}:{system}", folder.path("bin").display())),
            ("HOME", "/nonexistent".to_owned()),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
            ("RUNNER_ENVIRONMENT", "github-hosted".to_owned()),
            ("RUNNER_TEMP", folder.path("temp").display().to_string()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_ACTION_PATH", path("").canonicalize().unwrap().display().to_string()),
            ("GITHUB_STEP_SUMMARY", folder.path("summary.md").display().to_string()),
        ]);
        Some(Job { action, folder, inputs: BTreeMap::new(), env, fork: false })
    }

    pub(super) fn input(mut self, name: &'static str, value: &str) -> Self {
        assert!(!self.action["inputs"][name].is_null(), "the action takes no {name}");
        self.inputs.insert(name, value.to_owned());
        self
    }

    pub(super) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.insert(name, value.to_owned());
        self
    }

    /// For a pull request from a fork.
    pub(super) fn of_a_fork(mut self) -> Self {
        self.fork = true;
        self
    }

    /// Writes a program that steps can call; its path.
    pub(super) fn program(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path("bin").join(name);
        crate::deploy::builders::program(&file, text);
        file
    }

    /// Runs the steps, one after the other.
    pub(super) fn run(&self) -> Ended {
        let mut ended = Ended {
            code: 0,
            log: String::new(),
            steps: Vec::new(),
            outputs: BTreeMap::new(),
            given: BTreeMap::new(),
            summary: String::new(),
        };
        for step in self.action["runs"]["steps"].as_array().unwrap() {
            if ended.calls_for(step) {
                ended.steps.push(step["name"].as_str().unwrap().to_owned());
                self.step(step, &mut ended);
            }
        }
        for (name, output) in self.action["outputs"].as_object().unwrap() {
            let value = self.filled(output["value"].as_str().unwrap(), &ended);
            ended.given.insert(name.clone(), value);
        }
        ended.summary = fs::read_to_string(self.folder.path("summary.md")).unwrap_or_default();
        ended
    }

    fn step(&self, step: &Value, ended: &mut Ended) {
        let Some(script) = step["run"].as_str() else {
            for (_, value) in step["with"].as_object().unwrap() {
                self.filled(value.as_str().unwrap(), ended);
            }
            return;
        };
        assert!(!script.contains("${{"), "an expression becomes a part of a script: {script}");
        assert_eq!(step["shell"], "bash");
        let script = self.folder.file("step.sh", script);
        let outputs = self.folder.file("outputs", "");
        let place = step["working-directory"].as_str().unwrap_or(".");
        let place = self.folder.path("work").join(self.filled(place, ended));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(script);
        command.current_dir(place).env_clear().envs(&self.env).env("GITHUB_OUTPUT", &outputs);
        for (name, value) in step["env"].as_object().unwrap() {
            command.env(name, self.filled(value.as_str().unwrap(), ended));
        }
        let Done { code, stdout, stderr } = finished(&command.output().unwrap());
        ended.log += &stdout;
        ended.log += &stderr;
        ended.code = if code == 0 { ended.code } else { code };
        for line in fs::read_to_string(outputs).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            let name = format!("{}.{name}", step["id"].as_str().unwrap());
            ended.outputs.insert(name, value.to_owned());
        }
    }

    /// A value of the action with its expressions evaluated.
    fn filled(&self, value: &str, ended: &Ended) -> String {
        let Some((before, rest)) = value.split_once("${{ ") else { return value.to_owned() };
        let (expression, after) = rest.split_once(" }}").unwrap();
        assert!(before.is_empty() && after.is_empty(), "{value}");
        if let Some(name) = expression.strip_prefix("inputs.") {
            let default = || self.action["inputs"][name]["default"].as_str();
            let given = self.inputs.get(name).map(String::as_str).or_else(default);
            return self.filled(given.unwrap_or_else(|| panic!("no input {name}")), ended);
        }
        if let Some(output) = expression.strip_prefix("steps.") {
            return ended.output(&output.replace(".outputs.", ".")).to_owned();
        }
        match expression {
            "github.token" => "a-token".to_owned(),
            "github.action_repository || github.repository" => "OWNER/elb-audit".to_owned(),
            FORK => self.fork.to_string(),
            other => panic!("the tests do not know the expression {other}"),
        }
    }
}

impl Ended {
    /// Whether this step is run after those before it.
    fn calls_for(&self, step: &Value) -> bool {
        let has_failed = self.code != 0;
        match step["if"].as_str() {
            None => !has_failed,
            Some("steps.run.outputs.upload == 'true'") => {
                !has_failed && self.output("run.upload") == "true"
            }
            Some("${{ !cancelled() && steps.run.outputs.verdict != '' }}") => {
                !self.output("run.verdict").is_empty()
            }
            Some(other) => panic!("the tests do not know the condition {other}"),
        }
    }

    fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// Asserts the exit code, and that the log holds all of these.
    pub(super) fn says(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}", self.log);
        for part in parts {
            assert!(self.log.contains(part), "`{part}` is not in: {}", self.log);
        }
        self
    }

    /// Asserts whether what was found is uploaded to code scanning.
    pub(super) fn uploads(self, expected: bool) -> Self {
        let uploads = self.steps.iter().any(|step| step == "upload");
        assert_eq!(uploads, expected, "{}", self.log);
        self
    }
}
