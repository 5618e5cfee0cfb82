//! The program as it is built, run in an environment that holds nothing but what a test puts there.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::report::Report;
use elb_audit_fake_aws::FakeAws;
use serde_json::Value;

/// A run of the program, not yet started.
pub(crate) struct Run {
    command: Command,
    input: Vec<u8>,
}

/// What a run left.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The program with these arguments, parted at spaces, and no credentials, region or endpoint.
    pub(crate) fn bare(arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_elb-audit"));
        let nowhere = "/nonexistent/aws";
        command
            .args(arguments.split_whitespace())
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("AWS_CONFIG_FILE", nowhere)
            .env("AWS_SHARED_CREDENTIALS_FILE", nowhere)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        Run { command, input: Vec::new() }
    }

    /// The program with credentials that are good at this endpoint, in `eu-west-1`.
    pub(crate) fn at(url: &str, arguments: &str) -> Self {
        Run::bare(arguments)
            .env("AWS_ENDPOINT_URL", url)
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_REGION", "eu-west-1")
    }

    /// The same at a fake AWS.
    pub(crate) fn on(fake: &FakeAws, arguments: &str) -> Self {
        Run::at(&fake.url(), arguments)
    }

    /// One more argument, whatever is in it.
    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Lets the program run in this folder.
    pub(crate) fn inside(mut self, folder: &Folder) -> Self {
        self.command.current_dir(folder.path(""));
        self
    }

    /// Has the shell run it by this script, in which it is `"$0" "$@"`.
    pub(crate) fn by_shell(mut self, script: &str) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(script).arg(self.command.get_program()).args(self.command.get_args());
        shell.env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        shell.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = self.command.get_current_dir() {
            shell.current_dir(folder);
        }
        self.command = shell;
        self
    }

    /// What the program reads from its standard input.
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.as_bytes().to_vec();
        self
    }

    /// Lets the program write to this file instead of a pipe.
    pub(crate) fn output_to(mut self, file: fs::File) -> Done {
        self.command.stdout(file).stdin(Stdio::null()).stderr(Stdio::piped());
        finished(&self.command.output().unwrap())
    }

    /// Starts it.
    pub(crate) fn started(mut self, stdin: Stdio) -> Child {
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.spawn().unwrap()
    }

    /// Runs it to its end.
    pub(crate) fn done(mut self) -> Done {
        let input = std::mem::take(&mut self.input);
        let mut child = self.started(Stdio::piped());
        let mut stdin = child.stdin.take().unwrap();
        // A program that ends without reading leaves a broken pipe, which is its right.
        let _ = stdin.write_all(&input);
        drop(stdin);
        finished(&child.wait_with_output().unwrap())
    }

    /// Runs it; the report that it wrote to standard output.
    pub(crate) fn report(self) -> Report {
        self.done().report()
    }
}

/// What a run left that has ended.
pub(crate) fn finished(output: &std::process::Output) -> Done {
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: without_waits(&String::from_utf8_lossy(&output.stderr)),
    }
}

/// A machine that is busy answers late, which is told: that is no part of what a test asks.
pub(crate) fn without_waits(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("note: no answer yet from ")).collect()
}

impl Done {
    /// The report on standard output.
    pub(crate) fn report(&self) -> Report {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no report ({error}): {}{}", self.stdout, self.stderr))
    }

    /// Whatever JSON is on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}{}", self.stdout, self.stderr))
    }

    /// Asserts the exit code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stderr, self.stdout);
        self
    }

    /// Asserts the exit code and that there is one line to standard error, which holds all of `parts`:
    /// no stack of causes, no panic.
    pub(crate) fn says(self, code: i32, parts: &[&str]) -> Self {
        let done = self.exits(code);
        let said = done.stderr.trim_end();
        assert_eq!(said.lines().count(), 1, "{said}");
        for part in parts {
            assert!(said.contains(part), "`{part}` is not in: {said}");
        }
        for noise in ["panicked", "Caused by", "RUST_BACKTRACE", "Error {", "SdkError"] {
            assert!(!said.contains(noise), "{said}");
        }
        done
    }
}

/// An empty folder for one test, gone when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("e2e-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the target folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
