//! The fake's answers against the service models that botocore carries.

use elb_audit_fake_aws::FakeAws;

use crate::everything::account;
use crate::python;

#[test]
fn answers_fit_the_models() {
    let paged = FakeAws::start(account());
    let whole = FakeAws::start(account());
    whole.page_size(None);
    let urls = [&*paged.url(), &*whole.url()];
    let Some(said) = python::run("answers_fit_the_models", "tests/models.py", &urls, "") else {
        return;
    };
    assert!(said.contains("88 operations fit their models"), "{said}");
}
