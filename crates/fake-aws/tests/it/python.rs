//! The Python with botocore that some tests ask with, or compare with.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The path of a file of this crate.
pub(crate) fn path(below: &str) -> String {
    format!("{}/{below}", env!("CARGO_MANIFEST_DIR"))
}

/// Runs a script with `input`, and gives what it says; `None` where there is no such Python, which `test`
/// says of itself.
pub(crate) fn run(test: &str, script: &str, arguments: &[&str], input: &str) -> Option<String> {
    let Some(python) = std::env::var_os("ELB_AUDIT_PYTHON") else {
        let required = std::env::var_os("ELB_AUDIT_REQUIRE_MOTO").is_some();
        assert!(!required, "ELB_AUDIT_PYTHON names no Python with boto3");
        // Written past the harness, which keeps to itself what passing tests print.
        let said = format!("{test} skipped: ELB_AUDIT_PYTHON names no Python with boto3\n");
        std::io::stderr().write_all(said.as_bytes()).expect("a standard error");
        return None;
    };
    let mut command = Command::new(python);
    command.arg(path(script)).args(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("a Python");
    let stdin = child.stdin.take();
    stdin.expect("a standard input").write_all(input.as_bytes()).expect("the cases read");
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    Some(said)
}
