//! The fake's answers against the service models that botocore carries.

use std::io::Write as _;
use std::process::Command;

use elb_audit_fake_aws::FakeAws;

use crate::everything::account;

#[test]
fn answers_fit_the_models() {
    let Some(python) = std::env::var_os("ELB_AUDIT_PYTHON") else {
        let required = std::env::var_os("ELB_AUDIT_REQUIRE_MOTO").is_some();
        assert!(!required, "ELB_AUDIT_PYTHON names no Python with boto3");
        // Written past the harness, which keeps to itself what passing tests print.
        let said = b"answers_fit_the_models skipped: ELB_AUDIT_PYTHON names no Python with boto3\n";
        std::io::stderr().write_all(said).unwrap();
        return;
    };
    let paged = FakeAws::start(account());
    let whole = FakeAws::start(account());
    whole.page_size(None);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/models.py");
    let output =
        Command::new(python).arg(script).arg(paged.url()).arg(whole.url()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{failed}");
    assert!(said.contains("88 operations fit their models"), "{said}{failed}");
}
